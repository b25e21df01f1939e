"""Numbers or texts: which past days a column's day can be compared with, and the counting that belongs to each.

A source may change a column's type. Days of the other kind are no reference; a day without any value is of either kind.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from vitals.profiles import CategoricalSummary, NumericSummary, Summary
from vitals.records import Day
from vitals.stats.categories import CategoricalParts
from vitals.stats.parts import Counted, NumericParts

KindOfValues: TypeAlias = Literal["numbers", "texts"]


def values_of(summary: Summary) -> KindOfValues | None:
    """Tell which kind of values a day has; None without any value."""
    if summary.nulls >= summary.n:
        return None
    return "numbers" if isinstance(summary, NumericSummary) else "texts"


def latest_kind(summaries: Iterable[Summary]) -> KindOfValues | None:
    """Tell the kind of the last day that has values; None without any."""
    return next((kind for kind in map(values_of, reversed(list(summaries))) if kind), None)


class Kinds:
    """Counts a column's days, whatever kind of values they have.

    Parameters
    ----------
    summaries : of each day; always the same one for a day.
    rare : rare texts are parts of their own.
    """

    def __init__(self, summaries: Mapping[Day, Summary], *, rare: bool) -> None:
        self._summaries = summaries
        self._numbers = NumericParts(self._as_numbers)
        self._texts = CategoricalParts(self._as_texts, rare=rare)

    def of(self, day: Day, reference: Sequence[Day]) -> KindOfValues:
        """Tell a day's kind; of a day without values, that of the reference."""
        today = self._summaries[day]
        stored: KindOfValues = "numbers" if isinstance(today, NumericSummary) else "texts"
        return values_of(today) or latest_kind(self._summaries[d] for d in reference) or stored

    def alike(self, days: Iterable[Day], kind: KindOfValues) -> list[Day]:
        """Keep the days of a kind, and those without values."""
        return [day for day in days if values_of(self._summaries[day]) in {kind, None}]

    def count(self, kind: KindOfValues, reference: Sequence[Day], today: Day, recent: Sequence[Day]) -> Counted:
        """Count rows per part; all days must be alike."""
        parts = self._numbers if kind == "numbers" else self._texts
        return parts.count(reference, today, recent)

    def _as_numbers(self, day: Day) -> NumericSummary:
        summary = self._summaries[day]
        if isinstance(summary, NumericSummary):
            return summary
        numbers, rows = np.empty(0), np.empty(0, dtype=np.int64)
        return NumericSummary(summary.n, summary.nulls, 0, numbers, rows, rows, 0.0, 0.0, numbers, rows)

    def _as_texts(self, day: Day) -> CategoricalSummary:
        summary = self._summaries[day]
        if isinstance(summary, NumericSummary):
            return CategoricalSummary(summary.n, summary.nulls, (), np.empty(0, dtype=np.int64), 0, 0)
        return summary
