"""A digest for a terminal: plain text, at most 100 columns, nothing that a terminal would obey."""

import textwrap
from collections.abc import Iterator

from vitals import words
from vitals.digest.content import Digest, Item
from vitals.render import phrases
from vitals.render.cohorts import is_many, metric_lines

WIDTH = 100
_MOST_BESIDE = 3


def render(digest: Digest) -> str:
    """Render a digest as text; a quiet day takes two lines.

    Returns
    -------
    str : lines of at most 100 characters (values from data are wrapped, words longer than a line are broken),
        ending with a line break.
    """
    if digest.quiet and not digest.changed:
        second = textwrap.shorten(phrases.quiet_line(digest), WIDTH, placeholder=" …")
        return f"{digest.headline}\n{second}\n"
    revised = [line for one in digest.changed for line in _wrap(f"Revised: {one}", "", "  ")]
    return "\n".join([*_wrap(digest.headline), *revised, *_wrap(phrases.since(digest)), *_body(digest)]) + "\n"


def card(item: Item) -> Iterator[str]:
    """Give the lines of one problem: what, how much, than what, since when, why, what to do."""
    standing = f" ({', '.join(part for part in (item.severity.value, item.standing) if part)})"
    yield from _wrap(f"{item.place} · {item.title}{standing}", "  ", "  ")
    yield from _wrap(
        item.statement if item.statement.endswith((".", "?", "!")) else f"{item.statement}.", "    ", "    "
    )
    for cause in item.causes:
        yield from _wrap(f"Likely cause: {cause}", "    ", "      ")
    for seen in item.beside[:_MOST_BESIDE]:
        yield from _wrap(f"Also: {seen}", "    ", "      ")
    if len(item.beside) > _MOST_BESIDE:
        yield f"    Also: {len(item.beside) - _MOST_BESIDE:,} more, on the page"
    if item.what_to_do:
        yield from _wrap(f"What to do: {item.what_to_do}", "    ", "      ")
    links = [f"incident {words.listed(item.incidents, most=4)}"] if item.incidents else []
    links += [f"runbook {link}" for link in item.runbooks]
    if links:
        yield from _wrap("; ".join(links), "    ", "      ")


def _body(digest: Digest) -> Iterator[str]:
    for priority, title in phrases.SECTIONS.items():
        found = phrases.cards(digest, priority)
        yield from _section(title.upper(), (card(item) for item in found))
    one_line = (_wrap(f"P{i.priority} {_line(i)}", "  ", "    ") for i in phrases.still_open(digest))
    yield from _section("STILL OPEN", one_line)
    yield from _section("RESOLVED", (_wrap(phrases.resolved(one), "  ", "    ") for one in digest.resolved))
    info = (_wrap(_line(item), "  ", "    ") for item in phrases.for_information(digest))
    yield from _section("FOR INFORMATION", info)
    yield from _section("LABELS AND METRICS", _metrics(digest))
    yield from _section("NOTES", (_wrap(phrases.note(one), "  ", "    ") for one in digest.notes))


def _section(title: str, parts: Iterator[Iterator[str]]) -> Iterator[str]:
    """Give a titled section, nothing when it is empty."""
    lines = [line for part in parts for line in part]
    if lines:
        yield from ("", title, *lines)


def _line(item: Item) -> str:
    standing = f" ({item.standing})" if item.standing else ""
    return f"{item.place} · {item.title}: {item.statement}{standing}"


def _metrics(digest: Digest) -> Iterator[Iterator[str]]:
    """Give each cohort of a few models, of many what they have in common: the page has them all."""
    if is_many(digest.metrics):
        return (_wrap(one, "  ", "    ") for one in metric_lines(digest.metrics))
    return (_cohort(one) for one in phrases.brief(digest.metrics))


def _cohort(one: phrases.Cohort) -> Iterator[str]:
    yield from _wrap(f"{one.model} · {one.title}", "  ", "    ")
    for metric in one.metrics:
        yield from _wrap(phrases.metric(metric), "    ", "      ")


def _wrap(text: str, first: str = "", rest: str = "") -> Iterator[str]:
    """Wrap a line at blanks, never at hyphens: ranges and dates stay whole."""
    safe = words.visible(text, 4_000)
    yield from textwrap.wrap(safe, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
