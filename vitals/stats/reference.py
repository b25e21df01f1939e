"""Many days' summaries as one: the reference of the classical distances.

Counts of the pool are the exact sums of the days' counts at the pool's anchors; nothing is compressed twice. A
pool has some 600 anchors, so comparing with it costs the same for one day or for 180. Which days belong to a
reference is not decided here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeGuard

import numpy as np

from vitals.errors import StatisticError
from vitals.stats.cdf import Counted, Floats, Integers, counts_around, counts_at, stack

_GRID = 400
_TAIL = 32
_WHOLE = 1050  # what one day may have
_SAMPLED = 8192
_ATOM_SHARE = 0.002
_KEPT = 20

DECILES = np.arange(1, 10) / 10


class Numeric(Counted, Protocol):
    """A numeric summary with its sums and most frequent values; see `vitals.profiles.NumericSummary`."""

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def nulls(self) -> int: ...  # noqa: D102
    @property
    def infinite(self) -> int: ...  # noqa: D102
    @property
    def total(self) -> float: ...  # noqa: D102
    @property
    def squares(self) -> float: ...  # noqa: D102
    @property
    def values(self) -> Floats: ...  # noqa: D102
    @property
    def counts(self) -> Integers: ...  # noqa: D102


class Categorical(Protocol):
    """Counts of texts; see `vitals.profiles.CategoricalSummary`."""

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def nulls(self) -> int: ...  # noqa: D102
    @property
    def values(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def counts(self) -> Integers: ...  # noqa: D102
    @property
    def other(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class NumericPool:
    """Days of numbers as one; fields as in `NumericSummary`, counts as floats (linear between a day's anchors)."""

    n: int
    nulls: int
    infinite: int
    anchors: Floats
    lt: Floats
    le: Floats
    total: float
    squares: float

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the finite rows (divisor n); None without spread, or too large to say."""
        if self.anchors.size < 2:
            return None
        rows = float(self.le[-1])
        mean = self.total / rows
        variance = self.squares / rows - mean * mean
        return float(np.sqrt(variance)) if 0 < variance < np.inf else None


@dataclass(frozen=True, slots=True, eq=False)
class CategoricalPool:
    """Days of texts as one: rows per stored text by falling rows (ties: smaller text first), and all other rows."""

    n: int
    nulls: int
    values: tuple[str, ...]
    counts: Integers
    other: int


def is_numeric(summary: Numeric | Categorical) -> TypeGuard[Numeric]:
    """Tell a summary of numbers."""
    return hasattr(summary, "anchors")


def is_categorical(summary: Numeric | Categorical) -> TypeGuard[Categorical]:
    """Tell a summary of texts."""
    return not hasattr(summary, "anchors")


Pool: TypeAlias = NumericPool | CategoricalPool


def pooled(summaries: Sequence[Numeric] | Sequence[Categorical]) -> Pool:
    """Pool summaries of one kind.

    Raises
    ------
    StatisticError : without any summary, or of both kinds.
    """
    numbers = [s for s in summaries if is_numeric(s)]
    texts = [s for s in summaries if is_categorical(s)]
    if numbers and texts:
        message = f"{len(numbers)} days of numbers and {len(texts)} of texts cannot be pooled"
        raise StatisticError(message)
    return pool_texts(texts) if texts else pool_numbers(numbers)


def pool_numbers(summaries: Sequence[Numeric]) -> NumericPool:
    """Pool numeric summaries; the order of the days changes nothing.

    Raises
    ------
    StatisticError : without any summary.

    Notes
    -----
    Up to 1050 distinct anchors are all kept, else every k-th in ascending order and more of them in the tails; values
    with at least 0.2 % of a day's rows and each day's minimum and maximum are always among them.
    """
    days = stack(summaries)
    anchors = _grid(summaries)
    lt, le = (counts.sum(axis=0) for counts in counts_around(days, anchors))
    return NumericPool(
        n=sum(s.n for s in summaries),
        nulls=sum(s.nulls for s in summaries),
        infinite=sum(s.infinite for s in summaries),
        anchors=anchors,
        lt=lt,
        le=le,
        total=float(np.sort([s.total for s in summaries]).sum()),
        squares=float(np.sort([s.squares for s in summaries]).sum()),
    )


def pool_texts(summaries: Sequence[Categorical]) -> CategoricalPool:
    """Pool categorical summaries by text; a day's rows beyond its stored texts stay `other`.

    Raises
    ------
    StatisticError : without any summary.
    """
    if not summaries:
        message = "no summaries; give at least one day"
        raise StatisticError(message)
    rows: Counter[str] = Counter()
    for summary in summaries:
        rows.update(dict(zip(summary.values, summary.counts.tolist(), strict=True)))
    ranked = sorted(rows, key=lambda text: (-rows[text], text))
    return CategoricalPool(
        n=sum(s.n for s in summaries),
        nulls=sum(s.nulls for s in summaries),
        values=tuple(ranked),
        counts=np.array([rows[text] for text in ranked], dtype=np.int64),
        other=sum(s.other for s in summaries),
    )


def number_bins(today: Numeric, reference: NumericPool) -> tuple[Floats, Floats]:
    """Count rows of both in the reference's bins.

    Returns
    -------
    Rows per bin, today's and the reference's: up to each decile of the reference (equal ones once), above the
    last, and rows without a finite value; shape (k,) each.
    """
    rows = reference.le[-1:]
    edges = np.unique(reference.anchors[reference.le.searchsorted(DECILES * rows)]) if rows.size else np.empty(0)
    upto = counts_at([today, reference], edges)
    finite = np.array([[s.le[-1] if s.le.size else 0.0] for s in (today, reference)])
    bins = np.diff(np.concatenate([np.zeros((2, 1)), upto, finite], axis=1), axis=1)
    others = np.array([[s.nulls + s.infinite] for s in (today, reference)], dtype=np.float64)
    current, usual = np.concatenate([bins, others], axis=1)
    return current, usual


def text_bins(today: Categorical, reference: CategoricalPool) -> tuple[Floats, Floats]:
    """Count rows of both in the reference's bins.

    Returns
    -------
    Rows per bin, today's and the reference's: its 20 largest texts, other, unseen (stored today, never in the
    reference), null; shape (k,) each.
    """
    rows = dict(zip(today.values, today.counts.tolist(), strict=True))
    kept = [float(rows.pop(text, 0)) for text in reference.values[:_KEPT]]
    known = set(reference.values[_KEPT:])
    other = today.other + sum(count for text, count in rows.items() if text in known)
    unseen = sum(count for text, count in rows.items() if text not in known)
    usual = [*reference.counts[:_KEPT], reference.other + reference.counts[_KEPT:].sum(), 0, reference.nulls]
    return np.array([*kept, other, unseen, today.nulls], dtype=np.float64), np.array(usual, dtype=np.float64)


def _grid(summaries: Sequence[Numeric]) -> Floats:
    """Choose the pool's anchors: see the notes of `pool_numbers`."""
    filled = [s.anchors for s in sorted(summaries, key=lambda s: (s.total, s.squares, s.n)) if s.anchors.size]
    if not filled:
        return np.empty(0)
    step = -(-sum(a.size for a in filled) // _SAMPLED)
    sampled = np.unique(np.concatenate([a[i % step :: step] for i, a in enumerate(filled)]))  # days take turns
    if sampled.size > _WHOLE:
        body = sampled[:: -(-sampled.size // _GRID)]
        near, far = sampled[:_TAIL], sampled[-_TAIL:]  # W1 lives in the tails
        sampled = np.concatenate([near, sampled[: 5 * _TAIL : 4], body, sampled[-5 * _TAIL :: 4], far])
    atoms = [s.values[s.counts >= max(2.0, _ATOM_SHARE * s.n)] for s in summaries]
    ends = [end for a in filled for end in (a[:1], a[-1:])]
    return np.unique(np.concatenate([sampled, *ends, *atoms]))
