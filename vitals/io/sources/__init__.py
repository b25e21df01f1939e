"""Where predictions and labels are read from: files, SQLite and PostgreSQL, with the same rows out of each.

`open_source` gives a source for a URL; `Source.read_day` a day of predictions; `read_cohort` a day with its labels.
"""

from urllib.parse import urlsplit

from vitals.errors import InputError
from vitals.io.sources.base import Clock, Source
from vitals.io.sources.cohorts import LABEL_TIME, read_cohort
from vitals.io.sources.columns import needed_columns

__all__ = ["LABEL_TIME", "Source", "needed_columns", "open_source", "read_cohort"]

_EXAMPLES = "file:///directory, sqlite:////path/to/file.db or postgresql://user@host/database"


def open_source(name: str, url: str, clock: Clock) -> Source:
    """Give the source behind a URL; nothing is opened until something is read.

    Parameters
    ----------
    name : as the model files call it.
    url : `file:///directory`, `sqlite:///path` (four slashes for an absolute path) or `postgresql://...`; a SQLAlchemy
        driver as in `postgresql+psycopg://` is accepted and ignored.

    Raises
    ------
    InputError
        When the URL is of no such kind. The message does not repeat it: it may hold a password.
    """
    try:
        scheme = urlsplit(url).scheme.partition("+")[0]
    except ValueError:
        scheme = ""
    if scheme == "file":
        from vitals.io.sources.files import FileSource

        return FileSource(name, url, clock)
    if scheme == "sqlite":
        from vitals.io.sources.sqlite import SqliteSource

        return SqliteSource(name, url, clock)
    if scheme in ("postgresql", "postgres"):
        from vitals.io.sources.postgres import PostgresSource

        return PostgresSource(name, url, clock)
    shown = f"of kind {scheme!r}" if scheme else "not a URL"
    msg = f"source {name!r}: its URL is {shown}; use {_EXAMPLES}"
    raise InputError(msg)
