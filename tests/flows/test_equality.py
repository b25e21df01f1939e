"""The promise that everything keeps: however days were observed, the tables are byte-equal.

Live one by one, as a shuffled parallel backfill, and killed anywhere and resumed.
"""

import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.flows.replays import (
    days_from,
    first_day,
    flight_late,
    killed,
    live,
    resumable,
    settings,
    shuffled,
    world_of,
)
from vitals.io.settings import Settings

DAYS = 60
KILLS = 25
SEED = 20131130


def dump(config: Settings) -> dict[str, list[tuple[object, ...]]]:
    """All rows that a replay must give again."""
    with world_of(config) as world:
        return world.store.dump("flight_late")


def differing(
    one: dict[str, list[tuple[object, ...]]], other: dict[str, list[tuple[object, ...]]]
) -> dict[str, object]:
    """The first differing row of every table: what a person needs to see."""
    return {
        table: next((pair for pair in zip(rows, other[table], strict=False) if pair[0] != pair[1]), len(other[table]))
        for table, rows in one.items()
        if rows != other[table]
    }


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, flights: Path) -> dict[str, list[tuple[object, ...]]]:
    """Sixty real days, one by one in one process, with everything (Great Expectations too)."""
    config = settings(tmp_path_factory.mktemp("live"), None, flights)
    live(config, flight_late(), days_from(first_day(), DAYS))
    return dump(config)


@pytest.mark.slow
@pytest.mark.gx
def test_a_live_run_says_something(lived: dict[str, list[tuple[object, ...]]]) -> None:
    """The compared tables are not empty, so equality means something."""
    counts = {table: len(rows) for table, rows in lived.items()}

    assert counts["partition"] == DAYS
    assert all(counts[table] > 0 for table in ("profile", "measurement", "validation", "drift", "finding", "incident"))


@pytest.mark.slow
@pytest.mark.gx
def test_a_shuffled_parallel_backfill_gives_the_live_tables(
    lived: dict[str, list[tuple[object, ...]]], tmp_path: Path, flights: Path
) -> None:
    """Observing in any order with four processes, judged once, equals sixty live days."""
    config = settings(tmp_path, None, flights)

    shuffled(config, flight_late(), days_from(first_day(), DAYS), SEED)

    assert differing(lived, dump(config)) == {}


@pytest.mark.sql
@pytest.mark.gx
def test_postgresql_holds_the_same_tables(
    lived: dict[str, list[tuple[object, ...]]], tmp_path: Path, flights: Path, postgres_url: str
) -> None:
    """A shuffled backfill into PostgreSQL equals sixty live days on SQLite."""
    config = settings(tmp_path, postgres_url, flights)
    with world_of(config) as world:
        world.store.upgrade()

    shuffled(config, flight_late(), days_from(first_day(), DAYS), SEED + 1)

    assert differing(lived, dump(config)) == {}


@pytest.mark.kill
@pytest.mark.gx
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.sql)])
def test_a_run_killed_anywhere_and_resumed_gives_the_live_tables(
    lived: dict[str, list[tuple[object, ...]]],
    tmp_path: Path,
    flights: Path,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    """SIGKILL at 25 random instants of observing and judging changes nothing in the end."""
    import great_expectations  # noqa: F401  children are forked with everything imported

    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    config = settings(tmp_path, url, flights)
    if url:
        with world_of(config) as world:
            world.store.upgrade()
    model, days = flight_late(), days_from(first_day(), DAYS)

    kills = killed(lambda seed: resumable(config, model, days, SEED + seed, validate=True), KILLS, SEED, 1.5)

    assert kills == KILLS
    assert differing(lived, dump(config)) == {}


@pytest.mark.slow
def test_a_day_that_grew_restates_itself_and_what_follows(tmp_path: Path, flights: Path) -> None:
    """A day read again after its file grew changes that day and later judgements, and nothing before it."""
    data = tmp_path / "data"
    shutil.copytree(flights, data)
    days = days_from(first_day(), 24)
    grown = days[15]
    whole = pq.read_table(data / "predictions.parquet")
    pq.write_table(without_afternoon(whole, grown), data / "predictions.parquet")
    config = settings(tmp_path / "home", None, data)
    model = flight_late()
    live(config, model, days, validate=False)
    before = dump(config)
    pq.write_table(whole, data / "predictions.parquet")

    live(config, model, [grown], validate=False)

    after = dump(config)
    fresh = settings(tmp_path / "fresh", None, data)
    live(fresh, model, days, validate=False)
    expected = dump(fresh)
    assert [row for row in before["drift"] if row[1] < grown] == [row for row in after["drift"] if row[1] < grown]
    assert before["partition"] != after["partition"]
    for table in ("profile", "drift", "finding", "incident", "transition"):
        assert after[table] == expected[table], table


def without_afternoon(table: pa.Table, day: object) -> pa.Table:
    """The log as it was before the afternoon of a day was loaded."""
    import pyarrow.compute as pc

    local = pc.assume_timezone(
        pc.local_timestamp(pc.cast(table["predicted_at"], pa.timestamp("us", tz="America/New_York"))), "UTC"
    )
    start = pa.scalar(day, pa.date32()).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    late = pc.and_(
        pc.greater_equal(local, pa.scalar(start.as_py() + timedelta(hours=14), local.type)),
        pc.less(local, pa.scalar(start.as_py() + timedelta(hours=24), local.type)),
    )
    return table.filter(pc.invert(late))
