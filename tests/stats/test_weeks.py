"""Seven days as one number against other weeks."""

from datetime import date, timedelta

import numpy as np
import pytest

from vitals.records import Day
from vitals.stats.weeks import Point, against, window, windows


def day(index: int) -> Day:
    """A day by number."""
    return date(2024, 1, 1) + timedelta(days=index)


def days(values: list[float] | np.ndarray, error: float = 0.0, rows: float = 100) -> dict[Day, Point]:
    """One point a day."""
    return {day(i): Point(float(value), error, rows) for i, value in enumerate(values)}


def test_a_window_is_the_mean_of_its_rows() -> None:
    """A day with more rows counts more, in the mean and in its error."""
    rows, values = [1] * 6 + [6], [1.0] * 6 + [8.0]
    week = {day(i): Point(values[i], 0.1, rows[i]) for i in range(7)}

    found = window(week, day(6))

    assert found == Point(pytest.approx(4.5), pytest.approx(0.1 * (6 + 36) ** 0.5 / 12), 12.0)


def test_two_days_may_be_missing_three_not() -> None:
    """A holiday does not silence the week; half a week is none."""
    week = days(np.ones(7))

    assert window({d: p for d, p in week.items() if d not in {day(1), day(2)}}, day(6)) is not None
    assert window({d: p for d, p in week.items() if d not in {day(1), day(2), day(3)}}, day(6)) is None


def test_windows_that_share_no_day_count_fully_and_overlapping_ones_less() -> None:
    """Eight weeks of days are worth a little less than eight windows, however many are laid over them."""
    apart = {day(7 * i): Point(float(i), 0.0, 1) for i in range(8)}
    found = against(Point(0.0, 0.0, 1), windows(days(np.arange(56.0))))

    known = against(Point(9.0, 0.0, 1), apart)
    assert known is not None
    assert found is not None
    assert known.weeks == pytest.approx(8)
    assert known.spread == pytest.approx(np.std(range(8), ddof=1) * np.sqrt(1 + 1 / 8))
    assert known.z == pytest.approx((9 - 3.5) / known.spread)
    assert 7 < found.weeks < 8


def test_too_little_past_is_none() -> None:
    """Without windows, or with one that counts for little more than itself, there is nothing to compare with."""
    assert against(Point(1.0, 0.1, 1), {}) is None
    assert against(Point(1.0, 0.1, 1), windows(days(np.ones(9)))) is None


def test_a_constant_past_has_no_scale() -> None:
    """Nothing ever moved: no deviation can be said."""
    known = against(Point(5.0, 0.0, 1), windows(days(np.ones(56))))

    assert known is not None
    assert (known.center, known.spread, known.z) == (1.0, 0.0, 0.0)


def test_sampling_error_is_not_counted_twice() -> None:
    """Days that move by their sampling error alone have no variance of their own."""
    rng = np.random.default_rng(1)
    spreads = []
    for _ in range(300):
        past = windows(days(rng.normal(0, 1, 56), error=1.0))
        known = against(Point(0.0, 7**-0.5, 1), past)
        assert known is not None
        spreads.append(known.spread**2)

    assert np.mean(spreads) == pytest.approx(1 / 7 * 1.05, rel=0.12)  # clipped at 0, so a little above se^2


@pytest.mark.slow
def test_clean_weeks_have_the_claimed_spread_and_hardly_ever_alarm() -> None:
    """Over independent days the spread is that of a week, and z has a t-like law with few weeks: one in a thousand beyond 4."""
    rng = np.random.default_rng(2)
    spreads, z = [], []
    for _ in range(4000):
        values = days(rng.normal(0, 1, 63))
        past = windows({d: p for d, p in values.items() if d < day(56)})
        now = window(values, day(62))
        known = against(now, past) if now else None
        assert known is not None
        spreads.append(known.spread**2)
        z.append(known.z)

    assert np.mean(spreads) == pytest.approx(1 / 7 * (1 + 1 / 7.77), rel=0.03)
    assert np.std(z) < 1.2
    assert np.mean(np.abs(z) > 4) < 0.004
