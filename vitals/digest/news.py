"""What a digest is composed from: all that is known of one model at the end of a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vitals.digest.content import Status
from vitals.records import Day, Finding, Incident, Measurement, PartitionFacts, Symptom, Transition
from vitals.spec.model import Model


@dataclass(frozen=True, slots=True)
class ModelNews:
    """What is known of one model at the end of a day.

    Attributes
    ----------
    findings : of that day. incidents : open at the end of it, or resolved since the channel was last told.
    transitions : since the channel was last told, up to `day`.
    metrics : newest performance and label_coverage rows per metric and age, of the whole and of the holdout.
    usual, usual_holdout : usual range per (metric, age).
    revised : numbers told before that are others now.
    warm_up : eligible days and how many are needed; None once the share band judges.
    not_judged : what could not be judged, each with its reason.
    notes : what is no problem but explains much, as a new model version. sampled : how much of the day was read.
    snoozed : incidents that people want to hear nothing of now. snoozed_until : the last day of that, by
        `<fingerprint>/<opened_on>`.
    incidents_28d, noisiest : incidents opened within 28 days, and the subject with the most of them. noisy_input :
        kind and column of that subject, where it is an input that opened several.
    calendar : name of the public holiday (or neighbour) that the day is.
    problem : why the model is not monitored, or what it waits for.
    """

    model: Model
    day: Day
    status: Status
    facts: PartitionFacts | None = None
    findings: tuple[Finding, ...] = ()
    incidents: tuple[Incident, ...] = ()
    transitions: tuple[Transition, ...] = ()
    metrics: tuple[Measurement, ...] = ()
    usual: Mapping[tuple[str, int], tuple[float, float]] = field(default_factory=dict)
    usual_holdout: Mapping[tuple[str, int], tuple[float, float]] = field(default_factory=dict)
    revised: tuple[str, ...] = ()
    warm_up: tuple[int, int] | None = None
    not_judged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sampled: str | None = None
    snoozed: tuple[Incident, ...] = ()
    snoozed_until: Mapping[str, Day] = field(default_factory=dict)
    incidents_28d: int = 0
    noisiest: str | None = None
    noisy_input: tuple[Symptom, str] | None = None
    calendar: str | None = None
    problem: str | None = None
