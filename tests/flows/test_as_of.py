"""What was known on a past day can be asked for: with `loaded_at`, a replay stores what the live run stored then."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows import story
from tests.flows.replays import days_from, flight_late, settings, steps_of, world_of
from vitals.io.observing import due_instant
from vitals.io.settings import Settings
from vitals.records import Day
from vitals.spec import Model

FIRST, DAYS, SEED = date(2013, 5, 20), 30, 20130519
TABLES = ("predictions", "feedback")
Rows = list[tuple[Any, ...]]


def as_of_model() -> Model:
    """The demo model over tables that say when their rows were loaded."""
    model = flight_late()
    assert model.feedback is not None
    loaded = {"loaded_at": "loaded_at"}
    parts = {
        "predictions": model.predictions.model_copy(update=loaded),
        "feedback": model.feedback.model_copy(update=loaded),
        "expectations": (),
    }
    return model.model_copy(update=parts)


@pytest.fixture(scope="module")
def history(flights: Path) -> dict[str, pa.Table]:
    """A fifth of the flights, with loads minutes to hours after the fact, some days late, a few labels weeks late."""
    rng = np.random.default_rng(SEED)
    found = {}
    kept = pq.read_table(flights / "predictions.parquet", columns=["prediction_id"])["prediction_id"].take(
        pa.array(range(0, 144_000, 5))
    )
    for name, time, slow in (("predictions", "predicted_at", 0.004), ("feedback", "observed_at", 0.02)):
        table = pq.read_table(flights / f"{name}.parquet")
        table = table.filter(pc.is_in(table["prediction_id"], kept.combine_chunks()))
        hours = rng.exponential(1.5, table.num_rows)
        late = rng.random(table.num_rows)
        hours = np.where(late < slow, rng.uniform(24, 96, table.num_rows), hours)
        hours = np.where(late < slow / 4, rng.uniform(24 * 14, 24 * 19, table.num_rows), hours)
        times = np.asarray(table[time].cast(pa.timestamp("us", "UTC")).cast(pa.int64()))
        loaded = pa.array(times + (hours * 3_600_000_000).astype(np.int64)).cast(pa.timestamp("us", "UTC"))
        found[name] = table.append_column("loaded_at", loaded)
    return found


def write(history: dict[str, pa.Table], folder: Path, before: datetime | None = None) -> Path:
    """The tables as they were before an instant; complete without one."""
    folder.mkdir(exist_ok=True)
    for name in TABLES:
        table = history[name]
        if before is not None:
            table = table.filter(pc.less(table["loaded_at"], pa.scalar(before, pa.timestamp("us", "UTC"))))
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def observe(config: Settings, model: Model, days: list[Day]) -> None:
    """Observe days in the given order and judge once."""
    with world_of(config) as world:
        steps = steps_of(world, validate=False)
        for day in days:
            story.observe(model, day, steps)
        steps.judge(model)


def known_on(config: Settings, day: Day) -> Rows:
    """Every measurement that became known on a day."""
    with world_of(config) as world:
        return [row for row in world.store.dump("flight_late")["measurement"] if row[3] == day]


@pytest.mark.slow
def test_a_replay_stores_what_the_live_run_stored_then(history: dict[str, pa.Table], tmp_path: Path) -> None:
    """On each of thirty past days the rows are those that were stored then, from files that hold all that came later."""
    model, days = as_of_model(), days_from(FIRST, DAYS)
    live = settings(tmp_path / "live", None, tmp_path / "data")
    then = {}
    for day in days:
        write(history, tmp_path / "data", due_instant(model, day))
        observe(live, model, [day])
        then[day] = known_on(live, day)
    shuffled = list(days)
    random.Random(SEED).shuffle(shuffled)
    replay = settings(tmp_path / "replay", None, write(history, tmp_path / "complete"))

    observe(replay, model, shuffled)

    assert {day: known_on(replay, day) for day in days} == then
    with world_of(live) as one, world_of(replay) as other:
        assert one.store.dump("flight_late") == other.store.dump("flight_late")
    again = Counter((row[3] - row[1]).days - row[2] for rows in then.values() for row in rows if row[2])
    assert again[0] > 1000
    assert sum(again.values()) - again[0] > 1000  # what was said again, days and weeks later
    assert max(again) > 10


@pytest.mark.slow
def test_what_is_known_last_is_all_there_is(history: dict[str, pa.Table], tmp_path: Path) -> None:
    """After the last load the newest row of a cohort is what a run over everything would say of it."""
    model, day = as_of_model(), FIRST + timedelta(days=12)
    assert model.feedback is not None
    everything = model.model_copy(update={"feedback": model.feedback.model_copy(update={"loaded_at": None})})
    everything = everything.model_copy(update={"predictions": model.predictions.model_copy(update={"loaded_at": None})})
    config = settings(tmp_path / "as_of", None, write(history, tmp_path / "data"))
    plain = settings(tmp_path / "plain", None, tmp_path / "data")

    observe(config, model, days_from(day + timedelta(days=1), 21))
    observe(plain, everything, [day + timedelta(days=1)])

    with world_of(config) as one, world_of(plain) as other:
        known = _last(one.store.dump("flight_late")["measurement"], day, 1)
        expected = _last(other.store.dump("flight_late")["measurement"], day, 1)
    assert known == expected
    assert len(known) > 5


def _last(rows: Rows, day: Day, age: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The newest row of each measurement of a cohort at an age, without the day it was known on and the spec."""
    newest = sorted((row for row in rows if (row[1], row[2]) == (day, age)), key=lambda row: row[3])
    return {row[4:7]: row[7:-1] for row in newest}
