"""A directory as a source: `<table>.parquet`, `<table>.csv`, or a folder or pattern of parquet parts.

Parquet goes straight to Arrow: row groups whose statistics exclude the day are skipped, the time column decides which
rows of the others are kept. CSV (comma, header in the first line, quotes doubled) goes through DuckDB; a column's type
is what all its rows allow. A predicate of the model file is DuckDB SQL over the rows, as restricted as users' rules.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from vitals.errors import InputError, SourceError
from vitals.io.rules import Rules, columns_of
from vitals.io.sources.arrays import kind_of
from vitals.io.sources.base import NUMBERS, TIMES, Clock, Column, Kind, Query, Source, hint, wrong
from vitals.io.sources.csv import CsvFile
from vitals.io.sources.parquet import ParquetParts, Rows
from vitals.io.sources.sqlite import number_form
from vitals.io.sources.times import Shape, TimeForm, text_form

_SAMPLE = 200
_SHAPES = {Kind.INSTANT: Shape.INSTANT, Kind.NAIVE: Shape.NAIVE, Kind.DATE: Shape.DATE}
_PATTERN = frozenset("*?[")


class FileSource(Source):
    """Tables that are files in one directory."""

    def __init__(self, name: str, url: str, clock: Clock) -> None:
        super().__init__(name, clock)
        self._directory = Path(unquote(url.partition(":")[2].removeprefix("//")))

    @property
    def identity(self) -> str:
        """The directory."""
        return f"file {self._directory.resolve()}"

    @contextmanager
    def session(self) -> Iterator["FileSession"]:
        """Look at the files as they are now."""
        if not self._directory.is_dir():
            raise wrong(self.name, None, f"there is no directory {self._directory}; correct its URL")
        yield FileSession(self.name, self._directory)


class FileSession:
    """The files of a directory, each opened once."""

    def __init__(self, source: str, directory: Path) -> None:
        self._source = source
        self._directory = directory
        self._open: dict[str, Rows] = {}

    def schema(self, table: str) -> Mapping[str, Column]:
        """Name the columns of a file, in its order."""
        with self._problems(table):
            schema = self._rows_of(table).schema()
        return {field.name: Column(field.name, kind_of(field.type), str(field.type)) for field in schema}

    def form(self, table: str, column: Column, zone: ZoneInfo, unit: str | None) -> TimeForm:
        """Find out how a column writes time, from its type or its first values."""
        if column.kind in NUMBERS:
            return number_form(unit, f"{column.declared} values")
        if column.kind is Kind.TEXT:
            with self._problems(table):
                return text_form(self._rows_of(table).sample(column.name, _SAMPLE), zone)
        if column.kind not in TIMES:
            msg = f"is {column.declared} and holds no time; name a timestamp column"
            raise ValueError(msg)
        return TimeForm(_SHAPES[column.kind], zone)

    def rows(self, query: Query) -> pa.Table:
        """Read rows."""
        with self._predicate(query.table):
            asked = columns_of(query.where) if query.where else frozenset()
        there = self.schema(query.table)
        for name in sorted(asked - there.keys()):
            what = f"predictions.where names a column that the file does not have; {hint(name, there)}"
            raise wrong(self._source, query.table, what, name)
        sample = (query.one_in.id, query.one_in.time) if query.one_in else ()
        extra = sorted(asked.union(query.present, sample) - set(query.columns))
        limit = None if query.where or query.present else query.limit  # what these leave is known only afterwards
        with self._problems(query.table):
            rows = self._rows_of(query.table).read([*query.columns, *extra], query.ranges, query.one_in, limit)
        for name in query.present:
            rows = rows.filter(pc.is_valid(rows.column(name)))
        if query.where:
            with self._predicate(query.table), Rules(rows) as rules:
                rows = rows.filter(rules.holds(query.where))
        return rows.select(list(query.columns))

    def _rows_of(self, table: str) -> Rows:
        if table not in self._open:
            self._open[table] = self._found(table)
        return self._open[table]

    def _found(self, table: str) -> Rows:
        if ".." in Path(table).parts or Path(table).is_absolute():
            raise wrong(self._source, table, "a table lies within the source's directory; move the URL instead")
        whole, csv, folder = (self._directory / f"{table}{end}" for end in (".parquet", ".csv", ""))
        if whole.is_file():
            return ParquetParts([whole])
        if csv.is_file():
            return CsvFile(csv)
        if folder.is_file() and folder.suffix in (".parquet", ".csv"):
            return ParquetParts([folder]) if folder.suffix == ".parquet" else CsvFile(folder)
        parts = sorted(self._directory.glob(table)) if _PATTERN & set(table) else sorted(folder.glob("*.parquet"))
        if whole.is_dir():
            raise wrong(self._source, table, f"{whole} is a folder; rename it to {table}, then its files are the table")
        if not parts:
            names = {p.name.removesuffix(".parquet").removesuffix(".csv") for p in self._directory.iterdir()} - {table}
            what = f"there is no {table}.parquet, {table}.csv or {table}/*.parquet in {self._directory}"
            raise wrong(self._source, table, f"{what}; {hint(table, names)}")
        return ParquetParts(parts)

    @contextmanager
    def _predicate(self, table: str) -> Iterator[None]:
        """Say which table's predicate is wrong."""
        try:
            yield
        except InputError as error:
            raise wrong(self._source, table, f"predictions.where: {error}") from None

    @contextmanager
    def _problems(self, table: str) -> Iterator[None]:
        """Turn what files can do wrong into one message."""
        import duckdb

        try:
            yield
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            reason = f"cannot be read: {str(error).splitlines()[0].rstrip('.')}; write the file again"
            raise wrong(self._source, table, reason) from None
        except duckdb.Error as error:
            rows = self._open.get(table)
            reason = (rows.uneven() if isinstance(rows, CsvFile) else None) or _csv_reason(str(error))
            remedy = "every line needs as many values as the header"
            raise wrong(self._source, table, f"cannot be read: {reason}; {remedy}") from None
        except OSError as error:
            outside = isinstance(error, PermissionError | TimeoutError)
            reason = f"cannot be read: {error.strerror or str(error).splitlines()[0]}"
            if outside:
                msg = f"source {self._source!r}, table {table!r}: {reason}; check permissions and the disk"
                raise SourceError(msg) from None
            raise wrong(self._source, table, f"{reason}; write the file again") from None


def _csv_reason(message: str) -> str:
    """Keep line number, line and expectation of DuckDB's advice."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    kept = [line.removeprefix("Invalid Input Error: ") for line in lines[:3] if not line.startswith("Possible")]
    return "; ".join(kept)
