"""A small real world for the terminal: a prediction log, its labels, a model file, and what a person does with them."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

FIRST, DAYS, ROWS = date(2024, 3, 4), 8, 60
LAST = FIRST + timedelta(days=DAYS - 1)
NEW = LAST + timedelta(days=1)  # has rows and was not observed
FAULT = LAST - timedelta(days=1)  # from it on a rule is broken and all amounts are missing
REPLAYED = ("partition", "profile", "measurement", "validation", "drift", "finding", "incident", "transition", "triage")
MODEL = """\
model: credit
task: binary
timezone: America/New_York
predictions:
  source: log
  table: predictions
  id: id
  time: at
  score: score
  decision: decision
  version: version
  segments: [country]
  inputs: [country, age, amount]
  latency_ms: latency
  status: {column: status, ok: [ok]}
feedback:
  source: log
  table: labels
  id: id
  time: known_at
  target: late
  window: 7d
  ages: [1, 3]
positive: {decision: refer, target: 1}
metrics: [roc_auc]
defaults: {score: [0.5]}
avoid:
  - name: Approved above 0.9
    where: decision = 'approve' AND score > 0.9
heuristics:
  - name: Share referred
    value: avg((decision = 'refer')::int)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """Messages on stderr."""
        return [line for line in self.err.splitlines() if line.startswith("error: ")]


@dataclass
class Desk:
    """A folder with everything that a person at a terminal has, and the terminal itself, in this process."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @property
    def model(self) -> Path:
        """The model's file."""
        return self.folder / "models" / "credit.yaml"

    @property
    def store(self) -> Path:
        """The results store."""
        return self.folder / "home" / "vitals.db"

    def table(self, name: str = "predictions") -> Path:
        """The parquet file of a table."""
        return self.folder / "data" / f"{name}.parquet"

    def change(self, old: str, new: str) -> None:
        """Replace a text of the model file, which must be there."""
        text = self.model.read_text()
        assert old in text
        self.model.write_text(text.replace(old, new, 1))

    def rewrite(self, **columns: object) -> None:
        """Replace columns of the predictions (None drops one)."""
        replace(self.table(), columns)

    def run(self, *arguments: str) -> Ended:
        """Run a command of the terminal."""
        from deployments.cli import main

        self.capture.readouterr()
        code = main(list(arguments))
        said = self.capture.readouterr()
        return Ended(code, said.out, said.err)

    def incident(self, symptom: str) -> str:
        """The name of the last incident of a symptom."""
        with sqlite3.connect(self.store) as connection:
            query = "SELECT fingerprint || '/' || opened_on FROM incident WHERE symptom = ? ORDER BY opened_on DESC"
            found = connection.execute(query, (symptom,)).fetchone()
        connection.close()
        return str(found[0])

    def environ(self, **variables: str) -> None:
        """Set variables of the environment."""
        for name, value in variables.items():
            self.patch.setenv(name, value)

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every replayed row of the store, run ids included, read past Vitals."""
        return dump(self.store)


def replace(path: Path, columns: dict[str, object]) -> None:
    """Write a parquet file again with columns replaced, added or (None) dropped."""
    table = pq.read_table(path)
    for name, values in columns.items():
        there = name in table.column_names
        if values is None:
            table = table.drop_columns([name])
        elif there:
            table = table.set_column(table.column_names.index(name), name, values)
        else:
            table = table.append_column(name, values)
    pq.write_table(table, path)


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read all replayed rows of a SQLite store."""
    with sqlite3.connect(path) as connection:
        found = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in REPLAYED}
    connection.close()
    return found


def sit_down(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Point the environment at a folder."""
    for name in [name for name in os.environ if name.startswith("VITALS_")]:
        patch.delenv(name)
    patch.chdir(folder)
    for name, value in surroundings(folder).items():
        patch.setenv(name, value)


def surroundings(folder: Path) -> dict[str, str]:
    """Variables of the environment for a folder."""
    return {
        "VITALS_HOME": str(folder / "home"),
        "VITALS_MODELS_DIR": str(folder / "models"),
        "VITALS_SUITES_DIR": str(folder / "suites"),
        "VITALS_SOURCE_LOG_URL": f"file://{folder / 'data'}",
    }


def log(seed: int = 7) -> tuple[pa.Table, pa.Table]:
    """Predictions of all days with a broken rule on two of them, and their labels."""
    random = np.random.default_rng(seed)
    n = ROWS * (DAYS + 1)
    start = datetime(FIRST.year, FIRST.month, FIRST.day, 5, tzinfo=UTC)
    at = [start + timedelta(days=i // ROWS, minutes=20 * (i % ROWS)) for i in range(n)]
    score = np.round(random.uniform(0.02, 0.85, n), 4)
    decision = np.where(score > 0.5, "refer", "approve")
    spoilt = np.arange(n) // ROWS >= DAYS - 2
    score[spoilt & (np.arange(n) % 10 == 0)] = 0.95
    decision[score == 0.95] = "approve"
    instants = pa.timestamp("us", "UTC")
    predictions = pa.table(
        {
            "id": [f"p{i:05d}" for i in range(n)],
            "at": pa.array(at, instants),
            "score": score,
            "decision": decision.tolist(),
            "version": ["v1"] * n,
            "country": random.choice(["DE", "FR", "PL"], n).tolist(),
            "age": random.integers(18, 80, n),
            "amount": pa.array(np.round(random.lognormal(7, 1, n), 2), mask=spoilt),
            "latency": np.round(random.lognormal(3.6, 0.2, n), 1),
            "status": np.where(random.random(n) < 0.02, "failed", "ok").tolist(),
        }
    )
    labels = pa.table(
        {
            "id": predictions["id"],
            "known_at": pa.array([moment + timedelta(hours=20) for moment in at], instants),
            "late": (random.random(n) < score).astype("int64"),
        }
    )
    return predictions, labels
