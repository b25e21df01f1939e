"""Databases as sources: names, read-only snapshots, indexes, limits, and what goes wrong."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from vitals.errors import InputError, SourceError
from vitals.io.sources import open_source
from vitals.io.sources.base import Query, Range
from vitals.io.sources.postgres import PostgresSource
from vitals.io.sources.select import select
from vitals.io.sources.times import Shape, TimeForm
from vitals.io.sqltext import quoted
from vitals.spec.model import Model

DAY = date(2013, 5, 1)
START, END = datetime(2013, 5, 1, 4, tzinfo=UTC), datetime(2013, 5, 2, 4, tzinfo=UTC)
Make = Callable[..., Model]


def clock() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    path = tmp_path / "my data's.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE predictions (id TEXT, at TEXT, score REAL)")
        connection.execute("INSERT INTO predictions VALUES ('a', '2013-05-01 12:00:00', 0.5)")
    return path


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def psql(url: str, *statements: str) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


PLANT = (
    "CREATE TABLE predictions (id text, at timestamptz, score float8)",
    "INSERT INTO predictions VALUES ('a', '2013-05-01 12:00:00+00', 0.5)",
)


def test_sqlite_never_creates_a_file(tmp_path: Path) -> None:
    """A path without a file is refused and stays without one."""
    with pytest.raises(InputError, match=r"no SQLite file .*gone\.db"):
        open_source("w", f"sqlite:///{tmp_path}/gone.db", clock).columns("predictions")

    assert not (tmp_path / "gone.db").exists()


def test_sqlite_is_read_only(sqlite_path: Path) -> None:
    """Nothing can be written through a source."""
    from vitals.io.sources.adbc import Failed

    source = open_source("w", f"sqlite:///{sqlite_path}", clock)

    with source.session() as session, pytest.raises(Failed, match="readonly"):
        session._connection.run("DELETE FROM predictions")


@pytest.mark.parametrize("name", ["sp ace", 'quo"te', "Groß", "select", "a.b", "it's", "MixedCase"])
def test_sqlite_names(name: str, sqlite_path: Path, make_model: Make) -> None:
    """Any name of a table or a column works, as a view does."""
    alias = quoted(name)
    run(sqlite_path, f"CREATE VIEW {alias} AS SELECT id, at, score AS {alias} FROM predictions")

    partition = open_source("w", f"sqlite:///{sqlite_path}", clock).read_day(
        make_model(table=name, score=name), DAY, ["id", "at", name], None
    )

    assert partition.table[name].to_pylist() == [0.5]


def test_sqlite_schema(sqlite_path: Path) -> None:
    """`main.predictions` is the table of that schema."""
    assert list(open_source("w", f"sqlite:///{sqlite_path}", clock).columns("main.predictions")) == [
        "id",
        "at",
        "score",
    ]


def test_sqlite_values_of_other_types(sqlite_path: Path, make_model: Make) -> None:
    """Whole numbers among reals are reals, reals among declared integers make the column real; text is refused."""
    run(
        sqlite_path,
        "CREATE TABLE mixed (id TEXT, at TEXT, score NUMERIC, n INTEGER, bad REAL)",
        "INSERT INTO mixed VALUES ('a', '2013-05-01 12:00:00', 1, 1, 1.0)",
        "INSERT INTO mixed VALUES ('b', '2013-05-01 12:00:00', 0.5, 1.5, 'oops')",
    )
    source = open_source("w", f"sqlite:///{sqlite_path}", clock)

    partition = source.read_day(make_model(table="mixed"), DAY, ["id", "score", "n"], None)

    assert partition.table["score"].to_pylist() == [1.0, 0.5]
    assert partition.table["n"].to_pylist() == [1.0, 1.5]
    with pytest.raises(InputError, match="column 'bad': is declared REAL and holds 'oops'"):
        source.read_day(make_model(table="mixed"), DAY, ["bad"], None)


def test_sqlite_mixed_types_beyond_the_first_batch(tmp_path: Path, make_model: Make) -> None:
    """A value of another type is seen however late it comes."""
    path = tmp_path / "w.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE predictions (id TEXT, at TEXT, score REAL, n INTEGER)")
        rows = [(f"r{i}", "2013-05-01 12:00:00", 0.5, i) for i in range(70_000)]
        connection.executemany(
            "INSERT INTO predictions VALUES (?, ?, ?, ?)", [*rows, ("z", "2013-05-01 12:00:00", 0.5, 0.25)]
        )

    partition = open_source("w", f"sqlite:///{path}", clock).read_day(make_model(), DAY, ["id", "n"], None)

    assert partition.table["n"][-1].as_py() == 0.25
    assert partition.facts.rows == 70_001


def test_sqlite_uses_the_index_on_time(sqlite_path: Path) -> None:
    """The time column is compared as it is, so an index on it serves."""
    run(sqlite_path, "CREATE INDEX by_time ON predictions (at)")
    span = Range("at", TimeForm(Shape.TEXT), START, END)
    sql = select(Query("predictions", ("id", "at"), (span,), "score > 0 OR 1"), quoted)

    with closing(sqlite3.connect(sqlite_path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()

    assert "USING INDEX by_time (at>? AND at<?)" in plan[0][3]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"table": "prediction"}, "table 'prediction': there is no such table or view; did you mean 'predictions'"),
        ({"id": "ID"}, "column 'ID': the table has no such column; did you mean 'id'"),
        ({"score": "scores"}, "column 'scores': .* did you mean 'score'"),
        ({"score": "id"}, "predictions.score must be a number, the column is TEXT"),
        ({"where": "nope > 1"}, r"no such column: nope; check predictions.where \(nope > 1\)"),
        ({"where": "score > 1)"}, "unbalanced parenthesis: nothing to close at 10"),
        ({"where": "score > 1; DROP TABLE predictions"}, "';' ends it at 10"),
        ({"where": "(SELECT load_extension('x'))"}, "check predictions.where"),
    ],
)
def test_sqlite_mistakes(changes: dict[str, str], message: str, sqlite_path: Path, make_model: Make) -> None:
    """A mistake of the model file is one message with place and remedy."""
    source = open_source("w", f"sqlite:///{sqlite_path}", clock)
    model = make_model(**changes)

    with pytest.raises(InputError, match=message) as caught:
        source.read_day(model, DAY, [model.predictions.id or "", model.predictions.score or ""], None)

    assert str(caught.value).startswith("source 'w', table 'prediction")


def test_sqlite_file_of_another_kind(tmp_path: Path) -> None:
    """A file that is no database is said to be none."""
    (tmp_path / "x.db").write_text("just text, and enough of it to look like a header of something" * 20)

    with pytest.raises(InputError, match="no SQLite database"):
        open_source("w", f"sqlite:///{tmp_path}/x.db", clock).columns("predictions")


def test_locked_sqlite_is_the_outsides_trouble(sqlite_path: Path) -> None:
    """A database that another process holds exclusively is worth another try."""
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE')"
    code += "; print('locked', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(sqlite_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()

        with pytest.raises(SourceError, match="locked; try again later"):
            open_source("w", f"sqlite:///{sqlite_path}", clock).columns("predictions")


@pytest.mark.parametrize(
    "url", ["mysql://u:s3cret@h/db", "s3cret", "", "postgresql//u:s3cret@h", "file//x", "http://[s3cret"]
)
def test_unknown_urls_are_not_repeated(url: str) -> None:
    """A URL of another kind is refused without showing what may be a password."""
    with pytest.raises(InputError, match="use file:///directory, sqlite") as caught:
        open_source("w", url, clock)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/db", SourceError),
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/db", SourceError),
        ("postgresql://u:s3cret%zz@127.0.0.1/db", InputError),
        ("postgresql://u:s3 cret@127.0.0.1/db", InputError),
        ("postgresql://127.0.0.1/db?password=s3cret&nope=1", InputError),
        ("postgresql://u:s3cret@127.0.0.1:port/db", InputError),
    ],
)
def test_unreachable_servers_keep_the_secret(url: str, error: type[Exception]) -> None:
    """No message about a connection holds the password, or a part of it."""
    with pytest.raises(error) as caught:
        open_source("w", url, clock).columns("predictions")

    assert "source 'w'" in str(caught.value)
    assert "cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.sql
@pytest.mark.parametrize("name", ["sp ace", 'quo"te', "Groß", "select", "a.b", "it's", "MixedCase"])
def test_postgres_names(name: str, postgres_url: str, make_model: Make) -> None:
    """Any name of a schema, table or column works, as a view does."""
    alias = quoted(name)
    psql(
        postgres_url,
        *PLANT,
        f"CREATE SCHEMA {alias}",
        f"CREATE VIEW {alias}.{alias} AS SELECT id, at, score AS {alias} FROM predictions",
        f"CREATE VIEW {alias} AS SELECT * FROM {alias}.{alias}",
    )
    source = open_source("w", postgres_url, clock)

    for table in [name, *([] if "." in name else [f"{name}.{name}"])]:
        partition = source.read_day(make_model(table=table, score=name), DAY, ["id", "at", name], None)

        assert partition.table[name].to_pylist() == [0.5]


@pytest.mark.sql
def test_postgres_is_read_only_and_one_snapshot(postgres_url: str) -> None:
    """A session writes nothing, and what others write meanwhile does not show in it."""
    from vitals.io.sources.adbc import Failed

    psql(postgres_url, *PLANT)
    source = open_source("w", postgres_url, clock)
    query = Query("predictions", ("id",))
    with source.session() as session:
        before = session.rows(query).num_rows
        psql(postgres_url, "INSERT INTO predictions VALUES ('b', now(), 1)")
        during = session.rows(query).num_rows
        with pytest.raises(Failed, match="read-only transaction"):
            session._connection.run("DELETE FROM predictions")
    with source.session() as session:
        after = session.rows(query).num_rows

    assert (before, during, after) == (1, 1, 2)


@pytest.mark.sql
@pytest.mark.parametrize(
    ("kind", "shape"),
    [("timestamptz", Shape.INSTANT), ("timestamp", Shape.NAIVE), ("date", Shape.DATE), ("bigint", Shape.NUMBER)],
)
def test_postgres_uses_the_index_on_time(kind: str, shape: Shape, postgres_url: str) -> None:
    """The time column is compared in its own type, so an index on it serves."""
    psql(postgres_url, f"CREATE TABLE t (at {kind}, x float8)", "CREATE INDEX by_time ON t (at)")
    sql = select(Query("t", ("x",), (Range("at", TimeForm(shape), START, END),)), quoted)

    plan = psql(postgres_url, "SET enable_seqscan = off", f"EXPLAIN {sql}")

    assert any("by_time" in line for (line,) in plan)
    assert any("Index Cond: ((at >= " in line for (line,) in plan)


@pytest.mark.sql
def test_postgres_timeout(postgres_url: str, make_model: Make) -> None:
    """A statement that takes too long is ended by the server and is the outside's trouble."""
    psql(postgres_url, *PLANT, "CREATE VIEW slow AS SELECT p.* FROM predictions p, pg_sleep(30)")
    source = PostgresSource("w", postgres_url, clock, timeout_s=0.3)
    started = time.monotonic()

    with pytest.raises(SourceError, match=r"source 'w', table 'slow': no answer within 0.3 s; is there an index"):
        source.read_day(make_model(table="slow"), DAY, ["id"], None)

    assert time.monotonic() - started < 10


