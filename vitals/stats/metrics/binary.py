"""Metrics of a binary model: how well scores rank, how honest they are, how good the decisions were.

It knows no columns and no days. What cannot be said is a reason, never a number: fewer than 30 rows, fewer than 10
positives or negatives, scores that are not finite, do not vary (ranking) or are no probabilities (losses, calibration).
"""

import math

import numpy as np
from numpy.typing import NDArray

from vitals.stats import intervals
from vitals.stats.estimate import Estimate, said, unsaid
from vitals.stats.metrics.samples import MIN_CLASS, MIN_ROWS, BinarySample, Ranking, given


def roc_auc(sample: BinarySample) -> Estimate:
    """Area under the ROC curve: how often a positive scores above a negative (ties half).

    Returns
    -------
    Estimate within 0..1 (0.5 is chance) with DeLong's interval; a reason when scores do not vary.

    >>> y = np.repeat([False, True], 20)
    >>> roc_auc(BinarySample(y, np.where(y, 0.6, 0.4) - np.tile([0.0, 0.3], 20) * y)).value
    0.5
    """
    few = _too_few(sample) or _no_ranking(sample.ranking)
    if few:
        return unsaid(few, sample.n)
    area, interval = intervals.delong(sample.ranking.positives, sample.ranking.negatives)
    return said(area, interval, sample.n, "area under the ROC curve, DeLong on the logit scale")


def average_precision(sample: BinarySample) -> Estimate:
    """Average precision: sum over distinct scores, highest first, of (recall gained) x (precision so far).

    Returns
    -------
    Estimate within 0..1 (the base rate is chance) with Boyd's interval. No interpolation between points.

    >>> y = np.repeat([False, True], 20)
    >>> average_precision(BinarySample(y, np.where(y, 0.9, 0.1))).value
    1.0
    """
    few = _too_few(sample) or _no_ranking(sample.ranking)
    if few:
        return unsaid(few, sample.n)
    gained = sample.ranking.positives[::-1]
    caught = np.cumsum(gained)
    n_pos = int(caught[-1])
    warned = caught + np.cumsum(sample.ranking.negatives[::-1])
    value = min(1.0, float((gained * (caught / warned)).sum()) / n_pos)
    return said(value, intervals.boyd(value, n_pos), sample.n, "average precision, logit (Boyd)")


def log_loss(sample: BinarySample) -> Estimate:
    """Mean negative log likelihood of the labels, in nats (natural logarithm).

    Notes
    -----
    mean of -log(p) over positives and -log(1-p) over negatives, p kept within eps..1-eps with eps = 2^-52.

    >>> y = np.tile([False, True], 20)
    >>> log_loss(BinarySample(y, np.full(40, 0.5))).value
    0.693
    """
    few = _too_few(sample) or _no_probability(sample.ranking)
    if few:
        return unsaid(few, sample.n)
    eps = float(np.finfo(np.float64).eps)
    p = np.clip(sample.ranking.scores, eps, 1 - eps)
    return _mean_loss(sample.ranking, -np.log(p), -np.log(1 - p), "mean log loss in nats, +- 1.96 se")


def brier(sample: BinarySample) -> Estimate:
    """Mean squared distance between score and label (0 or 1), within 0..1; 0 is best.

    >>> y = np.tile([False, True], 20)
    >>> brier(BinarySample(y, np.full(40, 0.5))).value
    0.25
    """
    few = _too_few(sample) or _no_probability(sample.ranking)
    if few:
        return unsaid(few, sample.n)
    p = sample.ranking.scores
    return _mean_loss(sample.ranking, (1 - p) ** 2, p**2, "mean squared error of the score, +- 1.96 se")


def calibration_ratio(sample: BinarySample) -> Estimate:
    """Observed / expected positives: number of positives over the sum of the scores; 1 is right, above 1 too low scores.

    Returns
    -------
    Estimate > 0 with the interval times exp(+-1.96/sqrt(positives)).

    >>> y = np.tile([False, True], 20)
    >>> calibration_ratio(BinarySample(y, np.full(40, 0.4))).value
    1.25
    """
    few = _too_few(sample) or _no_probability(sample.ranking)
    if few:
        return unsaid(few, sample.n)
    positives = int(sample.ranking.positives.sum())
    expected = float(((sample.ranking.positives + sample.ranking.negatives) * sample.ranking.scores).sum())
    if expected == 0:
        return unsaid("all scores are 0: no positives expected", sample.n)
    value = positives / expected
    return said(value, intervals.calibration(value, positives), sample.n, "observed / expected positives, log scale")


