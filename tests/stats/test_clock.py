"""Hours of the day that moved together, and patterns that did not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.stats.clock import moved_hours

USUAL = np.array([0] * 6 + [20, 60, 90, 70, 50, 40, 45, 50, 60, 80, 95, 70, 40, 20, 10, 5, 0, 0])
PAST = [USUAL] * 14


@given(st.integers(-12, 12).filter(bool), st.integers(1, 1000))
def test_a_pattern_moved_by_whole_hours_says_by_how_many(shift: int, times: int) -> None:
    """Whatever the number of rows; twelve hours either way are the same."""
    found = moved_hours(np.roll(USUAL, shift) * times, PAST)

    assert found is not None
    assert (found - shift) % 24 == 0


def test_hours_moved_over_midnight_may_be_missing() -> None:
    """On the first day of a change to five hours later the last five hours lie on the next day."""
    late = np.roll(USUAL, 5)
    late[:5] = 0

    assert moved_hours(late, PAST, cut=True) == 5
    assert moved_hours(np.append(USUAL[5:], [0] * 5), PAST, cut=True) == -5


def test_with_most_hours_cut_off_nothing_is_said() -> None:
    """Where less than six tenths of the usual rows are left to compare."""
    late = np.roll(USUAL, 11)
    late[:11] = 0

    assert moved_hours(late, PAST, cut=True) is None


def test_another_pattern_is_not_a_moved_one() -> None:
    """All in one hour, spread evenly, or turned round in time."""
    one_hour = np.zeros(24)
    one_hour[12] = 900
    lopsided = [[0] * 6 + [500, 300, 100, 50, 25, 12] + [0] * 12] * 14

    assert moved_hours(one_hour, PAST) is None
    assert moved_hours(np.full(24, 40), PAST) is None
    assert moved_hours(lopsided[0][::-1], lopsided) is None


@pytest.mark.parametrize(
    ("today", "past"),
    [
        (np.zeros(24), PAST),
        (USUAL, PAST[:6]),
        (USUAL, []),
        (USUAL, [*PAST, np.zeros(24)]),
        (np.full(24, 5), [np.full(24, 5)] * 14),
        (np.eye(24)[8], [np.eye(24)[8]] * 14),
    ],
    ids=["no rows", "six days", "no past", "an empty day", "every hour alike", "one hour"],
)
def test_where_nothing_can_be_said_nothing_is(today: np.ndarray, past: list[np.ndarray]) -> None:
    """Too little, or nothing that moved."""
    assert moved_hours(today, past) is None


def test_noise_moves_no_hours_and_hides_none() -> None:
    """300 ordinary days of 500 rows are quiet; every one of 50 moved by three hours is told so."""
    rng = np.random.default_rng(6)
    shape = USUAL / USUAL.sum()
    past = rng.multinomial(500, shape, 28)

    assert [moved_hours(one, past) for one in rng.multinomial(500, shape, 300)] == [None] * 300
    assert [moved_hours(one, past) for one in rng.multinomial(500, np.roll(shape, 3), 50)] == [3] * 50
