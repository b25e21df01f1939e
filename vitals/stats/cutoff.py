"""The cut between two decisions: whether today's decisions lie where past days' cut says, given today's scores.

Compares two shares of the same rows, those that were decided positive and those with a score beyond the cut. A day on which
scores and decisions move together moves neither against the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.stats.thresholds import FLOOR, thresholds

Floats: TypeAlias = NDArray[np.float64]

LEAST_DAYS = 14


class Ranked(Protocol):
    """Ascending finite scores with exact counts of rows below and up to each."""

    @property
    def anchors(self) -> Floats: ...  # noqa: D102
    @property
    def lt(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def le(self) -> NDArray[np.int64]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Decided:
    """Scores and decisions of a day: `share` of its rows were decided positive."""

    scores: Ranked
    share: float


@dataclass(frozen=True, slots=True)
class Apart:
    """How far decisions are from their scores.

    Attributes
    ----------
    share : of rows decided positive. expected : by their scores. cut : the usual one. side : positive are those `from` it
        or `below` it. z : in sd of an ordinary day.
    """

    share: float
    expected: float
    cut: float
    side: Literal["from", "below"]
    z: float


def apart(today: Decided, past: Sequence[Decided]) -> Apart | None:
    """Compare today's decisions with what past days' cut makes of today's scores.

    Parameters
    ----------
    past : days to learn from, oldest first.

    Returns
    -------
    None while both agree, and with fewer than 14 days that have decisions of both kinds.

    Notes
    -----
    A day's cut lies between its k-th largest score and the next, k rows being positive; the usual one, c, is the median of
    days. d = share of scores >= c - share of positives. z = (d - mean d) / sqrt(v + |d - mean d| / n), v the variance of past
    d, more with fewer rows today; rows that changed sides make the second term, as in McNemar's test. It speaks beyond the
    share band's threshold of a single day, from 0.5 points on. The side is the one on which past days agree better.
    """
    known = [day for day in past if _both(day)]
    if len(known) < LEAST_DAYS or not len(today.scores.le) or today.scores.le[-1] < 1:
        return None
    high = _misses(known, _usual_cut(known, 1), 1)
    low = _misses(known, _usual_cut(known, -1), -1)
    sign = 1 if (high**2).sum() <= (low**2).sum() else -1
    past_misses, cut = (high, _usual_cut(known, 1)) if sign > 0 else (low, _usual_cut(known, -1))
    rows, usual_rows = float(today.scores.le[-1]), float(np.mean([day.scores.le[-1] for day in known]))
    expected = _beyond(today.scores, cut, sign)
    moved = expected - today.share - float(past_misses.mean())
    learnt = float(past_misses.var(ddof=1)) * (1 + 1 / len(known)) * max(1.0, usual_rows / rows)
    z = moved / float(np.sqrt(learnt + abs(moved) / rows)) if moved else 0.0
    if abs(moved) < FLOOR or abs(z) <= thresholds(len(known))[0]:
        return None
    return Apart(today.share, expected, cut, "from" if sign > 0 else "below", z)


def _both(day: Decided) -> bool:
    rows = day.scores.le[-1] if len(day.scores.le) else 0
    return bool(rows) and 1 <= round(day.share * rows) <= rows - 1


def _usual_cut(days: Sequence[Decided], sign: int) -> float:
    return float(np.median([_cut(day, sign) for day in days]))


def _cut(day: Decided, sign: int) -> float:
    """Half-way between the two scores on either side of the cut."""
    rows = int(day.scores.le[-1])
    positive = round(day.share * rows)
    under = rows - positive if sign > 0 else positive
    at = min(max(int(day.scores.le.searchsorted(under, "right")), 1), len(day.scores.anchors) - 1)
    return float(day.scores.anchors[at - 1] + day.scores.anchors[at]) / 2


def _misses(days: Sequence[Decided], cut: float, sign: int) -> Floats:
    return np.array([_beyond(day.scores, cut, sign) - day.share for day in days])


def _beyond(scores: Ranked, cut: float, sign: int) -> float:
    """Share of the rows whose score is the cut or more; of the others for sign -1. Evenly spread between two anchors."""
    at = int(scores.anchors.searchsorted(cut))
    if at == 0 or at == len(scores.anchors):
        below = float(scores.lt[0] if at == 0 else scores.le[-1])
    else:
        low, high = float(scores.anchors[at - 1]), float(scores.anchors[at])
        between = float(scores.lt[at] - scores.le[at - 1])
        below = float(scores.le[at - 1]) + between * (cut - low) / (high - low)
    share = below / float(scores.le[-1])
    return 1 - share if sign > 0 else share
