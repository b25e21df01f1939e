"""A part of the rows in another unit is named when it is known how many, and nothing else passes for one."""

import numpy as np
import pytest

from vitals.profiles import NumericSummary
from vitals.profiles.summarise import summarise_sorted
from vitals.stats.unitpart import name_unit_of_part

ROWS = 900


def numeric(values: np.ndarray) -> NumericSummary:
    """Summarise the numbers of a day."""
    return summarise_sorted(np.sort(values.astype(np.float64)))


def rows(seed: int) -> np.ndarray:
    """Distances of one day."""
    return np.round(np.random.default_rng(seed).lognormal(6, 0.6, ROWS))


def past(days: int = 28) -> list[NumericSummary]:
    return [numeric(rows(seed)) for seed in range(days)]


def spoilt(part: float, factor: float = 1.0) -> NumericSummary:
    """A further day, with a part of its rows in another unit."""
    values = rows(99)
    changed = np.arange(ROWS) >= (1 - part) * ROWS
    return numeric(np.where(changed, factor * values, values))


@pytest.mark.parametrize("part", [0.7, 1.0])
@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1.609344, "miles to km?"),
        (1 / 1.609344, "km to miles?"),
        (1000.0, "km to m, or seconds to milliseconds?"),
        (0.01, "percent to a share, or cm to m?"),
    ],
)
def test_the_unit_of_a_known_part_is_named(part: float, factor: float, said: str) -> None:
    """Half a day in kilometres is as plain as a whole one."""
    change = name_unit_of_part(spoilt(part, factor), past(), part)

    assert change is not None
    assert (change.words, change.factor) == (said, pytest.approx(factor))


@pytest.mark.parametrize("factor", [1.0, 1.1, 0.5, 2.0, 3.0, 5.0, 7.0, 300.0])
@pytest.mark.parametrize("part", [0.35, 0.7, 1.0])
def test_other_factors_are_no_unit(part: float, factor: float) -> None:
    """Three times is not m to feet, and nothing moved is nothing."""
    assert name_unit_of_part(spoilt(part, factor), past(), part) is None


@pytest.mark.parametrize("value", [0.0, 400.0, 99_999.0])
def test_one_value_for_many_rows_is_no_unit(value: float) -> None:
    """A default or a frozen feed."""
    values = np.where(np.arange(ROWS) >= 300, value, rows(99))

    assert name_unit_of_part(numeric(values), past(), 2 / 3) is None


def test_a_short_past_and_a_wrong_part_name_nothing() -> None:
    """Fourteen days are needed; kilometres on a tenth of the rows are not two thirds of them."""
    assert name_unit_of_part(spoilt(0.7, 1.609344), past(13), 0.7) is None
    assert name_unit_of_part(spoilt(0.1, 1000.0), past(), 0.7) is None
