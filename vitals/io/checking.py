"""Checking a model against its sources before anything runs: tables, columns and types exist, rules parse and bind.

Reads one day before any log began: an empty partition has the columns and types of every other day.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa

from vitals.errors import VitalsError
from vitals.io import asking, observing, rules
from vitals.io.sources import read_cohort
from vitals.io.world import World
from vitals.spec import Model

LONG_AGO = date(1971, 1, 5)

Types = Mapping[str, pa.DataType]


def problems(world: World, model: Model) -> Iterator[str]:
    """Every problem of a model's sources and rules, each as one line."""
    predictions, outcomes = None, None
    try:
        partition = observing.read(world, model, LONG_AGO)
        predictions = _types(partition.table)
        table = model.predictions.table
        for column in partition.facts.missing_columns:
            yield f"{model.name} predictions.inputs: column {column!r} is missing from {table}; it will be a critical finding"
    except VitalsError as error:
        yield f"{model.name} predictions: {error}"
    if model.feedback is not None and predictions is not None:
        try:
            outcomes = _types(_cohort(world, model))
        except VitalsError as error:
            yield f"{model.name} feedback: {error}"
    yield from _rule_problems(model, predictions, outcomes)


def _cohort(world: World, model: Model) -> pa.Table:
    assert model.feedback is not None  # noqa: S101  checked by the caller
    source, labels = world.source(model.predictions.source), world.source(model.feedback.source)
    columns = asking.columns(asking.of_outcomes(model))
    return read_cohort(source, labels, model, LONG_AGO, model.feedback.ages[-1], columns).table


def _types(table: pa.Table) -> Types:
    return {field.name: field.type for field in table.schema}


def _rule_problems(model: Model, predictions: Types | None, outcomes: Types | None) -> Iterator[str]:
    """Bad expressions with their position; columns are known only where the source could be read."""
    for number, rule in enumerate(model.avoid):
        known = outcomes if rule.over == "outcomes" else predictions
        problem = rules.check(rule.where, known, "where") if known is not None else rules.syntax(rule.where)
        if problem:
            yield f"{model.name} avoid.{number}.where ({rule.name}): {problem}"
    for number, heuristic in enumerate(model.heuristics):
        problem = rules.check(heuristic.value, predictions, "value") if predictions else rules.syntax(heuristic.value)
        if problem:
            yield f"{model.name} heuristics.{number}.value ({heuristic.name}): {problem}"
