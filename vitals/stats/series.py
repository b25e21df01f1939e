"""How far one number is from its own past: plain and robust scores, usual range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitals.errors import StatisticError

MAD_TO_SD = 1.4826
"""Makes the median absolute deviation of normal data equal its standard deviation."""


@dataclass(frozen=True, slots=True)
class Score:
    """A number against its past.

    Attributes
    ----------
    z : plain deviations, (value - mean) / (sd sqrt(1 + 1/R)).
    robust : the same with median and MAD; 0 when the MAD is 0.
    low, high : usual range, mean -+ 2 sd sqrt(1 + 1/R).
    center : mean of the past.
    days : R, how many past values.
    """

    z: float
    robust: float
    low: float
    high: float
    center: float
    days: int


def score(value: float, past: Sequence[float]) -> Score:
    """Compare a number with its past.

    Parameters
    ----------
    value : finite.
    past : finite values of past days, at least 2, any unit (that of `value`).

    Raises
    ------
    StatisticError
        If fewer than two past values are given.

    Notes
    -----
    A past without any movement gives z = 0 for the same value and +-99 for any other: there is no scale.

    Examples
    --------
    >>> round(score(16.0, [9.0, 11.0, 10.0, 10.0]).z, 4)
    6.5727
    """
    if len(past) < 2:
        message = f"a score needs at least 2 past values, got {len(past)}"
        raise StatisticError(message)
    values = np.sort(np.asarray(past, dtype=np.float64))
    widen = float(np.sqrt(1 + 1 / len(values)))
    mean = float(values.mean())
    sd = float(values.std(ddof=1)) * widen
    median = float(np.median(values))
    mad = float(np.median(np.abs(values - median))) * MAD_TO_SD * widen
    return Score(
        z=_ratio(value - mean, sd),
        robust=_ratio(value - median, mad) if mad > 0 else 0.0,
        low=mean - 2 * sd,
        high=mean + 2 * sd,
        center=mean,
        days=len(values),
    )


def _ratio(deviation: float, scale: float) -> float:
    if scale > 0:
        return float(np.clip(deviation / scale, -99, 99))
    return 0.0 if deviation == 0 else float(np.copysign(99, deviation))


def threshold(days: int) -> float | None:
    """How many deviations are unusual for a single series with this much past; None: too little past.

    Half a year of clean daily series alarm about never at 4 (NOTES: daily metrics, p95 of latency); a shorter
    past knows its own scale less well.

    >>> [threshold(n) for n in (13, 14, 28, 56)]
    [None, 6.0, 4.5, 4.0]
    """
    if days < 14:
        return None
    if days < 28:
        return 6.0
    return 4.5 if days < 56 else 4.0
