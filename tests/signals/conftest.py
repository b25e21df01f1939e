"""A small prediction log for signals: a model, a day of rows, a cohort with labels."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from vitals.records import Cohort, Partition, PartitionFacts
from vitals.spec.model import Model

DAY = date(2013, 8, 14)
START = datetime(2013, 8, 14, 4, tzinfo=UTC)

SPEC: dict[str, Any] = {
    "model": "late",
    "task": "binary",
    "timezone": "America/New_York",
    "predictions": {
        "source": "log",
        "table": "predictions",
        "id": "id",
        "time": "at",
        "score": "score",
        "decision": "decision",
        "version": "model_version",
        "segments": ["origin", "carrier"],
        "latency_ms": "latency_ms",
        "status": {"column": "status", "ok": ["ok", "cached"]},
        "saturation": {"column": "queue", "capacity": 4.0},
    },
    "feedback": {"source": "log", "table": "feedback", "id": "id", "time": "seen_at", "target": "late", "ages": [1, 7]},
    "positive": {"decision": "warn", "target": 1},
    "metrics": ["roc_auc", "precision", "recall", "log_loss", "prevalence", "predicted_positive_rate"],
    "defaults": {"score": [0.5], "decision": ["unknown"], "origin": ["?"]},
    "avoid": [
        {"name": "Told ok above 50 %", "where": "true", "at_most": 0},
        {"name": "Missed", "over": "outcomes", "where": "true", "share": 0.4},
    ],
    "heuristics": [{"name": "Evening share", "value": "1"}, {"name": "Mean score", "value": "1"}],
}

MakeModel = Callable[..., Model]
MakePartition = Callable[..., Partition]
MakeCohort = Callable[..., Cohort]


def rows(n: int = 400, seed: int = 1) -> dict[str, list[Any]]:
    """Columns of a plain day."""
    rng = np.random.default_rng(seed)
    score = np.round(rng.beta(2, 5, n), 3)
    return {
        "id": [f"r{i}" for i in range(n)],
        "at": [START + timedelta(minutes=3 * i) for i in range(n)],
        "score": score.tolist(),
        "decision": np.where(score > 0.35, "warn", "ok").tolist(),
        "model_version": ["v1" if i % 4 else "v2" for i in range(n)],
        "origin": [("LGA", "JFK", "EWR", None)[i % 4] for i in range(n)],
        "carrier": [f"c{i % 37}" for i in range(n)],
        "latency_ms": rng.gamma(4, 8, n).tolist(),
        "status": ["ok" if i % 50 else "error" for i in range(n)],
        "queue": rng.random(n).tolist(),
    }


def labels(table: dict[str, list[Any]], seed: int = 2, share: float = 0.9) -> dict[str, list[Any]]:
    """Calibrated labels for nine rows of ten, one to thirty hours after the prediction."""
    rng = np.random.default_rng(seed)
    seen = rng.random(len(table["at"])) < share
    late = rng.random(len(seen)) < np.asarray(table["score"])
    hours = rng.integers(1, 30, len(seen))
    return {
        "late": [int(y) if s else None for y, s in zip(late, seen, strict=True)],
        "__label_time": [
            at + timedelta(hours=int(h)) if s else None for at, h, s in zip(table["at"], hours, seen, strict=True)
        ],
    }


def columns(table: dict[str, list[Any]]) -> pa.Table:
    """Arrow as sources give it."""
    typed = {}
    for name, values in table.items():
        column = pa.array(values)
        if pa.types.is_timestamp(column.type) or name in {"at", "__label_time"}:
            column = column.cast(pa.timestamp("us", "UTC"))
        elif pa.types.is_string(column.type):
            column = column.dictionary_encode()
        typed[name] = pa.chunked_array([column])
    return pa.table(typed)


@pytest.fixture(scope="session")
def model() -> MakeModel:
    """Build the model, with parts replaced (`feedback=None`) or keys of predictions changed (`predictions={...}`)."""

    def make(predictions: dict[str, Any] | None = None, **changes: Any) -> Model:
        spec = SPEC | changes | {"predictions": SPEC["predictions"] | (predictions or {})}
        return Model.model_validate(spec)

    return make


@pytest.fixture(scope="session")
def partition() -> MakePartition:
    """Build a day from columns; what the facts say may be changed."""

    def make(table: dict[str, list[Any]] | None = None, **facts: Any) -> Partition:
        arrow = columns(rows() if table is None else table)
        hours = np.bincount(
            [at.hour - 4 if at.hour >= 4 else at.hour + 20 for at in arrow["at"].to_pylist()], minlength=24
        )
        plain = {
            "rows": arrow.num_rows,
            "duplicates": 0,
            "hours": tuple(hours.tolist()),
            "hour_lengths": (1.0,) * 24,
            "columns": tuple(arrow.column_names),
            "first_time": START,
            "last_time": START,
        }
        window = {"window_start": START, "window_end": START + timedelta(days=1)}
        return Partition(PartitionFacts(model="late", day=DAY, **window, **(plain | facts)), arrow)

    return make


@pytest.fixture(scope="session")
def cohort() -> MakeCohort:
    """Build a cohort from columns with labels."""

    def make(table: dict[str, list[Any]] | None = None, age: int = 1, **facts: Any) -> Cohort:
        if table is None:
            table = rows()
            table |= labels(table)
        return Cohort(
            **({"model": "late", "day": DAY, "age": age, "known_on": DAY + timedelta(days=age)} | facts),
            table=columns(table),
        )

    return make


@pytest.fixture
def plain_rows() -> dict[str, list[Any]]:
    """Columns of a plain day of 400 rows, every three minutes from midnight."""
    return rows()


@pytest.fixture
def plain_cohort() -> dict[str, list[Any]]:
    """The plain day with labels for nine rows of ten."""
    table = rows()
    return table | labels(table)
