"""Rows that are copies of a few are worth these few; others are worth what they are."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from vitals.profiles import NumericSummary, summarise
from vitals.stats.clusters import design_effect

DAYS = 28


def days(draw: Callable[[np.random.Generator, int], np.ndarray], seed: int = 0) -> list[NumericSummary]:
    rng = np.random.default_rng(seed)
    found = [summarise(pa.array(draw(rng, number))) for number in range(DAYS)]
    assert all(isinstance(one, NumericSummary) for one in found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("distinct", [1, 2, 16, 60])
def test_copies_are_worth_their_originals(distinct: int) -> None:
    """Some rows a day, each a hundred times."""
    history = days(lambda rng, _: np.repeat(rng.random(distinct), 100))

    worth = 100 * distinct / design_effect(history, 100 * distinct)

    assert worth == pytest.approx(distinct, rel=0.02)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, _: rng.random(800),
        lambda rng, _: rng.choice([0.1, 0.2, 0.5, 0.9], 800, p=rng.dirichlet([40, 30, 20, 10])),
        lambda rng, _: np.where(rng.random(800) < 0.4, 0.0, rng.random(800)),
        lambda rng, _: rng.random(800).round(2),
        lambda *_: np.full(800, 0.5),
    ],
    ids=["all distinct", "four levels that move", "an atom at 0", "two decimals", "always the same"],
)
def test_values_that_are_common_on_every_day_are_no_copies(draw: Callable[..., np.ndarray]) -> None:
    """What coincides between days as often as within one says nothing of copies."""
    assert design_effect(days(draw), 800) == 1.0


def test_the_fault_of_a_few_days_is_not_taken_for_copies() -> None:
    """A model that answers everybody alike for five of 28 days: its rows count, or the fault would hide itself."""
    history = days(lambda rng, number: np.full(800, 0.37) if number >= DAYS - 5 else rng.random(800))

    assert design_effect(history, 800) == 1.0


def test_too_few_days_and_empty_ones_say_nothing() -> None:
    """Six days of copies, and days without any value."""
    history = days(lambda rng, _: np.repeat(rng.random(2), 100))
    empty = days(lambda *_: np.full(3, np.nan))

    assert design_effect(history[:6], 200) == design_effect(empty, 200) == design_effect([], 200) == 1.0
    assert design_effect(history, 1) == 1.0


def test_the_order_of_days_changes_no_bit() -> None:
    """Days are a set."""
    history = days(lambda rng, _: np.repeat(rng.random(16), 100))

    assert design_effect(history, 1600) == pytest.approx(design_effect(history[::-1], 1600), rel=1e-12)
