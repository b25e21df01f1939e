"""Base rates of a trivial baseline's groups."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from vitals.records import Measurement
from vitals.signals import performance
from vitals.signals.baseline import BASE_RATE


def rates(found: list[Measurement]) -> dict[str, tuple[int, int]]:
    """Positives and rows per group."""
    return {m.segment: (round(m.value * m.n), m.n) for m in found if m.subject == BASE_RATE}


def by(name: str) -> dict[str, Any]:
    """The model file's option."""
    return {"metric_options": {"baseline": name}}


def test_hours_are_local_and_add_up(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """Every row with label and score is in one group, under the hour that the model's clock showed."""
    found = rates(performance.measure(model(**by("hour")), cohort(plain_cohort)))

    seen = np.array([y is not None for y in plain_cohort["late"]])
    hours = np.array([(at.hour - 4) % 24 for at in plain_cohort["at"]])
    late = np.array([y == 1 for y in plain_cohort["late"]])
    assert found == {
        f"hour={h:02}": (int((late & (hours == h)).sum()), int((seen & (hours == h)).sum())) for h in range(20)
    }


def test_groups_of_few_labels_are_the_rest(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """A group of fewer than ten would show single outcomes; values beyond the twenty largest have no group either."""
    plain_cohort["late"] = [1 if i < 9 else 0 if 20 <= i < 200 else None for i in range(400)]

    hours = rates(performance.measure(model(**by("hour")), cohort(plain_cohort)))
    carriers = rates(performance.measure(model(**by("carrier")), cohort(plain_cohort)))

    assert hours["hour=…"] == (9, 9)
    assert carriers == {"carrier=…": (9, 189)}


def test_segments_group_by_value_and_null_is_one(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """A column of the segments serves as baseline too."""
    found = rates(performance.measure(model(**by("origin")), cohort(plain_cohort)))

    assert set(found) == {"origin=LGA", "origin=JFK", "origin=EWR", "origin=∅"}
    assert sum(n for _, n in found.values()) == sum(y is not None for y in plain_cohort["late"])


def test_the_hour_that_comes_twice_is_one_group(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """When summer time ends, one o'clock has twice the rows."""
    start = datetime(2013, 11, 3, 4, tzinfo=UTC)
    plain_cohort["at"] = [start + timedelta(minutes=3 * i) for i in range(400)]
    plain_cohort["late"] = [0] * 400

    found = rates(performance.measure(model(**by("hour")), cohort(plain_cohort)))

    assert (found["hour=00"], found["hour=01"], found["hour=02"]) == ((0, 20), (0, 40), (0, 20))


def test_without_a_baseline_or_labels_there_is_no_row(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """Nothing is stored that nobody asked for."""
    nothing = plain_cohort | {"late": [None] * 400, "__label_time": [None] * 400}

    assert rates(performance.measure(model(), cohort(plain_cohort))) == {}
    assert rates(performance.measure(model(**by("hour")), cohort(nothing))) == {}


@pytest.mark.parametrize("age", [1, 14])
def test_events_have_base_rates_when_they_are_final(
    age: int, model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """Before the window has passed the absence of an event says nothing yet."""
    feedback = {"source": "log", "table": "f", "id": "id", "time": "t", "target": "late", "labels": "event"}
    watched = model(feedback=feedback | {"ages": [1, 14]}, **by("hour"))

    found = rates(performance.measure(watched, cohort(plain_cohort, age=age)))

    assert sum(n for _, n in found.values()) == (400 if age == 14 else 0)
