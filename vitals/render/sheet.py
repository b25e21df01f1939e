"""A page of tables and lists, as text, as Slack messages and as HTML: for what is no digest.

Every cell is shown literally; a title may stand alone. Knows nothing of what it shows.
"""

import csv
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING

from vitals import words
from vitals.render import tokens
from vitals.render.blocks import (
    Block,
    bullets,
    context,
    escaped,
    fitting,
    header,
    metadata,
    rich,
    section,
    size,
    spoken,
)
from vitals.render.blocks import text as shown
from vitals.render.messages import Attachment, SlackMessage
from vitals.render.page import Page
from vitals.render.tables import rows_table, safe

if TYPE_CHECKING:
    from jinja2 import Template

WIDTH = 100
_CELL, _LINES, _TABLES = 120, 8, 3


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names; columns of `numbers` stand to the right, those of `days` are not wrapped."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset({"first", "last", "now"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says: a headline, small print, one table, lists, and how to see more.

    Attributes
    ----------
    key : names its message in Slack. file : name of the CSV that goes along when the table was cut.
    """

    key: str
    headline: str
    small: tuple[str, ...]
    table: Table | None
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    footer: str
    file: str = "episodes.csv"


def text(sheet: Sheet) -> str:
    """Render a sheet for a terminal: at most 100 columns, but for a table whose names are longer."""
    lines = [line for said in (sheet.headline, *sheet.small) for line in _wrap(said)]
    if sheet.table:
        lines += ["", sheet.table.title.upper(), *_columns(sheet.table)]
    for title, said in sheet.lists:
        if said:
            lines += ["", title.upper(), *(line for one in said for line in _wrap(one, "  ", "    "))]
    return "\n".join([*lines, "", *_wrap(sheet.footer)]) + "\n"


def slack(sheet: Sheet) -> SlackMessage:
    """Render a sheet within Slack's limits: what the root cuts is in its thread, all of a cut table in a file."""
    page = Page()
    page.add(header(sheet.headline))
    page.add(context(sheet.small))
    shown_rows = _root_table(page, sheet.table) if sheet.table else 0
    for title, said in sheet.lists:
        page.told(title, said, _LINES)
    parts = _thread(sheet, shown_rows, page.lines)
    cut = sheet.table is not None and shown_rows < len(sheet.table.rows)
    page.room += 500
    page.add(context([("the rest in the thread · " if parts else "") + sheet.footer]))
    replies = tuple(
        SlackMessage(
            fitting([f"{sheet.headline} · {number} of {len(parts)}", *(escaped(line) for line in said)]),
            tuple(blocks),
            metadata(sheet.key, 1, number),
        )
        for number, (blocks, said) in enumerate(parts, 1)
    )
    table = [Attachment(sheet.file, sheet.headline, "", _csv(sheet.table).encode())] if cut and sheet.table else []
    plain = _pieces(sheet)
    heard = fitting([escaped(words.visible(line, 700)) for line in (sheet.headline, *sheet.small)])
    message = SlackMessage(heard, tuple(page.blocks), metadata(sheet.key, 1, 0), replies, plain, tuple(table))
    return tokens.guarded(message, ())


def html(sheet: Sheet) -> str:
    """Render a sheet as a self-contained page (UTF-8)."""
    return _template().render(sheet=sheet)


def _root_table(page: Page, table: Table) -> int:
    """Add as many rows as fit beside the rest of the root; gives how many."""
    if not table.rows:
        return 0
    page.add(rich(section([shown(table.title, bold=True)])))
    room = page.room - 2_500
    for block, held in rows_table(table.columns, _cells(table), room):
        page.add(block)
        return held
    return 0


def _thread(sheet: Sheet, told: int, lines: Sequence[str]) -> list[tuple[list[Block], list[str]]]:
    """Give the blocks and the text of each reply."""
    found: list[tuple[list[Block], list[str]]] = []
    table = sheet.table
    if table and told < len(table.rows):
        for place, (block, held) in enumerate(rows_table(table.columns, _cells(table)[told:])):
            if place == _TABLES:
                break
            found.append(([block], [" · ".join(row) for row in _cells(table)[told : told + held]]))
            told += held
        if told < len(table.rows):
            left = f"{words.count(len(table.rows) - told, 'more row')}: {sheet.file}"
            found[-1] = ([*found[-1][0], context([left])], [*found[-1][1], left])
    part: list[str] = []
    for line in lines:
        if part and size([bullets([section(spoken(one, 900)) for one in [*part, line]])]) > 11_000:
            found.append(([rich(bullets([section(spoken(one, 900)) for one in part]))], part))
            part = []
        part.append(words.visible(line, 900))
    return [*found, *([([rich(bullets([section(spoken(one, 900)) for one in part]))], part)] if part else [])]


def _cells(table: Table) -> list[tuple[str, ...]]:
    return [tuple(words.visible(cell, _CELL) if cell else "–" for cell in row) for row in table.rows]


def _columns(table: Table) -> Iterator[str]:
    """Give a table in columns of its widest cell, the last one as it is."""
    if not table.rows:
        yield "  none"
        return
    rows = [table.columns, *_cells(table)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    for row in rows:
        cells = [
            cell.rjust(width) if name in table.numbers else cell.ljust(width)
            for cell, width, name in zip(row, widths, table.columns, strict=True)
        ]
        yield f"  {'  '.join(cells)}".rstrip()


def _pieces(sheet: Sheet) -> tuple[str, ...]:
    """Give the sheet as text in pieces that fit, for a workspace that refuses the blocks."""
    pieces: list[list[str]] = [[]]
    for line in map(escaped, text(sheet).splitlines()):
        if sum(len(one.encode()) + 1 for one in pieces[-1]) + len(line.encode()) > 3_200:
            pieces.append([])
        pieces[-1].append(line)
    return tuple("\n".join(piece) for piece in pieces[:10] if any(piece))


def _csv(table: Table) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([safe(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _wrap(said: str, first: str = "", rest: str = "") -> list[str]:
    safe_said = words.visible(said, 4_000)
    return textwrap.wrap(safe_said, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


@cache
def _template() -> "Template":
    from vitals.render.html import template

    return template("sheet.html.j2")
