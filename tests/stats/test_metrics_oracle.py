"""Metrics equal scikit-learn's to 1e-12, on ties, edges and many shapes; and a million rows are fast."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sk

from vitals.stats.metrics import METRICS, BinarySample, RegressionSample

Array = NDArray[np.float64]

SCORE_ORACLES: dict[str, Callable[[Array, Array], float]] = {
    "roc_auc": sk.roc_auc_score,
    "average_precision": sk.average_precision_score,
    "log_loss": sk.log_loss,
    "brier": sk.brier_score_loss,
    "calibration_ratio": lambda y, p: y.sum() / p.sum(),
    "prevalence": lambda y, _: y.mean(),
}
DECISION_ORACLES: dict[str, Callable[[Array, Array], float]] = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
    "predicted_positive_rate": lambda _, d: d.mean(),
}
REGRESSION_ORACLES: dict[str, Callable[[Array, Array], float]] = {
    "mae": sk.mean_absolute_error,
    "wape": lambda y, p: np.abs(y - p).sum() / np.abs(y).sum(),
    "bias": lambda y, p: (p - y).mean(),
    "within_tolerance": lambda y, p: (np.abs(p - y) <= 1).mean(),
    "p90_abs_error": lambda y, p: np.quantile(np.abs(p - y), 0.9),
    "rmse": sk.root_mean_squared_error,
    "r2": sk.r2_score,
}

SHAPES: dict[str, Callable[[np.random.Generator, NDArray[np.bool_]], Array]] = {
    "continuous": lambda rng, y: np.clip(rng.normal(0.4 + 0.1 * y, 0.2), 0, 1),
    "two decimals": lambda rng, y: np.clip(np.round(rng.normal(0.4 + 0.1 * y, 0.2), 2), 0, 1),
    "two values": lambda rng, y: np.where(rng.random(len(y)) < 0.3 + 0.3 * y, 0.75, 0.25),
    "zeros and ones": lambda rng, y: (rng.random(len(y)) < 0.3 + 0.3 * y).astype(np.float64),
    "mostly one value": lambda rng, y: np.where(rng.random(len(y)) < 0.95, 0.5, rng.random(len(y))),
    "perfect": lambda rng, y: np.where(y, 0.6, 0.4) + 0.1 * rng.random(len(y)),
    "inverted": lambda rng, y: np.where(y, 0.4, 0.6) + 0.1 * rng.random(len(y)),
    "one bit apart": lambda rng, y: np.where(rng.random(len(y)) < 0.4 + 0.2 * y, 0.3, np.nextafter(0.3, 1)),
    "tiny": lambda rng, y: rng.random(len(y)) * 1e-300 * (1 + y),
}


@pytest.mark.parametrize("n", [30, 41, 1000, 20_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_scores_equal_scikit_learn(shape: str, n: int) -> None:
    """Ranking, losses and shares are scikit-learn's to 1e-12, however tied the scores."""
    rng = np.random.default_rng(n)
    y = np.r_[np.ones(10, dtype=bool), np.zeros(10, dtype=bool), rng.random(n - 20) < 0.3]
    score = SHAPES[shape](rng, y)
    sample = BinarySample(y, score)

    ours = {name: METRICS[name](sample).value for name in SCORE_ORACLES}

    assert ours == pytest.approx({k: f(y.astype(float), score) for k, f in SCORE_ORACLES.items()}, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.5, 0.98, 1.0])
def test_decisions_equal_scikit_learn(rate: float) -> None:
    """Precision, recall and F1 are scikit-learn's; where it would warn we give a reason."""
    rng = np.random.default_rng(3)
    y = rng.random(500) < 0.2
    decision = rng.random(500) < rate
    sample = BinarySample(y, decision=decision)
    asked = [name for name in DECISION_ORACLES if decision.any() or name != "precision"]

    ours = {name: METRICS[name](sample).value for name in asked}

    assert ours == pytest.approx({name: DECISION_ORACLES[name](y, decision) for name in asked}, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("n", [30, 31, 1000, 20_000])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_errors_equal_scikit_learn(n: int, scale: float) -> None:
    """Regression metrics are scikit-learn's at any scale of the label."""
    rng = np.random.default_rng(n)
    y = scale * np.round(rng.normal(3, 2, n), 1)
    predicted = y + scale * np.round(rng.standard_t(3, n), 1)
    sample = RegressionSample(y, predicted, tolerance=1.0)

    ours = {name: METRICS[name](sample).value for name in REGRESSION_ORACLES}

    oracle = {name: formula(y, predicted) for name, formula in REGRESSION_ORACLES.items()}
    assert ours == pytest.approx(oracle, rel=1e-12, abs=1e-12 * scale)


def test_a_million_rows_take_one_sort() -> None:
    """The area with DeLong's interval takes at most 0.6 s of CPU; average precision then rides on the same sort."""
    rng = np.random.default_rng(0)
    y = rng.random(1_000_000) < 0.1
    sample = BinarySample(y, rng.random(1_000_000) * 0.5 + 0.2 * y)

    first = _cpu_s(lambda: METRICS["roc_auc"](sample))
    second = _cpu_s(lambda: METRICS["average_precision"](sample))

    assert first <= 0.6
    assert second <= 0.1


def _cpu_s(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start
