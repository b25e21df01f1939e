"""Which schema a store has, and bringing it to the one of this code.

Revisions are numbers of four digits, so that older and newer can be told apart without a list of all. Knows
Alembic, which is imported only when there is something to migrate.
"""

import logging
import sqlite3
import time
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from vitals.errors import StoreError
from vitals.io.store.tables import SCHEMA, VERSION_TABLE

_UPGRADE_LOCK = 0x766974616C73  # "vitals", the advisory lock under which PostgreSQL is migrated


def version(connection: Connection) -> str | None:
    """Read the schema's revision, None when there is none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


def require(connection: Connection, place: str) -> None:
    """Refuse a schema that is not this code's.

    Raises
    ------
    StoreError
        Naming `vitals upgrade` when the store is older or empty, the package when it is newer.
    """
    found = version(connection)
    _refuse_newer(found, place)
    if found is None:
        raise StoreError(f"{place}: has no tables of Vitals yet; run `vitals upgrade`")
    if found != SCHEMA:
        raise StoreError(f"{place}: has schema {found}, this version needs {SCHEMA}; run `vitals upgrade`")


def upgrade(connection: Connection, place: str) -> None:
    """Migrate within the caller's transaction; waits for others who are at it and then does nothing.

    Raises
    ------
    StoreError
        When the store is newer than this code.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
    found = version(connection)
    _refuse_newer(found, place)
    if found != SCHEMA:
        _migrate(connection)


def use_wal(connection: sqlite3.Connection, seconds: float) -> None:
    """Switch a SQLite file to WAL, which it then keeps.

    SQLite does not wait its busy timeout for this switch, and a process that opens the new file at the same moment
    holds it for an instant: so it is tried again.
    """
    until = time.monotonic() + seconds
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _refuse_newer(found: str | None, place: str) -> None:
    if found is not None and found > SCHEMA:
        raise StoreError(
            f"{place}: has schema {found}, which is newer than this version of Vitals knows ({SCHEMA}); "
            "install the version that wrote it"
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    log = logging.getLogger("alembic")
    if log.level == logging.NOTSET:
        log.setLevel(logging.WARNING)  # it announces its dialect at every start
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
