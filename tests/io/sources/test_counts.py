"""Labels counted for weeks at once, and rows that arrived: equal to what cohorts read one by one, from every source."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from vitals.io.sources import Source, open_source, read_cohort
from vitals.io.sources.arrivals import arrivals
from vitals.io.sources.counts import label_counts
from vitals.records import Day
from vitals.spec.model import Model
from vitals.windows import window

pytestmark = pytest.mark.slow

DAYS = [date(2013, 3, 7) + timedelta(days=i) for i in range(6)]  # clocks go forward on the fourth
UNTIL = date(2013, 3, 20)
NEW_YORK = ZoneInfo("America/New_York")
Make = Callable[..., Model]


def log(seed: int, n: int = 300, repeated: bool = False) -> dict[str, pa.Table]:
    """Predictions over a week with a change of clocks, some failed, and labels around them; ids may repeat in a day."""
    rng = random.Random(seed)
    start = window(DAYS[0], NEW_YORK).start
    at = [start + timedelta(minutes=rng.randrange(6 * 24 * 60)) for _ in range(n)]
    keys = [f"k{i}" for i in range(n)]
    if repeated:
        keys = [key if i % 5 else keys[i - 1] for i, key in enumerate(keys)]
        at = [time if i % 5 or not i else at[i - 1] + timedelta(seconds=7) for i, time in enumerate(at)]
    seen = [
        (i, at[i] + timedelta(minutes=rng.randrange(-600, 12_000))) for i in range(n) for _ in range(rng.randrange(3))
    ]
    instants = pa.timestamp("us", "UTC")
    return {
        "predictions": pa.table(
            {
                "id": keys,
                "at": pa.array(at, instants),
                "score": pa.array([None if rng.random() < 0.1 else 0.5 for _ in range(n)], pa.float64()),
                "status": [rng.choice(["ok", "cached", "timeout"]) for _ in range(n)],
                "loaded": pa.array([time + timedelta(hours=rng.choice([1, 1, 200])) for time in at], instants),
            }
        ),
        "feedback": pa.table(
            {
                "id": [keys[i] for i, _ in seen],
                "seen": pa.array([time for _, time in seen], instants),
                "late": pa.array([rng.choice([0, 1, None]) for _ in seen], pa.int64()),
                "loaded": pa.array([time + timedelta(hours=rng.choice([1, 40])) for _, time in seen], instants),
            }
        ),
    }


def counted(left: Source, right: Source, model: Model, as_of: datetime) -> dict[tuple[Day, int], int]:
    """Labels per cohort and age, from the one count."""
    counts = label_counts(left, right, model, DAYS, UNTIL, as_of)
    ages = (1, 2, 7)
    return {
        (day, age): sum(n for seen, n in counts[day].items() if seen <= day + timedelta(days=age))
        for day in DAYS
        for age in ages
    }


def read(left: Source, right: Source, model: Model, as_of: datetime) -> dict[tuple[Day, int], int]:
    """Labels per cohort and age, from the cohorts."""
    found = {}
    for day in DAYS:
        for age in (1, 2, 7):
            label = read_cohort(left, right, model, day, age, as_of=as_of).table["late"]
            found[day, age] = len(label) - label.null_count
    return found


LATER = datetime(2014, 1, 1, tzinfo=UTC)


@pytest.fixture
def model(make_model: Make) -> Model:
    return make_model(feedback={}, status={"column": "status", "ok": ["ok", "cached"]}, where="score < 0.9 OR true")


def test_one_count_for_weeks(plant: Callable[..., Source], model: Model) -> None:
    """As many labels per cohort and age as the cohorts have, over a change of clocks, with null labels and failures."""
    source = plant(**log(1))

    found = counted(source, source, model, LATER)

    assert found == read(source, source, model, LATER)
    assert len(set(found.values())) > 5


def test_the_first_of_an_id_counts(plant_as: Callable[..., Source], model: Model) -> None:
    """Of an id that occurs twice a day only the first row may count; a database's own count is only near."""
    tables = log(1, repeated=True)
    files, database = plant_as("parquet", **tables), plant_as("sqlite", **tables)

    exact = read(files, files, model, LATER)

    assert counted(files, files, model, LATER) == exact
    assert all(abs(n - exact[key]) < 12 for key, n in counted(database, database, model, LATER).items())


def test_two_sources_count_alike(plant_as: Callable[..., Source], model: Model) -> None:
    """Predictions here and labels there are counted as in one database."""
    tables = log(2)
    sources = [plant_as(kind, **tables) for kind in ("sqlite", "parquet", "csv")]

    found = [counted(left, right, model, LATER) for left in sources for right in sources]

    assert all(one == found[0] for one in found)


