"""A PostgreSQL database as a source: one read-only snapshot per session, a bound on time, rows through COPY.

Times are compared in the session's UTC. Rows come in the table's own order (no parallel scan, no shared scan), so that
an unchanged table gives the same rows in the same order.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import pyarrow as pa

from vitals.errors import InputError, SourceError
from vitals.io.sources.adbc import Connection, Failed
from vitals.io.sources.base import NUMBERS, TIMES, Clock, Column, Kind, OneIn, Query, Source, hint, wrong
from vitals.io.sources.select import select
from vitals.io.sources.sqlite import number_form
from vitals.io.sources.times import Shape, TimeForm
from vitals.io.sqltext import quoted

_CONNECT_TIMEOUT_S = "10"
_BATCH = {"adbc.postgresql.batch_size_hint_bytes": str(2**30)}  # few large pieces: small ones stay in the allocator
_SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL synchronize_seqscans = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)
_KINDS = {
    "int2": Kind.INTEGER,
    "int4": Kind.INTEGER,
    "int8": Kind.INTEGER,
    "float4": Kind.FLOAT,
    "float8": Kind.FLOAT,
    "numeric": Kind.FLOAT,
    "bool": Kind.BOOLEAN,
    "timestamptz": Kind.INSTANT,
    "timestamp": Kind.NAIVE,
    "date": Kind.DATE,
    "bytea": Kind.OTHER,
}
_SHAPES = {Kind.INSTANT: Shape.INSTANT, Kind.NAIVE: Shape.NAIVE, Kind.DATE: Shape.DATE}
_TABLES = "SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
_TABLES += "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
_COLUMNS = """
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS declared,
       coalesce(b.typname, t.typname)::text AS type
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
WHERE a.attrelid = {table}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_REFUSED = ("42501", "28000", "28P01")  # permission, authorisation, password
_OUTSIDE = ("08", "53", "57", "58", "40", "XX")  # connection, resources, operator, system, rollback, internal


class PostgresSource(Source):
    """Tables and views of one PostgreSQL database.

    Parameters
    ----------
    timeout_s : the longest that one statement may take, in seconds.
    """

    joins = True

    def __init__(self, name: str, url: str, clock: Clock, timeout_s: float = 300) -> None:
        super().__init__(name, clock)
        self._url, self._secrets = _libpq(url)
        self._timeout_ms = int(timeout_s * 1000)

    @property
    def identity(self) -> str:
        """The URL."""
        return self._url

    @contextmanager
    def session(self) -> Iterator["PostgresSession"]:
        """Connect and take one snapshot, read-only."""
        import adbc_driver_manager
        import adbc_driver_postgresql

        try:
            connection = Connection(adbc_driver_postgresql.connect(self._url))
        except (adbc_driver_manager.Error, Failed) as error:
            raise self._unreachable(error) from None
        try:
            session = PostgresSession(self.name, connection, self._timeout_ms / 1000)
            session.begin((*_SETTINGS, f"SET LOCAL statement_timeout = {self._timeout_ms}"))
            yield session
        finally:
            connection.close()

    def _unreachable(self, error: Exception) -> InputError | SourceError:
        """Say why there is no connection, without a word of the URL but host and port."""
        reason = " ".join(str(error).split("Failed to connect: ")[-1].split())
        if not reason.startswith("connection to server"):  # libpq quotes parts of a URL that it cannot read
            return wrong(self.name, None, "its URL is not a valid postgresql:// URL; percent-encode special characters")
        for secret in self._secrets:
            reason = reason.replace(secret, "***")
        if "does not exist" in reason and "database" in reason:
            return wrong(self.name, None, f"{reason}; correct its URL")
        return SourceError(f"source {self.name!r}: {reason}; check host, port, user and password of its URL")


