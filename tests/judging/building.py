"""Days of an invented model as judging reads them: counts per hour, measurements, profiles, and the history before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from vitals import windows
from vitals.calendars import calendar_name
from vitals.judging.day import Place, Ruling, Today
from vitals.judging.fold import Fold
from vitals.judging.history import History, Places
from vitals.judging.memory import Release
from vitals.profiles import Mini, Profile, summarise
from vitals.records import (
    Day,
    Drift,
    Finding,
    Incident,
    Judged,
    Measurement,
    Observed,
    PartitionFacts,
    Transition,
    Triage,
    TriageKind,
    Validation,
    fingerprint,
)
from vitals.spec.model import Feedback, Model, Predictions, Status, Task

FIRST = date(2024, 1, 1)  # a Monday
OFFICE = np.array([0] * 6 + [20, 60, 90, 100, 100, 90, 80, 90, 100, 90, 80, 60, 40, 30, 20, 10, 0, 0])


def day(index: int) -> Day:
    """The day with a number; 0 is a Monday."""
    return FIRST + timedelta(days=index)


def model(**changes: object) -> Model:
    """A binary model in Berlin with a latency, a status and labels."""
    plain = Model(
        model="m",
        task=Task.BINARY,
        timezone="Europe/Berlin",
        predictions=Predictions(
            source="warehouse",
            table="predictions",
            id="id",
            time="at",
            score="score",
            decision="decision",
            version="version",
            segments=("client",),
            inputs=("distance", "wind", "carrier"),
            latency_ms="latency",
            status=Status(column="status", ok=("ok",)),
        ),
        feedback=Feedback(source="warehouse", table="labels", id="id", time="seen", target="late", ages=(1, 7)),
        metrics=("roc_auc", "precision", "calibration_ratio"),
    )
    return plain.model_copy(update=changes)


def facts(
    of: Day, hours: Sequence[float] | None = None, zone: str = "Europe/Berlin", **changes: object
) -> PartitionFacts:
    """The facts of a day from its rows per local hour; the last row comes half an hour into the last busy hour."""
    window = windows.window(of, ZoneInfo(zone))
    lengths = windows.local_hour_lengths(of, ZoneInfo(zone))
    rows = tuple(int(n) for n in (OFFICE if hours is None else hours))
    busy = [hour for hour, n in enumerate(rows) if n]
    before = sum(lengths[: busy[-1]]) if busy else 0
    plain = PartitionFacts(
        model="m",
        day=of,
        window_start=window.start,
        window_end=window.end,
        rows=sum(rows),
        duplicates=0,
        first_time=window.start if busy else None,
        last_time=window.start + timedelta(hours=before + 0.5) if busy else None,
        hours=rows,
        hour_lengths=lengths,
        columns=("score", "decision", "distance", "wind", "carrier", "latency"),
    )
    return replace(plain, **changes)


def measured(
    of: Day, signal: str, subject: str, value: float | None, n: int | None = 1000, **changes: object
) -> Measurement:
    """One number about a day; `age` moves the day on which it is known."""
    age = changes.get("age", 0)
    assert isinstance(age, int)
    plain = Measurement("m", of, age, of + timedelta(days=age), signal, subject, "", value, n=n)
    return replace(plain, **changes)


def numbers(of: Day, subject: str, values: Iterable[float | None], minis: tuple[Mini, ...] = ()) -> Profile:
    """The profile of a column on a day."""
    return Profile("m", of, subject, "", summarise(pa.array(list(values))), minis)


def observed(of: Day, hours: Sequence[float] | None = None, *rest: Measurement, **changes: object) -> Observed:
    """One observed day."""
    plain = Observed(facts(of, hours), (), rest, ())
    return replace(plain, **changes)


def today(
    now: Observed,
    past: Iterable[PartitionFacts] = (),
    measurements: Iterable[Measurement] = (),
    *,
    found: Iterable[Finding] = (),
    accepted: Mapping[Place, Release] | None = None,
    bad_days: Iterable[Day] = (),
    watched: Model | None = None,
) -> Today:
    """A day with its history, as the fold hands it to a rule."""
    watched = watched or model()
    history = History([*measurements, *now.measurements], [*past, now.facts])
    places = Places()
    places.add(found)
    for (symptom, subject, segment), release in (accepted or {}).items():
        places.release(fingerprint(watched.name, symptom, subject, segment), release)
    return Today(
        watched,
        now,
        history,
        places,
        calendar_name(now.day, watched.calendar),
        frozenset(bad_days),
        lambda of: calendar_name(of, watched.calendar) is not None,
    )


def one(ruling: Ruling) -> Finding:
    """The only finding of a ruling."""
    (found,) = ruling.findings
    return found


@dataclass
class Past:
    """A past without a store: what judging said of the days before."""

    before: Day
    since: Day = date(2000, 1, 1)
    facts: Sequence[PartitionFacts] = ()
    measurements: Sequence[Measurement] = ()
    drifts: Sequence[Drift] = ()
    findings: Sequence[Finding] = ()
    transitions: Sequence[Transition] = ()
    incidents: Sequence[Incident] = ()


def folded(days: Iterable[Observed], triage: Sequence[Triage] = (), watched: Model | None = None) -> list[Judged]:
    """Judge days from the first on, without any past."""
    ordered = list(days)
    fold = Fold(watched or model(), Past(ordered[0].day), (), triage)
    return [fold.judge(one) for one in ordered]


def said(kind: TriageKind, on: Day, target: str, until: Day | None = None) -> Triage:
    """What someone said on a day."""
    return Triage("m", on, kind, target, "ana", "as planned", until)


def about(incident: Incident | Finding, opened_on: Day | None = None) -> str:
    """The target of a decision about an incident."""
    opened = opened_on or (incident.opened_on if isinstance(incident, Incident) else incident.day)
    return f"{incident.fingerprint}/{opened}"


def failing(of: Day, column: str | None, status: str = "fail", **changes: object) -> Validation:
    """The result of an expectation on a column."""
    from vitals.records import Severity

    plain = Validation(
        "m", of, "suite", f"{column}_key", column, Severity.WARNING, status, None, 900, 30, 0.033, "as it should"
    )
    return replace(plain, **changes)
