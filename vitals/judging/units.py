"""Unit changes of a whole column or of one segment, looked for by their quantiles and named.

A ratio near a known factor is only believed where days of the past did not move as much: wind may double by itself,
a distance does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from vitals import words
from vitals.judging.advice import UNIT_OF_ANSWERS
from vitals.judging.day import Today, calm, finding
from vitals.profiles import NumericSummary, Profile
from vitals.records import WHOLE, Day, Finding, Severity, Symptom
from vitals.stats.cdf import pooled_quantiles
from vitals.stats.units import UnitChange, may_be_ratio, name_ratio, name_unit

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
FINE = np.arange(1, 20) / 20
VERSION = "version="
LEAST_WITHOUT_ZEROS = 0.05
_TIMES = frozenset({12.0, 24.0, 60.0, 3600.0, 1 / 12.0, 1 / 24.0, 1 / 60.0, 1 / 3600.0})
LEAST_DAYS = 14
MIN_ROWS = 30
LEAST_DEVIATIONS = 5.0
ALMOST = 1 - 1e-6  # a first look may differ in the last bits
ATOM = 0.05

Quantiles = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A column on one day, as the search for units needs it: quantiles at `LEVELS` and atoms, per segment.

    Attributes
    ----------
    fine : quantiles of the whole at `FINE` without its zeros, which are zeros in any unit; None with hardly another value.
    """

    quantiles: Mapping[str, Quantiles]
    atoms: Mapping[str, frozenset[float]]
    fine: Quantiles | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A unit change that was found, with the medians that show it."""

    segment: str
    change: UnitChange
    median: float
    usual: float


def sketch(profile: Profile) -> Sketch | None:
    """Sketch a numeric profile: the whole, and each segment of its minis; None for categorical or empty ones."""
    summary = profile.summary
    if not isinstance(summary, NumericSummary) or summary.anchors.size == 0:
        return None
    finite = int(summary.le[-1])
    whole = tuple(float(v) for v in pooled_quantiles([summary], np.asarray(LEVELS)))
    heavy = frozenset(float(v) for v in summary.values[summary.counts >= ATOM * finite])
    quantiles = {WHOLE: whole} | {m.segment: m.quantiles for m in profile.minis if m.quantiles is not None}
    return Sketch(quantiles, dict.fromkeys(quantiles, heavy), _without_zeros(summary))


def _without_zeros(summary: NumericSummary) -> Quantiles | None:
    """Quantiles at `FINE` of what is not 0."""
    finite = int(summary.le[-1])
    at = int(summary.anchors.searchsorted(0.0))
    exact = at < summary.anchors.size and summary.anchors[at] == 0
    zeros, below = (int(summary.le[at] - summary.lt[at]), int(summary.lt[at])) if exact else (0, 0)
    if finite - zeros < max(MIN_ROWS, LEAST_WITHOUT_ZEROS * finite):
        return None
    ranks = FINE * (finite - zeros)
    return _anchors_at(summary, np.where(ranks > below, ranks + zeros, ranks))


def _anchors_at(summary: NumericSummary, ranks: NDArray[np.float64]) -> Quantiles:
    """Anchors at ranks: exact on small days, within a 256th of the rows on others, and quick."""
    at = np.minimum(summary.le.searchsorted(ranks), summary.anchors.size - 1)
    return tuple(summary.anchors[at].tolist())


def of_segment(sketch: Sketch | None, segment: str, summary: object) -> Sketch | None:
    """Add a segment that has a summary of its own, as responses have."""
    if sketch is None or not isinstance(summary, NumericSummary) or not summary.anchors.size:
        return sketch
    own = _anchors_at(summary, np.asarray(LEVELS) * float(summary.le[-1]))
    return Sketch({**sketch.quantiles, segment: own}, {**sketch.atoms, segment: sketch.atoms[WHOLE]}, sketch.fine)


def find(today: Sketch, past: Sequence[Sketch], *, probability: bool = False) -> Named | None:
    """Find the unit change of the whole, else of the segment where it fits; None without one.

    Parameters
    ----------
    past : sketches of the reference days.
    probability : the column has no unit; only a sign, percent or a decimal point may have changed.
    """
    whole = _named(WHOLE, today, past)
    if whole is not None:
        return None if probability and not _of_probability(whole) else whole
    found = [named for segment in _in_question(today, past) if (named := _named(segment, today, past))]
    found = [one for one in found if not probability or _of_probability(one)]
    return max(found, key=lambda named: (abs(np.log(abs(named.change.factor))), named.segment), default=None)


def _of_probability(named: Named) -> bool:
    change = named.change
    return change.kind == "sign" or (
        change.kind == "ratio" and abs(np.log10(change.factor)) >= 0.99 and change.factor not in _TIMES
    )


def comparable(today: Sketch, past: Sequence[Sketch]) -> list[str]:
    """The segments (the whole is '') with enough days to compare with."""
    return [segment for segment in today.quantiles if sum(segment in one.quantiles for one in past) >= LEAST_DAYS]


def _in_question(today: Sketch, past: Sequence[Sketch]) -> list[str]:
    """The segments whose unit is worth a look; on most days no quantile of any moved far enough, which is seen at once."""
    segments = [segment for segment in today.quantiles if segment]
    known = [segment for segment in segments if all(segment in one.quantiles for one in past)]
    if len(past) < LEAST_DAYS or not known:
        return segments
    now = np.array([today.quantiles[segment] for segment in known], dtype=np.float64)
    table = np.array([[one.quantiles[segment] for one in past] for segment in known], dtype=np.float64)
    finite: NDArray[np.bool_] = np.logical_and(np.isfinite(now).all(axis=1), np.isfinite(table).all(axis=(1, 2)))
    now, table = np.where(finite[:, None], now, 1.0), np.where(finite[:, None, None], table, 1.0)
    medians = table[:, :, 2]
    away = np.abs(now[:, 2] - medians.mean(axis=1)) > ALMOST * LEAST_DEVIATIONS * medians.std(axis=1, ddof=1)
    looked: NDArray[np.bool_] = np.logical_and(finite, away | may_be_ratio(now, table))
    still = {segment for segment, worth in zip(known, looked.tolist(), strict=True) if not worth}
    return [segment for segment in segments if segment not in still]


def _named(segment: str, today: Sketch, past: Sequence[Sketch]) -> Named | None:
    days, usually = [one for one in past if segment in one.quantiles], segment
    if len(days) < LEAST_DAYS and segment.startswith(VERSION):
        days, usually = list(past), WHOLE  # a new version has no past of its own
    if len(days) < LEAST_DAYS:
        return None
    table = np.array([one.quantiles[usually] for one in days], dtype=np.float64)
    now = np.array(today.quantiles[segment], dtype=np.float64)
    usual = np.median(table, axis=0)
    if not (np.isfinite(now).all() and np.isfinite(table).all()):
        return None
    change = None
    if _unusual(now, table):
        atoms = frozenset().union(today.atoms[segment], *(one.atoms[usually] for one in days[-7:]))
        change = name_unit(now, usual, sorted(atoms))
    change = change or (_fine(today, days) if not segment else name_ratio(now, table))
    return Named(segment, change, float(now[2]), float(usual[2])) if change else None


def _fine(today: Sketch, past: Sequence[Sketch]) -> UnitChange | None:
    """Look for a ratio of the whole by many quantiles, zeros left out."""
    table = [one.fine for one in past if one.fine is not None]
    if today.fine is None or len(table) < LEAST_DAYS:
        return None
    return name_ratio(today.fine, table)


def _unusual(now: NDArray[np.float64], table: NDArray[np.float64]) -> bool:
    """Whether today's median is further from the past medians than five of their own deviations."""
    medians = table[:, 2]
    spread = float(medians.std(ddof=1))
    return abs(float(now[2]) - float(medians.mean())) > LEAST_DEVIATIONS * max(spread, 1e-12)


