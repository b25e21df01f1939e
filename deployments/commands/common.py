"""What commands share: ranges of days and printing."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from vitals import windows
from vitals.errors import InputError
from vitals.spec import Model

LONGEST_DAYS = 3660  # ten years; more is a typing error


def span(first: date | None, last: date | None, back: str | None, today: date) -> tuple[date, date]:
    """The range of days asked for: two dates, or the last so many days before `today`.

    Raises
    ------
    InputError : neither or both were given, or the range is empty, too long or not over.
    """
    if back is not None:
        if first or last:
            message = "--last and --first-day/--last-day exclude each other; give one of them"
            raise InputError(message)
        number = back.removesuffix("d")
        if not number.isdecimal() or not 1 <= int(number) <= LONGEST_DAYS:
            message = f"--last: must be a number of days from 1d to {LONGEST_DAYS}d, such as 70d, got {back!r}"
            raise InputError(message)
        return today - timedelta(days=int(number)), today - timedelta(days=1)
    if first is None or last is None:
        message = "which days? give --first-day and --last-day, or --last 70d"
        raise InputError(message)
    in_order(first, last)
    if last >= today:
        message = (
            f"--last-day {last} is not over yet (today is {today}); the newest whole day is {today - timedelta(days=1)}"
        )
        raise InputError(message)
    if (last - first).days >= LONGEST_DAYS:
        message = f"--first-day {first} is more than {LONGEST_DAYS} days before --last-day {last}; give a later one"
        raise InputError(message)
    return first, last


def in_order(first: date | None, last: date | None) -> None:
    """Refuse a range that ends before it begins: nothing would be found in it."""
    if first and last and first > last:
        message = f"--first-day {first} is after --last-day {last}; swap them"
        raise InputError(message)


def over(day: date, models: Sequence[Model], now: datetime, option: str = "--day") -> None:
    """Refuse a day that is not over for any of the models."""
    newest = max(windows.default_day(now, model.zone) for model in models)
    if day > newest:
        message = f"{option} {day} is not over yet; the newest whole day is {newest}"
        raise InputError(message)


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