def precision(sample: BinarySample) -> Estimate:
    """Share of positive decisions whose label is positive, with Wilson's interval.

    Returns
    -------
    Estimate within 0..1; n = positive decisions. A reason when there are none.

    >>> y = np.tile([False, True], 20)
    >>> precision(BinarySample(y, decision=np.ones(40, dtype=bool)))
    Estimate(value=0.5, lower=0.352, upper=0.648, n=40, method='share of positive decisions that were right, Wilson', reason=None)
    """
    few = _too_few(sample)
    if few:
        return unsaid(few, sample.n)
    c = sample.confusion
    if c.tp + c.fp == 0:
        return unsaid(f"no positive decisions among {sample.n} rows", 0)
    return _share(c.tp, c.tp + c.fp, "share of positive decisions that were right, Wilson")


def recall(sample: BinarySample) -> Estimate:
    """Share of positive labels that got the positive decision, with Wilson's interval; n = positive labels.

    >>> y = np.tile([False, True], 20)
    >>> recall(BinarySample(y, decision=np.arange(40) < 10)).value
    0.25
    """
    few = _too_few(sample)
    if few:
        return unsaid(few, sample.n)
    c = sample.confusion
    return _share(c.tp, c.tp + c.fn, "share of positive labels that were found, Wilson")


def f1(sample: BinarySample) -> Estimate:
    """Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn).

    >>> y = np.tile([False, True], 20)
    >>> f1(BinarySample(y, decision=np.arange(40) < 20)).value
    0.5
    """
    few = _too_few(sample)
    if few:
        return unsaid(few, sample.n)
    c = sample.confusion
    value = 2 * c.tp / (2 * c.tp + c.fp + c.fn)
    return said(value, intervals.f1(c.tp, c.fp, c.fn), sample.n, "F1, multinomial delta on the logit scale")


def prevalence(sample: BinarySample) -> Estimate:
    """Share of labels that are positive (the base rate), with Wilson's interval.

    >>> prevalence(BinarySample(np.arange(40) < 4)).value
    0.1
    """
    if sample.n < MIN_ROWS:
        return unsaid(f"too few labels: {sample.n} rows < {MIN_ROWS}", sample.n)
    return _share(sample.classes[0], sample.n, "share of labels that are positive, Wilson")


def predicted_positive_rate(sample: BinarySample) -> Estimate:
    """Share of decisions that are positive, with Wilson's interval; needs no labels.

    >>> predicted_positive_rate(BinarySample(decision=np.arange(40) < 4)).value
    0.1
    """
    if sample.n < MIN_ROWS:
        return unsaid(f"too few decisions: {sample.n} rows < {MIN_ROWS}", sample.n)
    k = int(given(sample.decision, "decisions").sum())
    return _share(k, sample.n, "share of decisions that are positive, Wilson")


def _share(k: int, n: int, method: str) -> Estimate:
    return said(k / n, intervals.wilson(k, n), n, method)


def _too_few(sample: BinarySample) -> str | None:
    """Why these labels are too few for a metric, or None."""
    if sample.n < MIN_ROWS:
        return f"too few labels: {sample.n} rows < {MIN_ROWS}"
    for count, name in zip(sample.classes, ("positives", "negatives"), strict=True):
        if count < MIN_CLASS:
            return f"too few labels: {count} {name} < {MIN_CLASS}"
    return None


def _no_ranking(ranking: Ranking) -> str | None:
    """Why these scores cannot rank, or None."""
    if ranking.not_finite:
        return f"{ranking.not_finite} scores are not finite numbers"
    if len(ranking.scores) == 1:
        return f"all scores are {ranking.scores[0]:g}: nothing to rank"
    return None


def _no_probability(ranking: Ranking) -> str | None:
    """Why these scores are no probabilities, or None."""
    if ranking.not_finite:
        return f"{ranking.not_finite} scores are not finite numbers"
    low, high = float(ranking.scores[0]), float(ranking.scores[-1])
    if low < 0 or high > 1:
        return f"scores run from {low:g} to {high:g}: outside 0..1, no probabilities"
    return None


def _mean_loss(
    ranking: Ranking, if_positive: NDArray[np.float64], if_negative: NDArray[np.float64], method: str
) -> Estimate:
    """Mean loss over rows, given the loss of either class at each distinct score."""
    pos, neg = ranking.positives, ranking.negatives
    n = int(pos.sum() + neg.sum())
    value = float((pos * if_positive + neg * if_negative).sum()) / n
    squares = float((pos * (if_positive - value) ** 2 + neg * (if_negative - value) ** 2).sum())
    interval = intervals.mean(value, math.sqrt(squares / (n - 1)), n, low=0.0)
    return said(value, interval, n, method)
