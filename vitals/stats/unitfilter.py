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
_RIDGE = 1e-9
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
    fewer than 14 of the 16 bins are filled on half of them (then a day is effectively one draw, as with weather).

    Notes
    -----
    y = today's shares - usual ones, S = covariance of the reference's shares within levels, times 1 + 1/k, plus the extra
    sampling covariance when today has fewer rows; w = S^-1 d; z = w.y / sqrt(w.S.w), fraction = d.S^-1.y / d.S^-1.d.
    """
    reference = np.column_stack([bins.reference, nulls[0]])
    if len(rows) < MIN_DAYS or _filled(bins.reference) < _MIN_BINS:
        return None
    shares = reference / rows[:, None]
    current = levels == levels.max()
    usual = shares[current].mean(axis=0)
    moved = np.append(bins.today, nulls[1]) / today_rows - usual
    covariance = _covariance(shares, rows, usual, today_rows, levels)
    patterns = _patterns(bins) * usual[:-1].sum()
    directions = np.column_stack([patterns, np.zeros(len(patterns))])
    weights = np.linalg.solve(covariance, directions.T).T
    strength = np.einsum("ij,ij->i", weights, directions)
    projected = weights @ moved
    fit = strength > 0
    fraction = np.divide(projected, strength, out=np.zeros_like(projected), where=fit)
    z = np.divide(projected, np.sqrt(np.where(fit, strength, 1.0)), out=np.zeros_like(projected), where=fit)
    z = np.where(fraction >= MIN_FRACTION, z, 0.0)
    best = int(np.argmax(z))
    if z[best] <= 0:
        return None
    return Shifted(float(z[best]), float(min(fraction[best], 1.0)), bool(FACTORS[best] > 1))


def _filled(reference: Floats) -> int:
    return int(((reference >= _SOME_ROWS).mean(axis=0) >= _PRESENT).sum())


def _covariance(shares: Floats, rows: Floats, usual: Floats, today_rows: float, levels: NDArray[np.int64]) -> Floats:
    residuals, found = within_levels(shares, levels)
    k = int((levels == levels.max()).sum())
    learned = residuals.T @ residuals / max(len(rows) - found, 1) * (1 + 1 / k)
    fewer = max(0.0, 1 / today_rows - float((1 / rows).mean()))
    sampling = np.diag(usual) - np.outer(usual, usual)
    # Without atoms the shares sum to one: the ridge makes the singular direction solvable, patterns have no part in it.
    ridge = _RIDGE * max(float(np.trace(learned)), _RIDGE)
    return np.asarray(learned + fewer * sampling + ridge * np.eye(len(usual)))


def _patterns(bins: UnitBins) -> Floats:
    """Change of each bin's share of the non-atom rows if all of them were multiplied, shape (factors, bins)."""
    upto = np.concatenate([[0], bins.total])
    at = bins.values.searchsorted(bins.edges[None, :] / FACTORS[:, None], side="right")
    ends = np.ones((len(FACTORS), 1))
    cumulative = np.concatenate([0 * ends, upto[at] / upto[-1], ends], axis=1)
    before = np.concatenate([[0.0], upto[bins.values.searchsorted(bins.edges, side="right")] / upto[-1], [1.0]])
    return np.diff(cumulative, axis=1) - np.diff(before)[None, :]
