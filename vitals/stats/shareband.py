"""The share band: how far today's shares of rows are from how the same shares moved on past days.

Works on counts only, all parts of a column at once; what the parts are (null, `=0`, a bin, a category) is
`vitals.stats.parts`' business, and which days are the reference is the judge's. Shares are compared on the arcsine scale,
y = 2 asin(sqrt(share)), where the sampling variance is 1/n whatever the share.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitals.errors import StatisticError
from vitals.stats.thresholds import FLOOR

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

WINDOW_DAYS = 7
WEEK_MIN_DAYS = 28
_WEEKDAYS = 7
_WEEKDAY_MIN_DAYS = 3
_WEEKDAY_EXPLAINS = 0.8


def arcsine(share: ArrayLike) -> Floats:
    """Map shares to the scale of constant sampling variance, 0..pi; shares beyond 0..1 by rounding are clipped.

    >>> arcsine([0.0, 0.5, 1.0])
    array([0.        , 1.57079633, 3.14159265])
    """
    return np.asarray(2.0 * np.arcsin(np.sqrt(np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0))))


def from_arcsine(y: ArrayLike) -> Floats:
    """Map arcsine values back to shares; values outside 0..pi are clipped first."""
    return np.asarray(np.sin(np.clip(np.asarray(y, dtype=np.float64), 0.0, np.pi) / 2.0) ** 2)


def share_z(k: float, n: float, ref_k: ArrayLike, ref_n: ArrayLike) -> float:
    """Score one share against reference days of one level: the plain formula.

    Parameters
    ----------
    k, n : rows in the part today, and all rows; 0 <= k <= n, n >= 1.
    ref_k, ref_n : the same for each reference day, shape (R,), R >= 2.

    Returns
    -------
    z in sd of an ordinary day; 0 when the share is within 0.5 points of the mean share.

    Raises
    ------
    StatisticError : fewer than two reference days, shapes differ, or counts outside 0..n.

    Notes
    -----
    y = 2 asin(sqrt(k/n)); m = mean y_s; v = sum (y_s - m)^2 / (R-1) (1 + 1/R); tau2 = max(0, v - mean 1/n_s);
    z = (y - m) / sqrt(tau2 + 1/n). The judge extends it by levels, weekdays and steps in n: `usual`, `deviation`.

    Examples
    --------
    Two reference days at 10 %, so no day-to-day variance: z = (asn(.2) - asn(.1)) sqrt(100).

    >>> share_z(20, 100, [10, 10], [100, 100])
    2.8379
    """
    counts, rows = _checked(ref_k, ref_n)
    if not (n >= 1 and 0 <= k <= n):
        message = f"a share needs 0 <= k <= n and n >= 1, got k={k}, n={n}"
        raise StatisticError(message)
    shares = counts / rows
    if abs(k / n - shares.mean()) < FLOOR:
        return 0.0
    y = arcsine(shares)
    variance = y.var(ddof=1) * (1 + 1 / y.size)
    between = max(0.0, float(variance - (1 / rows).mean()))
    return float((arcsine(k / n) - y.mean()) / np.sqrt(between + 1 / n))


def _checked(ref_k: ArrayLike, ref_n: ArrayLike) -> tuple[Floats, Floats]:
    counts, rows = np.asarray(ref_k, dtype=np.float64), np.asarray(ref_n, dtype=np.float64)
    if counts.shape != rows.shape or counts.ndim != 1 or counts.size < 2:
        message = f"reference counts need one shape (R,), R >= 2, got {counts.shape} and {rows.shape}"
        raise StatisticError(message)
    if not ((rows >= 1) & (counts >= 0) & (counts <= rows)).all():
        message = "reference counts must satisfy 0 <= k <= n and n >= 1 on every day"
        raise StatisticError(message)
    return counts, rows


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What reference days say about each part.

    Attributes
    ----------
    mean : usual arcsine value, shape (B,). share : usual share, shape (B,).
    variance : of a day around the mean, error of the mean included, sampling not yet removed, shape (B,).
    sampling : mean of 1/n over the reference days.
    days : effective number of reference days R (of windows: R/7). current : k, those behind the mean.
    """

    mean: Floats
    share: Floats
    variance: Floats
    sampling: float
    days: float
    current: float


def usual(counts: Floats, rows: Floats, levels: Integers) -> Usual:
    """Learn mean and day-to-day variance of shares from reference days.

    Parameters
    ----------
    counts : rows per day and part, shape (R, B). rows : all rows per day, shape (R,), >= 1.
    levels : level of each day, shape (R,); the mean is that of the highest one, the variance is pooled within levels,
        so that days before an accepted change keep teaching how much the column moves.
    """
    shares = counts / rows[:, None]
    y = arcsine(shares)
    current = levels == levels.max()
    residuals, found = within_levels(y, levels)
    k = int(current.sum())
    variance = (residuals**2).sum(axis=0) / max(len(rows) - found, 1) * (1 + 1 / k)
    return Usual(
        y[current].mean(axis=0), shares[current].mean(axis=0), variance, float((1 / rows).mean()), float(len(rows)), k
    )


