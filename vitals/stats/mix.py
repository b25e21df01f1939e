"""How much of a change of the mean answer follows from an input's new mix alone, and how much from other answers to the same input.

A pointer, no proof: inputs that move together explain the same change twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

LEAST_ROWS = 30  # behind the usual answer of a bin


class Answered(Protocol):
    """See `vitals.profiles.Answers`."""

    @property
    def edges(self) -> Floats: ...  # noqa: D102
    @property
    def texts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def rows(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def sums(self) -> Floats: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Mix:
    """A change of the mean answer, split.

    Attributes
    ----------
    total : today's mean minus the usual one. effect : the part that the input's new mix explains.
    spread : sd of the mean answer over the reference days.
    """

    effect: float
    total: float
    spread: float

    @property
    def share(self) -> float:
        """Part of the change that the mix explains; below 0 when it pulls the other way."""
        return self.effect / self.total if self.total else 0.0


def mix_effect(today: Answered, past: Sequence[Answered], name: str) -> Mix | None:
    """Split the change of one answer over the bins of one input.

    Parameters
    ----------
    past : reference days. name : which answer, as in `Answers.names`; days without it are left out.

    Returns
    -------
    None without today's or any past answer.

    Notes
    -----
    effect = sum over bins of (share today - usual share) x usual mean answer of the bin; what is new today (fewer than 30
    rows in all past days) counts with today's mean. The bins are the edges of today and of the latest past day; rows within
    another day's bins are taken as evenly spread.

    References
    ----------
    Kitagawa, E. M. (1955). Components of a difference between two rates. JASA 50.
    """
    days = [day for day in past if name in day.names and day.rows[day.names.index(name)].sum() > 0]
    if name not in today.names or not days or today.rows[today.names.index(name)].sum() == 0:
        return None
    if bool(len(today.texts)) != bool(len(days[-1].texts)) and len(today.edges) + len(days[-1].edges):
        return None  # numbers against texts
    table = _of_texts if today.texts or not len(today.edges) else _of_numbers
    rows, sums = table(today, days, name)
    usual_rows, usual_sums = rows[1:].sum(axis=0), sums[1:].sum(axis=0)
    known = usual_rows >= LEAST_ROWS
    mean = np.divide(usual_sums, usual_rows, out=np.zeros_like(usual_sums), where=known)
    mean = np.where(known, mean, np.divide(sums[0], rows[0], out=np.zeros_like(mean), where=rows[0] > 0))
    shares, usual = rows[0] / rows[0].sum(), usual_rows / usual_rows.sum()
    means = sums.sum(axis=1) / rows.sum(axis=1)
    total = float(means[0] - usual_sums.sum() / usual_rows.sum())
    return Mix(float((shares - usual) @ mean), total, float(means[1:].std()))


def _of_numbers(today: Answered, days: Sequence[Answered], name: str) -> tuple[Floats, Floats]:
    """Rows and sums per day (today first) in common bins, null last."""
    edges = np.unique(
        np.concatenate([today.edges, days[-1].edges, *(day.edges[[0, -1]] for day in days if len(day.edges))])
    )
    tables = []
    for which in ("rows", "sums"):
        lines = []
        for day in (today, *days):
            values = getattr(day, which)[day.names.index(name)].astype(np.float64)
            total = np.cumsum(values[:-1])
            upto = np.interp(edges, day.edges, total, left=0.0) if len(day.edges) else np.zeros(len(edges))
            lines.append(np.append(np.diff(upto, prepend=0.0), values[-1]))
        tables.append(np.array(lines))
    return tables[0], tables[1]


def _of_texts(today: Answered, days: Sequence[Answered], name: str) -> tuple[Floats, Floats]:
    """Rows and sums per day (today first): the latest day's texts, other texts, never seen ones, null."""
    seen = {text for day in days for text in day.texts}
    kept = {text: place for place, text in enumerate(days[-1].texts)}
    rows, sums = (np.zeros((1 + len(days), len(kept) + 3)) for _ in range(2))
    for line, day in enumerate((today, *days)):
        which = day.names.index(name)
        places = [kept.get(text, len(kept) + (text not in seen)) for text in day.texts]
        for table, values in ((rows, day.rows[which]), (sums, day.sums[which])):
            np.add.at(table[line], [*places, len(kept), len(kept) + 2], values)
    return rows, sums
