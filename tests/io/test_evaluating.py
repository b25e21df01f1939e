"""When cohorts are evaluated, and evaluated again: what changed in the tables since, and nothing else."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from vitals.io import checking, observing
from vitals.io.evaluating import evaluate
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import Day, Measurement, Observation
from vitals.spec.model import Model

FIRST = date(2013, 10, 31)  # clocks go back on 3 November
NOON = timedelta(hours=17)  # 13:00 in New York
ROWS = 60
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


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A week of predictions, without labels."""
    made = Log(tmp_path / "log.db", tmp_path / "home", model())
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


def test_labels_that_come_late_are_said_again(log: Log) -> None:
    """Labels with an old time change the ages that they are visible at, once, on the day of the next run."""
    day = days(0, 0)[0]
    log.label(day, range(20), 0.5)
    log.observe(*days(0, 3))
    log.label(day, range(20, 40), 0.75)
    log.observe(*days(4, 4))
    log.label(day, range(40, 50), 2)
    log.observe(*days(5, 5))
    log.observe(*days(6, 6))

    fifth, sixth = days(4, 5)
    assert log.again() == [
        (day, 1, fifth, counted(range(40))),
        (day, 3, fifth, counted(range(40))),
        (day, 3, sixth, counted(range(50))),
    ]


def test_nothing_changed_is_nothing_said(log: Log) -> None:
    """Labels that were there when the age was reached, failures and ids that repeat are no news on later days."""
    for day in days(0, 6):
        log.label(day, range(50), 0.6)
    log.sql(
        "INSERT INTO predictions SELECT id, at, score, decision, 'ok', tried, loaded FROM predictions WHERE status = 'error'"
    )

    for day in days(0, 6):
        log.observe(day)

    assert log.again() == []


def test_another_value_of_a_label_alone_is_not_seen(log: Log) -> None:
    """Without `loaded_at` a cohort stays as it is until its number of labels changes; then all is looked at."""
    day = days(0, 0)[0]
    log.label(day, range(40), 0.5)
    log.observe(*days(0, 3))
    log.sql("UPDATE feedback SET late = 1")

    log.observe(*days(4, 4))
    before = log.again()
    log.label(day, range(41, 42), 0.5, late=1)
    log.observe(*days(5, 5))

    assert before == []
    with log.world(None) as world:
        stored = {m.subject: m.value for m in world.store.cohort("late", day, 3, days(5, 5)[0])}
    assert stored["prevalence"] == 1.0


def test_what_was_never_stored_is_not_said_later(log: Log) -> None:
    """A backfill's later days say nothing about cohorts whose age was reached before it began."""
    log.label(days(0, 0)[0], range(40), 0.5)

    log.observe(*days(5, 6))

    assert log.again() == []


def test_observing_a_day_again_says_the_same_again(log: Log) -> None:
    """The day that found the change finds it again: what is stored on the day itself is not compared with."""
    day = days(0, 0)[0]
    log.label(day, range(20), 0.5)
    log.observe(*days(0, 3))
    log.label(day, range(20, 40), 0.5)
    log.observe(*days(4, 4))
    said = log.again()

    log.observe(*days(4, 4))

    assert log.again() == said
    assert len(said) == 2


def test_another_model_file_is_not_compared_with(log: Log) -> None:
    """What was stored with other metrics is no earlier state of these."""
    log.label(days(0, 0)[0], range(20), 0.5)
    log.observe(*days(0, 3))
    log.label(days(0, 0)[0], range(20, 40), 0.5)

    log.observe(*days(4, 4), model=model(metrics=["recall"]))

    assert log.again() == []


def test_what_a_run_stored_itself_it_does_not_count_again(log: Log) -> None:
    """A backfill does not read weeks again for each of its days; the next run does."""
    log.label(days(0, 0)[0], range(20), 0.5)
    log.observe(*days(0, 3), run="backfill")
    log.label(days(0, 0)[0], range(20, 40), 0.5)

    log.observe(*days(4, 4), run="backfill")
    within = log.again()
    log.observe(*days(5, 5), run="next")

    assert within == []
    assert {known for _, _, known, _ in log.again()} == {days(5, 5)[0]}


def test_after_window_and_a_week_a_cohort_is_closed(log: Log) -> None:
    """Labels may revise what was said until a week after the end of their window."""
    first, second = days(0, 1)
    for day in (first, second):
        log.label(day, range(20), 0.5)
    log.observe(*days(0, 4))
    for day in (first, second):
        log.label(day, range(20, 40), 0.5)

    log.observe(second + timedelta(days=10))

    assert {day for day, _, _, _ in log.again()} == {second}


