"""What the model answered within bins of each input: means of scores, shares of the positive decision.

Counted on all rows of a small day, on a sample of a large one: means need no more. Sums are of integers, so that no order
of rows changes a bit, and the sample is chosen by what the rows hold, never by where they stand.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.profiles.columns import Codes, Numbers, plain
from vitals.profiles.types import Answers, CategoricalSummary, NumericSummary
from vitals.records import Partition
from vitals.spec.model import Model
from vitals.spec.parts import Positive, Task

ENOUGH = 1 << 16
TEXTS = 24
_LEVELS = np.array([0.01, *np.arange(1, 16) / 16, 0.99])
_ATOM, _ATOMS = 0.05, 6
_BITS = 16  # of the largest answer: rounding cancels in sums, which stay exact in doubles up to 2**37 rows
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """The answers of a day's sampled rows.

    Attributes
    ----------
    rows : row numbers of the sample, None for all. names : of the answers.
    known : which of these rows have the answer, shape (names, sample). values : integers, 0 where unknown, same shape.
    steps : what 1 of these integers is worth, shape (names,).
    """

    rows: Integers | None
    names: tuple[str, ...]
    known: NDArray[np.bool_]
    values: Integers
    steps: NDArray[np.float64]


def answered(model: Model, partition: Partition, rows: Integers | None) -> Answered | None:
    """Take what a day's rows were answered: every number, and of a binary model's decision whether it is positive.

    Parameters
    ----------
    rows : from `sample`.

    Returns
    -------
    None for a day without rows, or without such an answer.
    """
    table = partition.table
    columns = [name for name in model.responses if name in table.column_names]
    if table.num_rows == 0 or not columns:
        return None
    names, known, values, steps = [], [], [], []
    for column in columns:
        taken = table[column] if rows is None else table[column].take(pa.array(rows))
        found = _answer(model, column, plain(taken, column))
        if found is not None:
            name, there, whole, step = found
            names.append(name)
            known.append(there)
            values.append(whole)
            steps.append(step)
    return Answered(rows, tuple(names), np.array(known), np.array(values), np.array(steps)) if names else None


def _answer(
    model: Model, column: str, values: Numbers | Codes
) -> tuple[str, NDArray[np.bool_], Integers, float] | None:
    if isinstance(values, Codes):
        if model.task != Task.BINARY or column != model.predictions.decision:
            return None
        positive = (model.positive or Positive()).decision
        wanted = str(positive).lower() if isinstance(positive, bool) else str(positive)
        hits = pc.equal(values.texts, wanted).to_numpy(zero_copy_only=False).astype(bool)
        known = values.codes < len(values.texts)
        return f"{column}={wanted}", known, np.append(hits, False)[values.codes].astype(np.int64), 1.0
    known = np.isfinite(values.values)
    largest = float(np.abs(values.values[known]).max()) if known.any() else 0.0
    step = float(2.0 ** (np.frexp(largest)[1] - _BITS)) if largest else 1.0
    with np.errstate(over="ignore"):
        whole = np.rint(np.where(known, values.values, 0.0) / step).astype(np.int64)
    return column, known, whole, step


def sample(table: "pa.Table", time: str) -> Integers | None:
    """Choose about 65,000 rows by a hash of their time, by number; None for all: where they are few or times hardly differ."""
    n = table.num_rows
    if n <= 2 * ENOUGH or time not in table.column_names:
        return None
    instants = plain(table[time], time)
    if not isinstance(instants, Numbers):
        return None
    mixed = instants.values.view(np.uint64) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX[1]
    chosen = np.flatnonzero((mixed >> np.uint64(32)) < np.uint64(ENOUGH / n * 2.0**32))
    return chosen if ENOUGH / 2 <= chosen.size <= 2 * ENOUGH else None


def answers_of_numbers(column: Numbers, summary: NumericSummary, of: Answered) -> Answers | None:
    """Sum the answers over bins at the day's own quantiles; its frequent values are bins of their own."""
    edges = bin_edges(summary)
    if edges is None:
        return None
    values = column.values if of.rows is None else column.values[of.rows]
    at = edges.searchsorted(values, "left")  # NaN and +inf come last, -inf into the first
    at = np.where(np.isinf(values), len(edges) - 1, np.minimum(at, len(edges)))
    return Answers(edges, (), of.names, *_sums(at, len(edges) + 1, of))


def answers_of_texts(column: Codes, summary: CategoricalSummary, of: Answered) -> Answers:
    """Sum the answers over the most frequent texts, all others, and null."""
    kept = summary.values[:TEXTS]
    place = np.full(len(column.texts) + 1, len(kept), dtype=np.int64)
    place[-1] = len(kept) + 1
    if kept:
        places = pc.index_in(column.texts, value_set=pa.array(kept, column.texts.type)).fill_null(len(kept))
        place[:-1] = places.to_numpy(zero_copy_only=False)
    codes = column.codes if of.rows is None else column.codes[of.rows]
    return Answers(np.empty(0), kept, of.names, *_sums(place[codes], len(kept) + 2, of))


def bin_edges(summary: NumericSummary) -> NDArray[np.float64] | None:
    """Cut a day's bins from its own summary; None without finite rows.

    >>> from vitals.profiles.summarise import summarise
    >>> bin_edges(summarise(pa.array(np.arange(1000.0)))).tolist()[:4]
    [0.0, 9.0, 62.0, 124.0]
    """
    if not summary.anchors.size:
        return None
    finite = int(summary.le[-1])
    at = np.minimum(summary.le.searchsorted(_LEVELS * finite), summary.anchors.size - 1)
    atoms = summary.values[:_ATOMS][summary.counts[:_ATOMS] >= _ATOM * finite]
    below = np.nextafter(atoms[atoms > summary.anchors[0]], -np.inf)
    ends = summary.anchors[[0, -1]]
    return np.unique(np.concatenate([ends, summary.anchors[at], atoms, below]))


def _sums(at: Integers, bins: int, of: Answered) -> tuple[Integers, NDArray[np.float64]]:
    rows = [np.bincount(at if known.all() else at[known], minlength=bins) for known in of.known]
    sums = [np.bincount(at, values, bins) * step for values, step in zip(of.values, of.steps, strict=True)]
    return np.array(rows, dtype=np.int64), np.array(sums)
