"""Running a suite on one day's rows: four-valued, paired by key, the same on every run."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.running import validate
from vitals.errors import ConfigError
from vitals.records import Partition, Severity, Validation
from vitals.spec.model import Model

pytestmark = pytest.mark.gx
Write = Callable[..., Path]
Make = Callable[..., Partition]
NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
START = datetime(2013, 8, 14, 4, tzinfo=UTC)
OWN_CHECKS = """
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import ColumnMapMetricProvider, column_condition_partial


class ColumnValuesEven(ColumnMapMetricProvider):
    condition_metric_name = "column_values.even"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, **kwargs):
        return column % 2 == 0


class ExpectColumnValuesToBeEven(ColumnMapExpectation):
    map_metric = "column_values.even"
"""


@pytest.fixture
def run(suite: Write, model: Model, partition: Make) -> Callable[..., list[Validation]]:
    """Run expectations (type, arguments in YAML) on columns."""

    def go(
        entries: list[tuple[str, str]],
        columns: Mapping[str, object] | pa.Table,
        rows: int | None = None,
    ) -> list[Validation]:
        text = "".join(f"  - {kind}: {arguments}\n    severity: warning\n" for kind, arguments in entries)
        return validate(model, partition(columns, rows), suite(text).parent)

    return go


def test_results_come_in_the_suites_order_with_counts(run: Callable[..., list[Validation]]) -> None:
    """The library sorts by column and puts errors first; we keep the file's order."""
    found = run(
        [
            (BETWEEN, "{column: z, min_value: 2}"),
            (NOT_NULL, "{column: a, mostly: 0.7}"),
            (BETWEEN, "{column: t, min_value: 0}"),
            (NOT_NULL, "{column: a, mostly: 0.8}"),
        ],
        {"z": [1.0, 2.0, 3.0, None], "a": [1, None, 3, 4], "t": ["x", "y", "z", "w"]},
    )

    assert [one.column for one in found] == ["z", "a", "t", "a"]
    assert [one.status for one in found] == ["fail", "pass", "error", "fail"]
    assert [(one.n, one.unexpected, one.share) for one in found[:2]] == [(3, 1, 1 / 3), (4, 1, 0.25)]
    assert found[0].observed == "1 of 3"


