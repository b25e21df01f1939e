"""The predictions of one day with the labels known at one age.

Which predictions count: the first of its id, status ok, an answer. Which label counts: the last one visible (by its
time; at the same time the greater value), null labels being none. Labels are looked for from one day before the
prediction day on: earlier ones are another prediction's, and a label up to a day early is a clock gone wrong that
should be seen. In one database the labels are found by one join that the predictions' time bounds; otherwise all labels
of that time are read. Both are then matched by the same code, so they give the same cohort.

An orphan is a label whose prediction is of this day and does not count (status, no score): labels without any
prediction cannot be told from labels of other days without reading those.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.errors import InputError
from vitals.io.sources.arrays import TYPES
from vitals.io.sources.base import Query, Session, Source, wrong
from vitals.io.sources.days import DayRows, Place, normal, read_rows, required, time_range, within
from vitals.io.sources.times import INSTANT_TYPE
from vitals.records import Cohort, Day
from vitals.spec.model import Feedback, Model
from vitals.windows import window

LABEL_TIME = "__label_time"
EARLY = timedelta(days=1)


def read_cohort(
    predictions: Source,
    feedback: Source,
    model: Model,
    day: Day,
    age: int,
    columns: Sequence[str] = (),
    known_on: Day | None = None,
    as_of: datetime | None = None,
) -> Cohort:
    """Read the predictions of a day with the labels visible at an age.

    Parameters
    ----------
    predictions, feedback : where the two tables are; the same database is read in one snapshot.
    age : days after `day`; labels with a time before the end of `day + age` are visible.
    columns : further columns that outcome rules need; the target and `__label_time` may be among them.
    known_on : the day whose knowledge it is; default `day + age`.
    as_of : only rows of either table with `loaded_at` before this instant, where the model names that column; default
        the end of `known_on`.

    Raises
    ------
    InputError
        A table, column or type is not what the model file says; the target has the name of a prediction's column.
    SourceError
        A source is unreachable, too slow or forbids it.
    """
    spec = feedback_of(model)
    names = _names(model, spec, columns)
    known_on = known_on or day + timedelta(days=age)
    as_of = as_of or window(known_on, model.zone).end
    visible = window(day + timedelta(days=age), model.zone).end
    asked = [*names, *([model.predictions.status.column] if model.predictions.status else [])]
    same = predictions.identity == feedback.identity
    with predictions.session() as session:
        rows = read_rows(predictions.name, session, model, day, columns=list(dict.fromkeys(asked)), as_of=as_of)
        if same:
            labels = _labels(feedback, session, model, day, visible, as_of=as_of, rows=rows, join=feedback.joins)
    if not same:
        with feedback.session() as session:
            labels = _labels(feedback, session, model, day, visible, as_of=as_of, rows=rows, join=False)
    cohort = _matched(model, day, age, rows.table.select(names), rows=rows, labels=labels)
    return replace(cohort, known_on=known_on)


def feedback_of(model: Model) -> Feedback:
    """Give the feedback block of a model that has what cohorts need."""
    if model.feedback is None or model.predictions.id is None:
        msg = f"model {model.name!r}: cohorts need a feedback block and predictions.id"
        raise InputError(msg)
    return model.feedback


def _names(model: Model, spec: Feedback, columns: Sequence[str]) -> list[str]:
    """Name the cohort's columns of the predictions; the target is the label's own."""
    log = model.predictions
    roles = [log.id, log.time, log.score, log.decision, log.version, *log.segments]
    taken = {*roles, *model.watched, *(part.column for part in (log.status, log.saturation) if part)}
    one_table = (spec.source, spec.table) == (log.source, log.table)
    if spec.target in taken and not one_table:
        what = "feedback.target has the name of a prediction's column; rename one of them in a view"
        raise wrong(spec.source, spec.table, what, spec.target)
    wanted = [name for name in [*roles, *sorted(columns)] if name and name not in (spec.target, LABEL_TIME)]
    return list(dict.fromkeys(wanted))


def _labels(
    source: Source,
    session: Session,
    model: Model,
    day: Day,
    visible: datetime,
    *,
    as_of: datetime,
    rows: DayRows,
    join: bool,
) -> pa.Table:
    """Read the labels with a time before `visible` that were loaded before `as_of`: columns id, label and time."""
    spec = feedback_of(model)
    place = Place(source.name, spec.table)
    schema = session.schema(spec.table)
    named = [name for name in (spec.id, spec.target, spec.time, spec.loaded_at) if name]
    required(place, named, list(schema), " of feedback")
    same_type(model, rows.table.column(model.predictions.id).type, TYPES.get(schema[spec.id].kind))
    zone = ZoneInfo(spec.time_zone)
    start = window(day, model.zone).start - EARLY
    ranges = [time_range(place, session, schema[spec.time], spec, (start, visible))]
    if spec.loaded_at:
        ranges.append(time_range(place, session, schema[spec.loaded_at], spec, (None, as_of)))
    among = None
    if join:
        asked, key = rows.query, model.predictions.id or ""
        among = (spec.id, Query(asked.table, (key,), asked.ranges, asked.where, one_in=asked.one_in))
    query = Query(spec.table, tuple(dict.fromkeys(named)), tuple(ranges), None, (spec.id, spec.target), among)
    raw, times = within(place, session.rows(query), query.ranges)
    arrays = [normal(place, raw.column(name), schema[name], zone, name == spec.id) for name in (spec.id, spec.target)]
    table = pa.Table.from_arrays([*arrays, times[spec.time]], names=["id", "label", "time"])
    return table.filter(pc.and_(pc.is_valid(table["id"]), pc.is_valid(table["label"])))


def _matched(model: Model, day: Day, age: int, table: pa.Table, *, rows: DayRows, labels: pa.Table) -> Cohort:
    spec = feedback_of(model)
    counted, excluded = _counted(model, rows)
    ids = rows.table.column(model.predictions.id)
    place = _positions(model, ids, rows.first, labels["id"])
    times = np.asarray(labels["time"].cast(pa.int64()))
    ranks = _ranks(labels["label"])
    matched = np.flatnonzero(place >= 0)
    of_counted = counted[place[matched]]
    orphaned = np.zeros(len(counted), dtype=np.bool_)
    orphaned[place[matched[~of_counted]]] = True
    kept = matched[of_counted]
    chosen, relabelled = _last(place[kept], times[kept], ranks[kept])
    chosen = kept[chosen]
    label_of: NDArray[np.int64] = np.full(rows.table.num_rows, -1, dtype=np.int64)
    label_of[place[chosen]] = chosen
    picked = label_of[counted]
    indices = pa.array(picked, mask=picked < 0)
    table = table.filter(pa.array(counted))
    table = table.append_column(spec.target, labels["label"].combine_chunks().take(indices))
    table = table.append_column(LABEL_TIME, labels["time"].combine_chunks().take(indices).cast(INSTANT_TYPE))
    return Cohort(
        model=model.name,
        day=day,
        age=age,
        known_on=day + timedelta(days=age),
        table=table,
        excluded=excluded,
        relabelled=relabelled,
        orphans=int(orphaned.sum()),
        early=int((times[chosen] < rows.instants[place[chosen]]).sum()),
        one_in=rows.one_in,
    )


def _counted(model: Model, rows: DayRows) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Mark the predictions that count; say how many do not, each under its first reason."""
    log = model.predictions
    counted = rows.first.copy()
    excluded = {"duplicate": int((~counted).sum()), "status": 0, "no score": 0}
    if log.status:
        status = rows.table.column(log.status.column)
        plain = status.cast(status.type.value_type) if pa.types.is_dictionary(status.type) else status.cast(pa.string())
        ok = np.asarray(pc.is_in(plain, pa.array(log.status.ok, plain.type)))
        excluded["status"] = int((counted & ~ok).sum())
        counted &= ok
    answer = log.score or log.decision
    if answer:
        valid = np.asarray(pc.is_valid(rows.table.column(answer)))
        excluded["no score"] = int((counted & ~valid).sum())
        counted &= valid
    return counted, excluded


