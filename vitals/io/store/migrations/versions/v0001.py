"""The first tables and views.

The types are written out here and not taken from `tables`: a migration says what was, whatever the tables become.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def _key(name: str, kind: Any = _TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _must(name: str, kind: Any = _TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: Any = _TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [_may(name, sa.Double) for name in names]


def _observed() -> None:
    op.create_table(
        "partition",
        *(_key("model"), _key("day", sa.Date)),
        *(_must("window_start", _INSTANT), _must("window_end", _INSTANT)),
        *(_must("rows", sa.BigInteger), _must("duplicates", sa.BigInteger)),
        *(_may("first_time", _INSTANT), _may("last_time", _INSTANT)),
        *(_must("hours"), _must("hour_lengths"), _must("columns"), _must("missing_columns")),
        *(_may("previous_rows", sa.BigInteger), _may("previous_first_time", _INSTANT)),
        *(_may("previous_last_time", _INSTANT), _must("run_id"), _must("spec_hash")),
    )
    op.create_table(
        "profile",
        *(_key("model"), _key("day", sa.Date), _key("subject"), _key("segment")),
        *(_must("payload", sa.LargeBinary), _must("run_id"), _must("spec_hash")),
    )
    op.create_table(
        "measurement",
        *(_key("model"), _key("day", sa.Date), _key("age", sa.Integer), _key("known_on", sa.Date)),
        *(_key("signal"), _key("subject"), _key("segment")),
        *(*_numbers("value", "lower", "upper"), _may("n", sa.BigInteger), _may("method"), _may("reason")),
        *(_must("run_id"), _must("spec_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index("measurement_known_on", "measurement", ["model", "known_on"])
    op.create_table(
        "validation",
        *(_key("model"), _key("day", sa.Date), _key("suite"), _key("key")),
        *(_may("column"), _must("severity"), _must("status"), _may("observed")),
        *(_may("n", sa.BigInteger), _may("unexpected", sa.BigInteger), *_numbers("share")),
        *(_must("description"), _may("error"), _must("run_id"), _must("spec_hash")),
        sqlite_with_rowid=False,
    )


def _judged() -> None:
    op.create_table(
        "drift",
        *(_key("model"), _key("day", sa.Date), _key("subject"), _key("segment")),
        *(_must("score", sa.Double), _must("score_week", sa.Double), _may("part")),
        *(*_numbers("share", "expected_low", "expected_high"), _may("rows_moved", sa.BigInteger)),
        *(_must("fired", sa.Boolean), _must("eligible", sa.Boolean), _must("level", sa.Integer)),
        *_numbers("ks", "tv", "psi", "cramers_v", "wasserstein", "jensen_shannon"),
        *(_must("n", sa.BigInteger), _must("reference_days", sa.Integer), _may("reason"), _must("run_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding",
        *(_key("model"), _key("day", sa.Date), _may("cohort_day", sa.Date), _must("priority", sa.Integer)),
        *(_must("severity"), _must("symptom"), _must("subject"), _must("segment")),
        *(_must("statement"), _must("what_to_do"), *_numbers("value", "expected_low", "expected_high")),
        *(_must("evidence"), _key("fingerprint"), _key("about_day", sa.Date), _must("run_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("finding_fingerprint", "finding", ["fingerprint", "day"])
    op.create_table(
        "incident",
        *(_key("fingerprint"), _key("opened_on", sa.Date), _must("model"), _must("priority", sa.Integer)),
        *(_must("severity"), _must("symptom"), _must("subject"), _must("segment")),
        *(_must("last_seen_on", sa.Date), _may("resolved_on", sa.Date), _may("reason")),
        *(_must("days", sa.Integer), _may("acknowledged_by"), _must("run_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("incident_model", "incident", ["model", "resolved_on"])
    op.create_table(
        "transition",
        *(_key("model"), _key("day", sa.Date), _key("kind"), _key("fingerprint"), _key("opened_on", sa.Date)),
        *(_must("reason"), _must("run_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("transition_fingerprint", "transition", ["fingerprint", "day"])
    op.create_table(
        "triage",
        *(_key("model"), _key("day", sa.Date), _key("kind"), _key("target")),
        *(_must("who"), _must("why"), _may("until", sa.Date)),
        sqlite_with_rowid=False,
    )


def _told() -> None:
    op.create_table(
        "digest",
        *(_key("channel"), _key("day", sa.Date), _key("revision", sa.Integer)),
        *(_must("content"), _must("payload_hash"), _must("run_id"), _must("written_at", _INSTANT)),
    )
    op.create_table(
        "delivery",
        *(_key("channel"), _key("day", sa.Date), _key("revision", sa.Integer), _key("step")),
        *(_must("state"), _may("ts"), _may("channel_id"), _may("level"), _may("error")),
        _must("changed_at", _INSTANT),
    )
    op.create_table(
        "model_state",
        *(_key("model"), _may("lease_owner"), _may("lease_until", _INSTANT)),
        *(_may("dirty_from", sa.Date), _may("judging_from", sa.Date)),
    )


_VIEWS = {
    # Rows of every observed day, with what the observation before had counted.
    "v_daily_rows": """
        SELECT model, day, "rows", duplicates, first_time, last_time, previous_rows FROM "partition" """,
    # Each number about a day as it is known now: of a cohort evaluated again, the evaluation known last.
    "v_latest_metrics": """
        SELECT model, day, age, known_on, signal, subject, segment, value, "lower", "upper", n, reason
        FROM (SELECT m.*, row_number() OVER (
                  PARTITION BY model, day, age, signal, subject, segment ORDER BY known_on DESC) AS newest
              FROM measurement m) ranked
        WHERE newest = 1""",
    # What lasts, worst first when ordered by priority.
    "v_open_incidents": """
        SELECT model, priority, severity, symptom, subject, segment, opened_on, last_seen_on, days,
               acknowledged_by, fingerprint
        FROM incident WHERE resolved_on IS NULL""",
    # How many findings of each kind a day had.
    "v_daily_findings": """
        SELECT model, day, priority, severity, symptom, count(*) AS findings
        FROM finding GROUP BY model, day, priority, severity, symptom""",
    # Columns that moved, with the part that moved and its usual range.
    "v_drifted_columns": """
        SELECT model, day, subject, segment, score, part, share, expected_low, expected_high, rows_moved, n
        FROM drift WHERE fired""",
    # Expectations that did not pass.
    "v_failed_expectations": """
        SELECT model, day, suite, "key", "column", severity, status, unexpected, share, description, error
        FROM validation WHERE status <> 'pass'""",
}


def upgrade() -> None:
    """Create every table, index and view."""
    _observed()
    _judged()
    _told()
    for name, query in _VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query.strip()}")


def downgrade() -> None:
    """Drop everything again."""
    for name in _VIEWS:
        op.execute(f"DROP VIEW {name}")
    for name in (
        *("partition", "profile", "measurement", "validation", "drift", "finding", "incident", "transition"),
        *("triage", "digest", "delivery", "model_state"),
    ):
        op.drop_table(name)
