"""Distances equal their definitions and the oracles, and behave as distances should."""

import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial.distance import jensenshannon

from vitals.errors import StatisticError
from vitals.profiles import CategoricalSummary, NumericSummary, summarise
from vitals.stats.distances import (
    Distances,
    compare,
    cramers_v,
    d1,
    jensen_shannon,
    ks,
    psi,
    smoothed,
    tv,
    wasserstein,
)
from vitals.stats.reference import number_bins, pool_numbers, pool_texts, text_bins

Floats = NDArray[np.float64]
Binned = Callable[[Floats, Floats], float]

BINNED: dict[str, tuple[Binned, float]] = {
    "tv": (tv, 1.0),
    "d1": (d1, 2.0),
    "psi": (psi, np.inf),
    "jensen_shannon": (jensen_shannon, 1.0),
    "cramers_v": (cramers_v, 1.0),
}
every = pytest.mark.parametrize("name", BINNED)


@st.composite
def two_histograms(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Rows per bin of two samples over the same 1 to 12 bins, smoothed to shares."""
    bins = draw(st.integers(1, 12))
    rows = [draw(arrays(np.int64, bins, elements=st.integers(0, 500))) for _ in range(2)]
    return smoothed(rows[0]), smoothed(rows[1])


def number_day(rows: Sequence[float | None] | Floats) -> NumericSummary:
    """Summarise a day of numbers."""
    day = summarise(pa.array(rows, pa.float64()))
    assert isinstance(day, NumericSummary)
    return day


def text_day(rows: Sequence[str | None]) -> CategoricalSummary:
    """Summarise a day of texts."""
    day = summarise(pa.array(rows, pa.string()))
    assert isinstance(day, CategoricalSummary)
    return day


def scipy_ks(current: Sequence[float] | Floats, reference: Sequence[float] | Floats) -> float:
    """Give scipy's statistic; its p-value warns about tiny samples."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(stats.ks_2samp(current, reference, method="asymp").statistic)


@every
@given(pair=two_histograms())
def test_every_distance_keeps_the_contract(name: str, pair: tuple[Floats, Floats]) -> None:
    """Zero at equality, symmetric, within its range, indifferent to the order of bins."""
    distance, most = BINNED[name]
    p, q = pair
    turned = np.random.default_rng(0).permutation(p.size)

    value = distance(p, q)

    assert distance(p, p) == pytest.approx(0, abs=1e-7)
    assert value == pytest.approx(distance(q, p), rel=1e-9, abs=1e-12)
    assert 0 <= value <= most
    assert value == pytest.approx(distance(p[turned], q[turned]), rel=1e-6, abs=1e-9)


@every
@pytest.mark.parametrize(
    ("current", "reference", "says"),
    [
        ([], [], "at least one"),
        ([0.5, 0.5], [1.0], "same bins"),
        ([[1.0]], [[1.0]], "same bins"),
        ([1.5, -0.5], [0.5, 0.5], "negative"),
        ([np.nan, 1.0], [0.5, 0.5], "finite"),
        ([0.0, 0.0], [0.5, 0.5], "sum to 1|one row"),
    ],
)
def test_every_distance_refuses_nonsense(name: str, current: list[float], reference: list[float], says: str) -> None:
    """No bins, other shapes, negative, not finite or without rows: a StatisticError says which."""
    with pytest.raises(StatisticError, match=says):
        BINNED[name][0](np.array(current), np.array(reference))


@given(two_histograms())
def test_jensen_shannon_equals_scipy(pair: tuple[Floats, Floats]) -> None:
    """The base-2 distance of scipy 1.x, to 1e-12 (the square of the distance near zero)."""
    p, q = pair
    expected = float(jensenshannon(p, q, base=2))

    assert jensen_shannon(p, q) ** 2 == pytest.approx(np.nan_to_num(expected) ** 2, abs=1e-12)


@given(arrays(np.int64, (2, 6), elements=st.integers(1, 1000)))
def test_cramers_v_equals_scipy(rows: NDArray[np.int64]) -> None:
    """The square root of scipy's chi-squared statistic per row."""
    expected = np.sqrt(stats.chi2_contingency(rows, correction=False).statistic / rows.sum())

    assert cramers_v(rows[0], rows[1]) == pytest.approx(expected, abs=1e-12)


@given(two_histograms())
def test_psi_and_tv_equal_their_sums(pair: tuple[Floats, Floats]) -> None:
    """Psi is the symmetric Kullback-Leibler divergence (scipy's entropy), tv half the L1 norm."""
    p, q = pair

    assert psi(p, q) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-12)
    assert tv(p, q) == d1(p, q) / 2 == pytest.approx(np.linalg.norm(p - q, 1) / 2, abs=1e-12)


