"""The steps of observing that touch the world: read the day, run users' rules on it, evaluate cohorts, record.

Each is a function of the world, a model and a day; what they compute is decided in `vitals.signals` and
`vitals.profiles`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from vitals import windows
from vitals.io import rules
from vitals.io.sources import needed_columns, read_cohort
from vitals.io.world import World
from vitals.records import Day, Measurement, Observation, Partition, Symptom
from vitals.signals import answers, avoid, heuristics, performance, service
from vitals.spec import Model
from vitals.spec.model import AvoidRule


def read(world: World, model: Model, day: Day) -> Partition:
    """Read one day of the prediction log: only the needed columns, as it was known when it was due."""
    columns = needed_columns(model, _prediction_columns(model), world.suite_columns(model))
    as_of = due_instant(model, day) if model.predictions.loaded_at else None
    return world.source(model.predictions.source).read_day(model, day, columns, as_of)


def due_instant(model: Model, day: Day) -> datetime:
    """When a day is expected to be complete: `due` o'clock on the day after, local time."""
    morning = datetime.combine(day + timedelta(days=1), model.due, tzinfo=model.zone)
    return max(windows.window(day, model.zone).end, morning.astimezone(UTC))


def measure(world: World, model: Model, partition: Partition) -> list[Measurement]:
    """Measure what the day alone can tell: service, answers, avoid rules, heuristics."""
    del world  # takes it so that all steps look alike
    day = partition.facts.day
    with rules.Rules(partition.table, zone=model.timezone) as users:
        rows = partition.facts.rows
        counts = {rule.name: (users.count(rule.where), rows) for rule in _rules(model, "predictions")}
        values = {h.name: users.value(h.value) for h in model.heuristics}
    return [
        *service.measure(model, partition),
        *answers.measure(model, partition),
        *avoid.measure(model, day, counts),
        *heuristics.measure(model, day, values, rows),
    ]


def evaluate(world: World, model: Model, day: Day) -> list[Measurement]:
    """Evaluate the cohorts that reach one of their ages on this day, as known at its end."""
    if model.feedback is None:
        return []
    found: list[Measurement] = []
    for age in model.feedback.ages:
        cohort_day = day - timedelta(days=age)
        if windows.exists(cohort_day, model.zone):
            found += _evaluate(world, model, cohort_day, age)
    return found


def _evaluate(world: World, model: Model, cohort_day: Day, age: int) -> list[Measurement]:
    feedback = model.feedback
    assert feedback is not None  # noqa: S101  checked by the caller
    outcomes = _rules(model, "outcomes") if age == max(feedback.ages) else []
    cohort = read_cohort(
        world.source(model.predictions.source),
        world.source(feedback.source),
        model,
        cohort_day,
        age,
        outcome_columns(model) if outcomes else (),
    )
    measured = performance.measure(model, cohort)
    if outcomes and cohort.table.num_rows:
        labelled = cohort.table.filter(pa.compute.is_valid(cohort.table.column(feedback.target)))
        with rules.Rules(labelled, zone=model.timezone) as users:
            counts = {rule.name: (users.count(rule.where), labelled.num_rows) for rule in outcomes}
        measured += avoid.measure(model, cohort_day, counts, age=age)
    return measured


def unfinished(world: World, model: Model, first: Day, last: Day) -> set[Day]:
    """Observed days that may still grow: the open findings say that rows are missing."""
    missing = set()
    for row in world.store.rows("findings", model.name, first, last):
        low = row["value"] is not None and row["expected_low"] is not None and row["value"] < row["expected_low"]
        if row["symptom"] == Symptom.PARTITION_INCOMPLETE or (
            (row["symptom"], row["subject"]) == (Symptom.TRAFFIC, "day") and low
        ):
            missing.add(row["day"])
    return missing


def record(world: World, model: Model, observation: Observation) -> bool:
    """Write the observation of one day in one transaction; True when it changed what was stored."""
    return world.store.replace(observation, world.observation_hash(model))


def outcome_columns(model: Model) -> tuple[str, ...]:
    """Columns of the prediction log that outcome rules mention (the label is there anyway)."""
    target = model.feedback.target if model.feedback else None
    return tuple(c for c in _columns(rule.where for rule in _rules(model, "outcomes")) if c != target)


def _prediction_columns(model: Model) -> tuple[str, ...]:
    """Columns that rules over predictions and heuristics mention; an unreadable rule is reported when it runs."""
    return _columns([*(rule.where for rule in _rules(model, "predictions")), *(h.value for h in model.heuristics)])


def _rules(model: Model, over: str) -> list[AvoidRule]:
    return [rule for rule in model.avoid if rule.over == over]


def _columns(expressions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*(rules.columns_of(e) for e in expressions))))