def test_late_predictions_are_not_counted_yet(plant: Callable[..., Source], make_model: Make) -> None:
    """Where predictions say when they were loaded, only what was there counts."""
    model = make_model(feedback={}, loaded_at="loaded")
    source = plant(**log(3))
    as_of = window(DAYS[-1], NEW_YORK).end

    found = counted(source, source, model, as_of)

    assert found == read(source, source, model, as_of) != counted(source, source, model, LATER)


def test_no_labels_and_no_predictions(plant: Callable[..., Source], model: Model) -> None:
    """Weeks without labels or without predictions count nothing."""
    tables = log(4)
    source = plant(predictions=tables["predictions"], feedback=tables["feedback"].slice(0, 0))
    long_ago = [day - timedelta(days=900) for day in DAYS]

    assert set(counted(source, source, model, LATER).values()) == {0}
    assert all(not count for count in label_counts(source, source, model, long_ago, long_ago[-1], LATER).values())


def expected_arrivals(tables: dict[str, pa.Table], span: tuple[datetime, datetime]) -> dict[Day, datetime]:
    """The definition, row by row."""
    made = {row["id"]: row["at"] for row in tables["predictions"].to_pylist()}
    found: dict[Day, datetime] = {}
    for row in tables["feedback"].to_pylist():
        day = made[row["id"]].astimezone(NEW_YORK).date()
        visible = row["seen"] < window(DAYS[-1] + timedelta(days=1), NEW_YORK).end
        if span[0] <= row["loaded"] < span[1] and row["late"] is not None and visible:
            found[day] = min(row["seen"], found.get(day, row["seen"]))
    return found


def test_cohorts_whose_labels_arrived(plant: Callable[..., Source], make_model: Make) -> None:
    """Per cohort the earliest time of the labels loaded in a span; a label without a value is none."""
    model, tables = make_model(feedback={"loaded_at": "loaded"}), log(5, 60)
    source = plant(**tables)
    spans = [(window(day, NEW_YORK).end, window(day + timedelta(days=1), NEW_YORK).end) for day in DAYS]

    found = [arrivals(source, source, model, DAYS, span) for span in spans]

    assert found == [expected_arrivals(tables, span) for span in spans]
    assert sum(map(len, found)) > 6


def test_cohorts_whose_predictions_arrived(plant: Callable[..., Source], make_model: Make) -> None:
    """A prediction that was loaded late belongs to its cohort from the start of its day on."""
    model, tables = make_model(feedback={}, loaded_at="loaded"), log(6, 60)
    source = plant(**tables)
    span = window(DAYS[-1], NEW_YORK).end, window(DAYS[-1] + timedelta(days=9), NEW_YORK).end

    found = arrivals(source, source, model, DAYS, span)

    late = {
        row["at"].astimezone(NEW_YORK).date()
        for row in tables["predictions"].to_pylist()
        if span[0] <= row["loaded"] < span[1]
    } & set(DAYS)
    assert found == {day: window(day, NEW_YORK).start for day in late}
    assert len(late) > 3


def test_rows_that_do_not_say_when_they_were_loaded_never_arrive(plant: Callable[..., Source], model: Model) -> None:
    """Without `loaded_at` there are no arrivals, and no days have none."""
    source = plant(**log(7, 20))
    span = datetime(2000, 1, 1, tzinfo=UTC), LATER

    assert arrivals(source, source, model, DAYS, span) == {}
    assert label_counts(source, source, model, [], UNTIL, LATER) == {}


@pytest.mark.sql
def test_postgresql_with_files(
    plant_as: Callable[..., Source], plant_postgres: Callable[..., Any], postgres_url: str, make_model: Make
) -> None:
    """Predictions in PostgreSQL with labels in files, and the other way round, arrive and count alike."""
    tables = log(8, 80)
    plant_postgres(postgres_url, **tables)
    server, files = open_source("w", postgres_url, lambda: LATER), plant_as("parquet", **tables)
    model = make_model(feedback={"loaded_at": "loaded"})
    span = window(DAYS[1], NEW_YORK).end, window(DAYS[3], NEW_YORK).end
    pairs = [(server, server), (server, files), (files, server), (files, files)]

    assert len({str(counted(*pair, model, LATER)) for pair in pairs}) == 1
    assert [arrivals(*pair, model, DAYS, span) for pair in pairs] == [expected_arrivals(tables, span)] * 4
