"""Decisions that go with their scores, and decisions that do not."""

import numpy as np
import pyarrow as pa
import pytest

from vitals.profiles import NumericSummary, summarise
from vitals.stats.cutoff import Apart, Decided, apart

CUT = 0.35


def scores(rng: np.random.Generator, rows: int) -> np.ndarray:
    """A day whose mean score moves with the weather."""
    return np.asarray(1 / (1 + np.exp(-(rng.normal(-1.5, 0.6) + rng.normal(0, 1, rows)))))


def decided(values: np.ndarray, positive: np.ndarray) -> Decided:
    summary = summarise(pa.array(values))
    assert isinstance(summary, NumericSummary)
    return Decided(summary, float(positive.mean()))


def history(rows: int = 1000, noise: float = 0.0, seed: int = 0, low: bool = False) -> list[Decided]:
    rng, found = np.random.default_rng(seed), []
    for _ in range(40):
        values = scores(rng, rows)
        positive = ((values < CUT) if low else (values >= CUT)) ^ (rng.random(rows) < noise)
        found.append(decided(values, positive))
    return found


@pytest.mark.parametrize("rows", [200, 1000, 50_000])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_weather_moves_both_and_neither_against_the_other(rows: int, noise: float) -> None:
    """Days differ fourfold in how many are positive; 5 % of decisions may follow another rule."""
    days = history(rows, noise)

    assert [apart(days[at], days[at - 28 : at]) for at in range(28, 40)] == [None] * 12


@pytest.mark.parametrize("low", [False, True], ids=["high scores", "low scores"])
def test_scores_that_were_halved_no_longer_go_with_decisions(low: bool) -> None:
    """A score that may be anything from day to day, on either side of the cut."""
    rng, days = np.random.default_rng(1), history(low=low)
    values = scores(rng, 1000)
    now = decided(values / 2, (values < CUT) if low else (values >= CUT))

    found = apart(now, days)

    assert isinstance(found, Apart)
    assert found.cut == pytest.approx(CUT, abs=0.01)
    assert found.side == ("below" if low else "from")
    assert (found.expected > found.share) is low


def test_decisions_turned_round_in_a_part_of_the_rows_are_found() -> None:
    """A tenth of the rows gets the other decision, on a day like any other; 0.4 % do not matter."""
    rng, days = np.random.default_rng(2), history()
    values = scores(rng, 10_000)

    for share, seen in ((0.1, True), (0.002, False)):
        turned = (values >= CUT) ^ (rng.random(10_000) < share)
        assert (apart(decided(values, turned), days) is not None) is seen


def test_few_days_and_one_kind_of_decision_teach_no_cut() -> None:
    """Thirteen days; days that were all negative; a day without scores."""
    days = history()
    never_positive = Decided(days[-1].scores, 0.0)
    never = [Decided(day.scores, 0.0) for day in days]
    empty = summarise(pa.array([None, None], pa.float64()))
    assert isinstance(empty, NumericSummary)

    assert apart(never_positive, days[:13]) is None
    assert apart(never_positive, never) is None
    assert apart(Decided(empty, 0.5), days) is None
    assert apart(never_positive, days[:14]) is not None