def unit_finding(today: Today, subject: str, named: Named, symptom: Symptom) -> Finding:
    """Put a unit change into words; it has the priority of its column."""
    where = f" for {words.visible(' '.join(named.segment.split('=', 1)), 80)}" if named.segment else ""
    change = named.change
    if change.kind == "ratio":
        how = f"is {words.number(change.factor)} times its usual{where}"
    elif change.kind == "sign":
        how = f"has its sign turned{where}"
    else:
        how = f"is moved and scaled{where}"
    severity = Severity.WARNING if symptom.priority == 3 or named.segment else Severity.CRITICAL
    return finding(
        today,
        Symptom.UNIT_CHANGE,
        subject,
        calm(severity, today),
        f"{subject} {how} (median {words.number(named.median)}, usually {words.number(named.usual)}): {change.words}",
        segment=named.segment,
        priority=symptom.priority,
        what_to_do=None if symptom.priority == 3 else UNIT_OF_ANSWERS,
        value=named.median,
        usual=(named.usual, named.usual),
    )


def last(sketches: Mapping[Day, Sketch], days: Sequence[Day], most: int = 28) -> list[Sketch]:
    """The sketches of the newest reference days."""
    newest = islice((sketches[day] for day in reversed(days) if day in sketches), most)
    return list(newest)[::-1]
