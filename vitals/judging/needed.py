"""Which stored profiles a replay may need: each column's reference days, no further back than they lie."""

from collections.abc import Iterable
from datetime import timedelta

from vitals.judging.memory import RECENT_REACH_DAYS
from vitals.judging.past import ScoredPast
from vitals.records import Day, Drift, DriftScore, Triage, TriageKind, opened_on
from vitals.spec import Model

Key = tuple[str, str]
"""subject, segment"""


def needed_since(model: Model, past: ScoredPast, triage: Iterable[Triage]) -> dict[Key, Day]:
    """The oldest day of each column whose profile judging from `past.before` on may need.

    Notes
    -----
    A column's reference is its last eligible days, and days declared bad push it further back. What people release
    later (an accepted incident, a false alarm) only makes more days eligible, so it never reaches further back, unless
    it is taken back; a young column, with fewer eligible days, needs all it has.
    """
    spare = sum(_lost_days(one, past.since) for one in triage)
    recent = past.before - timedelta(days=RECENT_REACH_DAYS)
    rows: dict[Key, list[Drift | DriftScore]] = {}
    for row in past.drifts:
        if ":" not in row.subject:
            rows.setdefault((row.subject, row.segment), []).append(row)
    found = {}
    for key, days in rows.items():
        eligible = sorted((row.day for row in days if row.eligible), reverse=True)
        wanted = model.reference.days + spare
        oldest = eligible[wanted - 1] if len(eligible) >= wanted else min(row.day for row in days)
        found[key] = min(recent, oldest)
    return found


def _lost_days(one: Triage, since: Day) -> int:
    """How many days at most a decision keeps out of a reference."""
    if one.kind is TriageKind.WITHDRAW and one.day > since and (opened := opened_on(one.target)) is not None:
        return (one.day - opened).days
    return int(one.kind is TriageKind.BAD_DAY)
