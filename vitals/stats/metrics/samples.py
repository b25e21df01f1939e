"""What metrics are computed from: rows as arrays, reduced once and shared by the metrics that need the same.

Everything with a score is computed from the number of positives and negatives per distinct score, everything with an
error from sorted errors: one sort serves all, and no result depends on the order of the rows, not even in its last bit.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vitals.errors import StatisticError

MIN_ROWS = 30  # below, a metric is not said
MIN_CLASS = 10  # positives and negatives each, likewise

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Rows per distinct score.

    Attributes
    ----------
    scores : distinct scores, ascending, shape (g,).
    positives, negatives : rows of either class per distinct score, shape (g,).
    not_finite : rows whose score is NaN or infinite; they are in no count.
    """

    scores: NDArray[np.float64]
    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]
    not_finite: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows by decision and label: true and false positives, false and true negatives."""

    tp: int
    fp: int
    fn: int
    tn: int


@dataclass(frozen=True, eq=False)
class BinarySample:
    """Rows for which everything that a metric needs is known; what no metric needs may be None.

    Attributes
    ----------
    y_true : the label is the positive one, shape (n,).
    score : the model's score, any real number; a probability for log_loss, brier and calibration_ratio, shape (n,).
    decision : the service answered with the positive decision, shape (n,).
    """

    y_true: NDArray[np.bool_] | None = None
    score: NDArray[np.float64] | None = None
    decision: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if len({len(part) for part in self._parts}) != 1:
            msg = f"a binary sample needs arrays of one length, got {[len(part) for part in self._parts]}"
            raise StatisticError(msg)

    @property
    def _parts(self) -> tuple[NDArray[np.bool_] | NDArray[np.float64], ...]:
        return tuple(part for part in (self.y_true, self.score, self.decision) if part is not None)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self._parts[0])

    @cached_property
    def ranking(self) -> Ranking:
        """Positives and negatives per distinct score, by one sort."""
        y_true, score = given(self.y_true, "labels"), given(self.score, "scores")
        finite = np.isfinite(score)
        kept = int(finite.sum())
        if kept < len(score):
            y_true, score = y_true[finite], score[finite]
        order = np.argsort(score)
        ordered = score[order]
        ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], np.ones(min(kept, 1), dtype=np.bool_)))
        rows = np.diff(ends, prepend=-1)
        positives = np.diff(np.cumsum(y_true[order])[ends], prepend=0)
        # adding 0.0 turns -0.0 into 0.0: which of the two equal zeros ends a group depends on the order of the rows
        return Ranking(ordered[ends] + 0.0, positives, rows - positives, self.n - kept)

    @cached_property
    def confusion(self) -> Confusion:
        """Rows by decision and label."""
        y_true, decision = given(self.y_true, "labels"), given(self.decision, "decisions")
        tp, answered, positive = int((y_true & decision).sum()), int(decision.sum()), int(y_true.sum())
        return Confusion(tp, answered - tp, positive - tp, self.n - answered - positive + tp)

    @property
    def classes(self) -> tuple[int, int]:
        """Positives and negatives."""
        positives = int(given(self.y_true, "labels").sum())
        return positives, self.n - positives


@dataclass(frozen=True, eq=False)
class RegressionSample:
    """Rows with a prediction and a label.

    Attributes
    ----------
    y_true, y_pred : label and prediction in one unit, shape (n,).
    tolerance : largest absolute error that counts as right, in that unit, >= 0; None when nobody said.
    """

    y_true: NDArray[np.float64] | None = None
    y_pred: NDArray[np.float64] | None = None
    tolerance: float | None = None

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.y_true, self.y_pred) if part is not None}
        if len(lengths) != 1:
            msg = f"a regression sample needs arrays of one length, got lengths {sorted(lengths)}"
            raise StatisticError(msg)

    @property
    def n(self) -> int:
        """Rows."""
        part = self.y_true if self.y_true is not None else self.y_pred
        return len(given(part, "labels"))

    @cached_property
    def not_finite(self) -> int:
        """Rows whose label or prediction is NaN or infinite."""
        return self.n - int(
            (np.isfinite(given(self.y_true, "labels")) & np.isfinite(given(self.y_pred, "predictions"))).sum()
        )

    @cached_property
    def errors(self) -> NDArray[np.float64]:
        """Prediction minus label, ascending; shape (n,)."""
        return np.sort(given(self.y_pred, "predictions") - given(self.y_true, "labels"))

    @cached_property
    def absolute(self) -> NDArray[np.float64]:
        """Absolute errors, ascending; shape (n,)."""
        return np.sort(np.abs(self.errors))


def given(part: Part | None, name: str) -> Part:
    """Take a part of a sample that a formula needs.

    Raises
    ------
    StatisticError
        When the sample does not have it.
    """
    if part is None:
        msg = f"this formula needs {name}, and the sample has none"
        raise StatisticError(msg)
    return part
