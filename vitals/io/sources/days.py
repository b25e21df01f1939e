"""One local day of a prediction log: which rows belong to it, which is the first of its id, what there was.

Rows with a null time belong to no day. Rows with a null id are predictions of their own. Of several rows with one id
the earliest counts; at the same time, the one with the smaller values in the other columns, in their order, so that
every source and every order of rows gives the same one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.io.sources import sampling
from vitals.io.sources.arrays import normalised
from vitals.io.sources.base import NUMBERS, Column, OneIn, Query, Range, Session, hint, wrong
from vitals.io.sources.firsts import first_of_id
from vitals.io.sources.sampling import DayCounts
from vitals.io.sqltext import smuggling
from vitals.records import Day, Partition, PartitionFacts, Window
from vitals.spec.model import Feedback, Model, Predictions, Task
from vitals.windows import local_hour_lengths, window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class DayRows:
    """All rows of a day, duplicates included.

    Attributes
    ----------
    table : normalised columns.
    instants : of each row, microseconds since 1970.
    first : whether a row is the first of its id.
    query : what was asked, without its columns; another query may refer to the same rows.
    missing : inputs that the table does not have.
    counts : of all rows of the day, where only a sample of them was read (and counts were asked for).
    """

    table: pa.Table
    instants: NDArray[np.int64]
    first: NDArray[np.bool_]
    query: Query
    missing: tuple[str, ...]
    counts: DayCounts | None = None

    @property
    def one_in(self) -> int:
        """1, or N when the rows are one in N of the day's."""
        return self.query.one_in.n if self.query.one_in else 1


class Place(NamedTuple):
    """Where something is read, for messages."""

    source: str
    table: str


def read_partition(
    source: str, session: Session, model: Model, day: Day, *, columns: Sequence[str], as_of: datetime | None
) -> Partition:
    """Read a day and say what was there (see `Source.read_day`)."""
    rows = read_rows(source, session, model, day, columns=columns, as_of=as_of, counted=True)
    wanted = [name for name in columns if name in rows.table.column_names]
    table = rows.table.select(wanted)
    kept = int(rows.first.sum())
    if kept < len(rows.first):
        table = table.filter(pa.array(rows.first))
    span = window(day, model.zone)
    found = rows.counts or _counts(rows, kept, span, model.zone)
    facts = PartitionFacts(
        model=model.name,
        day=day,
        window_start=span.start,
        window_end=span.end,
        rows=found.distinct,
        duplicates=found.rows - found.distinct,
        first_time=found.first,
        last_time=found.last,
        hours=found.hours,
        hour_lengths=local_hour_lengths(day, model.zone),
        columns=tuple(wanted),
        missing_columns=rows.missing,
    )
    return Partition(facts, table, rows.one_in)


def read_rows(
    source: str,
    session: Session,
    model: Model,
    day: Day,
    *,
    columns: Sequence[str],
    as_of: datetime | None,
    counted: bool = False,
) -> DayRows:
    """Read the rows of a day, with id and time whatever `columns` asks for; of too many a sample.

    Parameters
    ----------
    counted : whether all rows are to be counted where a sample is read.
    """
    log = model.predictions
    place = Place(source, log.table)
    schema = session.schema(log.table)
    loaded = log.loaded_at if as_of is not None else None
    special = [name for name in (log.time, log.id, loaded) if name]
    wanted = list(dict.fromkeys([*columns, *special]))
    missing = _missing(place, list(schema), wanted, log)
    wanted = [name for name in wanted if name not in missing]
    _numeric(place, schema, model)
    span = window(day, model.zone)
    ranges = [time_range(place, session, schema[log.time], log, (span.start, span.end))]
    if loaded:
        ranges.append(time_range(place, session, schema[loaded], log, (None, as_of)))
    query = Query(log.table, tuple(wanted), tuple(ranges), checked_where(place, log.where))
    raw, query, counts = _read(place, session, model, query, span if counted else None)
    raw, times = within(place, raw, query.ranges)
    columns_left = {name: raw.column(name) for name in wanted}
    del raw  # each column is given back as soon as it is normalised: otherwise all would be there twice
    arrays = []
    for name in wanted:
        column, zone = columns_left.pop(name), ZoneInfo(log.time_zone)
        done = times.get(name) if name == log.time else normal(place, column, schema[name], zone, name == log.id)
        arrays.append(done)
    table = pa.Table.from_arrays(arrays, names=wanted)
    instants = np.asarray(times[log.time].cast(pa.int64()))
    return DayRows(
        table, instants, first_of_id(table, log.id, log.time, instants), query, tuple(sorted(missing)), counts
    )


