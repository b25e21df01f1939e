"""Real cohorts of the demo, recomputed from the raw files with pandas and scikit-learn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from vitals import windows
from vitals.io.sources import open_source, read_cohort
from vitals.records import Cohort, Measurement
from vitals.signals import performance
from vitals.spec.model import Model

NEW_YORK = ZoneInfo("America/New_York")
AGES = (1, 7, 14)
PAIRS = [
    (date(2013, 4, 1), 1),
    (date(2013, 4, 10), 14),
    (date(2013, 5, 23), 7),
    (date(2013, 6, 13), 1),
    (date(2013, 6, 30), 14),
    (date(2013, 7, 4), 7),
    (date(2013, 7, 10), 14),
    (date(2013, 8, 1), 1),
    (date(2013, 8, 13), 7),
    (date(2013, 8, 16), 14),
]
METRICS = [
    "roc_auc",
    "average_precision",
    "precision",
    "recall",
    "f1",
    "log_loss",
    "brier",
    "calibration_ratio",
    "prevalence",
    "predicted_positive_rate",
]


def flight_model(target: str) -> Model:
    """Build the demo's model for a binary or a numeric label."""
    binary = target == "late"
    return Model.model_validate(
        {
            "model": "flight_late",
            "task": "binary" if binary else "regression",
            "timezone": "America/New_York",
            "predictions": {
                "source": "demo",
                "table": "predictions",
                "id": "prediction_id",
                "time": "predicted_at",
                "score": "score",
                "decision": "decision" if binary else "predicted_delay",
                "version": "model_version",
                "segments": ["origin", "carrier"],
                "status": {"column": "status", "ok": ["ok"]},
            },
            "feedback": {
                "source": "demo",
                "table": "feedback",
                "id": "prediction_id",
                "time": "observed_at",
                "target": target,
                "ages": AGES,
            },
            "positive": {"decision": "warn", "target": 1} if binary else None,
            "metrics": METRICS
            if binary
            else ["mae", "wape", "bias", "within_tolerance", "p90_abs_error", "rmse", "r2"],
            "metric_options": {} if binary else {"within_tolerance": 15},
        }
    )


def cohort_of(folder: Path, target: str, day: date, age: int) -> Cohort:
    """Read a cohort as it was known at the end of its age."""
    made, known = windows.window(day, NEW_YORK), windows.window(day + timedelta(days=age), NEW_YORK)
    query = f"""
        SELECT p.* EXCLUDE (status), f.{target}, f.observed_at::TIMESTAMPTZ AS __label_time
        FROM read_parquet(?) p LEFT JOIN (SELECT * FROM read_parquet(?) WHERE observed_at < ?) f USING (prediction_id)
        WHERE p.predicted_at >= ? AND p.predicted_at < ? AND p.status = 'ok' AND p.score IS NOT NULL
    """
    files = [str(folder / f"{name}.parquet") for name in ("predictions", "feedback")]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        table = connection.sql(query, params=[*files, known.end, made.start, made.end]).to_arrow_table()
    return Cohort("flight_late", day, age, day + timedelta(days=age), table)


@pytest.fixture(scope="module")
def raw(flights: Path) -> pd.DataFrame:
    """Every good prediction with its label, local day and delay of the label in local days."""
    predictions = pd.read_parquet(flights / "predictions.parquet")
    whole = predictions.merge(pd.read_parquet(flights / "feedback.parquet"), on="prediction_id", how="left")
    whole["day"] = whole["predicted_at"].dt.tz_convert("America/New_York").dt.date
    whole["seen"] = whole["observed_at"].dt.tz_convert("America/New_York").dt.date
    whole["delay_days"] = (whole["observed_at"] - whole["predicted_at"]).dt.total_seconds() / 86_400
    return whole[whole["status"] == "ok"]


