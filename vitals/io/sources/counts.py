"""How many of a day's predictions have a label, by the day on which its first label became visible: one count for weeks.

In one database it is a single grouped query; otherwise ids and times are read, a few days at a time, and counted here. It serves to find the
cohorts whose labels changed: where an id occurs several times or times have offsets that differ, the query may count a
few rows otherwise than `cohorts` does, and whoever asks then looks closer.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.io.sources import sampling
from vitals.io.sources.arrivals import day_numbers, made_within
from vitals.io.sources.base import Asking, Column, Kind, OneIn, Query, Session, Source
from vitals.io.sources.cohorts import feedback_of, plain_ids
from vitals.io.sources.days import Place, normal, required, time_range, within
from vitals.io.sources.select import literal, where_of
from vitals.io.sources.times import Shape, TimeForm
from vitals.io.sqltext import quoted
from vitals.records import Day
from vitals.spec.model import Model
from vitals.windows import days as existing
from vitals.windows import window

Counts = dict[Day, Counter[Day]]
"""per cohort, predictions with a label by the day on which the first became visible"""

Rows = tuple[NDArray[np.uint64], NDArray[np.int64] | NDArray[np.int16]]
"""hashes of ids, and the number of the day of each"""

_ROWS_AT_ONCE = 1_000_000


def label_counts(
    predictions: Source,
    feedback: Source,
    model: Model,
    days: Sequence[Day],
    until: Day,
    as_of: datetime,
    *,
    sampled: bool = False,
) -> Counts:
    """Count the labelled predictions of days by the day of their first label.

    Parameters
    ----------
    days : whose cohorts are counted, oldest first.
    until : the last day whose labels count.
    as_of : predictions loaded before, where they say when they were.
    sampled : count only what is read of a day that is too large; for one day.
    """
    if not days:
        return {}
    same, spec = predictions.identity == feedback.identity, feedback_of(model)
    seen_days = _seen_days(model, days, until)
    here, there = Place(feedback.name, spec.table), Place(predictions.name, model.predictions.table)
    with feedback.session() as session:
        if same and isinstance(session, Asking):
            one_in = _one_in(there, session, model, days, as_of) if sampled else None
            grouped = _grouped(here, there, session, model, days, seen_days, as_of, one_in)
            if grouped is not None:
                return _as_counts(days, seen_days, grouped)
        labels = _labels(here, session, model, seen_days)
    with predictions.session() as session:
        one_in = _one_in(there, session, model, days, as_of) if sampled else None
        return _counted(there, session, model, days, seen_days, labels, as_of, one_in)


def _one_in(place: Place, session: Session, model: Model, days: Sequence[Day], as_of: datetime) -> OneIn | None:
    """Say which predictions of a day are read."""
    log = model.predictions
    query = made_within(place, session, model, days, [log.id or "", log.time], as_of)
    n = sampling.one_in(sampling.total(place, session, query, log.id or ""), model.max_rows)
    return OneIn(log.id or "", log.time, n) if n > 1 else None


def _grouped(
    here: Place,
    there: Place,
    session: Asking,
    model: Model,
    days: Sequence[Day],
    seen_days: Sequence[Day],
    as_of: datetime,
    one_in: OneIn | None,
) -> pa.Table | None:
    """Let the database count; None where its comparison of times would not be exact."""
    log, spec = model.predictions, feedback_of(model)
    made = made_within(there, session, model, days, [log.id or ""], as_of)
    asked = _asked_labels(here, session, model, seen_days)
    forms = made.ranges[0].form, asked.ranges[0].form
    if any(form.shape is Shape.TEXT_OFFSET for form in forms):
        return None
    answer = log.score or log.decision
    made = replace(made, present=tuple(filter(None, (log.id, answer))), one_in=one_in)
    fine = where_of(made, session.relation, session.chosen)
    if log.status:
        values = ", ".join(literal(value) for value in log.status.ok)
        fine += f" AND CAST({quoted(log.status.column)} AS TEXT) IN ({values})"
    edges = [window(day, model.zone).end for day in seen_days]
    statement = f"""
SELECT cohort, seen, count(*) AS predictions FROM (
  SELECT p.cohort, p.id, min(l.seen) AS seen
  FROM (SELECT {_day_of(log.time, forms[0], edges)} AS cohort, {quoted(log.id or "")} AS id
        FROM {session.relation(log.table)}{fine}) AS p
  JOIN (SELECT {_day_of(spec.time, forms[1], edges)} AS seen, {quoted(spec.id)} AS id
        FROM {session.relation(spec.table)}{where_of(asked, session.relation)}) AS l
  ON p.id = l.id AND l.seen >= p.cohort - 1
  GROUP BY p.cohort, p.id) AS firsts
