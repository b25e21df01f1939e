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
OWN = frozenset({POSITIVE, NEGATIVE, DECIDED})


def profile(model: Model, partition: Partition) -> list[Profile]:
    """Profile all that is watched of a day, and the scores of its positive decisions."""
    return [*profile_partition(model, partition), *of_decisions(model, partition)]


def of_labels(model: Model, cohort: Cohort) -> list[Profile]:
    """Profile the scores of the positives and of the negatives among a cohort's labelled rows.

    Returns
    -------
    Two profiles on one grid, of the day on which the cohort's labels became known; nothing for fewer than 100 such
    rows, without a score, or for a task that is not binary.
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
    return [_profile(model, cohort.known_on, name, on_grid(values, anchors)) for name, values in groups.items()]


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
