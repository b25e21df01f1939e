"""The closed lists and the reserved names that all of Vitals shares; they know no record."""

from datetime import date
from enum import StrEnum

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
