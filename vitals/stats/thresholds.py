"""How unusual is too unusual: thresholds of the share band by length of history, and which changes matter at all.

The numbers were chosen by simulation for an alarm budget per model and month; they are no p-values.
"""

from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

FLOOR = 0.005
FAR_Z = 99.0
_RELATIVE, _RELATIVE_ROWS = 0.3, 20
_FAR_ROWS, _FAR_SHARE = 5, 0.001
_THRESHOLDS = ((84, 5.7, 4.0, 6.0), (56, 6.0, 4.0, 7.0), (28, 7.0, 4.5, 10.0), (14, 10.0, 6.0, inf))
# Twenty segments share the budget of one column: t(1 - 1e-7 / 20) is 6.74 at 56 days, where the column has 6.
_SEGMENT_DAY, _SEGMENT_TWO_DAYS = 6.74 / 6.0, 4.86 / 4.0


def thresholds(days: int, *, segment: bool = False) -> tuple[float, float, float]:
    """Give the z beyond which one day, two days running, and the week window speak.

    Parameters
    ----------
    days : reference days R; the row of the table with the largest R' <= R holds.
    segment : one of about twenty segments of a column: wider, and no week rule (it was never measured there).

    Examples
    --------
    >>> thresholds(13), thresholds(30), thresholds(56)
    ((inf, inf, inf), (7.0, 4.5, 10.0), (6.0, 4.0, 7.0))
    >>> thresholds(56, segment=True)
    (6.74, 4.86, inf)
    """
    for least, one_day, two_days, week in _THRESHOLDS:
        if days >= least:
            return (one_day * _SEGMENT_DAY, two_days * _SEGMENT_TWO_DAYS, inf) if segment else (one_day, two_days, week)
    return inf, inf, inf


def material(share: Floats, usual_share: Floats, rows: float, *, rare: bool) -> NDArray[np.bool_]:
    """Tell which shares moved enough to matter: 0.5 points of the rows.

    Parameters
    ----------
    rare : rare answers matter too: also 30 % of the usual share, with at least 20 rows expected or observed.
    """
    moved = np.abs(share - usual_share)
    enough = moved >= FLOOR
    if rare:
        enough |= (moved >= _RELATIVE * usual_share) & (rows * np.maximum(share, usual_share) >= _RELATIVE_ROWS)
    return np.asarray(enough)


def far_z(counts: Floats, rows: float) -> Floats:
    """Score rows far outside the reference's range, which has no such row: 99 from 5 rows and 0.1 % on, else 0."""
    return np.where((counts >= _FAR_ROWS) & (counts >= _FAR_SHARE * rows), FAR_Z, 0.0)
