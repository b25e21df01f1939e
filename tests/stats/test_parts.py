"""The parts of a column: what is cut, merged, named and counted, and that every row is in exactly one bin."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vitals.profiles import CategoricalSummary, NumericSummary, summarise
from vitals.stats import cdf
from vitals.stats.categories import CategoricalParts, id_like
from vitals.stats.parts import Counted, NumericParts, merge, number
from vitals.stats.pool import Pool, counts_around

FIRST = date(2024, 1, 1)
some_days = st.lists(
    st.lists(st.one_of(st.none(), st.integers(-9, 9).map(float), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    min_size=2,
    max_size=8,
)


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=i) for i in range(count)]


def profiled(rows: list[list[float | None]]) -> dict[date, NumericSummary]:
    return dict(zip(days(len(rows)), (summarise(pa.array(row, pa.float64())) for row in rows), strict=True))


def counted(rows: list[list[float | None]]) -> Counted:
    summaries = profiled(rows)
    *reference, today = summaries
    return NumericParts(summaries.__getitem__).count(reference, today, [*reference[-1:], today])


def texts(**counts: int) -> CategoricalSummary:
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = np.array([n for _, n in found], dtype=np.int64)
    return CategoricalSummary(int(rows.sum()), 0, tuple(t for t, _ in found), rows, 0, len(found))


def test_atoms_are_parts_of_their_own_and_in_no_bin():
    """A value with 5 % of the rows has its own part; bins and shares below a cut say that they leave it out."""
    parts = counted([[0.0] * 10 + [float(i) for i in range(1, 91)]] * 3)
    share = dict(zip(parts.names, parts.today, strict=False))
    assert share["=0"] == 10
    assert share["<= 1 except 0"] == 1
    assert sum(parts.today[2 : 2 + 14]) == 90
    assert parts.names[-3:] == ("single value", "infinite", "far")


def test_far_is_beyond_the_range_by_a_full_range():
    """Reference 0..10: far is below -10 or above 20; infinite rows are counted apart."""
    parts = counted([[float(i) for i in range(11)]] * 2 + [[-10.0, -10.1, 20.0, 20.1, float("inf"), None]])
    share = dict(zip(parts.names, parts.today, strict=False))
    assert (share["far"], share["infinite"], share["null"]) == (2, 1, 1)


def test_bins_merge_from_the_outside_in():
    """The bin farthest from the middle joins its inner neighbour first, until each is filled on half of the days."""
    bins = np.array([[0, 5, 5, 5, 0], [1, 5, 0, 5, 0], [0, 5, 5, 5, 1.0]])
    merged, edges = merge(bins, np.array([1.0, 2.0, 3.0, 4.0]), 3)
    assert edges.tolist() == [2.0, 3.0]
    assert merged.tolist() == [[5, 5, 5], [6, 0, 5], [5, 5, 6]]


def test_week_leaves_out_the_single_value():
    """The largest single value's share of a week is not the sum over its days."""
    parts = counted([[1.0, 2.0, 3.0]] * 3)
    assert "single value" in parts.names
    assert "single value" not in parts.week_names
    assert parts.week_recent.shape == (2, len(parts.week_names))


def test_constant_column_has_one_atom_and_anything_else_is_far():
    """A column that never moved has no range: every other value is far."""
    parts = counted([[5.0] * 40, [5.0] * 40, [5.0] * 30 + [6.0] * 10])
    share = dict(zip(parts.names, parts.today, strict=False))
    assert (share["=5"], share["other"], share["far"]) == (30, 10, 10)


def test_all_null_reference_keeps_nulls_and_the_rest():
    """Without any value in the reference there is nothing to cut; new values are `other`, none is far."""
    parts = counted([[None] * 9, [None] * 9, [None, 1.0, 2.0]])
    share = dict(zip(parts.names, parts.today, strict=False))
    assert (share["null"], share["other"], share["far"]) == (1, 2, 0)


@given(some_days)
def test_every_row_is_null_an_atom_infinite_or_in_one_bin(rows):
    """Property: those parts sum to all rows, on reference days and today."""
    parts = counted(rows)
    infinite = parts.names.index("infinite")
    names = parts.names[:infinite]
    last_bin = max(i for i, name in enumerate(names) if name.startswith("> ") or name == "other")
    widths = [*range(last_bin + 1), infinite]
    for block, days_rows in ((parts.reference, rows[:-1]), (parts.today[None, :], rows[-1:])):
        assert block[:, widths].sum(axis=1).tolist() == [len(row) for row in days_rows]


@given(some_days, st.permutations(range(8)))
def test_pool_is_a_function_of_its_days(rows, order):
    """Property: days may enter and leave in any order."""
    summaries = profiled(rows)
    wanted = {day: summaries[day] for day in list(summaries)[1:]}
    plain, moved = Pool(), Pool()
    plain.hold(wanted)
    for i in (i for i in order if i < len(rows)):
        moved.hold({day: s for j, (day, s) in enumerate(summaries.items()) if j != i})
    moved.hold(wanted)
    for one, other in zip(plain.distribution(np.array([0.0])), moved.distribution(np.array([0.0])), strict=True):
        assert one.tolist() == other.tolist()


