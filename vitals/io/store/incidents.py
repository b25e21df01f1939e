"""Incidents as they stood at the end of a day, rebuilt from findings and transitions.

The table `incident` holds the latest state only; a replay from an earlier day, and a digest as of one, need the state
of then. Refuses to know when an incident opens or ends: that is in the transitions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection, and_, or_, select

from vitals.io.store.rows import records
from vitals.io.store.tables import finding, incident, transition
from vitals.records import Day, Finding, Incident, Transition

R = TypeVar("R", Finding, Transition)

RECENT_DAYS = 40  # a resolved incident is remembered so long: it may reopen, and a digest tells what ended


@dataclass(frozen=True, slots=True)
class Standing:
    """Incidents of one day's end, with all findings and transitions that they consist of (and others of their places)."""

    incidents: Sequence[Incident]
    findings: Sequence[Finding]
    transitions: Sequence[Transition]


def as_of(connection: Connection, model: str, before: Day) -> Standing:
    """Incidents at the end of the day before `before`: open ones, and those resolved in the 40 days before it."""
    from vitals.judging.incidents import IncidentBook  # brings numpy along, which most reads do without

    remembered = before - timedelta(days=RECENT_DAYS)
    opened = dict[str, Day]()  # by place, the first opening that is needed
    wanted = set[tuple[str, Day]]()
    statement = select(incident.c.fingerprint, incident.c.opened_on).where(
        incident.c.model == model,
        incident.c.opened_on < before,
        or_(incident.c.resolved_on.is_(None), incident.c.resolved_on >= remembered),
    )
    for place, day in connection.execute(statement):
        wanted.add((place, day))
        opened[place] = min(day, opened.get(place, day))
    findings = _since(connection, model, opened, before, Finding)
    transitions = _since(connection, model, opened, before, Transition)
    return Standing(
        _live(IncidentBook.rebuild(findings, transitions).incidents(), wanted, remembered), findings, transitions
    )


def _live(rebuilt: Iterable[Incident], wanted: set[tuple[str, Day]], remembered: Day) -> list[Incident]:
    return sorted(
        (
            one
            for one in rebuilt
            if (one.fingerprint, one.opened_on) in wanted and (one.resolved_on is None or one.resolved_on >= remembered)
        ),
        key=lambda one: (one.fingerprint, one.opened_on),
    )


def _since(connection: Connection, model: str, opened: dict[str, Day], before: Day, kind: type[R]) -> list[R]:
    """Read what happened at each place from its first needed opening on."""
    table = finding if kind is Finding else transition
    found: list[R] = []
    places = sorted(opened)
    for start in range(0, len(places), 200):  # SQLite takes a limited number of conditions
        chunk = [
            and_(table.c.fingerprint == place, table.c.day >= opened[place]) for place in places[start : start + 200]
        ]
        found += records(connection, kind, table.c.model == model, table.c.day < before, or_(*chunk))
    return found
