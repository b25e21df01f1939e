"""How a column's rows of one day are spread over its local hours: shares per hour of a few parts that the day itself cuts.

Small enough to be kept for every day: a byte per part and hour. Knows nothing of what is usual, so that any part can be
followed over the hours later. As on `vitals.profiles.grid`, an hour may hold few rows because every part holds ten or more
of the whole day. No hours are kept of a day under 200 rows, with a change of clocks, or whose rows share one hour.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.profiles.columns import Codes, Numbers, plain
from vitals.profiles.types import HOURS, CategoricalSummary, Hours, NumericSummary
from vitals.records import Partition

LEAST_ROWS = 200
LEAST_IN_PART = 10
TEXTS = 20
_LEVELS, _ENDS = np.arange(1, 8) / 8, np.array([0.02, 0.98])
_ATOM, _ATOMS = 0.02, 8
_HOUR_S = 3600

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """The local hour of each row that is counted, 0..23; `rows` are their numbers, None for all."""

    rows: Integers | None
    hour: Integers


def clock(partition: Partition, time: str, rows: Integers | None) -> Clock | None:
    """Tell the local hour of a day's rows; None where hours say nothing.

    Parameters
    ----------
    time : name of the column with the instants. rows : numbers of the rows to count, None for all.
    """
    facts, table = partition.facts, partition.table
    if table.num_rows < LEAST_ROWS or time not in table.column_names or set(facts.hour_lengths) != {1.0}:
        return None
    instants = plain(table[time], time)
    if not isinstance(instants, Numbers):
        return None
    seconds = instants.values if rows is None else instants.values[rows]
    hours = np.floor_divide(seconds - facts.window_start.timestamp(), _HOUR_S)
    if not (hours >= 0).all() or hours.max() >= HOURS or hours.min() == hours.max():
        return None
    return Clock(rows, hours.astype(np.int64))


def hours_of_numbers(column: Numbers, summary: NumericSummary, at: Clock) -> Hours:
    """Count each hour's rows in bins at the day's own quantiles and frequent values, nulls last."""
    edges = bin_edges(summary)
    values = column.values if at.rows is None else column.values[at.rows]
    place = edges.searchsorted(values, "left")  # NaN comes after all edges
    place = np.where(np.isinf(values), max(len(edges) - 1, 0), np.minimum(place, len(edges)))
    return _table(place, len(edges) + 1, at)


def hours_of_texts(column: Codes, summary: CategoricalSummary, at: Clock) -> Hours:
    """Count each hour's rows of the most frequent texts, of all others, and of null."""
    kept = texts(summary)
    place = np.full(len(column.texts) + 1, len(kept), dtype=np.int64)
    place[-1] = len(kept) + 1
    if kept:
        places = pc.index_in(column.texts, value_set=pa.array(kept, column.texts.type)).fill_null(len(kept))
        place[:-1] = places.to_numpy(zero_copy_only=False)
    codes = column.codes if at.rows is None else column.codes[at.rows]
    return _table(place[codes], len(kept) + 2, at)


def texts(summary: CategoricalSummary) -> tuple[str, ...]:
    """Name the texts of a day that are parts of their own."""
    return summary.values[: int((summary.counts[:TEXTS] >= LEAST_IN_PART).sum())]


def bin_edges(summary: NumericSummary) -> NDArray[np.float64]:
    """Cut a day's bins from its own summary: right-closed ends, ascending, the first the minimum; empty without finite rows.

    >>> from vitals.profiles.summarise import summarise
    >>> import pyarrow as pa
    >>> bin_edges(summarise(pa.array(np.arange(400.0)))).tolist()
    [0.0, 49.0, 99.0, 149.0, 199.0, 249.0, 299.0, 349.0, 399.0]
    """
    if not summary.anchors.size:
        return np.empty(0)
    finite = int(summary.le[-1])
    levels = np.concatenate([_LEVELS, _ENDS]) if _ENDS[0] * finite >= LEAST_IN_PART else _LEVELS
    at = np.minimum(summary.le.searchsorted(levels * finite), summary.anchors.size - 1)
    atoms = summary.values[:_ATOMS][summary.counts[:_ATOMS] >= max(_ATOM * finite, LEAST_IN_PART)]
    below = np.nextafter(atoms[atoms > summary.anchors[0]], -np.inf)
    ends = summary.anchors[[0, -1]]
    return np.unique(np.concatenate([ends, summary.anchors[at], atoms, below]))


def _table(place: Integers, parts: int, at: Clock) -> Hours:
    counts = np.bincount(at.hour * parts + place, minlength=HOURS * parts).reshape(HOURS, parts)
    rows = counts.sum(axis=1)
    shares = counts.T / np.maximum(rows, 1)
    return Hours(rows.astype(np.int64), np.rint(np.arcsin(np.sqrt(shares)) * (2 * 255 / np.pi)).astype(np.uint8))
