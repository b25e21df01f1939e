"""A digest as Slack messages: one root within Slack's limits, and the rest of it in the thread.

What does not fit is cut between items, never inside one, and every item that was cut or shortened is told in full in
the thread. Knows nothing of tokens and channels' settings; `vitals.io.slack` sends what is rendered here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vitals import words
from vitals.digest.content import Digest, Item
from vitals.render import phrases, text
from vitals.render.blocks import (
    MOST_BYTES,
    MOST_TEXT,
    Block,
    bullets,
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
from vitals.render.thread import thread

_FULL_CARDS = 4
_COMPACT_CARDS = 2
_LINES = 5
_NOTES = 8
_MENTIONS = 10
_PLAIN_PARTS = 10
_RESERVE = 500  # the small print at the end


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a digest; a message is never held back for it.

    Attributes
    ----------
    name : its file name, unique within the digest. alt : a picture in words, '' for other files.
    in_root : an image block of the root, `{"type": "image", "slack_file": {"id": name}, ...}`, shows it: the sender puts
        the uploaded file's id for the name, or leaves the block out. Other files go into the thread.
    """

    name: str
    title: str
    alt: str
    content: bytes
    in_root: bool = False


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message, ready to send.

    Attributes
    ----------
    text : mrkdwn, escaped: what notifications and screen readers get. blocks : Block Kit.
    metadata : names the digest, its revision and the part (0 for the root).
    thread : replies, in order. plain : the digest without blocks: the root's text, then replies'; only on the root.
    files : pictures and tables that go with it; only on the root.
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, Any]
    thread: tuple["SlackMessage", ...] = ()
    plain: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()

    @property
    def root(self) -> dict[str, Any]:
        """The message itself, as JSON for Slack holds it: text, blocks and metadata."""
        return {"text": self.text, "blocks": list(self.blocks), "metadata": dict(self.metadata)}


@dataclass
class _Page:
    """The root while it is filled: what it costs so far, and what has to be told in the thread."""

    room: int = MOST_BYTES - _RESERVE
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, block: Block) -> bool:
        """Add a block if it fits."""
        cost = size(block) + 2
        if cost > self.room:
            return False
        self.room -= cost
        self.blocks.append(block)
        return True


def render(digest: Digest) -> SlackMessage:
    """Render a digest within Slack's limits: 50 blocks, 12 kB of blocks, 3.8 kB of text per message."""
    plain = _plain(digest)
    said = metadata(digest.key, digest.revision, 0)
    if digest.quiet:
        blocks = [rich(section([shown(_headline(digest), bold=True)])), context([phrases.quiet_line(digest)])]
        return SlackMessage(_fallback(digest), tuple(blocks), said, (), plain)
    page = _root(digest)
    parts = thread(page.items, page.lines)
    name = words.day_words(digest.day)
    replies = tuple(
        SlackMessage(
            f"Details {number} of {len(parts)}: {name}", tuple(part), metadata(digest.key, digest.revision, number)
        )
        for number, part in enumerate(parts, 1)
    )
    return SlackMessage(_fallback(digest), tuple(page.blocks), said, replies, plain)


def repeated(message: SlackMessage) -> SlackMessage:
    """Mark a message that perhaps stands in the channel already."""
    note = "Possible repeat: Slack did not say whether this was posted before."
    head, rest = message.blocks[:1], message.blocks[1:]
    return replace(message, text=f"Possible repeat · {message.text}", blocks=(*head, context([note]), *rest))


def _root(digest: Digest) -> _Page:
    page = _Page()
    page.add(header(_headline(digest)))
    page.add(context([phrases.since(digest)]))
    loud = [item for priority in (1, 2) for item in phrases.cards(digest, priority)]
    full = len(loud) if len(loud) <= _FULL_CARDS else _COMPACT_CARDS
    called = [element for one in digest.mentions[:_MENTIONS] if (element := mention(one))]
    owners = rich(section([shown("Owners: "), *(part for one in called for part in (one, shown(" ")))]))
    page.room -= size(owners)  # whatever else is cut, owners are called
    _cards(page, loud[:full])
    page.room += size(owners)
    if called:
        page.add(owners)
    for priority in (1, 2):
        _items(page, f"More of priority {priority}", [item for item in loud[full:] if item.priority == priority])
    _items(page, phrases.SECTIONS[3], phrases.cards(digest, 3), advice=True)
    _items(page, "Still open", phrases.still_open(digest))
    _lines(page, "Resolved", [phrases.resolved(one) for one in digest.resolved])
    _items(page, "For information", phrases.for_information(digest))
    _lines(page, "Labels and metrics", [_cohort(one) for one in phrases.brief(digest.metrics)])
    _lines(page, "Notes", [phrases.note(one) for one in digest.notes], _NOTES)
    page.items += [item for item in digest.items if item.shown == "under" and is_crowded(item)]
    details = "details in the thread · " if page.items or page.lines else ""
    page.room += _RESERVE
    page.add(context([f"{details}vitals digest --day {digest.day.isoformat()} --as-sent"]))
    return page


def _cards(page: _Page, items: Sequence[Item]) -> None:
    """Add cards, each as one line where the whole card does not fit."""
    left = []
    for item in items:
        whole, block = card(item)
        if page.add(block):
            page.items += [] if whole else [item]
        else:
            left.append(item)
    _items(page, "More", left)


def _items(page: _Page, title: str, items: Sequence[Item], *, advice: bool = False) -> None:
    """Add items as lines of a list; what was cut or says less than its card goes to the thread."""
    kept = _list(page, title, [one_line(item, advice=advice) for item in items], len(items))
    for place, item in enumerate(items):
        brief = not advice and bool(item.causes or item.beside or (item.what_to_do and item.shown == "card"))
        if place >= kept or brief or len(item.statement) > SHORT or is_crowded(item):
            page.items.append(item)


def _lines(page: _Page, title: str, lines: Sequence[str], most: int = _LINES) -> None:
    """Add lines of a list; the rest goes to the thread."""
    kept = _list(page, title, [section([shown(line, 900)]) for line in lines], len(lines), most)
    page.lines += [f"{title}: {line}" for line in lines[kept:]]


def _list(page: _Page, title: str, sections: Sequence[Block], total: int, most: int = _LINES) -> int:
    """Add as many lines as fit, at most `most` (one more when that is all), and give how many it were."""
    if not total:
        return 0
    most = total if total <= most + 1 else most
    head = section([shown(title, bold=True)])
    for kept in range(min(most, len(sections)), -1, -1):
        cut = [section([shown(f"+{total - kept:,} more in the thread", italic=True)])] if kept < total else []
        if page.add(rich(head, bullets([*sections[:kept], *cut]))):
            return kept
    return 0


def _cohort(one: phrases.Cohort) -> str:
    said = "; ".join(phrases.metric(metric) for metric in one.metrics)
    return f"{one.model} · {one.title}" + (f": {said}" if said else "")


def _headline(digest: Digest) -> str:
    worst = next((priority for priority in (1, 2, 3) if digest.count(priority)), None)
    return f"{marks(worst)} {digest.headline}"


def _fallback(digest: Digest) -> str:
    """Say in text what a notification or a screen reader should: the headline, then priority 1."""
    first = [f"P1 {item.place} · {item.title}: {item.statement}" for item in phrases.cards(digest, 1)[:_LINES]]
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