GROUP BY cohort, seen"""
    return session.ask(statement, log.table, log.where)


def _day_of(column: str, form: TimeForm, edges: Sequence[datetime]) -> str:
    """Write SQL for the number of the day that a time lies in."""
    whens = (f"WHEN {quoted(column)} < {literal(form.upper(edge))} THEN {i}" for i, edge in enumerate(edges))
    return f"CASE {' '.join(whens)} END"


def _seen_days(model: Model, days: Sequence[Day], until: Day) -> list[Day]:
    """Give the days on which labels may have become visible: from the day before the first cohort on."""
    return list(existing(days[0] - timedelta(days=1), until, model.zone))


def _as_counts(days: Sequence[Day], seen_days: Sequence[Day], grouped: pa.Table) -> Counts:
    counts: Counts = {day: Counter() for day in days}
    for row in grouped.to_pylist():
        cohort = seen_days[row["cohort"]]
        if cohort in counts:
            counts[cohort][seen_days[row["seen"]]] += row["predictions"]
    return counts


def _asked_labels(place: Place, session: Session, model: Model, seen_days: Sequence[Day]) -> Query:
    spec, schema = feedback_of(model), session.schema(place.table)
    required(place, [spec.id, spec.target, spec.time], list(schema), " of feedback")
    span = window(seen_days[0], model.zone).start, window(seen_days[-1], model.zone).end
    seen = time_range(place, session, schema[spec.time], spec, span)
    return Query(spec.table, (spec.id, spec.time), (seen,), None, (spec.id, spec.target))


def _in_turn(days: Sequence[Day], read: Callable[[Sequence[Day]], Rows]) -> Iterator[tuple[Sequence[Day], Rows]]:
    """Read days a few at a time, so many that the rows of a few fit in memory."""
    first = 0
    together = 1
    while first < len(days):
        some = days[first : first + together]
        found = read(some)
        yield some, found
        first += together
        together = max(1, _ROWS_AT_ONCE * len(some) // max(1, len(found[0])))


def _labels(place: Place, session: Session, model: Model, seen_days: Sequence[Day]) -> Rows:
    """Read which ids have a label, and the day of the first."""
    spec = feedback_of(model)
    schema = session.schema(place.table)

    def read(some: Sequence[Day]) -> Rows:
        query = _asked_labels(place, session, model, some)
        raw, times = within(place, session.rows(query), query.ranges)
        hashes = _hashed(place, raw.column(spec.id), schema[spec.id], ZoneInfo(spec.time_zone))
        return hashes, day_numbers(some, model, np.asarray(times[spec.time].cast(pa.int64())))

    ids: list[NDArray[np.uint64]] = []
    seen: list[NDArray[np.int16]] = []
    for some, (hashes, numbers) in _in_turn(seen_days, read):
        ids.append(hashes[numbers >= 0])
        seen.append((numbers[numbers >= 0] + seen_days.index(some[0])).astype(np.int16))
    joined, first_seen = np.concatenate(ids), np.concatenate(seen)
    order = np.lexsort((first_seen, joined))
    joined, first_seen = joined[order], first_seen[order]
    first = _changes(joined)
    return joined[first], first_seen[first]


def _counted(
    place: Place,
    session: Session,
    model: Model,
    days: Sequence[Day],
    seen_days: Sequence[Day],
    labels: Rows,
    as_of: datetime,
    one_in: OneIn | None,
) -> Counts:
    """Look the predictions that count up among the labels."""
    counts: Counts = {day: Counter() for day in days}
    ids, seen = labels
    for some, (hashes, numbers) in _in_turn(days, lambda some: _made(place, session, model, some, as_of, one_in)):
        found = np.searchsorted(ids, hashes)
        known = found < len(ids)
        known[known] = ids[found[known]] == hashes[known]
        amounts = np.bincount(numbers[known] * len(seen_days) + seen[found[known]])
        for code in np.flatnonzero(amounts):
            cohort, day = divmod(int(code), len(seen_days))
            counts[some[cohort]][seen_days[day]] += int(amounts[code])
    return counts


def _made(
    place: Place, session: Session, model: Model, days: Sequence[Day], as_of: datetime, one_in: OneIn | None
) -> Rows:
    """Read the predictions that count, the first of each id on a day: sorted hashes of ids, and numbers of days."""
    log, schema = model.predictions, session.schema(place.table)
    answer, status = log.score or log.decision, log.status.column if log.status else None
    loaded = [log.loaded_at] if log.loaded_at else []
    names = [name for name in (log.id, log.time, answer, status, *loaded) if name]
    query = replace(made_within(place, session, model, days, names, as_of), one_in=one_in)
    raw, times = within(place, session.rows(query), query.ranges)

    def read(name: str) -> pa.Array:
        return normal(place, raw.column(name), schema[name], ZoneInfo(log.time_zone))

    ids, instants = raw.column(log.id or ""), np.asarray(times[log.time].cast(pa.int64()))
    hashes = _hashed(place, ids, schema[log.id or ""], ZoneInfo(log.time_zone))
    numbers = day_numbers(days, model, instants)
    keep: NDArray[np.bool_] = np.asarray(pc.is_valid(ids)) & (numbers >= 0)
    order = np.argsort(hashes)
    if not _changes(hashes[order]).all():
        order = np.lexsort((instants, numbers, hashes))
        keep[order[~(_changes(hashes[order]) | _changes(numbers[order]))]] = False
    if answer:
        keep &= np.asarray(pc.is_valid(read(answer)))
    if status and log.status:
        text = plain_ids(read(status)).cast(pa.string())
        keep &= np.asarray(pc.is_in(text, pa.array(log.status.ok, pa.string())))
    order = order[keep[order]]
    return hashes[order], numbers[order]  # sorted: looked up in a tenth of the time


def _changes(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Mark the values that differ from the one before; the first does."""
    return np.r_[True, values[1:] != values[:-1]] if len(values) else np.zeros(0, dtype=np.bool_)


def _hashed(place: Place, raw: pa.ChunkedArray, column: Column, zone: ZoneInfo) -> NDArray[np.uint64]:
    """Give 64 bits per id: weeks of them fit in memory where their text would not."""
    import duckdb

    ids = raw if column.kind is Kind.TEXT else normal(place, raw, column, zone)
    with duckdb.connect(":memory:") as connection:
        connection.register("ids", pa.table({"id": ids}))
        answer: pa.Table = connection.sql("SELECT hash(id) AS hash FROM ids").to_arrow_table()
    return np.asarray(answer["hash"]).astype(np.uint64)
