"""A SQLite file as a source: opened read-only, never created.

SQLite types are per value. A column is what its declaration says (BOOLEAN, DATE and DATETIME included); without one, as
in a view's expression, what its first value is. Times are ISO text in one format, or numbers.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

import pyarrow as pa

from vitals.errors import InputError, SourceError
from vitals.io.sources.adbc import Connection, Failed
from vitals.io.sources.base import Clock, Column, Kind, OneIn, Query, Source, hint, wrong
from vitals.io.sources.select import select
from vitals.io.sources.times import Shape, TimeForm, text_form
from vitals.io.sqltext import quoted

_BATCH = {"adbc.sqlite.query.batch_rows": str(2**21)}
_ALL_AT_ONCE = {"adbc.sqlite.query.batch_rows": str(10**9)}  # types are then taken from all rows
_SAMPLE = 200
_NOISE = re.compile(r"\[SQLite\] |INVALID_ARGUMENT: Failed to prepare query: ")
_DECLARED = (  # the first that occurs in the declaration, in SQLite's own order of affinities after ours
    ("BOOL", Kind.BOOLEAN),
    ("DATETIME", Kind.NAIVE),
    ("TIMESTAMP", Kind.NAIVE),
    ("DATE", Kind.DATE),
    ("INT", Kind.INTEGER),
    ("CHAR", Kind.TEXT),
    ("CLOB", Kind.TEXT),
    ("TEXT", Kind.TEXT),
    ("STRING", Kind.TEXT),
    ("UUID", Kind.TEXT),
    ("JSON", Kind.TEXT),
    ("ENUM", Kind.TEXT),
    ("BLOB", Kind.OTHER),
    ("REAL", Kind.FLOAT),
    ("FLOA", Kind.FLOAT),
    ("DOUB", Kind.FLOAT),
    ("NUM", Kind.FLOAT),
    ("DEC", Kind.FLOAT),
)
_PRIME = 2**31 - 1
_WEIGHTS = tuple(pow(48271, place, _PRIME) for place in range(3, 28))
_VALUES = {"integer": Kind.INTEGER, "real": Kind.FLOAT, "text": Kind.TEXT, "blob": Kind.OTHER}


class SqliteSource(Source):
    """Tables and views of one SQLite file."""

    joins = True

    def __init__(self, name: str, url: str, clock: Clock) -> None:
        super().__init__(name, clock)
        self._path = Path(unquote(url.partition("?")[0].partition("://")[2].removeprefix("/")))

    @property
    def identity(self) -> str:
        """The file."""
        return f"sqlite {self._path.resolve()}"

    @contextmanager
    def session(self) -> Iterator["SqliteSession"]:
        """Open the file, read-only, in one transaction."""
        if not self._path.is_file():
            raise wrong(self.name, None, f"there is no SQLite file {self._path}; correct its URL")
        import adbc_driver_manager
        import adbc_driver_sqlite

        try:
            connection = Connection(adbc_driver_sqlite.connect(f"file:{quote(str(self._path.resolve()))}?mode=ro"))
        except (adbc_driver_manager.Error, Failed) as error:
            msg = f"source {self.name!r}: cannot open {self._path}: {error}; check its permissions"
            raise SourceError(msg) from None
        try:
            yield SqliteSession(self.name, connection)
        finally:
            connection.close()


class SqliteSession:
    """One read transaction."""

    def __init__(self, source: str, connection: Connection) -> None:
        self._source = source
        self._connection = connection
        self._schemas: dict[str, dict[str, Column]] = {}

    def schema(self, table: str) -> Mapping[str, Column]:
        """Name the columns of a table or view, in its order."""
        if table not in self._schemas:
            parts = self._parts(table)
            arguments = ", ".join(_text(part) for part in reversed(parts))
            found = self._fetch(f"SELECT name, type FROM pragma_table_xinfo({arguments}) WHERE hidden <> 1", table)
            rows = found.to_pylist()
            self._schemas[table] = {r["name"]: self._column(table, r["name"], r["type"] or "") for r in rows}
        return self._schemas[table]

    def form(self, table: str, column: Column, zone: ZoneInfo, unit: str | None) -> TimeForm:
        """Find out how a column writes time from its first values."""
        name = quoted(column.name)
        query = f"SELECT typeof({name}) AS kind, CAST({name} AS TEXT) AS value FROM {self.relation(table)}"
        rows = self._fetch(f"{query} WHERE {name} IS NOT NULL LIMIT {_SAMPLE}", table).to_pylist()
        kinds = {"number" if row["kind"] in ("integer", "real") else str(row["kind"]) for row in rows}
        if not rows:
            return TimeForm(Shape.TEXT, zone)
        if len(kinds) > 1:
            msg = "holds times as text beside numbers; use one format, or a view that does"
            raise ValueError(msg)
        if kinds == {"number"}:
            return number_form(unit, rows[0]["value"])
        return text_form([str(row["value"]) for row in rows], zone)

    def rows(self, query: Query) -> pa.Table:
        """Read rows."""
        schema = self.schema(query.table)
        sql = select(query, self.relation, lambda name: _expression(schema[name]), self.chosen)
        try:
            return self._connection.fetch(sql, **_BATCH)
        except Failed as error:
            if "Type mismatch" not in str(error):
                raise self._problem(error, query.table, query.where) from None
        return self._fetch(sql, query.table, _ALL_AT_ONCE)

    def chosen(self, sample: OneIn) -> str:
        """Write as SQL whether a row is in a sample."""
        return _chosen(sample)

    def ask(self, statement: str, table: str, where: str | None) -> pa.Table:
        """Run a statement that only reads."""
        try:
            return self._connection.fetch(statement, **_BATCH)
        except Failed as error:
            raise self._problem(error, table, where) from None

    def _column(self, table: str, name: str, declared: str) -> Column:
        for part, kind in _DECLARED:
            if part in declared.upper():
                return Column(name, kind, declared)
        return Column(name, self._first_kind(table, name), declared or "without a type")

    def _first_kind(self, table: str, name: str) -> Kind:
        column = quoted(name)
        query = f"SELECT typeof({column}) AS kind FROM {self.relation(table)} WHERE {column} IS NOT NULL LIMIT 1"
        rows = self._fetch(query, table).to_pylist()
        return _VALUES[rows[0]["kind"]] if rows else Kind.FLOAT

    def _parts(self, table: str) -> tuple[str, ...]:
        """Split `schema.table`, unless a table is called just so."""
        query = "SELECT schema, name FROM pragma_table_list"
        there = [(str(r["schema"]), str(r["name"])) for r in self._fetch(query, table).to_pylist()]
        if any(name.casefold() == table.casefold() for _, name in there):
            return (table,)
        schema, _, name = table.partition(".")
        if any((s.casefold(), n.casefold()) == (schema.casefold(), name.casefold()) for s, n in there):
            return (schema, name)
        names = [name for _, name in there if not name.startswith("sqlite_")]
        raise wrong(self._source, table, f"there is no such table or view; {hint(table, names)}")

    def relation(self, table: str) -> str:
        """Quote a table's name, having found out whether its dot separates a schema."""
        return ".".join(map(quoted, self._parts(table)))

    def _fetch(self, sql: str, table: str, options: Mapping[str, str] = _BATCH) -> pa.Table:
        try:
            return self._connection.fetch(sql, **options)
        except Failed as error:
            raise self._problem(error, table, None) from None

    def _problem(self, error: Failed, table: str, where: str | None) -> InputError | SourceError:
        reason = _NOISE.sub("", str(error).split("\nquery:")[0]).strip()
        if any(word in reason for word in ("locked", "busy", "disk I/O", "unable to open")):
            return SourceError(f"source {self._source!r}, table {table!r}: {reason}; try again later")
        if "not a database" in reason or "malformed" in reason:
            return wrong(self._source, None, f"the file is no SQLite database ({reason}); correct its URL")
        return wrong(self._source, table, f"{reason}; check predictions.where ({where})" if where else reason)


