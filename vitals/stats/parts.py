"""A column's parts: the shares of rows that are watched, cut anew from the reference days each day.

Numeric: null, atoms (values that hold 5 % of the rows), bins at the reference's quantiles, shares below seven cuts, the
largest single value, infinite, far outside. Which days are the reference, and what is unusual, is decided elsewhere.
The text columns' parts are `vitals.stats.categories`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.stats.pool import Pool, counts_around, nearest_quantiles

if TYPE_CHECKING:
    from vitals.profiles import NumericSummary
    from vitals.records import Day

Floats: TypeAlias = NDArray[np.float64]

LEVELS = np.array([0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999])
_ATOM_SHARE, _ATOMS = 0.05, 6
_CUTS = 7
_PRESENT = 0.5
_SOME_ROWS = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class UnitBins:
    """Quantile bins before merging, for the unit filter.

    Attributes
    ----------
    reference, today : rows per bin, shapes (R, 16) and (16,).
    edges : right-closed, shape (15,), distinct.
    values, total : the pooled distribution of the reference without its atoms.
    """

    reference: Floats
    today: Floats
    edges: Floats
    values: Floats
    total: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Rows per part, for reference days, today, and the days of the week window.

    Attributes
    ----------
    names : of the parts, for people; ties of the score go to the first.
    reference, today, recent : rows, shapes (R, B), (B,), (V, B).
    far : parts that score by `far_z`, shape (B,).
    week_names, week_reference, week_recent : the same parts as the week rule takes them.
    unit : what the unit filter needs, None where the column is not for it.
    """

    names: tuple[str, ...]
    reference: Floats
    today: Floats
    far: NDArray[np.bool_]
    week_names: tuple[str, ...]
    week_reference: Floats
    week_recent: Floats
    week_far: NDArray[np.bool_]
    unit: UnitBins | None = None


def thinned(counted: Counted, effect: float) -> Counted:
    """Count rows as the independent ones that they are worth: all of them divided by a design effect, >= 1."""
    return replace(
        counted,
        reference=counted.reference / effect,
        today=counted.today / effect,
        week_reference=counted.week_reference / effect,
        week_recent=counted.week_recent / effect,
    )


