"""How long things are kept, and which models the store knows.

What a replay of any kept day needs stays, however old: open incidents with all their rows, the people's decisions, and
each channel's last digest.
"""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select

from vitals.io.store.engine import Database
from vitals.io.store.incidents import RECENT_DAYS
from vitals.io.store.tables import (
    delivery,
    digest,
    drift,
    finding,
    incident,
    measurement,
    partition,
    profile,
    reaction,
    transition,
    validation,
)
from vitals.records import Day


def models(database: Database) -> list[str]:
    """Names of the models that were ever observed, sorted."""
    with database.reading() as connection:
        statement = select(partition.c.model).distinct().order_by(partition.c.model)
        return list(connection.execute(statement).scalars())


def prune(database: Database, today: Day, keep_days: int) -> dict[str, int]:
    """Drop what is older than `keep_days` days; gives the number of dropped rows by table."""
    oldest = today - timedelta(days=keep_days)
    over = incident.c.resolved_on < oldest - timedelta(days=RECENT_DAYS)
    newer = digest.alias()
    conditions: dict[str, ColumnElement[bool]] = {
        "partition": partition.c.day < oldest,
        "profile": profile.c.day < oldest,
        "measurement": measurement.c.known_on < oldest,
        "validation": validation.c.day < oldest,
        "drift": drift.c.day < oldest,
        "incident": over,
        "finding": and_(finding.c.day < oldest, ~_of_kept(finding.c.fingerprint, finding.c.day)),
        "transition": and_(transition.c.day < oldest, ~_of_kept(transition.c.fingerprint, transition.c.day)),
        "digest": and_(
            digest.c.day < oldest,
            or_(
                digest.c.channel.contains("/"),  # a summary: nothing is composed against it
                exists().where(newer.c.channel == digest.c.channel, newer.c.day > digest.c.day),
            ),
        ),
        "reaction": reaction.c.seen_at < datetime.combine(oldest, time.min, UTC),
        "delivery": ~exists().where(*(digest.c[name] == delivery.c[name] for name in ("channel", "day", "revision"))),
    }
    with database.writing() as connection:
        return {name: _dropped(connection, name, condition) for name, condition in conditions.items()}


def _of_kept(place: ColumnElement[str], day: ColumnElement[Day]) -> ColumnElement[bool]:
    """Whether a row belongs to an incident that stays (incidents are pruned before)."""
    return exists().where(incident.c.fingerprint == place, incident.c.opened_on <= day)


def _dropped(connection: Connection, name: str, condition: ColumnElement[bool]) -> int:
    return connection.execute(delete(incident.metadata.tables[name]).where(condition)).rowcount
