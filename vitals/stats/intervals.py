"""Closed-form 95 % intervals of shares, means, ratios and metrics.

Nothing here resamples, so a day evaluated twice gives the same bits. It knows no columns, days or models.
All intervals are about sampling only: how far a number moves from day to day is learned elsewhere.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vitals.errors import StatisticError
from vitals.stats.estimate import Z95, Estimate, Interval, said, unsaid


def wilson(k: int, n: int, z: float = Z95) -> Interval:
    """Interval for a share.

    Parameters
    ----------
    k, n : rows that match, of all rows; 0 <= k <= n, n >= 1.
    z : normal quantile, > 0.

    Returns
    -------
    Interval of shares within 0..1; it holds k/n.

    Notes
    -----
    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). Keeps its level near 0 and 1, where p +- z se does not.
    Rows must be independent: for clustered rows it is too narrow.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference. JASA 22.

    >>> wilson(1, 10)
    Interval(lower=0.018, upper=0.404)
    >>> wilson(0, 10)
    Interval(lower=0.0, upper=0.278)
    """
    if n < 1 or not 0 <= k <= n:
        msg = f"wilson: needs 0 <= k <= n and n >= 1, got k={k}, n={n}"
        raise StatisticError(msg)
    share, slack = k / n, z * z / n
    centre = (share + slack / 2) / (1 + slack)
    half = z * math.sqrt(share * (1 - share) / n + slack / (4 * n)) / (1 + slack)
    lower = 0.0 if k == 0 else max(0.0, centre - half)
    return Interval(lower, 1.0 if k == n else min(1.0, centre + half))


def share(k: int, n: int) -> Estimate:
    """Estimate a share of rows with its Wilson interval; without rows there is nothing to say.

    >>> share(5, 100)
    Estimate(value=0.05, lower=0.022, upper=0.112, n=100, method='share of rows, Wilson', reason=None)
    >>> share(0, 0).reason
    'no rows'
    """
    if n == 0:
        return unsaid("no rows", 0)
    return said(k / n, wilson(k, n), n, "share of rows, Wilson")


def logit(value: float, se: float, z: float = Z95) -> Interval:
    """Interval made on the logit scale, for a value strictly between 0 and 1.

    Parameters
    ----------
    value, se : estimate and its standard error, both on the natural scale; 0 < value < 1, se >= 0.

    Notes
    -----
    expit(log(v / (1-v)) +- z se / (v (1-v))): stays within 0..1.

    >>> logit(0.5, 0.05)
    Interval(lower=0.403, upper=0.597)
    """
    if not 0 < value < 1 or se < 0:
        msg = f"logit: needs 0 < value < 1 and se >= 0, got value={value}, se={se}"
        raise StatisticError(msg)
    odds = value / (1 - value)
    step = min(z * se / (value * (1 - value)), 700.0)  # exp(700) is the largest that a double holds
    low, high = odds * math.exp(-step), odds * math.exp(step)
    return Interval(low / (1 + low), 1.0 if math.isinf(high) else high / (1 + high))


def delong(positives: NDArray[np.int64], negatives: NDArray[np.int64]) -> tuple[float, Interval]:
    """Area under the ROC curve with DeLong's interval on the logit scale.

    Parameters
    ----------
    positives, negatives : rows of either class per distinct score, scores ascending, shape (g,); both sums >= 2.

    Returns
    -------
    (area, interval), within 0..1.

    Notes
    -----
    A = P(positive > negative) + P(equal)/2. With V10(i) the share of negatives below positive i (ties half) and V01(j)
    the share of positives above negative j, var A = var(V10)/n_pos + var(V01)/n_neg (variances with n-1). Counts per
    distinct score give exactly the midranks of Sun & Xu, without a second sort. Where all positives lie above all
    negatives (or below) the variance is 0: the interval is then Wilson's for min(n_pos, n_neg) of as many.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44; Sun & Xu 2014, IEEE Signal Processing Letters 21,
    https://doi.org/10.1109/LSP.2014.2337313

    >>> import numpy as np
    >>> area, interval = delong(np.array([1, 1, 2]), np.array([2, 1, 1]))
    >>> area
    0.65625
    >>> interval
    Interval(lower=0.237, upper=0.921)
    """
    n_pos, n_neg = int(positives.sum()), int(negatives.sum())
    if min(n_pos, n_neg) < 2:
        msg = f"delong: needs two rows of either class, got {n_pos} positives and {n_neg} negatives"
        raise StatisticError(msg)
    below = np.cumsum(negatives) - negatives
    above = n_pos - np.cumsum(positives)
    area = int((positives * (2 * below + negatives)).sum()) / (2 * n_pos * n_neg)
    v10 = (below + negatives / 2) / n_neg - area
    v01 = (above + positives / 2) / n_pos - area
    variance = (positives * v10 * v10).sum() / (n_pos - 1) / n_pos + (negatives * v01 * v01).sum() / (n_neg - 1) / n_neg
    if area in (0.0, 1.0):
        fewer = min(n_pos, n_neg)
        return area, wilson(round(area) * fewer, fewer)
    return area, logit(area, math.sqrt(variance))


def boyd(average_precision: float, n_pos: int) -> Interval:
    """Interval for average precision on the logit scale.

    Parameters
    ----------
    average_precision : 0..1. n_pos : positives, >= 1.

    Notes
    -----
    tau = 1 / sqrt(n_pos AP (1-AP)) on the logit scale, i.e. se = sqrt(AP (1-AP) / n_pos) on the natural one; at 0 and 1
    Wilson's interval for n_pos rows. Too narrow below some ten positives.

    References
    ----------
    Boyd, Eng & Page 2013, Area under the precision-recall curve: point estimates and confidence intervals. ECML PKDD.

    >>> boyd(0.5, 100)
    Interval(lower=0.403, upper=0.597)
    """
    if not 0 <= average_precision <= 1 or n_pos < 1:
        msg = f"boyd: needs 0 <= AP <= 1 and n_pos >= 1, got AP={average_precision}, n_pos={n_pos}"
        raise StatisticError(msg)
    if average_precision in (0.0, 1.0):
        return wilson(round(average_precision) * n_pos, n_pos)
    return logit(average_precision, math.sqrt(average_precision * (1 - average_precision) / n_pos))


def f1(tp: int, fp: int, fn: int) -> Interval:
    """Interval for F1 = 2 tp / (2 tp + fp + fn): multinomial delta method on the logit scale.

    Parameters
    ----------
    tp, fp, fn : rows, >= 0, not all 0.

    Notes
    -----
    With D = 2 tp + fp + fn the delta method gives var F1 = 4 tp (fp+fn) (tp+fp+fn) / D^4. At 0 and 1 it is the Wilson
    interval of J = tp / (tp+fp+fn), mapped through F1 = 2 J / (1+J).

    >>> f1(50, 50, 50)
    Interval(lower=0.416, upper=0.584)
    """
    wrong, rows = fp + fn, tp + fp + fn
    if min(tp, fp, fn) < 0 or rows == 0:
        msg = f"f1: needs counts >= 0, not all 0, got tp={tp}, fp={fp}, fn={fn}"
        raise StatisticError(msg)
    if tp == 0 or wrong == 0:
        low, high = wilson(tp, rows)
        return Interval(2 * low / (1 + low), 2 * high / (1 + high))
    size = 2 * tp + wrong
    return logit(2 * tp / size, math.sqrt(4 * tp * wrong * rows) / size**2)


def mean(value: float, sd: float, n: int, low: float = -math.inf) -> Interval:
    """Interval for a mean: value +- 1.96 sd / sqrt(n), not below `low`.

    Parameters
    ----------
    value, sd : mean and standard deviation (n-1) of the rows. n : rows, >= 1.
    low : least possible mean, e.g. 0 for a loss.

    Notes
    -----
    For light tails: with squared errors it covers 78-91 % instead of 95 % below some 10,000 rows.

    >>> mean(10.0, 5.0, 100)
    Interval(lower=9.02, upper=10.98)
    """
    if n < 1 or sd < 0:
        msg = f"mean: needs n >= 1 and sd >= 0, got n={n}, sd={sd}"
        raise StatisticError(msg)
    half = Z95 * sd / math.sqrt(n)
    return Interval(max(low, value - half), value + half)


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> Interval:
    """Interval for sum(a) / sum(b) over rows, by the delta method.

    Parameters
    ----------
    numerator, denominator : a and b per row, finite, >= 0, shape (n,), n >= 2; sum(b) > 0.

    Notes
    -----
    R = sum(a)/sum(b); se = sd(a - R b) / (mean(b) sqrt(n)); R +- 1.96 se, not below 0.

    References
    ----------
    Cochran 1977, Sampling Techniques, section 6.4.

    >>> import numpy as np
    >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    Interval(lower=0.02, upper=1.98)
    """
    n, total = len(numerator), float(denominator.sum())
    if n < 2 or n != len(denominator) or total <= 0:
        msg = f"ratio: needs two arrays of one length >= 2 and a positive denominator, got {n}, {len(denominator)}, {total}"
        raise StatisticError(msg)
    value = float(numerator.sum()) / total
    spread = float((numerator - value * denominator).std(ddof=1))
    return mean(value, spread * n / total, n, low=0.0)


def calibration(ratio_value: float, n_pos: int) -> Interval:
    """Interval for observed / expected positives: times exp(+-1.96 / sqrt(n_pos)).

    Parameters
    ----------
    ratio_value : observed / expected, > 0. n_pos : observed positives, >= 1.

    Notes
    -----
    The log of a count of rare events has standard error 1/sqrt(count); a little too wide when positives are common.

    >>> calibration(1.0, 400)
    Interval(lower=0.907, upper=1.103)
    """
    if ratio_value <= 0 or n_pos < 1:
        msg = f"calibration: needs a ratio > 0 and n_pos >= 1, got {ratio_value}, {n_pos}"
        raise StatisticError(msg)
    factor = math.exp(Z95 / math.sqrt(n_pos))
    return Interval(ratio_value / factor, ratio_value * factor)


def quantile(ascending: NDArray[np.float64], q: float) -> Interval:
    """Distribution-free interval for a quantile, from order statistics.

    Parameters
    ----------
    ascending : sorted finite values, shape (n,), n >= 1. q : 0 < q < 1.

    Notes
    -----
    The number of rows below the true quantile is binomial(n, q): the ends are the values at ranks
    floor(nq - 1.96 sqrt(nq(1-q))) and ceil(nq + 1.96 sqrt(nq(1-q))) + 1, kept within 1..n.

    References
    ----------
    Conover 1999, Practical Nonparametric Statistics, section 3.2.

    >>> import numpy as np
    >>> quantile(np.arange(1.0, 101.0), 0.9)
    Interval(lower=84.0, upper=97.0)
    """
    n = len(ascending)
    if n < 1 or not 0 < q < 1:
        msg = f"quantile: needs values and 0 < q < 1, got n={n}, q={q}"
        raise StatisticError(msg)
    half = Z95 * math.sqrt(n * q * (1 - q))
    low = max(1, math.floor(n * q - half))
    high = min(n, math.ceil(n * q + half) + 1)
    return Interval(float(ascending[low - 1]), float(ascending[high - 1]))
