"""Rows of a day grouped by the values of one column: which values get a name, which share the rest group.

A day names its 20 largest values (ties: smaller text first) and every further one of at least 100 rows, up to 50;
all others are the rest. A null counts as the value `∅`. Columns are never crossed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitals.profiles.columns import Column, coded
from vitals.profiles.summarise import count_codes, frequent_codes
from vitals.records import REST

LARGEST = 20
MOST = 50
MIN_ROWS = 100
NULL = "∅"


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A partition of the rows by one column.

    Attributes
    ----------
    segments : `column=value` by falling number of rows, the rest group last, shape (g,).
    order : row numbers, group by group, shape (n,). bounds : where each group begins and ends in it, shape (g + 1,).
    """

    segments: tuple[str, ...]
    order: NDArray[np.int64]
    bounds: NDArray[np.int64]

    def large(self) -> Iterator[tuple[str, slice]]:
        """Give the groups of at least 100 rows, each with its place in `order`."""
        for segment, first, last in zip(self.segments, self.bounds[:-1], self.bounds[1:], strict=True):
            if last - first >= MIN_ROWS:
                yield segment, slice(int(first), int(last))


def group(column: Column, name: str) -> Groups:
    """Group rows by the text of a column's values.

    Parameters
    ----------
    column : any type that Arrow can write as text. name : what stands before `=`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> group(pa.array(["LGA", "JFK", None, "LGA"]), "origin").segments
    ('origin=LGA', 'origin=JFK', 'origin=∅')
    """
    values = coded(column)
    counts = count_codes(values)
    top = frequent_codes(values.texts, counts)
    words = values.texts.take(top).to_pylist()
    rows = dict(zip(words, counts[top].tolist(), strict=True))
    if counts[-1]:
        rows[NULL] = rows.get(NULL, 0) + int(counts[-1])
    named = _named(rows)
    lookup = np.full(counts.size, len(named), dtype=np.uint8)
    lookup[top] = [named.get(word, len(named)) for word in words]
    lookup[-1] = named.get(NULL, len(named))
    of_row = lookup[values.codes]
    sizes = np.bincount(of_row, minlength=len(named) + 1)
    segments = [f"{name}={word}" for word in named]
    return Groups(
        segments=tuple([*segments, f"{name}={REST}"] if sizes[-1] else segments),
        order=np.argsort(of_row, kind="stable"),
        bounds=np.concatenate([[0], np.cumsum(sizes if sizes[-1] else sizes[:-1])]),
    )


def _named(rows: dict[str, int]) -> dict[str, int]:
    """Give a number to each value with a name; one that reads like the rest group is left to it."""
    ranked = sorted((word for word in rows if word != REST), key=lambda word: (-rows[word], word))
    return {word: i for i, word in enumerate(ranked[:MOST]) if i < LARGEST or rows[word] >= MIN_ROWS}
