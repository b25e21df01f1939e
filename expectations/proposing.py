"""Which expectations good days suggest, each with its evidence and the stored days on which it would have failed.

Works on profiles, which hold exact counts of nulls, extremes and frequent values; reads no row and needs no library.
A bound is what good days showed with room around it, so that it is broken by what has not been seen yet, not by the
next busy day.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vitals import words
from vitals.profiles import CategoricalSummary, NumericSummary, Summary
from vitals.records import Day
from vitals.stats.cdf import below, upto

LEAST_DAYS = 7
MOST_VALUES = 50
_ROOM = 0.25  # of what was seen, on either side of a range
_NULL_ROOM = 0.01
_MOST_NULLS = 0.9  # a column that is emptier on a good day is not asked to be filled
_OF_ANY_DAY = ("expect_column_values_to_be_unique", "expect_column_to_exist")  # others need a summary of the column
_STILL = 0.5  # a mean whose band is wider than half of it says nothing
_RARE = 0.005
_USUAL_END = 0.9
_SHAPES = (r"[A-Z]", r"[a-z]", r"[0-9]")


@dataclass(frozen=True, slots=True)
class StoredDay:
    """What is stored of one day.

    Attributes
    ----------
    good : whether it may serve as evidence. troubled : columns that may not, whatever the day.
    """

    day: Day
    rows: int
    duplicates: int
    good: bool
    summaries: Mapping[str, Summary]
    troubled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """One expectation that is proposed.

    Attributes
    ----------
    evidence : what good days showed. failed : the stored days on which it would have failed, of `of` that were tried.
    """

    kind: str
    arguments: Mapping[str, object]
    description: str
    evidence: str
    failed: tuple[Day, ...] = ()
    of: int = 0

    @property
    def column(self) -> str | None:
        """The column it is about, None for the table."""
        column = self.arguments.get("column")
        return column if isinstance(column, str) else None


Fails = Callable[[StoredDay], bool]


def propose(days: Sequence[StoredDay], columns: Sequence[str], id_column: str | None) -> list[Proposal]:
    """Propose expectations on the table, its id and its columns.

    Parameters
    ----------
    days : every stored day, oldest first; evidence are the good ones, tried out are all.
    """
    good = [one for one in days if one.good]
    made = [*_rows(good), *(_unique(good, id_column) if id_column else ())]
    for column in columns:
        shown = [one for one in good if column in one.summaries and column not in one.troubled]
        if len(shown) >= LEAST_DAYS:
            made += [_there(column, len(shown)), *_of_column(column, [one.summaries[column] for one in shown])]
    return [_tried(proposal, fails, days) for proposal, fails in made]


def _tried(proposal: Proposal, fails: Fails, days: Sequence[StoredDay]) -> Proposal:
    """Try a proposal out on every stored day with rows that has its column."""
    tried = [one for one in days if one.rows and (proposal.column is None or _has(one, proposal))]
    failed = tuple(one.day for one in tried if fails(one))
    return Proposal(proposal.kind, proposal.arguments, proposal.description, proposal.evidence, failed, len(tried))


def _has(day: StoredDay, proposal: Proposal) -> bool:
    return proposal.column in day.summaries or proposal.kind in _OF_ANY_DAY


def _there(column: str, days: int) -> tuple[Proposal, Fails]:
    return (
        Proposal(
            "expect_column_to_exist",
            {"column": column},
            f"The model needs {column}.",
            f"there on {words.count(days, 'good day')}",
        ),
        lambda day: column not in day.summaries,
    )


def _rows(good: Sequence[StoredDay]) -> Iterator[tuple[Proposal, Fails]]:
    low, high = min(one.rows for one in good), max(one.rows for one in good)
    least, most = (
        math.floor(_rounded(low * (1 - _ROOM), down=True)),
        math.ceil(_rounded(high * (1 + _ROOM), down=False)),
    )
    yield (
        Proposal(
            "expect_table_row_count_to_be_between",
            {"min_value": least, "max_value": most},
            f"A day has {low:,} to {high:,} rows.",
            f"{low:,} to {high:,} rows a day",
        ),
        lambda day: not least <= day.rows <= most,
    )


def _unique(good: Sequence[StoredDay], column: str) -> Iterator[tuple[Proposal, Fails]]:
    if any(one.duplicates for one in good):
        return  # the first row of an id counts; duplicates are a measurement of their own
    yield (
        Proposal(
            "expect_column_values_to_be_unique",
            {"column": column},
            f"No two predictions share a {column}.",
            f"no repeated id in {sum(one.rows for one in good):,} rows",
        ),
        lambda day: day.duplicates > 0,
    )


def _of_column(column: str, summaries: Sequence[Summary]) -> Iterator[tuple[Proposal, Fails]]:
    yield from _nulls(column, summaries)
    numbers = [one for one in summaries if isinstance(one, NumericSummary) and one.anchors.size]
    texts = [one for one in summaries if isinstance(one, CategoricalSummary) and one.values]
    if len(numbers) >= LEAST_DAYS and not texts:
        yield from _range(column, numbers)
        yield from _mean(column, numbers)
    elif len(texts) >= LEAST_DAYS and not numbers:
        yield from _values(column, texts)


def _nulls(column: str, summaries: Sequence[Summary]) -> Iterator[tuple[Proposal, Fails]]:
    shares = [one.nulls / one.n for one in summaries if one.n]
    low, high = min(shares), max(shares)
    if high > _MOST_NULLS:
        return
    allowed = math.ceil(max(high * 1.5, high + _NULL_ROOM) * 200) / 200
    mostly = round(max(1 - allowed, 0.05), 3)
    seen = f"missing on {words.share_range(low, high)} of the rows of a day" if high else "never missing"
    yield (
        Proposal(
            "expect_column_values_to_not_be_null",
            {"column": column, "mostly": mostly},
            f"{column} is {seen}.",
            seen,
        ),
        lambda day: day.summaries[column].nulls > (1 - mostly) * day.summaries[column].n + 1e-9,
    )


def _range(column: str, days: Sequence[NumericSummary]) -> Iterator[tuple[Proposal, Fails]]:
    """Propose a range; an end that nearly every day reaches is the scale's own."""
    lows, highs = [float(one.anchors[0]) for one in days], [float(one.anchors[-1]) for one in days]
    low, high = min(lows), max(highs)
    room = _ROOM * (high - low)
    least = low if _is_end(lows, [int(one.le[0]) / one.n for one in days]) else _outward(low - room, room, down=True)
    most = (
        high
        if _is_end(highs, [int(one.le[-1] - one.lt[-1]) / one.n for one in days])
        else _outward(high + room, room, down=False)
    )
    least = max(least, 0.0) if low >= 0 else least
    most = min(most, 1.0) if low >= 0 and high <= 1 < most else most
    bounds = {"column": column, "min_value": _plain(least), "max_value": _plain(most)}
    seen = f"{words.number(low)} to {words.number(high)} seen"

    def fails(day: StoredDay) -> bool:
        return _outside(day.summaries[column], least, most) > 0

    yield Proposal("expect_column_values_to_be_between", bounds, f"{column}: {seen}.", seen), fails


