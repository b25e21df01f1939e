"""Parquet files as rows: only the needed columns, only the row groups that can hold the asked times.

Reads with pyarrow itself instead of its dataset module (which imports pandas): text that repeats is read as a
dictionary, six times faster than as strings.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vitals.io.sources.base import OneIn, Range
from vitals.io.sources.times import Bound

_BYTES_OF_A_CODE = 4  # a column chunk with more bytes per value holds strings, not codes of a dictionary


class Rows(Protocol):
    """A file, or several that make one table."""

    def schema(self) -> pa.Schema:
        """Names and types."""

    def sample(self, column: str, rows: int) -> list[str]:
        """Some values of a text column, from the start of the table."""

    def read(
        self, columns: Sequence[str], ranges: Sequence[Range], one_in: OneIn | None = None, limit: int | None = None
    ) -> pa.Table:
        """Rows within the bounds of all ranges, which may lie just outside the ranges themselves.

        Parameters
        ----------
        one_in : only a sample; its two columns are among `columns`. limit : rows after which no more are needed.
        """


class _Chooser:
    """Marks the rows of a sample, group by group."""

    def __init__(self, one_in: OneIn) -> None:
        import duckdb

        from vitals.io.sources.csv import chosen

        self.columns = (one_in.id, one_in.time)
        self._sql = f"SELECT {chosen(one_in)} AS chosen FROM rows"
        self._connection = duckdb.connect(":memory:", config={"threads": 1})  # so that rows keep their order
        self._connection.execute("SET TimeZone = 'UTC'")

    def mask(self, rows: pa.Table) -> pa.ChunkedArray:
        """Mark the rows of a table with one or both of `columns`; without an id the time decides."""
        if self.columns[0] not in rows.column_names:
            rows = rows.append_column(self.columns[0], pa.nulls(rows.num_rows, pa.string()))
        self._connection.register("rows", rows)
        answer: pa.Table = self._connection.sql(self._sql).to_arrow_table()
        self._connection.unregister("rows")
        return answer["chosen"]


class ParquetParts:
    """One or more parquet files of one table, in the order of their names."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def schema(self) -> pa.Schema:
        """Names and types; a column that only some parts have counts, numbers become the wider type."""
        schemas = [_schema(path) for path in self._paths]
        return pa.unify_schemas(schemas, promote_options="permissive")

    def sample(self, column: str, rows: int) -> list[str]:
        """Some values of a text column, from the first row group of the first and the last part."""
        found: list[str] = []
        for path in {self._paths[0]: None, self._paths[-1]: None}:
            with pq.ParquetFile(path) as part:
                if column in part.schema_arrow.names:
                    batch = next(part.iter_batches(rows, columns=[column]), None)
                    found += batch.column(0).drop_null().to_pylist() if batch is not None else []
        return found

    def read(
        self, columns: Sequence[str], ranges: Sequence[Range], one_in: OneIn | None = None, limit: int | None = None
    ) -> pa.Table:
        """Rows within the bounds of all ranges."""
        schema = self.schema()
        chooser = _Chooser(one_in) if one_in else None
        parts = (table for path in self._paths for table in _read(path, columns, ranges, chooser))
        tables, rows = [], 0
        for table in parts:
            tables.append(table)
            rows += table.num_rows
            if limit is not None and rows >= limit:
                break
        empty = pa.schema([schema.field(name) for name in columns]).empty_table()
        if len(tables) == 1:
            return tables[0]
        return pa.concat_tables(tables, promote_options="permissive").select(list(columns)) if tables else empty


def _schema(path: Path) -> pa.Schema:
    """Names and types of one file, which is named when it cannot be read."""
    try:
        with pq.ParquetFile(path) as part:
            return part.schema_arrow.remove_metadata()
    except pa.ArrowInvalid as error:
        msg = f"{path.name}: {error}"
        raise pa.ArrowInvalid(msg) from None


