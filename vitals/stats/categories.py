"""A text column's parts: null, the frequent categories, the rest, and what was never seen before.

Only stored categories (the 200 most frequent of a day) can be unseen, and only with twice the rows that a category in the
tail of a reference day may have had; all else is `other`. (A thousand categories: every day others enter the 200.)
A category never seen that reads like a frequent one but for case and spaces is a part of its own, on days that have one,
where no past day spelt anything in two ways: of such rows there are none by accident, as of numbers far outside.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.stats.parts import Counted

if TYPE_CHECKING:
    from vitals.profiles import CategoricalSummary
    from vitals.records import Day

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_KEPT, _KEPT_SHARE = 20, 0.002
_PRESENT = 0.5
_ID_LIKE = 0.5
SPELT = "spelt otherwise"


class CategoricalParts:
    """Cuts and counts the parts of one text column.

    Parameters
    ----------
    summary_of : gives a day's summary; always the same one.
    rare : keep categories below 0.2 % too (what a model answers may be rare and matter).
    """

    def __init__(self, summary_of: "Callable[[Day], CategoricalSummary]", *, rare: bool) -> None:
        self._summary_of = summary_of
        self._floor = 0.0 if rare else _KEPT_SHARE
        self._codes: dict[str, int] = {}
        self._texts: list[str] = []
        self._coded: dict[Day, Integers] = {}

    def count(self, reference: "Sequence[Day]", today: "Day", recent: "Sequence[Day]") -> Counted:
        """Count today's, the reference's and recent days' rows in the parts that the reference defines.

        Parameters
        ----------
        reference : days, ascending, R >= 1. recent : days of the week window, today included or not.
        """
        days = [*reference, today, *recent]
        summaries = [self._summary_of(day) for day in days]
        nulls = np.array([[s.nulls] for s in summaries], dtype=np.float64)
        ends = len(reference)
        if id_like(summaries[:ends]):
            return _counted(("null",), nulls, ends)
        codes, at, day_of, rows = self._flat(days, summaries)
        known = day_of < ends
        seen_on = np.bincount(at[known], minlength=len(codes))
        sums = np.bincount(at[known], weights=rows[known], minlength=len(codes)).astype(np.float64)
        frequent = (seen_on >= _PRESENT * ends) & (sums >= self._floor * sum(s.n for s in summaries[:ends]))
        kept = self._largest(np.flatnonzero(frequent), sums, codes)
        column = np.full(len(codes), -1)
        column[kept] = np.arange(len(kept))
        apart, place = column[at] >= 0, np.zeros((len(days), len(kept)))
        place[day_of[apart], column[at[apart]]] = rows[apart]
        # A reference day's unseen rows are those in categories that no other reference day has.
        total = np.array([s.n for s in summaries], dtype=np.float64)
        new = ~apart & (seen_on[at] == known) & (rows > 2 * _hidden(summaries[:ends]) * total[day_of])
        unseen = np.bincount(day_of[new], weights=rows[new], minlength=len(days))
        other = total - nulls[:, 0] - place.sum(axis=1) - unseen
        names = ("null", *(f"={self._texts[codes[i]]}" for i in kept), "other", "unseen")
        block = np.concatenate([nulls, place, other[:, None], unseen[:, None]], axis=1)
        fresh = new & (day_of == ends)
        known_texts = [self._texts[codes[i]] for i in np.flatnonzero(seen_on)]
        spelt = self._spelt(codes[at[fresh]], rows[fresh], known_texts, [self._texts[codes[i]] for i in kept])
        return _counted(names, block, ends, spelt)

    def _flat(
        self, days: "Sequence[Day]", summaries: "Sequence[CategoricalSummary]"
    ) -> tuple[Integers, Integers, Integers, Floats]:
        """Codes of all categories, ascending; and per stored count its place in them, its day, and its rows."""
        for day in self._coded.keys() - set(days):
            del self._coded[day]
        for day, summary in zip(days, summaries, strict=True):
            if day not in self._coded:
                self._coded[day] = np.array([self._code(text) for text in summary.values], dtype=np.int64)
        coded = [self._coded[day] for day in days]
        codes, at = np.unique(np.concatenate(coded), return_inverse=True)
        day_of = np.repeat(np.arange(len(days)), [len(c) for c in coded])
        return codes, at, day_of, np.concatenate([s.counts for s in summaries]).astype(np.float64)

    def _spelt(self, fresh: Integers, rows: Floats, known: Sequence[str], kept: Sequence[str]) -> float:
        """Count today's rows in new categories that are frequent ones in another spelling."""
        if not fresh.size:
            return 0.0
        forms = {_form(text) for text in kept}
        found = float(sum(n for code, n in zip(fresh.tolist(), rows, strict=True) if _form(self._texts[code]) in forms))
        return found if found and len({_form(text) for text in known}) == len(known) else 0.0

    def _code(self, text: str) -> int:
        if text not in self._codes:
            self._codes[text] = len(self._texts)
            self._texts.append(text)
        return self._codes[text]

    def _largest(self, found: Integers, sums: Floats, codes: Integers) -> list[int]:
        """Up to 20 categories, the most frequent first, ties by text: what holds depends on no order of days."""
        ordered = sorted(found.tolist(), key=lambda i: (-sums[i], self._texts[codes[i]]))
        return ordered[:_KEPT]


def _hidden(reference: "Sequence[CategoricalSummary]") -> float:
    """Largest share that a category which is not stored can have had on a reference day."""
    return max((float(s.counts[-1]) / s.n for s in reference if s.other and len(s.counts)), default=0.0)


def id_like(reference: "Sequence[CategoricalSummary]") -> bool:
    """Tell a column of identifiers, more than half of whose values are distinct: only its nulls can be usual."""
    filled = sum(s.n - s.nulls for s in reference)
    return filled > 0 and sum(s.distinct for s in reference) > _ID_LIKE * filled


def _form(text: str) -> str:
    return text.strip().casefold()


def _counted(names: tuple[str, ...], block: Floats, ends: int, spelt: float | None = None) -> Counted:
    """In a week most of what is new on a single day is no longer new: there `unseen` is part of `other`.

    Parameters
    ----------
    spelt : today's rows in another spelling; None where nothing can be unseen.
    """
    weekly, far = block, np.zeros(len(names), dtype=bool)
    week_names, week_far = names, far
    if spelt is not None:
        weekly = block[:, :-1].copy()
        weekly[:, -1] += block[:, -1]
        week_names, week_far = names[:-1], far[:-1]
    if spelt:
        day = np.zeros((len(block), 1))
        day[ends] = spelt
        block, names, far = np.concatenate([block, day], axis=1), (*names, SPELT), np.append(far, True)
    return Counted(names, block[:ends], block[ends], far, week_names, weekly[:ends], weekly[ends + 1 :], week_far)
