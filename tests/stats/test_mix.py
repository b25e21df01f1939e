"""What an input's new mix explains of a change of the mean answer."""

import numpy as np
import pytest

from vitals.profiles import Answers
from vitals.stats.mix import Mix, mix_effect

TEXTS, EDGES = ("a", "b"), np.array([])


def texts(rows: list[int], sums: list[float], names: tuple[str, ...] = TEXTS) -> Answers:
    """Rows and sums of `score` per text, other and null."""
    return Answers(EDGES, names, ("score",), np.array([rows]), np.array([sums], dtype=float))


USUAL = [texts([60, 40, 0, 0], [6, 20, 0, 0])] * 14  # a 0.1, b 0.5: 0.26 on average


def test_a_new_mix_alone_explains_everything() -> None:
    """By hand: a from 60 to 20 %, 0.42 - 0.26 = (0.2 - 0.6) 0.1 + (0.8 - 0.4) 0.5."""
    found = mix_effect(texts([20, 80, 0, 0], [2, 40, 0, 0]), USUAL, "score")

    assert found == Mix(pytest.approx(0.16), pytest.approx(0.16), pytest.approx(0.0))
    assert found.share == pytest.approx(1.0)


def test_other_answers_to_the_same_mix_explain_nothing() -> None:
    """The rows are where they were; the answers are not."""
    found = mix_effect(texts([60, 40, 0, 0], [12, 30, 0, 0]), USUAL, "score")

    assert found is not None
    assert (found.effect, found.total) == (pytest.approx(0.0), pytest.approx(0.16))


def test_a_mix_that_pulls_the_other_way_has_a_negative_share() -> None:
    """More of the low answers, and yet a higher mean."""
    found = mix_effect(texts([80, 20, 0, 0], [40, 14, 0, 0]), USUAL, "score")

    assert found is not None
    assert found.effect < 0 < found.total
    assert found.share < 0


def test_what_was_never_seen_counts_with_the_answers_of_today() -> None:
    """40 % of a new text that all get 1.0."""
    found = mix_effect(texts([36, 24, 40, 0, 0], [3.6, 12, 40, 0, 0], (*TEXTS, "new")), USUAL, "score")

    assert found is not None
    assert found.effect == pytest.approx(found.total) == pytest.approx(0.556 - 0.26)


def test_nulls_are_a_bin_of_their_own() -> None:
    """Half of the rows become null and get 0.9, as nulls always did."""
    past = [texts([54, 36, 0, 10], [5.4, 18, 0, 9])] * 14

    found = mix_effect(texts([27, 18, 0, 55], [2.7, 9, 0, 49.5]), past, "score")

    assert found is not None
    assert found.share == pytest.approx(1.0)


def numbers(rng: np.random.Generator, shift: float = 0.0, more: float = 0.0, n: int = 4000) -> Answers:
    """Answers that rise with the input, in twenty bins of the day's own."""
    values = rng.normal(shift, 1, n)
    score = 1 / (1 + np.exp(-values)) + more + rng.normal(0, 0.05, n)
    edges = np.quantile(values, np.linspace(0, 1, 20))
    at = edges.searchsorted(values)
    rows, sums = np.bincount(at, minlength=21), np.bincount(at, score, 21)
    return Answers(edges, (), ("score",), rows[None], sums[None])


def test_numbers_are_compared_within_the_bins_of_both_days() -> None:
    """An audience moved by 0.5 sd explains nearly all of the change; a model that adds 0.1 nearly nothing."""
    rng = np.random.default_rng(8)
    past = [numbers(rng) for _ in range(14)]

    audience, model = mix_effect(numbers(rng, 0.5), past, "score"), mix_effect(numbers(rng, more=0.1), past, "score")

    assert audience is not None
    assert model is not None
    assert audience.share == pytest.approx(1.0, abs=0.1)
    assert model.share == pytest.approx(0.0, abs=0.1)
    assert audience.total > 10 * audience.spread


def test_on_ordinary_days_the_change_stays_within_its_usual_spread() -> None:
    """Of 100 days of noise none leaves five sd."""
    rng = np.random.default_rng(9)
    past = [numbers(rng, n=1000) for _ in range(28)]

    found = [mix_effect(numbers(rng, n=1000), past, "score") for _ in range(100)]

    assert all(one is not None and abs(one.total) < 5 * one.spread for one in found)


@pytest.mark.parametrize(
    ("today", "past", "name"),
    [
        (USUAL[0], [], "score"),
        (USUAL[0], USUAL, "decision"),
        (texts([0, 0, 0, 0], [0, 0, 0, 0]), USUAL, "score"),
        (USUAL[0], [texts([0, 0, 0, 0], [0, 0, 0, 0])] * 14, "score"),
        (USUAL[0], [Answers(np.array([1.0, 2.0]), (), ("score",), np.array([[5, 5, 0]]), np.ones((1, 3)))], "score"),
    ],
    ids=["no past", "an unknown answer", "no rows today", "no rows before", "numbers before"],
)
def test_where_nothing_can_be_compared_nothing_is_said(today: Answers, past: list[Answers], name: str) -> None:
    """No answers, or another type."""
    assert mix_effect(today, past, name) is None


def test_a_column_of_nulls_only_and_of_one_text_explains_nothing() -> None:
    """One bin has no mix."""
    nulls = [Answers(EDGES, (), ("score",), np.array([[0, 100]]), np.array([[0.0, 30.0]]))] * 14
    higher = Answers(EDGES, (), ("score",), np.array([[0, 100]]), np.array([[0.0, 50.0]]))
    one = [texts([100, 0, 0], [30, 0, 0], ("a",))] * 14

    assert mix_effect(higher, nulls, "score") == Mix(0.0, pytest.approx(0.2), pytest.approx(0.0))
    assert mix_effect(texts([100, 0, 0], [50, 0, 0], ("a",)), one, "score") == Mix(
        0.0, pytest.approx(0.2), pytest.approx(0.0)
    )
    assert Mix(0.0, 0.0, 0.0).share == 0.0
