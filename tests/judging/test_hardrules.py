"""A value that holds nearly all rows and held few on every day before."""

import numpy as np
import pyarrow as pa
import pytest

from vitals.judging.hardrules import hard_rule
from vitals.profiles import Summary, summarise


def visibility(draw: np.random.Generator, clear: float) -> Summary:
    """A day of visibilities: 10 on clear hours, else anything below, 5 now and then."""
    below = draw.choice([0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9], 900)
    return summarise(pa.array(np.where(draw.random(900) < clear, 10.0, below)))


@pytest.fixture
def past() -> list[Summary]:
    """Thirty days whose weather differs much."""
    draw = np.random.default_rng(1)
    return [visibility(draw, clear) for clear in draw.uniform(0, 1, 30)]


def test_a_cap_is_found_though_single_days_differ_much(past: list[Summary]) -> None:
    """All rows at a value that a tenth of the rows of a bad day had at most."""
    found = hard_rule(summarise(pa.array([5.0] * 900)), past, learning=False)

    assert found is not None
    assert found.words.startswith("100 % of rows equal to 5, on at most 1")
    assert not found.teaches


@pytest.mark.parametrize("value", [10.0, 9.9])
def test_a_usual_value_is_no_news_and_a_new_one_is(past: list[Summary], value: float) -> None:
    """Clear days are all 10; a number that was never there is said so."""
    found = hard_rule(summarise(pa.array([value] * 900)), past, learning=False)

    assert (found is None) is (value == 10.0)
    assert found is None or found.words == "100 % of rows equal to 9.9, never seen before"


def test_texts_are_watched_alike() -> None:
    """One carrier on nearly all rows."""
    usual = [summarise(pa.array(["UA", "AA", "B6", "DL", "EV", "9E"] * 150)) for _ in range(10)]

    found = hard_rule(summarise(pa.array(["UA"] * 850 + ["AA"] * 50)), usual, learning=False)

    assert found is not None
    assert found.words == "94.4 % of rows equal to 'UA', on at most 16.7 % on the 10 days before"


@pytest.mark.parametrize(("rows", "days"), [(3, 30), (900, 6), (0, 30)])
def test_few_rows_few_days_or_no_values_say_nothing(past: list[Summary], rows: int, days: int) -> None:
    """An accident of few rows, and a past that is too short."""
    today = summarise(pa.array([5.0] * rows + [None] * (0 if rows else 900), pa.float64()))

    found = hard_rule(today, past[:days], learning=False)

    assert found is None or "equal to" not in found.words


def test_a_value_of_its_own_each_day_is_no_news() -> None:
    """A daily rate is the same on all rows and another every day."""
    rates = [summarise(pa.array([1.1 + day / 1000] * 900)) for day in range(31)]

    assert hard_rule(rates[-1], rates[:-1], learning=False) is None


@pytest.mark.parametrize(("place", "says"), [(5.0, "below"), (170.0, "above"), (40.0, ""), (100.0, "")])
def test_most_rows_well_beyond_all_that_was_are_found_where_days_differ_much(place: float, says: str) -> None:
    """Days between 50 and 90 degrees, each within a few: at 5 or 170 another column was read; at 40 or 100 it is weather."""
    draw = np.random.default_rng(3)
    warm = [summarise(pa.array(draw.normal(place, 3, 900).round(1))) for place in np.linspace(50, 90, 40)]

    found = hard_rule(summarise(pa.array(draw.normal(place, 3, 900).round(1))), warm, learning=False)

    assert (found is not None) is bool(says)
    assert found is None or (f" of rows well {says} " in found.words and found.words.endswith("on the 40 days before"))
    assert hard_rule(summarise(pa.array(draw.normal(place, 3, 900).round(1))), warm[:27], learning=False) is None


def test_lost_decimals_move_no_share_and_are_found() -> None:
    """Cents are cut off."""
    draw = np.random.default_rng(4)
    days = [draw.normal(1500, 900, 900).round(2) for _ in range(31)]
    past = [summarise(pa.array(values)) for values in days[:30]]

    found = hard_rule(summarise(pa.array(np.trunc(days[30]))), past, learning=False)

    assert found is not None
    assert found.words == "whole numbers only, which no day before had"
    assert hard_rule(summarise(pa.array(days[30])), past, learning=False) is None
