"""What judging, digests and `vitals show` read.

Judging streams stored days one by one, each in a short transaction of its own, so that a year fits in memory; an
observation that lands in between marks the model for another replay. Sources are never touched here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, not_, or_, select

from vitals.io.store.engine import Database
from vitals.io.store.incidents import as_of
from vitals.io.store.observing import Codec
from vitals.io.store.rows import TABLES, records
from vitals.io.store.tables import (
    BY_JUDGING,
    REPLAYED,
    RUN_COLUMNS,
    drift,
    finding,
    incident,
    measurement,
    partition,
    profile,
    transition,
    validation,
)
from vitals.records import (
    Day,
    Drift,
    DriftScore,
    Finding,
    Incident,
    Measurement,
    Observed,
    PartitionFacts,
    Transition,
    Triage,
    Validation,
)

if TYPE_CHECKING:
    from vitals.profiles import Profile

R = TypeVar("R", Finding, Transition)
D = TypeVar("D", bound=Drift | DriftScore)
Wanted = Callable[[Day, str, str], bool]
"""day, subject, segment"""

SHOWN: Mapping[str, type] = {
    "measurements": Measurement,
    "drift": Drift,
    "findings": Finding,
    "incidents": Incident,
    "validations": Validation,
    "triage": Triage,
}


@dataclass(frozen=True, slots=True)
class StoredPast(Generic[D]):
    """What was known of a model at the end of the day before `before`.

    Attributes
    ----------
    facts, drifts : of the days in [since, before).
    measurements : that became known in [since, before), by key; without those of hours, which `facts` hold.
    findings, transitions : of the days in [since, before), and older ones of the places in `incidents`.
    incidents : open at that time, or resolved in the 40 days before it, in the state of that time.
    """

    model: str
    before: Day
    since: Day
    facts: Sequence[PartitionFacts]
    measurements: Sequence[Measurement]
    drifts: Sequence[D]
    findings: Sequence[Finding]
    transitions: Sequence[Transition]
    incidents: Sequence[Incident]


@dataclass(frozen=True, slots=True)
class StoredCohort:
    """What is stored last of a cohort at an age: the day it was known on, who wrote it, how many labels it had of n."""

    known_on: Day
    run_id: str
    labels: int
    n: int


_DAYS_AT_ONCE = 14  # in one transaction: opening one costs as much as decoding ten profiles
_NO_HOURS = or_(measurement.c.signal != "traffic", measurement.c.subject.not_like("hour=%"))


def past(database: Database, model: str, before: Day, since: Day, drifts: type[D]) -> StoredPast[D]:
    """Read the past of a model, in one snapshot; of drift rows as much as their kind holds."""

    def within(table: Table, day: str = "day") -> tuple[ColumnElement[bool], ...]:
        return table.c.model == model, table.c[day] >= since, table.c[day] < before

    with database.reading() as connection:
        standing = as_of(connection, model, before)
        older_findings = (one for one in standing.findings if one.day < since)
        older_transitions = (one for one in standing.transitions if one.day < since)
        return StoredPast(
            model=model,
            before=before,
            since=since,
            facts=records(connection, PartitionFacts, *within(partition)),
            measurements=records(connection, Measurement, *within(measurement, "known_on"), _NO_HOURS),
            drifts=records(connection, drifts, *within(drift)),
            findings=[*_by_day(older_findings), *records(connection, Finding, *within(finding))],
            transitions=[*_by_day(older_transitions), *records(connection, Transition, *within(transition))],
            incidents=standing.incidents,
        )


def profiles(
    database: Database, codec: Codec, model: str, first: Day, last: Day, wanted: Wanted | None = None
) -> "Iterator[Profile]":
    """Decode the wanted profiles of a range, in the order of day, subject, segment; a few days at a time."""
    days = _days(database, model, first, last)
    for start in range(0, len(days), _DAYS_AT_ONCE):
        together = days[start : start + _DAYS_AT_ONCE]
        with database.reading() as connection:
            stored = [one for day in together for one in _profiles(connection, codec, model, day, wanted)]
        yield from stored


def observed_days_from(database: Database, codec: Codec, model: str, day: Day, last: Day | None) -> Iterator[Observed]:
    """Give the observed days from `day` on, oldest first, a day at a time."""
    for one in _days(database, model, day, last):
        with database.reading() as connection:
            facts = records(connection, PartitionFacts, partition.c.model == model, partition.c.day == one)
            if not facts:
                continue  # pruned since the list was read
            known = measurement.c.known_on == one
            today = Observed(
                facts=facts[0],
                profiles=_profiles(connection, codec, model, one),
                measurements=records(connection, Measurement, measurement.c.model == model, known, ~BY_JUDGING),
                validations=records(connection, Validation, validation.c.model == model, validation.c.day == one),
            )
        yield today


def cohorts(
    database: Database, model: str, first: Day, last: Day, before: Day, spec_hash: str
) -> dict[tuple[Day, int], StoredCohort]:
    """Give what was known last before a day of the cohorts of first..last, by cohort and age."""
    columns = measurement.c
    statement = (
        select(columns.day, columns.age, columns.known_on, columns.run_id, columns.value, columns.n)
        .where(
            columns.model == model,
            columns.day.between(first, last),
            columns.age > 0,
            columns.signal == "label_coverage",
            columns.segment == "",
            columns.known_on < before,
            columns.spec_hash == spec_hash,
        )
        .order_by(columns.known_on)
    )
    with database.reading() as connection:
        found = connection.execute(statement).tuples().all()
    return {
        (day, age): StoredCohort(known_on, run_id, int(n) if value is None else round(value * n), int(n))
        for day, age, known_on, run_id, value, n in found
    }


def cohort(database: Database, model: str, day: Day, age: int, known_on: Day) -> list[Measurement]:
    """Give everything that observing a day made known of a cohort at an age."""
    columns = measurement.c
    of_cohort = (columns.model == model, columns.day == day, columns.age == age, columns.known_on == known_on)
    with database.reading() as connection:
        return records(connection, Measurement, *of_cohort, not_(BY_JUDGING))


def rows(database: Database, what: str, model: str | None, first: Day | None, last: Day | None) -> list[dict[str, Any]]:
    """Read records as dictionaries, with exactly their field names."""
    kind = SHOWN[what]
    table = TABLES[kind]
    conditions = [] if model is None else [table.c.model == model]
    if kind is Incident:
        conditions += _open_within(first, last)
    else:
        conditions += [] if first is None else [table.c.day >= first]
        conditions += [] if last is None else [table.c.day <= last]
    with database.reading() as connection:
        found: list[Any] = records(connection, kind, *conditions)
    found.sort(key=lambda one: (one.model, one.opened_on if kind is Incident else one.day))
    return [_named(one) for one in found]


def dump(database: Database, model: str | None) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row that a replay must give again, sorted by key, without run ids."""
    with database.reading() as connection:
        return {table.name: _dumped(connection, table, model) for table in REPLAYED}


