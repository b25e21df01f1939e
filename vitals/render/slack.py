"""A digest as Slack messages: one root within Slack's limits, the rest of it in the thread, all findings as a file.

What does not fit is cut between items, never inside one, and every item that was cut or shortened is told in the thread
or, where there are too many, in `findings.csv`. Knows nothing of tokens and channels' settings; `vitals.io.slack` sends
what is rendered here.
"""

from collections.abc import Sequence
from dataclasses import replace

from vitals import words
from vitals.digest.content import Digest, Item
from vitals.render import phrases, text, tokens
from vitals.render.blocks import (
    MOST_TEXT,
    Block,
    context,
    escaped,
    fitting,
    header,
    mention,
    mention_text,
    metadata,
    rich,
    section,
    size,
)
from vitals.render.blocks import text as shown
from vitals.render.cards import SHORT, card, is_crowded, marks, one_line
from vitals.render.cohorts import metric_lines, metric_rows
from vitals.render.groups import group_line, grouped
from vitals.render.messages import Attachment, SlackMessage
from vitals.render.page import LINES, RESERVE, Page
from vitals.render.tables import findings_csv
from vitals.render.thread import thread

__all__ = ["Attachment", "SlackMessage", "render"]

FINDINGS = "findings.csv"
_FULL_CARDS = 4
_COMPACT_CARDS = 2
_NOTES = 8
_MENTIONS = 10
_PLAIN_PARTS = 10


def render(digest: Digest) -> SlackMessage:
    """Render a digest within Slack's limits: 50 blocks, 12 kB of blocks, 3.8 kB of text per message."""
    return tokens.guarded(_message(digest), digest.mentions)


def _message(digest: Digest) -> SlackMessage:
    plain = _plain(digest)
    said = metadata(digest.key, digest.revision, 0)
    if digest.quiet:
        blocks = [rich(section([shown(_headline(digest), bold=True)])), context([phrases.quiet_line(digest)])]
        return SlackMessage(_fallback(digest), tuple(blocks), said, (), plain)
    pictures = _pictures(digest)
    page = _root(digest, pictures)
    files = tuple(replace(one, in_root=one.name in page.pictures) for one in pictures)
    if page.items:
        title = f"All findings of {words.day_words(digest.day)}"
        files = (*files, Attachment(FINDINGS, title, "", findings_csv(digest).encode()))
    replies = thread(page.items, page.lines, digest, metric_rows(digest.metrics))
    return SlackMessage(_fallback(digest), tuple(page.blocks), said, replies, plain, files)


def _pictures(digest: Digest) -> tuple[Attachment, ...]:
    """Draw the charts, if there are any: drawing loads a large library."""
    if all(item.chart is None for item in digest.items):
        return ()
    from vitals.render import pictures

    return pictures.attachments(digest)


def _root(digest: Digest, pictures: tuple[Attachment, ...]) -> Page:
    page = Page()
    page.add(header(_headline(digest)))
    page.add(context([phrases.since(digest)]))
    loud = [item for priority in (1, 2) for item in phrases.cards(digest, priority)]
    full = len(loud) if len(loud) <= _FULL_CARDS else _COMPACT_CARDS
    owners = _owners(digest)
    page.room -= size(owners) if owners else 0  # whatever else is cut, owners are called
    _cards(page, loud[:full], pictures)
    if owners:
        page.room += size(owners)
        page.add(owners)
    for priority in (1, 2):
        _items(page, f"More of priority {priority}", [item for item in loud[full:] if item.priority == priority])
    _items(page, phrases.SECTIONS[3], phrases.cards(digest, 3), advice=True)
    _items(page, "Still open", phrases.still_open(digest), priority=True)
    page.told("Resolved", [phrases.resolved(one) for one in digest.resolved])
    _items(page, "For information", phrases.for_information(digest))
    page.told("Labels and metrics", metric_lines(digest.metrics))
    page.told("Notes", [phrases.note(one) for one in digest.notes if one.kind != "budget"], _NOTES)
    page.items += [item for item in digest.items if item.shown == "under" and is_crowded(item)]
    page.room += RESERVE
    page.add(context([*_budget(digest), _footer(digest, page)]))
    return page


