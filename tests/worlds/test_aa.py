"""Where nothing happens, nothing is said: the budget of false alarms, from counts."""

import numpy as np
import pytest

from tests.worlds.aa import FIRST, Nature, measured, world
from vitals.profiles import NumericSummary

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rows", [1000, 1_000_000])
def test_twenty_quiet_columns_keep_the_budget(rows: int) -> None:
    """At most 0.6 incidents per 28 days and model on average in the base world, up to the standard error of two worlds.

    At a million rows the unit filter alone passes this (FALSE_ALARMS.md shows by how much): there it is left out.
    """
    mean, error, rules = measured(rows, 2, Nature(), 11, unit_filter=rows < 1_000_000)

    assert mean - error <= 0.6, (mean, error, rules)


def test_the_world_is_what_it_says() -> None:
    """Counts add up, the same seed gives the same days, and another number of rows scales them."""
    one, other = world(1000, 3, Nature()), world(1000, 3, Nature())
    first = [days[FIRST] for days in one]

    assert len(one) == 20
    for mine, same in zip(first, [days[FIRST] for days in other], strict=True):
        assert mine.counts.tolist() == same.counts.tolist()
        if isinstance(mine, NumericSummary):
            assert mine.le[-1] + mine.nulls == mine.n
            assert (np.diff(mine.le) >= 0).all()
            assert (mine.lt <= mine.le).all()
        else:
            assert mine.counts.sum() + mine.other + mine.nulls == mine.n
