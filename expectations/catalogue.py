"""Which of Great Expectations' expectations fit one day of a prediction log, by what they look at.

The names are the library's own; a test keeps this list equal to its registry, so that a suite can be
checked without the three seconds that importing the library takes.
"""

VALUES = frozenset(
    {  # a verdict for every row of one column
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_value_z_scores_to_be_less_than",
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_dateutil_parseable",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_json_parseable",
        "expect_column_values_to_be_null",
        "expect_column_values_to_be_of_type",
        "expect_column_values_to_be_unique",
        "expect_column_values_to_match_json_schema",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_match_regex_list",
        "expect_column_values_to_match_strftime_format",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_not_be_outliers",
        "expect_column_values_to_not_match_regex",
        "expect_column_values_to_not_match_regex_list",
    }
)
AGGREGATES = frozenset(
    {  # one number (or set) for one column
        "expect_column_distinct_values_to_be_in_set",
        "expect_column_distinct_values_to_contain_set",
        "expect_column_distinct_values_to_equal_set",
        "expect_column_kl_divergence_to_be_less_than",
        "expect_column_max_to_be_between",
        "expect_column_mean_to_be_between",
        "expect_column_median_to_be_between",
        "expect_column_min_to_be_between",
        "expect_column_most_common_value_to_be_in_set",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_proportion_of_unique_values_to_be_between",
        "expect_column_quantile_values_to_be_between",
        "expect_column_stdev_to_be_between",
        "expect_column_sum_to_be_between",
        "expect_column_type_to_be",
        "expect_column_unique_value_count_to_be_between",
    }
)
SEVERAL_COLUMNS = frozenset(
    {
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_equal",
        "expect_column_pair_values_to_be_in_set",
        "expect_compound_columns_to_be_unique",
        "expect_multicolumn_sum_to_equal",
        "expect_multicolumn_values_to_be_equal",
        "expect_select_column_values_to_be_unique_within_record",
    }
)
ROW_COUNTS = frozenset({"expect_table_row_count_to_be_between", "expect_table_row_count_to_equal"})
EXISTENCE = "expect_column_to_exist"

SUPPORTED = VALUES | AGGREGATES | SEVERAL_COLUMNS | ROW_COUNTS | {EXISTENCE}

_SQL = "needs SQL inside Great Expectations, but suites run on the rows that were read"
_LIKE = "LIKE patterns work in SQL only; use expect_column_values_to_match_regex"
_COLUMNS = "only the columns that the model needs are read; use expect_column_to_exist for a column"
_ORDER = "the rows of a day have no order"
REFUSED = {
    "unexpected_rows_expectation": f"{_SQL}; use an avoid rule or a heuristic of the model file",
    "expect_query_results_to_match_comparison": f"{_SQL}; use a heuristic of the model file",
    "expect_table_row_count_to_equal_other_table": f"{_SQL}; use expect_table_row_count_to_be_between",
    "expect_column_values_to_match_like_pattern": _LIKE,
    "expect_column_values_to_match_like_pattern_list": _LIKE,
    "expect_column_values_to_not_match_like_pattern": _LIKE,
    "expect_column_values_to_not_match_like_pattern_list": _LIKE,
    "expect_column_values_to_be_in_type_list": "one day has one type per column; use expect_column_type_to_be",
    "expect_column_values_to_be_increasing": _ORDER,
    "expect_column_values_to_be_decreasing": _ORDER,
    "expect_table_column_count_to_be_between": _COLUMNS,
    "expect_table_column_count_to_equal": _COLUMNS,
    "expect_table_columns_to_match_ordered_list": _COLUMNS,
    "expect_table_columns_to_match_set": _COLUMNS,
}

ABOUT_NULLS = frozenset(
    {
        "expect_column_values_to_be_null",
        "expect_column_values_to_not_be_null",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_type_to_be",
    }
)
ABOUT_TYPES = frozenset({"expect_column_values_to_be_of_type", "expect_column_type_to_be"})

# Arguments that the library accepts but a suite must not set: Vitals sets them, or they say it twice.
RESERVED = {
    "severity": "belongs beside the expectation, not among its arguments",
    "description": "belongs beside the expectation, not among its arguments",
    "notes": "is not kept; write it into the description",
    "meta": "is set by Vitals",
    "id": "is set by Vitals",
    "result_format": "is set by Vitals",
    "catch_exceptions": "is set by Vitals",
    "rendered_content": "is set by Vitals",
    "batch_id": "is set by Vitals",
    "windows": "belongs to the cloud product; usual ranges come from the model's own history",
    "condition_parser": 'is not needed; write row_condition as col("origin") == "JFK"',
    "column_index": "the order of columns means nothing here",
}
