"""One contract for all metrics of the list, reasons instead of numbers, and invariances."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vitals.errors import StatisticError
from vitals.stats.estimate import Estimate
from vitals.stats.metrics import DEFAULTS, METRICS, BinarySample, RegressionSample

BINARY = sorted(name for name, metric in METRICS.items() if metric.kind == "binary")
REGRESSION = sorted(name for name, metric in METRICS.items() if metric.kind == "regression")
SCORED = ["average_precision", "brier", "calibration_ratio", "log_loss", "roc_auc"]
PROBABILITY = ["brier", "calibration_ratio", "log_loss"]
RANK = ["average_precision", "roc_auc"]
LABELLED = sorted(set(BINARY) - {"predicted_positive_rate", "prevalence"})


def sample_of(positives: int, negatives: int, seed: int = 0) -> BinarySample:
    """Scores with ties that rank a little."""
    rng = np.random.default_rng(seed)
    y = np.repeat([True, False], [positives, negatives])
    score = np.clip(np.round(rng.normal(0.4 + 0.15 * y, 0.15), 2), 0, 1)
    return BinarySample(y, score, score > 0.5)


def prices(n: int = 200, seed: int = 0) -> RegressionSample:
    """Labels and predictions of one unit."""
    rng = np.random.default_rng(seed)
    y = np.round(rng.gamma(3, 4, n), 1)
    return RegressionSample(y, np.round(y + rng.normal(0.5, 3, n), 1), tolerance=2.0)


def sound(estimate: Estimate) -> bool:
    """Tell whether an estimate is finite and inside its interval, or has a reason in words."""
    if estimate.value is None:
        return bool(estimate.reason) and estimate.lower is None and estimate.upper is None
    if estimate.lower is None or estimate.upper is None:
        return estimate.reason is None and math.isfinite(estimate.value)
    slack = 1e-9 * max(1.0, abs(estimate.value))
    inside = estimate.lower - slack <= estimate.value <= estimate.upper + slack
    return estimate.reason is None and bool(estimate.method) and inside and math.isfinite(estimate.upper)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_keeps_the_contract(name: str) -> None:
    """Name, direction, family and material are set; a plain sample gives a number with a method and an interval."""
    metric = METRICS[name]

    estimate = metric(sample_of(60, 140) if metric.kind == "binary" else prices())

    assert metric.name == name
    assert metric.direction in {"higher", "lower", "two_sided"}
    assert metric.family == ("rank" if name in RANK else "loss")
    assert (metric.material, metric.absolute) == ((0.02, True) if name == "roc_auc" else (0.1, False))
    assert metric.judged == (name not in {"rmse", "r2"})
    assert estimate.value is not None
    assert sound(estimate)
    assert (estimate.se is None) == (name == "r2")


def test_the_defaults_are_metrics_of_their_task() -> None:
    """What a model file without metrics gets is in the list, of its kind, and may be judged."""
    for kind, names in DEFAULTS.items():
        assert all(METRICS[name].kind == kind and METRICS[name].judged for name in names)


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize(
    ("positives", "negatives", "reason"),
    [
        (7, 100, "too few labels: 7 positives < 10"),
        (100, 9, "too few labels: 9 negatives < 10"),
        (0, 100, "too few labels: 0 positives < 10"),
        (100, 0, "too few labels: 0 negatives < 10"),
        (14, 15, "too few labels: 29 rows < 30"),
        (0, 0, "too few labels: 0 rows < 30"),
    ],
)
def test_too_few_labels_are_said_in_words(name: str, positives: int, negatives: int, reason: str) -> None:
    """Below ten of either class or thirty rows a metric is a reason, not a number."""
    estimate = METRICS[name](sample_of(positives, negatives))

    assert (estimate.value, estimate.lower, estimate.upper, estimate.reason) == (None, None, None, reason)


@pytest.mark.parametrize("name", LABELLED)
def test_ten_of_either_class_and_thirty_rows_are_enough(name: str) -> None:
    """The guard is exact."""
    assert METRICS[name](sample_of(10, 20)).value is not None
    assert METRICS[name](sample_of(20, 10)).value is not None


def test_shares_need_thirty_rows_but_no_classes() -> None:
    """A base rate of 0 is news, not a lack of labels."""
    none = BinarySample(np.zeros(30, dtype=bool), decision=np.zeros(30, dtype=bool))

    assert METRICS["prevalence"](none).value == 0.0
    assert METRICS["predicted_positive_rate"](none).value == 0.0
    assert METRICS["prevalence"](sample_of(20, 9)).reason == "too few labels: 29 rows < 30"
    assert METRICS["predicted_positive_rate"](sample_of(20, 9)).reason == "too few decisions: 29 rows < 30"


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_scores_that_are_not_finite_are_counted(name: str, bad: float) -> None:
    """One NaN or infinite score withholds the metric."""
    sample = sample_of(60, 140)
    sample.score[3:5] = bad

    assert METRICS[name](sample).reason == "2 scores are not finite numbers"


@pytest.mark.parametrize("name", SCORED)
def test_scores_all_missing_are_no_number(name: str) -> None:
    """Nothing but NaN is a reason as well."""
    sample = BinarySample(np.arange(40) % 2 == 0, np.full(40, math.nan))

    assert METRICS[name](sample).reason == "40 scores are not finite numbers"


@pytest.mark.parametrize("name", PROBABILITY)
def test_scores_outside_0_to_1_are_no_probabilities(name: str) -> None:
    """Losses and calibration are refused for margins; ranking is not."""
    sample = sample_of(60, 140)
    margins = replace(sample, score=sample.score * 10 - 5)

    assert "outside 0..1, no probabilities" in METRICS[name](margins).reason
    assert METRICS["roc_auc"](margins).value == METRICS["roc_auc"](sample).value


@pytest.mark.parametrize("name", PROBABILITY)
@pytest.mark.parametrize("score", [-1e-9, 1.0000001])
def test_one_score_on_either_side_of_0_to_1_is_enough(name: str, score: float) -> None:
    """The bounds are exact on both sides, and 0 and 1 themselves are probabilities."""
    sample = sample_of(60, 140)
    sample.score[:2] = [0.0, 1.0]

    assert METRICS[name](sample).value is not None
    assert METRICS[name](replace(sample, score=np.r_[score, sample.score[1:]])).value is None


def test_zeros_of_either_sign_are_one_score() -> None:
    """Which zero came first does not show, in the reason either."""
    y = np.arange(40) % 2 == 0
    zeros = [np.where(np.arange(40) < 20, sign * 0.0, -sign * 0.0) for sign in (1.0, -1.0)]

    reasons = {METRICS["roc_auc"](BinarySample(y, score)).reason for score in zeros}

    assert reasons == {"all scores are 0: nothing to rank"}


@pytest.mark.parametrize("name", RANK)
def test_constant_scores_rank_nothing(name: str) -> None:
    """One single score is a reason for ranking; its honesty can still be measured."""
    sample = BinarySample(np.arange(40) % 2 == 0, np.full(40, 0.5))

    assert METRICS[name](sample).reason == "all scores are 0.5: nothing to rank"
    assert METRICS["calibration_ratio"](sample).value == 1.0


def test_scores_of_0_expect_no_positives() -> None:
    """Observed over an expectation of 0 is a reason; a tiny expectation overflows into one."""
    y = np.arange(40) % 2 == 0

    assert (
        METRICS["calibration_ratio"](BinarySample(y, np.zeros(40))).reason == "all scores are 0: no positives expected"
    )
    assert METRICS["calibration_ratio"](BinarySample(y, np.full(40, 5e-324))).value is None


def test_no_positive_decision_has_no_precision() -> None:
    """Precision of nothing is a reason; recall and F1 are 0."""
    sample = BinarySample(np.arange(40) % 2 == 0, decision=np.zeros(40, dtype=bool))

    assert METRICS["precision"](sample).reason == "no positive decisions among 40 rows"
    assert METRICS["recall"](sample).value == 0.0
    assert METRICS["f1"](sample).value == 0.0


@pytest.mark.parametrize("name", [*LABELLED, "prevalence", "predicted_positive_rate"])
def test_what_the_sample_lacks_is_named(name: str) -> None:
    """A score asked for where only decisions exist is a reason, and the other way round."""
    empty = BinarySample(
        y_true=np.zeros(40, dtype=bool) if name == "predicted_positive_rate" else None, score=np.zeros(40)
    )
    missing = min(METRICS[name].needs - {"score"})

    assert METRICS[name](empty).reason == f"{name} needs a {missing}, and there is none"


def test_lengths_must_agree() -> None:
    """Arrays of different lengths are a mistake of the caller."""
    with pytest.raises(StatisticError, match="one length"):
        BinarySample(np.zeros(3, dtype=bool), np.zeros(2))
    with pytest.raises(StatisticError, match="one length"):
        RegressionSample(np.zeros(3), np.zeros(2))
    with pytest.raises(StatisticError, match="one length"):
        BinarySample()


@pytest.mark.parametrize("name", BINARY)
def test_a_hand_computed_sample(name: str) -> None:
    """Four rows repeated ten times: positives at 0.8 and 0.4, negatives at 0.6 and 0.2; decision from 0.5."""
    y = np.tile([True, False, True, False], 10)
    score = np.tile([0.8, 0.6, 0.4, 0.2], 10)

    value = METRICS[name](BinarySample(y, score, score >= 0.5)).value

    assert value == pytest.approx(
        {
            "roc_auc": 3 / 4,
            "average_precision": 0.5 * 1 + 0.5 * 2 / 3,
            "precision": 0.5,
            "recall": 0.5,
            "f1": 0.5,
            "log_loss": -(2 * math.log(0.8) + 2 * math.log(0.4)) / 4,
            "brier": (0.04 + 0.36 + 0.36 + 0.04) / 4,
            "calibration_ratio": 2 / 2,
            "prevalence": 0.5,
            "predicted_positive_rate": 0.5,
        }[name]
    )


@given(st.integers(0, 2**32 - 1), st.integers(10, 60), st.integers(20, 90))
@settings(max_examples=40)
def test_the_order_of_rows_changes_no_bit(seed: int, positives: int, negatives: int) -> None:
    """Shuffled rows give the same estimate to the last bit, zeros of either sign included."""
    rng = np.random.default_rng(seed)
    sample = sample_of(positives, negatives, seed)
    sample.score[:6] = [0.0, -0.0, 0.0, -0.0, 1.0, 1.0]
    order = rng.permutation(sample.n)
    shuffled = BinarySample(sample.y_true[order], sample.score[order], sample.decision[order])
    costs = prices(positives + negatives, seed)
    mixed = RegressionSample(costs.y_true[order], costs.y_pred[order], 2.0)

    assert [METRICS[name](shuffled) for name in BINARY] == [METRICS[name](sample) for name in BINARY]
    assert [METRICS[name](mixed) for name in REGRESSION] == [METRICS[name](costs) for name in REGRESSION]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_ranking_ignores_any_increasing_map_and_mirrors(seed: int) -> None:
    """roc_auc and average_precision are those of the ranks; turning scores and labels round mirrors the area."""
    sample = sample_of(30, 70, seed)
    mapped = replace(sample, score=np.exp(3 * sample.score) - 7)
    turned = BinarySample(~sample.y_true, -sample.score)

    for name in RANK:
        assert METRICS[name](mapped) == METRICS[name](sample)
    plain, other = METRICS["roc_auc"](sample), METRICS["roc_auc"](turned)
    assert (other.value, other.lower, other.upper) == pytest.approx((plain.value, plain.lower, plain.upper), rel=1e-12)
    assert METRICS["roc_auc"](replace(sample, score=-sample.score)).value == pytest.approx(1 - plain.value)


@given(hnp.arrays(np.float64, st.integers(30, 60), elements=st.floats(width=64)), st.integers(0, 2**32 - 1))
@settings(max_examples=150)
def test_any_floats_give_a_number_or_a_reason(values: np.ndarray, seed: int) -> None:
    """Whatever bits a column holds, an estimate is finite or says why not, without a warning."""
    rng = np.random.default_rng(seed)
    y = rng.random(len(values)) < 0.5
    classes = BinarySample(y, values, rng.random(len(values)) < 0.5)
    numbers = RegressionSample(rng.permutation(values), values, tolerance=1.0)

    assert all(sound(METRICS[name](classes)) for name in BINARY)
    assert all(sound(METRICS[name](numbers)) for name in REGRESSION)


@pytest.mark.parametrize("name", REGRESSION)
def test_a_hand_computed_regression(name: str) -> None:
    """Labels 10 and 20, predictions 9 and 23, twenty times: errors -1 and 3."""
    sample = RegressionSample(np.tile([10.0, 20.0], 20), np.tile([9.0, 23.0], 20), tolerance=1.0)

    assert METRICS[name](sample).value == pytest.approx(
        {
            "mae": 2.0,
            "wape": 4 / 30,
            "bias": 1.0,
            "within_tolerance": 0.5,
            "p90_abs_error": 3.0,
            "rmse": math.sqrt(5),
            "r2": 1 - (1 + 9) / 50,
        }[name]
    )


@pytest.mark.parametrize("name", REGRESSION)
def test_regression_says_why_it_cannot(name: str) -> None:
    """Too few rows and values that are not finite are reasons for every metric."""
    few = RegressionSample(np.zeros(29), np.ones(29), 1.0)
    holes = RegressionSample(np.zeros(40), np.r_[math.nan, math.inf, np.ones(38)], 1.0)

    assert METRICS[name](few).reason == "too few labels: 29 rows < 30"
    assert METRICS[name](holes).reason == "2 labels or predictions are not finite numbers"


def test_regression_needs_something_to_compare_with() -> None:
    """No tolerance, labels of 0 or constant labels are named."""
    flat = RegressionSample(np.zeros(40), np.ones(40))

    assert METRICS["within_tolerance"](flat).reason == "no tolerance is set: give metric_options.within_tolerance"
    assert METRICS["wape"](flat).reason == "all labels are 0: no share of them"
    assert METRICS["r2"](flat).reason == "all labels are 0: no variance to explain"
    assert METRICS["mae"](flat).value == 1.0


def test_a_perfect_regression_is_a_number() -> None:
    """Zero error everywhere is 0, with no width and no division by it."""
    y = np.arange(40.0)

    values = {name: METRICS[name](RegressionSample(y, y, 0.0)).value for name in REGRESSION}

    assert values == {
        "mae": 0.0,
        "wape": 0.0,
        "bias": 0.0,
        "within_tolerance": 1.0,
        "p90_abs_error": 0.0,
        "rmse": 0.0,
        "r2": 1.0,
    }
