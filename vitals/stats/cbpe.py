"""How good a binary model probably was, before any label is known: from its scores and what scores meant so far.

CBPE: past labels say which share of the rows with a score came true (`calibrate`); if that still holds, today's scores
say how many positives lie where, and so what a metric will probably be. It is blind to a change of what a score means.
Everything is computed from rows per score, so rows and summaries of rows serve alike. It knows no days and no models.

References
----------
NannyML documentation, Confidence-based performance estimation (CBPE). Barlow et al. 1972, Statistical inference under
order restrictions (pool adjacent violators).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitals.errors import StatisticError
from vitals.stats.area import area

if TYPE_CHECKING:
    from vitals.stats.cdf import Counted

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Which share of the rows with a score is positive: linear between knots, constant beyond them.

    Attributes
    ----------
    scores : ascending, shape (k,), k >= 1. shares : never falling, within 0..1, shape (k,).
    """

    scores: Floats
    shares: Floats

    def __call__(self, scores: ArrayLike) -> Floats:
        """Give the share of positives at each score, within 0..1, shape as given.

        >>> Calibration(np.array([0.2, 0.4]), np.array([0.0, 0.5]))([0.1, 0.3, 0.9]).tolist()
        [0.0, 0.25, 0.5]
        """
        return np.asarray(np.interp(np.asarray(scores, dtype=np.float64), self.scores, self.shares), dtype=np.float64)


def calibrate(scores: Floats, positives: ArrayLike, negatives: ArrayLike) -> Calibration:
    """Learn what scores mean: the never falling curve that is nearest to the observed shares (isotonic regression).

    Parameters
    ----------
    scores : distinct, ascending, finite, shape (g,). positives, negatives : rows of either label at each, >= 0, not both 0.

    Raises
    ------
    StatisticError : without scores, or for scores and counts that are not as described.

    Examples
    --------
    A dip is levelled: of the rows at 0.2 and 0.3 together a third is positive.

    >>> learnt = calibrate(np.array([0.1, 0.2, 0.3, 0.4]), [0, 1, 1, 2], [2, 1, 3, 0])
    >>> learnt([0.1, 0.2, 0.3, 0.4]).round(3).tolist()
    [0.0, 0.333, 0.333, 1.0]
    """
    known, hit, rows = _checked(scores, positives, negatives)
    shares = isotonic(hit / rows, rows)
    bends = np.ones(len(known), dtype=np.bool_)
    bends[1:-1] = (shares[1:-1] != shares[:-2]) | (shares[1:-1] != shares[2:])
    return Calibration(known[bends], shares[bends])


def isotonic(values: ArrayLike, weights: ArrayLike) -> Floats:
    """Give the never falling sequence with the least weighted squared distance from values (pool adjacent violators).

    Parameters
    ----------
    values : finite, shape (g,). weights : > 0, shape (g,).

    Examples
    --------
    >>> isotonic([1.0, 3.0, 2.0, 4.0], [1, 1, 1, 1]).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    sums: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    loads = np.asarray(weights, dtype=np.float64)
    for load, total in zip(loads.tolist(), (np.asarray(values, dtype=np.float64) * loads).tolist(), strict=True):
        size = 1
        while sums and sums[-1] * load >= total * masses[-1]:
            total, load, size = total + sums.pop(), load + masses.pop(), size + sizes.pop()  # noqa: PLW2901
        sums.append(total)
        masses.append(load)
        sizes.append(size)
    return np.repeat(np.asarray(sums) / np.asarray(masses), sizes) if sums else np.empty(0)


def expected_roc_auc(shares: Floats, rows: ArrayLike) -> float | None:
    """Expected area under the ROC curve: pairs of a positive above a negative, those of one score as half.

    Parameters
    ----------
    shares : probable share of positives at each distinct score, ascending by score, shape (g,). rows : at each, >= 0.

    Returns
    -------
    Within 0..1; None when no positive or no negative is expected.

    Examples
    --------
    >>> expected_roc_auc(np.array([0.0, 1.0]), [5, 5]), expected_roc_auc(np.array([0.5, 0.5]), [5, 5])
    (1.0, 0.5)
    """
    count = np.asarray(rows, dtype=np.float64)
    return area(count * shares, count * (1 - shares))


@dataclass(frozen=True, slots=True)
class Expected:
    """Probable rows by decision and label, >= 0; each metric is None where it would divide by nothing."""

    tp: float
    fp: float
    fn: float
    tn: float

    @property
    def precision(self) -> float | None:
        """Share of positive decisions that probably are right."""
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Share of positives that probably were found."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def accuracy(self) -> float | None:
        """Share of decisions that probably are right."""
        return _ratio(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)


def expected_confusion(shares: Floats, warned: ArrayLike, others: ArrayLike) -> Expected:
    """Count probable hits and misses.

    Parameters
    ----------
    shares : probable share of positives at each score, shape (g,). warned, others : rows with the positive decision and
        with any other at each score, >= 0, shape (g,).

    Examples
    --------
    >>> expected_confusion(np.array([0.25, 0.75]), [0, 4], [4, 0])
    Expected(tp=3.0, fp=1.0, fn=1.0, tn=3.0)
    """
    yes, no = np.asarray(warned, dtype=np.float64), np.asarray(others, dtype=np.float64)
    tp, fn = float((yes * shares).sum()), float((no * shares).sum())
    return Expected(tp, float(yes.sum()) - tp, fn, float(no.sum()) - fn)


def points(summary: "Counted") -> tuple[Floats, Floats]:
    """Give a summary's finite rows as rows per score: exact at anchors, the rows between two at their middle.

    Returns
    -------
    Scores, strictly ascending, and rows > 0 at each, shape (m,). What is computed from them differs from the raw rows'
    by no more than the rows between two anchors can move it.

    Examples
    --------
    >>> from vitals.profiles import NumericSummary
    >>> day = NumericSummary(5, 0, 0, np.array([1., 2., 4.]), np.array([0, 1, 4]), np.array([1, 2, 5]), 0., 0.,
    ...                      np.array([2.]), np.array([2]))
    >>> [each.tolist() for each in points(day)]
    [[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 1.0]]
    """
    anchors = np.asarray(summary.anchors, dtype=np.float64)
    lt, le = np.asarray(summary.lt, dtype=np.float64), np.asarray(summary.le, dtype=np.float64)
    scores, rows = np.empty(max(2 * len(anchors) - 1, 0)), np.empty(max(2 * len(anchors) - 1, 0))
    scores[::2], rows[::2] = anchors, le - lt
    scores[1::2], rows[1::2] = anchors[:-1] / 2 + anchors[1:] / 2, lt[1:] - le[:-1]
    filled = rows > 0
    return scores[filled], rows[filled]


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _checked(scores: Floats, positives: ArrayLike, negatives: ArrayLike) -> tuple[Floats, Floats, Floats]:
    known = np.asarray(scores, dtype=np.float64)
    hit, missed = np.asarray(positives, dtype=np.float64), np.asarray(negatives, dtype=np.float64)
    if not len(known) or {known.shape, hit.shape, missed.shape} != {(len(known),)}:
        message = f"a calibration needs scores with as many counts, got {len(known)}, {hit.shape} and {missed.shape}"
        raise StatisticError(message)
    if not np.isfinite(known).all() or (np.diff(known) <= 0).any():
        message = "a calibration needs finite, strictly ascending scores"
        raise StatisticError(message)
    rows = hit + missed
    if (hit < 0).any() or (missed < 0).any() or not (rows > 0).all():
        message = "a calibration needs at least one row at each score, and no negative counts"
        raise StatisticError(message)
    return known, hit, rows
