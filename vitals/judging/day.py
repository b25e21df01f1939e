"""One day as the rules see it, and what a rule answers.

A rule is a pure function of `Today`. It answers with findings and with the places it could judge: a place that was
judged without a finding had a good day; one that was not judged had neither a good nor a bad one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from vitals.judging.advice import WHAT_TO_DO
from vitals.judging.history import History, Places
from vitals.records import WHOLE, Day, Evidence, Finding, Measurement, Observed, PartitionFacts, Severity, Symptom
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
    on_calendar : whether a day is a public holiday or its neighbour.
    """

    model: Model
    observed: Observed
    history: History
    places: Places
    calendar: str | None
    unfit: frozenset[Day]
    on_calendar: Callable[[Day], bool]

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

    def ordinary(self, days: Iterable[Day]) -> list[Day]:
        """Days before today that are neither in the calendar nor declared bad, oldest first."""
        return sorted(d for d in days if d < self.day and d not in self.unfit and not self.on_calendar(d))

    def reference(self, series: Mapping[Day, Measurement], fingerprint: str, before: Day) -> list[Measurement]:
        """The numbers of a series that today's may be compared with, oldest first; at most the model's reference days.

        Parameters
        ----------
        fingerprint : of the place; days with a finding on it are left out (`Places`). before : the day in question.
        """
        known = {day: one.known_on for day, one in series.items() if day < before and one.value is not None}
        days = self.ordinary(self.places.usable(fingerprint, known))
        return [series[day] for day in days][-self.model.reference.days :]


@dataclass
class Ruling:
    """What a rule says about a day."""

    findings: list[Finding] = field(default_factory=list)
    judged: set[Place] = field(default_factory=set)

    def __iadd__(self, other: "Ruling") -> Self:
        self.findings += other.findings
        self.judged |= other.judged
        return self


def calm(severity: Severity, today: Today, about: Day | None = None) -> Severity:
    """On a calendar day (or about one) a finding is information: the calendar explains it."""
    excused = today.calendar if about is None else today.on_calendar(about)
    return Severity.INFO if excused else severity


def finding(
    today: Today,
    symptom: Symptom,
    subject: str,
    severity: Severity,
    statement: str,
    *,
    segment: str = WHOLE,
    value: float | None = None,
    usual: tuple[float | None, float | None] = (None, None),
    priority: int | None = None,
    cohort_day: Day | None = None,
    what_to_do: str | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> Finding:
    """Write a finding of today down.

    Parameters
    ----------
    usual : low and high end of what was expected. priority, what_to_do : those of the symptom unless said.
    """
    return Finding(
        model=today.model.name,
        day=today.day,
        cohort_day=cohort_day,
        priority=symptom.priority if priority is None else priority,
        severity=severity,
        symptom=symptom,
        subject=subject,
        segment=segment,
        statement=statement,
        what_to_do=what_to_do or WHAT_TO_DO[symptom],
        value=value,
        expected_low=usual[0],
        expected_high=usual[1],
        evidence=evidence,
    )
