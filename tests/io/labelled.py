"""Support for tests of labels: a log in a SQLite file to which labels come as a test says, observed day by day."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from vitals.io import observing
from vitals.io.evaluating import evaluate
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import Day, Observation
from vitals.spec.model import Model

FIRST = date(2013, 10, 31)  # clocks go back on 3 November
NOON = timedelta(hours=17)  # 13:00 in New York
ROWS = 60
LOADED = {"loaded_at": "loaded"}
COLUMNS = "id TEXT, at TEXT, score REAL, decision TEXT, status TEXT, tried INTEGER, loaded TEXT"
Row = tuple[Any, ...]


@dataclass
class Log:
    """Sixty predictions a day in a SQLite file, to which labels come as a test says."""

    path: Path
    home: Path
    model: Model

    def sql(self, statement: str, rows: list[Row] | None = None) -> None:
        """Change the tables."""
        with sqlite3.connect(self.path) as connection:
            connection.executemany(statement, rows) if rows is not None else connection.execute(statement)
        connection.close()

    def predict(self, day: Day) -> None:
        """Write the predictions of a day; loaded an hour later."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) + NOON
        rows = []
        for i in range(ROWS):
            at = start + timedelta(minutes=i)
            score, status = i / ROWS, "ok" if i % 20 else "error"
            decision = "warn" if score > 0.5 else "ok"
            rows.append(
                (f"{day}/{i}", text(at), score, decision, status, int(i % 3 == 0), text(at + timedelta(hours=1)))
            )
        self.sql("INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def label(
        self, day: Day, numbers: range, after_days: float, loaded_days: float = 0, late: int | None = None
    ) -> None:
        """Write labels of some of a day's predictions: when known, and when loaded, in days after the day's noon."""
        noon = datetime(day.year, day.month, day.day, tzinfo=UTC) + NOON
        at, loaded = text(noon + timedelta(days=after_days)), text(noon + timedelta(days=max(after_days, loaded_days)))
        rows = [(f"{day}/{i}", at, i % 2 if late is None else late, loaded) for i in numbers]
        self.sql("INSERT INTO feedback VALUES (?, ?, ?, ?)", rows)

    def observe(self, *days: Day, model: Model | None = None, run: str | None = None) -> None:
        """Observe days as one run."""
        watched = model or self.model
        with self.world(run) as world:
            for day in days:
                partition = observing.read(world, watched, day)
                measured = evaluate(world, watched, day).measurements
                observing.record(world, watched, Observation(partition.facts, (), (), measured))

    def again(self) -> list[tuple[Day, int, Day, float]]:
        """Coverage that was said later than the cohort's age: cohort, age, when it was known, value."""
        with self.world(None) as world:
            rows = world.store.rows("measurements", "late")
        return sorted(
            (r["day"], r["age"], r["known_on"], r["value"])
            for r in rows
            if r["signal"] == "label_coverage" and r["known_on"] > r["day"] + timedelta(days=r["age"])
        )

    def world(self, run: str | None) -> World:
        """Open a world, as another run unless it is named."""
        environ = {"VITALS_HOME": str(self.home), "VITALS_SOURCE_LOG_URL": f"sqlite:///{self.path}"}
        named = {"run_id": run} if run else {}
        return World(
            Settings.from_env(environ), lambda: datetime(2014, 1, 1, tzinfo=UTC), lambda _: (), lambda _: "", **named
        )


def text(at: datetime) -> str:
    """An instant as the tables write it."""
    return at.replace(tzinfo=None).isoformat(sep=" ")


def model(feedback: dict[str, Any] | None = None, **changes: Any) -> Model:
    """A model over the log."""
    log = {"source": "log", "table": "predictions", "id": "id", "time": "at", "score": "score", "decision": "decision"}
    log |= {"status": {"column": "status", "ok": ["ok"]}, "inputs": ["tried"]}
    labels = {
        "source": "log",
        "table": "feedback",
        "id": "id",
        "time": "seen",
        "target": "late",
        "ages": [1, 3],
        "window": 3,
    }
    spec = {
        "model": "late",
        "task": "binary",
        "timezone": "America/New_York",
        "predictions": log | changes.pop("predictions", {}),
        "feedback": labels | (feedback or {}),
        "positive": {"decision": "warn", "target": 1},
        "metrics": ["prevalence", "precision"],
    }
    return Model.model_validate(spec | changes)


def week_of_predictions(folder: Path) -> Log:
    """A week of predictions, without labels."""
    made = Log(folder / "log.db", folder / "home", model())
    made.sql(f"CREATE TABLE predictions ({COLUMNS})")
    made.sql("CREATE TABLE feedback (id TEXT, seen TEXT, late INTEGER, loaded TEXT)")
    for day in days(0, 6):
        made.predict(day)
    return made


def days(first: int, last: int) -> list[Day]:
    """Days of the log by number, inclusive."""
    return [FIRST + timedelta(days=i) for i in range(first, last + 1)]


def counted(numbers: range) -> float:
    """Coverage when these rows have labels: three of sixty failed and do not count."""
    return len([i for i in numbers if i % 20]) / (ROWS - 3)
