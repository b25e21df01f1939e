"""All columns and shares of a model, each with its fold: filled from stored rows, judged and settled day by day."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from vitals.judging.columns import Column, ColumnRule, Kind, Release, Verdict
from vitals.judging.day import Place
from vitals.judging.ondemand import OnDemand
from vitals.judging.service import SHARES
from vitals.judging.shares import Share, ShareRule, ShareVerdict
from vitals.judging.units import Sketch, of_segment, sketch
from vitals.profiles import Answers, Hours, Mini, Profile, Summary
from vitals.records import BASELINE, WHOLE, Day, Drift, DriftScore, Measurement, Symptom
from vitals.spec import Model
from vitals.stats.distances import Distances, compare

KEPT_DAYS = 220
Key = tuple[str, str]
"""subject, segment"""


@dataclass(frozen=True, slots=True)
class Released:
    """An incident that was accepted or called a false alarm, with the place it was about."""

    place: Place
    release: Release


@dataclass
class Columns:
    """The columns of a model.

    Attributes
    ----------
    past : stored drift rows. released : incidents that gave their days back.
    sketches, minis, answers, hours : by column, made of each day's profile when first asked for.
    """

    model: Model
    past: Sequence[Drift | DriftScore]
    released: Sequence[Released]
    on_calendar: Callable[[Day], bool]
    summaries: dict[Key, dict[Day, Summary]] = field(default_factory=lambda: defaultdict(dict))
    sketches: dict[str, OnDemand[Sketch]] = field(default_factory=dict)
    minis: dict[str, OnDemand[tuple[Mini, ...]]] = field(default_factory=dict)
    answers: dict[str, OnDemand[Answers]] = field(default_factory=dict)
    hours: dict[str, OnDemand[Hours]] = field(default_factory=dict)
    counts: dict[str, dict[Day, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    _columns: dict[Key, Column] = field(default_factory=dict)
    _shares: dict[str, Share] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._segments: dict[str, set[str]] = defaultdict(set)
        self._rows: dict[Key, list[Drift | DriftScore]] = defaultdict(list)
        for row in self.past:
            self._rows[(row.subject, row.segment)].append(row)

    def remember(self, profiles: Iterable[Profile], measurements: Iterable[Measurement]) -> None:
        """Take in the profiles and shares of past days, or of today before it is judged."""
        for profile in profiles:
            self.summaries[(profile.subject, profile.segment)][profile.day] = profile.summary
            if profile.segment == WHOLE:
                self._remember_whole(profile)
            else:
                self._segments[profile.subject].add(profile.segment)
        for one in measurements:
            if one.signal in SHARES and one.value is not None and one.n:
                self.counts[f"{one.signal}:{one.subject}"][one.day] = (round(one.value * one.n), one.n)

    def _remember_whole(self, profile: Profile) -> None:
        subject = profile.subject
        if subject not in self.minis:
            self.sketches[subject] = OnDemand(self._sketched)
            self.minis[subject] = OnDemand(lambda one: one.minis)
            self.answers[subject] = OnDemand(lambda one: one.answers)
            self.hours[subject] = OnDemand(lambda one: one.hours)
        for made in self._made():
            made[subject].remember(profile)

    def _made(self) -> tuple[Mapping[str, OnDemand[Any]], ...]:
        return self.sketches, self.minis, self.answers, self.hours

    def _sketched(self, profile: Profile) -> Sketch | None:
        """Sketch a column, with the segments that have summaries of their own."""
        drawn = sketch(profile)
        for segment in sorted(self._segments[profile.subject]):
            summary = self.summaries[(profile.subject, segment)].get(profile.day)
            drawn = drawn if summary is None else of_segment(drawn, segment, summary)
        return drawn

    def column(self, key: Key) -> Column:
        """The fold of a column, begun from its stored rows at first use."""
        if key not in self._columns:
            rule = ColumnRule(
                model=self.model.name,
                subject=key[0],
                segment=key[1],
                kind=kind_of(self.model, key[0]),
                reference_days=self.model.reference.days,
            )
            rows = self._rows[key]
            releases = _reaching((one.release for one in self.released if touches(self.model, one.place, key)), rows)
            alike = self.summaries[(self.model.responses[0], key[1])] if key[1] else None
            self._columns[key] = Column(rule, rows, releases, self.summaries[key], self.on_calendar, alike)
        return self._columns[key]

    def segments_of(self, subject: str) -> dict[str, dict[Day, Summary]]:
        """The summaries of a column's segments."""
        return {key[1]: days for key, days in self.summaries.items() if key[0] == subject and key[1]}

    def share(self, subject: str) -> Share:
        """The fold of a share of the service, as `errors:status`."""
        if subject not in self._shares:
            rule = ShareRule(self.model.name, subject, self.model.reference.days)
            rows = self._rows[(subject, WHOLE)]
            releases = _reaching((one.release for one in self.released if share_subject(one.place) == subject), rows)
            self._shares[subject] = Share(rule, rows, releases, self.counts[subject], self.on_calendar)
        return self._shares[subject]

    def judge(self, day: Day, not_judged: str | None, bad_days: Collection[Day]) -> dict[Key, Verdict]:
        """Judge every column that has a profile today."""
        today = sorted(key for key, days in self.summaries.items() if day in days)
        return {key: self.column(key).judge(day, not_judged=not_judged, bad_days=bad_days) for key in today}

    def judge_shares(self, day: Day, not_judged: str | None, bad_days: Collection[Day]) -> dict[str, ShareVerdict]:
        """Judge every share that was measured today."""
        today = sorted(subject for subject, days in self.counts.items() if day in days)
        return {
            subject: self.share(subject).judge(
                day, *self.counts[subject][day], not_judged=not_judged, bad_days=bad_days
            )
            for subject in today
        }

    def distances(self, verdicts: Mapping[Key, Verdict]) -> dict[Key, Distances]:
        """The classical distances of whole columns from their reference."""
        found = {}
        for key, verdict in verdicts.items():
            days = self.summaries[key]
            if key[1] != WHOLE or not verdict.reference or not verdict.judged:
                continue
            today = days[verdict.day]
            reference = [days[d] for d in verdict.reference if d in days and type(days[d]) is type(today)]
            if reference and today.n:
                found[key] = compare(today, reference)  # type: ignore[arg-type]
        return found

    def settle(
        self,
        verdicts: Mapping[Key, Verdict],
        distances: Mapping[Key, Distances],
        open_places: Collection[Place],
        muted: Collection[Key],
    ) -> list[Drift]:
        """Close the day for every column: a column in quarantine, or with a finding that counts, does not teach."""
        rows = []
        for key, verdict in verdicts.items():
            quarantined = any(touches(self.model, place, key) for place in open_places)
            said = replace(verdict, rule=None) if key in muted else verdict
            rows.append(self.column(key).settle(said, quarantined=quarantined, distances=distances.get(key)))
        return rows

    def settle_shares(
        self,
        verdicts: Mapping[str, ShareVerdict],
        open_places: Collection[Place],
        muted: Collection[str],
        *,
        teaches: bool = True,
    ) -> list[Drift]:
        """Close the day for every share; a part of a day is judged, since errors are felt, but says not what is usual."""
        rows = []
        for subject, verdict in verdicts.items():
            quarantined = not teaches or any(share_subject(place) == subject for place in open_places)
            said = replace(verdict, unusual=False) if subject in muted else verdict
            rows.append(self.share(subject).settle(said, quarantined=quarantined))
        return rows

    def release(self, released: Released) -> None:
        """Give the days of an incident back to every column it kept in quarantine."""
        release = released.release
        keys = sorted({*self._columns, *self._rows, *self.summaries})
        folds: list[Column | Share] = [
            self.column(key) for key in keys if not _is_share(key[0]) and touches(self.model, released.place, key)
        ]
        subject = share_subject(released.place)
        folds += [self.share(subject)] if subject is not None else []
        for fold in folds:
            if release.withdrawn:
                fold.take_back(release)
            elif release.new_level:
                fold.accept(release.opened_on, release.on)
            else:
                fold.dismiss(release.opened_on, release.on)

    def forget(self, today: Day) -> None:
        """Drop what no reference can reach any more."""
        oldest = today - timedelta(days=KEPT_DAYS)
        stored: tuple[dict[Day, Any], ...] = (*self.summaries.values(), *self.counts.values())
        for series in stored:
            for day in [day for day in series if day < oldest]:
                del series[day]
        for made in self._made():
            for one in made.values():
                one.forget(oldest)


