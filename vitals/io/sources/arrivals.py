"""Of which days' cohorts something was loaded within a span: a label, or a prediction.

Reads the rows that were loaded in the span, and when their predictions were made; in one database nothing of others.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.io.sources.base import Query, Session, Source
from vitals.io.sources.cohorts import EARLY, feedback_of, plain_ids, same_type
from vitals.io.sources.days import Place, checked_where, normal, required, time_range, within
from vitals.records import Day
from vitals.spec.model import Model
from vitals.windows import window

Span = tuple[datetime, datetime]
"""from (inclusive), until (exclusive)"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def arrivals(
    predictions: Source, feedback: Source, model: Model, days: Sequence[Day], span: Span
) -> dict[Day, datetime]:
    """Find the days of whose predictions or labels a row was loaded within a span.

    Parameters
    ----------
    days : whose cohorts are asked about, oldest first.
    span : of `loaded_at`; a table whose rows do not say when they were loaded has no arrivals.

    Returns
    -------
    Per day the earliest time of a label that arrived: it is visible at ages that end later. For a prediction that
    arrived it is the start of its day: it belongs to the cohort at every age.
    """
    found: dict[Day, datetime] = {}
    if not days:
        return found
    if model.predictions.loaded_at:
        with predictions.session() as session:
            arrived = _arrived_predictions(Place(predictions.name, model.predictions.table), session, model, days, span)
        found = {day: window(day, model.zone).start for day in arrived}
    if feedback_of(model).loaded_at:
        for day, time in _arrived_labels(predictions, feedback, model, days, span).items():
            found[day] = min(time, found.get(day, time))
    return found


def day_numbers(days: Sequence[Day], model: Model, instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the day of each instant (microseconds since 1970) in ascending `days`, -1 for none; shape (n,)."""
    spans = [window(day, model.zone) for day in days]
    starts = np.array([(span.start - _EPOCH) // _MICROSECOND for span in spans])
    ends = np.array([(span.end - _EPOCH) // _MICROSECOND for span in spans])
    place = np.searchsorted(starts, instants, side="right") - 1
    return np.where((place >= 0) & (instants < ends[place]), place, -1)


def made_within(
    place: Place, session: Session, model: Model, days: Sequence[Day], columns: Sequence[str], as_of: datetime | None
) -> Query:
    """Ask for predictions made from the first to the last of the days, loaded before `as_of` where rows say when."""
    log, schema = model.predictions, session.schema(place.table)
    span = window(days[0], model.zone).start, window(days[-1], model.zone).end
    loaded = [log.loaded_at] if log.loaded_at and as_of else []
    required(place, [*columns, log.time, *loaded], list(schema))
    ranges = [time_range(place, session, schema[log.time], log, span)]
    ranges += [time_range(place, session, schema[name], log, (None, as_of)) for name in loaded]
    return Query(log.table, tuple(dict.fromkeys(columns)), tuple(ranges), checked_where(place, log.where))


def _arrived_predictions(place: Place, session: Session, model: Model, days: Sequence[Day], span: Span) -> list[Day]:
    log, schema = model.predictions, session.schema(place.table)
    loaded = log.loaded_at or log.time
    made = made_within(place, session, model, days, [log.time, loaded], None)
    made = replace(made, ranges=(*made.ranges, time_range(place, session, schema[loaded], log, span)))
    _, times = within(place, session.rows(made), made.ranges)
    numbers = day_numbers(days, model, np.asarray(times[log.time].cast(pa.int64())))
    return [days[i] for i in np.unique(numbers[numbers >= 0])]


def _arrived_labels(
    predictions: Source, feedback: Source, model: Model, days: Sequence[Day], span: Span
) -> dict[Day, datetime]:
    """Read the labels that arrived, then when the predictions with their ids were made."""
    spec, log = feedback_of(model), model.predictions
    here, there = Place(feedback.name, spec.table), Place(predictions.name, log.table)
    joined = predictions.identity == feedback.identity and feedback.joins
    with feedback.session() as session:
        among = made_within(there, session, model, days, [log.id or ""], None) if joined else None
        asked = _labels_within(here, session, model, days, span, among)
        labels = _read_labels(here, session, model, asked)
        if not labels.num_rows:
            return {}
        if joined:
            keys = Query(asked.table, (spec.id,), asked.ranges, None, asked.present)
            made = _read_made(there, session, model, days, keys)
    if not joined:
        with predictions.session() as session:
            made = _read_made(there, session, model, days, None)
    same_type(model, made["id"].type, labels["id"].type)
    first = np.asarray(pc.fill_null(pc.index_in(plain_ids(made["id"]), plain_ids(labels["id"])), -1))
    numbers = day_numbers(days, model, np.asarray(made["time"].cast(pa.int64())))
    times = np.asarray(labels["time"].cast(pa.int64()))
    known = (numbers >= 0) & (first >= 0)
    earliest = {number: times[first[known & (numbers == number)]].min() for number in np.unique(numbers[known])}
    return {days[number]: _EPOCH + int(time) * _MICROSECOND for number, time in earliest.items()}


def _labels_within(
    place: Place, session: Session, model: Model, days: Sequence[Day], span: Span, among: Query | None
) -> Query:
    """Ask for labels that arrived in the span and are visible to a cohort of the days that reached an age before it."""
    spec, schema = feedback_of(model), session.schema(place.table)
    loaded = spec.loaded_at or spec.time
    required(place, [spec.id, spec.target, spec.time, loaded], list(schema), " of feedback")
    last = days[-1] + timedelta(days=min(spec.ages))
    seen = window(days[0], model.zone).start - EARLY, window(last, model.zone).end
    ranges = (
        time_range(place, session, schema[spec.time], spec, seen),
        time_range(place, session, schema[loaded], spec, span),
    )
    names = tuple(dict.fromkeys([spec.id, spec.time, loaded]))
    return Query(spec.table, names, ranges, None, (spec.id, spec.target), (spec.id, among) if among else None)


def _read_labels(place: Place, session: Session, model: Model, query: Query) -> pa.Table:
    """Read columns id and time, the earliest first."""
    spec = feedback_of(model)
    raw, times = within(place, session.rows(query), query.ranges)
    ids = normal(place, raw.column(spec.id), session.schema(place.table)[spec.id], ZoneInfo(spec.time_zone), True)
    return pa.Table.from_arrays([ids, times[spec.time]], names=["id", "time"]).sort_by("time")


def _read_made(place: Place, session: Session, model: Model, days: Sequence[Day], keys: Query | None) -> pa.Table:
    """Read columns id and time of predictions of the days; in a database only of those with a wanted id."""
    log = model.predictions
    key = log.id or ""
    query = made_within(place, session, model, days, [key, log.time], None)
    query = replace(query, among=(key, keys) if keys else None)
    raw, times = within(place, session.rows(query), query.ranges)
    ids = normal(place, raw.column(key), session.schema(place.table)[key], ZoneInfo(log.time_zone), True)
    return pa.Table.from_arrays([ids, times[log.time]], names=["id", "time"])