@pytest.mark.sql
def test_postgres_that_goes_away(postgres_url: str) -> None:
    """A connection that the server ends in the middle is the outside's trouble."""
    psql(
        postgres_url,
        *PLANT,
        "CREATE VIEW ends AS SELECT p.* FROM predictions p, pg_terminate_backend(pg_backend_pid())",
    )

    with open_source("w", postgres_url, clock).session() as session:
        session.schema("ends")
        with pytest.raises(SourceError, match=r"source 'w', table 'ends': .*; try again later"):
            session.rows(Query("ends", ("id",)))


@pytest.mark.sql
def test_postgres_permission(postgres_url: str, make_model: Make) -> None:
    """A table that may not be read is the outside's trouble and names the remedy."""
    role = "reader" + postgres_url.split("/t")[1][:8]
    psql(postgres_url, *PLANT, f"CREATE ROLE {role} LOGIN")
    try:
        url = postgres_url.replace("postgres:@", f"{role}:@").replace("postgres@", f"{role}@")
        with pytest.raises(SourceError, match=r"permission denied .*; grant SELECT"):
            open_source("w", url, clock).read_day(make_model(), DAY, ["id"], None)
    finally:
        psql(postgres_url, f"DROP ROLE {role}")


@pytest.mark.sql
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"table": "Predictions"}, "no such table or view; did you mean 'predictions'"),
        ({"table": "public.prediction"}, "did you mean 'predictions'"),
        ({"score": "id"}, "must be a number, the column is text"),
        ({"time": "id"}, "is text and holds no time"),
        ({"time": "score"}, "time_unit"),
        ({"where": "nope > 1"}, r'column "nope" does not exist; check predictions.where'),
        ({"where": "1 / (score - 0.5) > 1"}, "division by zero; check predictions.where"),
        ({"where": "set_config('transaction_read_only', 'off', false) = ''"}, "predictions.where"),
    ],
)
def test_postgres_mistakes(changes: dict[str, str], message: str, postgres_url: str, make_model: Make) -> None:
    """A mistake of the model file is one message with place and remedy."""
    psql(postgres_url, *PLANT)

    with pytest.raises(InputError, match=message) as caught:
        open_source("w", postgres_url, clock).read_day(make_model(**changes), DAY, ["id"], None)

    assert "\n" not in str(caught.value)


