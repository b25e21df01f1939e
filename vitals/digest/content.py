"""What a digest says, as frozen values: no markup, no channel's limits, no store.

A digest that was sent is a snapshot of what was known then: it goes to JSON and back unchanged. Every text in it is
safe to show (`words.visible`); what it means for a terminal, a page or Slack is the business of `vitals.render`.
"""

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from vitals import words
from vitals.errors import InputError
from vitals.records import Day, Severity, Symptom

Status = Literal["monitored", "not_monitored", "waiting"]
State = Literal["new", "reopened", "worse", "unchanged", "unseen"]
Shown = Literal["card", "line", "under"]
NoteKind = Literal[
    "not_judged", "warm_up", "restated", "sampled", "calendar", "version", "labels", "snoozed", "budget", "delivery"
]


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that a digest told about, or counted as snoozed, with its severity then, and what it was about.

    Should the day be judged again without it, nothing else knows any more what has to be taken back.
    """

    fingerprint: str
    opened_on: Day
    severity: Severity
    priority: int
    model: str = ""
    symptom: Symptom | None = None
    subject: str = ""
    segment: str = ""
    snoozed: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was last told."""

    day: Day
    open: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture of one problem shows: a line over about eight weeks, oldest day first; every tuple is as long as `days`.

    Attributes
    ----------
    title : what is drawn, with the model. share : whether values are shares of rows (0-1), else plain numbers.
    values : None where the day has no number. low, high : the usual range of a day, None where it is not known.
    limit : a limit of the users', drawn across. marked : the day it is about. since : the day its trouble began.
    cohorts : whether days are those of predictions whose labels came later.
    alt : the picture in words with its numbers, for screen readers.
    """

    title: str
    share: bool
    days: tuple[Day, ...]
    values: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    marked: Day
    alt: str
    limit: float | None = None
    since: Day | None = None
    cohorts: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One finding, or one open incident without a finding today, of those that an item says together.

    Attributes
    ----------
    incident : `<fingerprint>/<opened_on>`, '' where there is none. cohort_day : of a metric, the day of its predictions.
    value, low, high : the number and its usual range or limits. statement : its own words.
    """

    model: str
    subject: str
    severity: Severity
    statement: str
    incident: str = ""
    cohort_day: date | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One problem: a finding, or several with one cause.

    Attributes
    ----------
    state : against what the channel was last told; `unseen` is open, without a finding today.
    shown : as a card, as one line, or under the card that it explains.
    since : day its incident opened (the earliest of a group). day_number : 1 on that day.
    remark : what changed or who took it ("was warning", "acknowledged by anna").
    causes : what explains it, most likely first. beside : what was seen with it.
    incidents : `<fingerprint>/<opened_on>`, as `vitals decide` takes them.
    owners : Slack ids from the model files. members : every finding in it, in its order. chart : what a picture of it shows, None where there is none.
    """

    priority: int
    severity: Severity
    symptom: Symptom
    state: State
    shown: Shown
    models: tuple[str, ...]
    subjects: tuple[str, ...]
    segment: str
    statement: str
    what_to_do: str
    causes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    since: date | None = None
    day_number: int = 1
    remark: str = ""
    incidents: tuple[str, ...] = ()
    runbooks: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    chart: Chart | None = None
    members: tuple[Member, ...] = ()

    @property
    def info(self) -> bool:
        """Whether it is for information only: it counts as no problem."""
        return self.severity is Severity.INFO

    @property
    def title(self) -> str:
        """Symptom, subjects and segment; the subject is left out where the statement begins with it."""
        subjects = words.listed(self.subjects, most=6)
        told = not self.subjects or self.statement.startswith(self.subjects[0])
        parts = [self.symptom.replace("_", " "), "" if told else subjects, self.segment]
        return " · ".join(part for part in parts if part)

    @property
    def place(self) -> str:
        """The models it is about, at most five by name."""
        return words.listed(self.models, most=5)

    @property
    def standing(self) -> str:
        """How old and how new it is: "new", "worse, was warning; day 4"."""
        age = f"day {self.day_number}" if self.day_number > 1 else ""
        since = f" since {words.short_day(self.since)}" if self.since and age else ""
        state = {"new": "new", "reopened": "back again", "worse": "worse", "unchanged": "", "unseen": ""}[self.state]
        head = ", ".join(part for part in (state, self.remark) if part)
        return "; ".join(part for part in (head, age + since) if part)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Incidents that ended since the channel was last told, for one reason."""

    priority: int
    model: str
    symptom: Symptom
    subjects: tuple[str, ...]
    segment: str
    reason: str
    opened_on: Day
    resolved_on: Day


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of one cohort: `cohort_day` is the day of the predictions, `known_on` when it became known.

    Attributes
    ----------
    holdout : of the rows that the model did not influence. so_far : labels may still come; it is no final number.
    estimated : made before any label came, on the assumption that the score still means the same. remark : how far off
        such estimates were lately.
    """

    model: str
    name: str
    age: int
    cohort_day: Day
    known_on: Day
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    usual: tuple[float, float] | None
    reason: str
    primary: bool
    holdout: bool = False
    so_far: bool = False
    estimated: bool = False
    remark: str = ""

    @property
    def title(self) -> str:
        """The metric's name, with what it is of."""
        return f"{self.name}{' so far' if self.so_far else ''}{' of the holdout' if self.holdout else ''}"


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one or more models that is no problem but must not be left out; `command` is what one may do."""

    kind: NoteKind
    models: tuple[str, ...]
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One watched model and how it fared; `problems` counts items per priority 1, 2, 3."""

    model: str
    title: str
    status: Status
    rows: int | None
    ok: bool
    problems: tuple[int, int, int]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel is told about one day.

    Attributes
    ----------
    told_on : day of the digest before; None for the first of a channel.
    items : every problem, most urgent first. open : what `told_of` remembers.
    mentions : Slack ids of owners whose model has a priority-1 incident that opened or worsened.
    changed : what a revision says that the one before it did not, and what it takes back.
    """

    channel: str
    day: Day
    revision: int
    headline: str
    told_on: Day | None
    models: tuple[ModelLine, ...]
    items: tuple[Item, ...]
    resolved: tuple[Resolved, ...]
    metrics: tuple[Metric, ...]
    notes: tuple[Note, ...]
    open: tuple[Opened, ...]
    mentions: tuple[str, ...]
    quiet: bool
    changed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names the digest in Slack and in the store, whatever its revision."""
        return f"digest/{self.day.isoformat()}/{self.channel}"

    @property
    def content_hash(self) -> str:
        """16 hex digits over everything but the revision: equal means there is nothing new to say."""
        headline = self.headline.removesuffix(revised(self.revision))
        items = tuple(replace(item, chart=None) for item in self.items)  # pictures show what items say
        plain = replace(self, revision=0, headline=headline, changed=(), items=items)
        return sha256(plain.to_json().encode()).hexdigest()[:16]

    def count(self, priority: int) -> int:
        """Problems of a priority, those for information only left out."""
        return sum(item.priority == priority and not item.info for item in self.items)

    def to_json(self, indent: int | None = None) -> str:
        """Serialise with sorted keys and ISO dates: equal digests give equal text."""
        plain = _adapter().dump_python(self, mode="json")
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> "Digest":
        """Read what `to_json` wrote.

        Raises
        ------
        InputError : it is no digest.
        """
        try:
            return _adapter().validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the text"
            message = (
                f"stored digest cannot be read: {place}: {first['msg']}; compose it again with `vitals digest --day`"
            )
            raise InputError(message) from None


def revised(revision: int) -> str:
    """Give the words at the end of a headline that say it was revised; '' for the first revision."""
    return f" (revision {revision})" if revision > 1 else ""


def told_of(digest: Digest) -> Told:
    """Give what a channel knows after a digest."""
    return Told(digest.day, digest.open)


def escalates(digest: Digest, sent: Digest) -> bool:
    """Whether a revision holds a priority-1 incident that is new or worse than in what was sent.

    An edit of a message is silent, so such a revision has to be a message of its own.
    """
    before = {(one.fingerprint, one.opened_on): one.severity.rank for one in sent.open}
    return any(
        one.priority == 1 and one.severity.rank > before.get((one.fingerprint, one.opened_on), -1)
        for one in digest.open
        if one.severity is not Severity.INFO and not one.snoozed
    )


@cache
def _adapter() -> TypeAdapter[Digest]:
    """Build it once, and only when a digest is written or read: it takes milliseconds."""
    return TypeAdapter(Digest)
