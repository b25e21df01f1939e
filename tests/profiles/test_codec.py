"""Profiles survive the store bit for bit."""

from dataclasses import fields
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.errors import StoreError
from vitals.profiles import CategoricalSummary, Mini, Profile, decode, encode, summarise
from vitals.profiles.types import Summary

DAY = date(2026, 2, 3)
rows = st.lists(st.none() | st.floats() | st.integers(0, 3).map(float), max_size=80)
counts = st.integers(0, 2**40)
minis = st.builds(
    Mini,
    segment=st.text(max_size=8),
    n=counts,
    nulls=counts,
    quantiles=st.none() | st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 5),
    atom=st.none() | st.text(max_size=4),
    atom_count=counts,
)


def plain(summary: Summary) -> list[object]:
    """Give a summary's fields, arrays as their exact bytes."""
    values = [getattr(summary, field.name) for field in fields(summary)]
    return [(v.dtype.str, v.tobytes()) if isinstance(v, np.ndarray) else v for v in values]


def there_and_back(profile: Profile) -> Profile:
    """Encode and decode."""
    return decode(encode(profile), profile.model, profile.day, profile.subject, profile.segment)


@given(rows, st.lists(minis, max_size=3).map(tuple))
def test_numbers_come_back_exactly(values: list[float | None], few: tuple[Mini, ...]) -> None:
    """Every field of a numeric profile and of its minis comes back, types included."""
    profile = Profile("m", DAY, "x", "origin=LGA", summarise(pa.array(values, pa.float64())), few)

    back = there_and_back(profile)

    assert plain(back.summary) == plain(profile.summary)
    assert (back.model, back.day, back.subject, back.segment, back.minis) == ("m", DAY, "x", "origin=LGA", few)


@given(st.lists(st.none() | st.text(max_size=3), max_size=60))
def test_texts_come_back_exactly(values: list[str | None]) -> None:
    """Every field of a categorical profile comes back."""
    profile = Profile("m", DAY, "x", "", summarise(pa.array(values, pa.string())))

    assert plain(there_and_back(profile).summary) == plain(profile.summary)


def test_large_counts_and_values_come_back_exactly() -> None:
    """A million rows, counts beyond 32 bits, denormal and largest doubles."""
    wild = np.concatenate([np.random.default_rng(1).normal(size=9000), [5e-324, 1.7e308, -1.7e308, -5e-324]])
    numeric = Profile("m", DAY, "x", "", summarise(pa.array(wild)))
    texts = CategoricalSummary(2**41, 0, ("a", "b"), np.array([2**40, 2**40]), 0, 2)

    assert plain(there_and_back(numeric).summary) == plain(numeric.summary)
    assert plain(there_and_back(Profile("m", DAY, "x", "", texts)).summary) == plain(texts)


def test_a_profile_stays_small() -> None:
    """100,000 distinct values take less than 2.4 kB, 1000 less than 7.4 kB."""
    rng = np.random.default_rng(2)
    sizes = [len(encode(Profile("m", DAY, "x", "", summarise(pa.array(rng.normal(size=n)))))) for n in (100_000, 1000)]

    assert sizes[0] < 2400
    assert sizes[1] < 7400


@pytest.mark.parametrize("blob", [b"", b"\x63\x00abc"])
def test_another_layout_is_refused_with_its_place(blob: bytes) -> None:
    """A profile of another version names model, day, column and the remedy."""
    with pytest.raises(StoreError, match=r"churn 2026-02-03: profile of age .*--force"):
        decode(blob, "churn", DAY, "age", "")
