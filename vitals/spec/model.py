"""The watched model as its file describes it: names, defaults and what excludes what.

Knows nothing of files: `vitals.spec.load` reads YAML and turns every problem into one ConfigError.
"""

import hashlib
import json
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from vitals.records import Severity, Symptom


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Task(StrEnum):
    """What kind of answer the model gives."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    RANKING = "ranking"


class Status(_Part):
    """The column that says how the service fared, and the values that mean well."""

    column: str
    ok: tuple[str, ...] = Field(min_length=1)


class Saturation(_Part):
    """A column with the used share (or amount) of a capacity."""

    column: str
    capacity: float = Field(default=1.0, gt=0)


class Predictions(_Part):
    """Where the prediction log is and what its columns mean."""

    source: str
    table: str
    where: str | None = None
    id: str | None = None
    time: str
    time_zone: str = "UTC"
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    loaded_at: str | None = None
    score: str | None = None
    decision: str | None = None
    version: str | None = None
    segments: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    latency_ms: str | None = None
    status: Status | None = None
    saturation: Saturation | None = None


class Feedback(_Part):
    """Where the labels are and when they are looked at (`ages`, in days after the prediction day)."""

    source: str
    table: str
    id: str
    time: str
    time_zone: str = "UTC"
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    loaded_at: str | None = None
    target: str
    labels: Literal["explicit", "event"] = "explicit"
    window: int = 14  # days; the file says "14d"
    ages: tuple[Annotated[int, Field(ge=1)], ...] = (1, 7, 14)
    holdout: str | None = None


class Positive(_Part):
    """What counts as positive in the decision and in the target."""

    decision: str | int | float | bool = 1
    target: str | int | float | bool = 1


class MetricOptions(_Part):
    """Options of the metrics; `material` is the smallest change worth an alert."""

    baseline: str | None = None
    material: dict[str, float] = Field(default_factory=dict)
    within_tolerance: float | None = None


class Reference(_Part):
    """How many eligible days make the usual."""

    days: int = Field(default=56, ge=14, le=180)


class AvoidRule(_Part):
    """What stakeholders want to avoid; exactly one of `at_most` (rows) and `share`."""

    name: str
    over: Literal["predictions", "outcomes"] = "predictions"
    where: str
    at_most: int | None = Field(default=None, ge=0)
    share: float | None = Field(default=None, ge=0, le=1)
    what_to_do: str | None = None


class Heuristic(_Part):
    """A sanity check that people understand: one number a day."""

    name: str
    value: str
    what_to_do: str | None = None


class Limit(_Part):
    """Hard limits of a column."""

    column: str
    min: float | None = None
    max: float | None = None
    null_share: float | None = Field(default=None, ge=0, le=1)


class Alert(_Part):
    """An override: mute a finding, or add a classical test with an explicit threshold."""

    symptom: Symptom
    subject: str | None = None
    mute: bool = False
    since: date | None = None
    until: date | None = None
    why: str | None = None
    method: Literal["ks", "cramers_v", "psi", "tv", "d1", "wasserstein", "jensen_shannon"] | None = None
    above: float | None = None
    severity: Severity = Severity.WARNING


class Model(_Part):
    """One watched model; `model` is its name, equal to the file's."""

    model: str
    title: str | None = None
    task: Task
    timezone: str
    due: time = time(6, 0)
    owner: str | None = None
    channel: str | None = None
    runbook: str | None = None
    predictions: Predictions
    feedback: Feedback | None = None
    positive: Positive | None = None
    metrics: tuple[str, ...] = ()
    metric_options: MetricOptions = MetricOptions()
    defaults: dict[str, tuple[str | int | float | bool, ...]] = Field(default_factory=dict)
    reference: Reference = Reference()
    calendar: str | None = None
    expectations: str | None = None
    avoid: tuple[AvoidRule, ...] = ()
    heuristics: tuple[Heuristic, ...] = ()
    limits: tuple[Limit, ...] = ()
    alerts: tuple[Alert, ...] = ()
    max_rows: int = Field(default=2_000_000, ge=1)
    keep_examples: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days are the model's days."""
        return ZoneInfo(self.timezone)

    @property
    def responses(self) -> tuple[str, ...]:
        """Columns with what the model answered: score, then decision."""
        return tuple(c for c in (self.predictions.score, self.predictions.decision) if c)

    @property
    def watched(self) -> tuple[str, ...]:
        """Columns with a profile: responses, latency, inputs (each once, in that order)."""
        latency = (self.predictions.latency_ms,) if self.predictions.latency_ms else ()
        return tuple(dict.fromkeys(self.responses + latency + self.predictions.inputs))

    @property
    def spec_hash(self) -> str:
        """16 hex digits over everything that changes what a day's observation holds.

        Who is told, and how it is judged (alerts, limits, reference, calendar, due), is left out:
        changing those judges again without reading a source.
        """
        told = {"title", "owner", "channel", "runbook", "due", "alerts", "limits", "reference", "calendar"}
        text = json.dumps(self.model_dump(mode="json", exclude=told), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
