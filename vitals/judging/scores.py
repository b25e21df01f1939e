"""Scores of all parts of a column on one day, or in its week window, and the few worth showing.

Puts the formulas of `vitals.stats.shareband` together; knows neither thresholds nor days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.stats.parts import Counted
from vitals.stats.shareband import (
    Usual,
    deviation,
    from_arcsine,
    usual,
    usual_weeks,
    with_weekdays,
)
from vitals.stats.thresholds import far_z, material

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part on one day (or in one week window).

    Attributes
    ----------
    share : of the rows. usual : the usual share. low, high : the usual range, about 95 %.
    z : signed; 0 when the difference is not material.
    """

    name: str
    share: float
    usual: float
    low: float
    high: float
    z: float


@dataclass(frozen=True, slots=True)
class Scored:
    """The largest scores of a column.

    Attributes
    ----------
    parts : up to three with a score, largest first (ties: first part in order).
    rows : rows behind the shares, of a segment with copies as many as they are worth.
    """

    parts: tuple[PartScore, ...]
    rows: float

    @property
    def z(self) -> float:
        """The score of the column: the signed z of the winning part, 0 without one."""
        return self.parts[0].z if self.parts else 0.0


NONE = Scored((), 0)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """The reference days, as scores need them.

    Attributes
    ----------
    rows : all rows per day. levels : level per day. weekdays : 0..6 per day. Each of shape (R,).
    today : today's weekday.
    """

    rows: Floats
    levels: Integers
    weekdays: Integers
    today: int


def score_day(counted: Counted, basis: Basis, rows: float, *, rare: bool) -> Scored:
    """Score today's shares against the reference days.

    Parameters
    ----------
    rows : all rows today, >= 1. rare : rare shares are material too (`shareband.material`).
    """
    plain = usual(counted.reference, basis.rows, basis.levels)
    known = with_weekdays(
        plain, counted.reference, basis.rows, basis.levels, weekdays=basis.weekdays, today=basis.today
    )
    return _scored(counted.names, counted.today, counted.far, known, rows, rare=rare)


def score_week(counted: Counted, basis: Basis, rows: float, *, rare: bool) -> Scored:
    """Score the week window: the sums over today and the recent days in `counted`.

    Parameters
    ----------
    rows : all rows of the window's days.

    Returns
    -------
    `NONE` when no seven consecutive reference days are of one level.
    """
    known = usual_weeks(counted.week_reference, basis.rows, basis.levels)
    if known is None:
        return NONE
    sums = counted.week_recent.sum(axis=0)
    return _scored(counted.week_names, sums, counted.week_far, known, rows, rare=rare)


def _scored(
    names: Sequence[str], counts: Floats, far: NDArray[np.bool_], known: Usual, rows: float, *, rare: bool
) -> Scored:
    z, sd = deviation(known, counts, rows)
    shares = counts / rows
    z = np.where(material(shares, known.share, rows, rare=rare), z, 0.0)
    z = np.where(far, far_z(counts, rows), z)
    order = np.argsort(-np.abs(z), kind="stable")[:_SHOWN]
    low, high = from_arcsine(known.mean - 2 * sd), from_arcsine(known.mean + 2 * sd)
    return Scored(
        tuple(
            PartScore(names[i], float(shares[i]), float(known.share[i]), float(low[i]), float(high[i]), float(z[i]))
            for i in order
            if z[i] != 0
        ),
        rows,
    )