LOADED = {"loaded_at": "loaded"}


@pytest.mark.parametrize("order", [range(7), (6, 2, 4, 0, 5, 1, 3), range(6, -1, -1)])
def test_with_loaded_at_any_order_says_the_same(log: Log, order: Any) -> None:
    """Which cohorts changed between two days is read from the source, whatever is stored."""
    first, second = days(0, 1)
    watched = model(LOADED, predictions=LOADED)
    log.label(first, range(20), 0.5)
    log.label(first, range(20, 40), 0.75, loaded_days=4.2)
    log.label(second, range(10), 2, loaded_days=4.2)
    log.label(second, range(10, 20), 0.5, loaded_days=-1)

    for i in order:
        log.observe(FIRST + timedelta(days=i), model=watched)

    fifth, sixth = days(4, 5)
    assert log.again() == [
        (first, 1, fifth, counted(range(40))),
        (first, 3, fifth, counted(range(40))),
        (second, 3, sixth, counted(range(20))),
    ]


def test_loaded_by_night_is_known_on_the_day(log: Log) -> None:
    """Labels of a day that a nightly load brings before the day is due belong to what is known on it."""
    day = days(0, 0)[0]
    log.label(day, range(40), 1, loaded_days=1.5)  # 01:00 the night after; due at 06:00
    log.label(day, range(40, 50), 1, loaded_days=1.75)  # 07:00

    log.observe(*days(0, 4), model=model(LOADED))

    second, third = days(1, 2)
    with log.world(None) as world:
        on_time = {m.signal: m.value for m in world.store.cohort("late", day, 1, second)}
    assert on_time["label_coverage"] == counted(range(40))
    assert log.again() == [(day, 1, third, counted(range(50)))]


def test_the_same_label_loaded_again_is_no_news(log: Log) -> None:
    """A row that arrives and changes no number is not said."""
    day = days(0, 0)[0]
    log.label(day, range(40), 0.5)
    log.label(day, range(40), 0.5, loaded_days=4)

    log.observe(*days(0, 6), model=model(LOADED))

    assert log.again() == []


def test_a_relabelled_cohort_is_said_again(log: Log) -> None:
    """With `loaded_at`, another value with a later load is news, though there are no more labels."""
    day = days(0, 0)[0]
    log.label(day, range(40), 0.5)
    log.label(day, range(40), 0.6, loaded_days=4.2, late=1)

    log.observe(*days(0, 6), model=model(LOADED))

    with log.world(None) as world:
        revised = {m.subject: m for m in world.store.cohort("late", day, 3, days(4, 4)[0])}
    assert revised["prevalence"].value == 1.0
    assert "given again with another value" in (revised["p50"].method or "")


def test_late_predictions_join_their_cohort(log: Log) -> None:
    """With `loaded_at` on predictions alone, rows loaded after an age was reached are evaluated when they came."""
    day = days(0, 0)[0]
    watched = model(predictions=LOADED)
    log.label(day, range(60), 0.5)
    log.sql(f"UPDATE predictions SET loaded = '{text(datetime(2013, 11, 4, 17, tzinfo=UTC))}' WHERE id LIKE '{day}/5%'")

    for one in reversed(days(0, 6)):
        log.observe(one, model=watched)

    assert {(d, age, known) for d, age, known, _ in log.again()} == {(day, 1, days(4, 4)[0]), (day, 3, days(4, 4)[0])}


def test_labels_in_the_prediction_row(log: Log) -> None:
    """A log that carries its own labels is counted against itself."""
    day = days(0, 0)[0]
    log.sql("ALTER TABLE predictions ADD COLUMN late INTEGER")
    log.sql("ALTER TABLE predictions ADD COLUMN seen TEXT")
    watched = model({"table": "predictions"})
    seen = text(datetime(2013, 10, 31, 18, tzinfo=UTC))
    log.sql(f"UPDATE predictions SET late = 1, seen = '{seen}' WHERE id LIKE '{day}/1%'")
    log.observe(*days(0, 3), model=watched)
    log.sql(f"UPDATE predictions SET late = 0, seen = '{seen}' WHERE id LIKE '{day}/2%'")

    log.observe(*days(4, 4), model=watched)

    assert {(d, age, known) for d, age, known, _ in log.again()} == {(day, 1, days(4, 4)[0]), (day, 3, days(4, 4)[0])}


