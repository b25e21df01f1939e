"""Where a fault lives: one segment, one version, or everywhere."""

import numpy as np
import pyarrow as pa
import pytest

from vitals.judging.where import Group, Groups, moved_alone, number_of, of_minis, of_summaries, only, said
from vitals.profiles import Mini, summarise

QUIET = {"carrier=UA": Group(300, 0.01), "carrier=AA": Group(300, 0.01), "carrier=DL": Group(400, 0.01)}
PAST = [QUIET] * 14


def now(**changed: float) -> Groups:
    return QUIET | {f"carrier={name}": Group(QUIET[f"carrier={name}"].rows, value) for name, value in changed.items()}


def test_one_segment_that_makes_most_of_the_change_is_named() -> None:
    """By hand: 300 x 0.5 of a total of 150 rows; the others stay."""
    assert only(now(UA=0.51), PAST, 0.01) == "carrier=UA"


@pytest.mark.parametrize(
    "today",
    [now(), now(UA=0.51, AA=0.51), now(UA=0.31, AA=0.31, DL=0.31), now(UA=0.4, AA=0.2)],
    ids=["nothing moved", "two share it", "everywhere", "one in three elsewhere"],
)
def test_no_segment_is_named_where_others_moved_too(today: Groups) -> None:
    """Two, all, or a large rest."""
    assert only(today, PAST, 0.01) is None


def test_a_segment_that_is_nearly_everything_says_nothing() -> None:
    """Of 90 % of the rows."""
    large = {"carrier=UA": Group(900, 0.01), "carrier=AA": Group(100, 0.01)}

    assert only(large | {"carrier=UA": Group(900, 0.5)}, [large] * 14, 0.01) is None


def test_a_new_version_is_compared_with_the_whole_and_a_new_segment_with_nothing() -> None:
    """A release has no past of its own; a new client is no fault of a column."""
    known = {"version=1": Group(800, 0.01)}
    names = {"client=a": Group(800, 0.01)}

    assert only(known | {"version=2": Group(200, 0.6)}, [known] * 14, 0.01) == "version=2"
    assert only(names | {"client=b": Group(200, 0.6)}, [names] * 14, 0.01) is None


def test_of_two_columns_the_smaller_segment_is_named() -> None:
    """The client lives in one country: the client says more."""
    usual = QUIET | {"client=x": Group(100, 0.01), "client=y": Group(900, 0.01)}
    today = usual | {"carrier=UA": Group(300, 0.31), "client=x": Group(100, 0.91)}

    assert only(today, [usual] * 14, 0.01) == "client=x"


def test_what_is_not_known_of_other_segments_may_be_as_large_as_their_most_frequent_value() -> None:
    """The value may be their second: then none is named."""
    shared = now(UA=0.51) | {"carrier=AA": Group(300, 0.01, most=0.4)}

    assert only(shared, PAST, 0.01) is None


@pytest.mark.parametrize(
    ("today", "past"), [({}, []), (QUIET, []), ({"carrier=UA": Group(10, 1.0)}, PAST), (QUIET, PAST[:6])]
)
def test_with_too_little_to_compare_nothing_is_named(today: Groups, past: list[Groups]) -> None:
    """Nothing, no past, one group, six days."""
    assert only(today, past, 0.0) is None


def mini(segment: str, middle: float, rng: np.random.Generator) -> Mini:
    values = np.quantile(rng.lognormal(middle, 1, 300), [0.05, 0.25, 0.5, 0.75, 0.95])
    return Mini(segment, 300, 3, tuple(values.tolist()), "1", 10)


def test_the_segment_whose_quantiles_moved_is_found_and_noise_is_not() -> None:
    """Kilometres for one carrier are found nine times of ten; 200 ordinary days name none; a move of all is nobody's."""
    rng = np.random.default_rng(12)
    names = [f"carrier={name}" for name in "ABCD"]

    def one_day(*moves: float) -> list[Mini]:
        return [mini(name, move, rng) for name, move in zip(names, moves, strict=True)]

    past = [one_day(0, 0, 0, 0) for _ in range(28)]

    assert [moved_alone(one_day(0, 0, 0, 0), past) for _ in range(200)] == [None] * 200
    assert [moved_alone(one_day(0, 2, 0, 0), past) for _ in range(20)].count("carrier=B") >= 18
    assert moved_alone(one_day(2, 2, 2, 2), past) is None
    assert moved_alone(one_day(0, 2, 0, 0), past[:6]) is None
    assert moved_alone([], past) is None


def test_constant_quantiles_do_not_divide_by_zero() -> None:
    """Ties only: any move is one, none is none."""
    flat = [Mini(f"carrier={name}", 10, 0, (1.0,) * 5, "1", 10) for name in "ABC"]
    moved = [Mini("carrier=A", 10, 0, (2.0,) * 5, "2", 10), *flat[1:]]

    assert moved_alone(flat, [flat] * 14) is None
    assert moved_alone(moved, [flat] * 14) == "carrier=A"


def test_numbers_of_segments_come_from_what_is_stored() -> None:
    """Nulls, a value that is the most frequent one however it is written, and no other part."""
    one, none = Mini("a=1", 100, 5, None, "3.0", 40), Mini("a=2", 0, 0, None, None, 0)

    assert of_minis([one, none], "null") == {"a=1": Group(100, 0.05)}
    assert of_minis([one], "=3") == {"a=1": Group(100, 0.4)}
    assert of_minis([one], "=7") == {"a=1": Group(100, 0.0, 0.4)}
    assert of_minis([one], "> 12") is None


def test_numbers_of_summaries() -> None:
    """The mean of numbers, the share of a text, of nulls; nothing of a column without values."""
    numbers = summarise(pa.array([1.0, 3.0, None]))
    words, empty = (
        summarise(pa.array(["x", "y", "x", None]).dictionary_encode()),
        summarise(pa.array([None], pa.float64())),
    )

    assert number_of(numbers, "> 2") == 2.0
    assert number_of(words, "=x") == 0.5
    assert number_of(words, "other") is None
    assert number_of(empty, "> 2") is None
    assert of_summaries({"a=1": numbers, "a=2": empty}, "null") == {"a=1": Group(3, 1 / 3), "a=2": Group(1, 1.0)}


def test_a_segment_is_said_safely() -> None:
    """A value may hold anything."""
    assert said("client=a=b") == "only client a=b"
    assert "\n" not in said("client=a\nb")