def test_psi_refuses_a_bin_that_is_empty_on_one_side() -> None:
    """Without smoothing psi would be infinite; bins empty on both sides are harmless."""
    with pytest.raises(StatisticError, match="smooth"):
        psi([0.5, 0.5], [1.0, 0.0])
    assert psi([1.0, 0.0], [1.0, 0.0]) == 0


small = st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=60)


@settings(max_examples=50)
@given(small, small)
def test_ks_and_wasserstein_of_small_samples_equal_scipy(current: list[float], reference: list[float]) -> None:
    """When every value is an anchor, both are scipy's on the raw rows."""
    today, usual = number_day(current), number_day(reference)

    assert ks(today, usual) == pytest.approx(scipy_ks(current, reference), abs=1e-12)
    expected = stats.wasserstein_distance(current, reference) / 2.0
    assert wasserstein(today, usual, 2.0) == pytest.approx(expected, abs=1e-12)


@given(small, small)
def test_ks_ignores_monotone_maps(current: list[float], reference: list[float]) -> None:
    """A strictly increasing map of both sides changes nothing."""
    mapped = [number_day(np.exp(np.array(rows) / 3)) for rows in (current, reference)]

    assert ks(mapped[0], mapped[1]) == ks(number_day(current), number_day(reference))


def days_of(rng: np.random.Generator, kind: str, rows: int, days: int) -> list[Floats]:
    """Days of a log-normal, a zero-heavy or an integer column, each a little different."""
    levels = 1 + 0.05 * rng.normal(size=days)
    if kind == "integers":
        return [np.floor(400 * rng.beta(2, 3 * level, rows)) for level in levels]
    smooth = [level * rng.lognormal(0, 1, rows) for level in levels]
    return smooth if kind == "smooth" else [np.where(rng.random(rows) < 0.8, 0.0, day) for day in smooth]


@pytest.mark.parametrize("kind", ["smooth", "zeros", "integers"])
@pytest.mark.parametrize("rows", [900, 4000, 9000])
def test_distances_from_56_days_are_near_those_of_raw_rows(kind: str, rows: int) -> None:
    """KS within a bucket of scipy's on all raw rows, W1 within 3 %, the rest near on the same bins."""
    days = days_of(np.random.default_rng(rows), kind, rows, 57)
    today, reference = days[0] * 1.2, np.concatenate(days[1:])
    usual = pool_numbers([number_day(day) for day in days[1:]])

    found = compare(number_day(today), usual)

    assert found.ks == pytest.approx(scipy_ks(today, reference), abs=1 / 256)
    expected = stats.wasserstein_distance(today, reference) / reference.std()
    assert found.wasserstein == pytest.approx(expected, rel=0.03, abs=1e-3)
    bins = [np.histogram(side, _edges(usual.anchors, reference))[0] for side in (today, reference)]
    p, q = (smoothed([*side, 0]) for side in bins)
    assert found.tv == pytest.approx(tv(p, q), abs=1 / 256)
    assert found.psi == pytest.approx(psi(p, q), abs=2 / 256)


def _edges(anchors: Floats, reference: Floats) -> Floats:
    """Right-closed decile edges among the pool's anchors, as half-open ones."""
    share = np.sort(reference).searchsorted(anchors, "right") / reference.size
    inner = np.unique(anchors[share.searchsorted(np.arange(1, 10) / 10 - 1e-9)])
    return np.concatenate([[-np.inf], np.nextafter(inner, np.inf), [np.inf]])


def test_numbers_by_hand() -> None:
    """Reference 1..10 and a null, today ten times 1: nine tenths moved into the lowest decile."""
    today, reference = number_day([1.0] * 10), number_day([*map(float, range(1, 11)), None])

    current, usual = number_bins(today, pool_numbers([reference]))
    found = compare(today, [reference])

    assert current.tolist() == [10.0, *[0.0] * 9, 0.0]
    assert usual.tolist() == [1.0] * 10 + [1.0]
    assert found.ks == pytest.approx(0.9)
    assert found.wasserstein == pytest.approx(4.5 / np.std(range(1, 11)))
    assert found.tv == pytest.approx(10.5 / 15.5 - 1.5 / 16.5)
    assert found.d1 == 2 * found.tv  # type: ignore[operator]