@pytest.mark.sql
def test_postgres_odd_types(postgres_url: str, make_model: Make) -> None:
    """Enumerations, UUIDs, JSON, domains and arrays are text; endless times are null."""
    psql(
        postgres_url,
        "CREATE TYPE mood AS ENUM ('ok', 'bad')",
        "CREATE DOMAIN share AS numeric CHECK (value >= 0)",
        "CREATE TABLE predictions (id uuid, at timestamptz, score share, mood mood, doc jsonb, tags text[], d date)",
        "INSERT INTO predictions VALUES ('00000000-0000-0000-0000-000000000001', '2013-05-01 12:00+00', 0.5, 'ok',"
        " '{\"a\": 1}', '{x,y}', 'infinity')",
    )
    columns = ["id", "score", "mood", "doc", "tags", "d"]

    partition = open_source("w", postgres_url, clock).read_day(make_model(), DAY, columns, None)

    expected = ["00000000-0000-0000-0000-000000000001", 0.5, "ok", '{"a": 1}', "{x,y}", None]
    assert [partition.table[name][0].as_py() for name in columns] == expected


@pytest.mark.sql
def test_postgres_database_that_is_not_there(postgres_url: str) -> None:
    """A database that does not exist is the user's mistake."""
    import re

    url = re.sub(r"/t[0-9a-f]{12}\?", "/nowhere?", postgres_url)
    with pytest.raises(InputError, match='database "nowhere" does not exist; correct its URL'):
        open_source("w", url, clock).columns("predictions")


