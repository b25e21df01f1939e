"""Unit changes by name, and the unit filter's level and power."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.errors import StatisticError
from vitals.profiles import NumericSummary, summarise
from vitals.stats.parts import NumericParts, UnitBins
from vitals.stats.unitfilter import Shifted, unit_filter
from vitals.stats.units import may_be_ratio, name_ratio, name_unit

USUAL = np.array([12.0, 31.0, 55.0, 90.0, 240.0])


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.609344, "miles to km?"),
        (1 / 1.609344, "km to miles?"),
        (3.28084, "m to feet?"),
        (1000, "km to m, or seconds to milliseconds?"),
        (0.001, "m to km, or milliseconds to seconds?"),
        (60, "hours to minutes, or minutes to seconds?"),
        (1 / 3600, "seconds to hours?"),
        (2.20462, "kg to lb?"),
        (2.54, "inch to cm?"),
        (100, "a share to percent, or m to cm?"),
        (10, "a decimal point moved?"),
    ],
)
def test_factors_are_named(factor, words):
    """Each known factor, within 2 % of noise."""
    noisy = USUAL * factor * np.array([1.02, 0.98, 1.0, 1.01, 0.99])
    found = name_unit(noisy, USUAL)
    assert (found.kind, found.words, found.factor) == ("ratio", words, pytest.approx(factor))


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (1.8 * USUAL / 10 + 32, "Celsius to Fahrenheit?"),
        (USUAL / 10 + 273.15, "Celsius to Kelvin?"),
    ],
)
def test_affine_scales_are_named(today, words):
    """Celsius, Fahrenheit and Kelvin, both ways."""
    assert name_unit(today, USUAL / 10).words == words
    back = name_unit(USUAL / 10, today).words
    assert back == " to ".join(reversed(words.rstrip("?").split(" to "))) + "?"


def test_turned_sign_is_named_unless_the_column_is_symmetric():
    """Minus what it was; a symmetric column looks the same either way."""
    assert name_unit(-USUAL[::-1], USUAL).kind == "sign"
    symmetric = np.array([-20.0, -5.0, 0.0, 5.0, 20.0])
    assert name_unit(-symmetric[::-1], symmetric) is None


@pytest.mark.parametrize("today", [USUAL, USUAL * 1.5, USUAL * [1.609, 1.609, 1.609, 1.609, 1.0], USUAL + 5])
def test_other_changes_are_not_named(today):
    """No change, an unknown factor, a factor at four quantiles, a shift."""
    assert name_unit(today, USUAL) is None


def test_atoms_and_zeros_do_not_count():
    """A zero stays zero in every unit: five other quantiles are needed."""
    usual = np.array([0.0, 0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    assert name_unit(usual * 1000, usual, atoms=[0.0]).factor == 1000
    assert name_unit(usual[:6] * 1000, usual[:6], atoms=[0.0]) is None
    assert name_unit(usual * 1000, usual, atoms=[20.0]) is None


@given(st.lists(st.floats(0.1, 1e4), min_size=5, max_size=11, unique=True).map(sorted), st.floats(0.65, 1.55))
def test_no_change_in_the_ordinary_range_is_named_a_ratio(usual, factor):
    """Property: within -35 .. +55 % no known factor of a positive column fits."""
    found = name_unit(np.array(usual) * factor, usual)
    assert found is None or found.kind == "affine"


@pytest.mark.parametrize(("today", "usual"), [([1, 2], [1, 2, 3]), ([1, np.nan], [1, 2]), ([1, 2], [1, np.inf])])
def test_nonsense_is_refused(today, usual):
    """Shapes that differ and quantiles that are not finite raise."""
    with pytest.raises(StatisticError):
        name_unit(today, usual)


FIRST = date(2024, 1, 1)
DAYS = [FIRST + timedelta(days=i) for i in range(57)]


def unit_bins(summaries: list[NumericSummary]) -> UnitBins | None:
    days = dict(zip(DAYS, summaries, strict=True))
    return NumericParts(days.__getitem__).count(DAYS[:56], DAYS[56], []).unit


def filtered(seed: int, share: float, factor: float, sd: float = 0.03, rows: int = 10_000) -> Shifted | None:
    rng = np.random.default_rng(seed)
    days = []
    for i in range(57):
        values = rng.lognormal(rng.normal(0, sd), 1, rows)
        if i == 56:
            values[: int(share * rows)] *= factor
        days.append(summarise(pa.array(values)))
    bins = unit_bins(days)
    assert bins is not None
    return unit_filter(bins, (np.zeros(56), 0.0), np.full(56, float(rows)), rows, np.zeros(56, int))


@pytest.mark.parametrize(("factor", "larger"), [(3.28, True), (1 / 3.28, False), (60.0, True)])
def test_tenth_of_the_rows_in_another_unit_is_seen(factor, larger):
    """The direction is right and the fraction about so."""
    found = filtered(1, 0.1, factor)
    assert found.z > 5
    assert found.larger is larger
    assert 0.04 < found.fraction < 0.25


@pytest.mark.slow
def test_unit_filter_keeps_its_level_and_has_power():
    """400 ordinary days never exceed 5 (t with 39 degrees of freedom, 18 factors: 0.05 expected); 10 % x 3.28 nearly always do."""
    ordinary = [filtered(seed, 0.0, 1.0) for seed in range(400)]
    faulty = [filtered(1000 + seed, 0.1, 3.28) for seed in range(25)]
    assert sum(one is not None and one.z > 5 for one in ordinary) <= 1
    assert sum(one is not None and one.z > 5 for one in faulty) >= 23


def test_unit_filter_stays_silent_where_it_was_never_right():
    """Too few bins (integers), too short a reference, wild days, and columns with negative values."""
    rng = np.random.default_rng(2)
    assert unit_bins([summarise(pa.array(rng.integers(0, 8, 2000).astype(float))) for _ in DAYS]) is None
    assert unit_bins([summarise(pa.array(rng.normal(0, 1, 2000))) for _ in DAYS]) is None
    assert filtered(3, 0.1, 3.28, sd=0.5) is None


@pytest.mark.parametrize("factor", [1.0, 1.4, 1.55, 1.609344, 1 / 1.609344, 2.54, -10.0, 3600.0])
@pytest.mark.parametrize("spread", [0.002, 0.05, 0.3])
def test_a_first_look_at_many_columns_passes_over_none_that_has_a_factor(factor, spread):
    """Whatever name_ratio would name is in question at first sight; most columns that did not move are not."""
    rng = np.random.default_rng(7)
    past = USUAL * np.exp(rng.normal(0, spread, (200, 28, 1)) + rng.normal(0, 0.01, (200, 28, 5)))
    today = np.sort(USUAL * factor * np.exp(rng.normal(0, spread, (200, 1))), axis=1)
    found = np.array([name_ratio(now, days) is not None for now, days in zip(today, past, strict=True)])
    looked = may_be_ratio(today, past)
    assert not (found & ~looked).any()
    assert looked.mean() < 0.5 or factor != 1.0
