"""Columns of a table as what signals count: finite numbers, and rows that equal a value of the model file.

A model file says `1` where a table may hold 1, 1.0, true or "1": equality is by number where either side is one, by
exact text otherwise. What a column means is not known here.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals.profiles.columns import Column, Numbers, coded, plain
from vitals.spec.parts import Value

_TRUTH = {"true": 1.0, "false": 0.0}


def numbers(table: "pa.Table", name: str) -> NDArray[np.float64] | str:
    """Give a column as numbers with NaN for null, shape (n,); in words why not, when it has none.

    >>> numbers(pa.table({"a": [1, None], "b": ["x", "y"]}), "a")
    array([ 1., nan])
    >>> numbers(pa.table({"a": [1, None], "b": ["x", "y"]}), "b")
    'b holds texts, not numbers'
    """
    if name not in table.column_names:
        return missing(name)
    column = table[name]
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    found = plain(column, name) if _is_number(column.type) else None
    return found.values if isinstance(found, Numbers) else f"{name} holds {kind_in_words(column)}, not numbers"


def missing(name: str) -> str:
    """Say that the source does not have a column."""
    return f"the source has no column {name}"


def kind_in_words(column: Column) -> str:
    """Say what a column holds: texts, times, or Arrow's name of the type.

    >>> kind_in_words(pa.array(["a"]).dictionary_encode()), kind_in_words(pa.array([[1]]))
    ('texts', 'values of type list<item: int64>')
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "texts"
    return "times" if pa.types.is_timestamp(kind) else f"values of type {kind}"


def equal(column: Column, wanted: Value) -> NDArray[np.bool_]:
    """Mark the rows that hold a value, shape (n,); a null holds none.

    Parameters
    ----------
    column : of any type. wanted : as a model file says it.

    Notes
    -----
    Numbers are compared exactly: 9007199254740993 is not 9007199254740992.0.

    >>> equal(pa.array([1.0, 0.0, None]), 1).tolist(), equal(pa.array([True, False]), 1).tolist()
    ([True, False, False], [True, False])
    >>> equal(pa.array(["1", "01", "yes"]), 1).tolist(), equal(pa.array(["1", "1.0"]), "1").tolist()
    ([True, True, False], [True, False])
    """
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        kind = pa.int8() if pa.types.is_boolean(kind) else pa.float64()
        column = column.cast(kind, safe=False)
    if _is_number(kind):
        number = _number(wanted)
        fits = None if number is None else _scalar(number, kind)
        return np.zeros(len(column), dtype=np.bool_) if fits is None else _marks(pc.equal(column, fits))
    if pa.types.is_null(kind):
        return np.zeros(len(column), dtype=np.bool_)
    codes = coded(column)
    by_text = [_same_text(text, wanted) for text in codes.texts.to_pylist()]
    return np.asarray([*by_text, False], dtype=np.bool_)[codes.codes]


def equal_any(column: Column, wanted: Sequence[Value]) -> NDArray[np.bool_]:
    """Mark the rows that hold one of several values, shape (n,)."""
    found = np.zeros(len(column), dtype=np.bool_)
    for value in wanted:
        found |= equal(column, value)
    return found


def known(column: Column) -> NDArray[np.bool_]:
    """Mark the rows that are not null, shape (n,)."""
    return _marks(pc.is_valid(column))


def _is_number(kind: "pa.DataType") -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _marks(column: Column) -> NDArray[np.bool_]:
    marks = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(marks.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _number(value: Value) -> int | float | None:
    """Read a value of a model file as a number; None for texts that are none."""
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    for read in (int, float):
        try:
            return read(value)
        except ValueError:
            continue
    return _TRUTH.get(value.strip().lower())


def _scalar(number: float, kind: "pa.DataType") -> "pa.Scalar | None":
    """Write a number in the column's own type; None when that type cannot hold exactly this number."""
    if pa.types.is_integer(kind) and number != number // 1:
        return None
    try:
        scalar = pa.scalar(int(number) if pa.types.is_integer(kind) else float(number), kind)
    except (pa.ArrowInvalid, OverflowError, ValueError):
        return None
    return scalar if scalar.as_py() == number else None


def _same_text(text: str, wanted: Value) -> bool:
    """Equal as texts, or as numbers when the wanted value is one."""
    if isinstance(wanted, str):
        return text == wanted
    return _number(text) == _number(wanted)