@pytest.mark.sql
def test_postgres_wrong_password(postgres_url: str) -> None:
    """A wrong password is the outside's trouble, named without the password."""
    hba = Path(psql(postgres_url, "SHOW hba_file")[0][0])
    before = hba.read_text()
    role = "locked" + postgres_url.split("/t")[1][:8]
    psql(postgres_url, f"CREATE ROLE {role} LOGIN PASSWORD 'right'")
    try:
        hba.write_text(f"local all {role} scram-sha-256\n{before}")
        psql(postgres_url, "SELECT pg_reload_conf()")
        url = postgres_url.replace("postgres:@", f"{role}:s3cret@").replace("postgres@", f"{role}:s3cret@")
        with pytest.raises(SourceError, match="password authentication failed for user") as caught:
            _until_refused(url)
    finally:
        hba.write_text(before)
        psql(postgres_url, "SELECT pg_reload_conf()", f"DROP ROLE {role}")

    assert "s3cret" not in str(caught.value)


def _until_refused(url: str) -> None:
    """The server reads its settings again a moment after it was told to."""
    for _ in range(50):
        try:
            open_source("w", url, clock).columns("predictions")
        except InputError:  # still let in: there is no such table
            time.sleep(0.05)


def test_a_predicted_number_must_be_a_number(sqlite_path: Path, make_model: Make) -> None:
    """Task regression answers with a number: a column of words is the model file's mistake."""
    source = open_source("w", f"sqlite:///{sqlite_path}", clock)
    model = make_model(top={"task": "regression"}, decision="id", score=None)

    with pytest.raises(InputError, match=r"predictions.decision must be a number, the column is TEXT"):
        source.read_day(model, DAY, ["id"], None)
