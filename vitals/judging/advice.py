"""What to do about a finding, one sentence a symptom. A rule of the model file that says its own wins."""

from vitals.records import Symptom

WHAT_TO_DO = {
    Symptom.TRAFFIC: "Ask whether the callers or the loading job changed; the day is read again while this is open.",
    Symptom.ERRORS: "Look at the service's error log for this day; roll back if it began with a release.",
    Symptom.LATENCY: "Look at the slowest requests of this day and at what was released or grew before it.",
    Symptom.SATURATION: "Add capacity or shed load before it reaches its limit.",
    Symptom.MISSING_ANSWERS: "Find the callers that got no answer; look at the clients and filters behind the model.",
    Symptom.DEFAULT_ANSWERS: "Find the client or feature that returned nothing and let the default through.",
    Symptom.DUPLICATES: "Look for retries or a job that loaded the day twice; only the first row per id was counted.",
    Symptom.PARTITION_INCOMPLETE: "Check the loading job; the day is read again for a week and resolves when it is whole.",
    Symptom.AVOID: "This must not happen: stop or fix what answers like this.",
    Symptom.NOT_MONITORED: "Fix the cause named here and run this day again.",
    Symptom.RESPONSE_DRIFT: "Compare with releases and with the inputs named below; accept it if it is meant.",
    Symptom.HEURISTIC: "Compare with the inputs and releases of this day; accept it if it is meant.",
    Symptom.PERFORMANCE: "Look at the segments and the inputs of this cohort before retraining.",
    Symptom.LABEL_COVERAGE: "Ask the owner of the labels; metrics of this cohort wait.",
    Symptom.LABEL_DELAY: "Ask the owner of the labels; metrics of these cohorts wait.",
    Symptom.ESTIMATE: "Wait for labels before acting on it.",
    Symptom.INPUT_QUALITY: "Ask the owner of this column; the expectation says why it matters.",
    Symptom.INPUT_DRIFT: "Ask the owner of this column what changed; accept it if it is meant.",
    Symptom.UNIT_CHANGE: "Ask the producer of this column whether the unit changed; convert it back before scoring.",
}

SAME_VALUES = (
    "Check the job that loads this table; once the day is right, read it again with `vitals backfill --force`."
)
"""Of a day that holds another day's values."""
UNIT_OF_ANSWERS = "Ask who writes this column whether its unit changed; whoever reads it takes it for the old one."
"""Of an answer or a latency, which nobody scores with."""
