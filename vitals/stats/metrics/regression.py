"""Metrics of a regression model: how far predictions are from what happened.

All are in the label's unit or are ratios. It knows no columns and no days. Below 30 rows, or with values that are not
finite, there is a reason instead of a number.
"""

import math

import numpy as np

from vitals.stats import intervals
from vitals.stats.estimate import Estimate, said, unsaid
from vitals.stats.metrics.samples import MIN_ROWS, RegressionSample, given


def mae(sample: RegressionSample) -> Estimate:
    """Mean absolute error, in the label's unit, with mean +- 1.96 se.

    >>> mae(RegressionSample(np.zeros(40), np.tile([-1.0, 3.0], 20))).value
    2.0
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    errors = sample.absolute
    interval = intervals.mean(float(errors.mean()), float(errors.std(ddof=1)), sample.n, low=0.0)
    return said(float(errors.mean()), interval, sample.n, "mean absolute error, +- 1.96 se")


def wape(sample: RegressionSample) -> Estimate:
    """Weighted absolute percentage error: sum of absolute errors over the sum of absolute labels (1 = 100 %).

    Returns
    -------
    Estimate >= 0 with the ratio's delta interval; a reason when all labels are 0.

    >>> wape(RegressionSample(np.full(40, 10.0), np.tile([9.0, 13.0], 20))).value
    0.2
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    size = np.abs(given(sample.y_true, "labels"))
    distance = np.abs(given(sample.y_pred, "predictions") - given(sample.y_true, "labels"))
    order = np.lexsort((size, distance))  # sums must not depend on the order of the rows
    size, distance = size[order], distance[order]
    if not size.any():
        return unsaid("all labels are 0: no share of them", sample.n)
    value = float(distance.sum() / size.sum())
    return said(value, intervals.ratio(distance, size), sample.n, "sum |error| / sum |label|, ratio delta")


def bias(sample: RegressionSample) -> Estimate:
    """Mean of prediction minus label, in the label's unit: above 0 the model promises too much.

    >>> bias(RegressionSample(np.zeros(40), np.tile([-1.0, 3.0], 20))).value
    1.0
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    errors = sample.errors
    interval = intervals.mean(float(errors.mean()), float(errors.std(ddof=1)), sample.n)
    return said(float(errors.mean()), interval, sample.n, "mean of prediction - label, +- 1.96 se")


def within_tolerance(sample: RegressionSample) -> Estimate:
    """Share of rows whose absolute error is at most the tolerance, with Wilson's interval.

    >>> within_tolerance(RegressionSample(np.zeros(40), np.tile([-1.0, 3.0], 20), tolerance=1.0)).value
    0.5
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    if sample.tolerance is None:
        return unsaid("no tolerance is set: give metric_options.within_tolerance", sample.n)
    k = int(np.searchsorted(sample.absolute, sample.tolerance, side="right"))
    method = f"share with |error| <= {sample.tolerance:g}, Wilson"
    return said(k / sample.n, intervals.wilson(k, sample.n), sample.n, method)


def p90_abs_error(sample: RegressionSample) -> Estimate:
    """Give the absolute error that 90 % of the rows do not exceed (linear between ranks), in the label's unit.

    >>> p90_abs_error(RegressionSample(np.zeros(41), np.arange(41.0)))
    Estimate(value=36.0, lower=32.0, upper=40.0, n=41, method='90 % quantile of |error|, order statistics', reason=None)
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    value = float(np.quantile(sample.absolute, 0.9))
    interval = intervals.quantile(sample.absolute, 0.9)
    return said(value, interval, sample.n, "90 % quantile of |error|, order statistics")


def rmse(sample: RegressionSample) -> Estimate:
    """Root mean squared error, in the label's unit. Shown, never judged: its interval is too narrow for heavy tails.

    Notes
    -----
    Delta method: se = sd(e^2) / (2 rmse sqrt(n)); a 95 % interval was measured to cover 78-91 %.

    >>> rmse(RegressionSample(np.zeros(40), np.tile([-3.0, 3.0], 20))).value
    3.0
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    squares = sample.absolute**2
    value, sd = math.sqrt(float(squares.mean())), float(squares.std(ddof=1))
    if value == 0 or not math.isfinite(sd):
        return said(value, None, sample.n, "root mean squared error, delta")
    interval = intervals.mean(value, sd / (2 * value), sample.n, low=0.0)
    return said(value, interval, sample.n, "root mean squared error, delta")


def r2(sample: RegressionSample) -> Estimate:
    """Share of the labels' variance that predictions explain: 1 - sum e^2 / sum (y - mean y)^2. Shown, never judged.

    Returns
    -------
    Estimate <= 1, negative when worse than the mean, without interval; a reason when labels do not vary.

    >>> r2(RegressionSample(np.tile([0.0, 2.0], 20), np.ones(40))).value
    0.0
    """
    few = _unusable(sample)
    if few:
        return unsaid(few, sample.n)
    labels = np.sort(given(sample.y_true, "labels"))
    if labels[0] == labels[-1]:
        return unsaid(f"all labels are {labels[0]:g}: no variance to explain", sample.n)
    spread = float(((labels - labels.mean()) ** 2).sum())
    left = float((sample.absolute**2).sum())
    if spread == 0:
        return unsaid("labels hardly vary: no variance to explain", sample.n)
    return said(1 - left / spread, None, sample.n, "1 - sum e^2 / sum (y - mean)^2")


def _unusable(sample: RegressionSample) -> str | None:
    """Why these rows give no metric, or None."""
    if sample.n < MIN_ROWS:
        return f"too few labels: {sample.n} rows < {MIN_ROWS}"
    if sample.not_finite:
        return f"{sample.not_finite} labels or predictions are not finite numbers"
    if not np.isfinite(sample.errors[[0, -1]]).all():
        return "the errors are too large for a finite number"
    return None
