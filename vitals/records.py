"""The nouns of Vitals: what is observed, judged and told, as frozen records.

Every record is plain data that the store can hold; days are local dates of the model, instants are
aware UTC, shares lie in 0..1. `segment` is one text: '' is the whole, else `origin=LGA`,
`version=gbm-2`, or the rest group `origin=…`. A value that cannot be said is None with a `reason`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from vitals.profiles import Profile

Day = date
WHOLE = ""
REST = "…"
BASELINE = "baseline"  # the segment of what is said against approved days
HOLDOUT = "holdout"  # the segment of the rows that the model did not influence
SO_FAR = "so far: "  # begins the method of what is not final, since events may still come
NEWEST = "newest"  # days from the newest label of a cohort to the day on which its age was reached
LABEL_TIME = "__label_time"
FURTHER_DAYS = 7  # labels may come that much after their window and still revise what was said
NO_COVERAGE = "event labels: absence means negative"
EXAMPLES = "; for example "  # in `Validation.observed`, before values that failed
ESTIMATE = "estimate"
PAIRED = "paired_roc_auc"
JUDGED_SIGNALS = (ESTIMATE,)  # measurements of these signals, or of these subjects of `performance`,
JUDGED_METRICS = (PAIRED,)  # are made by judging from stored rows, never by observing


class Severity(StrEnum):
    """How bad a finding is; apart from its priority, which says what kind of thing it is."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info up to 2 for critical."""
        return {"info": 0, "warning": 1, "critical": 2}[self.value]


class Symptom(StrEnum):
    """The closed list of kinds of findings."""

    TRAFFIC = "traffic"
    ERRORS = "errors"
    LATENCY = "latency"
    SATURATION = "saturation"
    MISSING_ANSWERS = "missing_answers"
    DEFAULT_ANSWERS = "default_answers"
    DUPLICATES = "duplicates"
    PARTITION_INCOMPLETE = "partition_incomplete"
    AVOID = "avoid"
    NOT_MONITORED = "not_monitored"
    RESPONSE_DRIFT = "response_drift"
    HEURISTIC = "heuristic"
    PERFORMANCE = "performance"
    LABEL_COVERAGE = "label_coverage"
    LABEL_DELAY = "label_delay"
    ESTIMATE = "estimate"
    INPUT_QUALITY = "input_quality"
    INPUT_DRIFT = "input_drift"
    UNIT_CHANGE = "unit_change"

    @property
    def priority(self) -> int:
        """1 symptoms of the service, 2 what the model answers, 3 its inputs."""
        if self in _FIRST:
            return 1
        return 3 if self in _THIRD else 2


_FIRST = frozenset(
    {
        Symptom.TRAFFIC,
        Symptom.ERRORS,
        Symptom.LATENCY,
        Symptom.SATURATION,
        Symptom.MISSING_ANSWERS,
        Symptom.DEFAULT_ANSWERS,
        Symptom.DUPLICATES,
        Symptom.PARTITION_INCOMPLETE,
        Symptom.AVOID,
        Symptom.NOT_MONITORED,
    }
)
_THIRD = frozenset({Symptom.INPUT_QUALITY, Symptom.INPUT_DRIFT, Symptom.UNIT_CHANGE})


