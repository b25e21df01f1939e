"""The tables of the store: names, keys and types, the same on SQLite and PostgreSQL.

Columns carry the field names of `vitals.records`, first and in the same order; `run_id`, `spec_hash` and what a key
needs follow. Knows nothing of how rows come about; `migrations` brings a database to this state.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    or_,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from vitals.records import JUDGED_METRICS, JUDGED_SIGNALS

SCHEMA = "0002"  # the migration that these tables are the result of; later ones sort after it
VERSION_TABLE = "vitals_schema"  # not alembic_version: the database may be shared with others who use Alembic

# Code-point order on both databases: what is sorted in SQL is then sorted as Python sorts it.
WORDS = Text().with_variant(Text(collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, UTC text with microseconds on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Take the time zone along where the database has one."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC; SQLite's text has no zone."""
        if value is None:
            return None
        instant = value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give aware UTC, whatever time zone the connection speaks."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()


def _key(name: str, kind: Any = WORDS) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _must(name: str, kind: Any = WORDS) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: Any = WORDS) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _numbers(*names: str) -> list[Column[Any]]:
    return [_may(name, Double) for name in names]


partition = Table(
    "partition",
    metadata,
    _key("model"),
    _key("day", Date),
    _must("window_start", Instant),
    _must("window_end", Instant),
    _must("rows", BigInteger),
    _must("duplicates", BigInteger),
    _may("first_time", Instant),
    _may("last_time", Instant),
    _must("hours"),
    _must("hour_lengths"),
    _must("columns"),
    _must("missing_columns"),
    _may("previous_rows", BigInteger),
    _may("previous_first_time", Instant),
    _may("previous_last_time", Instant),
    _must("run_id"),
    _must("spec_hash"),
)

profile = Table(
    "profile",
    metadata,
    _key("model"),
    _key("day", Date),
    _key("subject"),
    _key("segment"),
    _must("payload", LargeBinary),
    _must("run_id"),
    _must("spec_hash"),
)

measurement = Table(
    "measurement",
    metadata,
    _key("model"),
    _key("day", Date),
    _key("age", Integer),
    _key("known_on", Date),
    _key("signal"),
    _key("subject"),
    _key("segment"),
    *_numbers("value", "lower", "upper"),
    _may("n", BigInteger),
    _may("method"),
    _may("reason"),
    _must("run_id"),
    _must("spec_hash"),
    Index("measurement_known_on", "model", "known_on"),
    sqlite_with_rowid=False,
)

validation = Table(
    "validation",
    metadata,
    _key("model"),
    _key("day", Date),
    _key("suite"),
    _key("key"),
    _may("column"),
    _must("severity"),
    _must("status"),
    _may("observed"),
    _may("n", BigInteger),
    _may("unexpected", BigInteger),
    _may("share", Double),
    _must("description"),
    _may("error"),
    _must("run_id"),
    _must("spec_hash"),
    sqlite_with_rowid=False,
)

drift = Table(
    "drift",
    metadata,
    _key("model"),
    _key("day", Date),
    _key("subject"),
    _key("segment"),
    _must("score", Double),
    _must("score_week", Double),
    _may("part"),
    *_numbers("share", "expected_low", "expected_high"),
    _may("rows_moved", BigInteger),
    _must("fired", Boolean),
    _must("eligible", Boolean),
    _must("level", Integer),
    *_numbers("ks", "tv", "psi", "cramers_v", "wasserstein", "jensen_shannon"),
    _must("n", BigInteger),
    _must("reference_days", Integer),
    _may("reason"),
    _must("run_id"),
    sqlite_with_rowid=False,
)

finding = Table(
    "finding",
    metadata,
    _key("model"),
    _key("day", Date),
    _may("cohort_day", Date),
    _must("priority", Integer),
    _must("severity"),
    _must("symptom"),
    _must("subject"),
    _must("segment"),
    _must("statement"),
    _must("what_to_do"),
    *_numbers("value", "expected_low", "expected_high"),
    _must("evidence"),
    _key("fingerprint"),
    _key("about_day", Date),  # cohort_day, or day where there is none: a key cannot hold null
    _must("run_id"),
    Index("finding_fingerprint", "fingerprint", "day"),
    sqlite_with_rowid=False,
)

incident = Table(
    "incident",
    metadata,
    _key("fingerprint"),
    _key("opened_on", Date),
    _must("model"),
    _must("priority", Integer),
    _must("severity"),
    _must("symptom"),
    _must("subject"),
    _must("segment"),
    _must("last_seen_on", Date),
    _may("resolved_on", Date),
    _may("reason"),
    _must("days", Integer),
    _may("acknowledged_by"),
    _must("run_id"),
    Index("incident_model", "model", "resolved_on"),
    sqlite_with_rowid=False,
)

transition = Table(
    "transition",
    metadata,
    _key("model"),
    _key("day", Date),
    _key("kind"),
    _key("fingerprint"),
    _key("opened_on", Date),
    _must("reason"),
    _must("run_id"),
    Index("transition_fingerprint", "fingerprint", "day"),
    sqlite_with_rowid=False,
)

triage = Table(
    "triage",
    metadata,
    _key("model"),
    _key("day", Date),
    _key("kind"),
    _key("target"),
    _must("who"),
    _must("why"),
    _may("until", Date),
    sqlite_with_rowid=False,
)

digest = Table(
    "digest",
    metadata,
    _key("channel"),
    _key("day", Date),
    _key("revision", Integer),
    _must("content"),
    _must("payload_hash"),
    _must("run_id"),
    _must("written_at", Instant),
)

delivery = Table(
    "delivery",
    metadata,
    _key("channel"),
    _key("day", Date),
    _key("revision", Integer),
    _key("step"),
    _must("state"),
    _may("ts"),
    _may("channel_id"),
    _may("level"),
    _may("error"),
    _must("changed_at", Instant),
)

reaction = Table(
    "reaction",  # emoji under messages of ours, as last seen: what is new or gone is new or gone against these
    metadata,
    _key("channel_id"),
    _key("ts"),
    _key("emoji"),
    _key("user_id"),
    _must("seen_at", Instant),
    _must("place", Integer),  # among those seen at once
    _must("about"),  # the incidents that the message was about then; an edit may change that
)

model_state = Table(
    "model_state",
    metadata,
    _key("model"),
    _may("lease_owner"),
    _may("lease_until", Instant),
    _may("dirty_from", Date),  # observed or decided since judging began
    _may("judging_from", Date),  # what the judging under way (or killed) took over
)

# What judging measured from stored rows lies among what observing measured, and is replaced with the judgement.
BY_JUDGING = or_(
    measurement.c.signal.in_(JUDGED_SIGNALS),
    and_(measurement.c.signal == "performance", measurement.c.subject.in_(JUDGED_METRICS)),
)

# What a replay must give again byte for byte; the rest is who was told, and who is at work.
REPLAYED = (partition, profile, measurement, validation, drift, finding, incident, transition, triage)
RUN_COLUMNS = ("run_id",)
CLOCK_COLUMNS = ("written_at", "changed_at", "lease_until", "seen_at")
