"""Numbers that lost their decimals, or were rounded, and numbers that are coarse by nature or by accident."""

import numpy as np
import pyarrow as pa
import pytest

from vitals.profiles import NumericSummary, summarise
from vitals.stats.grain import coarser


def day(values: np.ndarray) -> NumericSummary:
    found = summarise(pa.array(values))
    assert isinstance(found, NumericSummary)
    return found


def history(decimals: int, low: float = 18.0, high: float = 90.0, days: int = 28) -> list[NumericSummary]:
    rng = np.random.default_rng(0)
    return [day(rng.uniform(low, high, 500).round(decimals)) for _ in range(days)]


@pytest.mark.parametrize(("decimals", "to", "grain"), [(2, 0, 1.0), (0, -1, 10.0), (5, 2, 0.01), (2, 1, 0.1)])
def test_rounding_is_told_with_its_grain(decimals: int, to: int, grain: float) -> None:
    """Cents lost, ages in tens, a score with two decimals."""
    values = np.random.default_rng(1).uniform(18, 90, 500).round(decimals).round(to)

    assert coarser(day(values), history(decimals)) == grain


@pytest.mark.parametrize("decimals", [0, 2, 5])
def test_values_as_fine_as_ever_were_not_rounded(decimals: int) -> None:
    """Also on a day of few rows, and on one of few values."""
    rng = np.random.default_rng(2)

    for rows in (2, 8, 500):
        assert coarser(day(rng.uniform(18, 90, rows).round(decimals)), history(decimals)) is None
    assert coarser(day(np.full(500, 20.0)), history(decimals)) is None


def test_coarse_days_and_short_histories_teach_caution() -> None:
    """One past day of whole numbers, as a source may have; or thirteen days only."""
    whole, past = day(np.arange(18.0, 91.0)), history(2)

    assert coarser(whole, past) == 1.0
    assert coarser(whole, [*past, whole]) is None
    assert coarser(whole, past[:13]) is None
