"""Unit changes of a whole column or of one segment, looked for by their quantiles and named.

A ratio near a known factor is only believed where days of the past did not move as much: wind may double by itself,
a distance does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitals import words
from vitals.judging.day import Today, calm, finding
from vitals.profiles import NumericSummary, Profile
from vitals.records import WHOLE, Day, Finding, Severity, Symptom
from vitals.stats.cdf import pooled_quantiles
from vitals.stats.units import UnitChange, name_unit

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
LEAST_DAYS = 14
LEAST_DEVIATIONS = 5.0
ATOM = 0.05

Quantiles = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A column on one day, as the search for units needs it: quantiles at `LEVELS` and atoms, per segment."""

    quantiles: Mapping[str, Quantiles]
    atoms: Mapping[str, frozenset[float]]


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
    return Sketch(quantiles, dict.fromkeys(quantiles, heavy))


def find(today: Sketch, past: Sequence[Sketch]) -> Named | None:
    """Find the unit change of the whole, else of the segment where it fits; None without one.

    Parameters
    ----------
    past : sketches of the reference days.
    """
    whole = _named(WHOLE, today, past)
    if whole is not None:
        return whole
    found = [named for segment in today.quantiles if segment and (named := _named(segment, today, past))]
    return max(found, key=lambda named: (abs(np.log(abs(named.median / named.usual))), named.segment), default=None)


def comparable(today: Sketch, past: Sequence[Sketch]) -> list[str]:
    """The segments (the whole is '') with enough days to compare with."""
    return [segment for segment in today.quantiles if sum(segment in one.quantiles for one in past) >= LEAST_DAYS]


def _named(segment: str, today: Sketch, past: Sequence[Sketch]) -> Named | None:
    days = [one for one in past if segment in one.quantiles]
    if len(days) < LEAST_DAYS:
        return None
    table = np.array([one.quantiles[segment] for one in days], dtype=np.float64)
    now = np.array(today.quantiles[segment], dtype=np.float64)
    usual = np.median(table, axis=0)
    if not (np.isfinite(now).all() and np.isfinite(usual).all() and _unusual(now, table)):
        return None
    atoms = frozenset().union(today.atoms[segment], *(one.atoms[segment] for one in days[-7:]))
    change = name_unit(now, usual, sorted(atoms))
    if change is None:
        return None
    return Named(segment, change, float(now[2]), float(usual[2]))


def _unusual(now: NDArray[np.float64], table: NDArray[np.float64]) -> bool:
    """Whether today's median is further from the past medians than five of their own deviations."""
    medians = table[:, 2]
    spread = float(medians.std(ddof=1))
    return abs(float(now[2]) - float(medians.mean())) > LEAST_DEVIATIONS * max(spread, 1e-12)


def unit_finding(today: Today, subject: str, named: Named, symptom: Symptom) -> Finding:
    """Put a unit change into words; it has the priority of its column."""
    where = f" for {named.segment}" if named.segment else ""
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
        value=named.median,
        usual=(named.usual, named.usual),
    )


def last(sketches: Mapping[Day, Sketch], days: Sequence[Day], most: int = 28) -> list[Sketch]:
    """The sketches of the newest reference days."""
    return [sketches[day] for day in days if day in sketches][-most:]
