"""When cohorts are evaluated, and evaluated again: what changed in the tables since, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.io.labelled import FIRST, LOADED, Log, counted, days, model, text, week_of_predictions
from vitals.io.evaluating import evaluate
from vitals.io.sources.base import Query, Session, Source


class Counting(Source):
    """A source that counts the rows it gives, per table."""

    joins = True

    def __init__(self, inner: Source, read: dict[str, int]) -> None:
        super().__init__(inner.name, inner.clock)
        self._inner, self._read = inner, read

    @property
    def identity(self) -> str:
        """That of the source itself."""
        return self._inner.identity

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session of the source itself, and count what it reads."""
        with self._inner.session() as session:
            yield CountingSession(session, self._read)


class CountingSession:
    """A session of a source that is counted."""

    def __init__(self, inner: Session, read: dict[str, int]) -> None:
        self._inner, self._read = inner, read
        self.schema, self.form = inner.schema, inner.form

    def rows(self, query: Query) -> pa.Table:
        """Read rows and count them."""
        found = self._inner.rows(query)
        self._read[query.table] += found.num_rows
        return found


pytestmark = pytest.mark.slow


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A week of predictions, without labels."""
    return week_of_predictions(tmp_path)


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


def test_events_that_come_late_are_said_again(log: Log) -> None:
    """Event labels have no coverage, but their number is stored: an event with an old time revises its cohort once."""
    day, watched = days(0, 0)[0], model({"labels": "event"})
    log.label(day, range(10), 0.5, late=1)
    log.observe(*days(0, 4), model=watched)
    unchanged = log.again()
    log.label(day, range(10, 20), 0.5, late=1)

    log.observe(*days(5, 5), model=watched)
    log.observe(*days(6, 6), model=watched)

    assert unchanged == []
    assert [(one, age, known) for one, age, known, _ in log.again()] == [
        (day, 1, days(5, 5)[0]),
        (day, 3, days(5, 5)[0]),
    ]


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


def test_a_day_reads_the_cohorts_that_are_due_and_no_others(log: Log) -> None:
    """A week of predictions with labels each; of them two cohorts are due, with the labels they have at their age."""
    for day in days(0, 6):
        log.label(day, range(40), 0.5)
        log.label(day, range(40, 50), 1.5)
        log.label(day, range(50, 60), 4)
    read: dict[str, int] = {"predictions": 0, "feedback": 0}

    with log.world(None) as world:
        world._sources["log"] = Counting(world.source("log"), read)
        evaluate(world, log.model, days(3, 3)[0])

    assert read == {"predictions": 2 * 60, "feedback": 40 + 50}


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
