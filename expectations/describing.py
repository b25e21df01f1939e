"""Plain words for an expectation that brings no description of its own."""

from collections.abc import Mapping
from datetime import datetime

from expectations import catalogue

_WORDS = {
    "expect_column_values_to_not_be_null": "{column} is not null",
    "expect_column_values_to_be_null": "{column} is null",
    "expect_column_values_to_be_between": "{column} is {bounds}",
    "expect_column_values_to_be_in_set": "{column} is one of {value_set}",
    "expect_column_values_to_not_be_in_set": "{column} is none of {value_set}",
    "expect_column_values_to_be_unique": "{column} never repeats",
    "expect_column_values_to_match_regex": "{column} matches {regex}",
    "expect_column_values_to_not_match_regex": "{column} does not match {regex}",
    "expect_column_value_lengths_to_equal": "{column} has {value} characters",
    "expect_column_value_lengths_to_be_between": "the length of {column} is {bounds}",
    "expect_column_mean_to_be_between": "the mean of {column} is {bounds}",
    "expect_column_median_to_be_between": "the median of {column} is {bounds}",
    "expect_column_min_to_be_between": "the smallest {column} is {bounds}",
    "expect_column_max_to_be_between": "the largest {column} is {bounds}",
    "expect_column_sum_to_be_between": "the sum of {column} is {bounds}",
    "expect_column_stdev_to_be_between": "the standard deviation of {column} is {bounds}",
    "expect_column_unique_value_count_to_be_between": "the number of different {column} is {bounds}",
    "expect_column_distinct_values_to_be_in_set": "every value of {column} is one of {value_set}",
    "expect_column_distinct_values_to_contain_set": "{column} has each of {value_set}",
    "expect_column_distinct_values_to_equal_set": "the values of {column} are exactly {value_set}",
    "expect_column_to_exist": "the column {column} exists",
    "expect_column_type_to_be": "{column} has the type {type_}",
    "expect_column_pair_values_a_to_be_greater_than_b": "{column_A} is greater than {column_B}",
    "expect_column_pair_values_to_be_equal": "{column_A} equals {column_B}",
    "expect_table_row_count_to_be_between": "the number of rows is {bounds}",
    "expect_table_row_count_to_equal": "the number of rows is {value}",
}
_SHOWN = 8
_USUAL = {
    "min_rows": "the least that is usual on the weekday",
    "usual_rows": "what is usual on the weekday",
    "max_rows": "the most that is usual on the weekday",
}


def describe(kind: str, arguments: Mapping[str, object]) -> str:
    """Say in plain words what an expectation asks for.

    >>> describe("expect_column_values_to_not_be_null", {"column": "temp", "mostly": 0.9})
    'temp is not null in at least 90 % of rows'
    """
    known = {name: _text(value) for name, value in arguments.items()}
    try:
        words = _WORDS[kind].format(**known, bounds=_bounds(arguments))
    except KeyError:
        words = _fallback(kind, arguments)
    if kind in catalogue.VALUES | catalogue.SEVERAL_COLUMNS and "mostly" in arguments:
        words += f" in at least {_share(arguments['mostly'])} of rows"
    if "row_condition" in arguments:
        words += f" where {arguments['row_condition']}"
    return words


def _fallback(kind: str, arguments: Mapping[str, object]) -> str:
    """Turn the type's name and its arguments into words."""
    words = kind.removeprefix("expect_").replace("_", " ")
    rest = (f"{name} {_text(value)}" for name, value in arguments.items() if name not in ("mostly", "row_condition"))
    return f"{words}: {', '.join(rest)}".removesuffix(": ")


def _bounds(arguments: Mapping[str, object]) -> str:
    """Say the bounds in words."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    above = "more than" if arguments.get("strict_min") else "at least"
    below = "less than" if arguments.get("strict_max") else "at most"
    if high is None:
        return f"{above} {_text(low)}"
    if low is None:
        return f"{below} {_text(high)}"
    if "more" in above or "less" in below:
        return f"{above} {_text(low)} and {below} {_text(high)}"
    return f"between {_text(low)} and {_text(high)}"


def _share(mostly: object) -> str:
    """Write a share as a percentage."""
    return f"{mostly * 100:.6g} %" if isinstance(mostly, (int, float)) else _text(mostly)


def _parameter(name: str) -> str:
    """Say what a parameter stands for, where that is a usual number of rows."""
    usual, _, factor = (part.strip() for part in name.partition("*"))
    return f"{factor} times {_USUAL[usual]}" if factor and usual in _USUAL else _USUAL.get(usual, name)


def _text(value: object) -> str:
    """Write a value as people would."""
    match value:
        case {"$PARAMETER": name}:
            return _parameter(str(name))
        case datetime():
            return value.isoformat(sep=" ")
        case list() if len(value) > _SHOWN:
            return ", ".join(map(_text, value[:_SHOWN])) + f" … ({len(value)} values)"
        case list():
            return ", ".join(map(_text, value))
    return str(value)
