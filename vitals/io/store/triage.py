"""What people said about incidents, subjects and days, as dated rows.

A decision is honoured from its own day on, so that deciding today never changes what was judged before.
"""

from sqlalchemy import func, select

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
        state = hold(connection, triage.model)
        if triage in records(connection, Triage, table.c.model == triage.model, table.c.day == triage.day):
            return
        upsert(connection, table, [row(triage)])
        last = connection.execute(select(func.max(partition.c.day)).where(partition.c.model == triage.model)).scalar()
        if last is not None and last >= triage.day:
            mark_dirty(connection, state, triage.day)


def said(database: Database, model: str) -> list[Triage]:
    """Everything decided about a model, by day."""
    with database.reading() as connection:
        return records(connection, Triage, table.c.model == model)
