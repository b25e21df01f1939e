"""Row conditions as text."""

import pytest

from expectations.conditions import columns_of, parse


def test_a_joined_condition_keeps_its_parts() -> None:
    """`and`, sets and nulls come out as the library serialises them."""
    parsed = parse('col("a") in ["x", "y"] and col("b").is_null() and col("c") >= -1.5')

    assert parsed["type"] == "and"
    assert parsed["conditions"] == [
        {"type": "comparison", "column": {"name": "a"}, "operator": "IN", "parameter": ["x", "y"]},
        {"type": "nullity", "column": {"name": "b"}, "is_null": True},
        {"type": "comparison", "column": {"name": "c"}, "operator": ">=", "parameter": -1.5},
    ]
    assert columns_of(parsed) == ("a", "b", "c")


@pytest.mark.parametrize(
    "text",
    [
        '1 < col("a") < 3',
        "a == 1",
        "col(a) == 1",
        'col("a")',
        '__import__("os").system("true")',
        'col("a") == open("x")',
        'not col("a") == 1',
        "",
        'col("a") == ',
    ],
)
def test_anything_else_is_refused_and_nothing_is_evaluated(text: str) -> None:
    """The message shows a condition that works."""
    with pytest.raises(ValueError, match=r'write col\("origin"\) == "JFK"'):
        parse(text)
