"""Classical distances between a day and its reference, each with its definition; `compare` gives them all.

They describe; they do not judge: under no change all of them shrink with the number of rows, so a threshold on one is
the user's own. Bins are those of the reference: deciles (right-closed) or the 20 largest texts, `other`, `unseen`, and
rows without a finite value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitals.errors import StatisticError
from vitals.stats.binned import cramers_v, d1, jensen_shannon, psi, smoothed, tv
from vitals.stats.cdf import Counted, Floats, counts_around
from vitals.stats.reference import (
    Categorical,
    CategoricalPool,
    Numeric,
    NumericPool,
    Pool,
    is_categorical,
    is_numeric,
    number_bins,
    pooled,
    text_bins,
)

__all__ = [
    "Distances",
    "compare",
    "cramers_v",
    "d1",
    "jensen_shannon",
    "ks",
    "psi",
    "several",
    "smoothed",
    "tv",
    "wasserstein",
]


@dataclass(frozen=True, slots=True)
class Distances:
    """All distances of one day from its reference; None where one is not defined."""

    ks: float | None
    tv: float | None
    psi: float | None
    cramers_v: float | None
    wasserstein: float | None
    jensen_shannon: float | None

    @property
    def d1(self) -> float | None:
        """Twice the total variation."""
        return None if self.tv is None else 2 * self.tv


def compare(today: Numeric | Categorical, reference: Sequence[Numeric] | Sequence[Categorical] | Pool) -> Distances:
    """Compare a day with its reference.

    Parameters
    ----------
    today : summary of the day. reference : summaries of the same kind, or their pool (made once for many days).

    Returns
    -------
    tv, psi and jensen_shannon on smoothed shares of the reference's bins, cramers_v on their counts; ks and
    wasserstein (numbers only) on finite rows. None without rows on either side; wasserstein also without spread.

    Raises
    ------
    StatisticError : no reference, or one of the other kind.
    """
    pool = reference if isinstance(reference, NumericPool | CategoricalPool) else pooled(reference)
    if is_numeric(today) and isinstance(pool, NumericPool):
        far, moved = None, None
        if today.anchors.size and pool.anchors.size:
            both = _shares_around(today, pool)
            far = _largest_gap(*both)
            deviation = pool.deviation
            moved = _mean_move(*both, deviation) if deviation else None
        return _binned(*number_bins(today, pool), far, moved)
    if is_categorical(today) and isinstance(pool, CategoricalPool):
        return _binned(*text_bins(today, pool), None, None)
    message = "numbers were compared with texts; a column's type must be that of its reference"
    raise StatisticError(message)


def several(days: Sequence[Numeric | Categorical], reference: Sequence[Numeric | Categorical]) -> float | None:
    """Total variation of several days together from their reference, on its bins (smoothed as in `compare`).

    Parameters
    ----------
    days, reference : summaries, at least one each. None where a day's values are of another kind than the reference's.
    """
    kinds = {is_numeric(one) for one in (*days, *reference)}
    if len(kinds) > 1:
        return None
    pool = pooled(reference)  # type: ignore[arg-type]
    numeric = isinstance(pool, NumericPool)
    pairs = [number_bins(one, pool) if numeric else text_bins(one, pool) for one in days]  # type: ignore[arg-type]
    current = np.sum([counts for counts, _ in pairs], axis=0)
    return _binned(current, pairs[0][1], None, None).tv


def ks(current: Counted, reference: Counted) -> float:
    """Kolmogorov-Smirnov distance: the largest gap between two shares of rows up to x.

    Parameters
    ----------
    current, reference : summaries or pools, each with at least one finite row.

    Returns
    -------
    max over x of abs(F - G), in 0..1; also just below each jump. Within the mass of one bucket of raw data.

    Raises
    ------
    StatisticError : no finite rows.

    References
    ----------
    Smirnov, "Table for estimating the goodness of fit of empirical distributions", 1948.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from vitals.profiles import summarise
    >>> ks(summarise(pa.array([1.0, 2.0])), summarise(pa.array([2.0, 3.0])))
    0.5
    """
    return _largest_gap(*_shares_around(current, reference))


def _largest_gap(below: Floats, upto: Floats, _: Floats) -> float:
    return float(max(np.abs(below[0] - below[1]).max(), np.abs(upto[0] - upto[1]).max()))


def wasserstein(current: Counted, reference: Counted, scale: float) -> float:
    """First Wasserstein distance in units of `scale`: how far the rows moved on average.

    Parameters
    ----------
    current, reference : summaries or pools, each with at least one finite row.
    scale : standard deviation of the reference, > 0, in the column's unit.

    Returns
    -------
    integral of abs(F - G) dx / scale, >= 0, without bound: one wild value moves it.

    Raises
    ------
    StatisticError : no finite rows, or a scale that is not positive and finite.

    References
    ----------
    Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", 1974.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from vitals.profiles import summarise
    >>> wasserstein(summarise(pa.array([1.0, 3.0])), summarise(pa.array([2.0, 4.0])), scale=2.0)
    0.5
    """
    if not (0 < scale < np.inf):
        message = f"the scale must be positive and finite, got {scale}"
        raise StatisticError(message)
    return _mean_move(*_shares_around(current, reference), scale)


def _mean_move(below: Floats, upto: Floats, edges: Floats, scale: float) -> float:
    first, last = np.abs(upto[0] - upto[1])[:-1], np.abs(below[0] - below[1])[1:]
    crosses = (upto[0] - upto[1])[:-1] * (below[0] - below[1])[1:] < 0
    both = first + last
    mean = np.where(crosses, (first**2 + last**2) / np.where(both > 0, 2 * both, 1.0), both / 2)
    return float((mean * np.diff(edges / scale)).sum())


def _binned(current: Floats, reference: Floats, far: float | None, moved: float | None) -> Distances:
    if not current.sum() or not reference.sum():
        return Distances(far, None, None, None, moved, None)
    p, q = smoothed(current), smoothed(reference)
    return Distances(
        ks=far,
        tv=tv(p, q),
        psi=psi(p, q),
        cramers_v=cramers_v(current, reference),
        wasserstein=moved,
        jensen_shannon=jensen_shannon(p, q),
    )


def _shares_around(current: Counted, reference: Counted) -> tuple[Floats, Floats, Floats]:
    """Give both CDFs just below and at each anchor of either, shape (2, k), and those anchors."""
    edges = np.union1d(current.anchors, reference.anchors)
    rows = np.array([[s.le[-1] if s.le.size else 0] for s in (current, reference)], dtype=np.float64)
    if not rows.all():
        message = "a side has no finite rows; a distance needs at least one on each"
        raise StatisticError(message)
    below, upto = counts_around([current, reference], edges)
    return below / rows, upto / rows, edges
