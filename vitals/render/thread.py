"""What the root of a digest could not hold: the most urgent cards in full, then tables, in few messages.

What no table holds stands in `findings.csv`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from vitals import words
from vitals.digest.content import Digest, Item
from vitals.render.blocks import (
    MOST_BLOCKS,
    MOST_BYTES,
    Block,
    context,
    escaped,
    fitting,
    metadata,
    rich,
    section,
    size,
    spoken,
)
from vitals.render.cards import whole
from vitals.render.cohorts import METRIC_COLUMNS
from vitals.render.messages import SlackMessage
from vitals.render.tables import rows_table, tables

_DETAILED, _TABLES, _MOST_LINES = 2, 3, 40
_DETAILED_ITEMS = 12
_CELL = 120
_HEAD = 300  # bytes of the line above


def thread(
    items: Sequence[Item], lines: Sequence[str], digest: Digest, metrics: Sequence[Sequence[str]] = ()
) -> tuple[SlackMessage, ...]:
    """Give the messages of a thread, each within Slack's limits.

    Parameters
    ----------
    items : problems that the root cut or shortened: the most urgent ones in full, the next as rows of tables.
    lines : other lines that the root cut (resolved, notes); at most 40 of them. metrics : rows of `METRIC_COLUMNS`.
    """
    unique = list(dict.fromkeys(items))
    unique.sort(key=lambda item: (item.info, item.priority))
    messages: list[tuple[list[Block], str]] = []
    told = 0
    for blocks, told_so_far in _packed(list(whole(item)) for item in unique[:_DETAILED_ITEMS]):
        messages.append((blocks, "in full"))
        told = told_so_far
        if len(messages) == _DETAILED:
            break
    rest = unique[told:]
    for place, (table, held) in enumerate(tables(rest)):
        if place == _TABLES - bool(metrics):
            break
        messages.append(([table], "in short"))
        rest = rest[held:]
    messages += [(blocks, "") for blocks, _ in _packed([section(spoken(line, 900))] for line in _cut(lines, digest))]
    messages += _metrics(metrics, digest)
    left = f"{words.count(len(rest), 'more problem')}: findings.csv, or {_command(digest)}" if rest else ""
    return tuple(_reply(digest, messages, number, left) for number in range(1, len(messages) + 1))


def _metrics(rows: Sequence[Sequence[str]], digest: Digest) -> Iterator[tuple[list[Block], str]]:
    """Give one table of metrics, and where the others stand."""
    cells = [[words.visible(cell, _CELL) for cell in row] for row in rows]
    for table, held in islice(rows_table(METRIC_COLUMNS, cells), 1):
        more = f"{words.count(len(rows) - held, 'more metric')}: {_command(digest)}"
        yield [table, *([context([more])] if held < len(rows) else [])], "labels and metrics"


def _reply(digest: Digest, messages: Sequence[tuple[list[Block], str]], number: int, left: str) -> SlackMessage:
    """Give one message with its place, and what stands nowhere in the thread under the last."""
    blocks, how = messages[number - 1]
    head = f"Details {number} of {len(messages)}" + (f", {how}" if how else "")
    end = [context([left])] if left and number == len(messages) else []
    said = [escaped(words.visible(line, 300)) for line in _lines(blocks)]
    return SlackMessage(
        fitting([f"{head} · {words.day_words(digest.day)}", *said, *([escaped(left)] if end else [])]),
        (context([head]), *blocks, *end),
        metadata(digest.key, digest.revision, number),
    )


def _cut(lines: Sequence[str], digest: Digest) -> list[str]:
    more = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], *([f"+{words.count(more, 'more line')}: {_command(digest)}"] if more > 0 else [])]


def _command(digest: Digest) -> str:
    return f"vitals digest --day {digest.day.isoformat()} --as-sent"


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    """Say blocks as lines of text, for screen readers and notifications."""
    for block in blocks:
        if block["type"] == "table":
            yield from (" · ".join(cell["text"] for cell in row) for row in block["rows"][1:])
        for part in block.get("elements", ()):
            said = "".join(str(one.get("text", "")) for one in part.get("elements", ()))
            yield from filter(None, said.split("\n"))


def _packed(groups: Iterable[list[Block]]) -> Iterator[tuple[list[Block], int]]:
    """Fill messages with groups of lines; a group larger than a message is split between its lines.

    Yields
    ------
    Blocks of a message, and how many groups were told in full by its end.
    """
    blocks: list[Block] = []
    room, told = MOST_BYTES - _HEAD, 0
    for group in groups:
        for block in _split(group):
            cost = size(block) + 2
            if blocks and (cost > room or len(blocks) >= MOST_BLOCKS - 2):
                yield blocks, told
                blocks, room = [], MOST_BYTES - _HEAD
            blocks.append(block)
            room -= cost
        told += 1
    if blocks:
        yield blocks, told


def _split(group: Sequence[Block]) -> Iterator[Block]:
    """Make one block of a group of lines, several when they would not fit one message."""
    part: list[Block] = []
    for line in group:
        if part and size(rich(*part, line)) > MOST_BYTES - _HEAD - 10:
            yield rich(*part)
            part = []
        ended = line if line is group[-1] else {**line, "elements": [*line["elements"], {"type": "text", "text": "\n"}]}
        part.append(ended)
    if part:
        yield rich(*part)