def _is_share(subject: str) -> bool:
    return subject.partition(":")[0] in SHARES and ":" in subject


def _reaching(releases: Iterable[Release], rows: Sequence[Drift | DriftScore]) -> list[Release]:
    """Leave out what was released before the subject had any row: it did not concern it."""
    first = min((row.day for row in rows), default=Day.max)
    return [release for release in releases if first < release.on]


def kind_of(model: Model, column: str) -> Kind:
    """What a column is to the model."""
    if column == model.predictions.decision:
        return Kind.DECISION
    if column == model.predictions.score:
        return Kind.RESPONSE
    return Kind.LATENCY if column == model.predictions.latency_ms else Kind.INPUT


QUARANTINING = frozenset(
    {
        Symptom.INPUT_DRIFT,
        Symptom.RESPONSE_DRIFT,
        Symptom.UNIT_CHANGE,
        Symptom.LATENCY,
        Symptom.MISSING_ANSWERS,  # what moved a column with them is said under them
        Symptom.DEFAULT_ANSWERS,
    }
)


def touches(model: Model, place: Place, key: Key) -> bool:
    """Whether an incident at a place keeps a column out of its own reference.

    The whole column's incident also keeps its segments out; an input, which is judged as a whole only, is kept out by
    an incident on any of its segments.
    """
    symptom, subject, segment = place
    if symptom not in QUARANTINING or segment == BASELINE:
        return False
    column = model.predictions.latency_ms if symptom is Symptom.LATENCY and subject == "p95" else subject
    if column != key[0]:
        return False
    return segment in {WHOLE, key[1]} or kind_of(model, key[0]) in {Kind.INPUT, Kind.LATENCY}


def share_subject(place: Place) -> str | None:
    """The share that an incident is about, as its drift rows name it."""
    for signal, symptom in SHARES.items():
        if place[0] is symptom:
            return f"{signal}:{place[1]}"
    return None
