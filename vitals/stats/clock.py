"""Hours of the day that moved by whole hours, as after a change of time zone.

A pattern of 24 counts against the usual one; knows nothing of where the counts come from.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

HOURS = 24
MOST = 12
LEAST_MOVED = 0.1
_BEYOND_PAST, _WITHIN_PAST, _BETTER = 2.0, 1.5, 0.5
_LEAST_LEFT = 0.6


def moved_hours(today: ArrayLike, past: ArrayLike, *, cut: bool = False) -> int | None:
    """Find the whole hours by which today's pattern lies later than the usual one.

    Parameters
    ----------
    today : counts per hour, shape (24,). past : the same on past days, shape (R, 24), R >= 7.
    cut : hours moved over midnight lie on another day (on the first such day they are missing); compare the others only.

    Returns
    -------
    1..12 (later) or -1..-12 (earlier); None when the pattern is where it was, or is another one.

    Notes
    -----
    With TV the total variation between shapes: as it stands TV >= 0.1 and twice that of any past day from the others' sum;
    moved, TV is at most 1.5 times that of a past day (at least 0.05) and half of what it was.

    >>> usual = np.array([0] * 8 + [10, 30, 50, 60, 50, 40, 20, 5] + [0] * 8)
    >>> moved_hours(np.roll(usual, 5), [usual] * 7), moved_hours(np.roll(usual, -2), [usual] * 7)
    (5, -2)
    >>> moved_hours(usual, [usual] * 7) is None
    True
    """
    now, table = np.asarray(today, dtype=np.float64), np.asarray(past, dtype=np.float64)
    if table.ndim != 2 or len(table) < 7 or now.sum() <= 0 or (table.sum(axis=1) <= 0).any():
        return None
    shapes = table / table.sum(axis=1, keepdims=True)
    usual = shapes.mean(axis=0)
    ordinary = float((np.abs(shapes - usual).sum(axis=1) / 2).max())
    standing = float(np.abs(now / now.sum() - usual).sum() / 2)
    if standing < max(LEAST_MOVED, _BEYOND_PAST * ordinary):
        return None
    shifts = [s for s in range(-MOST, MOST + 1) if s]
    misses = [_miss(now, usual, s, cut=cut) for s in shifts]
    best = int(np.argmin(misses))
    if misses[best] > max(0.05, _WITHIN_PAST * ordinary) or misses[best] > _BETTER * standing:
        return None
    return shifts[best]


def _miss(now: Floats, usual: Floats, shift: int, *, cut: bool) -> float:
    """Total variation from the usual pattern moved by some hours."""
    moved = np.roll(usual, shift)
    kept = np.ones(HOURS, dtype=bool)
    if cut:
        kept[:shift] = shift <= 0
        kept[HOURS + shift if shift < 0 else HOURS :] = False
    left = moved[kept].sum()
    if left < _LEAST_LEFT or now[kept].sum() <= 0:
        return 1.0
    return float(np.abs(now[kept] / now[kept].sum() - moved[kept] / left).sum() / 2)
