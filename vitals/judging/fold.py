"""The fold over observed days: what a model's past makes of each new day. Pure; reads no store, source or clock.

The state is a function of stored drift rows, findings, transitions and triage, so a replay may start at any day and
gives the same rows as the run that never stopped.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from vitals.calendars import calendar_name
from vitals.judging import cutoffs, delay, paired, performance, quality, rowcounts, rules, service, traffic, weekly
from vitals.judging.alerts import Mutes, classical
from vitals.judging.causes import Moved, explained, moved_before
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns, Key, Released
from vitals.judging.day import Place, Ruling, Today
from vitals.judging.estimates import Estimates, without_own
from vitals.judging.explaining import Explaining
from vitals.judging.history import History, Places
from vitals.judging.incidents import IncidentBook, in_order, last_words
from vitals.judging.memory import Release
from vitals.judging.onsets import Onsets
from vitals.judging.past import ScoredPast
from vitals.judging.quarantine import release_of
from vitals.judging.releases import releases
from vitals.judging.repeats import without_repeats
from vitals.judging.shares import ShareVerdict
from vitals.judging.shifts import drift_ruling, muted, share_ruling
from vitals.judging.slow import SlowDrift
from vitals.profiles import Profile
from vitals.records import (
    Day,
    Drift,
    Evidence,
    Finding,
    Incident,
    Judged,
    Measurement,
    Observed,
    Severity,
    Symptom,
    Transition,
    TransitionKind,
    Triage,
    TriageKind,
    standing,
)
from vitals.spec import Model
from vitals.stats.distances import Distances

PAST_DAYS = 220


@dataclass(frozen=True)
class _Ruled:
    """What the rules say about a day, with the numbers that its rows keep."""

    ruling: Ruling
    verdicts: Mapping[Key, Verdict]
    shares: Mapping[str, ShareVerdict]
    distances: Mapping[Key, Distances]
    estimates: Sequence[Measurement]


class Fold:
    """Judges the days of one model in order.

    Parameters
    ----------
    past : what is stored of the days before. profiles : of past days, as `needed_since` says.
    baseline : profiles of the approved days before (`slow.baseline_days`).
    triage : everything people ever said; a day honours what is dated up to it.
    """

    def __init__(
        self,
        model: Model,
        past: ScoredPast,
        profiles: Iterable[Profile],
        triage: Sequence[Triage],
        baseline: Iterable[Profile] = (),
    ) -> None:
        self._model = model
        self._triage = list(triage)
        self._on_calendar = cache(self._is_on_calendar)  # asked for every day of every series
        self._history = History(past.measurements, past.facts)
        self._last = max((one.day for one in past.facts), default=Day.min)
        self._book = IncidentBook.rebuild(past.findings, past.transitions, past.before)
        self._places = Places()
        self._places.add(past.findings)
        self._given: dict[tuple[str, Day], Release] = {}
        released = [known for one in in_order(past.transitions) if (known := self._released(one))]
        self._columns = Columns(model, past.drifts, released, self._on_calendar)
        stored = list(profiles)
        self._estimates = Estimates(model)
        self._estimates.remember(stored)
        self._columns.remember(without_own(stored), past.measurements)
        self._slow = SlowDrift(model)
        self._slow.remember([*baseline, *stored])
        self._moved = _moved_before(past)

    @property
    def incidents(self) -> list[Incident]:
        """Every incident that the fold knows, as of the last day judged."""
        return self._book.incidents()

    def judge(self, observed: Observed) -> Judged:
        """Judge the next day."""
        day = observed.day
        self._forget(day)
        transitions = self._decide(day)
        self._history.add(observed.measurements)
        self._history.facts[day] = observed.facts
        self._estimates.remember(observed.profiles)
        self._columns.remember(without_own(observed.profiles), observed.measurements)
        self._slow.remember(observed.profiles)
        mutes = Mutes(self._model, self._triage, day)
        today = self._today(observed)
        counted = rowcounts.judged(today)
        ruled = self._rule(rowcounts.with_judged(today, counted), mutes)
        findings = [one for one in ruled.ruling.findings if not mutes.hold(one.symptom, one.subject)]
        ended = {
            one.fingerprint: "muted" for one in self._book.open_incidents() if mutes.hold(one.symptom, one.subject)
        }
        news = [one for one in findings if not self._is_echo(one)]
        transitions += self._book.step(day, news, lambda one: _place(one) in ruled.ruling.judged, ended)
        self._places.add(findings)
        self._moved[day] = moved_before(
            findings, {key[0]: one.score for key, one in ruled.verdicts.items() if not key[1]}
        )
        self._last = day
        self._history.add(ruled.estimates)
        return Judged(
            day, self._settle(ruled, findings, mutes), _ordered(findings), transitions, ruled.estimates, counted
        )

    def _is_echo(self, one: Finding) -> bool:
        """Whether a cohort that was told about gets older: that keeps no incident open whose other cohorts are fine."""
        told = one.cohort_day is not None and self._places.told(one.fingerprint, one.cohort_day)
        return told and one.severity is Severity.INFO

    def _forget(self, day: Day) -> None:
        """Drop what no reference of a day reaches, so that a long replay stays small and knows no more than a short one."""
        self._history.forget(day)
        self._places.forget(day)
        self._moved = {on: known for on, known in self._moved.items() if on >= day - timedelta(days=PAST_DAYS)}
        self._columns.forget(day)
        self._estimates.forget(day)
        self._slow.forget(day)

    def _settle(self, ruled: _Ruled, findings: Sequence[Finding], mutes: Mutes) -> list[Drift]:
        """Close the day for every column and share."""
        places = self._open_places()
        whole = not any(one.symptom is Symptom.PARTITION_INCOMPLETE for one in ruled.ruling.findings)
        columns, shares = muted(self._model, ruled.verdicts, ruled.shares, findings, mutes.hold)
        return [
            *self._columns.settle(ruled.verdicts, ruled.distances, places, columns),
            *self._columns.settle_shares(ruled.shares, places, shares, teaches=whole),
        ]

    def _decide(self, day: Day) -> list[Transition]:
        """What people said of incidents since the last judged day, and what time says, before the day is judged."""
        since = max(self._last, day - timedelta(days=PAST_DAYS))
        said = last_words(one for one in self._triage if since < one.day <= day)
        transitions = self._book.decide(day, [replace(one, day=day) for one in said], self._with_release)
        for one in transitions:
            if released := self._released(one):
                self._columns.release(released)
        return transitions

    def _released(self, change: Transition) -> Released | None:
        """The days that a transition gives back (or takes), and the place they belong to, which learns it at once."""
        key = (change.fingerprint, change.opened_on)
        for incident in self._book.incidents():
            if (incident.fingerprint, incident.opened_on) == key:
                release = self._withdrawn(change) or release_of(incident, change)
                if release is None:
                    return None
                if not release.withdrawn:
                    until = release.on if release.on < change.day else None
                    self._given[key] = replace(release, until=until)
                self._places.release(incident.fingerprint, release)
                return Released(_place(incident), release)
        return None

    def _withdrawn(self, change: Transition) -> Release | None:
        """The release that a transition takes back, if it does."""
        if change.kind is not TransitionKind.WITHDRAWN:
            return None
        given = self._given.pop((change.fingerprint, change.opened_on), None)
        return replace(given, on=change.day, withdrawn=True) if given else None

    def _open_places(self) -> list[Place]:
        return [_place(one) for one in self._book.open_incidents()]

    def _with_release(self, incident: Incident) -> bool:
        """Whether an incident opened on the day of a release."""
        return bool(releases(self._history, incident.opened_on))

    def _today(self, observed: Observed) -> Today:
        unfit = declared_bad(self._triage, observed.day)
        name = calendar_name(observed.day, self._model.calendar)
        return Today(self._model, observed, self._history, self._places, name, unfit, self._on_calendar)

    def _is_on_calendar(self, day: Day) -> bool:
        return calendar_name(day, self._model.calendar) is not None

    def _rule(self, today: Today, mutes: Mutes) -> _Ruled:
        """Judge everything of a day; on a day declared bad only what is about other days."""
        ruling = Ruling()
        if not today.bad:
            ruling += traffic.judge(today)
        whole = not any(one.symptom is Symptom.PARTITION_INCOMPLETE for one in ruling.findings)
        verdicts = self._columns.judge(today.day, None if whole else "partition incomplete", today.unfit)
        shares = self._columns.judge_shares(today.day, None, today.unfit)
        ruling += drift_ruling(today, self._columns, verdicts, self._open_places(), mutes.hold)
        ruling += cutoffs.judge(today, self._columns, verdicts, ruling.findings, self._open_places())
        ruling += share_ruling(today, shares)
        ruling += rules.judge(today, whole=whole)
        if not today.bad and today.facts.rows:
            ruling += service.saturation(today)
            ruling += quality.judge(today)
            if whole:
                ruling += service.latency(today, list(today.observed.profiles))
        distances = self._columns.distances(verdicts)
        learned = {key: found for key, found in distances.items() if not verdicts[key].learning}
        ruling.findings += classical(today, learned, ruling.findings)
        ruling += self._slow.judge(today)
        late, held_back = delay.judge(today)
        ruling += late
        estimates = paired.measure(today)
        ruling += performance.judge(today, held_back, estimates)
        ruling += weekly.judge(today, performance.judgeable(today, held_back, estimates), ruling)
        found = {_place(one) for one in ruling.findings}
        scores = {subject: one.score for (subject, segment), one in verdicts.items() if not segment}
        ruling.findings = list(map(Onsets(self._columns, verdicts, self._open_places()), ruling.findings))
        explain = Explaining(self._model, self._columns, verdicts)
        ruling.findings = explained(without_repeats(ruling.findings, mutes.hold), scores, self._moved, explain)
        ruling.findings = [self._with_version(one) for one in ruling.findings]
        ruling.judged -= found - {_place(one) for one in ruling.findings}  # what is told elsewhere is no good day
        estimates += self._estimates.measure(today)
        return _Ruled(ruling, verdicts, shares, distances, estimates)

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


def _moved_before(past: ScoredPast) -> dict[Day, list[Moved]]:
    """The inputs that moved on each past day."""
    scores: dict[Day, dict[str, float]] = defaultdict(dict)
    for row in past.drifts:
        if not row.segment:
            scores[row.day][row.subject] = row.score
    findings: dict[Day, list[Finding]] = defaultdict(list)
    for one in past.findings:
        findings[one.day].append(one)
    return {day: moved_before(found, scores[day]) for day, found in findings.items()}


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.priority, -one.severity.rank, one.symptom, one.subject, one.segment))


def declared_bad(triage: Iterable[Triage], known_on: Day) -> frozenset[Day]:
    """Days that people declared bad up to a day, and did not take back up to it."""
    return frozenset(Day.fromisoformat(one.target) for one in standing(triage, TriageKind.BAD_DAY, known_on))
