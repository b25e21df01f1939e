"""What good days suggest, held against the library itself on real days."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from expectations.checking import check_suite
from expectations.loading import load_suite
from expectations.proposing import LEAST_DAYS, Proposal, StoredDay, propose
from expectations.running import validate
from expectations.suggesting import as_diff, as_yaml, compare, write
from vitals.errors import InputError
from vitals.profiles import summarise
from vitals.records import Partition
from vitals.spec.model import Model

COLUMNS = ("carrier", "dest", "distance", "temp", "wind_speed", "precip", "visib", "pressure", "sched_hour", "score")
FIRST = date(2013, 4, 1)
Make = Callable[..., Partition]


def stored(number: int, table: pa.Table, *, good: bool = True, duplicates: int = 0) -> StoredDay:
    """What is stored of a day with these rows."""
    summaries = {name: summarise(table.column(name)) for name in table.column_names}
    return StoredDay(FIRST + timedelta(days=number), table.num_rows, duplicates, good, summaries)


def days_of(**columns: Callable[[int], object]) -> list[StoredDay]:
    """Ten good days of columns made by day number."""
    return [stored(n, pa.table({name: make(n) for name, make in columns.items()})) for n in range(10)]


def by_kind(proposals: list[Proposal], kind: str) -> Proposal:
    """The one proposal of a kind."""
    (found,) = [one for one in proposals if one.kind == f"expect_{kind}"]
    return found


@pytest.mark.gx
@pytest.mark.slow
def test_what_would_have_failed_fails_in_the_library(
    flights: Path, model: Model, partition: Make, tmp_path: Path
) -> None:
    """On 24 real days, two of them with an outage of the weather feed, every proposal says what the library says."""
    log = pq.read_table(flights / "predictions.parquet", columns=[*COLUMNS, "predicted_at", "prediction_id"])
    day_of = pc.assume_timezone(pc.local_timestamp(pc.cast(log["predicted_at"], pa.timestamp("us", "UTC"))), "UTC")
    days = pc.cast(pc.floor_temporal(day_of, unit="day"), pa.date32())
    rows = {
        day: log.filter(pc.equal(days, pa.scalar(day))).select([*COLUMNS, "prediction_id"])
        for day in (date(2013, 6, 20) + timedelta(days=n) for n in range(24))
    }
    outages = {date(2013, 7, 2), date(2013, 7, 4)}
    known = [
        StoredDay(day, t.num_rows, 0, day not in outages, {c: summarise(t.column(c)) for c in COLUMNS})
        for day, t in rows.items()
    ]

    proposals = propose(known, COLUMNS, "prediction_id")
    path = tmp_path / "s.yaml"
    write(path, as_yaml("s", "m", proposals, [one.day for one in known if one.good]))

    assert check_suite(path) == []
    assert sum(bool(one.failed) for one in proposals) >= 3
    for day, table in rows.items():
        found = validate(model, partition(table), tmp_path)
        said = [one.status == "fail" for one in found]
        assert said == [day in one.failed for one in proposals], day


def test_ranges_leave_room_but_not_beyond_the_scale() -> None:
    """An end that every day reaches stays; another gets a quarter of what was seen, and nothing positive goes below 0."""
    days = days_of(visib=lambda n: [0.5 + n / 20, 4.0, 10.0], delay=lambda n: [1.0, 50.0, 100.0 + n])

    visib, delay = (
        one.arguments for one in propose(days, ("visib", "delay"), None) if one.kind.endswith("values_to_be_between")
    )

    assert (visib["min_value"], visib["max_value"]) == (0, 10)
    assert (delay["min_value"], delay["max_value"]) == (1, 140)


@pytest.mark.parametrize(("share", "mostly"), [(0.0, 0.99), (0.02, 0.97), (0.5, 0.25), (0.95, None)])
def test_nulls_leave_room_in_proportion(share: float, mostly: float | None) -> None:
    """Half as many again, at least a point; a column that is nearly empty is not asked to be filled."""
    nulls = round(share * 1000)
    days = days_of(x=lambda n: [None] * nulls + [float(n + i) for i in range(1000 - nulls)])

    found = [one for one in propose(days, ("x",), None) if one.kind == "expect_column_values_to_not_be_null"]

    assert [one.arguments["mostly"] for one in found] == ([] if mostly is None else [mostly])


def test_a_still_mean_finds_another_unit_and_a_wild_one_is_left_alone() -> None:
    """A band for the mean is worth something only where days are alike."""
    draw = np.random.default_rng(3)
    days = days_of(distance=lambda _: draw.gamma(4, 250, 900), rain=lambda n: draw.gamma(1, 1 + 5 * (n % 3), 900))
    kilometres = stored(10, pa.table({"distance": draw.gamma(4, 402, 900), "rain": draw.gamma(1, 1, 900)}), good=False)

    means = [one for one in propose([*days, kilometres], ("distance", "rain"), None) if "mean" in one.kind]

    assert [(one.column, one.failed) for one in means] == [("distance", (kilometres.day,))]


def test_few_texts_are_a_set_and_many_a_shape() -> None:
    """A set where all values are known, the shape of many, nothing for free text."""
    days = days_of(
        kind=lambda _: ["a", "b"] * 50,
        code=lambda n: [f"{chr(65 + i // 26)}{chr(65 + i % 26)}{chr(65 + n)}" for i in range(100)],
        text=lambda n: [f"it's {i} o'clock, {n}" for i in range(100)],
    )

    proposals = propose(days, ("kind", "code", "text"), None)

    assert by_kind(proposals, "column_values_to_be_in_set").arguments["value_set"] == ["a", "b"]
    assert by_kind(proposals, "column_values_to_match_regex").arguments["regex"] == "^[A-Z]{3}$"
    assert {one.column for one in proposals} == {None, "kind", "code", "text"}


def test_bad_days_and_troubled_columns_are_no_evidence_but_are_tried() -> None:
    """A fault in the range does not widen the bounds that should find it."""
    days = days_of(x=lambda n: [1.0 + n / 10] * 100)
    broken = pa.table({"x": [99.0] * 100})
    bad = stored(10, broken, good=False)
    troubled = StoredDay(FIRST + timedelta(days=11), 100, 0, True, {"x": summarise(broken["x"])}, frozenset({"x"}))

    proposal = by_kind(propose([*days, bad, troubled], ("x",), None), "column_values_to_be_between")

    assert proposal.arguments["max_value"] < 99
    assert (proposal.failed, proposal.of) == ((bad.day, troubled.day), 12)


def test_repeated_ids_are_not_asked_to_be_unique() -> None:
    """Only what held on good days is proposed."""
    days = days_of(x=lambda _: [1.0])
    kinds = [one.kind for one in propose(days, (), "id")]
    repeated = [one.kind for one in propose([*days, stored(10, pa.table({"x": [1.0]}), duplicates=1)], (), "id")]

    assert "expect_column_values_to_be_unique" in kinds
    assert "expect_column_values_to_be_unique" not in repeated


def test_hostile_names_and_values_are_written_as_they_are(tmp_path: Path) -> None:
    """Quotes, colons, line breaks and words that YAML reads as truth values come back from the file unchanged."""
    name, values = 'a "b": {c}\n- d', ["NO", "9E", "1e3", "o'k: #x", "null", "ü"]
    days = [stored(n, pa.table({name: values * 5})) for n in range(LEAST_DAYS)]
    path = tmp_path / "s.yaml"

    write(path, as_yaml("s", "m", propose(days, (name,), None), [one.day for one in days]))

    entry = next(one for one in load_suite(path).entries if one.type == "expect_column_values_to_be_in_set")
    assert (entry.column, entry.kwargs["value_set"]) == (name, sorted(values))


def test_a_suite_is_never_overwritten(tmp_path: Path) -> None:
    """The file stays as it is, and the error says what to do."""
    path = tmp_path / "s.yaml"
    path.write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match="exists and is left as it is; choose another name with --suite"):
        write(path, "other")

    assert path.read_text(encoding="utf-8") == "mine"


def test_a_comparison_shows_what_differs_and_what_is_new(tmp_path: Path) -> None:
    """Alike ones are counted, others stand beside each other with their line."""
    days = days_of(x=lambda n: [1.0 + n, 30.0 + n])
    proposals = propose(days, ("x",), None)
    path = tmp_path / "s.yaml"
    path.write_text(
        "suite: s\nexpectations:\n  - expect_column_values_to_be_between: {column: x, max_value: 3}\n"
        "    severity: info\n  - expect_column_values_to_not_be_null: {column: x, mostly: 0.99}\n    severity: info\n"
        "  - expect_column_median_to_be_between: {column: x, max_value: 3}\n    severity: info\n",
        encoding="utf-8",
    )
    suite = load_suite(path)

    shown = as_diff(compare(proposals, suite), suite)

    assert '- expect_column_values_to_be_between: {column: "x", max_value: 3}    # line 3' in shown
    assert "+ - expect_table_row_count_to_be_between" in shown
    assert "# 1 alike; 1 of the suite's have no counterpart and stay" in shown


def test_every_column_is_expected_to_be_there() -> None:
    """The schema of good days: a day without the column would have failed."""
    days = days_of(x=lambda n: [float(n)] * 5, t=lambda _: ["a"] * 5)
    without = stored(10, pa.table({"x": [1.0] * 5}), good=False)

    found = [one for one in propose([*days, without], ("x", "t"), None) if one.kind == "expect_column_to_exist"]

    assert [(one.column, one.failed, one.of) for one in found] == [("x", (), 11), ("t", (without.day,), 11)]
    assert found[0].evidence == "there on 10 good days"


def test_a_number_of_rows_that_goes_by_the_usual_traffic_needs_no_other(tmp_path: Path) -> None:
    """It says more than a band of good days does, so the comparison leaves it alone."""
    (proposal, *_) = propose(days_of(x=lambda n: [float(n)] * 5), (), None)
    path = tmp_path / "s.yaml"
    path.write_text(
        f"suite: s\nexpectations:\n  - {proposal.kind}: {{min_value: {{$PARAMETER: min_rows}}}}\n    severity: info\n"
    )

    compared = compare([proposal], load_suite(path))

    assert (compared.alike, compared.otherwise, compared.lacking) == (1, (), ())
