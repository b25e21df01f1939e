"""Users' SQL on one table of rows: predicates to count, aggregates to compute, in a DuckDB that can do nothing else.

An expression is parsed first, and only what `vitals.io.sqlparse` lists may occur in it: names of columns, constants,
operators, everyday functions. Then it runs inside parentheses in a connection without files, network, extensions or
changeable settings, on one thread.

The result does not depend on the order of the rows: sums of floating-point numbers would, so an expression with such
an aggregate runs over its columns sorted by all of them (rows equal in all of them are interchangeable).
Positions in messages count characters from 1.
"""

import math
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import duckdb
import pyarrow as pa

from vitals.errors import InputError
from vitals.io.sqlparse import ORDER_FREE, ORDER_FREE_ON_INTEGERS, Parsed, parse
from vitals.io.sqltext import enclosed, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Kind = Literal["where", "value"]
_EXACT = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER")
_NUMBERS = (*_EXACT, "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


def columns_of(expression: str) -> frozenset[str]:
    """Name the columns that an expression mentions, exactly as written.

    Raises
    ------
    InputError
        When it is not one expression of what is allowed; the message gives the position.

    >>> sorted(columns_of("decision = 'ok' AND score > 0.5"))
    ['decision', 'score']
    """
    return frozenset(column.name for column in _parsed(expression).columns)


def syntax(expression: str) -> str | None:
    """Say what is wrong with an expression whatever the columns are, with its position, or None.

    >>> syntax("score > ")
    'syntax error at or near ")" at 9'
    """
    return parse(expression).problem


def unreadable(expression: str, names: Collection[str], kind: Kind) -> str | None:
    """Say what is wrong with an expression whatever the columns hold, with its position, or None."""
    parsed = parse(expression)
    return parsed.problem or _unknown(parsed, list(names)) or _misplaced(parsed, kind)


def check(expression: str, columns: Mapping[str, pa.DataType], kind: Kind) -> str | None:
    """Say what is wrong with an expression, with its position, or None.

    Parameters
    ----------
    expression : DuckDB SQL, a predicate (`where`) or one aggregated number (`value`).
    columns : names and Arrow types of the rows that it will meet.

    >>> check("scor > 0.5", {"score": pa.float64()}, "where")
    "unknown column 'scor' at 1; did you mean 'score'?"
    """
    problem = unreadable(expression, columns, kind)
    if problem:
        return problem
    names = dict.fromkeys(mention.name for mention in parse(expression).columns)
    one_row = pa.table({name: pa.nulls(1, columns[name]) for name in names} or {"_": pa.nulls(1, pa.bool_())})
    with Rules(one_row) as rules:
        return rules.problem(expression, kind)


class Rules:
    """A table of rows that expressions may be asked about, in any order of rows with the same answer.

    >>> with Rules(pa.table({"score": [0.2, 0.9, None]})) as rules:
    ...     rules.count("score > 0.5"), rules.value("avg(score)"), rules.value("sum(score) FILTER (score > 1)")
    (1, 0.55, None)
    """

    def __init__(self, table: pa.Table, zone: str = "UTC", memory_limit: str = "2GB") -> None:
        """Take the rows; `zone` is what hours and dates of instants are read in."""
        self._table = table
        self._sorted: dict[tuple[str, ...], str] = {}
        self._connection = _locked(zone, memory_limit)

    def count(self, where: str) -> int:
        """Count the rows that a predicate is true for (unknown counts as not true)."""
        relation = self._relation(where, "where")
        row = self._run(f"SELECT count(*) FROM {relation} AS t WHERE {enclosed(where)}", where)
        return int(row[0]) if row else 0

    def value(self, expression: str) -> float | None:
        """Compute one aggregated number; None when it is null or not finite."""
        relation = self._relation(expression, "value")
        row = self._run(f"SELECT CAST({enclosed(expression)} AS DOUBLE) FROM {relation} AS t", expression)
        value = row[0] if row else None
        return float(value) if value is not None and math.isfinite(value) else None

    def holds(self, where: str) -> pa.ChunkedArray:
        """Tell for each row, in order, whether a predicate is true (unknown counts as not true)."""
        relation = self._relation(where, "where")
        query = f"SELECT coalesce(CAST({enclosed(where)} AS BOOLEAN), false) AS holds FROM {relation} AS t"
        try:
            answer: pa.Table = self._connection.sql(query).to_arrow_table()
        except duckdb.Error as error:
            raise _complaint(where, error) from None
        return answer["holds"]

    def problem(self, expression: str, kind: Kind) -> str | None:
        """Say what the database would not accept about an expression, by binding and running it."""
        try:
            relation = self._relation(expression, kind)
            query = f"SELECT {enclosed(expression)} FROM {relation} AS t"
            word = self._connection.execute(f"DESCRIBE {query}").fetchall()[0][1].split("(")[0]
            # and run it, since `time > 'abc'` is found only when there is a row
            self._connection.execute(query).fetchall()
        except InputError as error:
            return str(error)
        except duckdb.Error as error:
            return _plain(error, expression)
        if kind == "where" and word not in _NUMBERS:
            return f"must be true or false for a row, gives {word}"
        if kind == "value" and word not in _NUMBERS:
            return f"must give one number, gives {word}"
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def _relation(self, expression: str, kind: Kind) -> str:
        """Expose the columns that an expression needs, sorted when the order could matter; give the table's name."""
        parsed = _parsed(expression)
        problem = _unknown(parsed, self._table.column_names) or _misplaced(parsed, kind)
        if problem:
            msg = f"{_shown(expression)}: {problem}"
            raise InputError(msg)
        names = tuple(sorted({mention.name for mention in parsed.columns}))
        if names not in self._sorted:
            self._sorted[names] = f"u{len(self._sorted)}"
            self._connection.register(self._sorted[names], _rows(self._table, names))
        relation = self._sorted[names]
        return self._in_order(relation, names) if self._order_matters(parsed, relation) else relation

    def _order_matters(self, parsed: Parsed, relation: str) -> bool:
        names = {mention.name for mention in parsed.aggregates} - ORDER_FREE
        if names - ORDER_FREE_ON_INTEGERS:
            return True
        if not names:
            return False
        columns = parsed.summed.removesuffix(" FROM t")
        try:
            types = self._connection.execute(f"DESCRIBE {columns} FROM {relation} AS t").fetchall()
        except duckdb.Error:
            return True  # the expression itself will say what is wrong
        return any(row[1].split("(")[0] not in (*_EXACT, "DECIMAL") for row in types)

    def _in_order(self, relation: str, names: tuple[str, ...]) -> str:
        key = (*names, "in order")
        if key not in self._sorted:
            self._sorted[key] = f"{relation}_in_order"
            columns = ", ".join(map(quoted, names))
            # a table of its own: the optimiser may drop an ORDER BY in a subquery under an aggregate
            query = f"CREATE TEMP TABLE {self._sorted[key]} AS SELECT {columns} FROM {relation} ORDER BY {columns}"
            self._run(query, columns)
        return self._sorted[key]

    def _run(self, query: str, expression: str) -> tuple[float, ...] | None:
        try:
            rows: list[tuple[float, ...]] = self._connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise _complaint(expression, error) from None
        return rows[0] if rows else None


def _locked(zone: str, memory_limit: str) -> "DuckDBPyConnection":
    """Open a database in memory that can reach nothing and whose settings stay as they are."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "threads": "1",
            "memory_limit": memory_limit,
        },
    )
    connection.execute(f"SET TimeZone = '{zone}'")
    connection.execute("SET lock_configuration = true")
    return connection


def _rows(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """Only the named columns; a column of its own when there are none, since a table needs one."""
    if names:
        return table.select(list(names))
    return pa.table({"_": pa.nulls(table.num_rows, pa.bool_())})


def _parsed(expression: str) -> Parsed:
    parsed = parse(expression)
    if parsed.problem:
        msg = f"{_shown(expression)}: {parsed.problem}"
        raise InputError(msg)
    return parsed


def _unknown(parsed: Parsed, names: list[str]) -> str | None:
    for mention in parsed.columns:
        if mention.name not in names:
            near = get_close_matches(mention.name, names, 1) or [n for n in names if n.lower() == mention.name.lower()]
            hint = f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(names[:12])}"
            return f"unknown column {mention.name!r} at {mention.at}{hint}"
    return None


def _misplaced(parsed: Parsed, kind: Kind) -> str | None:
    """Find an aggregate in a predicate, or none where one number is asked for."""
    if kind == "where" and parsed.aggregates:
        first = parsed.aggregates[0]
        return f"{first.name!r} at {first.at} counts many rows; a predicate looks at one row"
    if kind == "value" and not parsed.aggregates:
        return "must give one number for the day; use an aggregate such as avg(...) or count(*)"
    return None


def _complaint(expression: str, error: duckdb.Error) -> InputError:
    return InputError(f"{_shown(expression)}: {_plain(error, expression)}")


def _plain(error: duckdb.Error, expression: str) -> str:
    """Put the database's reason into one line, with the position that its caret shows."""
    reason, _, rest = str(error).partition("\n")
    reason = reason.split("Error: ", 1)[-1].split(". You might need")[0]
    for line in rest.splitlines():
        if line.startswith("LINE ") and (found := _caret(rest, line, expression)):
            return f"{reason} at {found}"
    return reason


def _caret(rest: str, line: str, expression: str) -> int | None:
    """Find the character of the expression under the caret; None when the excerpt is shortened."""
    below = rest[rest.index(line) + len(line) :].lstrip("\n").split("\n")[0]
    number, _, text = line.partition(": ")
    row, column = int(number.removeprefix("LINE ")) - 2, below.find("^") - len(number) - 2
    lines = expression.split("\n")
    if not 0 <= row < len(lines) or text != lines[row] or column < 0:
        return None
    return sum(len(earlier) + 1 for earlier in lines[:row]) + column + 1


def _shown(expression: str) -> str:
    text = " ".join(expression.split())
    return f"expression {text if len(text) <= 80 else text[:79] + '…'}"
