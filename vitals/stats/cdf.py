"""Counts and quantiles from numeric summaries: of one day, of many days, pooled over days.

A summary knows exactly how many rows lie below and up to each of its anchors; strictly between two anchors the rows
are taken as evenly spread. Counts are of finite rows; nulls and infinite rows are the caller's business, and
so is which days belong together. Interpolated counts are rounded to 2**-20 rows: sums over days are then
exact, and the order of the days cannot change a bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitals.errors import StatisticError

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_GRAIN = 2.0**20
_COARSE = 256
_FINE = 12


class Counted(Protocol):
    """What is asked of a numeric summary: ascending anchors, finite rows below and up to each, shape (k,)."""

    @property
    def anchors(self) -> Floats: ...  # noqa: D102
    @property
    def lt(self) -> Integers | Floats: ...  # noqa: D102
    @property
    def le(self) -> Integers | Floats: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Many summaries laid end to end, for repeated questions; made by `stack`.

    Each summary is preceded by one sentinel that stands for "below all anchors".

    Attributes
    ----------
    anchors : of each summary. starts : flat index of each one's sentinel, shape (s, 1).
    lower, upper : the anchors around each flat segment. base : rows up to `lower`. mass : rows strictly between.
    gap : their distance times `scale`, which keeps it finite. rows : finite rows of each summary, shape (s,).
    """

    anchors: tuple[Floats, ...]
    starts: Integers
    lower: Floats
    upper: Floats
    base: Floats
    mass: Floats
    gap: Floats
    rows: Floats
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    anchors: Floats
    lt: Floats
    le: Floats


_NOTHING = _Counts(np.zeros(1), np.zeros(1), np.zeros(1))


Summaries: TypeAlias = Sequence[Counted] | Stack


def stack(summaries: Summaries) -> Stack:
    """Lay summaries end to end; a stack is returned as it is.

    Raises
    ------
    StatisticError : without any summary.
    """
    if isinstance(summaries, Stack):
        return summaries
    if not summaries:
        message = "no summaries; give at least one day"
        raise StatisticError(message)
    days = [s if s.anchors.size else _NOTHING for s in summaries]
    flat, lt, le = (np.concatenate([getattr(s, name) for s in days]) for name in ("anchors", "lt", "le"))
    sizes = np.array([s.anchors.size for s in days])
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    lasts = np.cumsum(sizes + 1) - 1
    lower = np.insert(flat, firsts, flat[firsts])
    before, base = (np.insert(counts.astype(np.float64), firsts, 0.0) for counts in (lt, le))
    upper, mass = np.append(lower[1:], lower[-1]), np.append(before[1:], 0.0) - base
    upper[lasts], mass[lasts] = lower[lasts], 0.0
    scale = 0.25 if max(lower.max(), -lower.min()) > 1e307 else 1.0
    gap = upper * scale - lower * scale
    return Stack(
        anchors=tuple(s.anchors for s in summaries),
        starts=(lasts - sizes)[:, None],
        lower=lower,
        upper=upper,
        base=base,
        mass=mass,
        gap=np.where(gap > 0, gap, 1.0),
        scale=scale,
        rows=base[lasts],
    )


def upto(summary: Counted, x: ArrayLike) -> Floats:
    """Count the finite rows of one summary that are <= x.

    Parameters
    ----------
    x : values, any shape (k,); +-inf allowed.

    Returns
    -------
    Rows, shape (k,), in 0..finite rows: exact at anchors, linear between them.

    Examples
    --------
    Rows 1, 2, 2, 4 with every value an anchor; between anchors there are none:

    >>> from vitals.profiles import NumericSummary
    >>> day = NumericSummary(4, 0, 0, np.array([1., 2., 4.]), np.array([0, 1, 3]), np.array([1, 3, 4]), 9., 25.,
    ...                      np.array([2.]), np.array([2]))
    >>> upto(day, [0, 1, 2, 3, 4])
    array([0., 1., 3., 3., 4.])
    >>> below(day, [0, 1, 2, 3, 4, 5])
    array([0., 0., 1., 3., 3., 4.])
    """
    counts: Floats = counts_at([summary], x)[0]
    return counts


def below(summary: Counted, x: ArrayLike) -> Floats:
    """Count the finite rows of one summary that are < x; otherwise as `upto`."""
    counts: Floats = counts_below([summary], x)[0]
    return counts


def counts_at(summaries: Summaries, edges: ArrayLike) -> Floats:
    """Count, for each summary, the finite rows <= each edge.

    Parameters
    ----------
    edges : values, shape (k,), in any order (ascending is fastest); +-inf allowed.

    Returns
    -------
    Rows, shape (summaries, k).

    Raises
    ------
    StatisticError : without summaries, or an edge is NaN.
    """
    return counts_around(summaries, edges)[1]


def counts_below(summaries: Summaries, edges: ArrayLike) -> Floats:
    """Count, for each summary, the finite rows < each edge; otherwise as `counts_at`."""
    return counts_around(summaries, edges)[0]


