"""Seven days as one number, against other windows of seven days: finds small lasting changes that no single day shows.

Windows may overlap: how much that lessens what they know is computed, not assumed away. It knows no metrics and no words.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vitals.records import Day

DAYS = 7
LEAST_DAYS = 5  # of the seven, so that a holiday does not silence the week


@dataclass(frozen=True, slots=True)
class Point:
    """A number of one day (or window): its standard error, >= 0, and the rows behind it, > 0."""

    value: float
    error: float
    rows: float


@dataclass(frozen=True, slots=True)
class Against:
    """A window against others.

    Attributes
    ----------
    center : mean of the other windows. spread : standard deviation that the window in question should have around it.
    z : its distance from the center in spreads; 0 without spread.
    weeks : how many windows without overlap the others are worth.
    """

    center: float
    spread: float
    z: float
    weeks: float


def window(days: Mapping[Day, Point], last: Day) -> Point | None:
    """Pool the seven days up to `last`: the mean by rows, and its standard error; None with fewer than five of them.

    >>> week = {Day(2024, 1, d): Point(0.8 if d < 4 else 0.6, 0.1, 100) for d in range(1, 7)}
    >>> window(week, Day(2024, 1, 6))
    Point(value=0.7, error=0.0408, rows=600.0)
    >>> window(week, Day(2024, 1, 9)) is None
    True
    """
    ordinal = last.toordinal()
    found = [days[day] for day in map(Day.fromordinal, range(ordinal - DAYS + 1, ordinal + 1)) if day in days]
    if len(found) < LEAST_DAYS:
        return None
    rows = math.fsum(one.rows for one in found)
    value = math.fsum(one.value * one.rows for one in found) / rows
    return Point(value, math.sqrt(math.fsum((one.error * one.rows) ** 2 for one in found)) / rows, rows)


def windows(days: Mapping[Day, Point]) -> dict[Day, Point]:
    """Give every window that ends on one of the days, by its last day."""
    found = {last: window(days, last) for last in sorted(days)}
    return {last: one for last, one in found.items() if one is not None}


def against(now: Point, past: Mapping[Day, Point]) -> Against | None:
    """Compare a window with past ones (`windows`) that share no day with it; None when these are worth less than two.

    Notes
    -----
    With c the mean correlation of two windows if days are independent, 1 - days apart / 7: the variance between windows,
    sum (x - mean)^2 / m, falls short of the true one by the factor 1 - c, and the mean has the variance c. With tau2 =
    max(0, between / (1 - c) - mean se^2): spread^2 = tau2 (1 + c) + se^2, so 1/c is the R of tau2 (1 + 1/R).

    >>> past = {Day(2024, 1, d): Point(v, 0.0, 1) for d, v in ((7, 1.0), (14, 3.0), (21, 2.0))}
    >>> against(Point(4.0, 0.0, 1), past)
    Against(center=2.0, spread=1.15, z=1.73, weeks=3.0)
    """
    if not past:
        return None
    ends = np.array([day.toordinal() for day in past])
    overlap = float(np.clip(1 - np.abs(ends[:, None] - ends[None, :]) / DAYS, 0, None).mean())
    weeks = 1 / overlap
    if weeks < 2:
        return None
    values = [one.value for one in past.values()]
    center = math.fsum(values) / len(values)
    between = math.fsum((value - center) ** 2 for value in values) / len(values) / (1 - overlap)
    sampling = math.fsum(one.error**2 for one in past.values()) / len(values)
    spread = math.sqrt(max(0.0, between - sampling) * (1 + overlap) + now.error**2)
    return Against(center, spread, (now.value - center) / spread if spread > 0 else 0.0, weeks)