def test_texts_by_hand() -> None:
    """Known, tail, never seen and missing texts each have their bin; ks and W1 do not exist."""
    usual = pool_texts([text_day([f"t{i:02}" for i in range(21)] * 5 + ["t00", None])])
    today = text_day(["t00", "t00", "t20", "new", None])

    current, reference = text_bins(today, usual)

    assert usual.values[0] == "t00"
    assert current.tolist() == [2.0, *[0.0] * 19, 1.0, 1.0, 1.0]
    assert reference.tolist() == [6.0, *[5.0] * 19, 5.0, 0.0, 1.0]
    found = compare(today, usual)
    assert (found.ks, found.wasserstein) == (None, None)
    assert found.cramers_v == pytest.approx(cramers_v(current, reference))


def test_infinite_rows_share_the_bin_of_nulls() -> None:
    """Rows without a finite value have one bin."""
    current, _ = number_bins(number_day([1.0, np.inf, -np.inf, None]), pool_numbers([number_day([1.0, 2.0])]))

    assert current[-1] == 3


def test_the_same_day_has_no_distance() -> None:
    """A day against itself, numbers or texts: everything is zero."""
    rows = np.random.default_rng(5).normal(size=3000)
    same = compare(number_day(rows), [number_day(rows)])
    texts = text_day(["a", "b", "a", None])

    assert same == Distances(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert compare(texts, [texts]) == Distances(None, 0.0, 0.0, 0.0, None, 0.0)


def test_a_constant_has_no_spread() -> None:
    """A constant reference: one decile, W1 undefined, another value moves all rows."""
    found = compare(number_day([2.0] * 5), [number_day([1.0] * 500)])

    assert found.wasserstein is None
    assert found.ks == 1.0
    assert found.cramers_v == pytest.approx(1.0)


@pytest.mark.parametrize("empty", [[], [None, None]])
def test_days_without_rows_or_values(empty: list[None]) -> None:
    """Without rows nothing is defined; with nulls only, the bins still tell."""
    found = compare(number_day(empty), [number_day([1.0, 2.0])])

    assert (found.ks, found.wasserstein) == (None, None)
    assert (found.tv is None) == (not empty)
    assert compare(number_day([1.0]), [number_day(empty)]).ks is None
    assert compare(text_day([]), [text_day(["a"])]) == Distances(None, None, None, None, None, None)


def test_numbers_and_texts_are_not_compared() -> None:
    """A column that changed its type is refused, and so is a reference of both kinds or of none."""
    number, text = number_day([1.0]), text_day(["a"])
    for today, reference in ((number, [text]), (text, [number]), (number, [number, text]), (number, [])):
        with pytest.raises(StatisticError):
            compare(today, reference)  # type: ignore[arg-type]


@settings(max_examples=50)
@given(st.lists(small, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_reference_days_changes_nothing(days: list[list[float]], random: object) -> None:
    """Any order of the days gives the same bits."""
    summaries = [number_day(day) for day in days]
    turned = random.sample(summaries, len(summaries))  # type: ignore[attr-defined]

    assert compare(summaries[0], summaries) == compare(summaries[0], turned)


def test_a_pool_keeps_few_anchors_and_every_frequent_value() -> None:
    """56 days of 1000 anchors become some 600; a value with 1 % of a day's rows is never skipped."""
    rng = np.random.default_rng(6)
    days = [np.concatenate([rng.normal(size=3000), np.full(30, 0.123 + i)]) for i in range(3)] + [
        rng.normal(size=3000) for _ in range(53)
    ]
    pool = pool_numbers([number_day(day) for day in days])
    raw = np.sort(np.concatenate(days))

    assert pool.anchors.size < 700
    assert {0.123, 1.123, 2.123} <= set(pool.anchors)
    assert (pool.n, pool.anchors[0], pool.anchors[-1]) == (raw.size, raw[0], raw[-1])
    assert np.abs(pool.le - raw.searchsorted(pool.anchors, "right")).max() < 0.002 * raw.size
    assert pool.deviation == pytest.approx(raw.std(), rel=1e-9)
    assert all(a <= b for a, b in pairwise(pool.lt))


def test_huge_values_give_no_warning() -> None:
    """Sums of squares that overflow leave W1 undefined and the rest intact."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare(number_day([1e300, -1e300]), [number_day([1e300, 0.0])])

    assert found.wasserstein is None
    assert found.ks == 0.5
