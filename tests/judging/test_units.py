"""Unit changes of a column or of one segment."""

from collections.abc import Mapping

import numpy as np
import pytest

from tests.judging.building import day, numbers, observed, today
from vitals.judging import units
from vitals.judging.units import Sketch
from vitals.profiles import Mini
from vitals.records import Severity, Symptom

Values = Mapping[str, np.ndarray]


def sketch(index: int, segments: Values) -> Sketch:
    """A column on a day: the whole is all segments together."""
    minis = tuple(
        Mini(name, len(v), 0, tuple(np.quantile(v[np.isfinite(v)], units.LEVELS).tolist()), None, 0)
        if np.isfinite(v).any()
        else Mini(name, len(v), len(v), None, None, 0)
        for name, v in segments.items()
    )
    whole = [None if np.isnan(v) else float(v) for values in segments.values() for v in values]
    found = units.sketch(numbers(day(index), "distance", whole, minis))
    assert found is not None
    return found


def distances(index: int, rows: int = 400, sd: float = 0.004) -> dict[str, np.ndarray]:
    """Two clients whose distances hardly move from day to day."""
    draw = np.random.default_rng(index)
    shift = 1 + draw.normal(0, sd)
    return {"client=a": draw.lognormal(7, 0.3, rows) * shift, "client=b": draw.lognormal(6.5, 0.3, 2 * rows) * shift}


def history(count: int = 28, **how: float) -> list[Sketch]:
    return [sketch(i, distances(i, **how)) for i in range(count)]


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.609344, "miles to km?"),
        (0.001, "m to km, or milliseconds to seconds?"),
        (100.0, "a share to percent, or m to cm?"),
    ],
)
def test_a_whole_column_in_another_unit_is_named(factor: float, words: str) -> None:
    """The whole goes before its segments."""
    named = units.find(sketch(30, {name: v * factor for name, v in distances(30, 2000).items()}), history(rows=2000))

    assert named is not None
    assert (named.segment, named.change.words) == ("", words)
    assert named.median / named.usual == pytest.approx(factor, rel=0.05)


def test_one_segment_in_kilometres_is_named_with_its_segment() -> None:
    """And not its neighbour, nor the whole, of which it is a third."""
    spoilt = distances(30, 2000) | {"client=a": distances(30, 2000)["client=a"] * 1.609344}

    named = units.find(sketch(30, spoilt), history(rows=2000))

    assert named is not None
    assert (named.segment, named.change.words) == ("client=a", "miles to km?")
    told = units.unit_finding(today(observed(day(30))), "distance", named, Symptom.INPUT_DRIFT)
    assert (told.symptom, told.segment, told.priority, told.severity) == (
        Symptom.UNIT_CHANGE,
        "client=a",
        3,
        Severity.WARNING,
    )
    assert told.statement.startswith("distance is 1.61 times its usual for client a (median 1,802, usually 1,094)")
    assert told.statement.endswith("): miles to km?")


@pytest.mark.parametrize("seed", range(20))
def test_ordinary_days_are_never_named(seed: int) -> None:
    """Small segments included: 100 rows a day, and 40 % from day to day as wind has it."""
    for rows, sd in ((100, 0.004), (100, 0.02), (400, 0.4)):
        assert units.find(sketch(100 + seed, distances(100 + seed, rows, sd)), history(28, rows=rows, sd=sd)) is None


def test_a_column_that_doubles_by_itself_is_not_named() -> None:
    """Wind of twice the usual strength is weather; the same change of a distance is not."""
    windy = history(28, rows=2000, sd=0.4)
    calm = history(28, rows=2000)
    twice = sketch(30, {name: v * 1.609344 for name, v in distances(30, 2000).items()})

    assert units.find(twice, windy) is None
    assert units.find(twice, calm) is not None


def test_a_column_that_is_mostly_missing_is_compared_by_what_is_left() -> None:
    """Nine of ten values null in both: the unit of the rest is still seen; no value at all names nothing."""

    def sparse(values: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(values)) % 10, np.nan, values)

    past = [sketch(i, {n: sparse(v) for n, v in distances(i, 20_000).items()}) for i in range(14)]
    now = {name: sparse(v) * 1.609344 for name, v in distances(30, 20_000).items()}
    empty = {"client=a": np.full(500, np.nan), "client=b": distances(30)["client=b"]}

    named = units.find(sketch(30, now), past)

    assert named is not None
    assert named.change.words == "miles to km?"
    assert "client=a" not in sketch(30, empty).quantiles
    assert units.find(sketch(30, empty), history()) is None


@pytest.mark.parametrize("days", [0, 1, 13])
def test_fewer_than_fourteen_days_name_nothing_and_judge_nothing(days: int) -> None:
    """A segment that came yesterday has no usual."""
    now = sketch(30, {name: v * 1.609344 for name, v in distances(30, 2000).items()})
    past = history(days, rows=2000)

    assert units.find(now, past) is None
    assert units.comparable(now, past) == []
    late = [*(sketch(i, {"client=b": distances(i, 2000)["client=b"]}) for i in range(20)), *history(days, rows=2000)]
    assert units.comparable(now, late) == ["", "client=b"]


def test_a_column_on_few_values_names_nothing() -> None:
    """Atoms are left out: a column of zeros and ones that turns has no unit."""
    past = [sketch(i, {"client=a": np.repeat([0.0, 1.0], 200)}) for i in range(20)]

    assert units.find(sketch(30, {"client=a": np.repeat([0.0, 100.0], 200)}), past) is None


def test_texts_and_empty_columns_have_no_sketch() -> None:
    """There is nothing to compare."""
    assert units.sketch(numbers(day(0), "distance", [None, None])) is None


def test_a_response_in_another_unit_is_critical_and_of_second_priority() -> None:
    """What the model answers in another unit is felt by everybody."""
    named = units.find(sketch(30, {name: v * 100 for name, v in distances(30, 2000).items()}), history(rows=2000))
    assert named is not None

    told = units.unit_finding(today(observed(day(30))), "score", named, Symptom.RESPONSE_DRIFT)

    assert (told.priority, told.severity) == (2, Severity.CRITICAL)