@dataclass(frozen=True, slots=True)
class Window:
    """One local day as a half-open interval of instants.

    Attributes
    ----------
    start, end : aware UTC; `start <= instant < end`. Equal when the local day does not exist.
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """What was there when a day was read.

    Attributes
    ----------
    rows : distinct predictions (the first per id).
    duplicates : further rows of an id seen before on that day.
    first_time, last_time : of all rows, None on an empty day.
    hours : rows per local hour 0..23 (length 24); hours that the day does not have are 0.
    hour_lengths : length of each local hour in this day, in hours (0, 0.5, 1, 2 ...), length 24.
    columns : the source's columns that were read, in order.
    missing_columns : columns of the model file that the source does not have.
    previous_rows, previous_first_time, previous_last_time : the observation before, when it differed.
    """

    model: str
    day: Day
    window_start: datetime
    window_end: datetime
    rows: int
    duplicates: int
    first_time: datetime | None
    last_time: datetime | None
    hours: tuple[int, ...]
    hour_lengths: tuple[float, ...]
    columns: tuple[str, ...]
    missing_columns: tuple[str, ...] = ()
    previous_rows: int | None = None
    previous_first_time: datetime | None = None
    previous_last_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """One day of a prediction log: its facts and its rows (first per id) as Arrow.

    Attributes
    ----------
    table : one column per name in `facts.columns` (Arrow types after normalisation: int64, float64, bool,
        dictionary<int32, string>, timestamp[us, UTC]; NaN is null).
    """

    facts: PartitionFacts
    table: "pa.Table"


@dataclass(frozen=True, slots=True)
class Cohort:
    """The predictions of one day with the labels known at one age.

    Attributes
    ----------
    table : one row per counted prediction of the day (status ok, score not null, first of its id): the columns that
        metrics and outcome rules need, the label under the target's own name (null where unknown) and
        `__label_time` (timestamp[us, UTC]).
    excluded : predictions left out, by reason.
    relabelled, orphans, early : labels seen again with another value, without a prediction, before it.
    """

    model: str
    day: Day
    age: int
    known_on: Day
    table: "pa.Table"
    excluded: Mapping[str, int] = field(default_factory=dict)
    relabelled: int = 0
    orphans: int = 0
    early: int = 0


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number about one day.

    Attributes
    ----------
    day : for metrics the cohort's day, else the day itself.
    age : days after `day` at which labels were looked at; 0 for what is no metric.
    known_on : the day it became known (`day + age` when on time).
    lower, upper : 95 % interval, None where there is none.
    n : rows behind it.
    reason : why `value` is None.
    """

    model: str
    day: Day
    age: int
    known_on: Day
    signal: str
    subject: str
    segment: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    method: str | None = None
    reason: str | None = None

    @property
    def late_days(self) -> int:
        """Days from the day on which the age was reached to the one on which this became known; 0 on time."""
        return (self.known_on - self.day).days - self.age


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of one expectation: status is pass | fail | error | vacuous."""

    model: str
    day: Day
    suite: str
    key: str
    column: str | None
    severity: Severity
    status: str
    observed: str | None
    n: int | None
    unexpected: int | None
    share: float | None
    description: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became known of cohorts on a day: measurements, and profiles of the scores by label (of that day)."""

    measurements: Sequence[Measurement]
    profiles: "Sequence[Profile]" = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """All that observing one day of one model wrote down."""

    facts: PartitionFacts
    validations: Sequence[Validation]
    profiles: "Sequence[Profile]"
    measurements: Sequence[Measurement]


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


@dataclass(frozen=True, slots=True)
class DriftScore:
    """What judging later days takes of a `Drift`; reading the rest of a year's rows would cost as much as judging."""

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


class TriageKind(StrEnum):
    """What people say about an incident, a subject or a day."""

    ACCEPT = "accept"
    SNOOZE = "snooze"
    ACKNOWLEDGE = "acknowledge"
    FALSE_ALARM = "false_alarm"
    MUTE = "mute"
    BAD_DAY = "bad_day"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Triage:
    """A dated decision of a person; a replay of day A honours those with `day <= A`.

    Attributes
    ----------
    day : when it was said (local day of the model).
    target : `<fingerprint>/<opened_on>` for accept, snooze, acknowledge, false_alarm, withdraw;
        `<symptom>/<subject>` for mute; the bad day as `YYYY-MM-DD` for bad_day.

    Notes
    -----
    Of one day `withdraw` comes first: it takes back everything that was said of the incident on earlier days.
    """

    model: str
    day: Day
    kind: TriageKind
    target: str
    who: str
    why: str
    until: Day | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """One stored day, as judging reads it."""

    facts: PartitionFacts
    profiles: "Sequence[Profile]"
    measurements: Sequence[Measurement]
    validations: Sequence[Validation]

    @property
    def day(self) -> Day:
        """The observed day."""
        return self.facts.day


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging says about one day.

    Attributes
    ----------
    estimates : measurements that need other days' rows, known on this day: signal `estimate`, and the paired roc_auc.
    """

    day: Day
    drifts: Sequence[Drift]
    findings: Sequence[Finding]
    transitions: Sequence[Transition]
    estimates: Sequence[Measurement] = ()
