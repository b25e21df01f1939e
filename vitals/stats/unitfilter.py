"""The unit filter: finds days that look as if part of the rows were in another unit.

A matched filter over quantile bins. If a fraction a of the rows is multiplied by a factor m, the shares of the bins change by a d(m),
known from the reference's own distribution. Weighting by the inverse of the learned covariance finds that direction where
no single share stands out. The factor that fits best is often wrong: say that rows look several times larger, never name
a unit.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.stats.parts import UnitBins
from vitals.stats.shareband import within_levels

Floats: TypeAlias = NDArray[np.float64]

THRESHOLD = 5.0
MIN_DAYS = 56
MIN_FRACTION = 0.02
_MIN_BINS = 14
_PRESENT = 0.5
_SOME_ROWS = 0.5
_NO_VARIANCE = 1e-9
_ORDINARY_MOVE = 0.06
_CURVED = 0.03
_FACTORS = np.array([1.609344, 2.2046, 2.54, 3.2808, 10.0, 60.0, 100.0, 1000.0, 3600.0])
FACTORS = np.concatenate([_FACTORS, 1 / _FACTORS])


@dataclass(frozen=True, slots=True)
class Shifted:
    """What the filter saw.

    Attributes
    ----------
    z : of the direction that fits best, in sd of an ordinary day.
    fraction : of the rows that would have to be multiplied, 0..1 (rough).
    larger : the rows look larger (True) or smaller.
    """

    z: float
    fraction: float
    larger: bool


def unit_filter(
    bins: UnitBins, nulls: tuple[Floats, float], rows: Floats, today_rows: float, levels: NDArray[np.int64]
) -> Shifted | None:
    """Score today against "a fraction of the rows times m", over the known factors m.

    Parameters
    ----------
    bins : quantile bins of a positive column, reference and today.
    nulls : rows without a value: per reference day, shape (R,), and today. The 17th share.
    rows : all rows per reference day, shape (R,). today_rows : all rows today.
    levels : level of each reference day, shape (R,).

    Returns
    -------
    The best fit with a fraction of at least 2 %; None when there is none, with fewer than 56 reference days, or when
    fewer than 14 of the 16 bins are filled on half of them (then a day is effectively one draw, as with weather), or
    when the ordinary day moves more than 6 % of the rows (then shares do not move in proportion any more).

    Notes
    -----
    y = today's shares - usual ones, S = covariance of the reference's shares within levels times 1 + 1/k, plus the extra
    sampling covariance when today has fewer rows, plus 3 % of its trace in the shape of sampling noise; w = S^-1 d. The
    score is Kelly's: with nu degrees of freedom behind S,
    p shares and eta = (w.y)^2 / (w.d (nu + y.S^-1.y)), t = sqrt(eta / (1 - eta) (nu - p + 1)) follows Student's t with
    nu - p + 1 degrees of freedom, because S is itself learned from few days. fraction = w.y / w.d.

    Why the 3 %: days move a column in a few directions, and in all others only by the squares of those movements, which
    have heavier tails than t knows. With 1,000 rows sampling noise covers the squares, with 100,000 nothing did. In the
    base world (`tests.worlds.aa`: calm, lively and heavy-tailed columns) without and with the 3 %, days beyond 5 and
    "x 3.28 on 10 % of the rows" found on day 1 in calm and in lively columns, per rows a day: 1,000: 3 and 2 of 1,512
    days, 11 and 7 %, 11 and 10 %; 10,000: 2 and 1 of 1,512, 100 and 100 %, 67 and 54 %; 100,000: 3 and 0 of 2,268, 100
    and 100 %, 100 and 97 %; 1,000,000: 6 and 0 of 2,268, 100 and 100 %, 100 and 95 %. Tails heavier than log-normal: at
    most 9 %.

    References
    ----------
    Kelly, E. J. (1986). An adaptive detection algorithm. IEEE Trans. Aerospace and Electronic Systems 22.
    """
    if len(rows) < MIN_DAYS or _filled(bins.reference) < _MIN_BINS:
        return None
    shares = np.column_stack([bins.reference, nulls[0]]) / rows[:, None]
    usual = shares[levels == levels.max()].mean(axis=0)
    moved = np.append(bins.today, nulls[1]) / today_rows - usual
    residuals, found = within_levels(shares, levels)
    if np.median(np.abs(residuals).sum(axis=1)) / 2 > _ORDINARY_MOVE:
        return None
    freedom = max(len(rows) - found, 1)
    covariance = _covariance(residuals, freedom, rows, usual, today_rows, levels)
    whiten = _whitener(covariance)
    free = freedom - whiten.shape[1] + 1
    if free < 1:
        return None
    directions = np.pad(_patterns(bins) * usual[:-1].sum(), ((0, 0), (0, 1))) @ whiten
    today = moved @ whiten
    strength, projected = (directions**2).sum(axis=1), directions @ today
    known = strength > 0
    fraction = np.divide(projected, strength, out=np.zeros_like(projected), where=known)
    explained = fraction * projected / (freedom + today @ today)
    z = np.sqrt(free * explained / (1 - explained)) * (fraction >= MIN_FRACTION)
    best = int(np.argmax(z))
    if z[best] <= 0:
        return None
    return Shifted(float(z[best]), float(min(fraction[best], 1.0)), bool(FACTORS[best] > 1))


def _filled(reference: Floats) -> int:
    return int(((reference >= _SOME_ROWS).mean(axis=0) >= _PRESENT).sum())


def _covariance(
    residuals: Floats, freedom: int, rows: Floats, usual: Floats, today_rows: float, levels: NDArray[np.int64]
) -> Floats:
    """Covariance of today's shares around the usual ones."""
    learned = residuals.T @ residuals / freedom * (1 + 1 / int((levels == levels.max()).sum()))
    fewer = max(0.0, 1 / today_rows - float((1 / rows).mean()))
    sampling = np.diag(usual) - np.outer(usual, usual)  # of one row
    curved = _CURVED * float(np.trace(learned)) / max(float(np.trace(sampling)), _NO_VARIANCE)
    return np.asarray(learned + (fewer + curved) * sampling)


def _whitener(covariance: Floats) -> Floats:
    """Directions of unit variance, one per column; those without any (shares that sum to one) are left out."""
    variances, vectors = np.linalg.eigh(covariance)
    kept = variances > _NO_VARIANCE * max(float(variances[-1]), 0.0)
    return np.asarray(vectors[:, kept] / np.sqrt(variances[kept]))


def _patterns(bins: UnitBins) -> Floats:
    """Change of each bin's share of the non-atom rows if all of them were multiplied, shape (factors, bins)."""
    upto = np.concatenate([[0], bins.total])
    at = bins.values.searchsorted(bins.edges[None, :] / FACTORS[:, None], side="right")
    ends = np.ones((len(FACTORS), 1))
    cumulative = np.concatenate([0 * ends, upto[at] / upto[-1], ends], axis=1)
    before = np.concatenate([[0.0], upto[bins.values.searchsorted(bins.edges, side="right")] / upto[-1], [1.0]])
    return np.diff(cumulative, axis=1) - np.diff(before)[None, :]
