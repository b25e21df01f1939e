"""Database errors in the words of whoever runs Vitals, each with a remedy.

Refuses to know statements and rows: messages come from the driver's own first line, without passwords and parameters.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from vitals.errors import StoreError

# What a driver says (lower case), and what to do about it.
_REMEDIES = (
    (
        "database is locked",
        "another process holds it; end that one (an open edit in a database browser?) and try again",
    ),
    ("lock timeout", "another session holds it; end that one (see pg_stat_activity) and try again"),
    ("file is not a database", "point VITALS_STORE_URL at a file of Vitals, or at one that does not exist yet"),
    ("database disk image is malformed", "restore it from a copy, or move it away and backfill"),
    ("unable to open database file", "check that its folder exists and is writable, and that it is a file"),
    ("readonly database", "make the file and its folder writable"),
    (
        "read-only transaction",
        "let VITALS_STORE_URL point at the primary, and see that default_transaction_read_only is off there",
    ),
    ("disk is full", "free some space (`vitals prune` drops old days) and try again"),
    ("disk i/o error", "check the disk; the store must be on a local file system"),
    ("password authentication failed", "check user and password in VITALS_STORE_URL"),
    ("no password supplied", "put the password into VITALS_STORE_URL"),
    ("already exists", "give Vitals a database of its own"),
    ("does not exist", "create it, or correct VITALS_STORE_URL; when a table is missing run `vitals upgrade`"),
    ("permission denied", "grant the user of VITALS_STORE_URL the right to read and write these tables"),
    ("could not translate host name", "check the host in VITALS_STORE_URL"),
    ("failed to resolve host", "check the host in VITALS_STORE_URL"),
    ("too many clients", "close other connections or raise max_connections"),
)


@contextmanager
def told(place: str, secret: str | None = None) -> Iterator[None]:
    """Turn what the database raises into one StoreError.

    Parameters
    ----------
    place : the store as people know it, without secrets (`store /home/vitals.db`).
    secret : a text that must not appear in the message, whatever a driver says.

    Raises
    ------
    StoreError
        For every error of SQLAlchemy or a driver below it.
    """
    try:
        yield
    except IntegrityError as error:
        raise StoreError(f"{place}: two rows with the same key: {_first_line(error, secret)}") from None
    except SQLAlchemyError as error:
        raise StoreError(f"{place}: {_first_line(error, secret)}; {_remedy(error)}") from None


def _first_line(error: SQLAlchemyError, secret: str | None) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    text = lines[0] if lines else type(cause).__name__
    return text.replace(secret, "***") if secret else text


def _remedy(error: SQLAlchemyError) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    for words, remedy in _REMEDIES:
        if words in said:
            return remedy
    return "check that the database runs and that VITALS_STORE_URL points at it"
