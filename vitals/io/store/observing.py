"""What observing a day writes: partition, profiles, measurements and validations, replaced in one transaction.

Refuses to know what a profile looks like inside (`Codec`), and takes no lease: it only says from which day on judging
has to be done again.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update
from sqlalchemy import Row as Found

from vitals.errors import StoreError
from vitals.io.store.engine import Database
from vitals.io.store.rows import Row, row
from vitals.io.store.statements import hold, insert_all
from vitals.io.store.tables import BY_JUDGING, RUN_COLUMNS, measurement, model_state, partition, profile, validation
from vitals.records import Day, Observation
from vitals.spec.rowcount import RowCount

if TYPE_CHECKING:
    from vitals.profiles import Profile


_LEFT_OPEN: Row = {"status": None, "observed": None}  # of an expectation that judging settles


class Codec(Protocol):
    """How a profile becomes bytes and comes back; the same profile always gives the same bytes."""

    def encode(self, profile: "Profile") -> bytes:
        """Give the bytes of a profile's summary."""
        ...

    def decode(self, data: bytes, model: str, day: Day, subject: str, segment: str) -> "Profile":
        """Give the profile that was encoded."""
        ...


def replace(database: Database, observation: Observation, spec_hash: str, run_id: str, codec: Codec) -> bool:
    """Write one observed day in place of what was there; False when that was the very same."""
    model, day = observation.facts.model, observation.facts.day
    written = {"run_id": run_id, "spec_hash": spec_hash}
    rows = _rows(observation, written, codec)
    with database.writing() as connection:
        state = hold(connection, model)
        before = connection.execute(select(partition).where(*_of_day(partition, model, day))).one_or_none()
        if before is not None:
            rows[partition] = [rows[partition][0] | _previous(before, rows[partition][0])]
            if all(_stored(connection, table, model, day) == _compared(table, rows[table]) for table in rows):
                return False
        for table, new in rows.items():
            connection.execute(delete(table).where(*_of_day(table, model, day)))
            insert_all(connection, table, new)
        mark_dirty(connection, state, day)
    return True


def mark_dirty(connection: Connection, state: Found[Any], day: Day) -> None:
    """Say that judging has to start at this day, unless it starts earlier already."""
    if state.dirty_from is None or day < state.dirty_from:
        connection.execute(update(model_state).where(model_state.c.model == state.model).values(dirty_from=day))


def observed(connection: Connection, model: str, first: Day, last: Day) -> dict[Day, str]:
    """List the observed days of a range, each with the hash of the model file it was observed with."""
    statement = (
        select(partition.c.day, partition.c.spec_hash)
        .where(partition.c.model == model, partition.c.day.between(first, last))
        .order_by(partition.c.day)
    )
    return dict(connection.execute(statement).tuples().all())


def span(connection: Connection, model: str) -> tuple[Day, Day] | None:
    """Give the first and the last observed day, None before the first observation."""
    days = partition.c.day
    first, last = connection.execute(select(func.min(days), func.max(days)).where(partition.c.model == model)).one()
    return None if first is None else (first, last)


def _rows(observation: Observation, written: Mapping[str, str], codec: Codec) -> dict[Table, list[Row]]:
    facts = observation.facts
    for one in observation.measurements:
        if one.known_on != facts.day or one.model != facts.model:
            raise StoreError(
                f"a measurement known on {one.known_on} of {one.model} was given with the observation of "
                f"{facts.day} of {facts.model}; observing a day writes only what became known on it"
            )
    return {
        partition: [row(facts, **written)],
        profile: [
            {
                "model": facts.model,
                "day": facts.day,
                "subject": one.subject,
                "segment": one.segment,
                "payload": codec.encode(one),
                **written,
            }
            for one in observation.profiles
        ],
        measurement: [row(one, **written) for one in observation.measurements],
        validation: [row(one, **written) for one in observation.validations],
    }


def _of_day(table: Table, model: str, day: Day) -> tuple[ColumnElement[bool], ...]:
    """The rows that observing a day made; those of judging are replaced by judging."""
    if table is measurement:
        return table.c.model == model, table.c.known_on == day, ~BY_JUDGING
    return table.c.model == model, table.c.day == day


def _previous(before: Found[Any], new: Row) -> Row:
    """Tell what the observation before had counted, kept as it was when nothing changed."""
    counted = ("rows", "first_time", "last_time")
    if any(getattr(before, name) != new[name] for name in counted):
        return {f"previous_{name}": getattr(before, name) for name in counted}
    return {f"previous_{name}": getattr(before, f"previous_{name}") for name in counted}


def _stored(connection: Connection, table: Table, model: str, day: Day) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in RUN_COLUMNS]
    found = connection.execute(select(*columns).where(*_of_day(table, model, day))).mappings()
    return _compared(table, [dict(values) for values in found])


def _compared(table: Table, rows: list[Row]) -> list[tuple[Any, ...]]:
    names = [column.name for column in table.columns if column.name not in RUN_COLUMNS]
    own = [one | _LEFT_OPEN if table is validation and RowCount.of_key(one["key"]) else one for one in rows]
    return sorted((tuple(one[name] for name in names) for one in own), key=_by_key(table))


def _by_key(table: Table) -> Any:
    width = len(table.primary_key.columns)  # key columns come first in the tables of an observation
    return lambda values: values[:width]
