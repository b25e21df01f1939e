"""The hour from which on a share is off is said where it is plain, and never guessed."""

import numpy as np
import pytest

from vitals.errors import StatisticError
from vitals.stats.onset import onset

HOURS = np.arange(24)
ROWS = np.array([0] * 3 + [30] * 4 + [60] * 14 + [20] * 3)


def days(rng: np.random.Generator, usual: np.ndarray, n: int = 28) -> np.ndarray:
    return np.array([rng.binomial(ROWS, usual) / np.maximum(ROWS, 1) for _ in range(n)])


@pytest.mark.parametrize("hour", [8, 14, 21])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_hour_a_fault_began_is_said_within_one(hour: int, share: float) -> None:
    """Of 40 days on which a share rose at an hour all but a few say it, and none says another one."""
    rng, usual = np.random.default_rng(hour), np.full(24, 0.01)
    told = [
        onset(days(rng, np.where(hour <= HOURS, share, usual), 1)[0], ROWS, days(rng, usual), [ROWS] * 28)
        for _ in range(40)
    ]

    assert all(one is None or abs(one.hour - hour) <= 1 for one in told)
    assert sum(one is not None for one in told) >= 30


@pytest.mark.parametrize(
    "today",
    [
        np.full(24, 0.4),  # all day
        np.full(24, 0.01),  # as usual
        np.where((HOURS >= 8) & (HOURS < 14), 0.5, 0.01),  # and then it ended
        np.where(HOURS < 14, 0.5, 0.01),  # until, not since
        np.sin(np.linspace(0.1, 0.9, 24)) ** 2,  # a slope
        np.where(HOURS % 2 == 0, 0.3, 0.01),
    ],
)
def test_where_no_hour_is_plain_nothing_is_said(today: np.ndarray) -> None:
    """A fault of the whole day, none, one that ended, a slope and a flutter have no hour."""
    rng, usual = np.random.default_rng(5), np.full(24, 0.01)

    assert [onset(days(rng, today, 1)[0], ROWS, days(rng, usual), [ROWS] * 28) for _ in range(20)] == [None] * 20


def test_what_happens_every_day_is_no_onset() -> None:
    """A share that rises at noon on every day, or at an hour of its own on each, is how the column is."""
    rng, noon = np.random.default_rng(6), np.where(HOURS >= 12, 0.5, 0.05)
    steps = [np.where(hour <= HOURS, 0.5, 0.05) for hour in rng.integers(6, 20, 29)]
    own = np.array([days(rng, step, 1)[0] for step in steps])

    assert onset(days(rng, noon, 1)[0], ROWS, days(rng, noon), [ROWS] * 28) is None
    assert onset(own[0], ROWS, own[1:], [ROWS] * 28) is None


def test_a_fault_on_top_of_a_daily_pattern_is_dated() -> None:
    """A share that is 5 % by night and 50 % by day, and none at all from 15:00 on."""
    rng, noon = np.random.default_rng(7), np.where(HOURS >= 12, 0.5, 0.05)
    found = onset(days(rng, np.where(HOURS >= 15, 0.0, noon), 1)[0], ROWS, days(rng, noon), [ROWS] * 28)

    assert found is not None
    assert (found.hour, found.share) == (15, 0.0)


def test_too_little_past_says_nothing_and_shapes_must_agree() -> None:
    """Six days are too few; other shapes are an error."""
    rng, usual = np.random.default_rng(8), np.full(24, 0.01)
    late = np.where(HOURS >= 14, 1.0, 0.0)

    assert onset(late, ROWS, days(rng, usual, 6), [ROWS] * 6) is None
    with pytest.raises(StatisticError, match="shapes"):
        onset(late, ROWS[:5], days(rng, usual), [ROWS] * 28)
