"""Metrics without labels: what scores meant, applied to scores."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import confusion_matrix, roc_auc_score

from vitals.errors import StatisticError
from vitals.profiles import summarise
from vitals.profiles.grid import grid, on_grid
from vitals.stats import cbpe
from vitals.stats.area import area, ranked_area

# Per chunk of 5,000: realised AUC, CBPE AUC, realised accuracy, CBPE accuracy, as NannyML 0.13.1 prints them.
CAR_LOAN = (
    (0.97096, 0.97074, 0.9422, 0.94179),
    (0.97025, 0.97101, 0.9422, 0.94332),
    (0.97628, 0.97141, 0.9502, 0.94549),
    (0.96772, 0.97109, 0.9436, 0.94482),
    (0.96989, 0.97112, 0.9410, 0.94464),
    (0.96005, 0.96109, 0.9146, 0.91071),
    (0.95853, 0.96182, 0.9156, 0.91115),
    (0.95904, 0.96107, 0.9144, 0.91119),
    (0.96309, 0.96253, 0.9224, 0.91439),
    (0.95756, 0.96132, 0.9122, 0.91173),
)


def tally(scores: np.ndarray, *marks: np.ndarray) -> tuple[np.ndarray, ...]:
    """Distinct scores, rows at each, and marked rows at each."""
    known, place = np.unique(scores, return_inverse=True)
    return known, np.bincount(place), *(np.bincount(place, mark, len(known)) for mark in marks)


def learned(scores: np.ndarray, labels: np.ndarray) -> cbpe.Calibration:
    """A calibration from rows."""
    known, rows, hit = tally(scores, labels)
    return cbpe.calibrate(known, hit, rows - hit)


numbers = st.lists(st.tuples(st.floats(-50, 50, allow_nan=False), st.integers(1, 9)), min_size=1, max_size=40)


@given(numbers)
def test_isotonic_is_scipys(pairs: list[tuple[float, int]]) -> None:
    """The same never falling sequence as SciPy's, and as any order of pooling gives."""
    values, weights = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))

    found = cbpe.isotonic(values, weights)

    assert found == pytest.approx(isotonic_regression(values, weights=weights).x, abs=1e-9)
    assert (np.diff(found) >= -1e-12).all()
    assert (found * weights).sum() == pytest.approx((values * weights).sum(), abs=1e-6)


def test_a_calibration_is_scikit_learns() -> None:
    """Between and beyond the scores that were learned from too; ties of a score are pooled first."""
    rng = np.random.default_rng(3)
    scores = np.round(rng.beta(2, 5, 3000), 2)
    labels = rng.random(3000) < scores**1.3
    asked = np.linspace(-0.2, 1.2, 501)

    found = learned(scores, labels)

    oracle = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    assert found(asked) == pytest.approx(oracle.predict(asked), abs=1e-12)


def test_a_certain_calibration_gives_the_real_metrics() -> None:
    """When a score tells the label for sure, the estimate is the metric: scikit-learn's, with ties as half."""
    rng = np.random.default_rng(4)
    labels, scores = rng.random(500) < 0.3, np.round(rng.random(500), 1)
    warned = scores > 0.6
    _, rows, hit, yes = tally(scores, labels, warned)

    confusion = cbpe.expected_confusion(hit / rows, yes, rows - yes)

    tn, fp, fn, tp = confusion_matrix(labels, warned).ravel()
    assert cbpe.expected_roc_auc(hit / rows, rows) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert (confusion.tp, confusion.fp, confusion.fn, confusion.tn) == pytest.approx((tp, fp, fn, tn), abs=1e-9)
    assert confusion.precision == pytest.approx(tp / (tp + fp))
    assert confusion.recall == pytest.approx(tp / (tp + fn))
    assert confusion.f1 == pytest.approx(2 * tp / (2 * tp + fp + fn))
    assert confusion.accuracy == pytest.approx((tp + tn) / 500)


@pytest.mark.parametrize(
    ("scores", "positives", "negatives"),
    [([], [], []), ([0.1, 0.1], [1, 1], [1, 1]), ([0.2, 0.1], [1, 1], [1, 1]), ([np.nan], [1], [1]), ([0.1], [0], [0])],
)
def test_a_calibration_needs_rows_at_distinct_scores(scores: list, positives: list, negatives: list) -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(StatisticError):
        cbpe.calibrate(np.array(scores, dtype=float), positives, negatives)


