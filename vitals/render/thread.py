"""What the root of a digest could not hold: full cards first, then at least every name, in as few messages as possible."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from vitals.digest.content import Item
from vitals.render.blocks import MOST_BLOCKS, MOST_BYTES, Block, context, rich, section, size, text
from vitals.render.cards import names, whole

_DETAILED = 8
_MOST_LINES = 200
_HEAD = 200  # bytes of the line "Details 1 of 3"


def thread(items: Sequence[Item], lines: Sequence[str]) -> list[list[Block]]:
    """Give the messages of a thread, each within Slack's limits.

    Parameters
    ----------
    items : problems that the root cut or shortened; the first ones in full, of the rest every name.
    lines : other lines that the root cut (resolved, metrics, notes); at most 200 of them.
    """
    unique = list(dict.fromkeys(items))
    detailed: list[list[Block]] = []
    told = 0
    for message, told_so_far in _packed(list(whole(item)) for item in unique):
        detailed.append(message)
        told = told_so_far
        if len(detailed) == _DETAILED:
            break
    rest = [*_names(unique[told:]), *([section([text(line, 900)])] for line in lines[:_MOST_LINES])]
    if len(lines) > _MOST_LINES:
        rest.append([section([text(f"+{len(lines) - _MOST_LINES:,} more: vitals digest --format html")])])
    messages = detailed + [message for message, _ in _packed(rest)]
    return [[context([f"Details {place} of {len(messages)}"]), *each] for place, each in enumerate(messages, 1)]


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
            if blocks and (cost > room or len(blocks) >= MOST_BLOCKS - 1):
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


def _names(items: Sequence[Item]) -> Iterator[list[Block]]:
    """Give the names of items by priority, model and symptom."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for model in item.models:
            where = f" · {item.segment}" if item.segment else ""
            title = f"P{item.priority} {model} · {item.symptom.replace('_', ' ')}{where}: "
            found[title] += item.subjects or ("whole day",)
    for title, subjects in found.items():
        yield list(names(title, subjects))
