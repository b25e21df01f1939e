"""Arrow columns as plain arrays: numbers with NaN for null, or codes into a dictionary of texts.

Knows the types that sources deliver and how each reads as a number or a text; knows nothing of what is
computed from them.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.errors import InputError

Column: TypeAlias = "pa.Array | pa.ChunkedArray"

_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A numeric column: float64 with NaN for null and without negative zero, shape (n,)."""

    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A column of texts: `codes` point into `texts` (distinct, no null); `len(texts)` stands for null."""

    codes: NDArray[np.int32]
    texts: "pa.Array"


def plain(column: Column, name: str = "column") -> Numbers | Codes:
    """Read a column as numbers or as coded texts.

    Numbers: integers (beyond 2**53 rounded to the nearest double), floats, decimals; dates, timestamps, times of day
    and durations in seconds (since 1970 in UTC where that applies). Texts: strings, dictionaries, booleans
    (`true`, `false`), and a column without any type, which is all null.

    Raises
    ------
    InputError : a type that is neither, such as a list or a struct.
    """
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Numbers(_doubles(column.cast(pa.float64(), safe=False)))
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        return Numbers(_seconds(column))
    if pa.types.is_dictionary(kind) or _is_text(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return coded(column)
    message = f"{name}: cannot watch values of type {kind}; give a number, a time, a text or a boolean"
    raise InputError(message)


def coded(column: Column) -> Codes:
    """Read any column as coded texts; numbers and times as Arrow writes them."""
    merged = _one(column)
    kind = merged.type
    if not pa.types.is_dictionary(kind) or not _is_text(kind.value_type) or not _is_clean(merged.dictionary):
        plain_texts = merged.cast(kind.value_type) if pa.types.is_dictionary(kind) else merged
        merged = plain_texts.cast(pa.string()).dictionary_encode()
    texts = merged.dictionary
    codes = merged.indices.fill_null(len(texts)) if merged.null_count else merged.indices
    return Codes(codes.cast(pa.int32()).to_numpy(zero_copy_only=False), texts)


def _one(column: Column) -> "pa.Array":
    if not isinstance(column, pa.ChunkedArray):
        return column
    if pa.types.is_dictionary(column.type) and column.num_chunks > 1:
        column = column.unify_dictionaries()
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def _is_text(kind: "pa.DataType") -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_clean(dictionary: "pa.Array") -> bool:
    return bool(dictionary.null_count == 0 and pc.count_distinct(dictionary).as_py() == len(dictionary))


def _doubles(column: Column) -> NDArray[np.float64]:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [chunk.to_numpy(zero_copy_only=False) for chunk in chunks]
    whole = parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])
    positive: NDArray[np.float64] = np.add(whole, 0.0)  # no -0.0: which zero a sort puts first depends on row order
    return positive


def _seconds(column: Column) -> NDArray[np.float64]:
    kind = column.type
    if pa.types.is_date32(kind):
        return _doubles(column.cast(pa.int32()).cast(pa.float64())) * 86_400
    ticks = 1000 if pa.types.is_date64(kind) else _TICKS[kind.unit]
    whole = pa.int32() if pa.types.is_time32(kind) else pa.int64()
    return _doubles(column.cast(whole).cast(pa.float64(), safe=False)) / ticks
