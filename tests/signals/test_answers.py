"""Missing and defaulted answers."""

from collections.abc import Callable
from typing import Any

import pytest

from vitals.signals import answers
from vitals.stats.intervals import wilson


def values(found: list[Any], signal: str) -> dict[str, float | None]:
    """Values of one signal by subject."""
    return {m.subject: m.value for m in found if m.signal == signal}


def test_missing_answers_are_nulls_of_the_responses(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """Nulls of score and decision are shares of all rows; inputs are not answers."""
    plain_rows["score"][:10] = [None] * 10
    plain_rows["decision"][:30] = [None] * 30

    found = answers.measure(model(), partition(plain_rows))

    assert values(found, "missing_answers") == {"score": 10 / 400, "decision": 30 / 400}
    assert [(m.lower, m.upper) for m in found[:2]] == [wilson(10, 400), wilson(30, 400)]


def test_defaults_are_counted_by_role_or_column(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """A role names its column, other keys are columns; nulls are not defaults, and near misses are none."""
    plain_rows["score"] = [0.5] * 20 + [0.5 + 1e-12] * 30 + [None] * 50 + [0.25] * 300
    plain_rows["decision"] = ["unknown"] * 8 + ["ok"] * 392
    plain_rows["origin"] = ["?"] * 4 + ["LGA"] * 396

    found = answers.measure(model(), partition(plain_rows))

    assert values(found, "default_answers") == {"score": 20 / 400, "decision": 8 / 400, "origin": 4 / 400}


def test_several_defaults_and_both_names_of_a_column_add_up(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """A column listed under its role and under its name is measured once, with the values of both."""
    plain_rows["p"] = [0.0] * 10 + [1] * 10 + [-1.0] * 20 + [0.3] * 360
    late = model(predictions={"score": "p"}, defaults={"score": [0, 1], "p": [-1]})

    assert values(answers.measure(late, partition(plain_rows)), "default_answers") == {"p": 40 / 400}


def test_no_rows_and_no_column_are_reasons(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """Nothing was answered on an empty day; a column that is gone is named."""
    empty = answers.measure(model(), partition({name: [] for name in plain_rows}))
    gone = answers.measure(model(), partition({"id": plain_rows["id"], "at": plain_rows["at"]}))

    assert {m.reason for m in empty} == {"no rows"}
    assert {m.subject: m.reason for m in gone} == {
        name: f"the source has no column {name}" for name in ("score", "decision", "origin")
    }


@pytest.mark.parametrize("role", ["score", "decision"])
def test_a_model_with_one_response_has_one(role: str, model: Callable[..., Any], partition: Callable[..., Any]) -> None:
    """Only the responses that the model file names are measured."""
    other = {"score": "decision", "decision": "score"}[role]
    late = model(predictions={other: None}, defaults={})

    assert [m.subject for m in answers.measure(late, partition())] == [role]
