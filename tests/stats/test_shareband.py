"""The share band's formulas: the plain one against its oracle, the extended one against the plain one and by hand."""

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.errors import StatisticError
from vitals.stats.shareband import (
    arcsine,
    deviation,
    from_arcsine,
    share_z,
    usual,
    usual_weeks,
    with_weekdays,
)
from vitals.stats.thresholds import far_z, material, thresholds

FIXTURE = json.loads((Path(__file__).parents[1] / "oracles" / "shareband_fixture.json").read_text())
days = st.lists(st.tuples(st.integers(0, 50), st.integers(50, 5000)), min_size=2, max_size=60)


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=str)
def test_plain_formula_equals_the_oracle(case):
    """`share_z` agrees with the fixture that came with the statistics to 1e-6."""
    assert share_z(case["k"], case["n"], FIXTURE["ref_k"], FIXTURE["ref_n"]) == pytest.approx(case["z"], abs=1e-6)


def test_extended_formula_is_the_plain_one_when_rows_are_steady():
    """One level, no weekday step and no growth in rows: nothing is added."""
    rows = np.full(28, 1000.0)
    counts = np.array(FIXTURE["ref_k"], dtype=float)
    z, _ = deviation(usual(counts[:, None], rows, np.zeros(28, int)), np.array([60.0]), 1000)
    assert z[0] == pytest.approx(share_z(60, 1000, counts, rows), rel=1e-12)


def test_step_up_in_rows_widens_the_band():
    """A hundred times more rows than on reference days: the error of mean and variance is added."""
    rows = np.full(56, 100.0)
    known = usual(np.full((56, 1), 10.0), rows, np.zeros(56, int))
    _, sd = deviation(known, np.array([1000.0]), 10_000)
    expected = 1e-4 + (1e-2 - 1e-4) * (1 / 56 + np.sqrt(2 / 55))
    assert sd[0] == pytest.approx(np.sqrt(expected), rel=1e-12)


def test_accepted_level_moves_the_mean_and_keeps_the_variance():
    """The mean is that of the newest level; the days before keep teaching how much the column moves."""
    rng = np.random.default_rng(1)
    rows = np.full(56, 1e6)
    share = np.r_[rng.normal(0.1, 0.01, 50), rng.normal(0.3, 0.01, 6)]
    levels = np.r_[np.zeros(50, int), np.ones(6, int)]
    known = usual((share * rows)[:, None], rows, levels)
    assert known.share[0] == pytest.approx(share[50:].mean())
    pooled = (arcsine(share[:50]).var() * 50 + arcsine(share[50:]).var() * 6) / 54 * (1 + 1 / 6)
    assert known.variance[0] == pytest.approx(pooled, rel=1e-9)


def test_weekday_shifts_the_usual_only_where_it_explains_the_variance():
    """A share three times as large at weekends is expected to be so on a Saturday; a plain one is left alone."""
    rng = np.random.default_rng(2)
    weekday = np.arange(56) % 7
    rows = np.full(56, 1e5)
    strong = np.where(weekday >= 5, 0.3, 0.1) + rng.normal(0, 0.002, 56)
    counts = np.c_[strong, 0.2 + rng.normal(0, 0.01, 56)] * rows[:, None]
    levels = np.zeros(56, int)
    plain = usual(counts, rows, levels)
    saturday = with_weekdays(plain, counts, rows, levels, weekdays=weekday, today=5)
    assert saturday.share[0] == pytest.approx(0.3, abs=0.005)
    assert saturday.share[1] == plain.share[1]
    assert with_weekdays(plain, counts[:27], rows[:27], levels[:27], weekdays=weekday[:27], today=5) is plain


def test_week_windows_stay_inside_one_level():
    """Fewer than seven days of a level make no window; with none at all there is no week rule."""
    rows, counts = np.full(30, 100.0), np.full((30, 1), 10.0)
    levels = np.r_[np.zeros(24, int), np.ones(6, int)]
    known = usual_weeks(counts, rows, levels)
    assert known is not None
    assert (known.days, known.current) == (30 / 7, 30 / 7)
    assert usual_weeks(counts[:6], rows[:6], levels[:6]) is None


@pytest.mark.parametrize(
    ("share", "usually", "rows", "rare", "expected"),
    [
        (0.0149, 0.01, 1e6, False, False),
        (0.0151, 0.01, 1e6, False, True),
        (0.0, 0.003, 10_000, True, True),  # thirty rows expected, none came
        (0.0, 0.003, 10_000, False, False),
        (0.0, 0.001, 10_000, True, False),  # ten rows are too few
        (0.0012, 0.001, 1e6, True, False),  # 20 % relative
        (0.0, 0.0, 1e6, True, False),
    ],
)
def test_material_is_half_a_point_or_for_answers_thirty_percent(share, usually, rows, rare, expected):
    """Inputs: 0.5 points; answers: also 30 % of the usual with at least 20 rows expected or observed."""
    found = material(np.array([share]), np.array([usually]), rows, rare=rare)
    assert bool(found[0]) is expected


def test_far_needs_five_rows_and_a_thousandth():
    """Rows far outside score 99 from five rows and 0.1 % on."""
    counts = np.array([4.0, 5.0, 5.0])
    assert [float(far_z(counts[i : i + 1], n)[0]) for i, n in enumerate((100, 5000, 5001))] == [0.0, 99.0, 0.0]


def test_thresholds_take_the_row_with_the_most_days_not_above():
    """Short history widens; below 14 days nothing speaks; segments are wider and have no week rule."""
    assert [thresholds(r)[0] for r in (0, 13, 14, 27, 28, 55, 56, 83, 84, 180)] == [
        inf,
        inf,
        10,
        10,
        7,
        7,
        6,
        6,
        5.7,
        5.7,
    ]
    assert thresholds(28, segment=True) == (pytest.approx(7 * 6.74 / 6), pytest.approx(4.5 * 4.86 / 4), inf)


@given(days, st.integers(50, 5000), st.floats(0, 1))
def test_score_has_the_sign_of_the_change_and_forgets_the_order_of_days(reference, n, share):
    """Property: z is finite, signed like the change on the arcsine scale, and invariant to the order of days."""
    k = round(share * n)
    ref_k, ref_n = zip(*reference, strict=True)
    z = share_z(k, n, ref_k, ref_n)
    assert np.isfinite(z)
    moved = float(arcsine(k / n)) - float(arcsine(np.array(ref_k) / np.array(ref_n)).mean())
    assert z == 0 or np.sign(z) == np.sign(moved)
    assert share_z(k, n, ref_k[::-1], ref_n[::-1]) == pytest.approx(z, rel=1e-9)


@given(st.floats(0, 1))
def test_arcsine_and_back(share):
    """Property: the scale can be undone."""
    assert float(from_arcsine(arcsine(share))) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "ref_k", "ref_n"),
    [(1, 0, [1, 1], [9, 9]), (-1, 9, [1, 1], [9, 9]), (1, 9, [1], [9]), (1, 9, [1, 1], [9]), (1, 9, [10, 1], [9, 9])],
)
def test_nonsense_is_refused(k, n, ref_k, ref_n):
    """Counts outside 0..n, no rows, or fewer than two days raise."""
    with pytest.raises(StatisticError):
        share_z(k, n, ref_k, ref_n)
