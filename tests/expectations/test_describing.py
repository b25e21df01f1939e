"""Plain words for expectations."""

from datetime import UTC, datetime

import pytest

from expectations import catalogue
from expectations.describing import describe


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("expect_column_values_to_be_between", {"column": "t", "min_value": 0, "max_value": 5}, "t is between 0 and 5"),
        ("expect_column_values_to_be_between", {"column": "t", "max_value": 5, "strict_max": True}, "t is less than 5"),
        ("expect_column_mean_to_be_between", {"column": "t", "min_value": 1.5}, "the mean of t is at least 1.5"),
        (
            "expect_column_values_to_be_between",
            {"column": "t", "min_value": datetime(2013, 4, 1, tzinfo=UTC)},
            "t is at least 2013-04-01 00:00:00+00:00",
        ),
        (
            "expect_table_row_count_to_be_between",
            {"min_value": {"$PARAMETER": "min_rows"}},
            "the number of rows is at least the least that is usual on the weekday",
        ),
        (
            "expect_table_row_count_to_be_between",
            {"min_value": {"$PARAMETER": "usual_rows * 0.5"}, "max_value": {"$PARAMETER": "max_rows"}},
            "the number of rows is between 0.5 times what is usual on the weekday and the most that is usual on the weekday",
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "o", "value_set": ["a", "b"], "mostly": 0.999, "row_condition": 'col("x") > 1'},
            'o is one of a, b in at least 99.9 % of rows where col("x") > 1',
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "o", "value_set": list(range(20))},
            "o is one of 0, 1, 2, 3, 4, 5, 6, 7 … (20 values)",
        ),
        (
            "expect_multicolumn_sum_to_equal",
            {"column_list": ["a", "b"], "sum_total": 3},
            "multicolumn sum to equal: column_list a, b, sum_total 3",
        ),
    ],
)
def test_an_expectation_reads_as_a_sentence(kind: str, arguments: dict[str, object], words: str) -> None:
    """Bounds, sets, shares and conditions appear as people say them."""
    assert describe(kind, arguments) == words


@pytest.mark.parametrize("kind", sorted(catalogue.SUPPORTED))
def test_every_type_has_words_even_without_arguments(kind: str) -> None:
    """A description is never empty and never fails."""
    assert describe(kind, {})
