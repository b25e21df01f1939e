"""The fold over observed days: what a model's past makes of each new day. Pure; reads no store, source or clock.

The state is a function of stored drift rows, findings, transitions and triage, so a replay may start at any day and
gives the same rows as the run that never stopped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from vitals.calendars import calendar_name
from vitals.judging import labels, performance, quality, rules, service, traffic
from vitals.judging.alerts import Mutes, classical
from vitals.judging.causes import explained, without_repeats
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns, Key, Released
from vitals.judging.day import Place, Ruling, Today
from vitals.judging.history import History, Places
from vitals.judging.incidents import IncidentBook
from vitals.judging.past import Past
from vitals.judging.quarantine import release_of
from vitals.judging.releases import releases
from vitals.judging.shares import ShareVerdict
from vitals.judging.shifts import drift_ruling, muted_columns, share_ruling
from vitals.profiles import Profile
from vitals.records import (
    Day,
    Drift,
    Evidence,
    Finding,
    Incident,
    Judged,
    Observed,
    Symptom,
    Transition,
    TransitionKind,
    Triage,
    TriageKind,
)
from vitals.spec import Model
from vitals.stats.distances import Distances

PAST_DAYS = 220
RECENT_DAYS = 39
ENDED = frozenset({TransitionKind.ACCEPTED, TransitionKind.FALSE_ALARM})


def first_needed(model: Model, past: Past) -> Day | None:
    """The oldest day whose profile judging may need: reference days, the week window, open incidents.

    None when there is no past at all.
    """
    if not past.drifts:
        return None
    recent = past.before - timedelta(days=RECENT_DAYS)
    needed = [recent, *(one.opened_on for one in past.incidents if one.resolved_on is None)]
    rows: dict[Key, list[Drift]] = {}
    for row in past.drifts:
        rows.setdefault((row.subject, row.segment), []).append(row)
    changed = any(one.kind in ENDED for one in past.transitions)
    for days in rows.values():
        eligible = sorted((row.day for row in days if row.eligible or changed), reverse=True)
        if eligible:
            needed.append(eligible[: model.reference.days][-1])
    return min(needed)


@dataclass(frozen=True)
class _Ruled:
    """What the rules say about a day, with the numbers that its rows keep."""

    ruling: Ruling
    verdicts: Mapping[Key, Verdict]
    shares: Mapping[str, ShareVerdict]
    distances: Mapping[Key, Distances]


class Fold:
    """Judges the days of one model in order.

    Parameters
    ----------
    past : what is stored of the days before. profiles : of past days, from `first_needed` on.
    triage : everything people ever said; a day honours what is dated up to it.
    """

    def __init__(self, model: Model, past: Past, profiles: Iterable[Profile], triage: Sequence[Triage]) -> None:
        self._model = model
        self._triage = list(triage)
        self._history = History(past.measurements, past.facts)
        self._places = Places()
        self._places.add(past.findings)
        self._places.apply(past.transitions)
        self._book = IncidentBook.rebuild(past.findings, past.transitions, past.before)
        released = [known for one in past.transitions if (known := self._released(one))]
        self._columns = Columns(model, past.drifts, released, self._on_calendar)
        self._columns.remember(profiles, past.measurements)

    @property
    def incidents(self) -> list[Incident]:
        """Every incident that the fold knows, as of the last day judged."""
        return self._book.incidents()

    def judge(self, observed: Observed) -> Judged:
        """Judge the next day."""
        day = observed.day
        transitions = self._decide(day)
        self._history.add(observed.measurements)
        self._history.facts[day] = observed.facts
        self._columns.remember(observed.profiles, observed.measurements)
        today = self._today(observed)
        ruled = self._rule(today)
        ruling = ruled.ruling
        mutes = Mutes(self._model, self._triage, day)
        silent = muted_columns(ruling.findings, lambda one: mutes.hold(one.symptom, one.subject))
        findings = [one for one in ruling.findings if not mutes.hold(one.symptom, one.subject)]
        transitions += self._book.step(day, findings, lambda one: _place(one) in ruling.judged)
        self._places.add(findings)
        places = self._open_places()
        drifts = [
            *self._columns.settle(ruled.verdicts, ruled.distances, places, silent[0]),
            *self._columns.settle_shares(ruled.shares, places, silent[1]),
        ]
        self._columns.forget(day)
        self._history.forget(day)
        return Judged(day, drifts, _ordered(findings), transitions)

    def _decide(self, day: Day) -> list[Transition]:
        """What people said of incidents on this day, and what time says, before the day is judged."""
        transitions = self._book.decide(day, self._triage, self._with_release)
        self._places.apply(transitions)
        for one in transitions:
            if released := self._released(one):
                self._columns.release(released)
        return transitions

    def _released(self, change: Transition) -> Released | None:
        """The days that a transition gives back, and the place they belong to."""
        for incident in self._book.incidents():
            if (incident.fingerprint, incident.opened_on) == (change.fingerprint, change.opened_on):
                release = release_of(incident, change)
                return Released(_place(incident), release) if release else None
        return None

    def _open_places(self) -> list[Place]:
        return [_place(one) for one in self._book.open_incidents()]

    def _with_release(self, incident: Incident) -> bool:
        """Whether an incident opened on the day of a release."""
        return bool(releases(self._history, incident.opened_on))

    def _today(self, observed: Observed) -> Today:
        unfit = frozenset(
            date.fromisoformat(one.target)
            for one in self._triage
            if one.kind is TriageKind.BAD_DAY and one.day <= observed.day
        )
        holidays = frozenset(day for day in self._history.facts if self._on_calendar(day))
        name = calendar_name(observed.day, self._model.calendar)
        return Today(self._model, observed, self._history, self._places, name, unfit, holidays)

    def _on_calendar(self, day: Day) -> bool:
        return calendar_name(day, self._model.calendar) is not None

    def _rule(self, today: Today) -> _Ruled:
        """Judge everything of a day; on a day declared bad only what is about other days."""
        ruling = Ruling()
        if not today.bad:
            ruling += traffic.judge(today)
        whole = not any(one.symptom is Symptom.PARTITION_INCOMPLETE for one in ruling.findings)
        verdicts = self._columns.judge(today.day, None if whole else "partition incomplete", today.unfit)
        shares = self._columns.judge_shares(today.day, None, today.unfit)
        ruling += drift_ruling(today, self._columns, verdicts, self._open_places())
        ruling += share_ruling(today, shares)
        ruling += rules.judge(today, whole=whole)
        if not today.bad and today.facts.rows:
            ruling += service.saturation(today)
            ruling += quality.judge(today)
            if whole:
                ruling += service.latency(today, list(today.observed.profiles))
        distances = self._columns.distances(verdicts)
        if whole and not today.bad:
            ruling.findings += classical(today, distances, ruling.findings)
        late, held_back = labels.coverage(today)
        ruling += late
        ruling += performance.judge(today, held_back)
        ruling.findings = explained(without_repeats(ruling.findings), verdicts)
        ruling.findings = [self._with_version(one) for one in ruling.findings]
        return _Ruled(ruling, verdicts, shares, distances)

    def _with_version(self, one: Finding) -> Finding:
        """Say under a finding on the answers that its day is that of a release."""
        if one.priority != 2 and one.symptom is not Symptom.LATENCY:
            return one
        lines = [
            Evidence(new.words, "version", new.share) for new in releases(self._history, one.cohort_day or one.day)
        ]
        return replace(one, evidence=(*one.evidence, *lines))


def _place(one: Finding | Incident) -> Place:
    return one.symptom, one.subject, one.segment


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.priority, -one.severity.rank, one.symptom, one.subject, one.segment))
