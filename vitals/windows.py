"""Local days as half-open UTC windows, whatever the zone's clocks do.

A day starts at the first instant whose local clock shows that day or a later one. So windows of consecutive days
tile the time line: a day that the zone skips is empty, a midnight that does not exist starts at the jump, a midnight
that comes twice starts the day the first time. Knows nothing of models, sources or the present: `now` is an argument.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from vitals.errors import InputError
from vitals.records import Day, Window

_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_FIRST = date(1900, 1, 1)  # before that, clocks were set by towns; after that, a typing error is likelier than a log
_LAST = date(2199, 12, 31)


@lru_cache(maxsize=4096)
def window(day: Day, zone: tzinfo) -> Window:
    """Give the instants of a local day.

    Parameters
    ----------
    day : a date of the zone's own calendar, 1900 to 2199.
    zone : the zone whose midnight starts the day.

    Returns
    -------
    Window
        Aware UTC, `start <= instant < end`; usually 24 h long, 23 or 25 h when clocks change, empty when skipped.

    Raises
    ------
    InputError
        When the day lies outside 1900 to 2199.

    >>> from zoneinfo import ZoneInfo
    >>> window(date(2013, 3, 10), ZoneInfo("America/New_York")).start.isoformat()
    '2013-03-10T05:00:00+00:00'
    """
    if not _FIRST <= day <= _LAST:
        msg = f"day must lie between {_FIRST} and {_LAST}, got {day}"
        raise InputError(msg)
    return Window(_first_instant(day, time.min, zone), _first_instant(day + _ONE_DAY, time.min, zone))


def exists(day: Day, zone: tzinfo) -> bool:
    """Tell whether the zone had that day (Samoa had no 30 December 2011)."""
    span = window(day, zone)
    return span.start < span.end


def day_of(instant: datetime, zone: tzinfo) -> Day:
    """Give the one day whose window holds an aware instant.

    Where clocks go back over midnight this is the later day from the first midnight on, although the clock shows the
    earlier date again for a while: a day has one start.
    """
    local = _aware(instant).astimezone(zone).date()
    following = local + _ONE_DAY
    return following if window(following, zone).start <= instant else local


def default_day(instant: datetime, zone: tzinfo) -> Day:
    """Give the day to look at when nobody named one: the last existing day before the instant's own."""
    return _existing(day_of(instant, zone), -_ONE_DAY, zone)


def days(first: Day, last: Day, zone: tzinfo) -> Iterator[Day]:
    """List the existing days from `first` to `last`, both included, in order.

    Raises
    ------
    InputError
        When `first` is after `last`, at the call and not at the first step.
    """
    if first > last:
        msg = f"the first day must not be after the last, got {first} to {last}; swap them"
        raise InputError(msg)
    candidates = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return (day for day in candidates if exists(day, zone))


def is_due(day: Day, due: time, zone: tzinfo, now: datetime) -> bool:
    """Tell whether `day` may be expected to be complete: the clock has passed `due` on the following existing day.

    A `due` that clocks jump over counts from the jump on, one that comes twice from the first time.
    """
    return _aware(now) >= _first_instant(_existing(day, _ONE_DAY, zone), due, zone)


@lru_cache(maxsize=4096)
def local_hour_lengths(day: Day, zone: tzinfo) -> tuple[float, ...]:
    """Measure how long each local hour lasts within a day's window.

    Returns
    -------
    tuple of 24 floats
        In hours, by the hour that the local clock shows: 1 as a rule, 0 when skipped, 2 when it comes twice, 0.5 or
        1.5 in zones that move by half an hour. The sum is the window's length.

    >>> from zoneinfo import ZoneInfo
    >>> local_hour_lengths(date(2013, 11, 3), ZoneInfo("America/New_York"))[:4]
    (1.0, 2.0, 1.0, 1.0)
    """
    span = window(day, zone)
    lengths = [timedelta()] * 24
    for start, end in _steady(span, zone):
        local, rest = start.astimezone(zone).replace(tzinfo=None), end - start
        while rest > timedelta():
            next_hour = local.replace(minute=0, second=0, microsecond=0) + _HOUR
            step = min(next_hour - local, rest)
            lengths[local.hour] += step
            local, rest = local + step, rest - step
    return tuple(length / _HOUR for length in lengths)


def _steady(span: Window, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Cut a window where the zone's offset changes."""
    start = span.start
    while start < span.end:
        hours = (start + i * _HOUR for i in range(1, 50))
        end = next((h for h in hours if h >= span.end or _offset(h, zone) != _offset(start, zone)), span.end)
        end = min(end, span.end)
        if _offset(end, zone) != _offset(start, zone):
            end = _change(start, end, zone)
        yield start, end
        start = end


def _first_instant(day: Day, clock: time, zone: tzinfo) -> datetime:
    """Find the first instant at which the local clock shows `clock` of `day`, or later."""
    local = datetime.combine(day, clock)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if late >= early:
        return early
    return _change(late, early, zone)  # in a gap, the two readings lie on both sides of the jump


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Find the second at which the offset stops being that of `before`."""
    old = _offset(before, zone)
    while after - before > _ONE_SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        before, after = (middle, after) if _offset(middle, zone) == old else (before, middle)
    return after


def _offset(instant: datetime, zone: tzinfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()


def _existing(day: Day, step: timedelta, zone: tzinfo) -> Day:
    """Step from `day` to the nearest day that exists."""
    day += step
    while not exists(day, zone):
        day += step
    return day


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        msg = f"an instant needs a time zone, got the naive {instant.isoformat()}"
        raise InputError(msg)
    return instant
