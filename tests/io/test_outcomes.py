"""Rules over outcomes, holdouts, and what is checked of them before anything runs."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.io.labelled import FIRST, LOADED, Log, counted, days, model, week_of_predictions
from vitals.io import checking
from vitals.io.evaluating import evaluate
from vitals.records import Day, Measurement
from vitals.spec.model import Model

MISSED = {"name": "Missed", "over": "outcomes", "where": "decision = 'ok' AND late = 1", "share": 0.4}
NOTHING = {"name": "Nothing came", "over": "outcomes", "where": "late = 0", "share": 0.4}


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A week of predictions, without labels."""
    return week_of_predictions(tmp_path)


def test_rules_over_outcomes_with_events(log: Log) -> None:
    """With event labels every prediction of the window has an outcome: nothing happened unless a label says so."""
    day = days(0, 0)[0]
    log.label(day, range(10, 30), 0.5, late=1)
    watched = model({"labels": "event"}, avoid=[MISSED, NOTHING])

    found = rules_of(log, watched, day + timedelta(days=3))

    assert {name: (m.value, m.n) for name, m in found.items()} == {
        "Missed": (pytest.approx(counted(range(10, 30))), 57),
        "Nothing came": (pytest.approx(1 - counted(range(10, 30))), 57),
    }


def test_rules_over_outcomes_with_explicit_labels(log: Log) -> None:
    """With explicit labels only what has one counts."""
    day = days(0, 0)[0]
    log.label(day, range(10, 30), 0.5, late=1)

    found = rules_of(log, model(avoid=[MISSED, NOTHING]), day + timedelta(days=3))

    assert {name: (m.value, m.n) for name, m in found.items()} == {"Missed": (1.0, 19), "Nothing came": (0.0, 19)}


def rules_of(log: Log, watched: Model, day: Day) -> dict[str, Measurement]:
    """Avoid rules measured on a day."""
    with log.world(None) as world:
        return {m.subject: m for m in evaluate(world, watched, day).measurements if m.signal == "avoid"}


def test_the_holdout_is_chosen_by_columns_of_the_prediction(log: Log) -> None:
    """Rows that match the predicate are measured beside the whole, at every age."""
    day = days(0, 0)[0]
    log.label(day, range(60), 0.5)
    watched = model({"holdout": "status = 'ok' AND tried = 0"})

    with log.world(None) as world:
        found = [m for m in evaluate(world, watched, day + timedelta(days=1)).measurements if m.subject == "prevalence"]

    held = [i for i in range(60) if i % 20 and i % 3]
    assert {m.segment: (m.value, m.n) for m in found} == {
        "": (pytest.approx(30 / 57), 57),
        "holdout": (sum(i % 2 for i in held) / len(held), len(held)),
    }


@pytest.mark.parametrize(
    ("holdout", "problem"),
    [
        ("tried = 0", None),
        ("tried = ", "syntax error"),
        ("late = 1", "unknown column 'late' at 1"),
        ("tryed = 0", "unknown column 'tryed' at 1; did you mean 'tried'?"),
        ("decision", "Could not convert string|must be true or false"),
        ("avg(score) > 0.5", "avg"),
    ],
)
def test_check_looks_at_the_holdout(log: Log, holdout: str, problem: str | None) -> None:
    """A predicate that cannot run, or that looks at the label, is found before anything runs."""
    with log.world(None) as world:
        told = [str(one) for one in checking.problems(world, model({"holdout": holdout}))]

    assert bool(told) == bool(problem)
    if problem:
        assert told[0].startswith("late feedback.holdout (rows the model did not influence): ")
        assert any(part in told[0] for part in problem.split("|"))


def test_a_holdout_by_a_missing_input_is_empty(log: Log) -> None:
    """An input that the table lacks is a finding of its own; the holdout says that it has no rows."""
    watched = model({"holdout": "gone = 0"}, predictions={"inputs": ["tried", "gone"]})

    with log.world(None) as world:
        found = evaluate(world, watched, FIRST + timedelta(days=1)).measurements

    assert {m.reason for m in found if m.segment == "holdout"} == {"n=0 < 30"}


def test_due_is_part_of_the_observation_where_rows_say_when_they_were_loaded() -> None:
    """Another due time counts other rows then, and only then."""
    early, late = time(6), time(9)

    plain = [replace_due(model(), due).spec_hash for due in (early, late)]
    loaded = [replace_due(model(LOADED), due).spec_hash for due in (early, late)]

    assert plain[0] == plain[1]
    assert loaded[0] != loaded[1]


def replace_due(watched: Model, due: Any) -> Model:
    """The model, due at another time."""
    return watched.model_copy(update={"due": due})
