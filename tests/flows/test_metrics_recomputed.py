"""The stored metrics are those of the raw files: recomputed with pandas and scikit-learn, from every kind of source."""

import random
import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from tasks.world import open_world
from tests.flows.replays import CLOCK, ROOT
from vitals.io.evaluating import evaluated
from vitals.io.settings import Settings
from vitals.records import Day
from vitals.spec import Model, load_model

PAIRS, SEED = 50, 20130401
NEW_YORK = ZoneInfo("America/New_York")
FIRST, LAST = date(2013, 4, 1), date(2013, 8, 31)
TIMES, KEYS = ("predicted_at", "observed_at"), ("predicted_at", "prediction_id")


def pairs(model: Model) -> list[tuple[Day, int]]:
    """Fifty random cohorts and ages, other ones for each model."""
    assert model.feedback is not None
    every = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
    return random.Random(f"{SEED}{model.name}").sample(
        [(day, age) for day in every for age in model.feedback.ages], PAIRS
    )


@pytest.fixture(scope="module")
def tables(flights: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The raw files."""
    return pd.read_parquet(flights / "predictions.parquet"), pd.read_parquet(flights / "feedback.parquet")


def midnight(day: Day) -> datetime:
    """The start of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)


def cohort(tables: tuple[pd.DataFrame, pd.DataFrame], day: Day, age: int) -> pd.DataFrame:
    """Answered flights of a local day with the labels known before the end of the age's day."""
    made, seen = tables
    made = made[(made.predicted_at >= midnight(day)) & (made.predicted_at < midnight(day + timedelta(days=1)))]
    made = made[(made.status == "ok") & made.score.notna()]
    end = midnight(day + timedelta(days=age + 1))
    return made.merge(seen[seen.observed_at < end], on="prediction_id", how="left")


def binary(rows: pd.DataFrame) -> dict[str, float | None]:
    """The metrics of flight_late."""
    known = rows[rows.late.notna()]
    late, warned = known.late == 1, known.decision == "warn"
    few = min(late.sum(), (~late).sum()) < 10
    return {
        "roc_auc": None if few else sk.roc_auc_score(late, known.score),
        "precision": sk.precision_score(late, warned, zero_division=np.nan),
        "recall": sk.recall_score(late, warned, zero_division=np.nan),
        "calibration_ratio": late.sum() / known.score.sum(),
        "prevalence": late.mean(),
        "predicted_positive_rate": (rows.decision == "warn").mean(),
    }


def regression(rows: pd.DataFrame) -> dict[str, float | None]:
    """The metrics of flight_delay."""
    known = rows[rows.arrival_delay.notna()]
    true, told = known.arrival_delay, known.predicted_delay
    error = told - true
    return {
        "mae": sk.mean_absolute_error(true, told),
        "wape": error.abs().sum() / true.abs().sum(),
        "bias": error.mean(),
        "within_tolerance": (error.abs() <= 15).mean(),
        "p90_abs_error": float(np.quantile(error.abs(), 0.9)),
        "rmse": sk.root_mean_squared_error(true, told),
        "r2": sk.r2_score(true, told),
    }


FORMULAS = {"flight_late": binary, "flight_delay": regression}


def compare(url: str, name: str, tables: tuple[pd.DataFrame, pd.DataFrame], home: Path) -> None:
    """Compare every metric of fifty cohorts with the same computed here; what cannot be said is rare."""
    model = load_model(ROOT / "deployments" / "models" / f"{name}.yaml")
    assert model.feedback is not None
    said = unsaid = 0
    with open_world(Settings.from_env({}, home=home, sources={"flights": url}), lambda: CLOCK) as world:
        for day, age in pairs(model):
            rows = cohort(tables, day, age)
            measured = evaluated(world, model, day, age, day + timedelta(days=age))
            found = {(m.signal, m.subject): m for m in measured if not m.segment}
            assert found["label_coverage", ""].value == rows[model.feedback.target].notna().mean()
            for metric, expected in FORMULAS[name](rows).items():
                value = found["performance", metric].value
                said, unsaid = (said + 1, unsaid) if value is not None else (said, unsaid + 1)
                if value is not None:
                    assert value == pytest.approx(expected, abs=1e-9, rel=0), (day, age, metric)
    assert said > 20 * unsaid


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMULAS)
def test_from_parquet(name: str, tables: tuple[pd.DataFrame, pd.DataFrame], flights: Path, tmp_path: Path) -> None:
    """The demo's own files, read by the product and by pandas."""
    compare(f"file://{flights}", name, tables, tmp_path)


@pytest.mark.slow
def test_from_sqlite(tables: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path) -> None:
    """The same rows in a SQLite file, times as text."""
    path = tmp_path / "flights.db"
    with sqlite3.connect(path) as connection:
        for table, rows, time, key in zip(("predictions", "feedback"), tables, TIMES, KEYS, strict=True):
            written = rows.assign(**{time: rows[time].dt.strftime("%Y-%m-%d %H:%M:%S.%f")})
            written.to_sql(table, connection, index=False, dtype={time: "TEXT"})
            connection.execute(f"CREATE INDEX {table}_key ON {table} ({key})")
    connection.close()

    for name in FORMULAS:
        compare(f"sqlite:///{path}", name, tables, tmp_path)


@pytest.mark.slow
@pytest.mark.sql
def test_from_postgresql(tables: tuple[pd.DataFrame, pd.DataFrame], postgres_url: str, tmp_path: Path) -> None:
    """The same rows in PostgreSQL, joined there."""
    import psycopg

    with psycopg.connect(postgres_url) as connection:
        for table, rows, key in zip(("predictions", "feedback"), tables, KEYS, strict=True):
            words = {"i": "bigint", "f": "double precision", "M": "timestamptz"}
            columns = ", ".join(f"{name} {words.get(kind.kind, 'text')}" for name, kind in rows.dtypes.items())
            connection.execute(f"CREATE TABLE {table} ({columns})")
            with connection.cursor().copy(f"COPY {table} FROM STDIN WITH (FORMAT csv)") as copy:
                copy.write(rows.to_csv(index=False, header=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ"))
            connection.execute(f"CREATE INDEX ON {table} ({key})")
            connection.execute(f"ANALYZE {table}")

    for name in FORMULAS:
        compare(postgres_url, name, tables, tmp_path)
