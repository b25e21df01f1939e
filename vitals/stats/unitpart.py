"""The unit that a part of a day's rows changed to, when it is known how many rows did and the rest is as usual.

Compares shares of rows, not quantiles: those of a mixture move by no common factor. Knows no hours and no segments.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.stats.cdf import counts_at, pooled_quantiles
from vitals.stats.units import RATIOS, UnitChange

if TYPE_CHECKING:
    from vitals.profiles import NumericSummary

Floats: TypeAlias = NDArray[np.float64]

LEAST_DAYS = 14
_GRID = np.arange(1, 128) / 128
_AS_USUAL = 1.25  # times the largest gap of a past day
_LEAST_GAP, _BETTER, _THAN_OTHERS = 0.05, 3.0, 1.5
_BESIDE = (0.8, 0.84, 0.88, 0.91, 0.94, 1.06, 1.09, 1.12, 1.16, 1.2)
_ALIKE = 0.05  # changes whose rows differ by less on a usual day are the same to this column


def name_unit_of_part(today: "NumericSummary", past: "Sequence[NumericSummary]", changed: float) -> UnitChange | None:
    """Find the known factor of a unit that a share of today's rows went through.

    Parameters
    ----------
    past : summaries of usual days, each with finite rows. changed : share of today's rows in another unit, in 0..1.

    Returns
    -------
    None below 14 days, when no known change fits, and when two fit.

    Notes
    -----
    With F the mean of past days' shares up to a value and G that of today, the gap of a factor u is
    max |G(x) - (1 - changed) F(x) - changed F(x / u)| over 127 quantiles of the usual and as many after the change. The
    factor with the smallest gap is named when that is no more than 1.25 times what past days differ from F, a third
    of the gap without any change (which is at least 0.05), two thirds of that of every other factor that
    would look otherwise, and no more than that of any factor 6 to 20 % beside it: three times is not m to feet.
    """
    if len(past) < LEAST_DAYS or not today.anchors.size:
        return None
    usual = pooled_quantiles(past, _GRID)
    ordinary = float(np.abs(_shares(past, usual) - _mean(past, usual)).max())
    plain = float(np.abs(_shares([today], usual)[0] - _mean(past, usual)).max())
    gaps = [(_gap(today, past, usual, changed, change), place) for place, change in enumerate(RATIOS)]
    best, place = min(gaps)
    if plain < _LEAST_GAP or best > min(_AS_USUAL * ordinary, plain / _BETTER):
        return None
    rivals = [gap for gap, other in gaps if other != place and not _alike(past, usual, RATIOS[place], RATIOS[other])]
    if min(rivals, default=1.0) < _THAN_OTHERS * best:
        return None
    named = RATIOS[place]
    beside = [_gap(today, past, usual, changed, replace(named, factor=times * named.factor)) for times in _BESIDE]
    return named if best <= min(beside) else None


def _gap(
    today: "NumericSummary", past: "Sequence[NumericSummary]", usual: Floats, changed: float, change: UnitChange
) -> float:
    at = np.concatenate([usual, change.factor * usual])
    expected = (1 - changed) * _mean(past, at) + changed * _mean(past, at / change.factor)
    return float(np.abs(_shares([today], at)[0] - expected).max())


def _alike(past: "Sequence[NumericSummary]", usual: Floats, one: UnitChange, other: UnitChange) -> bool:
    """Whether a usual day looks the same after either change."""
    return bool(np.abs(_mean(past, one.factor * usual / other.factor) - _mean(past, usual)).max() < _ALIKE)


def _shares(days: "Sequence[NumericSummary]", at: Floats) -> Floats:
    """Share of each day's finite rows up to some values, a hair above each for those that a scale rounds, shape (days, k)."""
    finite = np.array([[float(one.le[-1])] for one in days])
    return np.asarray(counts_at(days, at + 1e-9 * np.abs(at)) / finite)


def _mean(days: "Sequence[NumericSummary]", at: Floats) -> Floats:
    return np.asarray(_shares(days, at).mean(axis=0))