class PostgresSession:
    """One read-only snapshot."""

    def __init__(self, source: str, connection: Connection, timeout_s: float) -> None:
        self._source = source
        self._connection = connection
        self._timeout_s = timeout_s
        self._schemas: dict[str, dict[str, Column]] = {}
        self._relations: dict[str, str] = {}

    def begin(self, settings: tuple[str, ...]) -> None:
        """Make the transaction read-only, bounded and steady."""
        for setting in settings:
            try:
                self._connection.run(setting)
            except Failed as error:
                raise self._problem(error, None, None) from None

    def schema(self, table: str) -> Mapping[str, Column]:
        """Name the columns of a table or view, in its order."""
        if table not in self._schemas:
            relation = self.relation(table)
            rows = self._fetch(_COLUMNS.format(table=_text(relation)), table).to_pylist()
            self._schemas[table] = {
                r["name"]: Column(r["name"], _KINDS.get(r["type"], Kind.TEXT), r["declared"]) for r in rows
            }
        return self._schemas[table]

    def form(self, table: str, column: Column, zone: ZoneInfo, unit: str | None) -> TimeForm:
        """Find out how a column writes time: its type says so."""
        if column.kind in NUMBERS:
            return number_form(unit, f"{column.declared} values")
        if column.kind not in TIMES:
            msg = f"is {column.declared} and holds no time; name a timestamp column, or cast it in a view with an index"
            raise ValueError(msg)
        del table
        return TimeForm(_SHAPES[column.kind], zone)

    def rows(self, query: Query) -> pa.Table:
        """Read rows."""
        schema = self.schema(query.table)
        sql = select(query, self.relation, lambda name: _expression(schema[name]), self.chosen)
        return self._fetch(sql, query.table, query.where)

    def chosen(self, sample: OneIn) -> str:
        """Write as SQL whether a row is in a sample."""
        return _chosen(sample)

    def ask(self, statement: str, table: str, where: str | None) -> pa.Table:
        """Run a statement that only reads."""
        return self._fetch(statement, table, where)

    def relation(self, table: str) -> str:
        """Quote a table's name, having found out whether its dot separates a schema."""
        if table not in self._relations:
            schema, _, name = table.partition(".")
            for candidate in (quoted(table), f"{quoted(schema)}.{quoted(name)}" if name else quoted(table)):
                found = self._fetch(f"SELECT to_regclass({_text(candidate)}) IS NOT NULL AS there", table)
                if found["there"][0].as_py():
                    self._relations[table] = candidate
                    break
            else:
                rows = self._fetch(_TABLES, table).to_pylist()
                names = [r["name"] if r["schema"] == "public" else f"{r['schema']}.{r['name']}" for r in rows]
                raise wrong(self._source, table, f"there is no such table or view; {hint(table, names)}")
        return self._relations[table]

    def _fetch(self, sql: str, table: str, where: str | None = None) -> pa.Table:
        try:
            return self._connection.fetch(sql, **_BATCH)
        except Failed as error:
            raise self._problem(error, table, where) from None

    def _problem(self, error: Failed, table: str | None, where: str | None) -> InputError | SourceError:
        reason = re.split(r"ERROR:\s+", str(error), maxsplit=1)[-1].split("\n")[0].split("SQLSTATE")[0].strip()
        place = f"source {self._source!r}" + (f", table {table!r}" if table else "")
        if error.state == "57014":
            return SourceError(
                f"{place}: no answer within {self._timeout_s:g} s; is there an index on the time column? ({reason})"
            )
        if error.state in _REFUSED:
            return SourceError(f"{place}: {reason}; grant SELECT to the user of the source's URL")
        if not error.state or error.state.startswith(_OUTSIDE):
            return SourceError(f"{place}: {reason}; try again later")
        return wrong(self._source, table, f"{reason}; check predictions.where ({where})" if where else reason)


def _chosen(sample: OneIn) -> str:
    """Write whether a row is in a sample: md5 is the same in every version, whatever the locale."""
    text = f"coalesce({quoted(sample.id)}::text, {quoted(sample.time)}::text)"
    return f"mod(('x' || substr(md5({text}), 1, 8))::bit(32)::bigint, {sample.n}) = 0"


def _expression(column: Column) -> str:
    """Select a column as a type that Arrow can hold; times without an end become null."""
    name = quoted(column.name)
    if column.kind is Kind.TEXT and column.declared not in ("text", "character varying"):
        return f"{name}::text"
    if column.kind is Kind.FLOAT and column.declared != "double precision":
        return f"{name}::float8"
    if column.kind in TIMES:
        return f"CASE WHEN isfinite({name}) THEN {name} END"
    return name


def _libpq(url: str) -> tuple[str, tuple[str, ...]]:
    """Turn a URL into one that libpq reads, with a bound on connecting; give its secrets, too."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    options.setdefault("connect_timeout", _CONNECT_TIMEOUT_S)
    userinfo = parts.netloc.rpartition("@")[0]
    password = userinfo.partition(":")[2]
    secrets = {password, unquote(password), options.get("password", ""), options.get("sslpassword", "")} - {""}
    address = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(options, quote_via=quote), ""))
    return address, tuple(sorted(secrets, key=len, reverse=True))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
