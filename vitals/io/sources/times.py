"""How a column writes time: as instants, naive local times, dates, numbers since 1970 or ISO text.

The bounds of a day are turned into the column's own writing, never the column into a time, so that an index or the
statistics of a file still find the rows. Bounds may be wider than the day where the writing is ambiguous (clocks that
go back, offsets that differ from row to row); whoever reads filters again on the exact instants.
A naive time that happens twice means the first; one that clocks jump over means the jump.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

INSTANT_TYPE = pa.timestamp("us", "UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UTC = ZoneInfo("UTC")
_MICROSECOND = timedelta(microseconds=1)
_NEAR_A_CHANGE = timedelta(hours=3)
_OFFSETS = (timedelta(hours=12), timedelta(hours=14))  # clocks are at most that far behind and before UTC
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:(?P<separator>[ T])\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_UTC_SUFFIXES = ("Z", "+00:00")

Bound = datetime | date | int | str


class Shape(StrEnum):
    """The writings of time."""

    INSTANT = "instant"
    NAIVE = "naive"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    TEXT_UTC = "text in UTC"
    TEXT_OFFSET = "text with offsets"
    TEXT_DATE = "date as text"


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How one column writes time.

    Attributes
    ----------
    zone : what naive times and dates are read in.
    unit : of numbers: s, ms, us or ns since 1970 UTC.
    separator : between date and time of text, ' ' or 'T'.
    """

    shape: Shape
    zone: ZoneInfo = _UTC
    unit: str = "s"
    separator: str = " "

    def lower(self, instant: datetime) -> Bound:
        """Write an inclusive lower bound, at or before the instant."""
        return self._written(instant, -1)

    def upper(self, instant: datetime) -> Bound:
        """Write an exclusive upper bound, at or after the instant."""
        return self._written(instant, 1)

    def instants(self, raw: pa.ChunkedArray) -> pa.Array:
        """Turn a column into timestamp[us, UTC].

        Raises
        ------
        ValueError
            When a value is not written in this form; the message shows one.
        """
        column = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) and raw.num_chunks != 1 else raw
        column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
        if column.null_count == len(column):
            return pa.nulls(len(column), INSTANT_TYPE)
        try:
            return self._converted(column)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            msg = f"does not hold times written as {self.shape}: {str(error).splitlines()[0]}"
            raise ValueError(msg) from None

    def _written(self, instant: datetime, side: int) -> Bound:
        if self.shape is Shape.INSTANT:
            return instant
        if self.shape is Shape.NUMBER:
            scaled = _microseconds(instant) * _PER_SECOND[self.unit]
            return -(-scaled // 10**6) if side > 0 else scaled // 10**6
        if self.shape in (Shape.TEXT_UTC, Shape.TEXT_OFFSET):
            slack = _OFFSETS[side > 0] if self.shape is Shape.TEXT_OFFSET else timedelta()
            return _text(instant.astimezone(UTC) + side * slack, self.separator, side)
        local = self._local(instant, side)
        if self.shape in (Shape.NAIVE, Shape.TEXT):
            return local if self.shape is Shape.NAIVE else _text(local, self.separator, side)
        day = local.date() + timedelta(days=local != datetime.combine(local.date(), datetime.min.time()))
        return day.isoformat() if self.shape is Shape.TEXT_DATE else day

    def _local(self, instant: datetime, side: int) -> datetime:
        """Give the zone's clock, moved outward when clocks change nearby and a reading may be ambiguous."""
        near = {(instant + k * _NEAR_A_CHANGE).astimezone(self.zone).utcoffset() for k in (-1, 0, 1)}
        moved = instant + side * _NEAR_A_CHANGE if len(near) > 1 else instant
        return moved.astimezone(self.zone).replace(tzinfo=None)

    def _converted(self, column: pa.Array) -> pa.Array:
        if self.shape is Shape.INSTANT:
            return column.cast(INSTANT_TYPE, safe=False)
        if self.shape is Shape.NUMBER:
            return _from_numbers(column, _PER_SECOND[self.unit])
        if self.shape in (Shape.TEXT_UTC, Shape.TEXT_OFFSET):
            return _parsed(self._checked(column), INSTANT_TYPE)
        if self.shape in (Shape.TEXT, Shape.TEXT_DATE):
            column = _parsed(self._checked(column), pa.timestamp("us"))
        naive = column.cast(pa.timestamp("us"), safe=False)
        local = pc.assume_timezone(naive, str(self.zone), ambiguous="earliest", nonexistent="latest")
        return local.cast(INSTANT_TYPE)

    def _checked(self, column: pa.Array) -> pa.Array:
        """Refuse text of another writing: comparing it as text with the bounds would lose rows silently."""
        column = column.cast(pa.string())
        expected = "" if self.shape is Shape.TEXT_DATE else self.separator
        other = pc.not_equal(pc.utf8_slice_codeunits(column, 10, 11), expected)
        if self.shape is Shape.TEXT_UTC:
            ends = [pc.ends_with(column, suffix) for suffix in _UTC_SUFFIXES]
            other = pc.or_(other, pc.invert(pc.or_(*ends)))
        if pc.any(other).as_py():
            found = column.filter(other)[0].as_py()
            msg = f"writes time in more than one way, such as {found!r} beside {self.shape}; use one format"
            raise ValueError(msg)
        return column


def text_form(samples: Sequence[str], zone: ZoneInfo) -> TimeForm:
    """Find out how text writes time from some of its values.

    Raises
    ------
    ValueError
        When a value is no ISO 8601 date or time, or when they differ; the message shows one.

    >>> text_form(["2013-04-01T10:00:00Z", "2013-04-01T10:00:00.5Z"], ZoneInfo("UTC")).shape.value
    'text in UTC'
    """
    found: dict[tuple[str | None, str], str] = {}
    for sample in samples:
        match = _ISO.fullmatch(sample)
        if match is None:
            msg = f"holds text that is no ISO time, such as {sample!r}; write YYYY-MM-DD HH:MM:SS, or use a view"
            raise ValueError(msg)
        offset = match["offset"]
        way = "no" if offset is None else "utc" if offset in _UTC_SUFFIXES else "other"
        found[match["separator"], way] = sample
    ways = {way for _, way in found}
    if len({separator for separator, _ in found}) > 1 or ("no" in ways and len(ways) > 1):
        first, second = list(found.values())[:2]
        msg = f"writes time in more than one way ({first!r} and {second!r}); use one format, or a view that does"
        raise ValueError(msg)
    separator = next((s for s, _ in found), " ")
    if found and separator is None:
        return TimeForm(Shape.TEXT_DATE, zone)
    shape = Shape.TEXT_OFFSET if "other" in ways else Shape.TEXT_UTC if "utc" in ways else Shape.TEXT
    return TimeForm(shape, zone, separator=separator or " ")


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _text(moment: datetime, separator: str, side: int) -> str:
    """Write a bound that is a prefix of every longer writing of the same moment (seconds and fractions only if any)."""
    if moment.microsecond and side > 0:
        moment += timedelta(seconds=1)
    return moment.strftime(f"%Y-%m-%d{separator}%H:%M" + (":%S" if moment.second else ""))


def _parsed(text: pa.Array, kind: pa.DataType) -> pa.Array:
    """Read ISO text; more than six digits of a second are cut."""
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:
        return text.cast(pa.timestamp("ns", kind.tz)).cast(kind, safe=False)


def _from_numbers(column: pa.Array, per_second: int) -> pa.Array:
    if pa.types.is_integer(column.type):
        whole = column.cast(pa.int64())
        scaled = (
            pc.divide(whole, per_second // 10**6) if per_second > 10**6 else pc.multiply(whole, 10**6 // per_second)
        )
    else:
        real = column.cast(pa.float64())
        real = pc.if_else(pc.is_finite(real), real, None)
        scaled = pc.round(pc.multiply(real, 10**6 / per_second)).cast(pa.int64())
    return scaled.cast(INSTANT_TYPE)
