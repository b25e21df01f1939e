"""What commands share: ranges of days and printing."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from vitals.errors import InputError


def span(first: date | None, last: date | None, back: str | None, today: date) -> tuple[date, date]:
    """The range of days asked for: two dates, or the last so many days before `today`.

    Raises
    ------
    InputError : neither or both were given, or the range is empty.
    """
    if back is not None:
        if first or last:
            message = "--last and --first-day/--last-day exclude each other; give one of them"
            raise InputError(message)
        number = back.removesuffix("d")
        if not number.isdecimal() or int(number) < 1:
            message = f"--last: must be a number of days such as 70d, got {back!r}"
            raise InputError(message)
        return today - timedelta(days=int(number)), today - timedelta(days=1)
    if first is None or last is None:
        message = "which days? give --first-day and --last-day, or --last 70d"
        raise InputError(message)
    if first > last:
        message = f"--first-day {first} is after --last-day {last}; swap them"
        raise InputError(message)
    if last >= today:
        message = (
            f"--last-day {last} is not over yet (today is {today}); the newest whole day is {today - timedelta(days=1)}"
        )
        raise InputError(message)
    return first, last


def plain(value: Any) -> Any:
    """Turn a stored value into what JSON may hold: dates as text, None for unknown."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def print_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=plain, allow_nan=False) + "\n")


def print_rows(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a JSON list of objects."""
    print_json([{key: plain(value) for key, value in row.items()} for row in rows])


def say(text: str) -> None:
    """Print a line for a person."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """Print a line for a person beside the output."""
    sys.stderr.write(text + "\n")
