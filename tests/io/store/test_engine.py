"""What stands in the way of a store is said with a remedy and without secrets."""

import multiprocessing
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from vitals.errors import StoreError
from vitals.io.store import Store

DAY = date(2013, 8, 14)


def opened(url):
    store = Store(url, lambda: datetime(2013, 8, 15, tzinfo=UTC), "run-1")
    store.open()
    store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "URL cannot be read"),
        ("vitals.db", "URL cannot be read.*sqlite:////folder/vitals.db"),
        ("postgresql://u:s3cret@host:port/db", "URL cannot be read"),
        ("sqlite://", "must be a file that lasts"),
        ("sqlite:///:memory:", "must be a file that lasts"),
        ("mysql://u:s3cret@host/db", "mysql is not supported"),
    ],
)
def test_a_url_that_is_no_store_is_refused(url, message):
    """The message shows how a URL looks, and never the one given."""
    with pytest.raises(StoreError, match=message) as caught:
        opened(url)
    assert "s3cret" not in str(caught.value)


def test_a_new_file_gets_its_folders_and_tables(tmp_path):
    """Opening a SQLite store that is not there yet makes it, in WAL mode."""
    path = tmp_path / "a" / "b" / "vitals.db"

    opened(f"sqlite:///{path}")

    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT count(*) FROM finding").fetchone() == (0,)
    connection.close()


def spoil_folder(path: Path) -> None:
    path.mkdir(parents=True)


def spoil_text(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("model: flight_late\n" * 200)


def spoil_parent(path: Path) -> None:
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.write_text("a file where a folder should be")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_folder, r"is a folder; VITALS_STORE_URL must name a file in it"),
        (spoil_text, r"file is not a database; point VITALS_STORE_URL at a file of Vitals"),
        (spoil_parent, r"cannot create its folder .*; choose a place you may write to"),
    ],
)
def test_a_place_that_cannot_hold_a_store_is_named(tmp_path, spoil, message):
    """A folder, a text file, and a file where a folder should be each get their own remedy."""
    path = tmp_path / "home" / "vitals.db"
    spoil(path)

    with pytest.raises(StoreError, match=message) as caught:
        opened(f"sqlite:///{path}")

    assert str(path) in str(caught.value)


def test_a_folder_that_cannot_be_written_is_named():
    """A file system that takes no files gets the remedy for folders."""
    with pytest.raises(StoreError, match=r"store /proc/vitals.db: unable to open database file; check that its folder"):
        opened("sqlite:////proc/vitals.db")


def test_a_store_that_somebody_holds_is_named(sqlite_url, open_store, make, monkeypatch):
    """A write transaction that never ends is told as such, and nothing is written."""
    monkeypatch.setattr("vitals.io.store.engine.BUSY_S", 0.1)
    store = open_store(sqlite_url)
    store.open()
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="database is locked; another process holds it"):
        store.replace(make.observation(DAY), "spec-1")

    assert store.dump()["partition"] == []
    holder.close()
    assert store.replace(make.observation(DAY), "spec-1")


def test_reading_does_not_wait_for_a_writer(sqlite_url, open_store, make):
    """While somebody writes, everything committed can be read."""
    store = open_store(sqlite_url)
    store.replace(make.observation(DAY), "spec-1")
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("DELETE FROM measurement")

    assert len(store.rows("measurements")) == 24

    holder.close()


@pytest.mark.sql
def test_a_server_that_is_not_there_is_named():
    """An unreachable server is told without the password."""
    with pytest.raises(StoreError, match=r"store vitals on 127.0.0.1:9: .*; check that the database runs") as caught:
        opened("postgresql://vitals:s3cret@127.0.0.1:9/vitals")
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.sql
def test_a_database_that_is_not_there_is_named(postgres_url):
    """A missing database gets the remedy to create it."""
    with pytest.raises(StoreError, match=r'"nowhere" does not exist; create it'):
        opened(postgres_url.replace(postgres_url.split("/")[3].split("?")[0], "nowhere"))


@pytest.mark.sql
def test_a_wrong_password_is_told_without_it(postgres_url):
    """A refused login names the remedy and neither shows the password nor the URL."""
    import psycopg

    folder = Path(postgres_url.split("host=")[1])
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE lina LOGIN PASSWORD 'right'")
    rules = (folder / "pg_hba.conf").read_text()
    (folder / "pg_hba.conf").write_text("local all lina scram-sha-256\n" + rules)
    try:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        with pytest.raises(StoreError, match=r"password authentication failed.*check user and password") as caught:
            opened(postgres_url.replace("postgres:@", "lina:wr0ng@"))
    finally:
        (folder / "pg_hba.conf").write_text(rules)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP ROLE lina")
    assert "wr0ng" not in str(caught.value)


@pytest.mark.sql
def test_both_spellings_of_postgresql_are_taken(postgres_url, open_store):
    """`postgresql://`, with or without the driver's name, opens the same store."""
    open_store(postgres_url)
    opened(postgres_url)
    opened(postgres_url.replace("postgresql://", "postgresql+psycopg://"))


def test_a_forked_child_uses_its_own_connections(store, make):
    """A child writes through the inherited store, and the parent's connections stay in order."""
    store.replace(make.observation(DAY), "spec-1")

    fork = multiprocessing.get_context("fork")
    children = [
        fork.Process(target=store.replace, args=(make.observation(DAY.replace(day=day)), "spec-1")) for day in (1, 2, 3)
    ]
    for child in children:
        child.start()
    store.replace(make.observation(DAY, variant=1), "spec-1")
    for child in children:
        child.join()

    assert [child.exitcode for child in children] == [0, 0, 0]
    assert [row[1].day for row in store.dump()["partition"]] == [1, 2, 3, 14]
