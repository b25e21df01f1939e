"""The estimate: a number with its interval and its definition, or the reason why it cannot be said.

It knows no formula; those are in `intervals` and `metrics`.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

Z95 = 1.959963984540054  # the normal law's 97.5 % point


class Interval(NamedTuple):
    """Lower and upper end, in the unit of the estimate."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval, or the reason why it cannot be said.

    Attributes
    ----------
    value : the estimate; None with a `reason`, never NaN or infinite.
    lower, upper : 95 % interval in the unit of `value`; None where no closed form is trusted.
    n : rows behind it.
    method : definition of the estimate and its interval, in words.
    reason : why `value` is None ("too few labels: 7 positives < 10").
    """

    value: float | None
    lower: float | None
    upper: float | None
    n: int
    method: str | None = None
    reason: str | None = None

    @property
    def se(self) -> float | None:
        """Standard error in the unit of `value`: see `standard_error`."""
        return standard_error(self.lower, self.upper)


def said(value: float, interval: Interval | None, n: int, method: str) -> Estimate:
    """Build an estimate; one that is not a finite number becomes a reason.

    >>> said(0.5, Interval(0.4, 0.6), 30, "Wilson").value
    0.5
    >>> said(float("inf"), None, 30, "mean").reason
    'the result is not a finite number'
    """
    if not math.isfinite(value):
        return unsaid("the result is not a finite number", n, method)
    if interval is None or not (math.isfinite(interval.lower) and math.isfinite(interval.upper)):
        return Estimate(float(value), None, None, n, method)
    return Estimate(float(value), float(interval.lower), float(interval.upper), n, method)


def unsaid(reason: str, n: int, method: str | None = None) -> Estimate:
    """Build an estimate that cannot be said, for a reason in words."""
    return Estimate(None, None, None, n, method, reason)


def standard_error(lower: float | None, upper: float | None) -> float | None:
    """Give the standard error that a 95 % interval stands for: half its width / 1.96.

    Returns
    -------
    float >= 0 in the unit of the estimate, None without an interval.

    Notes
    -----
    Intervals made on another scale (logit, log, Wilson) are not symmetric; half the width is then close to the standard
    error on the natural scale (delta method), which is the scale on which days are compared with each other.

    >>> standard_error(0.4, 0.596)
    0.05
    """
    if lower is None or upper is None:
        return None
    return (upper - lower) / (2 * Z95)