def oracle(rows: pd.DataFrame, seen: pd.DataFrame) -> dict[str, float]:
    """Recompute the binary metrics the long way."""
    y, score, decision = (
        seen["late"].to_numpy(dtype=int),
        seen["score"].to_numpy(),
        (seen["decision"] == "warn").to_numpy(),
    )
    return {
        "roc_auc": sk.roc_auc_score(y, score),
        "average_precision": sk.average_precision_score(y, score),
        "precision": sk.precision_score(y, decision),
        "recall": sk.recall_score(y, decision),
        "f1": sk.f1_score(y, decision),
        "log_loss": sk.log_loss(y, score),
        "brier": sk.brier_score_loss(y, score),
        "calibration_ratio": y.sum() / score.sum(),
        "prevalence": y.mean(),
        "predicted_positive_rate": (rows["decision"] == "warn").mean(),
    }


def whole_day(found: list[Measurement], signal: str) -> dict[str, float | None]:
    """Values of one signal over the whole cohort."""
    return {m.subject: m.value for m in found if m.signal == signal and not m.segment}


@pytest.mark.parametrize(("day", "age"), PAIRS)
def test_real_cohorts_equal_a_recomputation(day: date, age: int, flights: Path, raw: pd.DataFrame) -> None:
    """Metrics, coverage and delay of ten cohorts equal pandas and scikit-learn to 1e-9, segments at the last age too."""
    rows = raw[raw["day"] == day]
    seen = rows[rows["seen"] <= day + timedelta(days=age)]

    found = performance.measure(flight_model("late"), cohort_of(flights, "late", day, age))

    assert whole_day(found, "performance") == pytest.approx(oracle(rows, seen), abs=1e-9)
    assert whole_day(found, "label_coverage") == pytest.approx({"": len(seen) / len(rows)}, abs=1e-9)
    p50, p90 = np.quantile(seen["delay_days"], [0.5, 0.9])
    expected = {"p50": p50, "p90": p90, "newest": (day + timedelta(days=age) - seen["seen"].max()).days}
    expected |= {f"day={k:02d}": (seen["seen"] <= day + timedelta(days=k)).mean() for k in range(age)}
    assert whole_day(found, "label_delay") == pytest.approx(expected, abs=1e-9)
    by_segment = {m.segment: m.value for m in found if m.segment}
    assert bool(by_segment) == (age == max(AGES))
    for segment, value in by_segment.items():
        name, wanted = segment.split("=", 1)
        column = "model_version" if name == "version" else name
        largest = rows[column].value_counts()
        assert largest[wanted] >= 100
        part = seen[seen[column] == wanted]
        assert value == pytest.approx(sk.roc_auc_score(part["late"].astype(int), part["score"]), abs=1e-9)


@pytest.mark.parametrize(("day", "age"), PAIRS[:3])
def test_real_delays_equal_a_recomputation(day: date, age: int, flights: Path, raw: pd.DataFrame) -> None:
    """Regression metrics of the predicted delay equal pandas and scikit-learn to 1e-9."""
    rows = raw[(raw["day"] == day) & (raw["seen"] <= day + timedelta(days=age))]
    y, predicted = rows["arrival_delay"].to_numpy(), rows["predicted_delay"].to_numpy()

    found = performance.measure(flight_model("arrival_delay"), cohort_of(flights, "arrival_delay", day, age))

    assert whole_day(found, "performance") == pytest.approx(
        {
            "mae": sk.mean_absolute_error(y, predicted),
            "wape": np.abs(y - predicted).sum() / np.abs(y).sum(),
            "bias": (predicted - y).mean(),
            "within_tolerance": (np.abs(y - predicted) <= 15).mean(),
            "p90_abs_error": np.quantile(np.abs(y - predicted), 0.9),
            "rmse": sk.root_mean_squared_error(y, predicted),
            "r2": sk.r2_score(y, predicted),
        },
        abs=1e-9,
    )


@pytest.mark.parametrize(("day", "age"), PAIRS[1:4])
def test_the_cohort_that_sources_read_measures_the_same(day: date, age: int, flights: Path) -> None:
    """A cohort read from the demo's files measures what the one joined here measures, to the last bit."""
    demo = open_source("demo", f"file://{flights}", lambda: datetime(2014, 1, 1, tzinfo=UTC))
    late = flight_model("late")

    found = performance.measure(late, read_cohort(demo, demo, late, day, age))

    joined = performance.measure(late, cohort_of(flights, "late", day, age))
    assert [replace(m, method=None) for m in found] == [replace(m, method=None) for m in joined]
