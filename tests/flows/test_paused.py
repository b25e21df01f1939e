"""A process that is stopped (SIGSTOP) while it judges, and goes on when another one has taken over: it writes nothing."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from tests.flows.killing import Place, PostgresStores, SqliteStores, Stores, build, finished, start
from tests.terminal.desk import FIRST, NEW

pytestmark = [pytest.mark.slow, pytest.mark.gx, pytest.mark.kill, pytest.mark.timeout(600)]
FILL = ("backfill", "--all", "--first-day", str(FIRST), "--last-day", str(NEW))
JUDGES = "SELECT 1 FROM model_state WHERE model = 'credit' AND lease_owner IS NOT NULL AND judging_from IS NOT NULL"
TRIES = 20


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.sql)])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    """Both kinds of store."""
    if request.param == "sqlite":
        return SqliteStores(tmp_path)
    return PostgresStores(request.getfixturevalue("postgres_server"))


@contextmanager
def beside(place: Place) -> Iterator[Any]:
    """Look at the store, and wait for nobody."""
    if place.store_url.startswith("sqlite:///"):
        there = sqlite3.connect(place.store_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        try:
            yield there
        finally:
            there.close()
    else:
        import psycopg

        with psycopg.connect(place.store_url, autocommit=True) as server:
            server.execute("SET lock_timeout = '100ms'")
            yield server


def is_between_transactions(place: Place, there: Any) -> bool:
    """Whether nobody holds the model's row, by taking it."""
    import psycopg

    begin = "BEGIN IMMEDIATE" if place.store_url.startswith("sqlite") else "BEGIN"
    try:
        there.execute(begin)
        there.execute("UPDATE model_state SET model = model WHERE model = 'credit'")
    except (sqlite3.OperationalError, psycopg.errors.LockNotAvailable):
        return False
    finally:
        if begin == "BEGIN" or there.in_transaction:
            there.execute("ROLLBACK")
    return True


def stopped(stores: Stores, environ: dict[str, str], home: Path, output: Path) -> tuple[Place, ForkServerProcess]:
    """Stop a backfill after it took over the days to judge and before it wrote its judgement; gives where, and it."""
    for _ in range(TRIES):
        place = Place(home, stores.fresh(), environ)
        child = start(FILL, place, output)
        with beside(place) as there:
            while not there.execute(JUDGES).fetchone() and child.exitcode is None:
                child.join(0.001)
            os.kill(child.pid or 0, signal.SIGSTOP)
            if there.execute(JUDGES).fetchone() and is_between_transactions(place, there):
                return place, child
        child.kill()
        child.join()
        stores.drop(place.store_url)
        output.unlink()
    pytest.fail(f"in {TRIES} tries no backfill could be stopped while it judged")


def judged_by(place: Place) -> set[str]:
    """The runs whose judgement is stored."""
    with beside(place) as there:
        union = " UNION ".join(f"SELECT run_id FROM {name}" for name in ("finding", "drift", "transition", "incident"))
        return {row[0] for row in there.execute(union).fetchall()}


def test_a_judge_that_was_stopped_for_too_long_writes_nothing(stores: Stores, tmp_path: Path) -> None:
    """The next one takes over when the lease is out; the stopped one finds that, says so, and leaves its rows alone."""
    environ = build(tmp_path / "world")
    alone = Place(tmp_path / "alone", stores.fresh(), environ)
    assert finished(FILL, alone, tmp_path / "alone.txt") == 0
    place, child = stopped(stores, environ, tmp_path / "home", tmp_path / "stopped.txt")
    assert judged_by(place) == set()

    place.pass_a_minute()
    following = finished(FILL, place, tmp_path / "next.txt")
    by = judged_by(place)
    os.kill(child.pid or 0, signal.SIGCONT)
    child.join(240)

    said = (tmp_path / "stopped.txt").read_text()
    assert following == 0, (tmp_path / "next.txt").read_text()
    assert child.exitcode == 3, said
    assert "error: credit: the lease on credit was lost and is now held by nobody: this process was stopped" in said
    assert len(by) == 1
    assert judged_by(place) == by
    assert place.dump() == alone.dump()
    stores.drop(place.store_url)
    stores.drop(alone.store_url)
