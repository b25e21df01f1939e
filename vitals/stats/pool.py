"""Anchors of many numeric summaries kept in one sorted pool that days enter and leave.

Gives the pooled distribution that edges are cut from. Rows strictly between two anchors of a day are taken as lying on the
upper one: good enough to choose edges with, exact where every value is an anchor. All masses are whole rows, so the pool
is a function of its days alone, not of the order in which they came and went.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vitals.profiles import NumericSummary
    from vitals.records import Day

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_GRAIN = 2.0**20
_FEW = 4  # days to splice in one by one
_SCALE = 0.25  # differences of extreme anchors stay finite


class Pool:
    """A sorted multiset of (value, rows), each owned by a day."""

    def __init__(self) -> None:
        self._values: Floats = np.empty(0)
        self._rows: Integers = np.empty(0, dtype=np.int64)
        self._tied: Integers = np.empty(0, dtype=np.int64)
        self._owners: Integers = np.empty(0, dtype=np.int64)
        self._held: set[int] = set()

    def hold(self, days: "Mapping[Day, NumericSummary]") -> None:
        """Let days that are not given leave and new ones enter.

        A day's summary never changes while it is held.
        """
        wanted = {day.toordinal(): summary for day, summary in days.items()}
        if gone := sorted(self._held - wanted.keys()):
            self._keep(self._owners != gone[0] if len(gone) == 1 else ~np.isin(self._owners, gone))
        entering = sorted(wanted.keys() - self._held)
        if len(entering) > _FEW:
            self._enter_all({owner: wanted[owner] for owner in entering})
        else:
            for owner in entering:
                self._enter(owner, wanted[owner])
        self._held = set(wanted)

    def _keep(self, mask: NDArray[np.bool_]) -> None:
        self._values, self._rows = self._values[mask], self._rows[mask]
        self._tied, self._owners = self._tied[mask], self._owners[mask]

    def _enter(self, owner: int, summary: "NumericSummary") -> None:
        new = self._values.searchsorted(summary.anchors) + np.arange(len(summary.anchors))
        old = np.ones(len(self._values) + len(new), dtype=bool)
        old[new] = False
        self._values = _spliced(self._values, summary.anchors, old, new)
        self._rows = _spliced(self._rows, _each(summary), old, new)
        self._tied = _spliced(self._tied, summary.le - summary.lt, old, new)
        self._owners = _spliced(self._owners, np.full(len(new), owner), old, new)

    def _enter_all(self, summaries: "Mapping[int, NumericSummary]") -> None:
        """The same for many days, sorting once."""
        values = np.concatenate([self._values, *(s.anchors for s in summaries.values())])
        rows = [self._rows, *(_each(s) for s in summaries.values())]
        tied = [self._tied, *(s.le - s.lt for s in summaries.values())]
        owners = [self._owners, *(np.full(len(s.anchors), owner) for owner, s in summaries.items())]
        order = np.argsort(values, kind="stable")
        self._values = values[order]
        self._rows, self._tied, self._owners = (np.concatenate(part)[order] for part in (rows, tied, owners))

    def distribution(self, without: Floats) -> tuple[Floats, Integers]:
        """Give the distinct values and the rows up to each.

        Parameters
        ----------
        without : values whose own rows are left out, shape (a,).

        Returns
        -------
        Values ascending and cumulative rows strictly ascending, each of shape (m,); m may be 0.
        """
        rows = self._rows
        for value in without:
            first, last = self._values.searchsorted(value, "left"), self._values.searchsorted(value, "right")
            if last > first:
                rows = rows.copy() if rows is self._rows else rows
                rows[first:last] -= self._tied[first:last]
        if not len(rows):
            return self._values, rows
        ends = np.flatnonzero(np.append(self._values[1:] != self._values[:-1], True))
        total = np.cumsum(rows)[ends]
        filled = np.diff(total, prepend=0) > 0
        return self._values[ends][filled], total[filled]

    def range(self) -> tuple[float, float] | None:
        """Give the least and the greatest value of all days; None without any."""
        return (float(self._values[0]), float(self._values[-1])) if len(self._values) else None


def _each(summary: "NumericSummary") -> Integers:
    """Rows on each anchor and between it and the one before."""
    rows = summary.le.copy()
    rows[1:] -= summary.le[:-1]
    return rows


_N = TypeVar("_N", np.float64, np.int64)


def _spliced(held: NDArray[_N], entering: NDArray[_N], old: NDArray[np.bool_], new: Integers) -> NDArray[_N]:
    spliced = np.empty(len(old), dtype=held.dtype)
    spliced[old], spliced[new] = held, entering
    return spliced


def nearest_quantiles(values: Floats, total: Integers, levels: Floats) -> Floats:
    """Give, per level, the value whose cumulative share is nearest to it (the smaller of two equally near).

    Parameters
    ----------
    values, total : as `Pool.distribution` gives them, shape (m,), m >= 1.
    levels : in 0..1, shape (q,).

    Examples
    --------
    >>> nearest_quantiles(np.array([1.0, 2.0, 3.0]), np.array([2, 9, 10]), np.array([0.5, 0.6, 1.0]))
    array([1., 2., 3.])
    """
    share = total / total[-1]
    upper = np.minimum(share.searchsorted(levels), len(share) - 1)
    lower = np.maximum(upper - 1, 0)
    near = np.where(np.abs(share[lower] - levels) <= np.abs(share[upper] - levels), lower, upper)
    return np.asarray(values[near])


def counts_around(summaries: "Sequence[NumericSummary]", x: Floats) -> tuple[Floats, Floats]:
    """Count the finite rows below and up to each x, per summary: `cdf.counts_around`, for x that are asked once.

    Parameters
    ----------
    x : values, shape (k,); +-inf allowed.

    Returns
    -------
    Rows below and rows up to, each of shape (summaries, k): exact at anchors, linear between.

    Notes
    -----
    Looks only at the anchors around each x, so it needs no arrays over all anchors of all days.
    """
    shape = (len(summaries), len(x))
    sizes = np.array([[len(s.anchors)] for s in summaries])
    at = np.array([s.anchors.searchsorted(x, "right") for s in summaries]).reshape(shape)
    outside = at == 0
    firsts = np.cumsum(sizes)[:, None] - sizes
    low, high = firsts + np.maximum(at - 1, 0), firsts + np.minimum(at, np.maximum(sizes - 1, 0))
    # An empty day points at its neighbour's first anchor, or at the end: it is outside whatever is there.
    anchors, lt, le = (
        np.concatenate([*(getattr(s, name) for s in summaries), [0]]) for name in ("anchors", "lt", "le")
    )
    lower, upper = anchors[low], anchors[high]
    base, before, following = le[low], lt[low], lt[high]
    mass = np.maximum(following - base, 0.0)
    within = np.clip(x, lower, np.maximum(lower, upper)) * _SCALE - lower * _SCALE
    gap = upper * _SCALE - lower * _SCALE
    part = np.divide(within, gap, out=np.zeros(shape), where=gap > 0)
    reached = np.where(outside, 0.0, base + np.rint(mass * part * _GRAIN) / _GRAIN)
    return np.where((x == lower) & ~outside, before, reached), reached
