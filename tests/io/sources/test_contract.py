"""Every kind of source gives the same rows in the same Arrow types for the same data."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from vitals.io.sources import Source
from vitals.spec.model import Model

DAY = date(2013, 5, 1)
TEXT = pa.dictionary(pa.int32(), pa.string())
TIME = pa.timestamp("us", "UTC")
TYPES = {
    "id": TEXT, "at": TIME, "naive": TIME, "score": pa.float64(), "big": pa.int64(), "small": pa.int64(),
    "middle": pa.int64(), "single": pa.float64(), "money": pa.float64(), "flag": pa.bool_(), 'wörd\'s "x': TEXT,
    "digits": TEXT, "on": TIME, "none": pa.float64(),
}  # fmt: skip


@pytest.fixture
def expected(contract_table: pa.Table) -> dict[str, list[object]]:
    """What comes out, written by hand from the planted values."""
    inside = contract_table.slice(1, 10)
    values = {name: inside.column(name).to_pylist() for name in inside.column_names}
    values["score"] = [None if v is not None and math.isnan(v) else v for v in values["score"]]
    values["naive"] = [v.replace(tzinfo=UTC) for v in values["naive"]]
    values["money"] = [None if v is None else float(v) for v in values["money"]]
    values["on"] = [datetime(v.year, v.month, v.day, tzinfo=UTC) for v in values["on"]]
    return values


def for_csv(values: dict[str, list[object]], types: dict[str, pa.DataType]) -> None:
    """A CSV file has no types: digits are numbers, a column without values is text."""
    values["digits"] = [int(str(v)) for v in values["digits"]]
    types.update(digits=pa.int64(), none=TEXT)


def test_same_rows_and_types(
    plant: Callable[..., Source],
    contract_table: pa.Table,
    expected: dict[str, list[object]],
    make_model: Callable[..., Model],
    request: pytest.FixtureRequest,
) -> None:
    """Times, nulls, NaN, infinities, decimals, booleans, unicode and 2^53 + 1 come out alike from every source."""
    types = dict(TYPES)
    if "csv" in request.node.name:
        for_csv(expected, types)
    source = plant(predictions=contract_table)

    partition = source.read_day(make_model(), DAY, list(TYPES), None)

    assert dict(zip(partition.table.column_names, partition.table.schema.types, strict=True)) == types
    assert partition.table.to_pydict() == expected
    assert partition.facts.columns == tuple(TYPES)


def test_day_is_half_open_and_local(
    plant: Callable[..., Source], contract_table: pa.Table, make_model: Callable[..., Model]
) -> None:
    """A day holds its first instant and not the next day's, by the model's clock, counted per local hour."""
    facts = plant(predictions=contract_table).read_day(make_model(), DAY, ["id", "at"], None).facts

    assert facts.rows == 10
    assert facts.first_time == datetime(2013, 5, 1, 4, tzinfo=UTC)
    assert facts.last_time == datetime(2013, 5, 2, 3, 59, 59, tzinfo=UTC)
    assert facts.hours == (2, 1, 1, 1, 1, 1, 1, 1, *[0] * 15, 1)
    assert facts.hour_lengths == (1.0,) * 24


def test_naive_times_as_the_time_column(
    plant: Callable[..., Source], contract_table: pa.Table, make_model: Callable[..., Model]
) -> None:
    """A naive time column bounds the same day when its zone is said, another one when it is not."""
    source = plant(predictions=contract_table)

    as_utc = source.read_day(make_model(time="naive"), DAY, ["id", "naive"], None)
    as_local = source.read_day(make_model(time="naive", time_zone="America/New_York"), DAY, ["id", "naive"], None)

    assert as_utc.facts.rows == 10
    assert as_utc.table["naive"].type == TIME
    assert as_local.facts.rows == 10  # from 03:59:59, but not 03:59:59 of the next day
    assert as_local.facts.first_time == datetime(2013, 5, 1, 7, 59, 59, tzinfo=UTC)


def test_dates_as_the_time_column(
    plant: Callable[..., Source], contract_table: pa.Table, make_model: Callable[..., Model]
) -> None:
    """A date is its midnight in the log's zone."""
    source = plant(predictions=contract_table)
    model = make_model(time="on", time_zone="America/New_York")

    partition = source.read_day(model, date(2013, 4, 5), ["id", "on"], None)

    assert partition.table["id"].to_pylist() == ["r04"]
    assert partition.facts.first_time == datetime(2013, 4, 5, 4, tzinfo=UTC)


def test_empty_day_has_the_schema(
    plant: Callable[..., Source],
    contract_table: pa.Table,
    make_model: Callable[..., Model],
    request: pytest.FixtureRequest,
) -> None:
    """A day without rows is an empty table of the same types."""
    types = dict(TYPES)
    if "csv" in request.node.name:
        for_csv({"digits": []}, types)

    partition = plant(predictions=contract_table).read_day(make_model(), date(2014, 1, 1), list(TYPES), None)

    assert partition.table.num_rows == 0
    assert dict(zip(partition.table.column_names, partition.table.schema.types, strict=True)) == types
    assert (partition.facts.rows, partition.facts.first_time, sum(partition.facts.hours)) == (0, None, 0)