@given(some_days, st.lists(st.floats(-2e6, 2e6), min_size=1, max_size=9))
def test_counts_around_equal_those_of_the_cdf(rows, x):
    """Property: the quick counting of few values gives the very numbers of `vitals.stats.cdf`."""
    summaries = list(profiled(rows).values())
    values = np.array([*x, *(float(s.anchors[0]) for s in summaries if len(s.anchors)), np.inf, -np.inf])
    expected = cdf.counts_around(summaries, values)
    for mine, theirs in zip(counts_around(summaries, values), expected, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_counts_between_anchors_equal_those_of_the_cdf():
    """The same with anchors that do not hold every value."""
    rng = np.random.default_rng(3)
    summaries = [summarise(pa.array(rng.lognormal(0, 2, 20_000))) for _ in range(3)]
    values = np.sort(rng.lognormal(0, 2, 50))
    for mine, theirs in zip(counts_around(summaries, values), cdf.counts_around(summaries, values), strict=True):
        assert mine.tolist() == theirs.tolist()


def test_categories_other_and_unseen():
    """Kept: 0.2 % and on half of the days. Unseen on a reference day is what no other reference day has."""
    summaries = dict(
        zip(
            days(5),
            [texts(a=600, b=400), texts(a=599, b=400, once=1), texts(a=600, b=399, rare=1), texts(a=999, rare=1),
             texts(a=500, new=490, rare=5, once=5)],
            strict=True,
        )
    )  # fmt: skip
    *reference, today = summaries
    parts = CategoricalParts(summaries.__getitem__, rare=False).count(reference, today, [today])
    assert parts.names == ("null", "=a", "=b", "other", "unseen")
    assert parts.reference[:, -1].tolist() == [0, 1, 0, 0]
    assert parts.today.tolist() == [0, 500, 0, 10, 490]
    assert parts.week_names[-1] == "other"
    assert parts.week_recent.tolist() == [[0, 500, 0, 500]]


def test_a_usual_text_in_another_spelling_is_a_part_of_its_own():
    """Case and spaces; such rows are far from all that was, as no past day spelt anything in two ways."""
    usual = [texts(UA=700, AA=300)] * 4
    summaries = dict(zip(days(5), [*usual, texts(**{"UA": 690, "ua": 6, " AA": 4, "AA": 290, "ZZ": 10})], strict=True))
    *reference, today = summaries
    found = CategoricalParts(summaries.__getitem__, rare=False).count(reference, today, [today])
    assert found.names == ("null", "=UA", "=AA", "other", "unseen", "spelt otherwise")
    assert found.far.tolist() == [False] * 5 + [True]
    assert found.today.tolist() == [0, 690, 290, 0, 20, 10]
    assert found.reference[:, -1].tolist() == [0, 0, 0, 0]
    assert found.week_names == ("null", "=UA", "=AA", "other")


def test_where_texts_are_spelt_in_two_ways_anyhow_another_spelling_is_only_new():
    """People type what they like."""
    usual = [texts(Paris=700, paris=300)] * 4
    summaries = dict(zip(days(5), [*usual, texts(Paris=700, paris=250, PARIS=50)], strict=True))
    *reference, today = summaries
    found = CategoricalParts(summaries.__getitem__, rare=False).count(reference, today, [today])
    assert found.names == ("null", "=Paris", "=paris", "other", "unseen")


def test_rare_answers_are_kept_however_small():
    """A decision on 0.1 % of the rows is a part of its own; an input's value is not."""
    summaries = dict(zip(days(3), [texts(ok=9990, block=10)] * 3, strict=True))
    first, second, today = summaries
    for rare, expected in (
        (True, ("null", "=ok", "=block", "other", "unseen")),
        (False, ("null", "=ok", "other", "unseen")),
    ):
        assert CategoricalParts(summaries.__getitem__, rare=rare).count([first, second], today, []).names == expected


def test_identifiers_are_watched_for_nulls_only():
    """A column with more than half of its values distinct has no usual category."""
    ids = CategoricalSummary(100, 2, ("a", "b"), np.array([1, 1]), 96, 98)
    assert id_like([ids])
    day, today = days(2)
    parts = CategoricalParts({day: ids, today: ids}.__getitem__, rare=False).count([day], today, [today])
    assert (parts.names, parts.today.tolist()) == (("null",), [2.0])


def test_at_most_twenty_categories_ties_by_text():
    """Of equally frequent ones the smaller text is kept: no order of days decides."""
    summary = texts(**{f"k{i:02}": 10 for i in range(30)})
    day, today = days(2)
    names = CategoricalParts({day: summary, today: summary}.__getitem__, rare=False).count([day], today, []).names
    assert names == ("null", *(f"=k{i:02}" for i in range(20)), "other", "unseen")


def test_numbers_are_short():
    """Names are for people."""
    assert [number(v) for v in (0.0, -0.0, 1e6, 1e15, 0.1 + 0.2)] == ["0", "0", "1000000", "1e+15", "0.3"]
