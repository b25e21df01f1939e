"""Who judges a model now: a lease with a heartbeat, kept as one row, taken over after it ran out.

A lease is safety, not queueing: Prefect's slots may leak or be lost, this row cannot. It may also be taken on another
name than a model's (`channel C0123456789`) to keep two senders apart. Whoever waits says for whom, on a logger of its
own: people at a terminal want to read it without the rest of the log.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Self
from uuid import uuid4

from sqlalchemy import Connection, Update, select, update

from vitals.errors import StoreError
from vitals.io.store.engine import Database
from vitals.io.store.statements import hold
from vitals.io.store.tables import model_state

_LOG = logging.getLogger(__name__)
_WAITING = logging.getLogger("vitals.waiting")
_POLL_S = 0.25
LEASE_S = 60.0
WAIT_S = 90.0  # longer than a killed holder's lease lasts


CHANNEL = "channel "
_Holder = tuple[str, datetime]


class HeldError(StoreError):
    """Somebody else holds the lease."""


class Lease:
    """The right to judge one model, held within a `with` block.

    Parameters
    ----------
    owner : who asks, in words that a waiting person understands (`daily 2013-08-14 on host-7`).
    seconds : how long it holds without a heartbeat; renewed every third of it.
    wait_s : how long to wait for another owner; 0 fails at once.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], model: str, owner: str, seconds: float, wait_s: float
    ) -> None:
        self.model = model
        self.owner = f"{owner} #{uuid4().hex[:8]}"  # the same words twice are still two owners
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._wait_s = wait_s
        self._done = Event()
        self._beat = Thread(target=self._renew_until_done, name=f"lease {model}", daemon=True)

    def __enter__(self) -> Self:
        """Take the lease and keep it.

        Raises
        ------
        HeldError
            When somebody else holds it for longer than `wait_s`.
        """
        until = time.monotonic() + self._wait_s
        seen, since = None, 0.0
        while (holder := self._take()) is not None:
            now = time.monotonic()
            if holder != seen:  # it is new, or its heart beats
                seen, since = self._say(holder, seen), now
            elif now - since > self._seconds and self._take(dead=holder) is None:
                break  # a clock that was set back would keep the lease of a killed one for hours
            if now >= until:
                raise HeldError(f"{self._held(holder)}; wait for it to end, or, when it was killed, until then")
            time.sleep(min(_POLL_S, self._seconds / 3))
        self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back; when somebody took it over meanwhile it is theirs."""
        self._done.set()
        self._beat.join()
        try:
            with self._database.writing() as connection:
                connection.execute(self._mine().values(lease_owner=None, lease_until=None))
        except StoreError as failure:  # it runs out by itself, and must not hide why the block ended
            _LOG.warning("the lease on %s could not be given back: %s", self.model, failure)

    def check(self) -> None:
        """Make sure that it is still ours.

        Raises
        ------
        StoreError
            When it ran out and somebody else took it.
        """
        with self._database.reading() as connection:
            self.require(connection)

    def require(self, connection: Connection) -> None:
        """Make sure within a transaction; a writing one has to hold the model's row before."""
        owner = connection.execute(
            select(model_state.c.lease_owner).where(model_state.c.model == self.model)
        ).scalar_one_or_none()
        if owner != self.owner:
            by = owner.rpartition(" #")[0] if owner else "nobody"
            raise StoreError(
                f"the lease on {self.model} was lost and is now held by {by}: this process was stopped for more than "
                f"{self._seconds:g} s; run it again, nothing was written"
            )

    def _say(self, holder: _Holder, before: _Holder | None) -> _Holder:
        """Say once for whom this waits; gives it back."""
        if self._wait_s and (before is None or before[0] != holder[0]):
            _WAITING.warning("%s; waiting up to %g s", self._held(holder), self._wait_s)
        return holder

    def _held(self, holder: _Holder) -> str:
        work = "told" if self.model.startswith(CHANNEL) else "judged"
        return (
            f"{self.model} is being {work} by {holder[0].rpartition(' #')[0]} until {holder[1]:%Y-%m-%d %H:%M:%S} UTC"
        )

    def _take(self, dead: _Holder | None = None) -> _Holder | None:
        """Take it when it is free, ran out or is that of a dead holder, else tell who holds it."""
        with self._database.writing() as connection:
            state = hold(connection, self.model)
            now = self._clock()
            holder = (state.lease_owner, state.lease_until)
            if state.lease_owner is not None and state.lease_until > now and holder != dead:
                return holder
            connection.execute(
                update(model_state)
                .where(model_state.c.model == self.model)
                .values(lease_owner=self.owner, lease_until=now + timedelta(seconds=self._seconds))
            )
        return None

    def _renew_until_done(self) -> None:
        while not self._done.wait(self._seconds / 3):
            try:
                with self._database.writing() as connection:
                    later = self._clock() + timedelta(seconds=self._seconds)
                    renewed = connection.execute(self._mine().values(lease_until=later)).rowcount
            except StoreError as error:  # the next beat may succeed; the write itself checks the owner anyway
                _LOG.warning("the lease on %s could not be renewed: %s", self.model, error)
                continue
            if not renewed:
                return

    def _mine(self) -> Update:
        return update(model_state).where(model_state.c.model == self.model, model_state.c.lease_owner == self.owner)