def test_numbers_as_the_time_column(plant: Callable[..., Source], make_model: Callable[..., Model]) -> None:
    """Seconds, milliseconds, microseconds and nanoseconds since 1970 bound the same day to the microsecond."""
    start = int(datetime(2013, 5, 1, 4, tzinfo=UTC).timestamp())
    seconds = [start - 1, start, start + 86_399, start + 86_400]
    columns = {u: pa.array([s * k for s in seconds], pa.int64()) for u, k in (("s", 1), ("ms", 10**3), ("us", 10**6))}
    columns["ns"] = pa.array([s * 10**9 + (999 if s < start else 0) for s in seconds], pa.int64())
    columns["real"] = pa.array([s + (0.75 if s < start else 0.5) for s in seconds], pa.float64())
    table = pa.table({"id": list("abcd"), "score": [0.1] * 4, **columns})
    source = plant(predictions=table)

    for column, unit in (("s", "s"), ("ms", "ms"), ("us", "us"), ("ns", "ns"), ("real", "s")):
        partition = source.read_day(make_model(time=column, time_unit=unit), DAY, ["id", column], None)

        assert partition.table["id"].to_pylist() == ["b", "c"], column
        assert partition.table[column].type == TIME


def test_only_rows_loaded_before(plant: Callable[..., Source], make_model: Callable[..., Model]) -> None:
    """With `loaded_at`, a day as known at an instant holds the rows loaded before it; null counts as never."""
    at = [datetime(2013, 5, 1, 12, i, tzinfo=UTC) for i in range(4)]
    loaded = [datetime(2013, 5, 2, 9, tzinfo=UTC), datetime(2013, 5, 2, 10, tzinfo=UTC), None, at[3]]
    table = pa.table({"id": list("abcd"), "at": at, "score": [0.1] * 4, "loaded": loaded})
    source, model = plant(predictions=table), make_model(loaded_at="loaded")

    known = source.read_day(model, DAY, ["id", "at"], datetime(2013, 5, 2, 10, tzinfo=UTC))
    later = source.read_day(model, DAY, ["id", "at"], None)

    assert known.table["id"].to_pylist() == ["a", "d"]
    assert later.facts.rows == 4


def test_first_prediction_of_an_id(plant: Callable[..., Source], make_model: Callable[..., Model]) -> None:
    """The earliest row of an id counts; ties go to smaller values of the other columns; null ids stand alone."""
    times = [5, 3, 3, 3, 1, 2, 2, 9]
    at = [datetime(2013, 5, 1, 12, minute, tzinfo=UTC) for minute in times]
    ids = ["a", "a", "a", "a", "b", None, None, "c"]
    scores = [0.0, 0.5, 0.25, 0.25, None, 0.1, 0.1, 0.1]
    words = ["z", "x", "y", "w", "v", "n", "n", "c"]
    table = pa.table({"id": ids, "at": at, "score": scores, "word": words})

    for rows in (table, table.take([7, 6, 5, 4, 3, 2, 1, 0])):
        source = plant(**{f"t{rows['word'][0]}": rows})
        model = make_model(table=f"t{rows['word'][0]}")

        partition = source.read_day(model, DAY, ["id", "at", "score", "word"], None)

        assert sorted(partition.table["word"].to_pylist()) == ["c", "n", "n", "v", "w"]
        assert (partition.facts.rows, partition.facts.duplicates) == (5, 3)


def test_predicate_of_the_model_file(
    plant: Callable[..., Source], contract_table: pa.Table, make_model: Callable[..., Model]
) -> None:
    """`where` narrows the log, an OR in it does not escape, a comment at its end does not either."""
    source = plant(predictions=contract_table)
    model = make_model(where="small >= 6 OR id = 'r01' -- the last ones")

    partition = source.read_day(model, DAY, ["id", "at"], None)

    assert partition.table["id"].to_pylist() == ["r01", "r08", "r09", "r10"]


def test_missing_inputs_are_reported_not_fatal(
    plant: Callable[..., Source], contract_table: pa.Table, make_model: Callable[..., Model]
) -> None:
    """Inputs that the table does not have are named; the rest is read."""
    model = make_model(inputs=["big", "gone"])

    partition = plant(predictions=contract_table).read_day(model, DAY, ["id", "at", "big", "gone"], None)

    assert partition.facts.missing_columns == ("gone",)
    assert partition.table.column_names == ["id", "at", "big"]


def test_columns_have_words(plant: Callable[..., Source], contract_table: pa.Table) -> None:
    """The columns of a table are described in the same words everywhere."""
    columns = plant(predictions=contract_table).columns("predictions")

    assert list(columns) == list(TYPES)
    assert (columns["big"], columns["score"], columns["flag"], columns["on"]) == ("integer", "float", "boolean", "date")
