"""Trouble outside: a full disk, a read-only or locked store, a source that goes away, a clock set back, DST nights.

Each gives one message with a remedy and the exit code 3, and the same command afterwards leaves what it would have left.
"""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows import plain, story
from tasks.world import open_world
from tests.terminal.desk import MODEL, NEW, Desk, log, surroundings
from vitals.io.settings import Settings
from vitals.spec import load_model

ROOT = Path(__file__).resolve().parents[2]
RUN = ("run", "--day", str(NEW))
SQL_TYPES = {
    "string": "text",
    "int64": "bigint",
    "double": "double precision",
    "timestamp[us, tz=UTC]": "timestamptz",
}


def rows() -> dict[str, list[tuple[object, ...]]]:
    """What a replay must give again."""
    with open_world(Settings.from_env()) as world:
        return world.store.dump()


def undisturbed(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """The tables that the run leaves in good weather; the desk's own store stays as it is."""
    kept = desk.store.with_name("kept.db")
    shutil.copy(desk.store, kept)
    assert desk.run(*RUN).code == 0
    expected = rows()
    for leftover in desk.store.parent.glob("vitals.db*"):
        leftover.unlink()
    shutil.copy(kept, desk.store)
    shutil.rmtree(desk.folder / "home" / "digests", ignore_errors=True)
    return expected


def in_a_process(desk: Desk, arguments: Sequence[str], **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    environ = {**os.environ, **surroundings(desk.folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "deployments.cli", *arguments]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, cwd=desk.folder, env=environ, capture_output=True, text=True, check=False, **more
    )


def is_clear(said: str, *parts: str) -> bool:
    """Whether all lines are single messages that hold these words, and nobody sees a traceback."""
    lines = [line for line in said.splitlines() if line.startswith("error: ")]
    return bool(lines) and "Traceback" not in said and all(any(part in line for line in lines) for part in parts)


@pytest.mark.slow
def test_a_file_that_may_not_grow_is_a_full_disk(desk: Desk) -> None:
    """The operating system refuses to lengthen any file (RLIMIT_FSIZE): nothing half-written, the remedy is said."""
    expected = undisturbed(desk)
    most = desk.store.stat().st_size

    def limit() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # Python ignores it, too
        resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))

    assert most > 16384
    full = in_a_process(desk, RUN, preexec_fn=limit)

    assert full.returncode == 3, full.stderr
    assert is_clear(full.stderr, "store "), full.stderr
    assert any(remedy in full.stderr for remedy in ("free some space", "check the disk")), full.stderr
    assert desk.run(*RUN).code == 0
    assert rows() == expected


def test_a_store_that_may_not_grow_says_that_the_disk_is_full(desk: Desk) -> None:
    """SQLite's own limit of pages stands for the disk: the transaction is undone, later it goes on."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    expected = undisturbed(desk)

    def cap(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with sqlite3.connect(desk.store) as connection:
        connection.execute("VACUUM")
    connection.close()
    event.listen(Engine, "connect", cap)
    try:
        full = desk.run(*RUN)
    finally:
        event.remove(Engine, "connect", cap)

    assert full.code == 3, full.err
    assert is_clear(full.err, "database or disk is full; free some space"), full.err
    assert desk.run(*RUN).code == 0
    assert rows() == expected


def test_a_read_only_store_is_said(desk: Desk) -> None:
    """SQLite refuses to write: the remedy, and not a row less; a URL that asks for that is refused at once."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def protect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    before = rows()
    event.listen(Engine, "connect", protect)
    try:
        refused = desk.run(*RUN)
    finally:
        event.remove(Engine, "connect", protect)
    desk.environ(VITALS_STORE_URL=f"sqlite:///file:{desk.store}?mode=ro&uri=true")
    asked = desk.run(*RUN)

    desk.environ(VITALS_STORE_URL=f"sqlite:///{desk.store}")
    assert (refused.code, asked.code) == (3, 3), refused.err + asked.err
    assert is_clear(refused.err, "readonly database; make the file and its folder writable"), refused.err
    assert is_clear(asked.err, "must be a file that lasts; VITALS_STORE_URL looks like"), asked.err
    assert rows() == before


