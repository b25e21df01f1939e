"""Scores by what came true and by what was decided: all that estimating a metric without labels needs.

They are profiles of the score, under segments that no column can have (`__label=1`); they are never judged as drift.
"""

import numpy as np

from vitals.profiles.grid import grid, on_grid
from vitals.profiles.partition import profile_partition
from vitals.profiles.types import NumericSummary, Profile
from vitals.records import Cohort, Day, Partition
from vitals.signals.outcomes import outcomes
from vitals.signals.values import equal, numbers
from vitals.spec.model import Model, Positive, Task

POSITIVE = "__label=1"
NEGATIVE = "__label=0"
DECIDED = "__decided=1"
_REVISED = "+"  # then days after the age was reached: `__label=1+3`


def profile(model: Model, partition: Partition) -> list[Profile]:
    """Profile all that is watched of a day, and the scores of its positive decisions."""
    return [*profile_partition(model, partition), *of_decisions(model, partition)]


def is_own(segment: str) -> bool:
    """Tell whether a segment is one of these: they are no segments to be judged."""
    return segment == DECIDED or label_of(segment) is not None


def label_of(segment: str) -> tuple[str, int] | None:
    """Give the label that a profile's scores belong to, and how many days after its age the cohort was said (again).

    >>> label_of("__label=1"), label_of("__label=0+3"), label_of("origin=LGA")
    (('__label=1', 0), ('__label=0', 3), None)
    """
    label, _, late = segment.partition(_REVISED)
    return (label, int(late or 0)) if label in {POSITIVE, NEGATIVE} else None


def label_segments(most_late: int) -> list[str]:
    """Name all segments of scores by label, of cohorts said up to so many days after their age."""
    return [_segment(label, late) for label in (POSITIVE, NEGATIVE) for late in range(most_late + 1)]


def _segment(label: str, late: int) -> str:
    return f"{label}{_REVISED}{late}" if late else label


def of_labels(model: Model, cohort: Cohort) -> list[Profile]:
    """Profile the scores of the positives and of the negatives among a cohort's labelled rows.

    Returns
    -------
    Two profiles on one grid, of the day on which the cohort's labels became known; a cohort said again later than at its
    age has segments of its own. Nothing for fewer than 100 such rows, without a score, or for a task that is not binary.
    """
    if model.task != Task.BINARY or model.feedback is None or cohort.table.num_rows == 0:
        return []
    rows = outcomes(model, cohort.table, model.feedback.target)
    label, score = rows.flags.get("label"), rows.floats.get("score")
    if label is None or score is None:
        return []
    counted = label.known & np.isfinite(score.values)
    anchors = grid(score.values[counted])
    if anchors is None:
        return []
    hit = counted & label.values
    groups = {POSITIVE: score.values[hit], NEGATIVE: score.values[counted & ~label.values]}
    late = (cohort.known_on - cohort.day).days - cohort.age
    return [
        _profile(model, cohort.known_on, _segment(name, late), on_grid(values, anchors))
        for name, values in groups.items()
    ]


def of_decisions(model: Model, partition: Partition) -> list[Profile]:
    """Profile the scores of a day's positive decisions, on the grid of all its scored rows.

    Returns
    -------
    One profile; nothing for fewer than 100 scored rows, without score or decision, or without labels to learn from.
    """
    log, table = model.predictions, partition.table
    wanted = model.task == Task.BINARY and model.feedback is not None and log.score and log.decision
    if not wanted or log.score is None or log.decision not in table.column_names:
        return []
    score = numbers(table, log.score)
    if isinstance(score, str) or (anchors := grid(score)) is None:
        return []
    decided = equal(table[log.decision], (model.positive or Positive()).decision)
    return [_profile(model, partition.facts.day, DECIDED, on_grid(score[decided & np.isfinite(score)], anchors))]


def _profile(model: Model, day: Day, segment: str, summary: NumericSummary) -> Profile:
    return Profile(model.name, day, model.predictions.score or "", segment, summary)