def test_nothing_expected_is_no_number() -> None:
    """Without a positive, or without a decision, there is nothing to divide by."""
    assert cbpe.expected_roc_auc(np.zeros(3), [1, 2, 3]) is None
    assert area([], []) is None
    nothing = cbpe.expected_confusion(np.zeros(2), [0, 0], [3, 4])
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.accuracy) == (None, None, None, 1.0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 4)), max_size=12), st.randoms())
def test_a_ranked_area_does_not_depend_on_the_order_of_groups(groups: list, random: object) -> None:
    """It is scikit-learn's area of the rows scored by their group's number."""
    shuffled = groups.copy()
    random.shuffle(shuffled)
    columns = [np.array(part) for part in zip(*shuffled, strict=True)] or [np.array([])] * 3
    found = ranked_area(*columns[:2], by=columns[2])

    scores = [by for hit, missed, by in groups for _ in range(hit + missed)]
    labels = [i < hit for hit, missed, _ in groups for i in range(hit + missed)]
    assert found == (pytest.approx(roc_auc_score(labels, scores)) if len(set(labels)) == 2 else None)


@pytest.mark.parametrize("n", [400, 3_000, 40_000])
def test_summaries_give_what_rows_give_within_their_bound(n: int) -> None:
    """A day's profile and labels on a grid move an area by less than a step's share of the rows, and counts likewise."""
    rng = np.random.default_rng(n)
    scores = rng.beta(2, 5, n)
    labels = rng.random(n) < scores
    today = rng.beta(2.4, 5, n)
    warned = today > 0.35
    cut, cut_today = grid(scores), grid(today)
    assert cut is not None
    assert cut_today is not None
    positive, negative = on_grid(scores[labels], cut), on_grid(scores[~labels], cut)

    known, hit, missed = _pooled(positive, negative)
    share = cbpe.calibrate(known, hit, missed)
    at, rows = cbpe.points(summarise(pa.array(today)))
    yes_at, yes = cbpe.points(on_grid(today[warned], cut_today))

    exact = learned(scores, labels)
    raw, raw_rows, raw_yes = tally(today, warned)
    confusion = cbpe.expected_confusion(exact(raw), raw_yes, raw_rows - raw_yes)
    step = 1 / min(64, n // 10)
    assert rows.sum() == n
    assert yes.sum() == warned.sum()
    assert cbpe.expected_roc_auc(share(at), rows) == pytest.approx(
        cbpe.expected_roc_auc(exact(raw), raw_rows), abs=step
    )
    assert (share(yes_at) * yes).sum() == pytest.approx(confusion.tp, abs=step * n)
    assert (share(at) * rows).sum() == pytest.approx(confusion.tp + confusion.fn, abs=step * n)


def _pooled(positive: object, negative: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (first, hit), (second, missed) = cbpe.points(positive), cbpe.points(negative)
    known = np.union1d(first, second)
    return known, *(
        np.bincount(np.searchsorted(known, at), rows, len(known)) for at, rows in ((first, hit), (second, missed))
    )


@pytest.fixture(scope="module")
def car_loan(tmp_path_factory: pytest.TempPathFactory) -> list[pd.DataFrame]:
    """Reference and analysis of NannyML's sample, read out of its wheel."""
    folder = tmp_path_factory.mktemp("nannyml")
    command = [sys.executable, "-m", "pip", "download", "-q", "nannyml==0.13.1", "--no-deps", "-d", str(folder)]
    fetched = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    wheels = list(Path(folder).glob("*.whl"))
    if not wheels:
        pytest.skip(f"NannyML's wheel cannot be had: {fetched.stderr.strip()[-200:] or 'no pip'}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        tables = {
            name: pd.read_csv(io.BytesIO(wheel.read(f"nannyml/datasets/data/synthetic_car_loan_{name}.csv")))
            for name in ("reference", "analysis", "analysis_target")
        }
    return [tables["reference"], tables["analysis"].merge(tables["analysis_target"], on="id")]


@pytest.mark.slow
def test_car_loan_estimates_are_nannymls(car_loan: list[pd.DataFrame]) -> None:
    """CBPE and realised values per chunk, as NannyML prints them; the data stays in NannyML's wheel."""
    reference, analysis = car_loan
    share = learned(reference["y_pred_proba"].to_numpy(), reference["repaid"].to_numpy())
    found = []
    for start in range(0, 50_000, 5_000):
        chunk = analysis.iloc[start : start + 5_000]
        known, rows, yes = tally(chunk["y_pred_proba"].to_numpy(), chunk["y_pred"].to_numpy())
        confusion = cbpe.expected_confusion(share(known), yes, rows - yes)
        found.append(
            (
                roc_auc_score(chunk["repaid"], chunk["y_pred_proba"]),
                cbpe.expected_roc_auc(share(known), rows),
                (chunk["repaid"] == chunk["y_pred"]).mean(),
                confusion.accuracy,
            )
        )

    assert np.array(found) == pytest.approx(np.array(CAR_LOAN), abs=5.1e-6)