def test_a_locked_store_is_waited_for_and_then_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's open edit: after the time that a writer waits, who it may be and what to do; then all goes on."""
    monkeypatch.setattr("vitals.io.store.engine.BUSY_S", 0.2)
    expected = undisturbed(desk)
    holder = sqlite3.connect(desk.store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    locked = desk.run(*RUN)

    holder.close()
    assert locked.code == 3, locked.err
    assert is_clear(locked.err, "database is locked; another process holds it; end that one"), locked.err
    assert desk.run(*RUN).code == 0
    assert rows() == expected


def test_a_page_that_cannot_be_written_keeps_no_digest_from_being_told(desk: Desk) -> None:
    """A full disk, or a file in the way: the digest is printed once as ever, why there is no page is said, later it is there."""
    expected, folder = undisturbed(desk), desk.folder / "home" / "digests"
    folder.write_text("in the way")

    refused = desk.run(*RUN)
    folder.unlink()
    folder.mkdir()
    (folder / f"{NEW}-default.part").symlink_to("/dev/full")
    full = desk.run("digest", "--day", str(NEW))
    later = desk.run("digest", "--day", str(NEW))

    assert (refused.code, full.code, later.code) == (0, 0, 0), refused.err + full.err
    assert "printed here and not written to" in refused.out
    assert "No space left on device); free some space, or let VITALS_HOME name a folder" in full.out
    assert [page.suffix for page in folder.iterdir()] == [".html"]
    assert "revision" not in later.out
    assert rows() == expected


def test_a_source_that_goes_away_is_a_finding_and_later_none(desk: Desk) -> None:
    """The file is gone: the digest says that the model was not monitored; the day is made up for."""
    expected = undisturbed(desk)
    hidden = desk.table().rename(desk.folder / "hidden.parquet")

    gone = desk.run(*RUN)

    hidden.rename(desk.table())
    assert gone.code in {2, 3}, gone.err
    assert is_clear(gone.err, "predictions"), gone.err
    assert "not monitored" in gone.out
    assert desk.run(*RUN).code == 0
    assert rows() == expected


@pytest.mark.slow
def test_a_clock_set_back_by_an_hour_changes_no_table(desk: Desk) -> None:
    """The same days with a clock that jumps between and within steps leave the same tables."""
    expected, model = undisturbed(desk), load_model(desk.model)
    noon = datetime(NEW.year, NEW.month, NEW.day, 17, tzinfo=UTC) + timedelta(days=1)
    ticks = iter(range(100_000))

    def jumpy() -> datetime:
        return noon - timedelta(hours=next(ticks) % 3 == 1)

    with open_world(Settings.from_env(), jumpy) as world:
        outcome = story.monitor([model], {model.name: [NEW]}, plain.steps(world))
        story.tell([model], lambda _: "default", NEW, plain.steps(world), outcome)

    assert outcome.problems == {}
    assert rows() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "short", "long"),
    [
        ("America/New_York", date(2024, 3, 10), date(2024, 11, 3)),
        ("Europe/Berlin", date(2024, 3, 31), date(2024, 10, 27)),
        ("Australia/Lord_Howe", date(2024, 10, 6), date(2024, 4, 7)),  # by half an hour
        ("America/Santiago", date(2024, 9, 8), date(2024, 4, 6)),  # at midnight: one does not exist, one comes twice
    ],
)
def test_nights_of_the_clock_change_are_whole_days(desk: Desk, zone: str, short: date, long: date) -> None:
    """A shorter day and a longer one hold every row once: daily runs and one backfill agree."""
    every = evenly(short - timedelta(days=1), 3), evenly(long - timedelta(days=1), 3)
    with_days(desk, zone, [*every[0], *every[1]])
    spans = [(day - timedelta(days=1), day + timedelta(days=1)) for day in sorted((short, long))]
    live = {}
    for first, last in spans:
        for number in range((last - first).days + 1):
            assert desk.run("run", "--day", str(first + timedelta(days=number))).code == 0
    live = rows()
    counts = {str(row[1]): row[4] for row in live["partition"]}
    desk.environ(VITALS_HOME=str(desk.folder / "second"))

    for first, last in spans:
        assert desk.run("backfill", "--all", "--first-day", str(first), "--last-day", str(last)).code == 0

    assert rows() == live
    moved = 3 if zone == "Australia/Lord_Howe" else 6  # rows in the time by which clocks move
    assert (counts[str(short)], counts[str(long)]) == (144 - moved, 144 + moved)


