"""Values of one column become counts: an anchored CDF of numbers, or the most frequent texts.

The result depends on the set of rows only, bit for bit: neither on their order nor on how Arrow cut them into chunks.
Sums are therefore added in ascending order. What a column means is not known here.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.profiles.columns import Codes, Column, Numbers, plain
from vitals.profiles.types import CategoricalSummary, NumericSummary, Summary

FEW_ROWS = 5000
TAILS = np.array([0.0, 1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 6e-3, 1e-2])
TOP_NUMBERS = 20
TOP_TEXTS = 200


def summarise(array: Column) -> Summary:
    """Summarise a column: numbers, dates and times as an anchored CDF, texts and booleans as counts.

    Parameters
    ----------
    array : Arrow array or chunked array, any length; NaN counts as null. See `vitals.profiles.columns.plain` for the types.

    Raises
    ------
    InputError : the column's type is no number, time, text or boolean.

    Notes
    -----
    Anchors stand at ranks i/256 (i/1024 up to 5000 rows) and at 0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.6 and 1 %
    from either end. Rows below and up to each anchor are exact, so the CDF is exact there and off by less than one
    bucket's mass between. Sums of squares beyond 1.8e308 are inf.

    Examples
    --------
    >>> day = summarise(pa.array([3.0, 1.0, None, 3.0]))
    >>> day.n, day.nulls, day.anchors.tolist(), day.lt.tolist(), day.le.tolist(), day.values.tolist()
    (4, 1, [1.0, 3.0], [0, 1], [1, 3], [3.0, 1.0])
    >>> summarise(pa.array(["b", "a", "b", None])).values
    ('b', 'a')
    """
    column = plain(array)
    if isinstance(column, Numbers):
        return summarise_sorted(np.sort(column.values))
    return summarise_counts(column.texts, count_codes(column))


def count_codes(column: Codes) -> NDArray[np.int64]:
    """Count rows per text, nulls last, shape (texts + 1,)."""
    return np.bincount(column.codes, minlength=len(column.texts) + 1).astype(np.int64)


def summarise_sorted(ordered: NDArray[np.float64]) -> NumericSummary:
    """Summarise numbers in ascending order, NaN (null) last, shape (n,)."""
    some = int(ordered.searchsorted(np.nan))
    finite = ordered[ordered.searchsorted(-np.inf, "right") : ordered[:some].searchsorted(np.inf, "left")]
    anchors = np.unique(finite[_ranks(finite.size)])
    values, counts = _most_frequent(finite)
    with np.errstate(over="ignore"):
        total, squares = float(finite.sum()), float(np.square(finite).sum())
    return NumericSummary(
        n=ordered.size,
        nulls=ordered.size - some,
        infinite=some - finite.size,
        anchors=anchors,
        lt=finite.searchsorted(anchors, "left").astype(np.int64),
        le=finite.searchsorted(anchors, "right").astype(np.int64),
        total=total,
        squares=squares,
        values=values,
        counts=counts,
    )


def summarise_counts(texts: "pa.Array", counts: NDArray[np.int64]) -> CategoricalSummary:
    """Summarise rows per text, nulls last, shape (texts + 1,); texts of no row are left out."""
    top = frequent_codes(texts, counts)
    return CategoricalSummary(
        n=int(counts.sum()),
        nulls=int(counts[-1]),
        values=tuple(texts.take(pa.array(top)).to_pylist()),
        counts=counts[top],
        other=int(counts[:-1].sum() - counts[top].sum()),
        distinct=int(np.count_nonzero(counts[:-1])),
    )


def frequent_codes(texts: "pa.Array", counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the codes of up to 200 most frequent texts of at least one row; ties: smaller text first."""
    present = np.flatnonzero(counts[:-1])
    if present.size > TOP_TEXTS:
        amounts = counts[present]
        least = np.partition(amounts, -TOP_TEXTS)[-TOP_TEXTS]
        sure, tied = present[amounts > least], present[amounts == least]
        words = texts.take(pa.array(tied))
        smallest = pc.select_k_unstable(words, TOP_TEXTS - sure.size, [("", "ascending")])
        present = np.concatenate([sure, tied[smallest.to_numpy()]])
    words = texts.take(pa.array(present)).to_pylist()
    ranked = sorted(range(present.size), key=lambda i: (-counts[present[i]], words[i]))
    return present[ranked]


def _ranks(n: int) -> NDArray[np.int64]:
    if n == 0:
        return np.empty(0, dtype=np.int64)
    pieces = 1024 if n <= FEW_ROWS else 256
    body = (np.arange(pieces + 1) * (n - 1) + pieces // 2) // pieces
    tail = np.rint(TAILS * (n - 1)).astype(np.int64)
    return np.unique(np.concatenate([body, tail, n - 1 - tail]))


def _most_frequent(finite: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give up to 20 most frequent values of an ascending array; ties: smaller first."""
    changes = finite[1:] != finite[:-1]
    if changes.all():  # nothing repeats, so the smallest come first
        values = finite[:TOP_NUMBERS].copy()
        return values, np.ones(values.size, dtype=np.int64)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    counts = np.diff(starts, append=finite.size)
    kept = np.flatnonzero(counts > 1)
    if kept.size > TOP_NUMBERS:
        repeats = counts[kept]
        least = np.partition(repeats, -TOP_NUMBERS)[-TOP_NUMBERS]
        kept = np.concatenate([kept[repeats > least], kept[repeats == least][:TOP_NUMBERS]])
    else:
        kept = np.concatenate([kept, np.flatnonzero(counts == 1)[:TOP_NUMBERS]])
    order = kept[np.argsort(-counts[kept], kind="stable")][:TOP_NUMBERS]
    return finite[starts[order]], counts[order]
