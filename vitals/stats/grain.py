"""The grain of numbers: the largest power of ten of which all of them are multiples. Values that were rounded have a coarser one."""

from collections.abc import Sequence
from math import log
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

GRAINS = (1000.0, 100.0, 10.0, 1.0, 0.1, 0.01)
MIN_DAYS, MIN_VALUES = 14, 5
_USUALLY_FEW = 0.5
_CHANCE = log(1e-7)
_CLOSE = 1e-6


class Valued(Protocol):
    """A day's distinct finite values (some, of many), ascending."""

    @property
    def anchors(self) -> Floats: ...  # noqa: D102


def coarser(today: Valued, past: Sequence[Valued]) -> float | None:
    """Find the grain of today's values where past days hardly had values of it: they were rounded, or lost their decimals.

    Parameters
    ----------
    past : at least 14 days with values; with fewer nothing is said.

    Returns
    -------
    The grain; None where today's values are as fine as ever, or so few that they may be coarse by accident: with a share p of
    multiples among the values of the past day that had most of them, at most a half, k values are all multiples by a chance p^k.

    Examples
    --------
    >>> from vitals.profiles.summarise import summarise_sorted
    >>> days = [summarise_sorted(np.arange(200) / 7 + day) for day in range(14)]
    >>> coarser(summarise_sorted(np.arange(30.0)), days), coarser(days[0], days)
    (1.0, None)
    """
    filled = [day for day in past if len(day.anchors)]
    values = len(today.anchors)
    if len(filled) < MIN_DAYS or values < MIN_VALUES:
        return None
    grain = next((one for one in GRAINS if _multiples(today.anchors, one).all()), None)
    if grain is None:
        return None
    most = max(float(_multiples(day.anchors, grain).mean()) for day in filled)
    certain = most == 0 or values * log(most) < _CHANCE
    return grain if most <= _USUALLY_FEW and certain else None


def _multiples(values: Floats, grain: float) -> NDArray[np.bool_]:
    with np.errstate(over="ignore", invalid="ignore"):
        steps = values / grain
        return np.asarray(np.abs(steps - np.rint(steps)) <= _CLOSE * np.maximum(1.0, np.abs(steps) * 1e-6))
