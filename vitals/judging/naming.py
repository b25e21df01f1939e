"""What kind of fault a moved column looks like, as a question after the numbers.

Renamed texts, moved hours, a default, a feed that hangs, two columns exchanged. Only names what another rule found.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from vitals import words
from vitals.judging.verdict import Verdict
from vitals.profiles import CategoricalSummary, NumericSummary, Summary
from vitals.stats.atoms import SENTINELS, Atom
from vitals.stats.categories import id_like
from vitals.stats.clock import HOURS, moved_hours
from vitals.stats.distances import compare
from vitals.stats.grain import coarser
from vitals.stats.pool import counts_around
from vitals.stats.renaming import name_renaming

LEAST_DAYS = 14
HANGS = 0.3
SAME, OTHER = 0.15, 0.30
IN_RANGE, OUT_OF_RANGE = 0.98, 0.2
MOST_NEW = 3


def named(verdict: Verdict, today: Summary, past: Sequence[Summary]) -> str:
    """Say what a moved column looks like; '' when like nothing known.

    Parameters
    ----------
    today : the column's summary. past : those of its reference days.
    """
    if len(past) < LEAST_DAYS:
        return ""
    if isinstance(today, CategoricalSummary):
        return _texts(today, [one for one in past if isinstance(one, CategoricalSummary)])
    numbers = [one for one in past if isinstance(one, NumericSummary)]
    return _hours(today, numbers) or _rounded(today, numbers) or _atom(verdict)


def _rounded(today: NumericSummary, past: Sequence[NumericSummary]) -> str:
    grain = coarser(today, past)
    if grain is None:
        return ""
    return ": rounded to whole numbers?" if grain == 1 else f": rounded to {words.number(grain)}?"


def _atom(verdict: Verdict) -> str:
    told, atom = verdict.told, verdict.atom
    if atom is None or told is None or told.name != verdict.atom_name:
        return ""
    return _why(atom)


def _why(atom: Atom) -> str:
    if atom.value in SENTINELS:
        return ": a default filled in?"
    return ": a feed that hangs?" if atom.share >= HANGS else ": a default filled in?"


def _texts(today: CategoricalSummary, past: Sequence[CategoricalSummary]) -> str:
    if not past or today.n == 0 or id_like(past):
        return ""
    usual: Counter[str] = Counter()
    for day in past:
        usual.update(dict(zip(day.values, (day.counts / day.n / len(past)).tolist(), strict=True)))
    shares = dict(zip(today.values, (today.counts / today.n).tolist(), strict=True))
    found = name_renaming(shares, usual, today.n)
    if found is not None:
        verb = "and" if found.words.startswith("exchanged") else "now"
        return f": {_quoted(found.old)} {verb} {_quoted(found.new)}: {found.words}"
    fresh = [text for text in today.values if text not in usual][:MOST_NEW]
    some = [f"{_quoted(text)} {words.share(shares[text])}" for text in fresh if shares[text] >= 0.001]
    return f" ({words.listed(some)} new)" if some else ""


def _quoted(text: str) -> str:
    """Quote a text so that spaces around it show."""
    return f"'{' ' if text[:1].isspace() else ''}{words.visible(text, 30)}{' ' if text[-1:].isspace() else ''}'"


def _hours(today: NumericSummary, past: Sequence[NumericSummary]) -> str:
    """Hours of the day that moved together."""
    counts = [_by_hour(day, 0, HOURS - 1) for day in past]
    known = [one for one in counts if one is not None]
    now = _by_hour(today, -12, HOURS + 11)
    if now is None or len(known) < len(past):
        return ""
    shift = moved_hours(now, known)
    if shift is None:
        return ""
    return f": {words.count(abs(shift), 'hour')} {'later' if shift > 0 else 'earlier'} than usual: another time zone?"


def _by_hour(summary: NumericSummary, low: int, high: int) -> np.ndarray | None:
    """Rows per hour of the day; None where values are others than whole hours."""
    if summary.anchors.size < 6 or summary.anchors[0] < low or summary.anchors[-1] > high:
        return None
    hours = np.arange(low, high + 1, dtype=np.float64)
    below, upto = counts_around([summary], hours)
    at = (upto - below)[0]
    if abs(at.sum() - float(summary.le[-1])) > 0.5:
        return None
    return np.bincount((hours.astype(np.int64)) % HOURS, at, HOURS)


def exchanged(
    loud: Sequence[str], today: Mapping[str, Summary], past: Mapping[str, Sequence[Summary]]
) -> dict[str, str]:
    """Find pairs of moved columns each of which looks like the other one usually does.

    Parameters
    ----------
    loud : columns that moved. today, past : summaries of today and of each one's reference days.

    Returns
    -------
    For both columns of each pair the other's name.
    """
    found: dict[str, str] = {}
    for place, one in enumerate(loud):
        for other in loud[place + 1 :]:
            if one in found or other in found:
                continue
            if _like(today[one], past[other], today[one], past[one]) and _like(
                today[other], past[one], today[other], past[other]
            ):
                found |= {one: other, other: one}
    return found


def _like(now: Summary, theirs: Sequence[Summary], same: Summary, own: Sequence[Summary]) -> bool:
    """Whether a day is near the other column's usual and far from its own; or lies in its range and outside of its own."""
    if _within(now, theirs) >= IN_RANGE and _within(same, own) <= OUT_OF_RANGE:
        return True
    near, far = _distance(now, theirs), _distance(same, own)
    return near is not None and near <= SAME and (far is None or far >= OTHER)


def _within(now: Summary, past: Sequence[Summary]) -> float:
    """Share of a day's numbers within the range of past days; 0.5 where there are none to compare."""
    ends = [(one.anchors[0], one.anchors[-1]) for one in past if isinstance(one, NumericSummary) and one.anchors.size]
    if not isinstance(now, NumericSummary) or not now.anchors.size or not ends:
        return 0.5
    low, high = min(first for first, _ in ends), max(last for _, last in ends)
    below, upto = counts_around([now], np.array([low, high]))
    return float((upto[0, 1] - below[0, 0]) / float(now.le[-1]))


def _distance(now: Summary, past: Sequence[Summary]) -> float | None:
    """Largest gap of the shares below a value (numbers), or total variation (texts); None between kinds."""
    alike = [one for one in past if type(one) is type(now)]
    if len(alike) < LEAST_DAYS or now.n == 0:
        return None
    distances = compare(now, alike)  # type: ignore[arg-type]
    return distances.ks if isinstance(now, NumericSummary) else distances.tv
