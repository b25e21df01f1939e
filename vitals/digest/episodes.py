"""What a channel is told beside its daily digests, as frozen values: what a backfill found, and what a week was like.

Knows no store and no markup; whoever composes them selects the rows. An episode is an incident, or several alike ones
of one model that opened and ended on the same days. Texts may be raw: `vitals.render` makes them safe to show.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from vitals import words
from vitals.digest.content import Resolved
from vitals.digest.grouping import NAME, SENTENCE, subject_words
from vitals.errors import InputError
from vitals.records import Day, Incident, Severity, Symptom


@dataclass(frozen=True, slots=True)
class Episode:
    """Trouble with a beginning, and with an end unless it is open.

    Attributes
    ----------
    severity : the worst. days : with a finding. last_seen_on : the latest of them.
    statement : the words of its latest finding, '' where they are not known.
    incidents : `<fingerprint>/<opened_on>`, as `vitals decide` takes them.
    """

    model: str
    symptom: Symptom
    priority: int
    severity: Severity
    subjects: tuple[str, ...]
    segment: str
    opened_on: Day
    last_seen_on: Day
    resolved_on: Day | None
    days: int
    statement: str
    incidents: tuple[str, ...] = ()


class Covered(NamedTuple):
    """How much of a model's range was observed; `problem` says why not all of it, '' where nothing is wrong."""

    model: str
    observed: int
    asked: int
    problem: str = ""


class Noise(NamedTuple):
    """A subject of a model and how many incidents it opened in the last 28 days."""

    model: str
    symptom: Symptom
    subject: str
    incidents: int


@dataclass(frozen=True, slots=True)
class BackfillSummary:
    """What a backfill found in the models of one channel; nobody is mentioned for the past.

    Attributes
    ----------
    first_day, last_day : inclusive. told_on : local day on which it is told.
    """

    channel: str
    first_day: Day
    last_day: Day
    models: tuple[Covered, ...]
    episodes: tuple[Episode, ...]
    told_on: Day

    @property
    def key(self) -> str:
        """What names it in Slack and in the store."""
        return f"backfill/{self.first_day.isoformat()}/{self.last_day.isoformat()}/{self.channel}"

    @property
    def content_hash(self) -> str:
        """16 hex digits over everything but the day of telling: equal means there is nothing new to say."""
        plain = json.loads(self.to_json()) | {"told_on": None}
        return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Serialise with sorted keys and ISO dates: equal summaries give equal text."""
        return _dumped(_backfills().dump_python(self, mode="json"))

    @classmethod
    def from_json(cls, text: str) -> "BackfillSummary":
        """Read what `to_json` wrote.

        Raises
        ------
        InputError : it is no backfill summary.
        """
        try:
            return _backfills().validate_json(text)
        except ValidationError as error:
            raise _unreadable("backfill summary", error) from None


@dataclass(frozen=True, slots=True)
class ResolvedNote:
    """What of an earlier digest is over, for the thread of that digest; `day` is the last judged good day."""

    channel: str
    day: Day
    resolved: tuple[Resolved, ...]

    @property
    def key(self) -> str:
        """What names it in Slack and in the store."""
        return f"resolved/{self.day.isoformat()}/{self.channel}"


@dataclass(frozen=True, slots=True)
class WeeklySummary:
    """What a week was like for the models of one channel: for those who keep the monitoring useful.

    Attributes
    ----------
    first_day, last_day : the week, inclusive.
    models : how much of the week was observed. opened, resolved : incidents of the week, by priority 1, 2, 3.
    open : incidents that are open at its end. longest : the open ones that last longest, oldest first.
    noisiest : subjects with most incidents in 28 days, per model, noisiest first.
    without_owner, without_labels, without_runbook : models whose file names none.
    delivery : what went wrong with messages, in words. false_alarms : incidents of the week that people called so.
    """

    channel: str
    first_day: Day
    last_day: Day
    models: tuple[Covered, ...]
    opened: tuple[int, int, int]
    resolved: tuple[int, int, int]
    open: int
    longest: tuple[Episode, ...] = ()
    noisiest: tuple[Noise, ...] = ()
    without_owner: tuple[str, ...] = ()
    without_labels: tuple[str, ...] = ()
    without_runbook: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    false_alarms: int = 0

    @property
    def key(self) -> str:
        """What names it in Slack and in the store."""
        return f"week/{self.last_day.isoformat()}/{self.channel}"

    @property
    def content_hash(self) -> str:
        """16 hex digits over everything: equal means there is nothing new to say."""
        return sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Serialise with sorted keys and ISO dates: equal summaries give equal text."""
        return _dumped(_weeks().dump_python(self, mode="json"))

    @classmethod
    def from_json(cls, text: str) -> "WeeklySummary":
        """Read what `to_json` wrote.

        Raises
        ------
        InputError : it is no weekly summary.
        """
        try:
            return _weeks().validate_json(text)
        except ValidationError as error:
            raise _unreadable("weekly summary", error) from None


def episodes(incidents: Iterable[Incident], statements: Mapping[str, str]) -> tuple[Episode, ...]:
    """Put alike incidents of a model that opened and ended on the same days together, most urgent first, then oldest.

    Parameters
    ----------
    incidents : those for information only are left out.
    statements : words of each incident's latest finding, by fingerprint; missing ones are fine.
    """
    together: dict[tuple[object, ...], list[Incident]] = defaultdict(list)
    for one in sorted(incidents, key=lambda i: (i.subject, i.fingerprint)):
        if one.severity is not Severity.INFO:
            together[one.model, one.symptom, one.priority, one.segment, one.opened_on, one.resolved_on].append(one)
    found = [_episode(members, statements) for members in together.values()]
    return tuple(sorted(found, key=_urgency))


def _episode(members: list[Incident], statements: Mapping[str, str]) -> Episode:
    first = members[0]
    named = (subject_words(one.symptom, one.subject) for one in members)
    return Episode(
        model=words.visible(first.model, NAME),
        symptom=first.symptom,
        priority=first.priority,
        severity=max((one.severity for one in members), key=lambda severity: severity.rank),
        subjects=tuple(filter(None, named)),
        segment=words.visible(first.segment, NAME) if first.segment else "",
        opened_on=first.opened_on,
        last_seen_on=max(one.last_seen_on for one in members),
        resolved_on=first.resolved_on,
        days=max(one.days for one in members),
        statement=next(
            (words.visible(said, SENTENCE) for one in members if (said := statements.get(one.fingerprint))), ""
        ),
        incidents=tuple(f"{one.fingerprint}/{one.opened_on.isoformat()}" for one in members),
    )


def _urgency(one: Episode) -> tuple[object, ...]:
    return one.priority, -one.severity.rank, one.opened_on, one.model, one.symptom, one.subjects, one.segment


def _dumped(plain: object) -> str:
    """Write JSON that any store can hold: what cannot be encoded is replaced."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="replace").decode()


def _unreadable(what: str, error: ValidationError) -> InputError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the text"
    return InputError(f"stored {what} cannot be read: {place}: {first['msg']}; run the flow that tells it again")


@cache
def _backfills() -> TypeAdapter[BackfillSummary]:
    return TypeAdapter(BackfillSummary)


@cache
def _weeks() -> TypeAdapter[WeeklySummary]:
    return TypeAdapter(WeeklySummary)
