"""Words: numbers and names read the same way everywhere, and nothing hostile survives."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals import words


@pytest.mark.parametrize(
    ("value", "said"),
    [(923, "923"), (-0.5, "-0.5"), (1e18, "1e+18"), (0.07, "0.07"), (99.96, "100"), (0, "0"), (math.inf, "unknown")],
)
def test_numbers_keep_three_digits(value: float, said: str) -> None:
    """Three digits are enough for a reader; a number that is none is said to be unknown."""
    assert words.number(value) == said


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_part_is_never_said_to_be_all_or_nothing(value: float) -> None:
    """A share strictly between 0 and 1 is never shown as 0 % or 100 %."""
    assert words.share(value) not in {"0 %", "100 %", "100.0 %", "unknown"}


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_range_of_shares_names_both_ends(one: float, other: float) -> None:
    """Both ends of a range of shares appear in it as they would be said alone; beside a hair of nothing or all, that."""
    low, high = sorted((one, other))
    said = words.share_range(low, high)
    first, last = words.share(low), words.share(high)
    if first != last:
        first, last = first.replace("< 0.01 %", "0 %"), last.replace("> 99.99 %", "100 %")
    assert said.startswith(first.removesuffix(" %"))
    assert said.endswith(last)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_any_range_of_numbers_can_be_said(one: float, other: float) -> None:
    """No pair of numbers breaks the words, and no zero carries a sign."""
    low, high = sorted((one, other))
    assert words.number_range(low, high)
    assert "-0 " not in words.number_range(low, high) + " "


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_days_are_named_as_the_calendar_names_them(day: date) -> None:
    """The weekday and month agree with the standard library's English names."""
    assert words.day_words(day).split() == [f"{day:%a}", str(day.day), f"{day:%b}", str(day.year)]


@given(st.text(alphabet=st.characters(exclude_categories=())), st.integers(2, 60))
def test_what_is_shown_is_one_safe_line(text: str, most: int) -> None:
    """Any text becomes a printable, encodable, bounded, non-empty line, and stays so when cleaned again."""
    shown = words.visible(text, most)
    assert 1 <= len(shown) <= most
    assert shown.encode().decode() == shown
    assert not any(ord(c) < 32 or 0x202A <= ord(c) <= 0x202E or c in "\u200b\u200d\ufeff\u2028" for c in shown)
    assert words.visible(shown, most) == shown
