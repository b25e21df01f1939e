"""Checking a model against its sources before anything runs: tables, columns and types exist, rules parse and bind.

Reads one day before any log began: an empty partition has the columns and types of every other day.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from vitals.errors import InputError, VitalsError
from vitals.io import asking, observing, rules
from vitals.io.evaluating import predictions_of
from vitals.io.sources import read_cohort
from vitals.io.world import World
from vitals.spec import Model

LONG_AGO = date(1971, 1, 5)


@dataclass(frozen=True, slots=True)
class _Expression:
    """One of the users' expressions, where it stands in the model's file, and what it is about."""

    place: str
    name: str
    text: str
    kind: rules.Kind
    over: str


def problems(world: World, model: Model) -> Iterator[VitalsError]:
    """Every problem of a model's sources and rules, each as one line; its class says whose business it is."""
    log = model.predictions
    try:
        names = world.source(log.source).columns(log.table)
    except VitalsError as error:
        yield _about(f"{model.name} predictions", error)
        yield from _said(model, {one: rules.syntax(one.text) for one in _expressions(model)})
        return
    unreadable = {one: rules.unreadable(one.text, _visible(model, one, names), one.kind) for one in _expressions(model)}
    yield from _said(model, unreadable)
    yield from _of_sources(world, _without(model, {one.place for one, problem in unreadable.items() if problem}))


def _of_sources(world: World, model: Model) -> Iterator[VitalsError]:
    """Read nothing of the tables as a run would, and bind the expressions to the types that come."""
    try:
        partition = observing.read(world, model, LONG_AGO)
    except VitalsError as error:
        yield _about(f"{model.name} predictions", error)
        return
    for column in partition.facts.missing_columns:
        message = f"{model.name} predictions.inputs: column {column!r} is missing from {model.predictions.table}"
        yield InputError(f"{message}; it will be a critical finding")
    types = {"predictions": _types(partition.table)}
    if model.feedback is not None:
        try:
            cohort = _cohort(world, model)
            types["outcomes"] = _types(cohort)
            types["holdout"] = _types(predictions_of(model.feedback, cohort))
        except VitalsError as error:
            yield _about(f"{model.name} feedback", error)
    known = [one for one in _expressions(model) if one.over in types]
    known = [one for one in known if asking.can_run(one.text, partition.facts.missing_columns)]
    yield from _said(model, {one: rules.check(one.text, types[one.over], one.kind) for one in known})


def _cohort(world: World, model: Model) -> pa.Table:
    assert model.feedback is not None  # noqa: S101  checked by the caller
    source, labels = world.source(model.predictions.source), world.source(model.feedback.source)
    columns = asking.columns([*asking.of_outcomes(model), *asking.of_holdout(model)])
    return read_cohort(source, labels, model, LONG_AGO, model.feedback.ages[-1], columns).table


def _types(table: pa.Table) -> Mapping[str, pa.DataType]:
    return {field.name: field.type for field in table.schema}


def _expressions(model: Model) -> Iterator[_Expression]:
    for number, rule in enumerate(model.avoid):
        yield _Expression(f"avoid.{number}.where", rule.name, rule.where, "where", rule.over)
    for number, heuristic in enumerate(model.heuristics):
        yield _Expression(f"heuristics.{number}.value", heuristic.name, heuristic.value, "value", "predictions")
    if model.feedback and model.feedback.holdout:
        yield _Expression(
            asking.HOLDOUT, "rows the model did not influence", model.feedback.holdout, "where", "holdout"
        )


def _visible(model: Model, one: _Expression, names: Collection[str]) -> list[str]:
    """Columns that an expression may mention: those there are, inputs that are a finding when missing, the label."""
    label = [model.feedback.target] if model.feedback and one.over == "outcomes" else []
    return list(dict.fromkeys([*names, *model.predictions.inputs, *label]))


def _without(model: Model, places: Collection[str]) -> Model:
    """Take expressions out of a model, so that the rest can be looked at."""
    avoid = [rule for number, rule in enumerate(model.avoid) if f"avoid.{number}.where" not in places]
    numbers = [one for number, one in enumerate(model.heuristics) if f"heuristics.{number}.value" not in places]
    feedback = model.feedback
    if feedback and asking.HOLDOUT in places:
        feedback = feedback.model_copy(update={"holdout": None})
    return model.model_copy(update={"avoid": tuple(avoid), "heuristics": tuple(numbers), "feedback": feedback})


def _said(model: Model, found: Mapping[_Expression, str | None]) -> Iterator[InputError]:
    for one, problem in found.items():
        if problem:
            yield InputError(f"{model.name} {one.place} ({one.name}): {problem}")


def _about(place: str, error: VitalsError) -> VitalsError:
    return type(error)(f"{place}: {error}")
