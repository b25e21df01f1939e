"""Since which hour a share of rows is other than usual, on a day that was usual before.

Compares a day's 24 shares with the same hours of past days; knows nothing of columns. Speaks only where the hours before
look usual, the hours from then on are off together, and no other hour fits nearly as well: otherwise it says nothing.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitals.errors import StatisticError
from vitals.stats.shareband import arcsine

Floats: TypeAlias = NDArray[np.float64]

LEAST_DAYS = 7
LEAST_ROWS, LEAST_HOURS = 5, 4
LEAST_MOVED = 0.02
_AFTER, _NOT_ALL_DAY, _NOT_ANOTHER = 25.0, 12.0, 7.0
_BEFORE, _BEFORE_Z = 0.2, 2.5
_HALF, _UNLIKE, _APART, _NOT_ENDED = 0.5, 2.5, 0.2, 9.0
_LEAST_SLOPE, _NOT_SLOPE = 4, 3.0
_BEYOND_PAST = 3.0


@dataclass(frozen=True, slots=True)
class Onset:
    """Since when a share is other than usual.

    Attributes
    ----------
    hour : local, 1..23. share, usual : of the rows from that hour on, today and usually.
    """

    hour: int
    share: float
    usual: float


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A step at each hour, shape (h,): how much better it fits than no change (twice the log likelihood), and its height."""

    gain: Floats
    step: Floats


