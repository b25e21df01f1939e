"""The steps of observing that touch the world: read the day, run users' rules on it, record.

Each is a function of the world, a model and a day; what they compute is decided in `vitals.signals` and
`vitals.profiles`.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from vitals import windows, words
from vitals.io import asking, rules
from vitals.io.sources import needed_columns
from vitals.io.world import World
from vitals.records import Day, Measurement, Observation, Partition, Symptom
from vitals.signals import answers, avoid, decided, heuristics, service
from vitals.spec import Model
from vitals.spec.model import AvoidRule, Heuristic


def read(world: World, model: Model, day: Day) -> Partition:
    """Read one day of the prediction log: only the needed columns, as it was known when it was due."""
    source, suite = world.source(model.predictions.source), world.suite_columns(model)
    wishes = asking.of_predictions(model)
    columns = needed_columns(model, asking.columns(wishes), suite)
    as_of = due_instant(model, day) if model.predictions.loaded_at else None
    wishes = [*wishes, (f"suite {words.listed(model.expectations)}", suite)]
    with asking.blamed(source, model, wishes):
        return source.read_day(model, day, columns, as_of)


def due_instant(model: Model, day: Day) -> datetime:
    """When a day is expected to be complete: `due` o'clock on the day after, local time."""
    morning = datetime.combine(day + timedelta(days=1), model.due, tzinfo=model.zone)
    return max(windows.window(day, model.zone).end, morning.astimezone(UTC))


def measure(world: World, model: Model, partition: Partition) -> list[Measurement]:
    """Measure what the day alone can tell: service, answers, avoid rules, heuristics."""
    del world  # takes it so that all steps look alike
    day, missing = partition.facts.day, partition.facts.missing_columns
    with rules.Rules(partition.table, zone=model.timezone) as users:
        rows = partition.table.num_rows
        counts = {rule.name: (_count(users, rule), rows) for rule in _rules(model, "predictions", missing)}
        values = {one.name: _value(users, one) for one in model.heuristics if asking.can_run(one.value, missing)}
    return [
        *service.measure(model, partition),
        *answers.measure(model, partition),
        *decided.measure(model, partition),
        *avoid.measure(model, day, counts, one_in=partition.one_in),
        *heuristics.measure(model, day, values, rows),
    ]


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


def _rules(model: Model, over: str, missing: Collection[str]) -> list[AvoidRule]:
    return [rule for rule in model.avoid if rule.over == over and asking.can_run(rule.where, missing)]


def _count(users: rules.Rules, rule: AvoidRule) -> int:
    with asking.named(asking.rule_words(rule.name)):
        return users.count(rule.where)


def _value(users: rules.Rules, heuristic: Heuristic) -> float | None:
    with asking.named(asking.heuristic_words(heuristic.name)):
        return users.value(heuristic.value)
