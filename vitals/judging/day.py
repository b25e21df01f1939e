"""One day as the rules see it, and what a rule answers.

A rule is a pure function of `Today`. It answers with findings and with the places it could judge: a place that was
judged without a finding had a good day; one that was not judged had neither a good nor a bad one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from vitals.judging.history import History, Places
from vitals.records import Day, Finding, Measurement, Observed, PartitionFacts, Severity, Symptom
from vitals.spec import Model

Place = tuple[Symptom, str, str]
"""symptom, subject, segment"""


@dataclass(frozen=True)
class Today:
    """What is known when a day is judged.

    Attributes
    ----------
    calendar : name of the public holiday (or its neighbour) that this day is, else None.
    unfit : days that people declared bad, as known today.
    holidays : days of the past that are in the calendar.
    """

    model: Model
    observed: Observed
    history: History
    places: Places
    calendar: str | None
    unfit: frozenset[Day]
    holidays: frozenset[Day]

    @property
    def day(self) -> Day:
        """The day being judged."""
        return self.observed.day

    @property
    def facts(self) -> PartitionFacts:
        """Its partition."""
        return self.observed.facts

    @property
    def bad(self) -> bool:
        """Whether people declared this very day bad."""
        return self.day in self.unfit

    def measured(self, signal: str) -> list[Measurement]:
        """Today's measurements of a signal."""
        return [m for m in self.observed.measurements if m.signal == signal]

    def past_days(self, days: Iterable[Day], *, fingerprint: str | None = None, calendar: bool = False) -> list[Day]:
        """Days before today that may serve as reference, oldest first.

        Parameters
        ----------
        fingerprint : leave out the days on which this place had a finding.
        calendar : keep calendar days.
        """
        kept = [
            d for d in sorted(days) if d < self.day and d not in self.unfit and (calendar or d not in self.holidays)
        ]
        return self.places.usable(fingerprint, kept) if fingerprint else kept


@dataclass
class Ruling:
    """What a rule says about a day."""

    findings: list[Finding] = field(default_factory=list)
    judged: set[Place] = field(default_factory=set)

    def __iadd__(self, other: "Ruling") -> Self:
        self.findings += other.findings
        self.judged |= other.judged
        return self


def calm(severity: Severity, today: Today) -> Severity:
    """On a calendar day a finding is information: the calendar explains it."""
    return Severity.INFO if today.calendar else severity
