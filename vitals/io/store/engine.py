"""Connections to the store: where it is, how a transaction begins, and that its schema fits.

SQLite gets two engines, because a transaction that reads first and writes later may find the file changed in between:
writing ones say BEGIN IMMEDIATE and wait for their turn, reading ones say BEGIN and see one snapshot. In WAL mode with
`synchronous=FULL` a commit survives a killed process and a power cut. PostgreSQL reads in REPEATABLE READ for the same
snapshot. Refuses to know what is read or written.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from vitals.errors import StoreError
from vitals.io.store import migrating
from vitals.io.store.trouble import told

BUSY_S = 30  # how long a writer waits for its turn
CONNECT_S = 10
_FORMS = "sqlite:////folder/vitals.db or postgresql://user@host/database"


@dataclass(frozen=True)
class _Engines:
    reading: Engine
    writing: Engine

    def dispose(self) -> None:
        """Close all connections of this process."""
        self.reading.dispose()
        self.writing.dispose()


class Database:
    """The two engines of one store, opened on first use and again in every forked child."""

    def __init__(self, url: str) -> None:
        self._url = _understood(url)
        self._lock = RLock()
        # By process: a child must neither use nor close the connections that it inherited from its parent.
        self._engines: dict[int, _Engines] = {}

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded store, which one machine uses."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """The store as people know it, without user and password."""
        if self.is_sqlite:
            return f"store {self._url.database}"
        host = self._url.host or self._url.query.get("host") or "localhost"
        port = f":{self._url.port}" if self._url.port else ""
        return f"store {self._url.database} on {host}{port}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One reading transaction: every statement sees the same state."""
        with self.told(), self._opened().reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction: all or nothing."""
        with self.told(), self._opened().writing.begin() as connection:
            yield connection

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn database errors into StoreErrors that name this store."""
        with told(self.place, self._url.password):
            yield

    def open(self) -> None:
        """Connect and check the schema; SQLite is created and migrated here.

        Raises
        ------
        StoreError
            When the store cannot be reached or used, or its schema is another one than this code's.
        """
        self._opened()

    def upgrade(self) -> None:
        """Bring the schema to this code's; does nothing when it is there already.

        Raises
        ------
        StoreError
            When the store cannot be reached, or is newer than this code.
        """
        with self._connecting() as engines, engines.writing.begin() as connection:
            migrating.upgrade(connection, self.place)

    def close(self) -> None:
        """Close this process's connections; the next use opens new ones."""
        with self._lock:
            engines = self._engines.pop(os.getpid(), None)
            if engines is not None:
                engines.dispose()

    def _opened(self) -> _Engines:
        engines = self._engines.get(os.getpid())
        if engines is not None:
            return engines
        with self._lock:
            if os.getpid() not in self._engines:
                if self.is_sqlite:
                    self.upgrade()
                else:
                    self._require_schema()
            return self._engines[os.getpid()]

    def _require_schema(self) -> None:
        with self._connecting() as engines, engines.reading.begin() as connection:
            migrating.require(connection, self.place)

    @contextmanager
    def _connecting(self) -> Iterator[_Engines]:
        """Engines whose schema is being looked at; kept when that went well, closed when not."""
        with self._lock, self.told():
            engines = self._engines.pop(os.getpid(), None)
            if engines is None:
                engines = self._on_sqlite() if self.is_sqlite else self._on_postgresql()
            try:
                yield engines
                self._engines[os.getpid()] = engines
            finally:
                if os.getpid() not in self._engines:
                    engines.dispose()

    def _on_sqlite(self) -> _Engines:
        path = Path(str(self._url.database))
        _make_folder(path)
        engines = _Engines(
            *(create_engine(self._url, connect_args={"timeout": BUSY_S}, hide_parameters=True) for _ in range(2))
        )
        for engine, begin in ((engines.reading, "BEGIN"), (engines.writing, "BEGIN IMMEDIATE")):
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _beginning(begin))
        return engines

    def _on_postgresql(self) -> _Engines:
        engine = create_engine(
            self._url,
            connect_args={} if "connect_timeout" in self._url.query else {"connect_timeout": CONNECT_S},
            pool_pre_ping=True,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _as_the_server_has_it)
        snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return _Engines(reading=snapshot, writing=engine)


def _understood(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # its message would repeat the text, password included
        raise StoreError(f"the store's URL cannot be read; VITALS_STORE_URL looks like {_FORMS}") from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not url.database or ":memory:" in url.database or url.database.startswith("file:"):
            raise StoreError(
                "the store must be a file that lasts; VITALS_STORE_URL looks like sqlite:////folder/vitals.db"
            )
        return url.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise StoreError(f"a store on {backend} is not supported; VITALS_STORE_URL looks like {_FORMS}")


def _make_folder(path: Path) -> None:
    if path.is_dir():
        raise StoreError(
            f"store {path}: is a folder; VITALS_STORE_URL must name a file in it, like {path / 'vitals.db'}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"store {path}: cannot create its folder ({reason}); choose a place you may write to in VITALS_STORE_URL"
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the transaction's first words are ours
    migrating.use_wal(connection, BUSY_S)
    connection.execute("PRAGMA synchronous=FULL")


def _beginning(words: str) -> Any:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(words)

    return begin


def _as_the_server_has_it(connection: Connection) -> None:
    """Write only where the server lets one: after a reading transaction the driver would ask for READ WRITE by name."""
    if not connection.get_execution_options().get("postgresql_readonly"):
        driver: Any = connection.connection.driver_connection
        driver.read_only = None


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute(f"SET lock_timeout = '{BUSY_S}s'")
    connection.autocommit = False
