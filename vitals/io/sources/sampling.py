"""A day that is too large for one machine: which of its rows are read, and exact counts of all of them.

Rows are chosen by a hash of their id, so that all rows of an id, and its label, are either in the sample or not, and
the same rows come out of every read. Databases choose and count in SQL of their own; of files the id and the time of
all rows are read for the counts. What is usual and what is said of a sample is not decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.io.sources.base import Asking, Query, Session
from vitals.io.sources.select import literal, where_of
from vitals.io.sources.times import TimeForm
from vitals.io.sqltext import quoted
from vitals.records import Window

if TYPE_CHECKING:
    from vitals.io.sources.days import Place

_STEP = timedelta(minutes=15)  # clocks of the world change by whole steps of it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST = 10  # rows by which a sample may differ from its share whatever their number


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Exact counts of all rows of a day, read or not.

    Attributes
    ----------
    rows : all of them. distinct : different ids, and rows without an id. hours : rows per local hour, length 24.
    first, last : their times, None without rows.
    """

    rows: int
    distinct: int
    hours: tuple[int, ...]
    first: datetime | None
    last: datetime | None


def one_in(rows: int, most: int) -> int:
    """Give the N of "one in N" that leaves about `most` rows or fewer.

    >>> one_in(1_999_999, 2_000_000), one_in(5_000_000, 2_000_000)
    (1, 3)
    """
    return max(1, -(-rows // most))


def is_even(rows: int, read: int, one_of: int) -> bool:
    """Whether a sample has about the size it should have; ids that a hash cannot tell apart are all in it or none."""
    expected = rows / one_of
    return expected / 2 - _LEAST <= read <= 2 * expected + _LEAST


def total(place: "Place", session: Session, query: Query, key: str) -> int:
    """Count the rows of a query with one range or more, exactly."""
    if isinstance(session, Asking) and all(_is_exact(part.form, (part.lower, part.upper)) for part in query.ranges):
        statement = f"SELECT count(*) AS n FROM {session.relation(query.table)}{where_of(query, session.relation)}"
        return int(session.ask(statement, query.table, query.where)["n"][0].as_py())
    return len(_instants(place, session, query, key)[1])


def counts(place: "Place", session: Session, query: Query, key: str, span: Window, zone: ZoneInfo) -> DayCounts:
    """Count the rows of a day, in the database where its comparison of times is exact.

    Parameters
    ----------
    query : asks for the day; its first range is that of the time column. key : the id column.
    """
    hours = _local_hours(span, zone)
    edges = [end for _, end in hours]
    exact = all(_is_exact(part.form, (part.lower, part.upper)) for part in query.ranges)
    if isinstance(session, Asking) and exact and _is_exact(query.ranges[0].form, edges):
        return _asked(session, query, key, hours)
    raw, instants = _instants(place, session, query, key)
    ids = raw.column(key)
    plain = ids.cast(ids.type.value_type) if pa.types.is_dictionary(ids.type) else ids
    places = np.searchsorted([_microseconds(end) for end in edges], instants, side="right")
    return DayCounts(
        rows=len(instants),
        distinct=pc.count_distinct(plain, mode="only_valid").as_py() + ids.null_count,
        hours=_per_hour(hours, np.bincount(places, minlength=len(hours)).tolist()),
        first=_instant(instants.min()) if len(instants) else None,
        last=_instant(instants.max()) if len(instants) else None,
    )


def _asked(session: Asking, query: Query, key: str, hours: Sequence[tuple[int, datetime]]) -> DayCounts:
    """Let the database count."""
    time, form = quoted(query.ranges[0].column), query.ranges[0].form
    rows = f"FROM {session.relation(query.table)}{where_of(query, session.relation)}"
    whens = " ".join(f"WHEN {time} < {literal(form.upper(end))} THEN {i}" for i, (_, end) in enumerate(hours))
    grouped = session.ask(
        f"SELECT place, count(*) AS n FROM (SELECT CASE {whens} END AS place {rows}) AS placed GROUP BY place",
        query.table,
        query.where,
    )
    whole = session.ask(
        f"SELECT count(*) AS n, count(DISTINCT {quoted(key)}) AS ids, count({quoted(key)}) AS known,"
        f" min({time}) AS first, max({time}) AS last {rows}",
        query.table,
        query.where,
    )
    said = {name: whole[name][0].as_py() for name in ("n", "ids", "known")}
    ends = [form.instants(whole[name]).cast(pa.int64())[0].as_py() for name in ("first", "last")]
    placed = {row["place"]: int(row["n"]) for row in grouped.to_pylist()}
    return DayCounts(
        rows=int(said["n"]),
        distinct=int(said["ids"] + said["n"] - said["known"]),
        hours=_per_hour(hours, [placed.get(place, 0) for place in range(len(hours))]),
        first=None if ends[0] is None else _instant(ends[0]),
        last=None if ends[1] is None else _instant(ends[1]),
    )


def _is_exact(form: TimeForm, instants: Sequence[datetime | None]) -> bool:
    """Whether comparing with these bounds needs no second look: written as a lower or an upper bound they are alike."""
    return all(form.lower(one) == form.upper(one) for one in instants if one is not None)


def _instants(place: "Place", session: Session, query: Query, key: str) -> tuple[pa.Table, NDArray[np.int64]]:
    """Read nothing but ids and times, and give the rows within the ranges with their times in microseconds."""
    from vitals.io.sources.days import within

    names = tuple(dict.fromkeys([key, *(part.column for part in query.ranges)]))
    raw, times = within(place, session.rows(replace(query, columns=names)), query.ranges)
    return raw, np.asarray(times[query.ranges[0].column].cast(pa.int64()))


def _local_hours(span: Window, zone: ZoneInfo) -> list[tuple[int, datetime]]:
    """Give the stretches of a day within one hour of the local clock: the hour, and where it ends (exclusive)."""
    found: list[tuple[int, datetime]] = []
    at = span.start
    while at < span.end:
        hour, at = at.astimezone(zone).hour, min(at + _STEP, span.end)
        if found and found[-1][0] == hour:
            found[-1] = (hour, at)
        else:
            found.append((hour, at))
    return found


def _per_hour(hours: Sequence[tuple[int, datetime]], rows: Sequence[int]) -> tuple[int, ...]:
    counted = [0] * 24
    for (hour, _), n in zip(hours, rows, strict=False):
        counted[hour] += n
    return tuple(counted)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))
