"""Invented backfill summaries, weeks and resolved incidents, from small to hostile."""

from datetime import date, timedelta

from tests.digest.samples import CHANNEL, DAY, HOSTILE
from vitals.digest.content import Resolved
from vitals.digest.episodes import BackfillSummary, Covered, Episode, Noise, ResolvedNote, WeeklySummary
from vitals.records import Severity, Symptom


def episode(number: int = 0, model: str = "flight_late", **changes: object) -> Episode:
    """Give an episode of some days."""
    opened = date(2013, 8, 1) + timedelta(days=number % 28)
    given = {
        "model": model,
        "symptom": Symptom.INPUT_DRIFT,
        "priority": 3,
        "severity": Severity.WARNING,
        "subjects": (f"feature_{number}",),
        "segment": "",
        "opened_on": opened,
        "last_seen_on": opened + timedelta(days=2),
        "resolved_on": opened + timedelta(days=4),
        "days": 3,
        "statement": f"feature_{number}: 13 % missing (usually 0-0.3 %)",
        "incidents": (f"{number:016x}/{opened}",),
    } | changes
    return Episode(**given)


SOME = (
    episode(
        18,
        symptom=Symptom.AVOID,
        priority=1,
        severity=Severity.CRITICAL,
        subjects=('Passengers told "ok" whom we scored above 50 %',),
        resolved_on=None,
        days=9,
    ),
    episode(7, "eta_minutes", symptom=Symptom.LATENCY, priority=1, subjects=("p95",), segment="origin=LGA"),
    episode(2, symptom=Symptom.PERFORMANCE, priority=2, subjects=("roc_auc",)),
    episode(19, subjects=("precip", "temp", "visib", "wind_speed")),
    episode(24, subjects=("tailnum",), segment="carrier=MQ", resolved_on=None),
)


def backfill(*episodes: Episode) -> BackfillSummary:
    """Give what a backfill of August found in three models, one of them partly unread."""
    models = (
        Covered("eta_minutes", 30, 30),
        Covered("flight_late", 30, 30),
        Covered("rebook", 25, 30, "table rebook_log has no rows before 6 Aug"),
    )
    return BackfillSummary(CHANNEL, date(2013, 8, 1), date(2013, 8, 30), models, episodes, DAY)


def week() -> WeeklySummary:
    """Give a week with something in every part."""
    return WeeklySummary(
        CHANNEL,
        date(2013, 8, 19),
        date(2013, 8, 25),
        models=(Covered("eta_minutes", 7, 7), Covered("flight_late", 7, 7), Covered("rebook", 6, 7, "source down")),
        opened=(1, 0, 3),
        resolved=(0, 1, 2),
        open=2,
        longest=(SOME[0], SOME[4]),
        noisiest=(
            Noise("flight_late", Symptom.INPUT_DRIFT, "temp", 5),
            Noise("eta_minutes", Symptom.LATENCY, "p95", 2),
        ),
        without_owner=("eta_minutes", "rebook"),
        without_labels=("eta_minutes",),
        delivery=("Thu 22 Aug: perhaps told twice, Slack did not answer",),
        false_alarms=1,
    )


def over() -> ResolvedNote:
    """Give two incidents that are over."""
    end = DAY + timedelta(days=2)
    return ResolvedNote(
        CHANNEL,
        end,
        (
            Resolved(1, "flight_late", Symptom.MISSING_ANSWERS, ("score",), "", "2 good days", DAY, end),
            Resolved(3, "flight_late", Symptom.INPUT_DRIFT, ("temp", "visib"), "", "2 good days", DAY, end),
        ),
    )


def hostile_backfill() -> BackfillSummary:
    """Every text is an attack."""
    found = (
        episode(n, text, subjects=(text, text), segment=text, statement=text, resolved_on=None)
        for n, text in enumerate(HOSTILE)
    )
    models = tuple(Covered(text, 1, 30, text) for text in HOSTILE)
    return BackfillSummary(CHANNEL, date(2013, 8, 1), date(2013, 8, 30), models, tuple(found), DAY)


def hostile_week() -> WeeklySummary:
    """Every text is an attack."""
    noise = tuple(Noise(text, Symptom.INPUT_DRIFT, text, 5) for text in HOSTILE)
    models = tuple(Covered(text, 1, 30, text) for text in HOSTILE)
    return WeeklySummary(
        CHANNEL, date(2013, 8, 19), date(2013, 8, 25), models, (1, 1, 1), (0, 0, 0), 3,
        hostile_backfill().episodes, noise, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
    )  # fmt: skip
