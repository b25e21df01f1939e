"""Scores of a group as counts on a coarse grid that is cut from all rows around it, so that small groups show no person.

Used for what scores came true and for what was decided: groups too small for a profile of their own, but only counted
against a grid whose steps hold ten rows or more of the whole.
"""

import numpy as np
from numpy.typing import NDArray

from vitals.profiles.segments import MIN_ROWS
from vitals.profiles.types import NumericSummary

STEPS = 64
ROWS_PER_STEP = 10

Floats = NDArray[np.float64]


def grid(values: Floats) -> Floats | None:
    """Cut a grid: the values at equally spaced ranks, each once, ascending; the least and the greatest are among them.

    Parameters
    ----------
    values : of all rows, any order; what is not finite does not count.

    Returns
    -------
    Up to 65 values, at most one for every 10 rows; None for fewer than 100 finite rows.

    Examples
    --------
    >>> grid(np.arange(101.0)).tolist()
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]
    """
    finite = np.sort(values[np.isfinite(values)])
    if finite.size < MIN_ROWS:
        return None
    steps = min(STEPS, finite.size // ROWS_PER_STEP)
    return np.unique(finite[(np.arange(steps + 1) * (finite.size - 1) + steps // 2) // steps])


def on_grid(values: Floats, anchors: Floats) -> NumericSummary:
    """Count a group's values on the grid of the whole; exact below and up to each step, nothing is known between.

    Parameters
    ----------
    values : of the group, finite, within the grid. anchors : from `grid`.

    Examples
    --------
    >>> day = on_grid(np.array([10.0, 12.0, 20.0]), np.array([0.0, 10.0, 20.0]))
    >>> day.lt.tolist(), day.le.tolist(), day.n
    ([0, 0, 2], [0, 1, 3], 3)
    """
    ordered = np.sort(values)
    return NumericSummary(
        n=ordered.size,
        nulls=0,
        infinite=0,
        anchors=anchors,
        lt=ordered.searchsorted(anchors, "left").astype(np.int64),
        le=ordered.searchsorted(anchors, "right").astype(np.int64),
        total=float(ordered.sum()),
        squares=float(np.square(ordered).sum()),
        values=np.empty(0),
        counts=np.empty(0, dtype=np.int64),
    )
