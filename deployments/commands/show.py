"""`vitals show`: stored rows as a table, JSON or CSV."""

import csv
import json
import sys
from datetime import date
from typing import Any

from deployments.commands.common import in_order, plain, print_rows, say
from flows.choosing import chosen
from tasks.world import open_world
from vitals import words
from vitals.io.settings import Settings

_TABLE = {
    "measurements": ("day", "age", "known_on", "signal", "subject", "segment", "value", "lower", "upper", "n", "reason"),
    "drift": ("day", "subject", "segment", "score", "score_week", "part", "share", "expected_low", "expected_high",
              "fired", "eligible", "n", "reference_days", "reason"),
    "findings": ("day", "priority", "severity", "symptom", "subject", "segment", "statement"),
    "incidents": ("opened_on", "last_seen_on", "resolved_on", "days", "priority", "severity", "symptom", "subject",
                  "segment", "reason", "incident"),
    "validations": ("day", "status", "severity", "column", "description", "share", "unexpected", "n", "error"),
    "triage": ("day", "kind", "target", "until", "who", "why"),
}  # fmt: skip


def show(
    settings: Settings, what: str, model: str | None, first: date | None, last: date | None, as_format: str
) -> None:
    """Print the rows of one kind, oldest first."""
    in_order(first, last)
    if model is not None:
        chosen(settings, [model])
    with open_world(settings) as world:
        rows = world.store.rows(what, model, first, last)
    if as_format == "json":
        print_rows(rows)
    elif as_format == "csv":
        _csv(rows)
    else:
        _table(what, rows, one_model=model is not None)


def _csv(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({key: _flat(value) for key, value in row.items()} for row in rows)


def _flat(value: Any) -> Any:
    """Put a list into one field, as JSON."""
    return json.dumps(value, ensure_ascii=False, default=plain) if isinstance(value, list) else plain(value)


def _table(what: str, rows: list[dict[str, Any]], *, one_model: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        say(f"no {what} in this range")
        return
    columns = _TABLE[what] if one_model else ("model", *_TABLE[what])
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        if what == "incidents":
            looks = f"acknowledged by {row['acknowledged_by']}" if row["acknowledged_by"] else None
            row = {**row, "incident": f"{row['fingerprint']}/{row['opened_on']}", "reason": row["reason"] or looks}  # noqa: PLW2901
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return words.number(value)
    return words.visible(str(value), 200) if value != "" else ""
