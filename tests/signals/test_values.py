"""A value of the model file is found in a column of any type, and nothing else is."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.signals.values import equal, equal_any, known, numbers


@pytest.mark.parametrize("wanted", [1, 1.0, True])
@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 0, None], pa.int8()),
        pa.array([1, 0, None], pa.uint64()),
        pa.array([1.0, 0.0, None]),
        pa.array([True, False, None]),
        pa.array([Decimal("1.00"), Decimal("0.00"), None]),
        pa.array(["1", "0", None]),
        pa.array(["1.0", "0.0", None]).dictionary_encode(),
        pa.array(["true", "false", None]),
        pa.chunked_array([pa.array([1, 0]), pa.array([None], pa.int64())]),
    ],
)
def test_one_is_one_in_any_type(column: Any, wanted: Any) -> None:
    """1, 1.0, true and their texts are the same label; a null is none."""
    assert equal(column, wanted).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("column", "wanted", "expected"),
    [
        (pa.array(["1", "1.0", "01"]), "1", [True, False, False]),
        (pa.array(["warn", "Warn", "warn "]), "warn", [True, False, False]),
        (pa.array([200, 500]), "200", [True, False]),
        (pa.array([200.0, 500.0]), "200", [True, False]),
        (pa.array([True, False]), "True", [True, False]),
        (pa.array([1, 2]), "warn", [False, False]),
        (pa.array([1, 2]), 1.5, [False, False]),
        (pa.array([1, 2], pa.int8()), 300, [False, False]),
        (pa.array([1, 2]), "nan", [False, False]),
        (pa.array([1.0, 2.0]), "inf", [False, False]),
        (pa.array([None, None]), 1, [False, False]),
        (pa.array([], pa.float64()), 1, []),
        (pa.array([datetime(2013, 8, 14, tzinfo=UTC)]), 1, [False]),
        (pa.array([2**53, 2**53 + 1]), 2**53 + 1, [False, True]),
        (pa.array([float(2**53)]), 2**53 + 1, [False]),
        (pa.array([0.1 + 0.2, 0.3]), 0.3, [False, True]),
        (pa.array([0.0, -0.0]), 0, [True, True]),
    ],
)
def test_equality_is_exact(column: Any, wanted: Any, expected: list[bool]) -> None:
    """Texts match to the letter, numbers to the bit, and what a type cannot hold is not in it."""
    assert equal(column, wanted).tolist() == expected


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), max_size=30), st.floats(allow_nan=False))
def test_numbers_match_as_python_compares_them(values: list[float | None], wanted: float) -> None:
    """For any doubles equality is Python's."""
    assert equal(pa.array(values, pa.float64()), wanted).tolist() == [v is not None and v == wanted for v in values]


@given(st.lists(st.one_of(st.none(), st.text()), max_size=30), st.text(min_size=1))
def test_texts_match_as_python_compares_them(values: list[str | None], wanted: str) -> None:
    """For any texts equality is Python's, and one of several is enough."""
    column = pa.array(values, pa.string())

    assert equal(column, wanted).tolist() == [v == wanted for v in values]
    assert equal_any(column, (wanted, "a")).tolist() == [v in {wanted, "a"} for v in values]
    assert known(column).tolist() == [v is not None for v in values]


def test_numbers_are_numbers_or_a_reason() -> None:
    """Numbers, booleans and all-null columns are numbers; texts, times and absent columns are a reason."""
    table = pa.table(
        {"i": [3], "b": [True], "nothing": [None], "text": ["7"], "time": [datetime(2013, 8, 14, tzinfo=UTC)]}
    )

    np.testing.assert_array_equal([numbers(table, name) for name in ("i", "b", "nothing")], [[3.0], [1.0], [np.nan]])
    assert numbers(table, "text") == "text holds texts, not numbers"
    assert numbers(table, "time") == "time holds times, not numbers"
    assert numbers(table, "gone") == "the source has no column gone"