def _budget(digest: Digest) -> list[str]:
    """Say in small print how many incidents there were lately: it changes little from day to day."""
    plain = (replace(one, command="") for one in digest.notes if one.kind == "budget")
    return [phrases.note(one) for one in plain]


def _footer(digest: Digest, page: Page) -> str:
    details = "details in the thread · " if page.items or page.lines else ""
    details = details or ("every metric in the thread · " if metric_rows(digest.metrics) else "")
    table = f"every finding in {FINDINGS} there · " if page.items else ""
    return f"{details}{table}vitals digest --day {digest.day.isoformat()} --as-sent"


def _owners(digest: Digest) -> Block | None:
    called = [element for one in digest.mentions[:_MENTIONS] if (element := mention(one))]
    return (
        rich(section([shown("Owners: "), *(part for one in called for part in (one, shown(" ")))])) if called else None
    )


def _cards(page: Page, items: Sequence[Item], pictures: tuple[Attachment, ...]) -> None:
    """Add cards, each with its picture where both fit, and as one line where the whole card does not."""
    left = []
    for item in items:
        whole, block = card(item)
        if page.add(block):
            page.items += [] if whole else [item]
            _picture(page, item, pictures)
        else:
            left.append(item)
    _items(page, "More", left, priority=True)


def _picture(page: Page, item: Item, pictures: tuple[Attachment, ...]) -> None:
    """Show a card's picture right under it; one that does not fit goes to the thread."""
    if not pictures or item.chart is None:
        return
    from vitals.render.pictures import image, picture_of

    found = picture_of(item, pictures)
    if found is not None and found.in_root and found.name not in page.pictures and page.add(image(found)):
        page.pictures.append(found.name)


def _items(page: Page, title: str, items: Sequence[Item], *, advice: bool = False, priority: bool = False) -> None:
    """Add items as lines of a list, alike ones together where they are many; what says less than a card goes to the thread.

    Parameters
    ----------
    advice : with what to do. priority : the items are of several priorities.
    """
    if len(items) > LINES + 1:
        groups = [group for level in (1, 2, 3) for group in grouped(_of(items, level), LINES)]
        page.listed(title, [group_line(group, priority=priority) for group in groups], len(groups), LINES)
        page.items += items
        return
    kept = page.listed(title, [one_line(item, advice=advice) for item in items], len(items))
    for place, item in enumerate(items):
        brief = not advice and bool(item.causes or item.beside or (item.what_to_do and item.shown == "card"))
        if place >= kept or brief or len(item.statement) > SHORT or is_crowded(item):
            page.items.append(item)


def _of(items: Sequence[Item], priority: int) -> list[Item]:
    return [item for item in items if item.priority == priority]


def _headline(digest: Digest) -> str:
    worst = next((priority for priority in (1, 2, 3) if digest.count(priority)), None)
    return f"{marks(worst)} {digest.headline}"


def _fallback(digest: Digest) -> str:
    """Say in text what a notification or a screen reader should: the headline, then priority 1."""
    first = [f"P1 {item.place} · {item.title}: {item.statement}" for item in phrases.cards(digest, 1)[:LINES]]
    second = [phrases.quiet_line(digest)] if digest.quiet else [phrases.since(digest), *first]
    return fitting([escaped(words.visible(line, 700)) for line in (_headline(digest), *second)])


def _plain(digest: Digest) -> tuple[str, ...]:
    """Give the whole digest as text in pieces that fit, for a workspace that refuses the blocks."""
    called = " ".join(filter(None, map(mention_text, digest.mentions[:_MENTIONS])))
    pieces: list[list[str]] = [[f"Owners: {called}"] if called else []]
    room = MOST_TEXT - 600
    lines = [escaped(line) for line in text.render(digest).splitlines()]
    for place, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            if len(pieces) == _PLAIN_PARTS:
                pieces[-1].append(f"+{words.count(len(lines) - place, 'more line')}")
                break
            pieces.append([])
            room = MOST_TEXT - 600 - len(line.encode())
        pieces[-1].append(line)
    return tuple("\n".join(piece) for piece in pieces)
