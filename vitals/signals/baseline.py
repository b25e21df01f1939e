"""The base rate of every group of a cohort, for a trivial baseline: what the hour (or segment) alone would tell.

Judging ranks a later cohort's groups by these rates: a model is worth what it adds. Only counts are kept here; what the
baseline of a day is depends on other days and is not known.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitals.profiles.segments import group
from vitals.records import REST, Cohort, Measurement, Symptom
from vitals.signals.entry import entry
from vitals.signals.outcomes import Outcomes
from vitals.spec.model import Model
from vitals.stats.estimate import said
from vitals.stats.intervals import wilson

HOUR = "hour"
BASE_RATE = "base_rate"
MOST = 20  # values with a group of their own
LEAST_ROWS = 10  # in a group of its own: a smaller one would show single outcomes
_US_PER_MINUTE = 60_000_000


def measure(model: Model, cohort: Cohort, rows: Outcomes) -> list[Measurement]:
    """Measure the share of positives in every group of the model file's baseline; nothing without one.

    Returns
    -------
    performance `base_rate` per segment, `hour=07` (the local hour of the prediction) or `origin=LGA`, among rows with
    label and score: up to 24 hours, or the 20 largest values, of at least 10 such rows each; all others are the rest
    group. `value` times `n` is the number of positives.
    """
    by, time = model.metric_options.baseline, model.predictions.time
    column = time if by == HOUR else by
    label, score = rows.flags.get("label"), rows.floats.get("score")
    if column is None or by is None or label is None or score is None or column not in cohort.table.column_names:
        return []
    if by == HOUR and not pa.types.is_timestamp(cohort.table[column].type):
        return []
    counted = label.known & score.known
    names, of_row = _hours(model, cohort) if by == HOUR else _values(cohort.table[column], by)
    sizes = np.bincount(of_row[counted], minlength=len(names))
    positives = np.bincount(of_row[counted & label.values], minlength=len(names))
    own = sizes >= LEAST_ROWS
    own[-1] = False  # the last is the rest already
    groups = [(name, int(k), int(n)) for name, k, n, alone in zip(names, positives, sizes, own, strict=True) if alone]
    if left := int(sizes[~own].sum()):
        groups.append((names[-1], int(positives[~own].sum()), left))
    return [
        entry(
            model,
            cohort.day,
            Symptom.PERFORMANCE,
            BASE_RATE,
            said(k / n, wilson(k, n), n, "share of labels that are positive, Wilson"),
            age=cohort.age,
            known_on=cohort.known_on,
            segment=name,
        )
        for name, k, n in groups
    ]


def _hours(model: Model, cohort: Cohort) -> tuple[list[str], NDArray[np.int64]]:
    """Give each row's local hour; a row without a time belongs to the rest."""
    zone, column = ZoneInfo(model.timezone), cohort.table[model.predictions.time]
    times = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).combine_chunks()
    valid = np.asarray(times.is_valid())
    minutes = np.asarray(times.fill_null(0)) // _US_PER_MINUTE
    distinct, at = np.unique(minutes, return_inverse=True)
    hours = np.array([_hour(int(minute), zone) for minute in distinct], dtype=np.int64)
    names = [f"{HOUR}={hour:02}" for hour in range(24)]
    return [*names, f"{HOUR}={REST}"], np.where(valid, hours[at] if len(hours) else 0, 24)


def _hour(minute: int, zone: ZoneInfo) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(zone).hour


def _values(column: "pa.ChunkedArray", name: str) -> tuple[list[str], NDArray[np.int64]]:
    """Give each row's value among the 20 most frequent; the others are the rest."""
    groups = group(column, name)
    rest = f"{name}={REST}"
    names = [segment for segment in groups.segments[:MOST] if segment != rest]
    place = np.minimum(np.repeat(np.arange(len(groups.segments)), np.diff(groups.bounds)), len(names))
    of_row = np.empty(len(groups.order), dtype=np.int64)
    of_row[groups.order] = place
    return [*names, rest], of_row