def number(value: float) -> str:
    """Write a value in a part's name: whole numbers in full, others with four digits.

    >>> number(12.0), number(1234567.0), number(0.123456), number(-3.5)
    ('12', '1234567', '0.1235', '-3.5')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"


class NumericParts:
    """Cuts and counts the parts of one numeric column.

    Parameters
    ----------
    summary_of : gives a day's summary; always the same one.
    """

    def __init__(self, summary_of: "Callable[[Day], NumericSummary]") -> None:
        self._summary_of = summary_of
        self._pool = Pool()

    def count(self, reference: "Sequence[Day]", today: "Day", recent: "Sequence[Day]") -> Counted:
        """Count today's, the reference's and recent days' rows in the parts that the reference defines.

        Parameters
        ----------
        reference : days, ascending, R >= 1. recent : days of the week window, today included or not.
        """
        self._pool.hold({day: self._summary_of(day) for day in reference})
        days = [*reference, today, *recent]
        summaries = [self._summary_of(day) for day in days]
        atoms = self._atoms(summaries[: len(reference)])
        values, total = self._pool.distribution(atoms)
        edges = np.unique(nearest_quantiles(values, total, LEVELS)) if len(values) else np.empty(0)
        counts = self._tally(summaries, edges, atoms)
        ends = len(reference)
        merged = merge(counts.bins, edges, ends)
        block, names = counts.join(*merged, atoms)
        single = len(names) - 3
        weekly = np.arange(len(names)) != single
        far = np.array([name == "far" for name in names])
        distinct = len(edges) == len(LEVELS)
        unit = (
            UnitBins(counts.bins[:ends], counts.bins[ends], edges, values, total)
            if distinct and values[0] > 0
            else None
        )
        positive = unit is not None and (spread := self._pool.range()) is not None and spread[0] >= 0
        return Counted(
            names,
            block[:ends],
            block[ends],
            far,
            tuple(name for name, kept in zip(names, weekly, strict=True) if kept),
            block[:ends, weekly],
            block[ends + 1 :, weekly],
            far[weekly],
            unit if positive else None,
        )

    def _atoms(self, reference: "Sequence[NumericSummary]") -> Floats:
        """Values that hold at least 5 % of all rows, the most frequent first, ties by value."""
        values = np.concatenate([s.values for s in reference])
        distinct, at = np.unique(values, return_inverse=True)
        rows = np.bincount(at, weights=np.concatenate([s.counts for s in reference]), minlength=len(distinct))
        order = np.lexsort((distinct, -rows))[:_ATOMS]
        held = rows[order] >= _ATOM_SHARE * sum(s.n for s in reference)
        return np.asarray(distinct[order][held & (rows[order] > 0)])

    def _tally(self, summaries: "Sequence[NumericSummary]", edges: Floats, atoms: Floats) -> "_Tally":
        known = self._pool.range()
        low, high = known or (0.0, 0.0)
        with np.errstate(over="ignore"):
            beyond = np.array([low - (high - low), high + (high - low)])
        below, upto = counts_around(summaries, np.concatenate([edges, atoms, beyond]))
        rows = np.array([[float(s.n - s.nulls - s.infinite)] for s in summaries])
        first, last = len(edges), len(edges) + len(atoms)
        at_atoms = upto[:, first:last] - below[:, first:last]
        bins = np.diff(np.concatenate([np.zeros_like(rows), upto[:, :first], rows], axis=1), axis=1)
        for column, where in enumerate(edges.searchsorted(atoms)):
            bins[:, where] -= at_atoms[:, column]
        return _Tally(
            np.array([[float(s.nulls)] for s in summaries]),
            at_atoms,
            np.maximum(bins, 0.0),
            np.array([[float(s.counts[0]) if len(s.counts) else 0.0] for s in summaries]),
            np.array([[float(s.infinite)] for s in summaries]),
            (rows - upto[:, -1:] + below[:, -2:-1]) * (known is not None),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    nulls: Floats
    atoms: Floats
    bins: Floats
    single: Floats
    infinite: Floats
    far: Floats

    def join(self, bins: Floats, edges: Floats, atoms: Floats) -> tuple[Floats, tuple[str, ...]]:
        cuts = (
            np.unique(np.linspace(0, len(edges) - 1, _CUTS).astype(np.int64)) if len(edges) else np.empty(0, np.int64)
        )
        shares_below = np.cumsum(bins, axis=1)[:, cuts]
        block = np.concatenate(
            [self.nulls, self.atoms, bins, shares_below, self.single, self.infinite, self.far], axis=1
        )
        low = [f"<= {number(edges[i])}{_except(atoms[atoms <= edges[i]])}" for i in cuts]
        names = ["null", *(f"={number(a)}" for a in atoms), *_bin_names(edges, atoms), *low]
        return block, (*names, "single value", "infinite", "far")


def _bin_names(edges: Floats, atoms: Floats) -> list[str]:
    if not len(edges):
        return ["other"]
    inside = edges.searchsorted(atoms)
    texts = [number(e) for e in edges]
    names = [f"<= {texts[0]}", *(f"({a}, {b}]" for a, b in pairwise(texts)), f"> {texts[-1]}"]
    return [name + _except(atoms[inside == i]) for i, name in enumerate(names)]


def _except(atoms: Floats) -> str:
    """Atoms are parts of their own and counted in no bin."""
    return f" except {', '.join(number(a) for a in atoms)}" if len(atoms) else ""


def merge(bins: Floats, edges: Floats, reference: int) -> tuple[Floats, Floats]:
    """Merge quantile bins outward-in until each holds rows on at least half of the reference days.

    Parameters
    ----------
    bins : rows per day and bin, shape (D, e + 1), the reference days first. edges : shape (e,).
    reference : number of reference days, >= 1.

    Returns
    -------
    Merged bins and the edges left. The bin farthest from the middle goes first (of two: the left one), and joins its
    neighbour towards the middle.
    """
    columns, kept = [bins[:, i] for i in range(bins.shape[1])], list(edges)
    present = [_often(column[:reference]) for column in columns]
    while kept and not all(present):
        middle = (len(columns) - 1) / 2
        at = min((-abs(i - middle), i) for i, ok in enumerate(present) if not ok)[1]
        left = at if at < middle else at - 1
        columns[left : left + 2] = [columns[left] + columns[left + 1]]
        present[left : left + 2] = [_often(columns[left][:reference])]
        del kept[left]
    return np.stack(columns, axis=1), np.array(kept)


def _often(rows: Floats) -> bool:
    return bool((rows >= _SOME_ROWS).mean() >= _PRESENT)