def _dumped(connection: Connection, table: Table, model: str | None) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in RUN_COLUMNS]
    where = [] if model is None else [table.c.model == model]
    statement = select(*columns).where(*where).order_by(*table.primary_key.columns)
    return [tuple(found) for found in connection.execute(statement)]


def _days(database: Database, model: str, first: Day, last: Day | None) -> list[Day]:
    where = [partition.c.model == model, partition.c.day >= first]
    where += [] if last is None else [partition.c.day <= last]
    with database.reading() as connection:
        return list(connection.execute(select(partition.c.day).where(*where).order_by(partition.c.day)).scalars())


def _profiles(
    connection: Connection, codec: Codec, model: str, day: Day, wanted: Wanted | None = None
) -> "list[Profile]":
    statement = (
        select(profile.c.payload, profile.c.subject, profile.c.segment)
        .where(profile.c.model == model, profile.c.day == day)
        .order_by(profile.c.subject, profile.c.segment)
    )
    return [
        codec.decode(data, model, day, subject, segment)
        for data, subject, segment in connection.execute(statement).all()
        if wanted is None or wanted(day, subject, segment)
    ]


def _open_within(first: Day | None, last: Day | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [] if last is None else [incident.c.opened_on <= last]
    if first is not None:
        conditions.append(or_(incident.c.resolved_on.is_(None), incident.c.resolved_on >= first))
    return conditions


def _by_day(found: Iterator[R]) -> list[R]:
    return sorted(found, key=lambda one: one.day)


def _named(record: Any) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    if isinstance(record, Finding):
        values["evidence"] = [asdict(line) for line in record.evidence]
        values["fingerprint"] = record.fingerprint
    return values
