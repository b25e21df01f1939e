"""The same Arrow types out of every source: int64, float64, bool, dictionary<int32, string>, timestamp[us, UTC].

NaN is null. A decimal becomes float64. Every entry of a dictionary occurs. A date is the midnight of that day in UTC,
a naive time is read in the log's `time_zone`. Whole numbers stay exact; where a source declares integers and holds
others (SQLite can), the column becomes float64.
"""

from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitals.io.sources.base import Column, Kind
from vitals.io.sources.times import INSTANT_TYPE, Shape, TimeForm, text_form

TEXT_TYPE = pa.dictionary(pa.int32(), pa.string())
TYPES = {
    Kind.INTEGER: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT: TEXT_TYPE,
    Kind.INSTANT: INSTANT_TYPE,
    Kind.NAIVE: INSTANT_TYPE,
    Kind.DATE: INSTANT_TYPE,
}
_TESTS = (
    (pa.types.is_integer, Kind.INTEGER),
    (pa.types.is_floating, Kind.FLOAT),
    (pa.types.is_decimal, Kind.FLOAT),
    (pa.types.is_null, Kind.FLOAT),
    (pa.types.is_boolean, Kind.BOOLEAN),
    (pa.types.is_string, Kind.TEXT),
    (pa.types.is_large_string, Kind.TEXT),
    (pa.types.is_string_view, Kind.TEXT),
    (pa.types.is_date, Kind.DATE),
)
_UTC = ZoneInfo("UTC")
_SAMPLE = 100
_FITS = 2**31 - 1  # bytes of text in one array


def normalised(raw: pa.ChunkedArray, column: Column, zone: ZoneInfo, unique: bool = False) -> pa.Array:
    """Turn a column of a source into the one form that everything else works with.

    Parameters
    ----------
    raw : as the source gave it. column : what the source says about it. zone : for naive times.
    unique : text of which hardly a value occurs twice (ids): the same result, found faster.

    Raises
    ------
    ValueError
        When values are not of the declared kind (text in a column of numbers); the message shows one.
    """
    if column.kind is Kind.OTHER:
        msg = f"has the type {column.declared}, which cannot be watched; leave it out or cast it in a view"
        raise ValueError(msg)
    if raw.null_count == len(raw):
        return _nulls(len(raw), TYPES[column.kind])
    if column.kind is Kind.TEXT:
        return _dictionary(raw, unique)
    values = whole(raw)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if column.kind in (Kind.INSTANT, Kind.NAIVE, Kind.DATE):
        return _instants(values, column.kind, zone)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type) or pa.types.is_binary(values.type):
        msg = f"is declared {column.declared} and holds {_example(values)!r}; repair it or cast it in a view"
        raise ValueError(msg)
    return _booleans(values) if column.kind is Kind.BOOLEAN else _numbers(values, column.kind)


def kind_of(kind: pa.DataType) -> Kind:
    """Say what an Arrow type holds; a column of nulls without a type counts as numbers."""
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_timestamp(kind):
        return Kind.INSTANT if kind.tz else Kind.NAIVE
    return next((found for test, found in _TESTS if test(kind)), Kind.OTHER)


def _numbers(values: pa.Array, kind: Kind) -> pa.Array:
    if kind is Kind.INTEGER and pa.types.is_integer(values.type):
        try:
            return values.cast(pa.int64())
        except pa.ArrowInvalid:  # unsigned and above 2^63
            return values.cast(pa.float64(), safe=False)
    real = values.cast(pa.float64(), safe=False)
    nan = pc.is_nan(real)
    return pc.if_else(nan, pa.scalar(None, pa.float64()), real) if pc.any(nan).as_py() else real


def _booleans(values: pa.Array) -> pa.Array:
    if not pa.types.is_boolean(values.type):
        other = pc.invert(pc.is_in(values, pa.array([0, 1], values.type)))
        other = pc.and_(other, pc.is_valid(values))
        if pc.any(other).as_py():
            msg = f"is declared boolean and holds {values.filter(other)[0].as_py()!r}; only 0 and 1 are booleans"
            raise ValueError(msg)
    return values.cast(pa.bool_())


def _instants(values: pa.Array, kind: Kind, zone: ZoneInfo) -> pa.Array:
    if kind is Kind.DATE:
        zone = _UTC
    if pa.types.is_string(values.type):
        samples = [v.as_py() for v in values.drop_null()[:_SAMPLE]]
        form = text_form(samples, zone)
    elif pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        form = TimeForm({Kind.INSTANT: Shape.INSTANT, Kind.NAIVE: Shape.NAIVE, Kind.DATE: Shape.DATE}[kind], zone)
    else:
        msg = f"is declared {kind} and holds {values.drop_null()[0].as_py()!r}; cast it in a view"
        raise ValueError(msg)
    return form.instants(values)


def _dictionary(raw: pa.ChunkedArray, unique: bool) -> pa.Array:
    if not pa.types.is_dictionary(raw.type):
        if pa.types.is_binary(raw.type) or pa.types.is_large_binary(raw.type):
            msg = "holds bytes instead of text; leave it out or cast it in a view"
            raise ValueError(msg)
        return _unique(raw) if unique else _encoded(raw.cast(pa.string()))
    joined = whole(raw) if raw.num_chunks == 1 else raw.unify_dictionaries().combine_chunks()
    codes, words = joined.indices.cast(pa.int32()), joined.dictionary.cast(pa.string())
    known = np.asarray(codes.drop_null())
    counts = np.bincount(known, minlength=len(words))
    if (counts > 0).all() and words.null_count == 0:
        return pa.DictionaryArray.from_arrays(codes, words)
    return pa.DictionaryArray.from_arrays(codes, words).dictionary_decode().dictionary_encode()


def _encoded(raw: pa.ChunkedArray) -> pa.Array:
    """Encode chunk by chunk against one dictionary (text beyond 2 GB would not fit into one array)."""
    chunks = raw.dictionary_encode().chunks
    codes = pa.concat_arrays([chunk.indices for chunk in chunks])  # joining dictionaries would compare them all
    return pa.DictionaryArray.from_arrays(codes, chunks[-1].dictionary)


def _unique(raw: pa.ChunkedArray) -> pa.Array:
    """Encode ids: when no two are equal, they are their own dictionary, and nothing is copied or looked up."""
    if raw.null_count or raw.nbytes > _FITS:
        return _encoded(raw.cast(pa.string()))
    words = whole(raw.cast(pa.string()))
    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        connection.register("ids", pa.table({"id": words}))
        hashes = np.sort(connection.execute("SELECT hash(id) AS h FROM ids").fetchnumpy()["h"])
    if (hashes[1:] == hashes[:-1]).any():  # no two hashes equal proves that no two ids are
        return _encoded(raw.cast(pa.string()))
    codes = np.arange(len(words), dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), words, safe=False)


def whole(raw: pa.ChunkedArray) -> pa.Array:
    """Join the chunks, without a copy when there is one."""
    return raw.chunk(0) if raw.num_chunks == 1 else raw.combine_chunks()


def _nulls(length: int, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(pa.nulls(length, pa.int32()), pa.array([], pa.string()))
    return pa.nulls(length, kind)


def _example(values: pa.Array) -> str:
    """Show a value that is no number, if there is one."""
    known = [v.as_py() for v in values.drop_null()[:10_000]]
    return str(next((v for v in known if not _is_number(v)), known[0]))


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