def _mean(column: str, days: Sequence[NumericSummary]) -> Iterator[tuple[Proposal, Fails]]:
    """Propose a band for the daily mean, which moves first when a unit changes, where it usually stands still."""
    means = np.array([one.total / float(one.le[-1]) for one in days if one.le[-1]])
    low, high = float(means.min()), float(means.max())
    room = max(2 * (high - low), 0.02 * abs(float(means.mean())))
    if high - low > _STILL * abs(float(means.mean())) or room == 0:
        return
    least, most = _outward(low - room, room, down=True), _outward(high + room, room, down=False)
    seen = f"the mean of a day is {words.number_range(low, high)}"

    def fails(day: StoredDay) -> bool:
        summary = day.summaries[column]
        if not isinstance(summary, NumericSummary) or not summary.le.size or not summary.le[-1]:
            return True
        return not least <= summary.total / float(summary.le[-1]) <= most

    bounds = {"column": column, "min_value": _plain(least), "max_value": _plain(most)}
    yield (
        Proposal("expect_column_mean_to_be_between", bounds, f"{column}: {seen}; another unit moves it first.", seen),
        fails,
    )


def _values(column: str, days: Sequence[CategoricalSummary]) -> Iterator[tuple[Proposal, Fails]]:
    """Propose the set of values where all are known and few, else their shape."""
    known = sorted({value for one in days for value in one.values})
    if len(known) <= MOST_VALUES and not any(one.other for one in days):
        seen = f"{words.count(len(known), 'value')} seen"
        yield (
            Proposal(
                "expect_column_values_to_be_in_set",
                {"column": column, "value_set": known, "mostly": 1 - _RARE},
                f"{column}: {seen} on good days; others are unknown to the model.",
                seen,
            ),
            lambda day: _share_of(day.summaries[column], lambda value: value not in known) > _RARE,
        )
        return
    shape = _shape(known)
    if shape is None:
        return
    like = re.compile(shape)
    seen = f"every one of the {len(known):,} most frequent values has this shape"
    yield (
        Proposal(
            "expect_column_values_to_match_regex",
            {"column": column, "regex": shape, "mostly": 1 - _RARE},
            f"{column}: {seen}.",
            seen,
        ),
        lambda day: _share_of(day.summaries[column], lambda value: not like.match(value)) > _RARE,
    )