def _read(
    place: Place, session: Session, model: Model, query: Query, span: Window | None
) -> tuple[pa.Table, Query, DayCounts | None]:
    """Read what a query asks for; of more than `max_rows` rows a sample, and with a span exact counts of all."""
    log, most = model.predictions, model.max_rows
    if log.id is None:
        return session.rows(query), query, None
    raw = session.rows(replace(query, limit=most + 1))
    if raw.num_rows <= most:
        return raw, query, None
    del raw
    counts = sampling.counts(place, session, query, log.id, span, model.zone) if span else None
    rows = counts.rows if counts else sampling.total(place, session, query, log.id)
    one_in = sampling.one_in(rows, most)
    if one_in == 1:  # rows just outside the day were among them
        return session.rows(query), query, None
    query = replace(query, one_in=OneIn(log.id, log.time, one_in))
    raw = session.rows(query)
    if not sampling.is_even(rows, raw.num_rows, one_in):
        what = f"its {rows:,} rows cannot be sampled, 1 in {one_in} are {raw.num_rows:,}"
        raise wrong(
            *place, f"{what}; name a column with an id of each row as predictions.id, or raise max_rows", log.id
        )
    return raw, query, counts


def _counts(rows: DayRows, kept: int, span: Window, zone: ZoneInfo) -> DayCounts:
    """Count rows that were all read."""
    instants = rows.instants
    ends = (_instant(instants.min()), _instant(instants.max())) if len(instants) else (None, None)
    return DayCounts(len(instants), kept, _hours(instants, span, zone), *ends)


def checked_where(place: Place, where: str | None) -> str | None:
    """Refuse a predicate that could not stand inside parentheses."""
    problem = smuggling(where) if where is not None else None
    if problem:
        raise wrong(*place, f"predictions.where: {problem}")
    return where


def within(place: Place, raw: pa.Table, ranges: Sequence[Range]) -> tuple[pa.Table, dict[str, pa.Array]]:
    """Keep the rows whose times lie in all ranges, exactly; give the times as timestamp[us, UTC], too."""
    times: dict[str, pa.Array] = {}
    keep: NDArray[np.bool_] = np.ones(raw.num_rows, dtype=np.bool_)
    for part in ranges:
        try:
            times[part.column] = part.form.instants(raw.column(part.column))
        except ValueError as error:
            raise wrong(*place, str(error), part.column) from None
        known = np.asarray(pc.fill_null(times[part.column].cast(pa.int64()), np.iinfo(np.int64).max))
        low = _microseconds(part.lower) if part.lower else np.iinfo(np.int64).min
        high = _microseconds(part.upper) if part.upper else np.iinfo(np.int64).max
        keep &= (known >= low) & (known < high)
    if keep.all():
        return raw, times
    mask = pa.array(keep)
    return raw.filter(mask), {name: values.filter(mask) for name, values in times.items()}


def normal(place: Place, raw: pa.ChunkedArray, column: Column, zone: ZoneInfo, unique: bool = False) -> pa.Array:
    """Normalise a column, naming it when its values are not of its kind."""
    try:
        return normalised(raw, column, zone, unique)
    except (ValueError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise wrong(*place, str(error), column.name) from None


def time_range(
    place: Place,
    session: Session,
    column: Column,
    table: Predictions | Feedback,
    bounds: tuple[datetime | None, datetime | None],
) -> Range:
    """Bound a time column, having found out how it writes time."""
    try:
        form = session.form(place.table, column, ZoneInfo(table.time_zone), table.time_unit)
    except ValueError as error:
        raise wrong(*place, str(error), column.name) from None
    return Range(column.name, form, *bounds)


def required(place: Place, names: Sequence[str], there: Sequence[str], role: str = "") -> None:
    """Refuse when a table lacks a column, naming the nearest that it has."""
    for name in names:
        if name not in there:
            near = hint(name, there)
            remedy = f"{near} Else correct" if near.endswith("?") else f"{near}; correct"
            raise wrong(*place, f"the table has no such column{role}; {remedy} the model file or the view", name)


def _missing(place: Place, there: Sequence[str], wanted: Sequence[str], log: Predictions) -> set[str]:
    """Find the inputs that the table lacks; any other missing column is the user's mistake."""
    roles = {log.time, log.id, log.loaded_at, log.score, log.decision, log.version, log.latency_ms, *log.segments}
    roles |= {part.column for part in (log.status, log.saturation) if part}
    inputs = {name for name in log.inputs if name not in roles}
    required(place, [name for name in wanted if name not in inputs], there)
    return {name for name in wanted if name not in there}


def _numeric(place: Place, columns: Mapping[str, Column], model: Model) -> None:
    """Refuse a score, latency, saturation or predicted number that is no number."""
    log = model.predictions
    saturation = log.saturation.column if log.saturation else None
    predicted = log.decision if model.task == Task.REGRESSION else None
    roles = (("score", log.score), ("decision", predicted), ("latency_ms", log.latency_ms), ("saturation", saturation))
    for role, name in roles:
        if name and name in columns and columns[name].kind not in NUMBERS:
            what = f"predictions.{role} must be a number, the column is {columns[name].declared}"
            raise wrong(*place, f"{what}; name another column or cast it in a view", name)


def _hours(instants: NDArray[np.int64], span: Window, zone: ZoneInfo) -> tuple[int, ...]:
    """Count rows per hour of the local clock."""
    start = _microseconds(span.start)
    minutes = np.bincount((instants - start) // _MINUTE) if len(instants) else np.array([], dtype=np.int64)
    counts = [0] * 24
    for minute in np.flatnonzero(minutes):
        local = (span.start + timedelta(minutes=int(minute))).astimezone(zone)
        counts[local.hour] += int(minutes[minute])
    return tuple(counts)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: np.int64) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))