def test_a_validation_carries_our_severity_and_description(suite: Write, model: Model, partition: Make) -> None:
    """Severity comes from the suite, not from the library's defaults."""
    path = suite(f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n    description: Why.\n")

    (found,) = validate(model, partition({"a": [1, None]}), path.parent)

    assert (found.model, found.day.isoformat(), found.suite, found.column) == ("m", "2013-08-14", "s", "a")
    assert (found.severity, found.description, found.status) == (Severity.INFO, "Why.", "fail")


@pytest.mark.parametrize(
    ("kind", "arguments", "status"),
    [
        (BETWEEN, "{column: void, min_value: 0}", "vacuous"),
        ("expect_column_values_to_be_in_set", "{column: void, value_set: [a]}", "vacuous"),
        ("expect_column_values_to_be_unique", "{column: void}", "vacuous"),
        ("expect_column_sum_to_be_between", "{column: void, min_value: 0}", "vacuous"),
        ("expect_column_distinct_values_to_be_in_set", "{column: void, value_set: [1]}", "vacuous"),
        ("expect_column_unique_value_count_to_be_between", "{column: void, min_value: 0}", "vacuous"),
        ("expect_column_proportion_of_unique_values_to_be_between", "{column: void, min_value: 0}", "vacuous"),
        ("expect_column_mean_to_be_between", "{column: void, min_value: 0}", "fail"),
        (NOT_NULL, "{column: void}", "fail"),
        ("expect_column_values_to_be_null", "{column: void}", "pass"),
        ("expect_column_proportion_of_non_null_values_to_be_between", "{column: void, max_value: 0}", "pass"),
        ("expect_column_to_exist", "{column: void}", "pass"),
        (BETWEEN, """{column: x, min_value: 9, row_condition: 'col("g") == "none"'}""", "vacuous"),
        (
            "expect_column_sum_to_be_between",
            """{column: x, min_value: 0, row_condition: 'col("g") == "none"'}""",
            "vacuous",
        ),
        ("expect_column_sum_to_be_between", """{column: x, min_value: 0, row_condition: 'col("g") == "a"'}""", "pass"),
        (
            "expect_compound_columns_to_be_unique",
            "{column_list: [void, empty], ignore_row_if: all_values_are_missing}",
            "vacuous",
        ),
    ],
)
def test_a_pass_without_a_value_is_vacuous(
    run: Callable[..., list[Validation]], kind: str, arguments: str, status: str
) -> None:
    """A column without values cannot pass a check of values; checks of nulls can."""
    columns = {
        "void": pa.array([None, None], pa.float64()),
        "empty": pa.array([None, None], pa.string()),
        "x": [1.0, 2.0],
        "g": ["a", "b"],
    }

    (found,) = run([(kind, arguments)], columns)

    assert found.status == status


def test_a_day_without_rows_is_vacuous_throughout(run: Callable[..., list[Validation]]) -> None:
    """Zero rows never pass, whatever the library would say."""
    found = run(
        [(NOT_NULL, "{column: a}"), ("expect_table_row_count_to_be_between", "{min_value: 1}")],
        {"a": pa.array([], pa.float64())},
    )

    assert [(one.status, one.observed, one.n) for one in found] == [("vacuous", "no rows", 0)] * 2


def test_a_missing_column_is_an_error_of_its_expectations_only(run: Callable[..., list[Validation]]) -> None:
    """The description says which column is missing; the row condition's counts too."""
    found = run(
        [
            (NOT_NULL, "{column: gone}"),
            (NOT_NULL, "{column: a, row_condition: 'col(\"away\") == 1'}"),
            ("expect_column_pair_values_to_be_equal", "{column_A: a, column_B: gone}"),
            ("expect_column_to_exist", "{column: gone}"),
            (NOT_NULL, "{column: a}"),
        ],
        {"a": [1]},
    )

    assert [one.status for one in found] == ["error", "error", "error", "fail", "pass"]
    assert found[0].error == "the column gone is missing"
    assert found[0].description.startswith("the column gone is missing, so this cannot be said: ")
    assert found[1].error == "the column away is missing"
    assert found[3].observed == "not there"


def test_the_day_itself_is_a_parameter(run: Callable[..., list[Validation]]) -> None:
    """Times can be held against the day that is read, whichever it is."""
    between = "expect_column_values_to_be_between"
    bounds = "{column: at, min_value: {$PARAMETER: day_start}, max_value: {$PARAMETER: day_end}, strict_max: true}"
    times = pa.array([START, START + timedelta(hours=23), START - timedelta(days=30)], pa.timestamp("us", "UTC"))

    (found,) = run([(between, bounds)], {"at": times})

    assert (found.status, found.unexpected, found.n) == ("fail", 1, 3)


def test_examples_of_failing_values_are_kept_only_where_allowed(suite: Write, model: Model, partition: Make) -> None:
    """The most frequent ones with their rows, whatever the order of the rows; of other columns only counts."""
    path = suite(
        "  - expect_column_values_to_be_between: {column: a, min_value: 0}\n    severity: info\n"
        "  - expect_column_values_to_be_in_set: {column: b, value_set: [x]}\n    severity: info\n"
        f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n"
    )
    rows = {"a": [-1, 5, -7, -1, None, -9, -8], "b": ["x", "secret", "x", "x", "x", "x", "x"]}
    mixed = {name: values[::-1] for name, values in rows.items()}
    shows = model.model_copy(update={"keep_examples": ("a",)})

    found, turned = (validate(shows, partition(each), path.parent) for each in (rows, mixed))

    assert found[0].observed == "5 of 6; for example -1 (2 rows), -7 (1 row), -8 (1 row) and 1 more"
    assert [one.observed for one in found[1:]] == ["1 of 7", "1 of 7"]
    assert [one.observed for one in turned] == [one.observed for one in found]


def test_a_model_may_have_several_suites(suite: Write, model: Model, partition: Make) -> None:
    """Each speaks under its own name, in the model's order."""
    suite(f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n", "weather")
    path = suite(f"  - {NOT_NULL}: {{column: b}}\n    severity: info\n", "own")
    both = Model.model_validate({**model.model_dump(), "expectations": ["own", "weather"]})

    found = validate(both, partition({"a": [1], "b": [None]}), path.parent)

    assert [(one.suite, one.column, one.status) for one in found] == [("own", "b", "fail"), ("weather", "a", "pass")]


def test_expectations_of_a_module_of_ones_own_are_run(
    suite: Write, model: Model, partition: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suite names the module; severity and description stay the suite's."""
    (tmp_path / "own_checks.py").write_text(OWN_CHECKS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    path = suite("  - expect_column_values_to_be_even: {column: a, mostly: 0.9}\n    severity: info\n")
    path.write_text("module: own_checks\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    (found,) = validate(model, partition({"a": [2, 4, 5, 8]}), path.parent)

    assert (found.status, found.unexpected, found.severity.value) == ("fail", 1, "info")


def test_row_counts_of_a_sampled_day_are_exact(run: Callable[..., list[Validation]]) -> None:
    """All rows were counted, whatever was read of them; how many of them meet a condition was not."""
    between, equal = "expect_table_row_count_to_be_between", "expect_table_row_count_to_equal"

    found = run(
        [
            (between, "{min_value: 5}"),
            (between, "{max_value: 10, strict_max: true}"),
            (equal, "{value: 10}"),
            (between, "{min_value: 1, row_condition: 'col(\"a\") == 1'}"),
        ],
        {"a": [1, 2]},
        rows=10,
    )

    assert [(each.status, each.observed, each.n) for each in found] == [
        ("pass", "10", 10),
        ("fail", "10", 10),
        ("pass", "10", 10),
        ("vacuous", "only a sample of the rows was read", None),
    ]


def test_a_number_of_rows_that_goes_by_the_usual_traffic_is_left_open(run: Callable[..., list[Validation]]) -> None:
    """Only judging knows other days; what was there is kept for it."""
    asked = "{min_value: {$PARAMETER: min_rows}}"

    (found,) = run([("expect_table_row_count_to_be_between", asked)], {"a": [1, 2]})

    assert (found.status, found.n) == ("vacuous", 2)
    assert found.observed == "2 rows; compared with the usual traffic when the day is judged"


def test_large_ids_with_nulls_stay_different(run: Callable[..., list[Validation]]) -> None:
    """As float64, 2^53 + 1 and 2^53 would be one."""
    (found,) = run([("expect_column_values_to_be_unique", "{column: id}")], {"id": [2**53, 2**53 + 1, None]})

    assert (found.status, found.n) == ("pass", 2)


def test_every_arrow_type_reaches_the_library(run: Callable[..., list[Validation]]) -> None:
    """Dictionaries, truth values with nulls, decimals, dates and times are read as people mean them."""
    moment = datetime(2013, 8, 14, 12, tzinfo=UTC)
    table = pa.table(
        {
            "word": pa.array(["a", None, "b"]).dictionary_encode(),
            "flag": [True, None, True],
            "price": pa.array([1, 2, None], pa.decimal128(5, 2)),
            "day": pa.array([moment.date()] * 3),
            "at": pa.array([moment, moment, None], pa.timestamp("us", "UTC")),
            "count": pa.array([1, None, 3], pa.int64()),
        }
    )

    found = run(
        [
            ("expect_column_values_to_be_in_set", "{column: word, value_set: [a, b]}"),
            ("expect_column_values_to_be_in_set", "{column: flag, value_set: [true]}"),
            ("expect_column_mean_to_be_between", "{column: price, min_value: 1.5, max_value: 1.5}"),
            (BETWEEN, "{column: day, min_value: 2013-08-14 00:00:00}"),
            (BETWEEN, "{column: at, min_value: 2013-08-14 08:00:00-04:00, max_value: '2013-08-14 12:00:00'}"),
            ("expect_column_max_to_be_between", "{column: at, max_value: 2013-08-14 12:00:00}"),
            ("expect_column_sum_to_be_between", "{column: count, min_value: 4, max_value: 4}"),
        ],
        table,
    )

    assert [(one.status, one.error) for one in found] == [("pass", None)] * 7
    assert [one.observed for one in found] == [
        "0 of 2",
        "0 of 2",
        "1.5",
        "0 of 3",
        "0 of 2",
        "2013-08-14 12:00:00+00:00",
        "4",
    ]


def test_a_row_condition_chooses_the_rows(run: Callable[..., list[Validation]]) -> None:
    """Joined conditions, sets and nulls work; counts are of the chosen rows."""
    columns = {"x": [1.0, -1.0, -1.0, 5.0], "g": ["a", "b", "a", None]}
    conditions = ['col("g") == "a"', 'col("g") in ["a", "b"] and col("x") > 0', 'col("g").is_null()']

    found = run([(BETWEEN, f"{{column: x, min_value: 0, row_condition: '{c}'}}") for c in conditions], columns)

    assert [(one.status, one.observed) for one in found] == [("fail", "1 of 2"), ("pass", "0 of 1"), ("pass", "0 of 1")]


def test_quantiles_and_sets_are_observed_as_short_text(run: Callable[..., list[Validation]]) -> None:
    """What the library gives as numpy values and dictionaries becomes a line."""
    found = run(
        [
            (
                "expect_column_quantile_values_to_be_between",
                "{column: x, quantile_ranges: {quantiles: [0.5], value_ranges: [[0, 1]]}}",
            ),
            ("expect_column_most_common_value_to_be_in_set", "{column: g, value_set: [a]}"),
            ("expect_column_type_to_be", "{column: g, type_: str}"),
        ],
        {"x": [1.0, 2.0, 3.0], "g": ["a", "a", "b"]},
    )

    assert [(one.status, one.observed) for one in found] == [
        ("fail", "quantiles 0.5; values 2"),
        ("pass", "a"),
        ("pass", "str"),
    ]


def test_an_error_is_one_short_line(run: Callable[..., list[Validation]], caplog: pytest.LogCaptureFixture) -> None:
    """No traceback reaches the store, and none the log."""
    with caplog.at_level(logging.DEBUG):
        (found,) = run([(BETWEEN, "{column: t, min_value: 0}")], {"t": ["12", "x"]})

    assert found.status == "error"
    assert found.error is not None
    assert 0 < len(found.error) <= 300
    assert "\n" not in found.error
    assert "Traceback" not in found.error
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    assert not logging.getLogger("great_expectations").propagate


def test_the_same_rows_give_the_same_results(run: Callable[..., list[Validation]]) -> None:
    """Running twice, objects shared, changes nothing."""
    entries = [
        (BETWEEN, "{column: x, min_value: 2}"),
        ("expect_column_stdev_to_be_between", "{column: x, min_value: 0}"),
    ]
    columns = {"x": [0.1, 0.2, 0.3, 7.0]}

    assert run(entries, columns) == run(entries, columns)


def test_odd_column_names_and_unicode_work(run: Callable[..., list[Validation]]) -> None:
    """A column may be called anything."""
    names = ["zażółć", "order", "with space", "pct%x", "dot.x", 'quo"te']

    found = run([(NOT_NULL, f"{{column: '{name}'}}") for name in names], {name: [1, 2] for name in names})

    assert [one.status for one in found] == ["pass"] * len(names)


def test_a_model_without_a_suite_has_no_results(model: Model, partition: Make, tmp_path: Path) -> None:
    """No key `expectations`, no work."""
    plain = model.model_copy(update={"expectations": ()})

    assert validate(plain, partition({"a": [1]}), tmp_path) == []


def test_a_wrong_suite_is_refused_before_any_run(suite: Write, model: Model, partition: Make) -> None:
    """All problems, as a ConfigError."""
    path = suite(f"  - {NOT_NULL}: {{colum: a}}\n    severity: info\n")

    with pytest.raises(ConfigError, match=r"s\.yaml:3 .*did you mean column\?"):
        validate(model, partition({"a": [1]}), path.parent)


def test_a_suite_on_the_table_alone_needs_no_column(run: Callable[..., list[Validation]]) -> None:
    """Counting rows works when the suite names no column."""
    (found,) = run([("expect_table_row_count_to_equal", "{value: 3}")], {"a": [1, 2, 3]})

    assert (found.status, found.observed, found.n) == ("pass", "3", 3)


def test_threads_may_share_a_suite(suite: Write, model: Model, partition: Make) -> None:
    """Backfill workers validate at the same time, each in its own context."""
    from concurrent.futures import ThreadPoolExecutor

    path = suite(
        f"  - {BETWEEN}: {{column: x, max_value: 5}}\n    severity: info\n  - {NOT_NULL}: {{column: x}}\n    severity: info\n"
    )
    days = [partition({"x": list(range(n))}) for n in range(1, 17)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda day: validate(model, day, path.parent), days))

    assert [one[0].unexpected for one in found] == [max(0, n - 6) for n in range(1, 17)]
