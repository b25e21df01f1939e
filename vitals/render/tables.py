"""Findings as tables: a few rows of them for Slack, and all of them as a file for a spreadsheet.

A cell that a spreadsheet would run as a formula begins with an apostrophe.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from vitals import words
from vitals.digest.content import Digest, Item, Member
from vitals.render.blocks import MOST_BYTES, Block, size

COLUMNS = (
    "priority",
    "severity",
    "symptom",
    "state",
    "model",
    "subject",
    "segment",
    "statement",
    "what_to_do",
    "likely_causes",
    "also",
    "since",
    "day_number",
    "cohort_day",
    "value",
    "usual_low",
    "usual_high",
    "remark",
    "incident",
    "runbooks",
    "owners",
)
MOST_ROWS, MOST_CELLS_TEXT = 33, 9_500  # Slack takes 100 rows and 10,000 characters; the bytes end before that
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONG = 4_000
_HEAD = ("P", "Model", "What", "How much, than what", "State")
_WIDTHS = (2, 60, 60, 140, 60)


def findings_csv(digest: Digest) -> str:
    """Give every finding of a digest as CSV (RFC 4180, UTF-8, CRLF), one a row, most urgent first."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in digest.items:
        writer.writerows(_row(item, member) for member in item.members)
    return out.getvalue()


def tables(items: Sequence[Item]) -> Iterator[tuple[Block, int]]:
    """Give tables of items that each fit a message, and how many items stand in each."""
    rows = [[words.visible(value, most) for value, most in zip(_values(one), _WIDTHS, strict=True)] for one in items]
    yield from rows_table(_HEAD, rows)


def rows_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], most_bytes: int = MOST_BYTES - 700
) -> Iterator[tuple[Block, int]]:
    """Give tables that each fit `most_bytes` of a message, and how many rows stand in each; no cell may be empty."""
    kept, room, letters = [_cells(columns)], most_bytes - 200 - size(_cells(columns)), 0
    for row in map(_cells, rows):
        cost, read = size(row) + 2, sum(len(cell["text"]) for cell in row)
        if len(kept) > 1 and (cost > room or len(kept) >= MOST_ROWS or letters + read > MOST_CELLS_TEXT):
            yield _table(kept), len(kept) - 1
            kept, room, letters = [_cells(columns)], most_bytes - 200 - size(_cells(columns)), 0
        kept.append(row)
        room, letters = room - cost, letters + read
    if len(kept) > 1:
        yield _table(kept), len(kept) - 1


def _row(item: Item, member: Member) -> list[object]:
    """Give a finding's cells: ours as they are, those with words from data made safe."""
    alone = len(item.members) == 1
    return [
        f"P{item.priority}",
        member.severity.value,
        item.symptom.value,
        item.state,
        safe(member.model),
        safe(member.subject),
        safe(item.segment),
        safe(item.statement if alone else member.statement),
        safe(item.what_to_do),
        safe(" | ".join(item.causes)),
        safe(" | ".join(item.beside)),
        item.since.isoformat() if item.since else "",
        item.day_number,
        member.cohort_day.isoformat() if member.cohort_day else "",
        *("" if number is None else repr(number) for number in (member.value, member.low, member.high)),
        safe(item.remark),
        member.incident,
        safe(" ".join(item.runbooks)),
        safe(" ".join(item.owners)),
    ]


def safe(value: str) -> str:
    """Make a text from data safe for a spreadsheet's cell: one line, no hidden characters, no formula.

    >>> safe("=1+1"), safe("temp"), safe("")
    ("'=1+1", 'temp', '')
    """
    shown = words.visible(value, _LONG) if value else ""
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _values(item: Item) -> tuple[str, ...]:
    state = ", ".join(part for part in (item.severity.value, item.standing) if part)
    return str(item.priority), item.place, item.title, item.statement, state


def _cells(values: Sequence[str]) -> list[Block]:
    return [{"type": "raw_text", "text": value} for value in values]


def _table(rows: list[list[Block]]) -> Block:
    wide = [{"is_wrapped": True} for _ in rows[0]]
    return {"type": "table", "column_settings": wide, "rows": rows}