def _read(path: Path, columns: Sequence[str], ranges: Sequence[Range], chooser: _Chooser | None) -> Iterator[pa.Table]:
    """Give what a file has of the asked rows, a row group at a time."""
    with pq.ParquetFile(path, read_dictionary=_repeating(path, columns)) as part:
        names = set(part.schema_arrow.names)
        if any(r.column not in names for r in ranges):
            return  # a part without the time column has no rows in any day
        there = [c for c in columns if c in names]
        for group in range(part.num_row_groups):
            if _may_hold(part.metadata.row_group(group), ranges):
                table = _read_group(part, group, there, ranges, chooser)
                if table is not None:
                    yield table


def _read_group(
    part: pq.ParquetFile, group: int, columns: list[str], ranges: Sequence[Range], chooser: _Chooser | None
) -> pa.Table | None:
    """Read the bounded columns first: when no row is within, the others stay unread."""
    bounded = [c for c in columns if any(c == r.column for r in ranges)]
    others = [c for c in columns if c not in bounded]
    times = part.read_row_group(group, columns=bounded)
    mask = _mask(times, ranges)
    if mask is not None and not pc.any(mask).as_py():
        return None
    if chooser is not None:
        chosen = chooser.mask(part.read_row_group(group, columns=[c for c in chooser.columns if c in columns]))
        mask = chosen if mask is None else pc.and_(mask, chosen)
    rest = part.read_row_group(group, columns=others) if others else times
    both = pa.Table.from_arrays([(times if c in bounded else rest).column(c) for c in columns], names=columns)
    return both if mask is None else both.filter(mask)


def _mask(rows: pa.Table, ranges: Sequence[Range]) -> pa.ChunkedArray | None:
    """Mark the rows within all bounds; None when all are."""
    mask: pa.ChunkedArray | None = None
    for part in ranges:
        column = rows.column(part.column)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        tests = []
        if part.lower is not None:
            tests.append(pc.greater_equal(column, _scalar(part.form.lower(part.lower), column.type)))
        if part.upper is not None:
            tests.append(pc.less(column, _scalar(part.form.upper(part.upper), column.type)))
        for test in tests:
            mask = test if mask is None else pc.and_(mask, test)
    if mask is None:
        return None
    mask = pc.fill_null(mask, False)
    return None if pc.all(mask).as_py() else mask


def _scalar(bound: Bound, kind: pa.DataType) -> pa.Scalar:
    """Write a bound in the column's type, or in one that compares with it exactly."""
    if isinstance(bound, int):
        return pa.scalar(bound, pa.int64())
    return pa.scalar(bound, pa.string() if isinstance(bound, str) else kind)


def _may_hold(group: Any, ranges: Sequence[Range]) -> bool:
    """Tell whether a row group's statistics allow a row within all bounds."""
    places = {group.column(i).path_in_schema: i for i in range(group.num_columns)}
    for part in ranges:
        statistics = group.column(places[part.column]).statistics if part.column in places else None
        if statistics is None or not statistics.has_min_max:
            continue
        low, high = statistics.min, statistics.max
        try:
            if part.lower is not None and high < part.form.lower(part.lower):
                return False
            if part.upper is not None and low >= part.form.upper(part.upper):
                return False
        except TypeError:  # written in a type that does not compare: read and see
            continue
    return True


def _repeating(path: Path, columns: Sequence[str]) -> list[str]:
    """Name the text columns that are worth reading as dictionaries."""
    with pq.ParquetFile(path) as part:
        schema, metadata = part.schema_arrow, part.metadata
    if not metadata.num_row_groups or not metadata.num_rows:
        return []
    group = metadata.row_group(0)
    chunks = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    texts = [c for c in columns if c in chunks and c in schema.names and pa.types.is_string(schema.field(c).type)]
    return [c for c in texts if chunks[c].total_uncompressed_size <= _BYTES_OF_A_CODE * max(group.num_rows, 1024)]
