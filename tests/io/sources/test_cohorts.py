"""Which predictions and which labels make a cohort, equal from every source and every pair of sources."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from vitals.errors import InputError
from vitals.io.sources import LABEL_TIME, Source, open_source, read_cohort
from vitals.records import Cohort
from vitals.spec.model import Model

DAY = date(2013, 5, 1)
T = datetime(2013, 5, 1, 12, tzinfo=UTC)
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
Make = Callable[..., Model]


def predictions(*rows: tuple[str | None, datetime, float | None, str]) -> pa.Table:
    ids, at, scores, statuses = zip(*rows, strict=True)
    return pa.table(
        {
            "id": ids,
            "at": pa.array(at, pa.timestamp("us", "UTC")),
            "score": pa.array(scores, pa.float64()),
            "status": statuses,
            "origin": ["LGA"] * len(ids),
        }
    )


def labels(*rows: tuple[str | None, datetime | None, int | None]) -> pa.Table:
    ids, seen, late = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "seen": pa.array(seen, pa.timestamp("us", "UTC")),
            "late": pa.array(late, pa.int64()),
        }
    )


def by_id(cohort: Cohort) -> dict[str, tuple[object, object]]:
    columns = [cohort.table[name].to_pylist() for name in ("id", "late", LABEL_TIME)]
    return {key: (label, when) for key, label, when in zip(*columns, strict=True)}


@pytest.fixture
def model(make_model: Make) -> Model:
    return make_model(feedback={}, status={"column": "status", "ok": ["ok", "cached"]}, segments=["origin"])


def test_which_predictions_count(plant: Callable[..., Source], model: Model) -> None:
    """Counted are first rows with an ok status and a score; the rest is counted by its first reason."""
    log = predictions(
        ("a", T, 0.1, "ok"),
        ("a", T + HOUR, 0.2, "ok"),
        ("b", T, 0.3, "timeout"),
        ("c", T, None, "ok"),
        ("d", T, None, "timeout"),
        ("e", T, 0.5, "cached"),
        (None, T, 0.6, "ok"),
        ("f", T - ONE_DAY, 0.7, "ok"),
    )
    source = plant(predictions=log, feedback=labels(("a", T + HOUR, 1), ("b", T + HOUR, 1), ("f", T + HOUR, 1)))

    cohort = read_cohort(source, source, model, DAY, 1)

    assert cohort.excluded == {"duplicate": 1, "status": 2, "no score": 1}
    assert by_id(cohort) == {"a": (1, T + HOUR), "e": (None, None), None: (None, None)}
    assert cohort.orphans == 1  # the label of b, which does not count
    assert cohort.table.column_names == ["id", "at", "score", "origin", "late", LABEL_TIME]
    assert (cohort.day, cohort.age, cohort.known_on) == (DAY, 1, date(2013, 5, 2))


def test_last_visible_label_wins(plant: Callable[..., Source], model: Model) -> None:
    """Visible is what came before the end of the age's day; of several the last wins, of equally late the greater."""
    log = predictions(*((key, T, 0.5, "ok") for key in "abcdef"))
    end = datetime(2013, 5, 3, 4, tzinfo=UTC)
    feedback = labels(
        ("a", T + HOUR, 1), ("a", T + 2 * HOUR, 0),
        ("b", T + HOUR, 0), ("b", T + HOUR, 1),
        ("c", T + HOUR, 1), ("c", T + 2 * HOUR, 1),
        ("d", end - timedelta(microseconds=1), 1), ("d", end, 0),
        ("e", T - HOUR, 1),
        ("f", T + HOUR, None), (None, T, 1), ("g", T, 1), ("f", None, 1),
    )  # fmt: skip
    source = plant(predictions=log, feedback=feedback)

    cohort = read_cohort(source, source, model, DAY, 1)

    labelled = {key: label for key, (label, _) in by_id(cohort).items()}
    assert labelled == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 1, "f": None}
    assert (cohort.relabelled, cohort.early, cohort.orphans) == (2, 1, 0)
    assert cohort.table["late"].type == pa.int64()
    assert cohort.table[LABEL_TIME].type == pa.timestamp("us", "UTC")


