"""The area under the ROC curve of groups of rows: how well an order of groups separates positives from negatives.

Rows of one group are tied. It knows no rows, no days and no models; the interval of an area over rows is in `intervals`.
"""

import numpy as np
from numpy.typing import ArrayLike


def area(positives: ArrayLike, negatives: ArrayLike) -> float | None:
    """Area under the ROC curve of groups of rows, in ascending order of what ranks them; rows of one group are tied.

    Parameters
    ----------
    positives, negatives : (probable) rows of either label per group, >= 0, shape (g,).

    Returns
    -------
    Within 0..1; None without any positive or without any negative.

    Examples
    --------
    Positives 1, 2 and negatives 3, 1: 2 * 3 pairs are right, 1 * 3 and 2 * 1 are tied.

    >>> area([1, 2], [3, 1]) == (2 * 3 + (1 * 3 + 2 * 1) / 2) / 12
    True
    """
    hit, missed = np.asarray(positives, dtype=np.float64), np.asarray(negatives, dtype=np.float64)
    pairs = float(hit.sum()) * float(missed.sum())
    if pairs <= 0:
        return None
    below = np.cumsum(missed) - missed
    return min(1.0, max(0.0, float((hit * (below + missed / 2)).sum()) / pairs))


def ranked_area(positives: ArrayLike, negatives: ArrayLike, by: ArrayLike) -> float | None:
    """Area of groups in any order, ranked by a number each; groups with equal numbers are tied.

    Parameters
    ----------
    by : what ranks the groups, never NaN, shape (g,). Otherwise as `area`.

    Examples
    --------
    The group at 0.9 ranks above the two at 0.1, which are one:

    >>> ranked_area([2, 1, 0], [1, 2, 1], by=[0.9, 0.1, 0.1]) == area([1, 2], [3, 1])
    True
    """
    _, group = np.unique(np.asarray(by, dtype=np.float64), return_inverse=True)
    return area(*(np.bincount(group, np.asarray(rows, dtype=np.float64)) for rows in (positives, negatives)))