def onset(today: ArrayLike, rows: ArrayLike, past: ArrayLike, past_rows: ArrayLike) -> Onset | None:
    """Find the hour from which on a share is off.

    Parameters
    ----------
    today : share of each hour's rows, shape (24,). rows : of each hour, shape (24,).
    past, past_rows : the same of past days, shape (R, 24).

    Returns
    -------
    None below 7 past days or 4 hours with rows on today and them, and whenever the hour is not plain.

    Raises
    ------
    StatisticError : shapes differ.

    Notes
    -----
    With y_h = 2 asin(sqrt(share)) and r_h today's distance from the mean of past days, whose variance is that between days
    plus 1/n_h, a step of height d at hour s explains G(s) = (sum_{h>=s} w r)^2 / sum_{h>=s} w. The hour with the largest G is
    said when G >= 25; when a fault of the whole day fits worse by 12, and any hour that is not its neighbour by 7; when the
    hours before are within a fifth of d and 2.5 of their errors; when at most 20 % of the weight after it is of hours that moved by
    less than half of d though they could tell, no end before the day's fits better by 9 and
    no slope nearly as well; and when the day leaves the
    whole-day fault three times as clearly as any past day does.

    Examples
    --------
    >>> usual, rows = np.full((10, 24), 0.01), np.full((10, 24), 50)
    >>> today = np.where(np.arange(24) < 14, 0.01, 0.4)
    >>> onset(today, rows[0], usual, rows).hour, onset(np.full(24, 0.4), rows[0], usual, rows)
    (14, None)
    """
    now, counted = np.asarray(today, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    table, known = np.asarray(past, dtype=np.float64), np.asarray(past_rows, dtype=np.float64)
    if now.shape != counted.shape or table.shape != known.shape or table.ndim != 2 or table.shape[1:] != now.shape:
        message = (
            f"hours need shapes (h,) and (R, h), got {now.shape}, {counted.shape}, {table.shape} and {known.shape}"
        )
        raise StatisticError(message)
    there = known >= LEAST_ROWS
    hours = np.flatnonzero((counted >= LEAST_ROWS) & (there.sum(axis=0) >= LEAST_DAYS))
    if len(table) < LEAST_DAYS or len(hours) < LEAST_HOURS:
        return None
    now, counted, table, known, there = now[hours], counted[hours], table[:, hours], known[:, hours], there[:, hours]
    y, mean, between = arcsine(table), *_usual(arcsine(table), known, there)
    moved = arcsine(now) - mean
    weights = 1 / (between + 1 / counted)
    fit = _fit(moved, weights)
    at = int(fit.gain.argmax())
    if not _plain(fit, at, hours) or not _as_usual_before(moved, weights, at, fit.step[at]):
        return None
    if _is_slope(moved, weights, at):
        return None
    if not _together(moved, weights, at, fit.step[at]) or not _beyond(fit, y - mean, known, there, between):
        return None
    share, usual = _pooled(now[at:], counted[at:]), _pooled(np.sin(mean[at:] / 2) ** 2, counted[at:])
    return Onset(int(hours[at]), share, usual) if abs(share - usual) >= LEAST_MOVED else None


def _usual(y: Floats, rows: Floats, there: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean of past days per hour, and the variance between them (with that of the mean itself)."""
    days = there.sum(axis=0)
    mean = np.where(there, y, 0.0).sum(axis=0) / days
    spread = (np.where(there, y - mean, 0.0) ** 2).sum(axis=0) / (days - 1) * (1 + 1 / days)
    sampling = np.where(there, 1 / np.maximum(rows, 1.0), 0.0).sum(axis=0) / days
    return mean, np.maximum(spread - sampling, 0.0)


def _fit(moved: Floats, weights: Floats) -> _Fit:
    after = np.cumsum(weights[::-1])[::-1]
    pulled = np.cumsum((weights * moved)[::-1])[::-1]
    held = np.maximum(after, 1e-12)
    return _Fit(pulled**2 / held, pulled / held)


def _plain(fit: _Fit, at: int, hours: NDArray[np.int64]) -> bool:
    """Whether one hour fits, better than the whole day and than hours further away than its neighbours."""
    if at == 0 or fit.gain[at] < _AFTER or fit.gain[at] - fit.gain[0] < _NOT_ALL_DAY:
        return False
    others = fit.gain[np.abs(hours - hours[at]) > 1]
    return bool(fit.gain[at] - others.max(initial=0.0) >= _NOT_ANOTHER)


def _as_usual_before(moved: Floats, weights: Floats, at: int, step: float) -> bool:
    total = float(weights[:at].sum())
    before = float((weights[:at] * moved[:at]).sum()) / total
    return abs(before) <= _BEFORE * abs(step) and abs(before) * total**0.5 <= _BEFORE_Z


def _together(moved: Floats, weights: Floats, at: int, step: float) -> bool:
    """Whether the hours from the step on are off, as far as each can tell, and no end of it fits better than the day's."""
    height, off, errors = abs(step), moved[at:] * np.sign(step), weights[at:] ** -0.5
    apart = (off < _HALF * height) & (height - off > _UNLIKE * errors)
    pulled, held = np.cumsum(weights[at:] * moved[at:]), np.cumsum(weights[at:])
    ended = pulled**2 / held
    if ended.max() - ended[-1] > _NOT_ENDED:
        return False
    return float(weights[at:][apart].sum()) <= _APART * float(held[-1])


def _is_slope(moved: Floats, weights: Floats, at: int) -> bool:
    """Whether a slope that starts at some hour fits nearly as well as the step: it has no hour."""
    if len(moved) - at < _LEAST_SLOPE:
        return False
    place = np.arange(len(moved))
    slopes = np.maximum(place - place[:, None] + 1, 0)
    gains = (slopes * weights * moved).sum(axis=1) ** 2 / (slopes**2 * weights).sum(axis=1)
    step = float((weights[at:] * moved[at:]).sum() ** 2 / weights[at:].sum())
    return bool(gains.max() > step - _NOT_SLOPE)


def _beyond(fit: _Fit, moved: Floats, rows: Floats, there: NDArray[np.bool_], between: Floats) -> bool:
    """Whether no past day turned in its course nearly as much."""
    weights = np.where(there, 1 / (between + 1 / np.maximum(rows, 1.0)), 0.0)
    turns = [_turn(_fit(day, weight)) for day, weight in zip(moved, weights, strict=True)]
    return _turn(fit) >= _BEYOND_PAST * max(turns)


def _turn(fit: _Fit) -> float:
    return float(fit.gain.max() - fit.gain[0])


def _pooled(shares: Floats, rows: Floats) -> float:
    return float((shares * rows).sum() / rows.sum())
