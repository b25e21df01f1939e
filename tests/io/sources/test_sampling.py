"""A day with more rows than are read: a sample of whole ids, exact counts of all, the same from one read to the next."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from vitals.errors import InputError
from vitals.io.sources import Source, read_cohort
from vitals.io.sources.counts import label_counts
from vitals.spec.model import Model
from vitals.windows import window

pytestmark = pytest.mark.slow

DAY = date(2013, 3, 10)  # clocks go forward in New York
NEW_YORK = ZoneInfo("America/New_York")
ROWS, MOST = 1000, 300
INSTANT = pa.timestamp("us", "UTC")
Make = Callable[..., Model]
Plant = Callable[..., Source]


def tables() -> dict[str, pa.Table]:
    """A day of 900 rows and a few around it; some ids twice, some missing; a label for most."""
    draw = random.Random(5)
    start = window(DAY, NEW_YORK).start
    seconds = [draw.randrange(-7200, 23 * 3600 + 7200) for _ in range(ROWS)]
    at = [start + timedelta(seconds=s) for s in seconds]
    ids: list[str | None] = [f"{DAY}/{i:06d}/flight" for i in range(len(at))]
    for i in range(0, len(ids), 10):
        ids[i] = ids[i - 1] if i else None
        at[i] = at[i - 1] + timedelta(seconds=1) if i else at[i]
    for i in range(7, len(ids), 50):
        ids[i] = None
    labelled = [
        (key, when + timedelta(hours=5)) for key, when in zip(ids, at, strict=True) if key and draw.random() < 0.8
    ]
    local = [time.astimezone(NEW_YORK).replace(tzinfo=None) for time in at]
    return {
        "predictions": pa.table(
            {
                "id": pa.array(ids, pa.string()),
                "at": pa.array(at, INSTANT),
                "clock": pa.array(local, pa.timestamp("us")),
                "score": [draw.random() for _ in ids],
                "origin": [draw.choice(["JFK", "LGA"]) for _ in ids],
            }
        ),
        "feedback": pa.table(
            {
                "id": [key for key, _ in labelled],
                "seen": pa.array([when for _, when in labelled], INSTANT),
                "late": [draw.choice([0, 1]) for _ in labelled],
            }
        ),
    }


def rows_of(table: pa.Table) -> set[tuple[object, ...]]:
    return set(zip(*(table[name].to_pylist() for name in ("id", "at", "score", "origin")), strict=True))


@pytest.mark.parametrize("clock", [False, True], ids=["instants", "local clock"])
def test_a_sample_has_whole_ids_and_everything_is_counted(plant: Plant, make_model: Make, clock: bool) -> None:
    """Rows, duplicates, hours and ends are those of the whole day; the rows are some of its own, the same every time."""
    source = plant(**tables())
    times = {"time": "clock", "time_zone": "America/New_York"} if clock else {}
    columns = ["id", "at", "score", "origin", *(["clock"] if clock else [])]
    whole = source.read_day(make_model(**times), DAY, columns, None)
    model = make_model(top={"max_rows": MOST}, **times)

    sample, again = (source.read_day(model, DAY, columns, None) for _ in range(2))

    assert sample.facts == whole.facts
    assert sample.one_in == 3
    assert whole.one_in == 1
    assert 190 < sample.table.num_rows < 300
    assert rows_of(sample.table) < rows_of(whole.table)
    assert sample.table.equals(again.table)
    without_id = [key for key in sample.table["id"].to_pylist() if key is None]
    assert 0 < len(without_id) < 15  # of 20: their times decide


def test_a_cohort_has_the_same_sample_with_its_labels(plant: Plant, make_model: Make) -> None:
    """Every prediction that was read has the label it has in the whole cohort, and the grouped count agrees."""
    source, top = plant(**tables()), {"max_rows": MOST}
    whole = read_cohort(source, source, make_model(feedback={}), DAY, 1)
    model = make_model(feedback={}, top=top)

    cohort = read_cohort(source, source, model, DAY, 1)
    read = source.read_day(model, DAY, ["id", "at", "score", "origin"], None)
    counts = label_counts(source, source, model, [DAY], DAY, datetime(2014, 1, 1, tzinfo=UTC), sampled=True)

    label = dict(zip(whole.table["id"].to_pylist(), whole.table["late"].to_pylist(), strict=True))
    ids = cohort.table["id"].to_pylist()
    assert sorted(map(str, ids)) == sorted(map(str, read.table["id"].to_pylist()))
    assert [label[key] for key in ids if key] == [
        late for key, late in zip(ids, cohort.table["late"].to_pylist(), strict=True) if key
    ]
    assert cohort.one_in == 3
    seen = read_cohort(source, source, model, DAY, 0).table["late"]
    assert sum(counts[DAY].values()) == len(seen) - seen.null_count


@pytest.mark.parametrize("kind", ["parquet", "csv", "sqlite"])
def test_a_day_that_fits_is_read_whole(plant_as: Plant, make_model: Make, kind: str) -> None:
    """As many rows as may be read, and a model without ids: nothing is left out."""
    start = window(DAY, NEW_YORK).start
    log = pa.table({"id": list("abcde"), "at": pa.array([start] * 5, INSTANT), "score": [0.1] * 5})
    source = plant_as(kind, predictions=log)

    fits = source.read_day(make_model(top={"max_rows": 5}), DAY, ["at", "score"], None)
    nameless = source.read_day(make_model(top={"max_rows": 2}, id=None), DAY, ["at", "score"], None)

    assert [(one.table.num_rows, one.one_in, one.facts.rows) for one in (fits, nameless)] == [(5, 1, 5)] * 2


@pytest.mark.parametrize("kind", ["parquet", "csv", "sqlite"])
def test_ids_that_cannot_be_told_apart_are_refused(plant_as: Plant, make_model: Make, kind: str) -> None:
    """One id on every row would leave everything or nothing."""
    start = window(DAY, NEW_YORK).start
    log = pa.table({"id": ["a"] * 900, "at": pa.array([start] * 900, INSTANT), "score": [0.1] * 900})
    source = plant_as(kind, predictions=log)

    with pytest.raises(InputError, match=r"its 900 rows cannot be sampled, 1 in 9 are (0|900); name a column"):
        source.read_day(make_model(top={"max_rows": 100}), DAY, ["id", "at", "score"], None)


@pytest.mark.parametrize("kind", ["parquet", "csv", "sqlite"])
def test_a_predicate_comes_before_the_sample(plant_as: Plant, make_model: Make, kind: str) -> None:
    """Rows of other models in the same table neither count nor take places."""
    log = tables()["predictions"]
    source = plant_as(kind, predictions=log)
    where = {"where": "origin = 'JFK'"}
    whole = source.read_day(make_model(**where), DAY, ["id", "at", "score", "origin"], None)

    sample = source.read_day(make_model(top={"max_rows": MOST}, **where), DAY, ["id", "at", "score", "origin"], None)

    assert sample.facts == whole.facts
    assert sample.one_in == 2
    assert set(sample.table["origin"].to_pylist()) == {"JFK"}
    assert rows_of(sample.table) < rows_of(whole.table)
