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
_LEAST_RATIO_QUANTILES = 3
_UNUSUAL, _BEYOND_PAST = 6.0, 2.0
_LOOSEST = 0.07  # on the log scale: half of what lies between the closest known factors, kg to lb and inch to cm
_ROUNDING = 1e-6
_RATIOS = (
    (1000.0, "km to m, or seconds to milliseconds?", "m to km, or milliseconds to seconds?"),
    (100.0, "a share to percent, or m to cm?", "percent to a share, or cm to m?"),
    (10.0, "a decimal point moved?", "a decimal point moved?"),
    (12.0, "years to months?", "months to years?"),
    (24.0, "days to hours?", "hours to days?"),
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


RATIOS = tuple(
    UnitChange("ratio", factor, 0.0, words)
    for size, up, down in _RATIOS
    for factor, words in ((size, up), (1 / size, down))
)


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


def name_ratio(today: ArrayLike, past: ArrayLike) -> UnitChange | None:
    """Find the one known factor between today's quantiles and past days', weighing each by how still it usually is.

    Where quantiles move by more than 3 % from day to day (few rows, few distinct values), `name_unit` is blind; here the
    tolerance is what past days teach, and a column that moved half as much by itself is never named.

    Parameters
    ----------
    today : quantiles, ascending, shape (q,). past : the same on past days, shape (R, q), R >= 2.

    Returns
    -------
    None without a factor, and where a usual quantile is 0 or signs differ.

    Raises
    ------
    StatisticError : shapes differ or a quantile is not finite.

    Notes
    -----
    With s_j the sd of log quantile j over past days (at least 1 %), every day has the shift r = sum w_j (log q_j - median
    log q_j), w_j in proportion to 1 / s_j^2. Factor f is named when |r - log f| <= max(0.03, 3 sd of past r, at most 0.07),
    |log f| >= 6 sd of past r and twice the largest past |r|, and every quantile is within max(0.07, 3 s_j) of f; an
    affine scale that fits better goes before it.

    >>> days = [[100 * d, 200 * d, 400 * d] for d in (0.98, 1.0, 1.01, 1.03)]
    >>> name_ratio([165, 320, 640], days).words
    'miles to km?'
    """
    now, table = np.asarray(today, dtype=np.float64), np.asarray(past, dtype=np.float64)
    if table.ndim != 2 or now.shape != table.shape[1:] or len(table) < 2:
        message = f"quantiles need shapes (q,) and (R, q) with R >= 2, got {now.shape} and {table.shape}"
        raise StatisticError(message)
    if not (np.isfinite(now).all() and np.isfinite(table).all()):
        message = "a quantile is not finite; leave infinite rows out"
        raise StatisticError(message)
    signs = np.sign(now)
    usable = (signs != 0) & (np.sign(table) == signs).all(axis=0)
    if usable.sum() < _LEAST_RATIO_QUANTILES:
        return None
    logs, shift = np.log(np.abs(table[:, usable])), np.log(np.abs(now[usable]))
    usual = np.median(logs, axis=0)
    if len(np.unique(usual.round(3))) < max(_LEAST_RATIO_QUANTILES, now.size // 4):
        return None  # few values have no unit
    moved, spread = shift - usual, np.maximum((logs - usual).std(axis=0), 0.01)
    weights = spread**-2 / (spread**-2).sum()
    ratio, before = float(moved @ weights), (logs - usual) @ weights
    still = max(float(before.std()), 0.003)
    allowed = min(max(WITHIN, 3 * still), _LOOSEST)
    fits = [
        (float((np.abs(moved - wanted) / spread).mean()), UnitChange("ratio", factor, 0.0, words))
        for size, up, down in _RATIOS
        for factor, words in ((size, up), (1 / size, down))
        if abs(ratio - (wanted := float(np.log(factor)))) <= allowed
        and abs(wanted) >= max(_UNUSUAL * still, _BEYOND_PAST * float(np.abs(before).max()))
        and (np.abs(moved - wanted) <= np.maximum(_LOOSEST, 3 * spread)).all()
    ]
    if not fits:
        return None
    best = min(fits, key=lambda fit: fit[0])
    other = affine_fit(now, table)
    return other[1] if other is not None and other[0] <= best[0] else best[1]


def may_be_ratio(today: ArrayLike, past: ArrayLike) -> NDArray[np.bool_]:
    """Tell, for many columns at once, for which of them `name_ratio` could name a factor at all.

    Parameters
    ----------
    today : quantiles per column, shape (c, q). past : the same on past days, shape (c, R, q). All finite.

    Returns
    -------
    False only where `name_ratio` gives None: its shift is a mean of the quantiles' shifts, and none of those comes near
    the smallest known factor; shape (c,).

    >>> days = [[[100 * d, 200 * d, 400 * d] for d in (0.98, 1.0, 1.01, 1.03)]] * 2
    >>> may_be_ratio([[165, 320, 640], [110, 205, 420]], days).tolist()
    [True, False]
    """
    now, table = np.asarray(today, dtype=np.float64), np.asarray(past, dtype=np.float64)
    signs = np.sign(now)
    usable = (signs != 0) & (np.sign(table) == signs[:, None, :]).all(axis=1)
    logs = np.log(np.abs(np.where(usable[:, None, :], table, 1.0)))
    shift = np.log(np.abs(np.where(usable, now, 1.0)))
    nearest = min(float(np.log(size)) for size, _, _ in _RATIOS) - _LOOSEST
    moved = np.abs(shift - np.median(logs, axis=1)).max(axis=1)
    return np.asarray(moved >= nearest - _ROUNDING)


def affine_fit(now: Floats, past: Floats) -> tuple[float, UnitChange] | None:
    """Give the known affine scale that fits best, with its mean miss in sd of an ordinary day; None beyond 3 of them."""
    usual, spread = np.median(past, axis=0), past.std(axis=0)
    spread = np.maximum(spread, 0.01 * max(float(np.ptp(usual)), 1e-12))
    misses = [
        (float((np.abs(now - factor * usual - offset) / (abs(factor) * spread)).mean()), factor, offset, words)
        for factor, offset, words in _AFFINE
    ]
    miss, factor, offset, words = min(misses)
    return (miss, UnitChange("affine", factor, offset, words)) if miss <= 3 else None


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
