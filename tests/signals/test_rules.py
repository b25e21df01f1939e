"""Avoid rules and heuristics: counts and numbers of the user's SQL as measurements."""

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from vitals.signals import avoid, heuristics
from vitals.stats.intervals import wilson

DAY = date(2013, 8, 14)


def test_a_rule_with_a_limit_counts_rows_and_one_with_a_share_divides(model: Callable[..., Any]) -> None:
    """`at_most` gives matching rows, `share` their share with Wilson's interval; n is what was eligible."""
    rows, share = avoid.measure(model(), DAY, {"Missed": (30, 200), "Told ok above 50 %": (3, 400)})

    assert (rows.subject, rows.value, rows.lower, rows.n) == ("Told ok above 50 %", 3.0, None, 400)
    assert (share.subject, share.value, share.n) == ("Missed", 0.15, 200)
    assert (share.lower, share.upper) == wilson(30, 200)


def test_only_counted_rules_are_measured(model: Callable[..., Any]) -> None:
    """Rules over outcomes appear with their cohort, not with the day, and names that no rule has are ignored."""
    found = avoid.measure(model(), DAY, {"Missed": (1, 2), "stranger": (1, 2)}, age=7)

    assert [(m.subject, m.age, m.day, m.known_on) for m in found] == [("Missed", 7, DAY, date(2013, 8, 21))]


def test_a_late_evaluation_says_when_it_was_known(model: Callable[..., Any]) -> None:
    """A cohort evaluated again carries the day of that evaluation."""
    found = avoid.measure(model(), DAY, {"Missed": (1, 2)}, age=7, known_on=date(2013, 8, 30))

    assert found[0].known_on == date(2013, 8, 30)


def test_no_rows_break_no_rule_and_keep_none(model: Callable[..., Any]) -> None:
    """Zero eligible rows are a reason, never a rule that holds."""
    found = avoid.measure(model(), DAY, {"Missed": (0, 0), "Told ok above 50 %": (0, 0)})

    assert [(m.value, m.reason) for m in found] == [(None, "no rows")] * 2


@pytest.mark.parametrize(
    ("value", "rows", "expected"),
    [
        (0.25, 400, (0.25, None)),
        (0.0, 400, (0.0, None)),
        (None, 400, (None, "the expression gives null on this day")),
        (math.nan, 400, (None, "the expression gives null on this day")),
        (math.inf, 400, (None, "the expression gives no finite number on this day")),
        (0.0, 0, (None, "no rows")),
    ],
)
def test_a_heuristic_is_a_number_or_a_reason(
    value: float | None, rows: int, expected: tuple[float | None, str | None], model: Callable[..., Any]
) -> None:
    """Whatever the expression gives, the measurement is finite or says why not."""
    (found,) = heuristics.measure(model(), DAY, {"Mean score": value}, rows)

    assert (found.subject, found.n) == ("Mean score", rows)
    assert (found.value, found.reason) == expected
