"""Counts and quantiles from summaries are exact where the summary is exact."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vitals.errors import StatisticError
from vitals.profiles import NumericSummary
from vitals.stats.cdf import below, counts_at, counts_below, pooled_quantiles, stack, upto

LEVELS = [0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0]
values = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40)


def exact(rows: list[float] | NDArray[np.float64], step: int = 1) -> NumericSummary:
    """Summarise rows with every `step`-th distinct value (and the maximum) as an anchor."""
    data = np.sort(np.asarray(rows, dtype=np.float64))
    anchors = np.unique(data)
    anchors = np.unique(np.concatenate([anchors[::step], anchors[-1:]]))
    lt, le = data.searchsorted(anchors, "left"), data.searchsorted(anchors, "right")
    top = np.array([])
    return NumericSummary(data.size, 0, 0, anchors, lt, le, float(data.sum()), 0.0, top, top.astype(np.int64))


EMPTY = NumericSummary(3, 3, 0, *(np.array([]),), *(np.array([], dtype=np.int64),) * 2, 0.0, 0.0, np.array([]), np.array([], dtype=np.int64))  # fmt: skip


@given(values, st.lists(st.integers(-25, 25).map(float), min_size=1, max_size=10))
def test_counts_equal_raw_counts_when_every_value_is_an_anchor(rows: list[float], edges: list[float]) -> None:
    """With all values stored, below and upto are the raw counts at any edge."""
    day = exact(rows)

    assert below(day, edges).tolist() == [sum(r < e for r in rows) for e in edges]
    assert upto(day, edges).tolist() == [sum(r <= e for r in rows) for e in edges]


@given(st.lists(values, min_size=1, max_size=6), st.integers(1, 5))
def test_counts_are_exact_at_anchors_and_monotone(days: list[list[float]], step: int) -> None:
    """At anchors the counts are the raw ones; between them they never fall and never leave the bucket."""
    for rows in days:
        day = exact(rows, step)
        edges = np.linspace(day.anchors[0] - 1, day.anchors[-1] + 1, 97)

        assert upto(day, day.anchors).tolist() == day.le.tolist()
        assert below(day, day.anchors).tolist() == day.lt.tolist()
        assert (np.diff(upto(day, edges)) >= 0).all()
        assert (below(day, edges) <= upto(day, edges)).all()


def test_a_bucket_is_shared_out_evenly() -> None:
    """Half-way between two anchors lies half of the rows strictly between them."""
    day = exact([0.0, 1.0, 2.0, 2.5, 10.0], step=4)

    assert upto(day, [5.0]).tolist() == [1 + 3 / 2]
    assert below(day, [10.0]).tolist() == [4.0]


def test_infinite_edges_and_huge_values_are_counted() -> None:
    """Edges at infinity give nothing and everything; anchors near the largest double do no harm."""
    day = exact([-1.7e308, 0.0, 1.7e308])

    assert upto(day, [-np.inf, 0.0, np.inf]).tolist() == [0.0, 2.0, 3.0]
    assert below(day, [-np.inf, 0.0, 1.0, np.inf]).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_day_without_finite_rows_counts_nothing() -> None:
    """An all-null day has zero rows everywhere, and does not disturb its neighbours."""
    days = [EMPTY, exact([1.0, 2.0]), EMPTY]
    assert counts_at(days, [0.0, 1.5, 9.0]).tolist() == [[0, 0, 0], [0, 1, 2], [0, 0, 0]]
    assert counts_below(days, [0.0, 1.0, 2.0]).tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert pooled_quantiles([EMPTY, exact([1.0, 2.0])], [0.5, 1.0]).tolist() == [1.0, 2.0]


@given(st.lists(values, min_size=1, max_size=8), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_pooled_quantiles_equal_numpy_on_raw_discrete_data(days: list[list[float]], levels: list[float]) -> None:
    """When every value is an anchor, the answer is numpy's inverted_cdf of all rows together."""
    raw = np.concatenate([np.array(d) for d in days])
    expected = np.quantile(raw, levels, method="inverted_cdf")

    assert pooled_quantiles([exact(d) for d in days], levels).tolist() == expected.tolist()


@given(st.lists(values, min_size=1, max_size=8), st.integers(2, 5), st.randoms())
def test_pooled_quantiles_do_not_depend_on_the_order_of_days(
    days: list[list[float]], step: int, random: Random
) -> None:
    """Any order of the same summaries gives the same bits."""
    summaries = [exact(d, step) for d in days]
    turned = sorted(summaries, key=lambda _: random.random())

    assert pooled_quantiles(summaries, LEVELS).tobytes() == pooled_quantiles(turned, LEVELS).tobytes()


@given(st.lists(values, min_size=1, max_size=5), st.integers(2, 6))
def test_a_pooled_quantile_is_the_smallest_value_that_reaches_its_level(days: list[list[float]], step: int) -> None:
    """At v the pooled count reaches q N (up to rounding); a little before v it does not."""
    summaries = [exact(d, step) for d in days]
    total = sum(len(d) for d in days)
    target = np.array(LEVELS[1:]) * total

    found = pooled_quantiles(summaries, LEVELS[1:])

    assert (counts_at(summaries, found).sum(axis=0) >= target - 1e-5).all()
    assert (counts_below(summaries, found - 1e-4).sum(axis=0) < target).all()


@given(values, st.integers(1, 6))
def test_quantiles_of_one_day_equal_those_of_it_twice(rows: list[float], step: int) -> None:
    """One summary alone is inverted directly; pooled with itself it gives the same values."""
    day = exact(rows, step)

    assert pooled_quantiles([day], LEVELS) == pytest.approx(pooled_quantiles([day, day], LEVELS), abs=1e-5)


def test_pooled_quantiles_of_many_smooth_days_are_near_the_raw_ones() -> None:
    """On 56 coarse summaries of continuous data the levels are met within a bucket's mass."""
    rng = np.random.default_rng(7)
    days = [rng.lognormal(0.1 * rng.normal(), 1, 4000) for _ in range(56)]
    raw = np.sort(np.concatenate(days))

    found = pooled_quantiles([exact(d, 16) for d in days], LEVELS)

    assert np.abs(raw.searchsorted(found, "right") / raw.size - LEVELS).max() < 16 / 4000


def test_a_stack_is_used_again_as_it_is() -> None:
    """Stacking once and asking twice gives what the summaries give."""
    days = [exact([1.0, 2.0]), exact([2.0, 7.0])]
    once = stack(days)

    assert stack(once) is once
    assert counts_at(once, [2.0]).tolist() == counts_at(days, [2.0]).tolist() == [[2.0], [1.0]]


@pytest.mark.parametrize(
    ("summaries", "levels", "says"),
    [([], [0.5], "no summaries"), ([EMPTY], [0.5], "no finite rows"), ([exact([1.0])], [1.5], "0..1")],
)
def test_nonsense_is_refused(summaries: list[NumericSummary], levels: list[float], says: str) -> None:
    """No day, no rows, or a level that is none: a StatisticError says which."""
    with pytest.raises(StatisticError, match=says):
        pooled_quantiles(summaries, levels)


def test_an_edge_that_is_no_number_is_refused() -> None:
    """NaN has no place on a number line."""
    with pytest.raises(StatisticError, match="NaN"):
        upto(exact([1.0]), [np.nan])
