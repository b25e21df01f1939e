"""The parts of a model file: what each key means, its default and what values it takes.

Knows nothing of files and of how keys depend on each other: `vitals.spec.rules` knows the latter. Descriptions are
shown by editors through the JSON Schema.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from vitals.records import Severity, Symptom
from vitals.spec.places import zone_problem

LATER_WORDS = {
    "multiclass": "use binary with the class as predictions.decision: what is answered is watched, without metrics",
    "ranking": "use regression with the score as predictions.decision: what is answered is watched, without metrics",
}
LONGEST_DAYS = 730


def _zone(name: str) -> str:
    problem = zone_problem(name)
    if problem:
        raise ValueError(problem)
    return name


def _days(value: object) -> object:
    """Read "14d" as 14; other shapes are left to the type."""
    match = re.fullmatch(r"(\d{1,6})d", value) if isinstance(value, str) else None
    if isinstance(value, str) and not match:
        msg = f"must be days, got '{value}'; write days like 14d"
        raise ValueError(msg)
    return int(match[1]) if match else value


def _several(names: object) -> object:
    """Take one name for a list of one."""
    if isinstance(names, str):
        return (names,)
    return tuple(names or ()) if names is None or isinstance(names, list) else names


Text = Annotated[str, StringConstraints(pattern=r"\S")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
Source = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,79}$")]
Table = Annotated[str, StringConstraints(pattern=r"^[^./\\\s][^/\\]*$")]
Title = Annotated[str, StringConstraints(pattern=r"\S", max_length=200)]
Zone = Annotated[str, AfterValidator(_zone)]
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
Value = str | int | float | bool
Suites = Annotated[tuple[Name, ...], BeforeValidator(_several, json_schema_input_type=Name | tuple[Name, ...] | None)]
TimeUnit = Literal["s", "ms", "us", "ns"]
Method = Literal["ks", "cramers_v", "psi", "tv", "d1", "wasserstein", "jensen_shannon"]


class Part(BaseModel):
    """A mapping of a model file: unknown keys are refused, numbers are finite, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class Task(StrEnum):
    """What kind of answer the model gives."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    RANKING = "ranking"


class Status(Part):
    """The column that says how the service fared, and the values that mean well."""

    column: Text = Field(description="Column with the status of each answer.")
    ok: tuple[str, ...] = Field(min_length=1, description="Values that mean the answer was fine, compared as text.")


class Saturation(Part):
    """A column with the used share (or amount) of a capacity."""

    column: Text = Field(description="Column with how much of the capacity was in use.")
    capacity: float = Field(default=1.0, gt=0, description="What the column shows when nothing is left.")


class Predictions(Part):
    """Where the prediction log is and what its columns mean."""

    source: Source = Field(description="Name of the source; its URL is in VITALS_SOURCE_<NAME>_URL.")
    table: Table = Field(description="Table, schema.table or view; for files the name without .parquet or .csv.")
    where: Text | None = Field(default=None, description="SQL predicate, when several models share the table.")
    id: Text | None = Field(default=None, description="Column that identifies a prediction; needed with feedback.")
    time: Text = Field(description="Column with the time of the prediction.")
    time_zone: Zone = Field(default="UTC", description="Zone of times that are stored without one.")
    time_unit: TimeUnit | None = Field(default=None, description="Unit of times that are numbers since 1970 (UTC).")
    loaded_at: Text | None = Field(default=None, description="Column with the time the row arrived in the table.")
    score: Text | None = Field(default=None, description="Column with the model's score.")
    decision: Text | None = Field(default=None, description="Column with what the service answered.")
    version: Text | None = Field(default=None, description="Column with the model's version.")
    segments: tuple[Text, ...] = Field(default=(), description="Columns by whose values findings are narrowed down.")
    inputs: tuple[Text, ...] = Field(default=(), description="Columns with the model's inputs, to watch for drift.")
    latency_ms: Text | None = Field(default=None, description="Column with the time to answer, in milliseconds.")
    status: Status | None = Field(default=None, description="How the service says that it failed.")
    saturation: Saturation | None = Field(default=None, description="How full the service is.")


class Feedback(Part):
    """Where the labels are and when they are looked at."""

    source: Source = Field(description="Name of the source; may be another database than the predictions'.")
    table: Table = Field(description="Table, schema.table or view; for files the name without .parquet or .csv.")
    id: Text = Field(description="Column with the prediction's id.")
    time: Text = Field(description="Column with the time at which the label became known.")
    time_zone: Zone = Field(default="UTC", description="Zone of times that are stored without one.")
    time_unit: TimeUnit | None = Field(default=None, description="Unit of times that are numbers since 1970 (UTC).")
    loaded_at: Text | None = Field(default=None, description="Column with the time the row arrived in the table.")
    target: Text = Field(description="Column with the label.")
    labels: Literal["explicit", "event"] = Field(
        default="explicit",
        description="explicit: every outcome comes as a row; event: no row at the end of the window means negative.",
    )
    window: Annotated[Days, BeforeValidator(_days, json_schema_input_type=int | str)] = Field(
        default=14, description='How long labels keep coming, as "14d" or in days.'
    )
    ages: tuple[Days, ...] = Field(
        default=(1, 7, 14), min_length=1, description="Days after the prediction day at which labels are looked at."
    )
    expectations: Suites = Field(
        default=(), description="Name of a suite of expectations on the labels that became known on a day; or several."
    )
    holdout: Text | None = Field(
        default=None,
        description="SQL predicate over the predictions: rows that the model did not influence; theirs is the headline.",
    )


class Positive(Part):
    """What counts as positive in the decision and in the target."""

    decision: Value = Field(default=1, description="The answer that counts as positive.")
    target: Value = Field(default=1, description="The label that counts as positive.")


class MetricOptions(Part):
    """Options of the metrics."""

    baseline: Text | None = Field(
        default=None,
        description="What a trivial rule would go by, for the paired roc_auc: hour (local), or a segment column.",
    )
    material: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="Per metric, the smallest change worth an alert."
    )
    within_tolerance: float | None = Field(
        default=None, gt=0, description="Largest error that the metric within_tolerance counts as right."
    )


class Baseline(Part):
    """Days that people approved as the way things should be, for the weekly look at slow drift."""

    first_day: date = Field(description="First approved day.")
    last_day: date = Field(description="Last approved day.")
    since: date | None = Field(
        default=None, description="Day on which they were approved: weeks that end before are not compared with them."
    )


class Reference(Part):
    """What today is compared with."""

    days: int = Field(default=56, ge=14, le=180, description="Number of past eligible days to compare with.")
    baseline: Baseline | None = Field(
        default=None, description="Approved days; each week is compared with them as well, for information."
    )


class AvoidRule(Part):
    """What stakeholders want to avoid; one of `at_most` (rows, 0 when neither is given) and `share`."""

    name: Title = Field(description="The rule in the stakeholders' words.")
    over: Literal["predictions", "outcomes"] = Field(
        default="predictions", description="The day's predictions, or the cohort with its labels at the last age."
    )
    where: Text = Field(description="SQL predicate of the rows that must not be.")
    at_most: int | None = Field(default=None, ge=0, description="Rows that are tolerated.")
    share: float | None = Field(default=None, ge=0, le=1, description="Share of rows that is tolerated, 0 to 1.")
    what_to_do: Text | None = Field(default=None, description="What whoever reads the alert should do.")

    @model_validator(mode="before")
    @classmethod
    def _none_is_tolerated(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("at_most") is None and data.get("share") is None:
            return {**data, "at_most": 0}
        return data


class Heuristic(Part):
    """A sanity check that people understand: one number a day."""

    name: Title = Field(description="What the number says, in words.")
    value: Text = Field(description="SQL expression that gives one number for the day's rows.")
    what_to_do: Text | None = Field(default=None, description="What whoever reads the alert should do.")


class Limit(Part):
    """Hard limits of a watched column."""

    column: Text = Field(description="A watched column.")
    min: float | None = Field(default=None, description="Smallest value that is possible.")
    max: float | None = Field(default=None, description="Largest value that is possible.")
    null_share: float | None = Field(default=None, ge=0, le=1, description="Share of nulls that is tolerated, 0 to 1.")
    since: date | None = Field(default=None, description="First day on which the limit holds.")
    until: date | None = Field(default=None, description="Last day on which the limit holds.")


class Alert(Part):
    """An override: mute a finding, or add a classical test with an explicit threshold."""

    symptom: Symptom = Field(description="The kind of finding.")
    subject: Text | None = Field(default=None, description="The finding's column, metric, hour or rule.")
    mute: bool = Field(default=False, description="Do not tell about it.")
    since: date | None = Field(default=None, description="First day on which the override holds.")
    until: date | None = Field(default=None, description="Last day on which the override holds.")
    why: Text | None = Field(default=None, description="The reason, for whoever finds the mute later.")
    method: Method | None = Field(default=None, description="Classical distance to test in addition.")
    above: float | None = Field(default=None, gt=0, description="The distance from which on it is a finding.")
    severity: Severity = Field(default=Severity.WARNING, description="Severity of the classical test's finding.")
