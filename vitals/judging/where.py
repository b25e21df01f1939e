"""Where a fault lives: the one segment or version that explains what moved in the whole.

From a few numbers per segment (inputs) or their summaries (responses). Says nothing when two segments share it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from vitals import words
from vitals.profiles import Mini, NumericSummary, Summary

MOST_OF_IT = 0.8
LARGEST = 0.8  # share of the rows from which on a segment is the whole
LEAST_DAYS = 7
MOVED, STILL = 6.0, 3.5
LEAST_MOVE = 0.15  # of the distance between the middle quantiles
NULL = "null"
VERSION = "version"


@dataclass(frozen=True, slots=True)
class Group:
    """One segment on one day: its rows, and the number in question (a share, or a mean); it may be as much as `most`."""

    rows: int
    value: float
    most: float | None = None


Groups = Mapping[str, Group]


def only(today: Groups, past: Sequence[Groups], whole: float, now: float | None = None) -> str | None:
    """Find the one segment whose own change makes at least 80 % of the change of its column.

    Parameters
    ----------
    today, past : groups per segment (`carrier=UA`). whole : the usual number of the whole, for versions without a past.
    now : today's number of the whole, where not every segment's is known.

    Returns
    -------
    The smallest of them, where several columns have one; None when a segment of a column with one group only, or of more than
    80 % of the rows, would say nothing.
    """
    found: list[tuple[int, str]] = []
    for members in _by_key(today).values():
        rows = sum(today[name].rows for name in members)
        changes = {name: _change(name, today[name], past, whole) for name in members}
        known = {name: change for name, change in changes.items() if change is not None}
        if len(known) < 2:
            continue
        total = sum(today[name].rows * change for name, change in known.items())
        total = total if now is None else rows * (now - whole)
        for name, change in known.items():
            own, share = today[name].rows * change, today[name].rows / rows
            others = max(_at_most(today[other], c) for other, c in known.items() if other != name)
            large = own * total > 0 and abs(own) >= MOST_OF_IT * abs(total)
            if large and share <= LARGEST and others <= abs(change) / 2:
                found.append((today[name].rows, name))
    return min(found)[1] if found else None


def moved_alone(today: Iterable[Mini], past: Sequence[Iterable[Mini]]) -> str | None:
    """Find the one segment of a numeric input whose quantiles left their usual place, while those of at least two others did not."""
    usual: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for day in past:
        for mini in day:
            if mini.quantiles is not None:
                usual[mini.segment].append(mini.quantiles)
    moves = {
        mini.segment: _moved(mini.quantiles, usual[mini.segment])
        for mini in today
        if mini.quantiles is not None and len(usual[mini.segment]) >= LEAST_DAYS
    }
    for members in _by_key(moves).values():
        ranked = sorted(members, key=lambda name: (-moves[name][0], name))
        if len(ranked) >= 3 and moves[ranked[0]][0] >= MOVED and max(moves[name][1] for name in ranked[1:]) <= STILL:
            return ranked[0]
    return None


def of_minis(minis: Iterable[Mini], part: str) -> dict[str, Group] | None:
    """Give each segment's share of nulls, or of a value that is its most frequent; None for other parts."""
    if part == NULL:
        return {m.segment: Group(m.n, m.nulls / m.n) for m in minis if m.n}
    if not part.startswith("="):
        return None
    value = part.removeprefix("=")
    return {m.segment: _of_atom(m, value) for m in minis if m.n}


def _of_atom(mini: Mini, value: str) -> Group:
    """Of a value that is not the most frequent no more is known than that it holds no more rows than that one."""
    share = mini.atom_count / mini.n
    return Group(mini.n, share) if _same(mini.atom, value) else Group(mini.n, 0.0, share)


def of_summaries(summaries: Mapping[str, Summary], part: str) -> dict[str, Group]:
    """Give each segment's share of nulls or of a text; of numbers the mean."""
    return {
        segment: Group(s.n, value)
        for segment, s in summaries.items()
        if s.n and (value := number_of(s, part)) is not None
    }


def number_of(summary: Summary, part: str) -> float | None:
    """Give the share of a part, or the mean of numbers; None where it has neither."""
    if part == NULL:
        return summary.nulls / summary.n
    if isinstance(summary, NumericSummary):
        return summary.total / float(summary.le[-1]) if summary.anchors.size else None
    rows = dict(zip(summary.values, summary.counts.tolist(), strict=True))
    return rows.get(part.removeprefix("="), 0) / summary.n if part.startswith("=") else None


def said(segment: str) -> str:
    """Name a segment for people.

    >>> said("carrier=UA"), said("version=gbm-2")
    ('only carrier UA', 'only version gbm-2')
    """
    column, _, value = segment.partition("=")
    return f"only {words.visible(column, 40)} {words.visible(value, 40)}"


def _by_key(segments: Iterable[str]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = defaultdict(list)
    for segment in segments:
        keys[segment.partition("=")[0]].append(segment)
    return keys


def _change(name: str, now: Group, past: Sequence[Groups], whole: float) -> float | None:
    own = [day[name].value for day in past if name in day]
    if len(own) >= LEAST_DAYS:
        return now.value - fmean(own)
    return now.value - whole if name.startswith(f"{VERSION}=") else None


def _at_most(group: Group, change: float) -> float:
    """How much a segment may have changed."""
    return abs(change) if group.most is None else max(abs(change), group.most)


def _moved(now: tuple[float, ...], past: Sequence[tuple[float, ...]]) -> tuple[float, float]:
    """Least and largest move of the three middle quantiles in their own sd, at least 2 % of the distance of the outer two."""
    table = np.array(past)[:, 1:-1]
    width = float(np.median(table[:, -1] - table[:, 0]))
    spread = np.maximum(table.std(axis=0, ddof=1), max(0.02 * width, 1e-12))
    away = np.abs(np.array(now)[1:-1] - table.mean(axis=0))
    z = np.where(away >= LEAST_MOVE * width, away / spread, 0.0)
    return float(z.min()), float(z.max())


def _same(atom: str | None, value: str) -> bool:
    """Whether two ways of writing a value mean the same one."""
    if atom is None or atom == value:
        return atom == value
    try:
        return np.isclose(float(atom), float(value), rtol=1e-3, atol=0.0).item()
    except ValueError:
        return False
