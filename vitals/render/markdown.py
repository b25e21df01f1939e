"""A digest as Markdown for a page that renders it (Prefect's artifacts): values from data are escaped, links checked."""

import re
from collections.abc import Iterator

from vitals import words
from vitals.digest.content import Digest, Item
from vitals.render import phrases

_SPECIAL = re.compile(r"([\\`*_\[\]#|~])")


def escaped(text: str, most: int = 4_000) -> str:
    r"""Make a text from data safe within a paragraph or a table's cell.

    >>> escaped("a*b_c|<b>&[x](y)"), escaped("two\nlines")
    ('a\\*b\\_c\\|&lt;b&gt;&amp;\\[x\\](y)', 'two lines')
    """
    plain = _SPECIAL.sub(r"\\\1", words.visible(text, most))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(words_: str, address: str) -> str:
    """Give a link, or the words alone when the address is not safe."""
    safe = phrases.web_link(address).replace("(", "%28").replace(")", "%29")
    return f"[{escaped(words_)}]({safe})" if safe else escaped(words_)


def render(digest: Digest) -> str:
    """Render a digest as headings, lists and a table of models."""
    head = [f"# {escaped(digest.headline)}", escaped(phrases.since(digest))]
    head += [f"*Revised:* {escaped(one)}" for one in digest.changed]
    return "\n\n".join([*head, *_body(digest)]) + "\n"


def _body(digest: Digest) -> Iterator[str]:
    for priority, title in phrases.SECTIONS.items():
        yield from _section(title, (_card(item) for item in phrases.cards(digest, priority)))
    yield from _section("Still open", _list(_line(item) for item in phrases.still_open(digest)))
    yield from _section("Resolved", _list(phrases.resolved(one) for one in digest.resolved))
    yield from _section("For information", _list(_line(item) for item in phrases.for_information(digest)))
    cohorts = (
        f"{c.model} · {c.title}: {'; '.join(map(phrases.metric, c.metrics))}" for c in phrases.brief(digest.metrics)
    )
    yield from _section("Labels and metrics", _list(cohorts))
    yield from _section("Notes", _list(phrases.note(one) for one in digest.notes))
    yield from _section("Models", iter([_models(digest)] if digest.models else []))


def _section(title: str, parts: Iterator[str]) -> Iterator[str]:
    found = list(parts)
    if found:
        yield f"## {title}"
        yield from found


def _list(lines: Iterator[str]) -> Iterator[str]:
    text = "\n".join(f"- {escaped(line)}" for line in lines)
    if text:
        yield text


def _card(item: Item) -> str:
    state = ", ".join(part for part in (item.severity.value, item.standing) if part)
    lines = [
        f"**{escaped(item.place)} · {escaped(item.title)}** ({escaped(state)})",
        "",
        escaped(f"{item.statement}.".replace("..", ".")),
        "",
    ]
    lines += [f"- Likely cause: {escaped(cause)}" for cause in item.causes]
    lines += [f"- Also: {escaped(seen)}" for seen in item.beside]
    lines += [f"- **What to do:** {escaped(item.what_to_do)}"] if item.what_to_do else []
    lines += [f"- {link('Runbook', address)}" for address in item.runbooks]
    lines += [f"- Incident `{words.listed(item.incidents, most=4)}`"] if item.incidents else []
    return "\n".join(lines)


def _line(item: Item) -> str:
    standing = f" ({item.standing})" if item.standing else ""
    return f"P{item.priority} {item.place} · {item.title}: {item.statement}{standing}"


def _models(digest: Digest) -> str:
    rows = [
        f"| {escaped(one.model)} | {words.number(one.rows)} | {'fine' if one.ok else escaped(one.problem or one.status.replace('_', ' '))} "
        f"| {' / '.join(map(str, one.problems))} |"
        for one in digest.models
    ]
    return "\n".join(["| model | rows | status | P1 / P2 / P3 |", "|---|---|---|---|", *rows])
