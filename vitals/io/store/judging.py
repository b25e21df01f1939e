"""What judging takes over and writes down: the days to replay, then everything it said about them, in one transaction.

Two dates keep a replay from being lost: `dirty_from` is what came in since judging began, `judging_from` what the
judging under way took over. A judge that was killed leaves the latter, and the next one takes both.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from sqlalchemy import Connection, bindparam, delete, select, union, update

from vitals.io.store.engine import Database
from vitals.io.store.incidents import as_of
from vitals.io.store.lease import Lease
from vitals.io.store.rows import finding_row, row
from vitals.io.store.statements import hold, insert_all, upsert
from vitals.io.store.tables import (
    BY_JUDGING,
    drift,
    finding,
    incident,
    measurement,
    model_state,
    transition,
    validation,
)
from vitals.records import Day, Incident, Judged, Validation


def begin(database: Database, model: str, lease: Lease) -> Day | None:
    """Take over the days that await judging; the day to replay from, None when nothing changed."""
    with database.writing() as connection:
        state = hold(connection, model)
        lease.require(connection)
        first = min((day for day in (state.dirty_from, state.judging_from) if day is not None), default=None)
        if state.dirty_from is not None:
            _set_state(connection, model, judging_from=first, dirty_from=None)
    return first


def pending(connection: Connection, model: str) -> Day | None:
    """Give the first day that awaits judging, None when all is judged."""
    state = connection.execute(
        select(model_state.c.dirty_from, model_state.c.judging_from).where(model_state.c.model == model)
    ).one_or_none()
    return min((day for day in state or () if day is not None), default=None)


def replace_judgement(
    database: Database,
    model: str,
    from_day: Day,
    judged: Iterable[Judged],
    incidents: Sequence[Incident],
    lease: Lease,
    run_id: str,
) -> None:
    """Write what was judged from a day on, in place of what was there."""
    days = list(judged)
    drifts = [row(one, run_id=run_id) for one in chain.from_iterable(day.drifts for day in days)]
    estimates = [row(one, run_id=run_id, spec_hash="") for one in chain.from_iterable(day.estimates for day in days)]
    findings = [finding_row(one, run_id) for one in chain.from_iterable(day.findings for day in days)]
    transitions = [row(one, run_id=run_id) for one in chain.from_iterable(day.transitions for day in days)]
    with database.writing() as connection:
        hold(connection, model)
        lease.require(connection)
        left = _left_alone(connection, model, from_day, incidents)
        for table in (drift, finding, transition):
            connection.execute(delete(table).where(table.c.model == model, table.c.day >= from_day))
        connection.execute(delete(incident).where(incident.c.model == model, incident.c.opened_on >= from_day))
        of_model = (measurement.c.model == model, measurement.c.known_on >= from_day)
        connection.execute(delete(measurement).where(*of_model, BY_JUDGING))
        insert_all(connection, measurement, estimates)
        _settle(connection, list(chain.from_iterable(day.validations for day in days)))
        insert_all(connection, drift, drifts)
        insert_all(connection, finding, findings)
        insert_all(connection, transition, transitions)
        upsert(connection, incident, [row(one, run_id=run_id) for one in (*left, *incidents)])
        _set_state(connection, model, judging_from=None)


def _left_alone(connection: Connection, model: str, from_day: Day, incidents: Sequence[Incident]) -> list[Incident]:
    """Older incidents that lose rows now and that the replay does not mention: as they were before `from_day`."""
    given = {(one.fingerprint, one.opened_on) for one in incidents}
    losing = union(
        *(
            select(table.c.fingerprint).where(table.c.model == model, table.c.day >= from_day)
            for table in (finding, transition)
        )
    )
    places = set(connection.execute(losing).scalars())
    if not places:
        return []
    return [
        one
        for one in as_of(connection, model, from_day).incidents
        if one.fingerprint in places and (one.fingerprint, one.opened_on) not in given
    ]


def _settle(connection: Connection, validations: Sequence[Validation]) -> None:
    """Write what expectations came to that observing had to leave open; whether their day was read anew does not matter."""
    columns = validation.c
    key = ("model", "day", "suite", "key")
    statement = (
        update(validation)
        .where(*(columns[name] == bindparam(f"of_{name}") for name in key))
        .values(status=bindparam("to_status"), observed=bindparam("to_observed"))
    )
    rows = [
        {f"of_{name}": getattr(one, name) for name in key} | {"to_status": one.status, "to_observed": one.observed}
        for one in validations
    ]
    if rows:
        connection.execute(statement, rows)


def _set_state(connection: Connection, model: str, **days: Day | None) -> None:
    connection.execute(update(model_state).where(model_state.c.model == model).values(**days))
