"""Support for kills and collisions: the terminal in processes of its own, forked with everything imported.

The children are forks of a server that never runs a thread (`multiprocessing`'s forkserver): the test's own process has
threads of the stand-in Slack, of Arrow and of DuckDB, which a fork would leave half alive.
"""

import importlib
import multiprocessing
import os
import pkgutil
import shutil
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq

from tests.terminal.desk import MODEL, log
from vitals.io.settings import Settings
from vitals.io.store import Store

LIBRARIES = [
    "adbc_driver_manager",
    "adbc_driver_postgresql",
    "adbc_driver_sqlite",
    "alembic.command",
    "duckdb",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "pandas",
    "psycopg",
    "pyarrow.compute",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pytest",
    "rich.table",
    "scipy.stats",
    "slack_sdk",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "great_expectations",
]
OURS = ("vitals", "deployments.commands", "expectations")
SUITE = """\
suite: credit_inputs
expectations:
  - expect_column_values_to_be_between: {column: age, min_value: 18, max_value: 60}
    severity: warning
    description: Older people do not apply.
  - expect_column_values_to_not_be_null: {column: amount, mostly: 0.9}
    severity: warning
    description: Every application says how much.
"""
Dump = dict[str, list[tuple[object, ...]]]


def import_everything() -> None:
    """Import what any command may import later, without Prefect: a child that is killed early was importing nothing."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for package in OURS:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not found.name.endswith("deploy"):
                importlib.import_module(found.name)


if os.environ.get("VITALS_TESTS_WARM"):  # in the server of forks, which is told to import this module
    import_everything()


def context() -> multiprocessing.context.ForkServerContext:
    """Give the server of forks, with everything imported."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([__name__])
    os.environ["VITALS_TESTS_WARM"] = "1"
    return made


@dataclass(frozen=True)
class Place:
    """Where a trial happens: a folder of its own with data and models that all trials share, and a store."""

    home: Path
    store_url: str
    environ: Mapping[str, str]

    def surroundings(self) -> dict[str, str]:
        """Give every variable of the environment that counts."""
        return {**self.environ, "VITALS_HOME": str(self.home), "VITALS_STORE_URL": self.store_url}

    def settings(self) -> Settings:
        """Give what the environment says."""
        return Settings.from_env(self.surroundings())

    def dump(self) -> Dump:
        """Read every row that a replay must give again."""
        store = Store(self.store_url, lambda: datetime.now(UTC), "test")
        try:
            return store.dump()
        finally:
            store.close()

    def pass_a_minute(self) -> None:
        """Let all leases run out, as they do a minute after their holder was killed."""
        if self.store_url.startswith("sqlite:///"):
            connection = sqlite3.connect(self.store_url.removeprefix("sqlite:///"), timeout=30)
            with connection:
                connection.execute("UPDATE model_state SET lease_until = '2000-01-01 00:00:00.000000'")
            connection.close()
            return
        import psycopg

        with psycopg.connect(self.store_url) as server:
            server.execute("UPDATE model_state SET lease_until = '2000-01-01'")


def build(folder: Path, *, suite: bool = False) -> dict[str, str]:
    """Make data and models of the small world; gives the environment that points to them."""
    for name in ("data", "models", "suites"):
        (folder / name).mkdir(parents=True)
    predictions, labels = log()
    pq.write_table(predictions, folder / "data" / "predictions.parquet")
    pq.write_table(labels, folder / "data" / "labels.parquet")
    text = MODEL + ("expectations: credit_inputs\n" if suite else "")
    (folder / "models" / "credit.yaml").write_text(text)
    (folder / "suites" / "credit_inputs.yaml").write_text(SUITE)
    return {
        "VITALS_MODELS_DIR": str(folder / "models"),
        "VITALS_SUITES_DIR": str(folder / "suites"),
        "VITALS_SOURCE_LOG_URL": f"file://{folder / 'data'}",
        "NO_PROXY": "127.0.0.1,localhost",
        "OPENBLAS_NUM_THREADS": "1",
    }


class SqliteStores:
    """Stores as files; a copy of another one costs nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fresh(self, like: str | None = None) -> str:
        """Give the URL of a store that is not there yet, or is a copy."""
        path = self._folder / f"{uuid4().hex}.db"
        if like:
            shutil.copy(like.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        return _made(f"sqlite:///{path}")

    def drop(self, url: str) -> None:
        """Remove a store."""
        for path in self._folder.glob(f"{Path(url).name}*"):
            path.unlink()


class PostgresStores:
    """Stores as databases of one server."""

    def __init__(self, server: str) -> None:
        self._server = server

    def fresh(self, like: str | None = None) -> str:
        """Give the URL of a database with our tables, or of a copy of another one."""
        name = f"k{uuid4().hex[:12]}"
        template = f" TEMPLATE {_database(like)}" if like else ""
        self._run(f"CREATE DATABASE {name}{template}")
        url = self._server.replace("/postgres?", f"/{name}?")
        return url if like else _made(url)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f"DROP DATABASE {_database(url)} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


Stores = SqliteStores | PostgresStores


def _made(url: str) -> str:
    """Make the tables."""
    store = Store(url, lambda: datetime.now(UTC), "test")
    store.upgrade()
    store.close()
    return url


def _database(url: str) -> str:
    """Name the database of a URL."""
    return url.split("/")[3].split("?", maxsplit=1)[0]


def start(arguments: Sequence[str], place: Place, output: Path | None = None) -> ForkServerProcess:
    """Start a command of the terminal in a child; returns when it is about to begin."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = context().Process(target=_command, args=(list(arguments), place.surroundings(), theirs, output))
    child.start()
    theirs.close()
    assert ours.poll(120), "no child came up"
    ours.recv_bytes()
    ours.close()
    return child


def finished(arguments: Sequence[str], place: Place, output: Path) -> int:
    """Run a command of the terminal in a child to its end; gives its exit code."""
    child = start(arguments, place, output)
    child.join(240)
    code = child.exitcode
    child.close()
    assert code is not None, "it hangs"
    return code


def _command(arguments: list[str], environ: dict[str, str], ready: Connection, output: Path | None) -> None:
    """Be the terminal."""
    for name in [name for name in os.environ if name.startswith(("VITALS_", "PREFECT_"))]:
        del os.environ[name]
    os.environ |= environ
    assert "duckdb" in sys.modules  # a preload that fails is not said
    assert "great_expectations" in sys.modules
    from deployments.cli import main

    said = os.open(output or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    ready.send_bytes(b"ready")
    code = main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
