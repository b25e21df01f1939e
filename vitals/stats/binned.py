"""Distances between two histograms over the same bins: pure functions of shares or rows per bin.

How bins are chosen, and what a large value means, is not known here.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitals.errors import StatisticError

Floats: TypeAlias = NDArray[np.float64]


def tv(current: ArrayLike, reference: ArrayLike) -> float:
    """Total variation: the share of rows in another bin than usual.

    Parameters
    ----------
    current, reference : shares per bin, shape (k,), non-negative, each summing to 1.

    Returns
    -------
    sum(abs(p - q)) / 2, in 0..1.

    Raises
    ------
    StatisticError : no bins, different shapes, negative or not summing to 1.

    References
    ----------
    Levin, Peres and Wilmer, "Markov Chains and Mixing Times", 2009, section 4.1.

    Examples
    --------
    >>> tv([0.5, 0.5], [0.25, 0.75])
    0.25
    """
    p, q = _shares(current, reference)
    return float(np.abs(p - q).sum() / 2)


def d1(current: ArrayLike, reference: ArrayLike) -> float:
    """L1 distance sum(abs(p - q)) of shares per bin, in 0..2: twice `tv`, which see.

    References
    ----------
    Breck et al., "Data Validation for Machine Learning", 2019 (there d-infinity, the largest difference).

    Examples
    --------
    >>> d1([0.5, 0.5], [0.25, 0.75])
    0.5
    """
    return 2 * tv(current, reference)


def psi(current: ArrayLike, reference: ArrayLike) -> float:
    """Population stability index of shares per bin, in nats.

    Parameters
    ----------
    current, reference : shares per bin, shape (k,), positive where the other is, each summing to 1.

    Returns
    -------
    sum((p - q) ln(p / q)), >= 0, symmetric, without bound.

    Raises
    ------
    StatisticError : as `tv`, or a bin that is empty on one side only.

    Notes
    -----
    The folklore bounds 0.1 and 0.25 have no statistical basis: with n rows it is about (k - 1)/n under no change.

    References
    ----------
    Siddiqi, "Credit Risk Scorecards", 2006; Yurdakul, "Statistical Properties of Population Stability Index", 2018.

    Examples
    --------
    >>> psi([0.5, 0.5], [0.25, 0.75])
    0.27465
    """
    p, q = _shares(current, reference)
    if ((p == 0) != (q == 0)).any():
        message = "psi has no value when a bin is empty on one side only; smooth the shares first"
        raise StatisticError(message)
    filled = p > 0
    return float(((p[filled] - q[filled]) * np.log(p[filled] / q[filled])).sum())


def jensen_shannon(current: ArrayLike, reference: ArrayLike) -> float:
    """Jensen-Shannon distance (the root of the divergence, base 2) of shares per bin.

    Parameters
    ----------
    current, reference : shares per bin, shape (k,), non-negative, each summing to 1.

    Returns
    -------
    sqrt((KL(p, m) + KL(q, m)) / 2) with m = (p + q) / 2 and logarithms to base 2, in 0..1.

    Raises
    ------
    StatisticError : as `tv`.

    References
    ----------
    Endres and Schindelin, "A new metric for probability distributions", 2003.

    Examples
    --------
    >>> jensen_shannon([1.0, 0.0], [0.0, 1.0])
    1.0
    """
    p, q = _shares(current, reference)
    middle = (p + q) / 2
    terms = [x[x > 0] * np.log2(x[x > 0] / middle[x > 0]) for x in (p, q)]
    return float(np.sqrt(max(0.0, (terms[0].sum() + terms[1].sum()) / 2)))


def cramers_v(current: ArrayLike, reference: ArrayLike) -> float:
    """Cramér's V of the two-sample chi-squared statistic over bins.

    Parameters
    ----------
    current, reference : rows per bin, shape (k,), non-negative, each with at least one row.

    Returns
    -------
    sqrt(chi2 / N) of the 2 x k table with N rows, in 0..1; bins without rows are left out, one bin gives 0.

    Raises
    ------
    StatisticError : no bins, different shapes, negative counts, no rows on one side.

    References
    ----------
    Cramér, "Mathematical Methods of Statistics", 1946, section 21.9.

    Examples
    --------
    >>> cramers_v([10, 0], [0, 10])
    1.0
    >>> cramers_v([5, 5], [50, 50])
    0.0
    """
    rows = np.stack(_pair(current, reference))
    sums = rows.sum(axis=1, keepdims=True)
    if (sums == 0).any():
        message = "cramers_v needs at least one row on each side"
        raise StatisticError(message)
    rows = rows[:, rows.sum(axis=0) > 0]
    expected = sums * (rows.sum(axis=0) / sums.sum())
    return float(np.sqrt(min(1.0, ((rows - expected) ** 2 / expected).sum() / sums.sum())))


def smoothed(counts: ArrayLike) -> Floats:
    """Turn rows per bin into shares without zeros: (count + 0.5) / (n + 0.5 k), shape (k,).

    >>> smoothed([3, 0]).tolist()
    [0.875, 0.125]
    """
    rows = np.asarray(counts, dtype=np.float64)
    return np.asarray((rows + 0.5) / (rows.sum() + 0.5 * rows.size))


def _pair(current: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats]:
    p, q = np.asarray(current, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if p.shape != q.shape or p.ndim != 1 or p.size == 0:
        message = f"both sides need the same bins, at least one; got shapes {p.shape} and {q.shape}"
        raise StatisticError(message)
    if not (np.isfinite(p) & np.isfinite(q)).all() or min(p.min(), q.min()) < 0:
        message = "bins must be finite and not negative"
        raise StatisticError(message)
    return p, q


def _shares(current: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats]:
    p, q = _pair(current, reference)
    if max(abs(p.sum() - 1), abs(q.sum() - 1)) > 1e-9:
        message = f"shares must sum to 1, got {p.sum()} and {q.sum()}; divide rows by their total"
        raise StatisticError(message)
    return p, q
