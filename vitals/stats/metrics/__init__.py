"""The metrics by name: what each needs, which direction is bad, and how large a change must be to matter.

A metric is a pure function of a sample. This list knows nothing of how days are compared; judging reads from it which
metrics may raise a finding, in which direction, and what is material.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np

from vitals.stats.estimate import Estimate, unsaid
from vitals.stats.metrics import binary, regression
from vitals.stats.metrics.samples import BinarySample, RegressionSample

__all__ = ["BINARY", "DEFAULTS", "METRICS", "REGRESSION", "BinarySample", "Metric", "Need", "RegressionSample"]

Direction = Literal["higher", "lower", "two_sided"]
Family = Literal["rank", "loss"]
Need = Literal["label", "score", "decision", "prediction"]
Sample = TypeVar("Sample", BinarySample, RegressionSample)

_PARTS: Mapping[Need, str] = {"label": "y_true", "score": "score", "decision": "decision", "prediction": "y_pred"}


@dataclass(frozen=True, slots=True)
class Metric(Generic[Sample]):
    """One metric; calling it with a sample gives its estimate.

    Attributes
    ----------
    name : as in a model file.
    kind : the task it belongs to.
    formula : the pure function behind it.
    needs : what must be known of a row for it to count.
    direction : `higher` or `lower` values are better, or a change either way is news (`two_sided`).
    family : `rank` metrics vary less between clean weeks than `loss` ones and are judged at a lower threshold.
    material : smallest change that matters: a share of the usual value, or in the metric's unit where `absolute`.
    judged : may raise a finding; else it is only shown.
    low, high : the ends of its domain, None where it has none.
    multiplicative : half and twice are equally far from usual: compared on the log scale.
    """

    name: str
    kind: Literal["binary", "regression"]
    formula: Callable[[Sample], Estimate]
    needs: frozenset[Need]
    direction: Direction
    family: Family = "loss"
    material: float = 0.1
    absolute: bool = False
    judged: bool = True
    low: float | None = None
    high: float | None = None
    multiplicative: bool = False

    def __call__(self, sample: Sample) -> Estimate:
        """Estimate the metric; what the sample lacks, or numbers too large for a double, become a reason.

        >>> METRICS["roc_auc"](BinarySample(np.zeros(40, dtype=bool))).reason
        'roc_auc needs a score, and there is none'
        """
        for need in sorted(self.needs):
            if getattr(sample, _PARTS[need]) is None:
                return unsaid(f"{self.name} needs a {need}, and there is none", sample.n)
        with np.errstate(over="ignore", invalid="ignore"):
            return self.formula(sample)

    def is_bad(self, change: float) -> bool:
        """Tell whether a change of the value (today minus usual) is for the worse; any is for two-sided metrics.

        >>> METRICS["roc_auc"].is_bad(0.1), METRICS["mae"].is_bad(0.1), METRICS["bias"].is_bad(-0.1)
        (False, True, True)
        """
        if self.direction == "two_sided":
            return change != 0
        return change < 0 if self.direction == "higher" else change > 0


_SCORED: frozenset[Need] = frozenset({"label", "score"})
_DECIDED: frozenset[Need] = frozenset({"label", "decision"})
_PREDICTED: frozenset[Need] = frozenset({"label", "prediction"})

_BINARY: tuple[Metric[BinarySample], ...] = (
    Metric("roc_auc", "binary", binary.roc_auc, _SCORED, "higher", "rank", material=0.02, absolute=True, low=0, high=1),
    Metric("average_precision", "binary", binary.average_precision, _SCORED, "higher", "rank", low=0, high=1),
    Metric("precision", "binary", binary.precision, _DECIDED, "higher", low=0, high=1),
    Metric("recall", "binary", binary.recall, _DECIDED, "higher", low=0, high=1),
    Metric("f1", "binary", binary.f1, _DECIDED, "higher", low=0, high=1),
    Metric("log_loss", "binary", binary.log_loss, _SCORED, "lower", low=0),
    Metric("brier", "binary", binary.brier, _SCORED, "lower", low=0, high=1),
    Metric("calibration_ratio", "binary", binary.calibration_ratio, _SCORED, "two_sided", low=0, multiplicative=True),
    Metric("prevalence", "binary", binary.prevalence, frozenset({"label"}), "two_sided", low=0, high=1),
    Metric(
        "predicted_positive_rate",
        "binary",
        binary.predicted_positive_rate,
        frozenset({"decision"}),
        "two_sided",
        low=0,
        high=1,
    ),
)
_REGRESSION: tuple[Metric[RegressionSample], ...] = (
    Metric("mae", "regression", regression.mae, _PREDICTED, "lower", low=0),
    Metric("wape", "regression", regression.wape, _PREDICTED, "lower", low=0),
    Metric("bias", "regression", regression.bias, _PREDICTED, "two_sided"),
    Metric("within_tolerance", "regression", regression.within_tolerance, _PREDICTED, "higher", low=0, high=1),
    Metric("p90_abs_error", "regression", regression.p90_abs_error, _PREDICTED, "lower", low=0),
    Metric("rmse", "regression", regression.rmse, _PREDICTED, "lower", judged=False, low=0),
    Metric("r2", "regression", regression.r2, _PREDICTED, "higher", judged=False),
)

BINARY: Mapping[str, Metric[BinarySample]] = {metric.name: metric for metric in _BINARY}
REGRESSION: Mapping[str, Metric[RegressionSample]] = {metric.name: metric for metric in _REGRESSION}
METRICS: Mapping[str, Metric[BinarySample] | Metric[RegressionSample]] = {**BINARY, **REGRESSION}

# what a model file without `metrics` gets; the first is the primary one
DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "average_precision", "precision", "recall", "log_loss", "brier", "calibration_ratio"),
    "regression": ("mae", "wape", "bias", "p90_abs_error"),
}
