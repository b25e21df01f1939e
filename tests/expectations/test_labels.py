"""Suites on the feedback table: the labels that became known on a day."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.labels import label_problems, validate_labels
from expectations.loading import load_suite
from tests.io.labelled import FIRST, LOADED, days, model, week_of_predictions
from vitals.errors import ConfigError

pytestmark = [pytest.mark.gx, pytest.mark.slow]
Write = Callable[..., Path]
ENTRIES = """  - expect_column_values_to_be_in_set: {column: late, value_set: [0, 1]}
    severity: critical
  - expect_column_values_to_not_be_null: {column: gone}
    severity: info
  - expect_table_row_count_to_be_between: {min_value: 11}
    severity: info
"""


def test_the_labels_of_a_day_are_held_against_their_suite(tmp_path: Path, suite: Write) -> None:
    """By the time at which they became known; what was loaded after the day was due was not there yet."""
    log, folder = week_of_predictions(tmp_path), suite(ENTRIES, "labels").parent
    first, second = days(0, 1)
    log.label(first, range(10), after_days=0.1)
    log.label(first, range(10, 12), after_days=0.1, late=7)
    log.label(first, range(12, 20), after_days=0.2, loaded_days=3, late=9)
    log.label(second, range(5), after_days=0.1)
    watched = model(feedback={"expectations": ["labels"], **LOADED})

    with log.world(None) as world:
        values, gone, rows = validate_labels(world, watched, FIRST, folder)
        nothing = validate_labels(world, watched, days(5, 5)[0], folder)

    assert (values.status, values.unexpected, values.n, values.suite) == ("fail", 2, 12, "labels")
    assert values.description == "labels: late is one of 0, 1"
    assert (gone.status, gone.error) == ("error", "the column gone is missing")
    assert (rows.status, rows.observed) == ("pass", "12")
    assert nothing == []


def test_usual_traffic_is_the_predictions(tmp_path: Path, suite: Write) -> None:
    """How many labels are usual is no parameter; whoever writes it reads where and what to write."""
    path = suite(
        "  - expect_table_row_count_to_be_between: {min_value: {$PARAMETER: min_rows}}\n    severity: info\n", "labels"
    )
    log = week_of_predictions(tmp_path)
    said = f"{path}:3 expect_table_row_count_to_be_between: min_rows, usual_rows and max_rows are about predictions"

    with log.world(None) as world, pytest.raises(ConfigError, match="are about predictions; write a number"):
        validate_labels(world, model(feedback={"expectations": ["labels"]}), FIRST, path.parent)

    assert label_problems(load_suite(path)) == [f"{said}; write a number"]