def _shape(values: Sequence[str]) -> str | None:
    """Give the regular expression of values that are all one kind of characters; None where they are not.

    >>> _shape(["JFK", "LGA"]), _shape(["a1", "b22"]), _shape(["x-1", "7"])
    ('^[A-Z]{3}$', '^[a-z0-9]{2,3}$', None)
    """
    kinds = "".join(one[1:-1] for one in _SHAPES if any(re.search(one, value) for value in values))
    lengths = {len(value) for value in values}
    if not kinds or not all(re.fullmatch(f"[{kinds}]+", value) for value in values):
        return None
    few, many = min(lengths), max(lengths)
    return f"^[{kinds}]{{{few}}}$" if few == many else f"^[{kinds}]{{{few},{many}}}$"


def _is_end(extremes: Sequence[float], shares: Sequence[float]) -> bool:
    """Whether one value is the extreme of nearly every day, on more than single rows (`shares` of the day's)."""
    end = max(set(extremes), key=extremes.count)
    reached = sum(one == end and share > _RARE for one, share in zip(extremes, shares, strict=True))
    return reached >= _USUAL_END * len(extremes) and end in {min(extremes), max(extremes)}


def _outside(summary: Summary, least: float, most: float) -> float:
    """Count the rows outside a range; exact where no anchor lies between the bound and the extreme."""
    if not isinstance(summary, NumericSummary) or not summary.anchors.size:
        return 0.0
    under = float(below(summary, np.asarray([least]))[0]) if summary.anchors[0] < least else 0.0
    over = float(summary.le[-1]) - float(upto(summary, np.asarray([most]))[0]) if summary.anchors[-1] > most else 0.0
    wild = float(summary.anchors[0] < least) + float(summary.anchors[-1] > most)  # at least the extremes themselves
    return max(under + over, wild)


def _share_of(summary: Summary, wrong: Callable[[str], bool]) -> float:
    """Give the share of the non-null rows with a wrong value, among the frequent ones and the rest."""
    if not isinstance(summary, CategoricalSummary) or summary.n == summary.nulls:
        return 0.0
    rows = sum(int(count) for value, count in zip(summary.values, summary.counts, strict=True) if wrong(value))
    return rows / (summary.n - summary.nulls)


def _outward(value: float, step: float, *, down: bool) -> float:
    """Round away from the middle to a number that reads well beside a step."""
    if step == 0:
        return value
    unit = 10.0 ** math.floor(math.log10(abs(step)))
    return (math.floor(value / unit) if down else math.ceil(value / unit)) * unit


def _rounded(value: float, *, down: bool) -> float:
    """Round to two significant digits, down or up.

    >>> _rounded(547.5, down=True), _rounded(1257.5, down=False)
    (540.0, 1300.0)
    """
    return _outward(value, value / 10, down=down) if value else 0.0


def _plain(value: float) -> float | int:
    """Give a whole number as one, and no more digits than were meant.

    >>> _plain(120.0), _plain(0.30000000000000004)
    (120, 0.3)
    """
    short = float(f"{value:.12g}")
    return int(short) if short.is_integer() and abs(short) < 2**53 else short
