"""How the part of a column that a finding is about went on the days before: counted anew from stored profiles.

The parts are those that the reference of the finding's day cut, on every day; a stored score of another day may be
about another part, and is no point of this line.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from vitals.judging.columns import ColumnRule
from vitals.judging.columnset import kind_of
from vitals.judging.drift import part_words
from vitals.judging.kinds import KindOfValues, Kinds
from vitals.judging.lookback import Key, Lookback
from vitals.judging.memory import REFERENCE_MIN_DAYS, Memory
from vitals.judging.units import sketch
from vitals.profiles import NumericSummary, Summary
from vitals.records import WHOLE, Day, Finding
from vitals.spec.model import Limit
from vitals.stats.categories import SPELT
from vitals.stats.parts import Counted
from vitals.stats.shareband import (
    WEEK_MIN_DAYS,
    WINDOW_DAYS,
    Usual,
    deviation,
    from_arcsine,
    usual,
    usual_weeks,
    with_weekdays,
)

DAYS = 56
Range = tuple[float, float]
_BY_DAY = frozenset({"single value", "other", "unseen", SPELT})  # what a week counts otherwise, or not at all


@dataclass(frozen=True, slots=True)
class Line:
    """A number over days.

    Attributes
    ----------
    what : its name, without the model's. share : whether it is a share of rows, 0..1.
    usual : low and high end of the usual range, of days on which it is known. limit : one of the users'.
    about : the day in question.
    """

    what: str
    share: bool
    about: Day
    numbers: Mapping[Day, float]
    usual: Mapping[Day, Range] = field(default_factory=dict)
    limit: float | None = None


def before(day: Day) -> list[Day]:
    """The eight weeks up to a day, oldest first."""
    return [day - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def leading(line: Line, finding: Finding) -> Line | None:
    """The line if it leads to the number that was said."""
    number = line.numbers.get(line.about)
    if number is None or finding.value is None or not math.isclose(number, finding.value, rel_tol=1e-9, abs_tol=1e-12):
        return None
    return line


@dataclass(frozen=True)
class _Counts:
    """Rows of one part and all rows, per day that can be compared with the finding's."""

    lookback: Lookback
    memory: Memory
    rows: Mapping[Day, tuple[float, float]]

    def reference(self, day: Day) -> list[Day]:
        """The days that may teach what is usual on a day."""
        days = self.memory.reference(day, self.lookback.model.reference.days, self.lookback.unfit)
        return [one for one in days if one in self.rows]

    def learned(self, days: Sequence[Day]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Rows of the part, shape (R, 1), all rows and levels, shape (R,)."""
        table = np.array([self.rows[day] for day in days], dtype=np.float64)
        return table[:, :1], table[:, 1], np.array([self.memory.level_of(day) for day in days])

    def week(self, day: Day) -> list[Day]:
        """A day and the six before it that the week window takes; fewer where there are no six."""
        recent = self.memory.recent(day, self.lookback.unfit)
        return [one for one in (*recent, day) if one in self.rows]


def part_line(lookback: Lookback, finding: Finding, part: str, days: Sequence[Day], *, week: bool) -> Line | None:
    """Give the share of a part over days; None where it cannot be counted as it was judged.

    Parameters
    ----------
    days : the days of the line, the finding's last. week : the finding is about seven days together.
    """
    for key in dict.fromkeys([(finding.subject, finding.segment), (finding.subject, WHOLE)]):
        counts = _counted(lookback, key, part, week=week)
        if counts is None:
            continue
        numbers, ranges = (_weeks if week else _days)(counts, days)
        said = numbers.get(finding.day)
        if said is not None and finding.value is not None and abs(said - finding.value) < 1e-9:
            where = f" in {key[1]}" if key[1] else ""
            over = " over 7 days" if week else ""
            return Line(
                f"{finding.subject} {part_words(part)}{where}, share of rows{over}", True, finding.day, numbers, ranges
            )
    return None


def _counted(lookback: Lookback, key: Key, part: str, *, week: bool) -> _Counts | None:
    """Count a part on every stored day; None where today's reference does not have it."""
    summaries = lookback.summaries(key)
    if lookback.day not in summaries:
        return None
    rule = ColumnRule(lookback.model.name, *key, kind_of(lookback.model, key[0]), lookback.model.reference.days)
    kinds, memory = Kinds(summaries, rare=rule.rare), lookback.memory(key)
    wanted = memory.reference(lookback.day, rule.reference_days, lookback.unfit)
    reference = [day for day in wanted if day in summaries]
    kind = kinds.of(lookback.day, reference)
    reference, days = kinds.alike(reference, kind), kinds.alike(summaries, kind)
    if not reference:
        return None
    rows = _rows(kinds, kind, reference, days, part, week=week)
    if rows is None:
        return None
    return _Counts(lookback, memory, {d: (rows[d], summaries[d].n) for d in days if d in rows and summaries[d].n > 0})


def _rows(
    kinds: Kinds, kind: KindOfValues, reference: Sequence[Day], days: Sequence[Day], part: str, *, week: bool
) -> dict[Day, float] | None:
    counted = kinds.count(kind, reference, days[-1], days)
    if week or part not in _BY_DAY:
        if part not in counted.week_names:
            return None
        at = counted.week_names.index(part)
        return dict(zip(days, counted.week_recent[:, at].tolist(), strict=True))
    if part not in counted.names:
        return None
    at = counted.names.index(part)
    found = {day: _of_part(kinds.count(kind, reference, day, []), part) for day in days}
    return found | dict(zip(reference, counted.reference[:, at].tolist(), strict=True))


def _of_part(counted: Counted, part: str) -> float:
    """Today's rows of a part; a part that a day does not have holds none."""
    return float(counted.today[counted.names.index(part)]) if part in counted.names else 0.0


def _days(counts: _Counts, days: Sequence[Day]) -> tuple[dict[Day, float], dict[Day, Range]]:
    """Single days: share, and usual range as of that day."""
    numbers: dict[Day, float] = {}
    ranges: dict[Day, Range] = {}
    for day in days:
        if day not in counts.rows:
            continue
        numbers[day] = counts.rows[day][0] / counts.rows[day][1]
        reference = counts.reference(day)
        if len(reference) >= REFERENCE_MIN_DAYS:
            rows, totals, levels = counts.learned(reference)
            weekdays = np.array([one.weekday() for one in reference])
            plain = usual(rows, totals, levels)
            known = with_weekdays(plain, rows, totals, levels, weekdays=weekdays, today=day.weekday())
            ranges[day] = _range(known, *counts.rows[day])
    return numbers, ranges


def _weeks(counts: _Counts, days: Sequence[Day]) -> tuple[dict[Day, float], dict[Day, Range]]:
    """Seven days together, as the week window takes them."""
    numbers: dict[Day, float] = {}
    ranges: dict[Day, Range] = {}
    for day in days:
        week = counts.week(day)
        if day not in counts.rows or len(week) < WINDOW_DAYS:
            continue
        rows, total = (sum(counts.rows[one][i] for one in week) for i in (0, 1))
        numbers[day] = rows / total
        reference = counts.reference(day)
        known = usual_weeks(*counts.learned(reference)) if len(reference) >= WEEK_MIN_DAYS else None
        if known is not None:
            ranges[day] = _range(known, rows, total)
    return numbers, ranges


def _range(known: Usual, rows: float, total: float) -> Range:
    _, sd = deviation(known, np.array([rows]), total)
    low, high = from_arcsine(known.mean - 2 * sd), from_arcsine(known.mean + 2 * sd)
    return float(low[0]), float(high[0])


def limit_line(lookback: Lookback, finding: Finding) -> Line | None:
    """Give what a limit of the model file is about, over days: the first of the column's limits that the day breaks."""
    summaries = lookback.summaries((finding.subject, finding.segment))
    if finding.day not in summaries:
        return None
    for limit in lookback.model.limits:
        for what, bound, number in _bounds(limit) if limit.column == finding.subject else ():
            numbers = {day: said for day, one in summaries.items() if (said := number(one)) is not None}
            said = numbers.get(finding.day)
            if bound is None or said is None or not (said < bound if bound is limit.min else said > bound):
                continue
            share = bound is limit.null_share
            return Line(f"{finding.subject}, {what}", share, finding.day, numbers, limit=bound)
    return None


def _bounds(limit: Limit) -> list[tuple[str, float | None, Callable[[Summary], float | None]]]:
    return [
        ("share of rows missing", limit.null_share, lambda one: one.nulls / one.n if one.n else None),
        ("smallest value of a day", limit.min, lambda one: _end(one, 0)),
        ("largest value of a day", limit.max, lambda one: _end(one, -1)),
    ]


def _end(summary: Summary, at: int) -> float | None:
    if not isinstance(summary, NumericSummary) or not summary.anchors.size:
        return None
    return float(summary.anchors[at])


def median_line(lookback: Lookback, finding: Finding) -> Line | None:
    """Give the median of a column, or of one of its segments, over days: what shows that its unit changed."""
    numbers = {}
    for profile in lookback.profiles:
        drawn = sketch(profile) if (profile.subject, profile.segment) == (finding.subject, WHOLE) else None
        if drawn and finding.segment in drawn.quantiles:
            numbers[profile.day] = drawn.quantiles[finding.segment][2]
    if finding.value is None or numbers.get(finding.day) != finding.value:
        return None
    where = f" in {finding.segment}" if finding.segment else ""
    return Line(f"{finding.subject}{where}, median of a day", share=False, about=finding.day, numbers=numbers)
