"""Every expectation that a suite may hold is run by the library on a real day: once met, once not."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from expectations import catalogue
from expectations.checking import check_suite
from expectations.running import validate
from vitals.records import Partition
from vitals.spec.model import Model

pytestmark = pytest.mark.gx

N = 200
DAY = {
    "n": [float(i % 100) for i in range(N)],
    "m": [float(i % 100) - 1 for i in range(N)],
    "k": list(range(N)),
    "one": [7] * N,
    "other": [7] * N,
    "t": ["a" if i % 4 else "bb" for i in range(N)],
    "u": ["a" if i % 4 else "bb" for i in range(N)],
    "date": [f"2013-04-{1 + i % 30:02d}" for i in range(N)],
    "json": ['{"x": %d}' % i for i in range(N)],  # noqa: UP031 -- braces
    "half": [1.0 if i % 2 else None for i in range(N)],
    "none": pa.nulls(N, pa.float64()),
    "far": [1.0 + i % 7 for i in range(N - 1)] + [1e6],
}
QUANTILES = "{quantiles: [0.5], value_ranges: [[%s, %s]]}"
SCHEMA = "{type: object, properties: {x: {type: %s}}}"
COLUMN = "expect_column_"
CASES: dict[str, tuple[str, str]] = {
    # a verdict for every row
    "value_lengths_to_be_between": ("column: t, min_value: 1, max_value: 2", "column: t, max_value: 1"),
    "value_lengths_to_equal": ("column: date, value: 10", "column: t, value: 1"),
    "value_z_scores_to_be_less_than": (
        "column: n, threshold: 3, double_sided: true",
        "column: far, threshold: 3, double_sided: true",
    ),
    "values_to_be_between": ("column: n, min_value: 0, max_value: 99", "column: n, min_value: 1"),
    "values_to_be_dateutil_parseable": ("column: date", "column: t"),
    "values_to_be_in_set": ("column: t, value_set: [a, bb]", "column: t, value_set: [a]"),
    "values_to_be_json_parseable": ("column: json", "column: t"),
    "values_to_be_null": ("column: none", "column: half"),
    "values_to_be_of_type": ("column: k, type_: int64", "column: k, type_: float64"),
    "values_to_be_unique": ("column: k", "column: n"),
    "values_to_match_json_schema": (
        f"column: json, json_schema: {SCHEMA % 'integer'}",
        f"column: json, json_schema: {SCHEMA % 'string'}",
    ),
    "values_to_match_regex": ("column: t, regex: '^[ab]+$'", "column: t, regex: '^a$'"),
    "values_to_match_regex_list": ("column: t, regex_list: ['^a', '^b']", "column: t, regex_list: ['^a', '^c']"),
    "values_to_match_strftime_format": (
        "column: date, strftime_format: '%Y-%m-%d'",
        "column: date, strftime_format: '%d.%m.%Y'",
    ),
    "values_to_not_be_in_set": ("column: t, value_set: [c]", "column: t, value_set: [a]"),
    "values_to_not_be_null": ("column: n", "column: half"),
    "values_to_not_be_outliers": ("column: n, method: iqr, multiplier: 3", "column: far, method: iqr, multiplier: 3"),
    "values_to_not_match_regex": ("column: t, regex: '^c'", "column: t, regex: '^a'"),
    "values_to_not_match_regex_list": ("column: t, regex_list: ['^c', '^d']", "column: t, regex_list: ['^c', '^a']"),
    # one number or set
    "distinct_values_to_be_in_set": ("column: t, value_set: [a, bb, c]", "column: t, value_set: [a]"),
    "distinct_values_to_contain_set": ("column: t, value_set: [a]", "column: t, value_set: [a, c]"),
    "distinct_values_to_equal_set": ("column: t, value_set: [a, bb]", "column: t, value_set: [a]"),
    "kl_divergence_to_be_less_than": (
        "column: t, partition_object: {values: [a, bb], weights: [0.75, 0.25]}, threshold: 0.1",
        "column: t, partition_object: {values: [a, bb], weights: [0.05, 0.95]}, threshold: 0.1",
    ),
    "max_to_be_between": ("column: n, max_value: 99", "column: n, max_value: 98"),
    "mean_to_be_between": ("column: n, min_value: 49, max_value: 50", "column: n, min_value: 50"),
    "median_to_be_between": ("column: n, min_value: 49, max_value: 50", "column: n, min_value: 50"),
    "min_to_be_between": ("column: n, min_value: 0", "column: n, min_value: 1"),
    "most_common_value_to_be_in_set": ("column: t, value_set: [a]", "column: t, value_set: [bb]"),
    "proportion_of_non_null_values_to_be_between": ("column: half, min_value: 0.5", "column: half, min_value: 0.6"),
    "proportion_of_unique_values_to_be_between": ("column: k, min_value: 1", "column: n, min_value: 1"),
    "quantile_values_to_be_between": (
        f"column: n, quantile_ranges: {QUANTILES % (40, 60)}",
        f"column: n, quantile_ranges: {QUANTILES % (0, 1)}",
    ),
    "stdev_to_be_between": ("column: n, min_value: 28, max_value: 30", "column: n, max_value: 1"),
    "sum_to_be_between": ("column: one, min_value: 1400, max_value: 1400", "column: one, max_value: 1"),
    "type_to_be": ("column: k, type_: int64", "column: k, type_: float64"),
    "unique_value_count_to_be_between": ("column: n, max_value: 100", "column: n, max_value: 99"),
    # several columns
    "pair_values_a_to_be_greater_than_b": ("column_A: n, column_B: m", "column_A: m, column_B: n"),
    "pair_values_to_be_equal": ("column_A: t, column_B: u", "column_A: n, column_B: m"),
    "pair_values_to_be_in_set": (
        "column_A: t, column_B: u, value_pairs_set: [[a, a], [bb, bb]]",
        "column_A: t, column_B: u, value_pairs_set: [[a, a]]",
    ),
    "to_exist": ("column: n", "column: gone"),
    "expect_compound_columns_to_be_unique": ("column_list: [n, k]", "column_list: [n, m]"),
    "expect_multicolumn_sum_to_equal": (
        "column_list: [one, other], sum_total: 14",
        "column_list: [n, m], sum_total: 1",
    ),
    "expect_multicolumn_values_to_be_equal": ("column_list: [t, u]", "column_list: [t, u, date]"),
    "expect_select_column_values_to_be_unique_within_record": ("column_list: [n, m]", "column_list: [t, u]"),
    "expect_table_row_count_to_be_between": (f"min_value: {N}", f"max_value: {N - 1}"),
    "expect_table_row_count_to_equal": (f"value: {N}", f"value: {N + 1}"),
}
KINDS = {name if name.startswith("expect_") else COLUMN + name: case for name, case in CASES.items()}


def test_every_expectation_is_run_and_gives_both_verdicts(
    suite: Callable[..., Path], model: Model, partition: Callable[..., Partition]
) -> None:
    """All 45 of the library's that make sense on one day; none ends in an error or in a pass over nothing."""
    assert set(KINDS) == catalogue.SUPPORTED
    entries = [(kind, arguments) for kind, case in KINDS.items() for arguments in case]
    path = suite("".join(f"  - {kind}: {{{arguments}}}\n    severity: info\n" for kind, arguments in entries))
    assert check_suite(path) == []

    found = validate(model, partition(DAY), path.parent)

    verdicts = {(kind, place % 2): one for place, ((kind, _), one) in enumerate(zip(entries, found, strict=True))}
    wrong = {
        key: (one.status, one.observed, one.error)
        for key, one in verdicts.items()
        if one.status != ("fail" if key[1] else "pass")
    }
    assert wrong == {}
