"""How numbers, shares, days and names are said, the same way everywhere.

Knows nothing of models or findings. A value that is None or not finite is never dressed up as a number: it is
"unknown". Ranges use a hyphen, shares a percent sign after a space, days are named with their weekday.
"""

import math
import re
from collections.abc import Sequence
from datetime import date

UNKNOWN = "unknown"
EMPTY = "∅"

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Controls, zero-width characters, direction overrides, line separators, joiners, variation selectors, soft hyphens, tags: all can
# forge or hide text. Lone surrogates cannot be encoded and are replaced, not dropped, so that they stay visible.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def number(value: float | None) -> str:
    """Say a number with three sensible digits and thousands separators.

    >>> number(144121), number(0.71234), number(12.5), number(1234.6), number(0.0000123), number(None)
    ('144,121', '0.712', '12.5', '1,235', '0.0000123', 'unknown')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1e15 or abs(value) < 1e-7:
        return f"{value:.3g}"
    return _trim(f"{value:,.{_decimals(value)}f}")


def number_range(low: float | None, high: float | None) -> str:
    """Say a range of numbers with the same number of decimals on both sides.

    >>> number_range(0.681, 0.74), number_range(800, 1234), number_range(-1.5, 2), number_range(3, 3)
    ('0.681-0.740', '800-1,234', '-1.5 to 2.0', '3')
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    if low == high:
        return number(low)
    biggest = max(abs(low), abs(high))
    if biggest >= 1e15 or biggest < 1e-7:
        return f"{number(low)} to {number(high)}"
    whole = float(low).is_integer() and float(high).is_integer()
    decimals = 0 if whole else max(_decimals(x) for x in (low, high) if x == biggest or abs(x) == biggest)
    first, last = _fixed(low, decimals), _fixed(high, decimals)
    return first if first == last else f"{first}{_between(first, last)}{last}"


def share(value: float | None) -> str:
    """Say a share in 0..1 in percent; what is not all or nothing is never rounded to it.

    >>> share(0.041), share(0.13), share(0.99996), share(1), share(0), share(0.00001), share(0.0004), share(None)
    ('4.1 %', '13 %', '> 99.99 %', '100 %', '0 %', '< 0.01 %', '0.04 %', 'unknown')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    percent = 100 * value
    if 0 < percent < 0.01:
        return "< 0.01 %"
    if 99.99 < percent < 100:
        return "> 99.99 %"
    return f"{_percent(percent)} %"


def share_range(low: float | None, high: float | None) -> str:
    """Say a range of shares; both ends carry the same decimals, and equal words are said once.

    >>> share_range(0.008, 0.013), share_range(0, 0.003), share_range(0.13, 0.152), share_range(0.2, 0.2)
    ('0.8-1.3 %', '0-0.3 %', '13-15.2 %', '20 %')
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    first, last = share(low), share(high)
    if first == last:
        return first
    first, last = first if first[0] != "<" else "0 %", last if last[0] != ">" else "100 %"
    if first[0] in "<>" or last[0] in "<>" or low < 0:
        return f"{first} to {last}"
    return f"{first.removesuffix(' %')}-{last}"


def day_words(day: date) -> str:
    """Name a day with its weekday, in any locale.

    >>> day_words(date(2013, 8, 22))
    'Thu 22 Aug 2013'
    """
    return f"{short_day(day)} {day.year}"


def short_day(day: date) -> str:
    """Name a day whose year is clear from its surroundings.

    >>> short_day(date(2013, 8, 2))
    'Fri 2 Aug'
    """
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """Say how many there are of something.

    >>> count(1, "row"), count(923, "row"), count(2, "P1 alert"), count(0, "match", "matches")
    ('1 row', '923 rows', '2 P1 alerts', '0 matches')
    """
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Join names as a sentence does, at most `most` of them by name.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([]), listed(["a", "b", "c", "d"], most=2)
    ('a, b and c', 'a', '', 'a, b and 2 more')
    """
    if most is not None and len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most:,} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def visible(text: str, most: int = 120) -> str:
    r"""Make a value from data safe to show: one line, no hidden characters, never empty, at most `most` characters.

    >>> visible("a\u202eb\x00\n c"), visible(""), visible("x" * 9, most=5), visible("\ud800")
    ('ab c', '∅', 'xxxx…', '�')
    """
    head = text[: 50 * most]  # a value of megabytes is not searched to its end
    spaced = " ".join(_SURROGATE.sub("\ufffd", _HIDDEN.sub("", re.sub(r"\s+", " ", head))).split())
    if len(spaced) > most:
        spaced = spaced[: most - 1] + "…"
    return spaced or EMPTY


def _decimals(value: float) -> int:
    """Decimals that leave three significant digits, none from 1,000 on."""
    return 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _between(first: str, last: str) -> str:
    return " to " if first.startswith("-") or last.startswith("-") else "-"


def _percent(percent: float) -> str:
    """One decimal, two below 0.1 and above 99.9, where one would hide the difference."""
    near_an_end = 0 < abs(percent) < 0.1 or 99.9 < abs(percent) < 100
    return _trim(_fixed(percent, 2 if near_an_end else 1))
