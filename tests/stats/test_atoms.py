"""A value that suddenly holds many rows, and days on which none does."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from vitals.profiles import NumericSummary, summarise
from vitals.stats.atoms import Atom, new_atom


@dataclass(frozen=True)
class Day:
    """The most frequent values of a day and its range, each end of which one row holds."""

    n: int
    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    anchors: NDArray[np.float64]

    @property
    def lt(self) -> NDArray[np.int64]:
        """Rows below either end."""
        return np.array([0, self.n - 1])

    @property
    def le(self) -> NDArray[np.int64]:
        """Rows up to either end."""
        return np.array([1, self.n])


def day(counts: dict[float, int], n: int = 1000, low: float = 1.0, high: float = 90.0) -> Day:
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    return Day(n, np.array(ranked, dtype=float), np.array([counts[v] for v in ranked]), np.array([low, high]))


def drawn(rng: np.random.Generator, rows: int = 1000, **changed: float) -> NumericSummary:
    values = rng.lognormal(0, 1, rows).round(2)
    if changed:
        values[: int(changed["share"] * rows)] = changed["value"]
    found = summarise(pa.array(values))
    assert isinstance(found, NumericSummary)
    return found


USUAL = [day({5.0: 50 + i % 3, 7.0: 40}) for i in range(14)]


def test_a_new_value_by_hand() -> None:
    """12 % where past days had nothing: four standard errors, 4 sqrt(0.12 x 0.88 / 1000) = 4.1 %, are the most that is needed."""
    found = new_atom(day({30.0: 120, 5.0: 45, 7.0: 35}), USUAL)

    assert found == Atom(30.0, 0.12, 0.0, pytest.approx(0.12 / (4 * np.sqrt(0.12 * 0.88 / 1000))), steady=True)
    assert found.news


def test_a_known_value_that_swells_is_no_news() -> None:
    """From 5.2 to 15 % is less than three times: the share band speaks of it."""
    found = new_atom(day({5.0: 150, 7.0: 40}), USUAL)

    assert found is not None
    assert (found.value, found.most, found.news) == (5.0, 0.052, False)
    assert found.z > 1


def test_a_usual_sentinel_counts_from_half_a_percent() -> None:
    """3 % of -999 are new at once; 3 % of another value in a small day are not yet four errors from nothing."""
    sentinel, other = day({-999.0: 30}, low=-999.0), day({31.0: 15})

    assert new_atom(sentinel, USUAL).news  # type: ignore[union-attr]
    assert not new_atom(other, USUAL).news  # type: ignore[union-attr]


def test_a_column_that_brings_new_values_every_day_is_never_steady() -> None:
    """Like weather: each day has a value of its own with 20 % of its rows."""
    past = [day({float(10 + i): 200}) for i in range(14)]

    found = new_atom(day({60.0: 220}), past)

    assert found is not None
    assert (found.steady, found.news) == (False, False)
    assert found.z < 1


def test_a_value_that_may_have_been_below_the_stored_ones_is_taken_for_as_frequent_as_the_last() -> None:
    """Where days store their two most frequent values only, a third may have had as many rows as the second."""
    found = new_atom(day({30.0: 120}), USUAL, stored=2)

    assert found is not None
    assert found.most == 0.04


@pytest.mark.parametrize(
    ("today", "past"),
    [
        (day({}), USUAL),
        (day({}, n=0), USUAL),
        (day({30.0: 500}), []),
        (day({30.0: 500}), USUAL[:13]),
        (day({30.0: 500}), [Day(1000, np.array([]), np.array([], dtype=int), np.array([]))] * 14),
        (day({5.0: 40}), USUAL),
    ],
    ids=["no values", "no rows", "no past", "thirteen days", "all null before", "less than before"],
)
def test_where_nothing_can_be_said_nothing_is(today: Day, past: list[Day]) -> None:
    """Too few days, nothing to compare, nothing that rose."""
    assert new_atom(today, past) is None


def test_a_constant_column_that_stays_constant_is_no_atom_and_another_constant_is() -> None:
    """One value holds all rows, yesterday and today; then another."""
    past = [day({1.0: 1000}, high=1.0)] * 14

    assert new_atom(past[0], past) is None
    assert new_atom(day({2.0: 1000}, high=2.0), past).news  # type: ignore[union-attr]


def test_the_order_of_days_and_of_equal_values_changes_nothing() -> None:
    """Days are a set; of two values with the same rise the first stored one speaks."""
    rng = np.random.default_rng(4)
    past, today = [drawn(rng) for _ in range(20)], drawn(rng, share=0.1, value=4.2)

    assert new_atom(today, past) == new_atom(today, past[::-1])


def test_ordinary_days_are_quiet_and_a_filled_in_default_is_found() -> None:
    """None of 200 days of noise is news; 5 % with one value always are."""
    rng = np.random.default_rng(5)
    past = [drawn(rng) for _ in range(28)]

    plain = [new_atom(drawn(rng), past) for _ in range(200)]
    filled = [new_atom(drawn(rng, share=0.05, value=1.0), past) for _ in range(20)]

    assert not any(one is not None and one.news for one in plain)
    assert all(one is not None and one.news and one.value == 1.0 for one in filled)


@pytest.mark.parametrize(
    ("rows", "value", "news"),
    [(12, 0.0, True), (4, 0.0, False), (12, 3.0, False)],
    ids=["beyond all before", "four rows", "no sentinel"],
)
def test_a_sentinel_beyond_all_that_was_is_news_from_five_rows_on(rows: int, value: float, news: bool) -> None:
    """Ages from 18 on in 20 days of 1,000: twelve zeros are no accident, twelve threes may be an age."""
    rng = np.random.default_rng(6)
    past = [summarise(pa.array(rng.normal(44, 12, 1000).round().clip(18, 90))) for _ in range(20)]
    ages = rng.normal(44, 12, 1000).round().clip(18, 90)
    ages[:rows] = value

    found = new_atom(summarise(pa.array(ages)), past)  # type: ignore[arg-type]

    assert (found is not None and found.news) is news
    assert not news or (found is not None and (found.value, found.share) == (0.0, 0.012))


def test_few_past_rows_may_have_none_of_a_value_by_accident() -> None:
    """14 days of 30 rows without a zero: 0.5 % of zeros today may well have been there."""
    rng = np.random.default_rng(7)
    past = [summarise(pa.array(rng.integers(1, 9, 30).astype(float))) for _ in range(14)]
    today = np.append(rng.integers(1, 9, 1990).astype(float), np.zeros(10))

    found = new_atom(summarise(pa.array(today)), past)  # type: ignore[arg-type]

    assert found is None or not found.news
