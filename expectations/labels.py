"""Suites on the feedback table: the labels that became known on a day, held against expectations of their own.

A day without labels has nothing to say here: that they are late or missing is a rule of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from expectations.loading import Suite, label_suite_paths, load_suite, suite_columns
from expectations.running import run_suites, validate
from vitals.errors import ConfigError
from vitals.io.labels import read_labels
from vitals.io.world import World
from vitals.records import Day, Partition, Validation
from vitals.spec.model import Model
from vitals.spec.rowcount import RowCount

LABELS = "labels: "
"""Before the description of an expectation on the feedback table."""


def validate_all(world: World, model: Model, partition: Partition) -> list[Validation]:
    """Hold a day's predictions and the labels of that day against the model's suites; errors are those of `validate`."""
    suites_dir = world.settings.suites_dir
    found = validate(model, partition, suites_dir)
    return found + validate_labels(world, model, partition.facts.day, suites_dir)


def validate_labels(world: World, model: Model, day: Day, suites_dir: Path) -> list[Validation]:
    """Hold the labels that became known on a day against their suites; [] without suites or labels."""
    suites = [load_suite(path) for path in label_suite_paths(suites_dir, model)]
    problems = [problem for suite in suites for problem in label_problems(suite)]
    if problems:
        raise ConfigError("\n".join(problems))
    if not suites:
        return []
    labels = read_labels(world, model, day, label_columns(suites))
    if not labels.facts.rows:
        return []
    return [replace(one, description=LABELS + one.description) for one in run_suites(model, suites, labels)]


def label_columns(suites: Sequence[Suite]) -> tuple[str, ...]:
    """Name the columns that suites read of the feedback table, each once."""
    return tuple(dict.fromkeys(name for suite in suites for name in suite_columns(suite)))


def label_problems(suite: Suite) -> list[str]:
    """List what only predictions can be asked: their usual traffic."""
    told = "min_rows, usual_rows and max_rows are about predictions; write a number"
    return [f"{suite.path}:{one.line} {one.type}: {told}" for one in suite.entries if RowCount.of_key(one.key)]
