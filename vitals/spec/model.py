"""The watched model as its file describes it: names and defaults.

Knows nothing of files: `vitals.spec.load` reads YAML and turns every problem into one ConfigError.
"""

import hashlib
import json
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from vitals.spec.parts import (
    Alert,
    AvoidRule,
    Feedback,
    Heuristic,
    Limit,
    MetricOptions,
    Part,
    Positive,
    Predictions,
    Reference,
    Saturation,
    Status,
    Suites,
    Task,
    Text,
    Title,
    Value,
    Zone,
)
from vitals.spec.parts import Name as ModelName
from vitals.spec.places import calendar_problem

__all__ = [
    "Alert",
    "AvoidRule",
    "Feedback",
    "Heuristic",
    "Limit",
    "MetricOptions",
    "Model",
    "Positive",
    "Predictions",
    "Reference",
    "Saturation",
    "Status",
    "Task",
]


def _calendar(code: str) -> str:
    problem = calendar_problem(code)
    if problem:
        raise ValueError(problem)
    return code


def _naive(due: time) -> time:
    if due.tzinfo is not None:
        msg = f'must be a local time without an offset, got {due.isoformat()}; write it like "06:00"'
        raise ValueError(msg)
    return due


Owner = Annotated[str, StringConstraints(pattern=r"^[UWS][A-Z0-9]{2,}$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[CGD][A-Z0-9]{2,}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?$", max_length=2000)]


class Model(Part):
    """One watched model; `model` is its name, equal to the file's."""

    model: ModelName = Field(description="The model's name: lowercase letters, digits, _ and -, as the file's.")
    title: Title | None = Field(default=None, description="What the model answers, as a question.")
    task: Task = Field(description="What the model answers: binary (yes or no) or regression (a number).")
    timezone: Zone = Field(description="The zone whose days are the model's days, like America/New_York.")
    due: Annotated[time, AfterValidator(_naive)] = Field(
        default=time(6, 0), description='Local time at which yesterday is expected to be complete, like "06:00".'
    )
    owner: Owner | None = Field(
        default=None, description="Slack id of the user or group to mention when it is serious: U…, W… or S…."
    )
    channel: Channel | None = Field(default=None, description="Slack id of the channel for the digest: C…, G… or D….")
    runbook: Address | None = Field(default=None, description="Web page that says what to do; http or https.")
    predictions: Predictions = Field(description="Where the prediction log is and what its columns mean.")
    feedback: Feedback | None = Field(
        default=None, description="Where the labels are; without it there are no metrics."
    )
    positive: Positive | None = Field(default=None, description="What counts as positive, for task binary.")
    metrics: tuple[str, ...] = Field(default=(), description="Metrics to evaluate; the first is the primary one.")
    metric_options: MetricOptions = Field(default_factory=MetricOptions, description="Options of the metrics.")
    defaults: dict[str, tuple[Value, ...]] = Field(
        default_factory=dict,
        description='Per score, decision or watched column, the values that mean "no real answer".',
    )
    reference: Reference = Field(default_factory=Reference, description="What today is compared with.")
    calendar: Annotated[str, AfterValidator(_calendar)] | None = Field(
        default=None, description="Country whose public holidays are no usual days, like US or US-NY."
    )
    expectations: Suites = Field(
        default=(), description="Name of the suite of expectations, a file without its .yaml; or several names."
    )
    avoid: tuple[AvoidRule, ...] = Field(default=(), description="What stakeholders want to avoid.")
    heuristics: tuple[Heuristic, ...] = Field(default=(), description="Numbers that people understand, one a day.")
    limits: tuple[Limit, ...] = Field(default=(), description="Hard limits per watched column.")
    alerts: tuple[Alert, ...] = Field(default=(), description="Overrides: mutes, and classical tests.")
    max_rows: int = Field(
        default=2_000_000,
        ge=1,
        description="Rows that are read of a day at most; of more a sample is read, by a hash of their id.",
    )
    keep_examples: tuple[Text, ...] = Field(
        default=(), description="Columns whose most frequent failing values may be stored with a failed expectation."
    )

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

        Who is told, and how it is judged (alerts, limits, reference, calendar), is left out: changing those judges
        again without reading a source. So is `due`, unless rows say when they were loaded: then it decides which count.
        """
        told = {"title", "owner", "channel", "runbook", "alerts", "limits", "reference", "calendar"}
        if not self.predictions.loaded_at and not (self.feedback and self.feedback.loaded_at):
            told.add("due")
        said = self.model_dump(mode="json", exclude=told)
        if said["feedback"] and not said["feedback"]["expectations"]:
            del said["feedback"]["expectations"]  # this key came later: what was observed before stays as it is
        text = json.dumps(said, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
