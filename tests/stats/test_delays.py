"""By how many days labels are late, from the curve by which they usually come."""

import numpy as np
import pytest

from vitals.stats.delays import shift

DRAW = np.random.default_rng(3)
DELAYS = DRAW.gamma(2.0, 1.0, 200_000) + DRAW.random(200_000)  # days, and the time of day of the prediction


def seen(age: int, late: float) -> tuple[list[float], float]:
    """The curve and the median of labels known at an age."""
    known = DELAYS[DELAYS + late < age + 1] + late
    return [float((known < k + 1).mean()) for k in range(age)], float(np.median(known))


@pytest.mark.parametrize("age", [7, 14])
@pytest.mark.parametrize("late", [0, 1, 2, 5])
def test_the_shift_is_found_though_the_latest_labels_are_not_seen(age: int, late: int) -> None:
    """Half of the labels seen after 7 days come 4 days later when all are 5 days late; 5 is said."""
    shares, usual = seen(age, 0)

    found = shift(list(range(age)), shares, age, usual, seen(age, late)[1])

    assert found == pytest.approx(late, abs=0.3)


def test_labels_in_time_or_early_are_not_late() -> None:
    """There is no negative delay."""
    shares, usual = seen(7, 0)

    assert shift(list(range(7)), shares, 7, usual, usual) == 0
    assert shift(list(range(7)), shares, 7, usual, usual - 1) == 0


def test_a_curve_with_steps_and_flat_parts_is_inverted() -> None:
    """All labels at once on the third day, found a day later."""
    assert shift([0, 1, 2, 3], [0, 0, 1, 1], 4, 2.5, 3.5) == pytest.approx(1, abs=0.3)
