"""The few statements that both databases spell alike: insert many, insert or change, hold a model's row.

Knows no record; transactions are the caller's.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy import Row as Found
from sqlalchemy.dialects import postgresql, sqlite

from vitals.io.store.rows import Row
from vitals.io.store.tables import model_state


def insert_all(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; none is fine."""
    if rows:
        connection.execute(insert(table), rows)


def insert_missing(connection: Connection, table: Table, values: Row) -> bool:
    """Insert a row unless its key is there; gives whether it was inserted."""
    statement = _insert(connection, table).on_conflict_do_nothing().inline()
    return connection.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount == 1


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or change those whose key is there."""
    if not rows:
        return
    key = [column.name for column in table.primary_key.columns]
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def hold(connection: Connection, model: str) -> Found[Any]:
    """Give the model's row of `model_state`, held until the transaction ends.

    Every writing transaction of a model starts here, so that they follow each other and never deadlock.
    """
    insert_missing(connection, model_state, {"model": model})
    return connection.execute(select(model_state).where(model_state.c.model == model).with_for_update()).one()


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
