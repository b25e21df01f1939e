"""Summaries hold exact counts and depend on the set of rows only."""

import datetime as dt
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vitals.errors import InputError
from vitals.profiles import CategoricalSummary, NumericSummary, Profile, encode, summarise

numbers = st.lists(st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0]) | st.floats(), max_size=60)
texts = st.lists(st.none() | st.text(max_size=3), max_size=60)


def bits(summary: NumericSummary | CategoricalSummary) -> bytes:
    """Every bit of a summary."""
    return encode(Profile("m", dt.date(2026, 1, 1), "x", "", summary))


def shuffled_chunks(rows: list[object], kind: pa.DataType, random: Random) -> pa.ChunkedArray:
    """Put the same rows in another order, cut into chunks at random places."""
    turned = random.sample(rows, len(rows))
    cuts = sorted(random.randint(0, len(rows)) for _ in range(3))
    pieces = [turned[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    return pa.chunked_array([pa.array(piece, kind) for piece in pieces], kind)


def numeric(rows: list[object], kind: pa.DataType | None = None) -> NumericSummary:
    """Summarise rows that must be read as numbers."""
    summary = summarise(pa.array(rows, kind))
    assert isinstance(summary, NumericSummary)
    return summary


def categorical(array: pa.Array | pa.ChunkedArray) -> CategoricalSummary:
    """Summarise rows that must be read as texts."""
    summary = summarise(array)
    assert isinstance(summary, CategoricalSummary)
    return summary


@given(numbers, st.randoms(use_true_random=False))
@example([0.0, -0.0], Random(1))
@example([1e308, 1e308, -1e308, 0.1, 0.2, 0.3], Random(2))
def test_numbers_ignore_order_and_chunks(rows: list[object], random: Random) -> None:
    """Any order and any cut of the same numbers gives the same bits."""
    assert bits(summarise(shuffled_chunks(rows, pa.float64(), random))) == bits(summarise(pa.array(rows, pa.float64())))


@given(texts, st.randoms(use_true_random=False))
def test_texts_ignore_order_chunks_and_dictionaries(rows: list[object], random: Random) -> None:
    """Any order, cut and coding of the same texts gives the same bits."""
    coded = pa.dictionary(pa.int32(), pa.string())
    expected = bits(summarise(pa.array(rows, pa.string())))

    assert bits(summarise(shuffled_chunks(rows, pa.string(), random))) == expected
    assert bits(summarise(shuffled_chunks(rows, coded, random))) == expected
    assert bits(summarise(shuffled_chunks(rows, pa.large_string(), random))) == expected


@given(numbers)
def test_numbers_are_counted_exactly(rows: list[float | None]) -> None:
    """Nulls, infinities, extremes and the counts at every anchor are the raw ones."""
    summary = numeric(rows, pa.float64())
    some = [r for r in rows if r is not None and not np.isnan(r)]
    finite = [r for r in some if abs(r) != np.inf]

    assert (summary.n, summary.nulls) == (len(rows), len(rows) - len(some))
    assert summary.infinite == len(some) - len(finite)
    assert summary.lt.tolist() == [sum(r < a for r in finite) for a in summary.anchors]
    assert summary.le.tolist() == [sum(r <= a for r in finite) for a in summary.anchors]
    assert set(summary.anchors.tolist()) == set(finite)
    assert (np.diff(summary.anchors) > 0).all()


@given(st.lists(st.integers(0, 60).map(float), max_size=300))
def test_top_numbers_are_the_most_frequent(rows: list[object]) -> None:
    """Up to 20 values by count, ties by the smaller value."""
    summary = numeric(rows, pa.float64())
    ranked = sorted(set(rows), key=lambda v: (-rows.count(v), v))[:20]

    assert summary.values.tolist() == ranked
    assert summary.counts.tolist() == [rows.count(v) for v in ranked]


@given(st.lists(st.integers(0, 400).map(str), max_size=500))
def test_top_texts_are_the_most_frequent(rows: list[str]) -> None:
    """Up to 200 texts by count, ties by the smaller text; the others are counted together."""
    summary = categorical(pa.array(rows, pa.string()))
    ranked = sorted(set(rows), key=lambda v: (-rows.count(v), v))[:200]

    assert summary.values == tuple(ranked)
    assert summary.counts.tolist() == [rows.count(v) for v in ranked]
    assert summary.other == len(rows) - summary.counts.sum()
    assert summary.distinct == len(set(rows))


def test_many_rows_keep_256_ranks_and_tails_with_exact_counts() -> None:
    """At 100,000 rows the anchors are the values at i/256 and in both tails, with exact counts."""
    rows = np.random.default_rng(3).lognormal(0, 1, 100_000)
    ordered = np.sort(rows)

    summary = numeric(rows)

    assert 256 < summary.anchors.size <= 257 + 14
    for rank in (0, 1e-4, 1e-2, 0.5, 0.99, 1 - 3e-4, 1):
        assert ordered[round(rank * 99_999)] in summary.anchors
    assert summary.le.tolist() == ordered.searchsorted(summary.anchors, "right").tolist()
    assert np.diff(summary.lt).max() <= 100_000 // 256 + 1
    assert summary.total == pytest.approx(rows.sum(), rel=1e-12)
    assert summary.squares == pytest.approx((rows**2).sum(), rel=1e-12)


def test_few_rows_keep_1024_ranks() -> None:
    """Up to 5000 rows no bucket holds more than 1/1024 of them; up to 1025 every row is an anchor."""
    rng = np.random.default_rng(4)

    assert np.diff(numeric(rng.normal(size=5000)).lt).max() <= 5000 // 1024 + 1
    assert numeric(rng.normal(size=1025)).anchors.size == 1025


@pytest.mark.parametrize("rows", [[], [None], [None, float("nan")]])
def test_no_numbers_at_all(rows: list[object]) -> None:
    """Without finite rows there are no anchors, no values, and sums of zero."""
    summary = numeric(rows, pa.float64())

    assert (summary.n, summary.nulls, summary.infinite) == (len(rows), len(rows), 0)
    assert (summary.anchors.size, summary.values.size, summary.total, summary.squares) == (0, 0, 0.0, 0.0)


@pytest.mark.parametrize("rows", [[7.0], [7.0] * 3000])
def test_a_constant_is_one_atom(rows: list[object]) -> None:
    """One row or one value: a single anchor that holds everything."""
    summary = numeric(rows)

    assert summary.anchors.tolist() == summary.values.tolist() == [7.0]
    assert (summary.lt.tolist(), summary.le.tolist(), summary.counts.tolist()) == ([0], [len(rows)], [len(rows)])


def test_infinite_rows_are_in_no_anchor() -> None:
    """Infinite rows are counted apart, on both sides."""
    summary = numeric([-np.inf, 1.0, np.inf, np.inf, None])

    assert (summary.n, summary.nulls, summary.infinite) == (5, 1, 3)
    assert (summary.anchors.tolist(), summary.le.tolist(), summary.total) == ([1.0], [1], 1.0)


def test_squares_beyond_a_double_are_infinite() -> None:
    """An overflow of the sum of squares is inf, without a warning."""
    assert numeric([1e200, -1e200]).squares == np.inf


def test_integers_beyond_doubles_are_rounded() -> None:
    """Integers are read as doubles: 2**53 + 1 becomes 2**53."""
    assert numeric([2**53 + 1, 3, None], pa.int64()).anchors.tolist() == [3.0, 2.0**53]


@pytest.mark.parametrize(
    ("value", "kind", "seconds"),
    [
        (dt.date(1970, 1, 2), pa.date32(), 86_400.0),
        (dt.date(1970, 1, 2), pa.date64(), 86_400.0),
        (dt.datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=dt.UTC), pa.timestamp("us", "UTC"), 1.5),
        (dt.datetime(1970, 1, 1, 0, 0, 1, 500_000), pa.timestamp("ms"), 1.5),  # noqa: DTZ001  (naive on purpose)
        (dt.time(0, 1), pa.time32("s"), 60.0),
        (dt.timedelta(minutes=1), pa.duration("ns"), 60.0),
    ],
)
def test_times_are_seconds(value: object, kind: pa.DataType, seconds: float) -> None:
    """Dates, instants, times of day and durations are numbers of seconds; null stays null."""
    summary = numeric([value, None], kind)

    assert (summary.nulls, summary.anchors.tolist()) == (1, [seconds])


@pytest.mark.parametrize("kind", [pa.float32(), pa.int8(), pa.uint64(), pa.decimal128(9, 2)])
def test_other_numbers_are_numbers(kind: pa.DataType) -> None:
    """Every width of number is read as a double."""
    assert numeric([2, None, 4], kind).anchors.tolist() == [2.0, 4.0]


def test_booleans_are_texts() -> None:
    """True and false are the texts `true` and `false`."""
    summary = categorical(pa.array([True, False, None, True]))

    assert (summary.values, summary.counts.tolist(), summary.nulls) == (("true", "false"), [2, 1], 1)


def test_a_column_without_a_type_is_all_null() -> None:
    """A column of no type counts its nulls."""
    summary = categorical(pa.nulls(3))

    assert (summary.n, summary.nulls, summary.values, summary.other, summary.distinct) == (3, 3, (), 0, 0)


def test_unused_repeated_and_null_dictionary_entries_do_not_show() -> None:
    """Only rows count: a dictionary's spare, doubled or null entries change nothing."""
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 0], pa.int32()), pa.array(["a", "a", None, "z"]))

    summary = categorical(array)

    assert (summary.values, summary.counts.tolist(), summary.nulls) == (("a",), [3], 1)


def test_a_list_is_refused_by_name() -> None:
    """Nested values cannot be watched, and the message says which type came."""
    with pytest.raises(InputError, match="list"):
        summarise(pa.array([[1]]))
