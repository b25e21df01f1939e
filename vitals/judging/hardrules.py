"""Rules that need no variance: all values missing, one value only, another kind of values, values far outside.

They hold from the first day with a past, when the share band has not learnt yet what is usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from vitals import words
from vitals.judging.kinds import latest_kind, values_of
from vitals.judging.scores import PartScore
from vitals.profiles import NumericSummary, Summary
from vitals.profiles.summarise import TOP_NUMBERS, TOP_TEXTS
from vitals.stats.grain import coarser
from vitals.stats.parts import Counted
from vitals.stats.thresholds import FLOOR, far_z

_CHANCE = log(1e-7)
# Two days of weather are no range, and a column that mostly holds one value holds only that on many days: on a real
# log both spoke on ordinary days. What these leave out the share band sees from the fourteenth day on.
LEAST_DAYS = 7
LEAST_FAR = 0.20
USUALLY_VARIES = 0.5
NEARLY_ALL, USUALLY_FEW = 0.8, 0.2
FULL_RANGE_DAYS, BEYOND, MOST, LEAST_ROWS = 28, 0.5, 0.5, 30


@dataclass(frozen=True, slots=True)
class Hard:
    """What a hard rule saw.

    Attributes
    ----------
    words : for people, after the column's name.
    part : with its share and range, None where there is none.
    teaches : while learning, the day may serve as reference all the same.
    yields : to the rules that know variance: what they see they name better.
    """

    words: str
    part: PartScore | None = None
    teaches: bool = True
    yields: bool = False

    @classmethod
    def far(cls, counted: Counted, rows: int) -> "Hard | None":
        """Look for rows far outside the range of the few days known."""
        z = far_z(counted.today, rows) * counted.far
        if not z.any():
            return None
        share = float(counted.today[z > 0].sum()) / rows
        days = len(counted.reference)
        if days < LEAST_DAYS or share < LEAST_FAR:
            return None
        part = PartScore("far", share, 0.0, 0.0, 0.0, float(z.max()))
        return cls(f"{words.share(share)} of rows far outside the range of the {days} days before", part)


def hard_rule(today: Summary, reference: Sequence[Summary], *, learning: bool) -> Hard | None:
    """Judge today by the rules that need no variance.

    Parameters
    ----------
    today : rows >= 1. reference : eligible days before, oldest first; without any nothing is said.
    learning : a constant day is looked for too; later the share band knows better.
    """
    if not reference:
        return None
    return (
        _all_null(today, reference)
        or _other_kind(today, reference)
        or (_constant(today, reference) if learning else None)
        or _one_value(today, reference)
        or _beyond(today, reference)
        or _coarser(today, reference)
    )


def _all_null(today: Summary, reference: Sequence[Summary]) -> Hard | None:
    shares = [s.nulls / s.n for s in reference]
    if today.nulls < today.n or not _not_by_chance(max(shares), today.n):
        return None
    usual = sum(s.nulls for s in reference) / sum(s.n for s in reference)
    part = PartScore("null", 1.0, usual, min(shares), max(shares), 0.0)
    return Hard(f"all values missing, usually {words.share(usual)}", part, teaches=False)


def _other_kind(today: Summary, reference: Sequence[Summary]) -> Hard | None:
    now, before = values_of(today), latest_kind(reference)
    if now is None or before is None or now == before:
        return None
    return Hard(f"holds {now} instead of {before}", teaches=False)


def _constant(today: Summary, reference: Sequence[Summary]) -> Hard | None:
    share = _largest(today)
    usual = max((_largest(s) or 0.0 for s in reference), default=1.0)
    if share is None or share < 1 or len(reference) < LEAST_DAYS or usual > USUALLY_VARIES:
        return None
    if not _not_by_chance(usual, today.n):
        return None
    return Hard("one single value on all rows, which no day before had")


def _one_value(today: Summary, reference: Sequence[Summary]) -> Hard | None:
    """Look for a value that holds nearly all rows and held few on every day before: a cap, a default, a feed that hangs.

    Where single days differ much, as with weather, no share of such a column is unusual by its variance. A column that
    has a value of its own on some day before, as a daily rate has, is left alone.
    """
    share = _largest(today)
    if share is None or share < NEARLY_ALL or len(reference) < LEAST_DAYS:
        return None
    value = today.values[0]
    usual = max(_share_of(one, value) for one in reference)
    if usual > USUALLY_FEW or not _not_by_chance(usual, round(share * (today.n - today.nulls))):
        return None
    if any(_has_its_own(one, [other for other in reference if other is not one]) for one in reference):
        return None
    said = words.number(float(value)) if isinstance(today, NumericSummary) else repr(words.visible(str(value), 40))
    before = f"on at most {words.share(usual)} on the {len(reference)} days before" if usual else "never seen before"
    return Hard(f"{words.share(share)} of rows equal to {said}, {before}", teaches=False, yields=True)


def _beyond(today: Summary, reference: Sequence[Summary]) -> Hard | None:
    """Look for most rows beyond all that was, by half of its range: too near to be far, too many to be some weather."""
    known = [one for one in reference if isinstance(one, NumericSummary) and one.anchors.size]
    if not isinstance(today, NumericSummary) or not today.anchors.size or len(known) < FULL_RANGE_DAYS:
        return None
    low, high = float(min(one.anchors[0] for one in known)), float(max(one.anchors[-1] for one in known))
    margin = BEYOND * (high - low)
    rows, finite = today.n - today.nulls, int(today.le[-1])
    over = finite - _upto(today, high + margin)
    under = _upto(today, low - margin)
    if high <= low or max(over, under) < MOST * rows or rows < LEAST_ROWS:
        return None
    side, end = ("above", high) if over >= under else ("below", low)
    share = max(over, under) / rows
    said = f"{words.share(share)} of rows well {side} {words.number(end)}, the {'most' if over >= under else 'least'} "
    return Hard(f"{said}on the {len(known)} days before", teaches=False, yields=True)


def _upto(summary: NumericSummary, value: float) -> int:
    """Rows up to a value, not counting those between the two anchors around it."""
    at = int(summary.anchors.searchsorted(value, "right"))
    return int(summary.le[at - 1]) if at else 0


def _coarser(today: Summary, reference: Sequence[Summary]) -> Hard | None:
    """Look for values that were rounded: shares of rows hardly move when decimals are lost."""
    known = [one for one in reference if isinstance(one, NumericSummary)]
    grain = coarser(today, known) if isinstance(today, NumericSummary) else None
    if grain is None:
        return None
    said = "whole numbers only" if grain == 1 else f"multiples of {words.number(grain)} only"
    return Hard(f"{said}, which no day before had", teaches=False, yields=True)


def _has_its_own(day: Summary, others: Sequence[Summary]) -> bool:
    """Whether a day's one value held few rows on every other day."""
    share = _largest(day)
    return bool(share and share >= NEARLY_ALL) and all(_share_of(one, day.values[0]) <= USUALLY_FEW for one in others)


def _share_of(summary: Summary, value: Any) -> float:
    """Share of a value among the rows with one; of a rare value, the most that it can be."""
    filled = summary.n - summary.nulls
    if filled <= 0:
        return 0.0
    if isinstance(summary, NumericSummary) and not (
        summary.anchors.size and summary.anchors[0] <= value <= summary.anchors[-1]
    ):
        return 0.0
    found = [int(count) for one, count in zip(summary.values, summary.counts, strict=True) if one == value]
    kept = TOP_NUMBERS if isinstance(summary, NumericSummary) else TOP_TEXTS
    rest = int(summary.counts[-1]) if len(summary.counts) >= kept else 0
    return (found[0] if found else rest) / filled


def _largest(summary: Summary) -> float | None:
    """Share of the most frequent value among the rows with a value; None without any."""
    filled = summary.n - summary.nulls
    if filled <= 0:
        return None
    return float(summary.counts[0]) / filled if len(summary.counts) else 0.0


def _not_by_chance(usual_share: float, rows: int) -> bool:
    """All rows alike: more than the floor away from the usual, and no accident of few rows (p < 1e-7)."""
    if usual_share > 1 - FLOOR:
        return False
    return usual_share <= 0 or rows * log(usual_share) < _CHANCE
