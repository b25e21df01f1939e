"""What all signals keep, whatever the day looks like."""

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from vitals.records import Measurement
from vitals.signals import answers, avoid, heuristics, performance, service

SUBJECTS = {
    "traffic": r"day|hour=([01]\d|2[0-3])",
    "errors": "status",
    "latency": "p50|p95|p99",
    "saturation": "queue",
    "missing_answers": "score|decision",
    "default_answers": "score|decision|origin",
    "duplicates": "id",
    "avoid": "Told ok above 50 %|Missed",
    "heuristic": "Evening share|Mean score",
    "performance": "roc_auc|precision|recall|log_loss|prevalence|predicted_positive_rate",
    "label_coverage": "",
    "label_delay": r"p50|p90|newest|day=\d\d",
}


def plain(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave the day as it is."""
    return table


def no_rows(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Take every row away."""
    return {name: [] for name in table}


def one_row(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave one row."""
    return {name: values[:1] for name, values in table.items()}


def all_null(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Take every value away but ids and times."""
    return {name: values if name in {"id", "at"} else [None] * len(values) for name, values in table.items()}


def only_ids(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Take every column away that the model file names."""
    return {name: table[name] for name in ("id", "at")}


def wrong_types(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Turn numbers into texts and texts into numbers."""
    swapped = {
        name: [f"<{v}>" for v in values] if isinstance(values[0], float) else list(range(len(values)))
        for name, values in table.items()
    }
    return swapped | {"at": table["at"]}


def infinite(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Put infinities where numbers are."""
    return {
        name: [math.inf, -math.inf, *values[2:]] if isinstance(values[5], float) else values
        for name, values in table.items()
    }


WORLDS = [plain, no_rows, one_row, all_null, only_ids, wrong_types, infinite]


@pytest.mark.parametrize("change", WORLDS)
def test_signals_of_a_day_keep_the_contract(
    change: Callable[..., Any], model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """Every measurement of a day is finite or has a reason, has a key of its own, and belongs to that day."""
    late, day = model(), partition(change(plain_rows))
    counts = {rule.name: (0, day.table.num_rows) for rule in late.avoid}
    values = {"Evening share": 0.25, "Mean score": None}

    found = [
        *service.measure(late, day),
        *answers.measure(late, day),
        *avoid.measure(late, day.facts.day, counts),
        *heuristics.measure(late, day.facts.day, values, day.table.num_rows),
    ]

    assert {m.signal for m in found} == set(SUBJECTS) - {"performance", "label_coverage", "label_delay"}
    assert {(m.age, m.day, m.known_on) for m in found} == {(0, day.facts.day, day.facts.day)}
    assert {(m.signal, m.subject) for m in found if m.segment} <= {("traffic", "day")}
    check(found)


@pytest.mark.parametrize("change", WORLDS)
@pytest.mark.parametrize("age", [1, 7])
def test_signals_of_a_cohort_keep_the_contract(
    age: int, change: Callable[..., Any], model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Every measurement of a cohort is finite or has a reason, has a key of its own, and says when it was known."""
    late, seen = model(), cohort(change(plain_cohort), age=age)

    found = performance.measure(late, seen)

    assert {(m.age, m.day, m.known_on) for m in found} <= {(age, seen.day, seen.day + timedelta(days=age))}
    assert bool(found) == bool(seen.table.num_rows)
    check(found)


def check(found: list[Measurement]) -> None:
    """Hold measurements against what every signal promises."""
    keys = [(m.day, m.age, m.signal, m.subject, m.segment) for m in found]
    assert len(keys) == len(set(keys))
    for m in found:
        assert m.model == "late"
        assert re.fullmatch(SUBJECTS[m.signal], m.subject), (m.signal, m.subject)
        assert type(m.signal) is str
        assert type(m.n) is int
        assert (m.value is None) == (m.reason is not None)
        if m.value is None:
            assert m.reason
            assert (m.lower, m.upper) == (None, None)
        else:
            assert m.method
            assert type(m.value) is float
            assert all(
                end is None or (type(end) is float and math.isfinite(end)) for end in (m.value, m.lower, m.upper)
            )
            assert m.lower is None or m.lower <= m.value + 1e-12
            assert m.upper is None or m.value <= m.upper + 1e-12
