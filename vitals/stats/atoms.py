"""Values that suddenly hold many rows: a default filled in, a sentinel, a feed that hangs.

Compares the most frequent values of a day with those of past days, and a new one's share with the largest that any past day's
own value had over all other days: weather brings new values every day, a distance does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

SENTINELS = frozenset({-999999.0, -99999.0, -9999.0, -999.0, -99.0, -1.0, 0.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0})
LEAST_SHARE, LEAST_SENTINEL = 0.02, 0.005
LEAST_ROWS = 10
_BEYOND, _SENTINEL_BEYOND = 2.0, 1.25
_ERRORS = 4.0
_TIMES = 3.0
_STEADY = 0.03  # flights: distances 1.5 %, weather 5-30 %
_BEYOND_ROWS, _BEYOND_SHARE = 5, 0.001  # as rows far outside
_CHANCE = 16.0  # -log of the chance 1e-7 that so many past rows have none by accident


class Frequent(Protocol):
    """A day's rows; its most frequent values with their rows, the most frequent first; ascending values with both ends.

    Of the ascending ones also the rows below and up to each.
    """

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def values(self) -> Floats: ...  # noqa: D102
    @property
    def counts(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def anchors(self) -> Floats: ...  # noqa: D102
    @property
    def lt(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def le(self) -> NDArray[np.int64]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Atom:
    """The value that rose most above its past days.

    Attributes
    ----------
    share : of all rows today. most : its largest share on a past day (an upper bound where it was not among the stored).
    z : how far beyond the largest novelty of a past day the excess is, 1 at the threshold.
    steady : past days of the column hardly ever bring a value of their own: there a new one is news by itself.
    """

    value: float
    share: float
    most: float
    z: float
    steady: bool

    @property
    def news(self) -> bool:
        """Whether it is new by itself; a known value that swells is the share band's."""
        return self.steady and self.z >= 1 and self.share >= _TIMES * self.most


def new_atom(today: Frequent, past: Sequence[Frequent], stored: int = 20) -> Atom | None:
    """Find the value whose share rose most above all past days; it is new (z >= 1) if by more than any past day's did.

    Parameters
    ----------
    past : at least 14 days; with fewer nothing is said. stored : how many values a day keeps.

    Notes
    -----
    The novelty of a day is the largest of share - largest share on other days over its values. Today's counts when it is
    at least 2 % of the rows and twice any past day's; for a usual sentinel (0, -1, 999 ...) 0.5 % and 1.25 times; always
    10 rows and four standard errors. A sentinel outside of all that past days held, where values are steady, needs five
    rows and 0.1 %, and so many past rows that none of them had it by accident (p < 1e-7).
    """
    filled = [day for day in past if len(day.anchors)]
    if len(past) < 14 or not filled or not len(today.anchors) or today.n < 1:
        return None
    low, high = min(day.anchors[0] for day in filled), max(day.anchors[-1] for day in filled)
    values = np.concatenate([day.values for day in past])
    shares = np.concatenate([day.counts / day.n for day in past])
    novelty = _largest_novelty(values, shares)
    hidden = max((day.counts[-1] / day.n for day in past if len(day.values) >= stored), default=0.0)
    before = sum(day.n for day in past)
    found: Atom | None = None
    for value, count in _candidates(today, low, high):
        share, at = count / today.n, values == value
        missing = int(at.sum()) < len(past)
        most = max(float(shares[at].max(initial=0.0)), float(hidden) if missing and low <= value <= high else 0.0)
        least, beyond = (LEAST_SENTINEL, _SENTINEL_BEYOND) if value in SENTINELS else (LEAST_SHARE, _BEYOND)
        needed = max(least, beyond * novelty, LEAST_ROWS / today.n, _ERRORS * np.sqrt(share * (1 - share) / today.n))
        if value in SENTINELS and novelty <= _STEADY and not low <= value <= high:
            needed = max(_BEYOND_ROWS / today.n, _BEYOND_SHARE, _CHANCE / before)
        z = (share - most) / needed
        if share > most and (found is None or z > found.z):
            found = Atom(value, share, most, float(z), novelty <= _STEADY)
    return found


def _candidates(today: Frequent, low: float, high: float) -> list[tuple[float, int]]:
    """Values with their rows: the most frequent ones, and either end where it lies beyond what past days held."""
    found = dict(zip(today.values.tolist(), today.counts.tolist(), strict=True))
    for end in (0, -1):
        value = float(today.anchors[end])
        if not low <= value <= high:
            found.setdefault(value, int(today.le[end] - today.lt[end]))
    return list(found.items())


def _largest_novelty(values: Floats, shares: Floats) -> float:
    """Give the largest difference between a value's share on its best day and on its second best."""
    if not len(values):
        return 0.0
    order = np.lexsort((-shares, values))
    ordered, ranked = values[order], shares[order]
    first = np.append(True, ordered[1:] != ordered[:-1])
    second = np.append(ranked[1:], 0.0) * np.append(~first[1:], False)
    return float((ranked - second)[first].max())
