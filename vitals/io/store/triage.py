"""What people said about incidents, subjects and days, as dated rows.

A decision is honoured from its own day on, so that deciding today never changes what was judged before.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, func, select

from vitals.io.store.engine import Database
from vitals.io.store.observing import mark_dirty
from vitals.io.store.rows import records, row
from vitals.io.store.statements import hold, upsert
from vitals.io.store.tables import partition
from vitals.io.store.tables import triage as table
from vitals.records import Triage


def decide(database: Database, triage: Triage) -> None:
    """Write a decision; the same person may correct it by deciding again on the same day."""
    with database.writing() as connection:
        write(connection, triage.model, [triage], ())


def write(connection: Connection, model: str, said: Sequence[Triage], undone: Collection[Triage]) -> None:
    """Write decisions about a model and take others out, within a transaction; what was judged with them is again."""
    state = hold(connection, model)
    known = records(connection, Triage, table.c.model == model)
    fresh, dropped = [one for one in said if one not in known], [one for one in undone if one in known]
    for one in dropped:
        key = {"model": one.model, "day": one.day, "kind": one.kind.value, "target": one.target}
        connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))
    upsert(connection, table, [row(one) for one in fresh])
    last = connection.execute(select(func.max(partition.c.day)).where(partition.c.model == model)).scalar()
    days = [one.day for one in (*fresh, *dropped) if last is not None and one.day <= last]
    if days:
        mark_dirty(connection, state, min(days))


def said(database: Database, model: str) -> list[Triage]:
    """Everything decided about a model, by day."""
    with database.reading() as connection:
        return records(connection, Triage, table.c.model == model)
