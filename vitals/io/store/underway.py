"""Which models somebody works on now: whoever tells of them waits a moment instead of telling a day in pieces.

An announcement keeps nobody out. It is a lease on a name that no other process uses, so it ends by itself when its
process was killed. Refuses to know what the work is and what is told.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, or_, select

from vitals.errors import StoreError
from vitals.io.store.engine import Database
from vitals.io.store.lease import LEASE_S, Lease
from vitals.io.store.tables import model_state

_LOG = logging.getLogger(__name__)
_WORK = "work on "


@contextmanager
def announced(database: Database, clock: Callable[[], datetime], model: str, owner: str) -> Iterator[None]:
    """Let others see, within the block, that somebody observes and judges a model.

    Parameters
    ----------
    owner : who works, in words for a person who has to wait.
    """
    try:
        with Lease(database, clock, f"{_of(model)}{uuid4().hex[:8]}", owner, LEASE_S, 0):
            yield
    finally:
        _clear_up(database, clock)


def at_work(database: Database, clock: Callable[[], datetime], model: str) -> str | None:
    """Say who works on a model now; None when nobody does."""
    columns = model_state.c
    mine = columns.model.startswith(_of(model), autoescape=True)
    statement = select(columns.lease_owner).where(mine, columns.lease_until > clock()).order_by(columns.lease_until)
    with database.reading() as connection:
        owner = connection.execute(statement.limit(1)).scalar()
    return owner.rpartition(" #")[0] if owner else None


def _of(model: str) -> str:
    return f"{_WORK}{model} #"


def _clear_up(database: Database, clock: Callable[[], datetime]) -> None:
    """Remove what is over, of killed processes, too; whatever stands in the way is no reason to fail."""
    over = or_(model_state.c.lease_owner.is_(None), model_state.c.lease_until <= clock())
    try:
        with database.writing() as connection:
            connection.execute(delete(model_state).where(model_state.c.model.startswith(_WORK), over))
    except StoreError as error:
        _LOG.warning("that nobody works any more could not be written; it shows by itself later: %s", error)