def test_as_known(plant: Callable[..., Source], make_model: Make) -> None:
    """Predictions and labels that were loaded later are not there yet, whatever their time says."""
    log = predictions(("a", T, 0.1, "ok"), ("b", T, 0.2, "ok"))
    log = log.append_column("loaded", pa.array([T + HOUR, T + 9 * ONE_DAY], pa.timestamp("us", "UTC")))
    feedback = labels(("a", T + HOUR, 1), ("a", T + 2 * HOUR, 0))
    feedback = feedback.append_column("loaded", pa.array([T + HOUR, T + 9 * ONE_DAY], pa.timestamp("us", "UTC")))
    source = plant(predictions=log, feedback=feedback)
    model = make_model(feedback={"loaded_at": "loaded"}, loaded_at="loaded")

    early, late = (read_cohort(source, source, model, DAY, age) for age in (1, 14))

    assert by_id(early) == {"a": (1, T + HOUR)}
    assert by_id(late) == {"a": (0, T + 2 * HOUR), "b": (None, None)}


def test_label_in_the_prediction_row(plant: Callable[..., Source], make_model: Make) -> None:
    """A log that carries its own labels is joined with itself."""
    log = predictions(("a", T, 0.1, "ok"), ("b", T, 0.2, "ok"), ("c", T, 0.2, "ok"))
    log = log.append_column("late", pa.array([True, None, False]))
    log = log.append_column("seen", pa.array([T + HOUR, None, T + 5 * ONE_DAY], pa.timestamp("us", "UTC")))
    source = plant(predictions=log)
    model = make_model(feedback={"table": "predictions"})

    cohort = read_cohort(source, source, model, DAY, 1, columns=("late", "status", LABEL_TIME))

    assert by_id(cohort) == {"a": (True, T + HOUR), "b": (None, None), "c": (None, None)}
    assert cohort.table.column_names == ["id", "at", "score", "status", "late", LABEL_TIME]
    assert cohort.table["late"].type == pa.bool_()


def test_no_rows_and_no_labels(plant: Callable[..., Source], model: Model) -> None:
    """A day without predictions and a table without labels give empty columns of the right types."""
    source = plant(predictions=predictions(("a", T, 0.1, "ok")), feedback=labels(("z", T - 4 * ONE_DAY, 1)))

    nothing = read_cohort(source, source, model, DAY - 5 * ONE_DAY, 1)
    unlabelled = read_cohort(source, source, model, DAY, 1)

    assert (nothing.table.num_rows, nothing.table["late"].type) == (0, pa.int64())
    assert by_id(unlabelled) == {"a": (None, None)}


def test_text_labels(plant: Callable[..., Source], model: Model) -> None:
    """Labels may be words; equally late ones go by their characters."""
    feedback = labels(("a", T, 1), ("a", T, 0), ("b", T, 1)).drop_columns("late")
    feedback = feedback.append_column("late", pa.array(["spam", "ham", "ham"]))
    log = predictions(("a", T, 0.1, "ok"), ("b", T, 0.1, "ok"), ("c", T, 0.1, "ok"))
    source = plant(predictions=log, feedback=feedback)

    cohort = read_cohort(source, source, model, DAY, 1)

    assert {key: label for key, (label, _) in by_id(cohort).items()} == {"a": "spam", "b": "ham", "c": None}


def random_log(seed: int, n: int = 250) -> dict[str, pa.Table]:
    rng = random.Random(seed)
    keys = [f"k{i}" for i in range(n)]
    rows = [
        (
            rng.choice(keys) if rng.random() < 0.3 else keys[i],
            T + timedelta(minutes=rng.randrange(-2000, 2000)),
            None if rng.random() < 0.1 else rng.randrange(5) / 4,
            rng.choice(["ok", "ok", "ok", "timeout"]),
        )
        for i in range(n)
    ]
    shown = [
        (rng.choice(keys), T + timedelta(minutes=rng.randrange(-3000, 9000)), rng.choice([0, 1, None]))
        for _ in range(2 * n)
    ]
    return {"predictions": predictions(*rows), "feedback": labels(*shown)}