def number_form(unit: str | None, example: object) -> TimeForm:
    """Give the form of a column of numbers; ValueError without a unit."""
    if unit is None:
        msg = f"holds numbers such as {example}; say which with time_unit: s, ms, us or ns"
        raise ValueError(msg)
    return TimeForm(Shape.NUMBER, unit=unit)


def _chosen(sample: OneIn) -> str:
    """Write whether a row is in a sample.

    SQLite has no hash: the characters (the first eight, the last sixteen) and the length are added up with weights
    modulo a prime; multiplied once more, their upper digits decide.
    """
    text = f"coalesce(CAST({quoted(sample.id)} AS TEXT), CAST({quoted(sample.time)} AS TEXT))"
    places = [*range(1, 9), *range(-16, 0)]
    parts = [f"coalesce(unicode(substr({text}, {place}, 1)), 0)" for place in places] + [f"length({text})"]
    summed = " + ".join(f"{part} * {weight}" for part, weight in zip(parts, _WEIGHTS, strict=True))
    return f"(({summed}) % {_PRIME} * 1103515245 + 12345) % {_PRIME} / 4096 % {sample.n} = 0"


def _expression(column: Column) -> str:
    """Select whole numbers as reals where SQLite does not store them so; text stays, to be refused."""
    name = quoted(column.name)
    if column.kind is Kind.FLOAT and not any(word in column.declared.upper() for word in ("REAL", "FLOA", "DOUB")):
        return f"CASE typeof({name}) WHEN 'integer' THEN CAST({name} AS REAL) ELSE {name} END"
    return name


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
