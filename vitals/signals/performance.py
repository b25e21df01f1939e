"""How good a cohort's predictions turned out to be, with the labels known at one age; and how the labels are coming in.

Only cohorts of one age are measured, so that they can be compared with others of the same age. A number that mixes
ages does not exist here.

With event labels the absence of a label means negative, which is only true at the end of their window: what is measured
before is "so far" and must not be judged.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vitals.profiles.segments import group
from vitals.records import HOLDOUT, NO_COVERAGE, SO_FAR, WHOLE, Cohort, Measurement, Symptom
from vitals.signals import baseline, delays
from vitals.signals.entry import entry
from vitals.signals.outcomes import Outcomes, outcomes
from vitals.signals.values import equal, known
from vitals.spec.model import Feedback, Model, Positive
from vitals.stats.estimate import Estimate, said, unsaid
from vitals.stats.intervals import wilson
from vitals.stats.metrics import DEFAULTS, METRICS
from vitals.stats.metrics.samples import MIN_ROWS

__all__ = ["SO_FAR", "measure", "so_far"]


def so_far(model: Model, age: int) -> bool:
    """Tell whether metrics at an age are not final, since events may still come: they are shown and never judged."""
    feedback = model.feedback
    return feedback is not None and feedback.labels == "event" and age < feedback.window


def measure(model: Model, cohort: Cohort, holdout: NDArray[np.bool_] | None = None) -> list[Measurement]:
    """Measure a cohort.

    Parameters
    ----------
    holdout : which rows of the cohort the model did not influence, shape (n,); None when the model names none.

    Returns
    -------
    performance per metric of the model file, of all rows and of the segment `holdout`, and base rates of the model file's
    baseline; label_coverage (labelled / counted predictions, subject ''); label_delay as `delays.measure` says. At the last
    age also the primary metric per segment value and version of at least 100 predictions. Nothing for a cohort without
    predictions.

    Notes
    -----
    Labels from before their prediction are used; the method of label_delay counts them, as it does labels that were
    given again with another value or that belong to no prediction. The method of label_coverage counts what was left out.
    Event labels: rows without one are negative, coverage cannot be said (its n is the number of labels), the delay is
    that of the positives, and the method of what is not final yet begins with `so far: `.
    """
    feedback = model.feedback
    if feedback is None or cohort.table.num_rows == 0:
        return []
    metrics = model.metrics or DEFAULTS.get(model.task.value, ())
    rows = outcomes(model, cohort.table, feedback.target)
    labelled = _labelled(model, feedback, cohort)
    found = [_performance(model, cohort, name, rows) for name in metrics]
    if not so_far(model, cohort.age):
        found += baseline.measure(model, cohort, rows)
    if holdout is not None:
        found += _of_holdout(model, cohort, metrics, rows, holdout)
    found.append(_said(model, cohort, Symptom.LABEL_COVERAGE, "", _coverage(feedback, cohort, labelled)))
    for name, estimate in delays.measure(model, cohort, labelled).items():
        found.append(_said(model, cohort, Symptom.LABEL_DELAY, name, estimate))
    if metrics and cohort.age == max(feedback.ages):
        found += _by_segment(model, cohort, metrics[0], rows)
    return found


def _said(
    model: Model, cohort: Cohort, signal: Symptom, subject: str, estimate: Estimate, *, segment: str = WHOLE
) -> Measurement:
    age, known_on = cohort.age, cohort.known_on
    return entry(model, cohort.day, signal, subject, estimate, age=age, known_on=known_on, segment=segment)


def _performance(model: Model, cohort: Cohort, name: str, rows: Outcomes, segment: str = WHOLE) -> Measurement:
    estimate = rows.estimate(name)
    if so_far(model, cohort.age) and METRICS[name].needs >= {"label"}:
        estimate = replace(estimate, method=SO_FAR + (estimate.method or name))
    return _said(model, cohort, Symptom.PERFORMANCE, name, estimate, segment=segment)


def _of_holdout(
    model: Model, cohort: Cohort, metrics: Sequence[str], rows: Outcomes, holdout: NDArray[np.bool_]
) -> list[Measurement]:
    """Measure the rows that the model did not influence; too few of them are said to be too few."""
    some = np.flatnonzero(holdout)
    if len(some) >= MIN_ROWS:
        return [_performance(model, cohort, name, rows.at(some), HOLDOUT) for name in metrics]
    few = unsaid(f"n={len(some)} < {MIN_ROWS}", len(some))
    return [_said(model, cohort, Symptom.PERFORMANCE, name, few, segment=HOLDOUT) for name in metrics]


def _by_segment(model: Model, cohort: Cohort, primary: str, rows: Outcomes) -> list[Measurement]:
    """Measure the primary metric in every group that is large enough to be named."""
    by = {name: name for name in model.predictions.segments}
    if model.predictions.version:
        by["version"] = model.predictions.version
    found = []
    for name, column in by.items():
        if column in cohort.table.column_names:
            groups = group(cohort.table[column], name)
            for segment, place in groups.large():
                found.append(_performance(model, cohort, primary, rows.at(groups.order[place]), segment))
    return found


def _labelled(model: Model, feedback: Feedback, cohort: Cohort) -> NDArray[np.bool_]:
    """Mark the rows with a label; with event labels those with a positive one, the only news there is."""
    if feedback.target not in cohort.table.column_names:
        return np.zeros(cohort.table.num_rows, dtype=np.bool_)
    column = cohort.table[feedback.target]
    return equal(column, (model.positive or Positive()).target) if feedback.labels == "event" else known(column)


def _coverage(feedback: Feedback, cohort: Cohort, labelled: NDArray[np.bool_]) -> Estimate:
    k, n = int(labelled.sum()), len(labelled)
    if feedback.labels == "event":
        column = feedback.target
        return unsaid(NO_COVERAGE, int(known(cohort.table[column]).sum()) if column in cohort.table.column_names else 0)
    excluded = [f"{rows} {reason}" for reason, rows in sorted(cohort.excluded.items()) if rows]
    left_out = f"; left out: {', '.join(excluded)}" if excluded else ""
    return said(k / n, wilson(k, n), n, f"labelled / counted predictions, Wilson{left_out}")