def test_without_predictions_there_is_no_cohort(log: Log) -> None:
    """Days before the log began have none, and say nothing later."""
    early = [FIRST - timedelta(days=back) for back in range(5, 0, -1)]

    log.observe(*early)

    with log.world(None) as world:
        assert {row["signal"] for row in world.store.rows("measurements", "late")} & {
            "performance",
            "label_coverage",
        } == set()


MISSED = {"name": "Missed", "over": "outcomes", "where": "decision = 'ok' AND late = 1", "share": 0.4}
NOTHING = {"name": "Nothing came", "over": "outcomes", "where": "late = 0", "share": 0.4}


def test_rules_over_outcomes_with_events(log: Log) -> None:
    """With event labels every prediction of the window has an outcome: nothing happened unless a label says so."""
    day = days(0, 0)[0]
    log.label(day, range(10, 30), 0.5, late=1)
    watched = model({"labels": "event"}, avoid=[MISSED, NOTHING])

    found = rules_of(log, watched, day + timedelta(days=3))

    assert {name: (m.value, m.n) for name, m in found.items()} == {
        "Missed": (pytest.approx(counted(range(10, 30))), 57),
        "Nothing came": (pytest.approx(1 - counted(range(10, 30))), 57),
    }


def test_rules_over_outcomes_with_explicit_labels(log: Log) -> None:
    """With explicit labels only what has one counts."""
    day = days(0, 0)[0]
    log.label(day, range(10, 30), 0.5, late=1)

    found = rules_of(log, model(avoid=[MISSED, NOTHING]), day + timedelta(days=3))

    assert {name: (m.value, m.n) for name, m in found.items()} == {"Missed": (1.0, 19), "Nothing came": (0.0, 19)}


def rules_of(log: Log, watched: Model, day: Day) -> dict[str, Measurement]:
    """Avoid rules measured on a day."""
    with log.world(None) as world:
        return {m.subject: m for m in evaluate(world, watched, day).measurements if m.signal == "avoid"}


def test_the_holdout_is_chosen_by_columns_of_the_prediction(log: Log) -> None:
    """Rows that match the predicate are measured beside the whole, at every age."""
    day = days(0, 0)[0]
    log.label(day, range(60), 0.5)
    watched = model({"holdout": "status = 'ok' AND tried = 0"})

    with log.world(None) as world:
        found = [m for m in evaluate(world, watched, day + timedelta(days=1)).measurements if m.subject == "prevalence"]

    held = [i for i in range(60) if i % 20 and i % 3]
    assert {m.segment: (m.value, m.n) for m in found} == {
        "": (pytest.approx(30 / 57), 57),
        "holdout": (sum(i % 2 for i in held) / len(held), len(held)),
    }


@pytest.mark.parametrize(
    ("holdout", "problem"),
    [
        ("tried = 0", None),
        ("tried = ", "syntax error"),
        ("late = 1", "unknown column 'late' at 1"),
        ("tryed = 0", "unknown column 'tryed' at 1; did you mean 'tried'?"),
        ("decision", "Could not convert string|must be true or false"),
        ("avg(score) > 0.5", "avg"),
    ],
)
def test_check_looks_at_the_holdout(log: Log, holdout: str, problem: str | None) -> None:
    """A predicate that cannot run, or that looks at the label, is found before anything runs."""
    with log.world(None) as world:
        told = [str(one) for one in checking.problems(world, model({"holdout": holdout}))]

    assert bool(told) == bool(problem)
    if problem:
        assert told[0].startswith("late feedback.holdout (rows the model did not influence): ")
        assert any(part in told[0] for part in problem.split("|"))


def test_a_holdout_by_a_missing_input_is_empty(log: Log) -> None:
    """An input that the table lacks is a finding of its own; the holdout says that it has no rows."""
    watched = model({"holdout": "gone = 0"}, predictions={"inputs": ["tried", "gone"]})

    with log.world(None) as world:
        found = evaluate(world, watched, FIRST + timedelta(days=1)).measurements

    assert {m.reason for m in found if m.segment == "holdout"} == {"n=0 < 30"}


def test_due_is_part_of_the_observation_where_rows_say_when_they_were_loaded() -> None:
    """Another due time counts other rows then, and only then."""
    early, late = time(6), time(9)

    plain = [replace_due(model(), due).spec_hash for due in (early, late)]
    loaded = [replace_due(model(LOADED), due).spec_hash for due in (early, late)]

    assert plain[0] == plain[1]
    assert loaded[0] != loaded[1]


def replace_due(watched: Model, due: Any) -> Model:
    """The model, due at another time."""
    return watched.model_copy(update={"due": due})