def evenly(first: date, days: int) -> Iterator[datetime]:
    """Six instants an hour, from a day before to a day after."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    return (start + timedelta(minutes=10 * number) for number in range((days + 2) * 144))


def with_days(desk: Desk, zone: str, instants: Sequence[datetime]) -> None:
    """Fill the log anew, with one row at every instant, and the model in a zone."""
    import pyarrow as pa

    predictions, labels = log()
    picked = [number % len(predictions) for number in range(len(instants))]
    stamps = pa.array(instants, pa.timestamp("us", "UTC"))
    ids = pa.array([f"d{number:05d}" for number in range(len(instants))])
    table = predictions.take(picked)
    table = table.set_column(table.column_names.index("id"), "id", ids)
    pq.write_table(table.set_column(table.column_names.index("at"), "at", stamps), desk.table())
    known = labels.take(picked).set_column(0, "id", ids).set_column(1, "known_at", stamps)
    pq.write_table(known, desk.table("labels"))
    desk.model.write_text(MODEL.replace("America/New_York", zone))
    for leftover in desk.store.parent.glob("vitals.db*"):
        leftover.unlink()


@pytest.fixture
def warehouse(desk: Desk, postgres_url: str) -> Iterator[Any]:
    """The log in PostgreSQL instead of files, and the desk's store in it, too; gives a connection."""
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in ("predictions", "labels"):
            table = pq.read_table(desk.table(name))
            columns = ", ".join(f'"{field.name}" {SQL_TYPES[str(field.type)]}' for field in table.schema)
            connection.execute(f"CREATE TABLE {name} ({columns})")
            places = ", ".join(["%s"] * table.num_columns)
            with connection.cursor() as cursor:
                values = zip(*(column.to_pylist() for column in table.columns), strict=True)
                cursor.executemany(f"INSERT INTO {name} VALUES ({places})", values)
        desk.environ(VITALS_SOURCE_LOG_URL=postgres_url, VITALS_STORE_URL=postgres_url)
        assert desk.run("upgrade").code == 0
        yield connection


@pytest.mark.sql
@pytest.mark.slow
def test_a_read_only_database_is_said(desk: Desk, warehouse: Any) -> None:
    """A standby, or a database that takes no writes: the remedy and nothing written; later all goes on."""
    name = warehouse.info.dbname
    warehouse.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    refused = desk.run(*RUN)

    warehouse.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    assert refused.code == 3, refused.err
    assert is_clear(refused.err, "read-only transaction; let VITALS_STORE_URL point at the primary"), refused.err
    assert rows()["partition"] == []
    assert desk.run(*RUN).code == 0
    assert len(rows()["partition"]) == 1


@pytest.mark.sql
@pytest.mark.slow
def test_a_source_that_breaks_off_in_the_middle_of_a_read_is_said(desk: Desk, warehouse: Any) -> None:
    """Its connection is ended while rows come: no half day is stored, the same command later observes it whole."""
    assert desk.run(*RUN).code == 0
    expected = rows()
    for table in ("partition", "profile", "measurement", "validation", "drift", "finding", "incident", "transition"):
        warehouse.execute(f"TRUNCATE {table}")
    warehouse.execute("TRUNCATE model_state")
    warehouse.execute("ALTER TABLE predictions RENAME TO slow")
    warehouse.execute("CREATE VIEW predictions AS SELECT * FROM slow WHERE pg_sleep(0.02) IS NOT NULL")
    ended = Event()

    def cut() -> None:
        reads = "state = 'active' AND query LIKE '%predictions%' AND query LIKE 'COPY%' AND pid <> pg_backend_pid()"
        while not ended.wait(0.02):
            warehouse.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {reads}")

    cutter = Thread(target=cut)
    cutter.start()
    broken = desk.run(*RUN)
    ended.set()
    cutter.join()

    nothing = rows()["partition"]
    warehouse.execute("DROP VIEW predictions")
    warehouse.execute("ALTER TABLE slow RENAME TO predictions")
    assert broken.code == 3, broken.err
    assert is_clear(broken.err, "source 'log', table 'predictions': ", "try again later"), broken.err
    assert "not monitored" in broken.out
    assert nothing == []
    assert desk.run(*RUN).code == 0
    assert rows() == expected
