"""What must follow when a day is changed in a known way, whatever the numbers are."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from vitals.judging.columns import Column, ColumnRule, Verdict
from vitals.profiles import Profile, Summary, encode, summarise

DAYS, ROWS = 60, 2000

pytestmark = pytest.mark.slow

FIRST = date(2024, 1, 1)
Values = np.ndarray
KINDS: Mapping[str, Callable[[np.random.Generator], Values]] = {
    "log-normal": lambda rng: rng.lognormal(rng.normal(0, 0.03), 1, ROWS),
    "mostly zero": lambda rng: np.where(rng.random(ROWS) < 0.7, 0.0, rng.gamma(2, 3 + rng.normal(0, 0.1), ROWS)),
    "whole numbers": lambda rng: rng.poisson(30 + rng.normal(0, 0.4), ROWS).astype(float),
    "heavy tails": lambda rng: rng.standard_t(2, ROWS) + rng.normal(0, 0.05),
    "with nulls": lambda rng: np.where(rng.random(ROWS) < 0.02, np.nan, rng.normal(rng.normal(0, 0.03), 1, ROWS)),
}


def history(kind: str, seed: int = 0) -> list[Values]:
    rng = np.random.default_rng(seed)
    return [KINDS[kind](rng) for _ in range(DAYS)]


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def judged(days: list[Values], shuffle: bool = False) -> Verdict:
    """Judge the last of some days; the others teach."""
    rng = np.random.default_rng(1)
    summaries: dict[date, Summary] = {
        day(i): summarise(pa.array(rng.permutation(values) if shuffle else values, from_pandas=True))
        for i, values in enumerate(days)
    }
    column = Column(ColumnRule("m", "x"), [], [], summaries, lambda _: False)
    for of in summaries:
        verdict = column.judge(of)
        column.settle(verdict, quarantined=False)
    return verdict


@pytest.mark.parametrize("kind", KINDS)
def test_one_outlier_moves_no_score_by_a_tenth(kind: str) -> None:
    """A value of 1e12 in one row of 2,000."""
    days = history(kind)
    plain = judged(days)
    days[-1] = np.append(days[-1][:-1], 1e12)
    wild = judged(days)

    assert abs(abs(wild.score) - abs(plain.score)) <= 0.1 * max(abs(plain.score), 1.0)  # two parts may tie
    assert wild.finding is plain.finding


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousandfold_day_is_found(kind: str) -> None:
    """Whatever the shape."""
    days = history(kind)
    days[-1] = days[-1] * 1000

    assert judged(days).finding


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_without_most_of_its_values_is_found(kind: str) -> None:
    """0 or 2 % usually, 95 % today."""
    days = history(kind)
    days[-1] = np.where(np.arange(ROWS) % 20 > 0, np.nan, days[-1])
    verdict = judged(days)

    assert (verdict.finding, verdict.part) == (True, "null")


@pytest.mark.parametrize("factor", [0.25, 1024.0])
@pytest.mark.parametrize("kind", KINDS)
def test_a_column_in_another_unit_all_along_scores_the_same(kind: str, factor: float) -> None:
    """Both sides scaled; by powers of two, so that not even rounding differs."""
    days = history(kind)
    scaled = judged([values * factor for values in days])

    assert (scaled.score, scaled.score_week, scaled.rule) == (
        pytest.approx(judged(days).score, abs=1e-9),
        pytest.approx(judged(days).score_week, abs=1e-9),
        judged(days).rule,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_no_order_of_rows_and_no_chunks_change_a_bit(kind: str) -> None:
    """Neither of a day's bytes nor of its verdict; threads hand rows over in any order and in chunks."""
    days = history(kind)
    values = pa.array(days[-1], from_pandas=True)
    turned = values.take(pa.array(np.random.default_rng(3).permutation(ROWS)))
    chunked = pa.chunked_array([turned[:7], turned[7:900], turned[900:]])

    assert judged(days) == judged(days, shuffle=True)
    assert len({encode(Profile("m", FIRST, "x", "", summarise(one))) for one in (values, turned, chunked)}) == 1


@pytest.mark.parametrize("spike", [0.01, 0.1, 1.0])
def test_a_constant_history_then_a_spike_is_found(spike: float) -> None:
    """No variance is no excuse, neither in the first weeks nor later; the same value again is none."""
    constant = np.full(ROWS, 5.0)
    odd = np.where(np.arange(ROWS) < spike * ROWS, 7.0, 5.0)

    assert judged([*[constant] * (DAYS - 1), odd]).finding
    assert not judged([constant] * DAYS).finding


def test_texts_obey_the_same() -> None:
    """A constant category then another, and rows in any order."""
    rng = np.random.default_rng(2)

    def verdict(last: list[str], order: bool) -> Verdict:
        draws = [rng.choice(["a", "b", "c"], ROWS, p=[0.6, 0.3, 0.1]).tolist() for _ in range(DAYS - 1)]
        summaries = {day(i): summarise(pa.array(v[::-1] if order else v)) for i, v in enumerate([*draws, last])}
        column = Column(ColumnRule("m", "x"), [], [], summaries, lambda _: False)
        for of in summaries:
            one = column.judge(of)
            column.settle(one, quarantined=False)
        return one

    last = ["a"] * 1100 + ["b"] * 600 + ["c"] * 200 + ["d"] * 100
    rng = np.random.default_rng(2)
    forward = verdict(last, order=False)
    rng = np.random.default_rng(2)

    assert forward == verdict(last, order=True)
    assert (forward.finding, forward.part) == (True, "unseen")