def counts_around(summaries: Summaries, edges: ArrayLike) -> tuple[Floats, Floats]:
    """Give `counts_below` and `counts_at` for the price of one."""
    days = stack(summaries)
    x = np.atleast_1d(np.asarray(edges, dtype=np.float64))
    if np.isnan(x).any():
        message = "an edge is NaN; edges must be numbers"
        raise StatisticError(message)
    at = np.array([a.searchsorted(x, "right") for a in days.anchors]) + days.starts
    lower, base = days.lower[at], days.base[at]
    if days.mass.any():
        within = np.clip(x, lower, days.upper[at]) * days.scale - lower * days.scale
        reached = base + np.rint(days.mass[at] * (within / days.gap[at]) * _GRAIN) / _GRAIN
    else:
        reached = base
    on_anchor = (x == lower) & (at > days.starts)
    return np.where(on_anchor, days.base[at - 1] + days.mass[at - 1], reached), reached


def pooled_quantiles(summaries: Summaries, q: ArrayLike) -> Floats:
    """Give quantiles of all rows of all summaries together.

    Parameters
    ----------
    q : levels in 0..1, shape (k,).

    Returns
    -------
    For each level the smallest value v with (rows <= v) >= q N, shape (k,); the minimum for level 0. Where every
    value is an anchor this is the inverted empirical CDF of the raw rows, exactly.

    Raises
    ------
    StatisticError : no finite row at all, or a level outside 0..1.

    Notes
    -----
    The pooled CDF is linear between neighbours of the union of all anchors. Those neighbours are found by
    counting at a coarse grid of anchors, then at ever finer ones inside each bracket.

    Examples
    --------
    >>> from vitals.profiles import NumericSummary
    >>> one, two = (NumericSummary(1, 0, 0, np.array([v]), np.array([0]), np.array([1]), v, v * v,
    ...                            np.array([v]), np.array([1])) for v in (3.0, 5.0))
    >>> pooled_quantiles([one, two], [0.0, 0.5, 0.51, 1.0])
    array([3., 3., 5., 5.])
    """
    levels = np.atleast_1d(np.asarray(q, dtype=np.float64))
    if not ((levels >= 0) & (levels <= 1)).all():
        message = f"quantile levels must lie in 0..1, got {levels.tolist()}"
        raise StatisticError(message)
    if not isinstance(summaries, Stack) and len(summaries) == 1 and summaries[0].anchors.size:
        return _quantiles(summaries[0], levels)
    days = stack(summaries)
    if days.rows.sum() == 0:
        message = "no finite rows; quantiles need at least one"
        raise StatisticError(message)
    target = levels * days.rows.sum()
    low, high = _bracket(days, _coarse_grid(days), target)
    while (inner := _between(days, low, high)) is not None:
        grid = np.sort(np.concatenate([inner, low, high]))
        low, high = _bracket(days, grid, target)
    return _interpolate(days, low, high, target)


def _coarse_grid(days: Stack) -> Floats:
    every = np.concatenate(days.anchors)
    ends = np.array([every.min(), every.max()])
    return np.sort(np.concatenate([every[:: max(1, every.size // _COARSE)], ends]))


def _bracket(days: Stack, grid: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Find, per target, neighbours of the grid with count(low) < target <= count(high); equal at the minimum."""
    at = np.minimum(counts_at(days, grid).sum(axis=0).searchsorted(target, "left"), grid.size - 1)
    return grid[np.maximum(at - 1, 0)], grid[at]


def _between(days: Stack, low: Floats, high: Floats) -> Floats | None:
    """Give anchors strictly inside the brackets, thinned to some per bracket; None when there are none."""
    first = np.array([a.searchsorted(low, "right") for a in days.anchors])
    count = np.maximum(np.array([a.searchsorted(high, "left") for a in days.anchors]) - first, 0)
    total = count.sum(axis=0)
    if not total.any():
        return None
    lengths = count.T.ravel()
    begins = (first + days.starts + 1).T.ravel()
    ends = np.cumsum(lengths)
    inside = days.lower[np.repeat(begins - ends + lengths, lengths) + np.arange(ends[-1])]
    bracket = np.repeat(np.arange(low.size), total)
    ranked = inside[np.lexsort((inside, bracket))]
    step = np.maximum(total // _FINE, 1)
    rank = np.arange(ranked.size) - np.repeat(np.cumsum(total) - total, total)
    step_of = np.repeat(step, total)
    thinned: Floats = ranked[rank % step_of == step_of // 2]
    return thinned


def _interpolate(days: Stack, low: Floats, high: Floats, target: Floats) -> Floats:
    """Invert the pooled CDF between neighbouring anchors."""
    reached = counts_below(days, high).sum(axis=0)
    begin = counts_at(days, low).sum(axis=0)
    return _inverted(target, low, high, begin, reached)


def _quantiles(day: Counted, levels: Floats) -> Floats:
    """Invert the CDF of one summary, whose neighbouring anchors need no search."""
    target = levels * float(day.le[-1])
    at = np.minimum(day.le.searchsorted(target, "left"), day.le.size - 1)
    before = np.maximum(at - 1, 0)
    return _inverted(target, day.anchors[before], day.anchors[at], day.le[before], day.lt[at])


def _inverted(
    target: Floats, low: Floats, high: Floats, begin: Integers | Floats, reached: Integers | Floats
) -> Floats:
    """Invert straight lines from (low, begin) to just below high (reached); at a jump the answer is high."""
    jump = (reached < target) | (low >= high) | (begin >= target)
    share = np.where(jump, 0.0, (target - begin) / np.where(jump, 1.0, reached - begin))
    inner = np.clip(low * (1 - share) + high * share, low, high)
    return np.where(jump, high, inner)