def _positions(
    model: Model, ids: pa.ChunkedArray, first: NDArray[np.bool_], labelled: pa.ChunkedArray
) -> NDArray[np.int64]:
    """Find the row of each label's prediction; -1 when it is not of this day."""
    left, right = plain_ids(ids), plain_ids(labelled)
    if len(right):
        same_type(model, left.type, right.type)
    rows = np.flatnonzero(first & np.asarray(pc.is_valid(left)))
    if not len(rows) or not len(right):
        return np.full(len(right), -1, dtype=np.int64)
    found = np.asarray(pc.fill_null(pc.index_in(right, left.take(pa.array(rows))), -1)).astype(np.int64)
    return np.where(found >= 0, rows[found], -1)


def same_type(model: Model, left: pa.DataType, right: pa.DataType | None) -> None:
    """Refuse ids that could never be equal: text here, numbers there."""
    if left != right:
        log, spec = model.predictions, feedback_of(model)
        kinds = [str(kind.value_type) if kind and pa.types.is_dictionary(kind) else str(kind) for kind in (right, left)]
        what = f"feedback.id is {kinds[0]}, {log.table}.{log.id} is {kinds[1]}; cast one of them in a view"
        raise wrong(spec.source, spec.table, what, spec.id)


def plain_ids(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give ids as one array without a dictionary."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _ranks(labels: pa.ChunkedArray) -> NDArray[np.float64] | NDArray[np.int64]:
    """Order the labels by value: text by its characters, the rest by size."""
    array = labels.combine_chunks()
    if pa.types.is_dictionary(array.type):
        order = np.argsort(np.asarray(pc.sort_indices(array.dictionary)))
        return order[np.asarray(array.indices)] if len(array) else np.array([], dtype=np.int64)
    values: NDArray[np.float64] | NDArray[np.int64]
    values = np.asarray(array.cast(pa.int64()) if not pa.types.is_floating(array.type) else array)
    return values


def _last(
    place: NDArray[np.int64], times: NDArray[np.int64], ranks: NDArray[np.float64] | NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Choose the last label per prediction; count the predictions whose labels differ."""
    if not len(place) or np.bincount(place).max() == 1:
        return np.arange(len(place)), 0
    order = np.lexsort((ranks, times, place))
    sorted_place = place[order]
    starts = np.flatnonzero(np.r_[True, sorted_place[1:] != sorted_place[:-1]])
    ends = np.r_[starts[1:], len(order)] - 1
    low, high = (extreme.reduceat(ranks[order], starts) for extreme in (np.minimum, np.maximum))
    return order[ends], int((low != high).sum())
