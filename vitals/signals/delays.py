"""When a cohort's labels came: how many days after their prediction, and which share of them by which day.

All of one cohort, at one age, of the labels known then. Whether that is late is judged elsewhere.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitals import windows
from vitals.records import LABEL_TIME, NEWEST, Cohort
from vitals.signals.outcomes import NO_LABELS
from vitals.signals.values import kind_in_words, known, missing
from vitals.spec.model import Model
from vitals.stats.estimate import Estimate, said, unsaid

QUANTILES = {"p50": 0.5, "p90": 0.9}
MOST_POINTS = 14
_US_PER_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def measure(model: Model, cohort: Cohort, labelled: NDArray[np.bool_]) -> dict[str, Estimate]:
    """Measure how the labels of a cohort came.

    Parameters
    ----------
    labelled : which rows have a label, shape (n,).

    Returns
    -------
    `p50`, `p90`: days from prediction to label that so many of the labels did not exceed. Where there are labels with
    times also `newest`: days from the day of the newest label to the day on which the age was reached; and the delay
    curve `day=00`, `day=01` ... below the age: the share of these labels that were known at the end of that many days after
    the prediction day, at 14 points at most.
    """
    why = _unknown(model, cohort, labelled)
    if why:
        return {name: unsaid(why, 0) for name in QUANTILES}
    both = labelled & known(cohort.table[LABEL_TIME]) & known(cohort.table[model.predictions.time])
    if not both.any():
        return {name: unsaid("no label has a time", 0) for name in QUANTILES}
    seen, made = (_microseconds(cohort.table[column])[both] for column in (LABEL_TIME, model.predictions.time))
    days, method = (seen - made) / _US_PER_DAY, f"days from prediction to label{_oddities(cohort)}"
    found = {name: said(float(np.quantile(days, q)), None, len(days), method) for name, q in QUANTILES.items()}
    last = windows.day_of(_EPOCH + timedelta(microseconds=int(seen.max())), model.zone)
    behind = (cohort.day + timedelta(days=cohort.age) - last).days
    found[NEWEST] = said(float(behind), None, len(days), "days from the newest label to the age")
    for k in points(cohort.age):
        end = (windows.window(cohort.day + timedelta(days=k), model.zone).end - _EPOCH) // timedelta(microseconds=1)
        share = float((seen < end).sum()) / len(seen)
        found[f"day={k:02d}"] = said(share, None, len(seen), "share of the labels known by then")
    return found


def points(age: int) -> list[int]:
    """Days after the prediction day at which the delay curve of an age is measured: all, or 14 in equal steps.

    >>> points(3), points(60)[:4]
    ([0, 1, 2], [0, 4, 9, 13])
    """
    if age <= MOST_POINTS:
        return list(range(age))
    return [round(age * i / MOST_POINTS) for i in range(MOST_POINTS)]


def _unknown(model: Model, cohort: Cohort, labelled: NDArray[np.bool_]) -> str | None:
    """Why delays cannot be said; None where they can."""
    if not labelled.any():
        return NO_LABELS
    for column in (LABEL_TIME, model.predictions.time):
        if column not in cohort.table.column_names:
            return missing(column)
        if not pa.types.is_timestamp(cohort.table[column].type):
            return f"{column} holds {kind_in_words(cohort.table[column])}, not times"
    return None


def _microseconds(column: "pa.ChunkedArray") -> NDArray[np.int64]:
    times = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).combine_chunks()
    return np.asarray(times.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)


def _oddities(cohort: Cohort) -> str:
    counts = {
        "before their prediction": cohort.early,
        "given again with another value": cohort.relabelled,
        "without a prediction": cohort.orphans,
    }
    odd = [f"{rows} {what}" for what, rows in counts.items() if rows]
    return f"; labels {', '.join(odd)}" if odd else ""