def in_words(cohort: Cohort) -> tuple[Any, ...]:
    rows = sorted(map(str, cohort.table.to_pylist()))
    return rows, cohort.table.schema, cohort.excluded, cohort.relabelled, cohort.orphans, cohort.early


def test_every_pair_of_sources_gives_the_same_cohort(plant_as: Callable[..., Source], model: Model) -> None:
    """One join in a database, two files, and predictions here with labels there: equal in every row and count."""
    tables = random_log(1)
    sources = [plant_as(kind, **tables) for kind in ("sqlite", "parquet", "csv")]

    found = [in_words(read_cohort(left, right, model, DAY, 2)) for left in sources for right in sources]

    assert len(found[0][0]) > 50
    assert all(entry[3] > 0 and entry[4] > 0 and entry[5] > 0 for entry in found)
    assert all(entry == found[0] for entry in found[1:])


@pytest.mark.sql
def test_postgres_gives_the_same_cohort(
    plant_as: Callable[..., Source], postgres_url: str, plant_postgres: Callable[..., None], model: Model
) -> None:
    """PostgreSQL alone and mixed with files gives the cohort that SQLite gives."""
    tables = random_log(3)
    from_sqlite, from_parquet = plant_as("sqlite", **tables), plant_as("parquet", **tables)
    plant_postgres(postgres_url, **tables)
    server = open_source("w", postgres_url, lambda: T)

    expected = in_words(read_cohort(from_sqlite, from_sqlite, model, DAY, 2))

    for left, right in ((server, server), (server, from_parquet), (from_parquet, server)):
        assert in_words(read_cohort(left, right, model, DAY, 2)) == expected


def test_join_reads_only_labels_of_the_day(plant_as: Callable[..., Source], model: Model) -> None:
    """In one database the labels of other days' predictions do not leave it."""
    log = predictions(("a", T, 0.1, "ok"), ("b", T - 2 * ONE_DAY, 0.1, "ok"))
    source = plant_as("sqlite", predictions=log, feedback=labels(("a", T, 1), ("b", T, 1)))
    asked = []
    with source.session() as session:
        kind = type(session)
    original = kind.rows

    def counting(self: Any, query: Any) -> pa.Table:
        asked.append((query.table, (result := original(self, query)).num_rows))
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "rows", counting)
        read_cohort(source, source, model, DAY, 1)

    assert asked == [("predictions", 1), ("feedback", 1)]


@pytest.mark.parametrize(
    ("feedback", "message"),
    [
        ({"target": "score"}, "column 'score': feedback.target has the name of a prediction's column"),
        ({"target": "lat"}, "column 'lat': the table has no such column of feedback; did you mean 'late'"),
        ({"time": "sen"}, "column 'sen': .* did you mean 'seen'"),
        ({"table": "feedbacks"}, "table 'feedbacks': there is no .*did you mean 'feedback'"),
        ({"id": "late"}, r"feedback.id is int64, predictions.id is string"),
    ],
)
def test_mistakes(feedback: dict[str, str], message: str, plant: Callable[..., Source], make_model: Make) -> None:
    """A mistake of the feedback block is one message with place and remedy."""
    source = plant(predictions=predictions(("a", T, 0.1, "ok")), feedback=labels(("a", T, 1)))

    with pytest.raises(InputError, match=message):
        read_cohort(source, source, make_model(feedback=feedback), DAY, 1)


def test_without_feedback(plant_as: Callable[..., Source], make_model: Make) -> None:
    """A model without labels has no cohorts."""
    source = plant_as("parquet", predictions=predictions(("a", T, 0.1, "ok")))

    with pytest.raises(InputError, match="cohorts need a feedback block"):
        read_cohort(source, source, make_model(), DAY, 1)
