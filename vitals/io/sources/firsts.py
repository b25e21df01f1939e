"""Which of several rows with one id counts: the earliest, at the same time the one with the smaller other values.

So every source and every order of rows gives the same one.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.io.sources.arrays import whole


def first_of_id(table: pa.Table, key: str | None, time: str, instants: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the first row of each id; a row without one is its own. `instants`: of each row, shape (n,)."""
    first: NDArray[np.bool_] = np.ones(table.num_rows, dtype=np.bool_)
    if key is None or not table.num_rows:
        return first
    ids = whole(table.column(key))
    ids = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
    if len(ids.dictionary) == len(ids) - ids.null_count:  # the usual case costs no sort
        return first
    codes: NDArray[np.int64] = np.asarray(pc.fill_null(ids.indices, -1)).astype(np.int64)
    known = codes >= 0
    counts = np.bincount(codes[known], minlength=len(ids.dictionary))
    rows = np.flatnonzero(known & (counts[codes] > 1))
    order = rows[np.lexsort((instants[rows], codes[rows]))]
    starts = np.r_[True, codes[order][1:] != codes[order][:-1]]
    earliest = instants[order][starts][np.cumsum(starts) - 1]
    tied = order[instants[order] == earliest]
    first[rows] = False
    first[_smallest(table.drop_columns([key, time]), tied, codes)] = True
    return first


def _smallest(others: pa.Table, tied: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of the rows that share id and time, choose the one with the smallest other values per id."""
    groups = codes[tied]
    alone = np.bincount(groups)[groups] == 1
    chosen: NDArray[np.int64] = tied[alone]
    contested: NDArray[np.int64] = tied[~alone]
    if not len(contested):
        return chosen
    subset = others.take(pa.array(contested))
    names = [f"c{i}" for i in range(subset.num_columns)]
    plain = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in subset.columns
    ]
    keyed = pa.Table.from_arrays([pa.array(codes[contested]), *plain], names=["code", *names])
    order = np.asarray(pc.sort_indices(keyed, [(name, "ascending") for name in keyed.column_names]))
    ordered = contested[order]
    starts = np.r_[True, codes[ordered][1:] != codes[ordered][:-1]]
    smallest: NDArray[np.int64] = np.concatenate([chosen, ordered[starts]])
    return smallest
