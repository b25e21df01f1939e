"""How many of a day's predictions have a label, by the day on which its first label became visible: one count for weeks.

In one database it is a single grouped query; otherwise ids and times are read and counted here. It serves to find the
cohorts whose labels changed: where an id occurs several times or times have offsets that differ, the query may count a
few rows otherwise than `cohorts` does, and whoever asks then looks closer.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.io.sources.arrivals import day_numbers, made_within
from vitals.io.sources.base import Asking, Query, Session, Source
from vitals.io.sources.cohorts import EARLY, feedback_of, plain_ids, same_type
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


def label_counts(
    predictions: Source, feedback: Source, model: Model, days: Sequence[Day], until: Day, as_of: datetime
) -> Counts:
    """Count the labelled predictions of days by the day of their first label.

    Parameters
    ----------
    days : whose cohorts are counted, oldest first.
    until : the last day whose labels count.
    as_of : predictions loaded before, where they say when they were.
    """
    if not days:
        return {}
    same, spec = predictions.identity == feedback.identity, feedback_of(model)
    with feedback.session() as session:
        if same and isinstance(session, Asking):
            grouped = _grouped(predictions.name, session, model, days, until, as_of)
            if grouped is not None:
                return _as_counts(model, days, until, grouped)
        labels = _labels(Place(feedback.name, spec.table), session, model, days, until)
    with predictions.session() as session:
        made = _made(Place(predictions.name, model.predictions.table), session, model, days, as_of)
    return _counted(model, days, until, made, labels)


def _grouped(
    source: str, session: Asking, model: Model, days: Sequence[Day], until: Day, as_of: datetime
) -> pa.Table | None:
    """Let the database count; None where its comparison of times would not be exact."""
    log, spec = model.predictions, feedback_of(model)
    here, there = Place(source, spec.table), Place(source, log.table)
    made = made_within(there, session, model, days, [log.id or ""], as_of)
    asked = _asked_labels(here, session, model, days, until)
    forms = made.ranges[0].form, asked.ranges[0].form
    if any(form.shape is Shape.TEXT_OFFSET for form in forms):
        return None
    answer = log.score or log.decision
    made = Query(made.table, made.columns, made.ranges, made.where, tuple(filter(None, (log.id, answer))))
    fine = where_of(made, session.relation)
    if log.status:
        values = ", ".join(literal(value) for value in log.status.ok)
        fine += f" AND CAST({quoted(log.status.column)} AS TEXT) IN ({values})"
    edges = [window(day, model.zone).end for day in _seen_days(model, days, until)]
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


def _as_counts(model: Model, days: Sequence[Day], until: Day, grouped: pa.Table) -> Counts:
    seen_days = _seen_days(model, days, until)
    counts: Counts = {day: Counter() for day in days}
    for row in grouped.to_pylist():
        cohort = seen_days[row["cohort"]]
        if cohort in counts:
            counts[cohort][seen_days[row["seen"]]] += row["predictions"]
    return counts


def _asked_labels(place: Place, session: Session, model: Model, days: Sequence[Day], until: Day) -> Query:
    spec, schema = feedback_of(model), session.schema(place.table)
    required(place, [spec.id, spec.target, spec.time], list(schema), " of feedback")
    span = window(days[0], model.zone).start - EARLY, window(until, model.zone).end
    seen = time_range(place, session, schema[spec.time], spec, span)
    return Query(spec.table, (spec.id, spec.time), (seen,), None, (spec.id, spec.target))


def _labels(place: Place, session: Session, model: Model, days: Sequence[Day], until: Day) -> pa.Table:
    """Read columns id and time, the earliest first."""
    spec = feedback_of(model)
    query = _asked_labels(place, session, model, days, until)
    raw, times = within(place, session.rows(query), query.ranges)
    ids = normal(place, raw.column(spec.id), session.schema(place.table)[spec.id], ZoneInfo(spec.time_zone), True)
    return pa.Table.from_arrays([ids, times[spec.time]], names=["id", "time"]).sort_by("time")


def _made(place: Place, session: Session, model: Model, days: Sequence[Day], as_of: datetime) -> pa.Table:
    """Read columns id and time of the predictions that count, the first of each id on a day."""
    log, schema = model.predictions, session.schema(place.table)
    answer, status = log.score or log.decision, log.status.column if log.status else None
    loaded = [log.loaded_at] if log.loaded_at else []
    names = [name for name in (log.id, log.time, answer, status, *loaded) if name]
    query = made_within(place, session, model, days, names, as_of)
    raw, times = within(place, session.rows(query), query.ranges)

    def read(name: str) -> pa.Array:
        return normal(place, raw.column(name), schema[name], ZoneInfo(log.time_zone), name == log.id)

    ids, instants = read(log.id or ""), np.asarray(times[log.time].cast(pa.int64()))
    keep = _first(plain_ids(ids), day_numbers(days, model, instants), instants)
    if answer:
        keep &= np.asarray(pc.is_valid(read(answer)))
    if status and log.status:
        text = plain_ids(read(status)).cast(pa.string())
        keep &= np.asarray(pc.is_in(text, pa.array(log.status.ok, pa.string())))
    return pa.Table.from_arrays([ids, times[log.time]], names=["id", "time"]).filter(pa.array(keep))


def _first(ids: pa.Array, numbers: NDArray[np.int64], instants: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the earliest row of each id within each day."""
    known = np.asarray(pc.is_valid(ids)) & (numbers >= 0)
    codes = np.asarray(pc.fill_null(ids.dictionary_encode().indices, -1)).astype(np.int64)
    keys = codes * (numbers.max(initial=0) + 1) + numbers
    order = np.lexsort((instants, keys))
    first = np.zeros(len(keys), dtype=np.bool_)
    first[order] = np.r_[True, keys[order][1:] != keys[order][:-1]] if len(keys) else True
    return first & known


def _counted(model: Model, days: Sequence[Day], until: Day, made: pa.Table, labels: pa.Table) -> Counts:
    counts: Counts = {day: Counter() for day in days}
    if not made.num_rows or not labels.num_rows:
        return counts
    same_type(model, made["id"].type, labels["id"].type)
    first = np.asarray(pc.fill_null(pc.index_in(plain_ids(made["id"]), plain_ids(labels["id"])), -1))
    times = np.asarray(labels["time"].cast(pa.int64()))[first]
    seen_days = _seen_days(model, days, until)
    cohorts = day_numbers(days, model, np.asarray(made["time"].cast(pa.int64())))[first >= 0]
    seen = np.maximum(day_numbers(seen_days, model, times[first >= 0]), 0)
    pairs, amounts = np.unique(np.stack([cohorts, seen]), axis=1, return_counts=True)
    for cohort, day, amount in zip(*pairs, amounts, strict=True):
        counts[days[cohort]][seen_days[day]] += int(amount)
    return counts
