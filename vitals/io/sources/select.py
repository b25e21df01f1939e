"""A query as SQL, in the words that SQLite, PostgreSQL and DuckDB share.

The time column stands alone on its side of each comparison, so that an index on it serves.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from vitals.io.sources.base import OneIn, Query, Range
from vitals.io.sources.times import Bound
from vitals.io.sqltext import enclosed, quoted

Chosen = Callable[[OneIn], str]


def select(
    query: Query,
    relation: Callable[[str], str],
    expression: Callable[[str], str] = quoted,
    chosen: Chosen | None = None,
) -> str:
    """Write a query.

    Parameters
    ----------
    relation : turns a table's name into its quoted SQL.
    expression : turns a column's name into what is selected for it (a cast to what Arrow can hold).
    chosen : says whether a row is in a sample; needed when one is asked for.
    """
    columns = ", ".join(f"{expression(name)} AS {quoted(name)}" for name in query.columns)
    limit = f" LIMIT {query.limit}" if query.limit is not None else ""
    return f"SELECT {columns} FROM {relation(query.table)}{where_of(query, relation, chosen)}{limit}"


def literal(value: Bound) -> str:
    """Write a bound in the type of its column."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return f"TIMESTAMPTZ '{value.astimezone(UTC).isoformat(sep=' ')}'"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def where_of(query: Query, relation: Callable[[str], str], chosen: Chosen | None = None) -> str:
    """Write the WHERE clause of a query, '' when nothing is asked."""
    conditions = [condition for part in query.ranges for condition in _bounds(part)]
    conditions += [f"{quoted(name)} IS NOT NULL" for name in query.present]
    if query.where is not None:
        conditions.append(enclosed(query.where))
    if query.one_in is not None and chosen is not None:
        conditions.append(chosen(query.one_in))
    if query.among is not None:
        column, inner = query.among
        ids = f"SELECT {quoted(inner.columns[0])} FROM {relation(inner.table)}{where_of(inner, relation, chosen)}"
        conditions.append(f"{quoted(column)} IN ({ids})")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _bounds(part: Range) -> list[str]:
    column = quoted(part.column)
    found = [f"{column} >= {literal(part.form.lower(part.lower))}"] if part.lower is not None else []
    return found + ([f"{column} < {literal(part.form.upper(part.upper))}"] if part.upper is not None else [])
