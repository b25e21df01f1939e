"""Which hard limits of a column a day breaks, on how many of its rows: exactly where the profile knows, else between two numbers.

A profile counts rows exactly at some of a day's values only; between two of them it does not know where rows lie.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vitals import words
from vitals.profiles import NumericSummary, Summary
from vitals.spec.model import Limit


@dataclass(frozen=True, slots=True)
class Broken:
    """One limit that is broken.

    Attributes
    ----------
    text : what is wrong, after the column's name. part : the part of the rows, as `judging.drift` names parts.
    share : of the rows, 0..1; where they are not counted exactly the middle of what is possible.
    """

    text: str
    part: str
    share: float


def broken(limit: Limit, summary: Summary) -> list[Broken]:
    """Give what is broken of a column's limits.

    Parameters
    ----------
    summary : of the whole column, with rows.
    """
    found = []
    if limit.null_share is not None and summary.nulls > limit.null_share * summary.n:
        share = summary.nulls / summary.n
        found.append(Broken(f"{words.share(share)} missing, at most {words.share(limit.null_share)}", "null", share))
    if isinstance(summary, NumericSummary) and summary.anchors.size:
        found += _beyond(limit, summary)
    return found


def _beyond(limit: Limit, summary: NumericSummary) -> Iterable[Broken]:
    least, most = float(summary.anchors[0]), float(summary.anchors[-1])
    if limit.min is not None and least < limit.min:
        low, high = rows_under(summary, limit.min)
        text = f"{_rows(low, high)} under {words.number(limit.min)} (least {words.number(least)})"
        yield Broken(text, "under the limit", (low + high) / 2 / summary.n)
    if limit.max is not None and most > limit.max:
        low, high = rows_over(summary, limit.max)
        text = f"{_rows(low, high)} over {words.number(limit.max)} (most {words.number(most)})"
        yield Broken(text, "over the limit", (low + high) / 2 / summary.n)


def rows_under(summary: NumericSummary, bound: float) -> tuple[int, int]:
    """Give the least and the most rows that can lie under a bound; the same number where the profile knows it.

    >>> import numpy as np
    >>> day = NumericSummary(9, 0, 0, np.array([1., 4., 8.]), np.array([0, 3, 8]), np.array([2, 5, 9]), 0., 0.,
    ...                      np.empty(0), np.empty(0))
    >>> rows_under(day, 4), rows_under(day, 6), rows_under(day, 9), rows_over(day, 4), rows_over(day, 2)
    ((3, 3), (5, 8), (9, 9), (4, 4), (6, 7))
    """
    at = int(summary.anchors.searchsorted(bound, "left"))
    if at == summary.anchors.size:
        return int(summary.le[-1]), int(summary.le[-1])
    high = int(summary.lt[at])
    exact = summary.anchors[at] == bound or at == 0
    return (high if exact else int(summary.le[at - 1])), high


def rows_over(summary: NumericSummary, bound: float) -> tuple[int, int]:
    """Give the least and the most rows that can lie over a bound, as `rows_under`."""
    at, rows = int(summary.anchors.searchsorted(bound, "right")), int(summary.le[-1])
    if at == summary.anchors.size:
        return 0, 0
    low = rows - int(summary.lt[at])
    high = rows - int(summary.le[at - 1]) if at else rows
    return (high if at and summary.anchors[at - 1] == bound else low), high


def _rows(low: int, high: int) -> str:
    return words.count(high, "row") if low == high else f"{low:,} to {words.count(high, 'row')}"
