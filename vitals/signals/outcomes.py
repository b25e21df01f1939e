"""A cohort's columns as the arrays that metrics take: what was predicted, what was decided, what came true.

A row counts for a metric when everything that the metric needs is known of it. Metrics that need the same share one
sample, and so one sort. It knows no ages and no days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitals.signals.values import equal, known, missing, numbers
from vitals.spec.model import Model, Positive, Task
from vitals.stats.estimate import Estimate, unsaid
from vitals.stats.metrics import BINARY, REGRESSION, BinarySample, Need, RegressionSample

NO_LABELS = "no labels yet"

Needs: TypeAlias = frozenset[Need]


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Yes or no per row, and of which rows it is known; shape (n,) each."""

    values: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def at(self, rows: NDArray[np.int64]) -> "Flags":
        """Give some rows."""
        return Flags(self.values[rows], self.known[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Floats:
    """A number per row, and of which rows it is known (it may be infinite, which metrics refuse); shape (n,) each."""

    values: NDArray[np.float64]
    known: NDArray[np.bool_]

    def at(self, rows: NDArray[np.int64]) -> "Floats":
        """Give some rows."""
        return Floats(self.values[rows], self.known[rows])


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Rows of a cohort, ready for metrics.

    Attributes
    ----------
    task : decides what a label and a prediction are.
    flags, floats : what is known per row, by what metrics need.
    lacking : why something that metrics need is not there at all.
    tolerance : largest absolute error that counts as right.
    """

    task: Task
    flags: Mapping[Need, Flags]
    floats: Mapping[Need, Floats]
    lacking: Mapping[Need, str]
    tolerance: float | None = None
    _samples: dict[Needs, BinarySample] = field(default_factory=dict, repr=False)

    def at(self, rows: NDArray[np.int64]) -> "Outcomes":
        """Give some rows, by number."""
        flags = {need: part.at(rows) for need, part in self.flags.items()}
        floats = {need: part.at(rows) for need, part in self.floats.items()}
        return Outcomes(self.task, flags, floats, self.lacking, self.tolerance)

    def estimate(self, name: str) -> Estimate:
        """Estimate a metric over the rows that count for it."""
        listed = BINARY if self.task == Task.BINARY else REGRESSION
        if name not in listed:
            return unsaid(f"{name} is no metric of a {self.task.value} model", 0)
        needs = listed[name].needs
        for need in sorted(needs & self.lacking.keys()):
            return unsaid(f"{name} needs a {need}: {self.lacking[need]}", 0)
        if "label" in needs and not self._known("label").any():
            return unsaid(NO_LABELS, 0)
        if self.task == Task.BINARY:
            return BINARY[name](self._binary(needs))
        return REGRESSION[name](self._regression)

    def _known(self, need: Need) -> NDArray[np.bool_]:
        return self.flags[need].known if need in self.flags else self.floats[need].known

    def _rows(self, needs: Needs) -> NDArray[np.int64]:
        return np.flatnonzero(np.logical_and.reduce([self._known(need) for need in sorted(needs)]))

    def _binary(self, needs: Needs) -> BinarySample:
        if needs not in self._samples:
            some = self.at(self._rows(needs))
            self._samples[needs] = BinarySample(
                y_true=some.flags["label"].values if "label" in needs else None,
                score=some.floats["score"].values if "score" in needs else None,
                decision=some.flags["decision"].values if "decision" in needs else None,
            )
        return self._samples[needs]

    @cached_property
    def _regression(self) -> RegressionSample:
        some = self.at(self._rows(frozenset({"label", "prediction"})))
        return RegressionSample(some.floats["label"].values, some.floats["prediction"].values, self.tolerance)


def outcomes(model: Model, table: "pa.Table", target: str) -> Outcomes:
    """Read labels and answers out of a cohort's rows.

    Parameters
    ----------
    target : column with the label, null where there is none yet; with event labels that is a negative one.

    Notes
    -----
    Binary: a label or decision is positive when it equals the model file's `positive` value. Regression: the
    prediction is the decision, else the score.
    """
    flags: dict[Need, Flags] = {}
    floats: dict[Need, Floats] = {}
    lacking: dict[Need, str] = {}

    def take(need: Need, column: str | None, *, number: bool, positive: str | float = 1) -> None:
        if column is None or column not in table.column_names:
            lacking[need] = missing(column) if column else "the model file names no column for it"
        elif not number:
            flags[need] = Flags(equal(table[column], positive), known(table[column]))
        elif isinstance(found := numbers(table, column), str):
            lacking[need] = found
        else:
            floats[need] = Floats(found, ~np.isnan(found))

    predictions, positive = model.predictions, model.positive or Positive()
    if model.task == Task.BINARY:
        take("label", target, number=False, positive=positive.target)
        if model.feedback and model.feedback.labels == "event" and "label" in flags:
            flags["label"] = Flags(flags["label"].values, np.ones(table.num_rows, dtype=np.bool_))
        take("score", predictions.score, number=True)
        take("decision", predictions.decision, number=False, positive=positive.decision)
    else:
        take("label", target, number=True)
        take("prediction", predictions.decision or predictions.score, number=True)
    return Outcomes(model.task, flags, floats, lacking, model.metric_options.within_tolerance)
