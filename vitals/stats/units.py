"""Unit changes of a whole column or of a segment, named: one known factor, an affine scale, or a turned sign.

Compares quantiles only. A change of part of the rows moves quantiles by no common factor: that is `unitfilter`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitals.errors import StatisticError

Floats: TypeAlias = NDArray[np.float64]

WITHIN = 0.03
MIN_QUANTILES = 5
_MAJORITY = 0.8
_RATIOS = (
    (1000.0, "km to m, or seconds to milliseconds?", "m to km, or milliseconds to seconds?"),
    (100.0, "a share to percent, or m to cm?", "percent to a share, or cm to m?"),
    (10.0, "a decimal point moved?", "a decimal point moved?"),
    (60.0, "hours to minutes, or minutes to seconds?", "minutes to hours, or seconds to minutes?"),
    (3600.0, "hours to seconds?", "seconds to hours?"),
    (1.609344, "miles to km?", "km to miles?"),
    (3.28084, "m to feet?", "feet to m?"),
    (2.20462, "kg to lb?", "lb to kg?"),
    (2.54, "inch to cm?", "cm to inch?"),
)
_AFFINE = (
    (1.8, 32.0, "Celsius to Fahrenheit?"),
    (1 / 1.8, -32.0 / 1.8, "Fahrenheit to Celsius?"),
    (1.0, 273.15, "Celsius to Kelvin?"),
    (1.0, -273.15, "Kelvin to Celsius?"),
)


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What the quantiles say happened to the unit.

    Attributes
    ----------
    kind : `ratio` (today = factor x usual), `affine` (today = factor x usual + offset) or `sign` (factor -1).
    words : the likely reason as a question, `miles to km?`.
    """

    kind: Literal["ratio", "affine", "sign"]
    factor: float
    offset: float
    words: str


def name_unit(today: ArrayLike, usual: ArrayLike, atoms: Sequence[float] = ()) -> UnitChange | None:
    """Find the one known change of unit that turns the usual quantiles into today's.

    Parameters
    ----------
    today, usual : quantiles at the same levels, ascending, shape (q,); levels symmetric around the median.
    atoms : values that hold at least 5 % of the rows, of today and of the usual; quantiles on them are left out.

    Returns
    -------
    The change that holds within 3 % at >= 5 quantiles and at 80 % of those usable, while the usual itself does not
    satisfy it; of several the closest. None without one.

    Raises
    ------
    StatisticError : shapes differ or a quantile is not finite.

    Examples
    --------
    >>> name_unit([161, 322, 483, 644, 966], [100, 200, 300, 400, 600]).words
    'miles to km?'
    >>> name_unit([32, 50, 59, 68, 86], [0, 10, 15, 20, 30]).words
    'Celsius to Fahrenheit?'
    >>> name_unit([110, 220, 330, 440, 660], [100, 200, 300, 400, 600]) is None
    True
    """
    now, before = np.asarray(today, dtype=np.float64), np.asarray(usual, dtype=np.float64)
    if now.shape != before.shape or now.ndim != 1:
        message = f"quantiles need one shape (q,), got {now.shape} and {before.shape}"
        raise StatisticError(message)
    if not (np.isfinite(now).all() and np.isfinite(before).all()):
        message = "a quantile is not finite; leave infinite rows out"
        raise StatisticError(message)
    usable = ~(np.isin(now, atoms) | np.isin(before, atoms))
    found = [
        fit for fit in (*_ratios(now, before, usable), *_affine(now, before, usable), _sign(now, before, usable)) if fit
    ]
    return min(found, key=lambda fit: fit[0])[1] if found else None


def _ratios(now: Floats, before: Floats, usable: NDArray[np.bool_]) -> list[tuple[float, UnitChange] | None]:
    usable = usable & (before != 0)
    return [
        _fit(now, before, usable, UnitChange("ratio", factor, 0.0, words), np.abs)
        for size, up, down in _RATIOS
        for factor, words in ((size, up), (1 / size, down))
    ]


def _affine(now: Floats, before: Floats, usable: NDArray[np.bool_]) -> list[tuple[float, UnitChange] | None]:
    changes = (UnitChange("affine", factor, offset, words) for factor, offset, words in _AFFINE)
    return [_fit(now, before, usable, change, _spread) for change in changes]


def _sign(now: Floats, before: Floats, usable: NDArray[np.bool_]) -> tuple[float, UnitChange] | None:
    """A turned sign also turns the order of the quantiles."""
    change = UnitChange("sign", -1.0, 0.0, "sign turned?")
    mirrored = np.isin(before[::-1], before[~usable], invert=True)
    target = -before[::-1]
    return _close(now, target, usable & mirrored, _spread(target), before, change)


def _spread(target: Floats) -> Floats:
    """Tolerances of an affine change are relative to the spread: its zero is arbitrary."""
    return np.full(target.shape, float(np.ptp(target)) if len(target) else 0.0)


def _fit(
    now: Floats, before: Floats, usable: NDArray[np.bool_], change: UnitChange, scale: Callable[[Floats], Floats]
) -> tuple[float, UnitChange] | None:
    target = change.factor * before + change.offset
    return _close(now, target, usable, scale(target), before, change)


def _close(
    now: Floats, target: Floats, usable: NDArray[np.bool_], scale: Floats, before: Floats, change: UnitChange
) -> tuple[float, UnitChange] | None:
    """Give the mean miss in units of the tolerance and the change; None when it does not hold or the usual satisfies it."""
    usable = usable & (scale > 0)
    count = int(usable.sum())
    if count < MIN_QUANTILES:
        return None
    miss = np.abs(now - target)[usable] / scale[usable]
    needed = max(MIN_QUANTILES, int(np.ceil(_MAJORITY * count)))
    already = int((np.abs(before - target)[usable] / scale[usable] <= WITHIN).sum())
    if int((miss <= WITHIN).sum()) < needed or already >= MIN_QUANTILES:
        return None
    return float(np.minimum(miss, 1.0).mean()), change
