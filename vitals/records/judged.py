"""What judging says of a day: drifts, findings, and incidents with what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from vitals.records.kinds import Day, Severity, Symptom
from vitals.records.observed import Measurement, Validation


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one column was from its usual on one day.

    Attributes
    ----------
    subject : a column; or `signal:subject` for a share of the service (`errors:status`).
    score : signed share-band z of the day (0 when not judged, then `reason` says why).
    score_week : signed z of the seven-day window.
    part : name of the winning part (`null`, `=0`, `(12, 34]`, `unseen`, `far`).
    share, expected_low, expected_high : of that part; the range is the usual one (about 95 %).
    rows_moved : round(n * |share - usual|).
    fired : the day or two-day rule fired, or the unit filter.
    eligible : the day may serve as reference for later days (before any later accept).
    level : number of the level the day belongs to; accepting starts a new one.
    """

    model: str
    day: Day
    subject: str
    segment: str
    score: float
    score_week: float
    part: str | None
    share: float | None
    expected_low: float | None
    expected_high: float | None
    rows_moved: int | None
    fired: bool
    eligible: bool
    level: int
    ks: float | None
    tv: float | None
    psi: float | None
    cramers_v: float | None
    wasserstein: float | None
    jensen_shannon: float | None
    n: int
    reference_days: int
    reason: str | None = None


class DriftScore(NamedTuple):
    """What judging later days takes of a `Drift`; reading the rest of a year's rows would cost as much as judging.

    A tuple, since there are fifteen thousand of them behind one day.
    """

    day: Day
    subject: str
    segment: str
    score: float
    fired: bool
    eligible: bool
    level: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line under a finding: what else moved, and the share it explains (None where unknown)."""

    text: str
    subject: str
    share: float | None = None


def fingerprint(model: str, symptom: str, subject: str, segment: str) -> str:
    """Name the place of a finding: first 16 hex digits of a sha256.

    >>> fingerprint("m", "traffic", "day", "")
    'b9964b886145e85a'
    """
    return sha256(f"{model}\x1f{symptom}\x1f{subject}\x1f{segment}".encode(errors="surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth saying about one day, in words with numbers.

    Attributes
    ----------
    day : the day it was known on; `cohort_day` is the prediction day of a metric, else None.
    """

    model: str
    day: Day
    cohort_day: Day | None
    priority: int
    severity: Severity
    symptom: Symptom
    subject: str
    segment: str
    statement: str
    what_to_do: str
    value: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Same place, same incident."""
        return fingerprint(self.model, self.symptom, self.subject, self.segment)


class TransitionKind(StrEnum):
    """What happened to an incident on a day."""

    OPENED = "opened"
    REOPENED = "reopened"
    WORSENED = "worsened"
    QUIET = "quiet"  # the first judged good day
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"  # all that people said of it before is taken back
    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of an incident on a day, with its reason in words."""

    model: str
    day: Day
    kind: TransitionKind
    fingerprint: str
    opened_on: Day
    reason: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A finding that lasts, identified by fingerprint and the day it opened.

    Attributes
    ----------
    severity : the worst so far.
    last_seen_on : the latest day with a finding.
    days : number of days with a finding.
    """

    fingerprint: str
    opened_on: Day
    model: str
    priority: int
    severity: Severity
    symptom: Symptom
    subject: str
    segment: str
    last_seen_on: Day
    resolved_on: Day | None
    reason: str | None
    days: int
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging says about one day.

    Attributes
    ----------
    estimates : measurements that need other days' rows, known on this day: signal `estimate`, and the paired roc_auc.
    validations : expectations that go by the usual traffic, with what they came to.
    """

    day: Day
    drifts: Sequence[Drift]
    findings: Sequence[Finding]
    transitions: Sequence[Transition]
    estimates: Sequence[Measurement] = ()
    validations: Sequence[Validation] = ()
