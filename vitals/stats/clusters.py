"""How many independent rows a day's rows are worth, where many are copies of a few.

A client that repeats its requests, or a batch that is scored every hour, fills a segment with rows that hold the very same
number. Hundreds of such rows say no more than the few they are copies of. Knows numbers only, and nothing of shares.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

MIN_DAYS = 7
LEAST_EFFECT = 2.0
_MOVES = 2.0


class Ranked(Protocol):
    """A day's distinct finite values (some, of many), ascending, with exact counts of rows below and up to each."""

    @property
    def anchors(self) -> Floats: ...  # noqa: D102
    @property
    def lt(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def le(self) -> NDArray[np.int64]: ...  # noqa: D102


def design_effect(days: Sequence[Ranked], rows: float) -> float:
    """Tell by how much rows of a day outnumber independent ones, as past days teach.

    Parameters
    ----------
    days : a number on past days, of which independent rows hardly ever share a value by more than chance. rows : of today.

    Returns
    -------
    Kish's design effect, in 1..rows; 1 below 2, and with fewer than 7 days of two rows or more.

    Notes
    -----
    With w the chance that two rows of one day hold the same value, of the middle day, and b that of two rows of different days, the rows of a day
    correlate by r = (w - 2 b) / (1 - b), and n of them are worth n / (1 + (n - 1) r). Values that are common on every day
    (a score with few levels, an atom at 0) coincide between days as often as within one; twice as often is granted, because
    the shares of such values move from day to day. Today is not asked: a model that answers everybody alike is a fault.
    Where a day has more distinct values than anchors, w is a lower bound; it is exact where rows are worth few.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley, 5.4.

    Examples
    --------
    Two values a day, others each day, 50 rows each: 100 rows are worth two.

    >>> from vitals.profiles.summarise import summarise_sorted
    >>> days = [summarise_sorted(np.repeat([day, day + 0.5], 50)) for day in range(10)]
    >>> round(100 / design_effect(days, 100), 1)
    2.0
    """
    filled = [day for day in days if len(day.le) and day.le[-1] > 1]
    if len(filled) < MIN_DAYS or rows <= 1:
        return 1.0
    counts = [(day.le - day.lt).astype(np.float64) for day in filled]
    totals = np.array([float(day.le[-1]) for day in filled])
    within = float(np.median([(c * (c - 1)).sum() / (n * (n - 1)) for c, n in zip(counts, totals, strict=True)]))
    if 1 + (rows - 1) * within < LEAST_EFFECT:
        return 1.0
    between = _between(filled, [c / n for c, n in zip(counts, totals, strict=True)])
    correlation = max(0.0, (within - _MOVES * between) / (1 - between)) if between < 1 else 0.0
    effect = 1 + (rows - 1) * correlation
    return min(float(effect), float(rows)) if effect >= LEAST_EFFECT else 1.0


def _between(days: Sequence[Ranked], shares: Sequence[Floats]) -> float:
    """Chance that rows of two different days hold the same value."""
    _, at = np.unique(np.concatenate([day.anchors for day in days]), return_inverse=True)
    together = np.bincount(at, weights=np.concatenate(shares))
    own = sum(float((share**2).sum()) for share in shares)
    return max(0.0, (float((together**2).sum()) - own) / (len(days) * (len(days) - 1)))
