"""By how many days labels are late, read off the curve by which they usually come. Knows no models and no cohorts."""

from collections.abc import Sequence

import numpy as np

_STEP = 0.25


def shift(days: Sequence[float], shares: Sequence[float], age: float, usual: float, now: float) -> float:
    """Estimate by how many days labels are late, from half of those that came.

    Parameters
    ----------
    days, shares : the usual curve: share of the labels known at `age` that is known at the end of so many days, ascending;
        shape (k,) each.
    age : days after which the curve and the labels were looked at, greater than all of `days`.
    usual, now : days after which half of the labels known at that age came, usually and now.

    Returns
    -------
    Days in steps of a quarter, >= 0, less than `age` + 1.

    Notes
    -----
    Labels later than `age` are not seen yet, so the median of those seen moves by less than the delay. With F the curve and
    Q its inverse, labels that are s days late have the median s + Q(F(age - s) / 2) among those seen; the s is given
    whose median is nearest to `now`.

    Examples
    --------
    >>> shift([0, 1, 2, 3], [0.2, 0.4, 0.6, 0.8], 4, 2.0, 3.0)
    2.0
    >>> shift([0, 1], [0.98, 1.0], 7, 0.5, 5.5)
    5.0
    """
    x = np.array([-1.0, *days, age])
    y = np.maximum.accumulate(np.array([0.0, *shares, 1.0]))
    rising = np.append(True, y[1:] > y[:-1])
    late = np.arange(0.0, age + 1, _STEP)
    seen = np.interp(age - late, x, y)
    median = late + np.interp(seen / 2, y[rising], x[rising])
    return float(late[np.argmin(np.abs(median - median[0] - (now - usual)))])
