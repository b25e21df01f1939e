"""A CSV file as rows, through DuckDB: comma, one header line, quotes doubled within quotes, empty = null.

A column's type is the narrowest that every row of the whole file allows: integer, float, boolean, date, timestamp (with
or without a time zone), else text. So numbers written as text become numbers, leading zeros are lost, and each read
goes over the whole file: a format for small logs.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from vitals.io.sources.base import OneIn, Query, Range
from vitals.io.sources.select import select
from vitals.io.sqltext import quoted

_FORM = "header=true, delim=',', quote='\"', escape='\"', skip=0, comment='', strict_mode=true"


class CsvFile:
    """One CSV file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._types: dict[str, str] = {}

    def schema(self) -> pa.Schema:
        """Names and types, from all rows."""
        if not self._path.stat().st_size:
            msg = "the file is empty; it needs a header line"
            raise pa.ArrowInvalid(msg)
        with self._connect() as connection:
            empty: pa.Table = connection.sql(f"SELECT * FROM {self._relation()} LIMIT 0").to_arrow_table()
            return empty.schema

    def sample(self, column: str, rows: int) -> list[str]:
        """Some values of a text column, from the start of the file."""
        name = quoted(column)
        query = f"SELECT {name} FROM {self._relation()} WHERE {name} IS NOT NULL LIMIT {rows}"
        with self._connect() as connection:
            return [str(row[0]) for row in connection.execute(query).fetchall()]

    def read(
        self, columns: Sequence[str], ranges: Sequence[Range], one_in: OneIn | None = None, limit: int | None = None
    ) -> pa.Table:
        """Rows within the bounds of all ranges."""
        asked = Query("", tuple(columns), tuple(ranges), one_in=one_in, limit=limit)
        query = select(asked, lambda _: self._relation(), chosen=chosen)
        with self._connect() as connection:
            return connection.sql(query).to_arrow_table()

    def uneven(self) -> str | None:
        """Say which line has another number of values than the header, None when none has."""
        try:
            with self._path.open(newline="", encoding="utf-8") as file:
                lines = csv.reader(file, strict=True)
                width = len(next(lines, []))
                bad = next((values for values in lines if len(values) not in (0, width)), None)
                return f"line {lines.line_num} has {len(bad)} values, the header {width}" if bad else None
        except UnicodeDecodeError:
            return "it is not UTF-8 text"
        except csv.Error as error:
            return f"line {lines.line_num}: {error}"

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def _relation(self) -> str:
        """Read with types found once per session, so that the whole file is looked at once for them."""
        path = "'" + str(self._path).replace("'", "''") + "'"
        if not self._types:
            with self._connect() as connection:
                rows = connection.execute(
                    f"DESCRIBE SELECT * FROM read_csv({path}, sample_size=-1, {_FORM})"
                ).fetchall()
            self._types = {str(row[0]): _plain(str(row[1])) for row in rows}
        columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in self._types.items())
        return f"read_csv({path}, auto_detect=false, {_FORM}, columns={{{columns}}})"


def chosen(sample: OneIn) -> str:
    """Write as DuckDB's SQL whether a row is in a sample."""
    text = f"coalesce(CAST({quoted(sample.id)} AS VARCHAR), CAST({quoted(sample.time)} AS VARCHAR))"
    return f"md5_number_lower({text}) % {sample.n} = 0"


def _plain(kind: str) -> str:
    return "VARCHAR" if kind.startswith("TIME") and not kind.startswith("TIMESTAMP") else kind


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