def within_levels(values: Floats, levels: Integers) -> tuple[Floats, int]:
    """Subtract from each day the mean of its level; also give the number of levels."""
    residuals = values.copy()
    distinct = np.unique(levels)
    for level in distinct:
        at = levels == level
        residuals[at] -= values[at].mean(axis=0)
    return residuals, len(distinct)


def with_weekdays(
    plain: Usual, counts: Floats, rows: Floats, levels: Integers, weekdays: Integers, today: int
) -> Usual:
    """Shift the usual towards today's weekday, for the parts where the weekday explains more than 80 % of the variance.

    Parameters
    ----------
    plain : `usual(counts, rows, levels)`. weekdays : 0..6 per reference day, shape (R,). today : 0..6.

    Returns
    -------
    `plain` itself with fewer than 28 reference days or fewer than 3 of any weekday.
    """
    days = len(rows)
    if days < WEEK_MIN_DAYS or np.bincount(weekdays, minlength=_WEEKDAYS).min() < _WEEKDAY_MIN_DAYS:
        return plain
    residuals, found = within_levels(arcsine(counts / rows[:, None]), levels)
    means = np.stack([residuals[weekdays == j].mean(axis=0) for j in range(_WEEKDAYS)])
    within = ((residuals - means[weekdays]) ** 2).sum(axis=0) / max(days - 6 - found, 1)
    noise = _WEEKDAYS * within / days
    between = np.maximum(0.0, means.var(axis=0, ddof=1) - noise)
    total = between + noise
    weight = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    chosen = between > _WEEKDAY_EXPLAINS * (between + within)
    mean = np.where(chosen, plain.mean + weight * means[today], plain.mean)
    variance = within * (1 + _WEEKDAYS * weight / days + 1 / plain.current)
    return Usual(
        mean,
        np.where(chosen, from_arcsine(mean), plain.share),
        np.where(chosen, variance, plain.variance),
        plain.sampling,
        plain.days,
        plain.current,
    )


def usual_weeks(counts: Floats, rows: Floats, levels: Integers) -> Usual | None:
    """Learn the same from sums over seven consecutive reference days of one level; None without such a window.

    Notes
    -----
    Windows overlap, so the effective number of days is R/7. When the windows know one level only, all R days count
    as current.
    """
    days = len(rows)
    if days < WINDOW_DAYS:
        return None
    inside = levels[: days - WINDOW_DAYS + 1] == levels[WINDOW_DAYS - 1 :]
    if not inside.any():
        return None
    sums, totals = _rolling(counts)[inside], _rolling(rows[:, None])[inside][:, 0]
    window_levels = levels[: days - WINDOW_DAYS + 1][inside]
    shares = sums / totals[:, None]
    y = arcsine(shares)
    current = window_levels == window_levels.max()
    residuals, found = within_levels(y, window_levels)
    effective = days / WINDOW_DAYS
    k = days if found == 1 else int((levels == levels.max()).sum())
    current_weeks = max(k / WINDOW_DAYS, 1.0)
    spread = effective / max(effective - found, 1.0) * (1 + 1 / current_weeks)
    variance = (residuals**2).mean(axis=0) * spread
    mean, share = y[current].mean(axis=0), shares[current].mean(axis=0)
    return Usual(mean, share, variance, float((1 / totals).mean()), effective, current_weeks)


def _rolling(values: Floats) -> Floats:
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return np.asarray(total[WINDOW_DAYS:] - total[:-WINDOW_DAYS])


def deviation(usual: Usual, counts: Floats, rows: float) -> tuple[Floats, Floats]:
    """Score today's shares, and give the sd they were measured with.

    Parameters
    ----------
    counts : rows per part today, shape (B,). rows : all rows today, >= 1.

    Returns
    -------
    z and sd (arcsine scale), each of shape (B,).

    Notes
    -----
    var = max(0, v - s2) + 1/n + max(0, s2 - 1/n)(1/k + sqrt(2/(R-1))): the last term covers the error of mean and
    variance when today has many more rows than the reference days; it is zero when n is steady or falls.
    """
    step = max(0.0, usual.sampling - 1 / rows) * (1 / usual.current + np.sqrt(2 / max(usual.days - 1, 1.0)))
    sd = np.sqrt(np.maximum(0.0, usual.variance - usual.sampling) + 1 / rows + step)
    return (arcsine(counts / rows) - usual.mean) / sd, sd
