"""One process's turn to tell a channel: what earlier ones left undone first, then today's digest.

Turns of a channel follow each other, by a lease in the store that runs out when its holder was killed. What an earlier
turn left: a digest that was perhaps posted is looked for; the oldest with priority 1 that did not arrive is delivered,
and each later one that tells of a priority 1 which the channel does not know; threads are completed. A channel is told
nothing newer before: a priority 1 that began and ended in between would never be told. What else did not arrive is told
by today's digest, which is composed against what did.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from vitals.digest import Digest, escalates
from vitals.errors import NotifyError, StoreError, UndeliveredError
from vitals.io.slack.client import Slack
from vitals.io.slack.delivery import deliver
from vitals.io.slack.log import DeliveryLog, Receipt
from vitals.io.slack.parcel import LOG
from vitals.io.slack.refusals import METADATA, PAYLOAD, RefusedError, TakenOverError
from vitals.io.store.digests import DeliveryState, StoredDigest
from vitals.io.store.lease import CHANNEL, LEASE_S, WAIT_S, HeldError, Lease
from vitals.records import Day
from vitals.render import text
from vitals.render.messages import SlackMessage

_BACK = timedelta(days=70)
_PATIENCE = timedelta(days=7)  # after that one refused digest no longer holds up the others


class ChannelLog(DeliveryLog, Protocol):
    """The store's verbs for a channel's turn."""

    def digest(self, channel: str, day: Day) -> StoredDigest | None:
        """Read the last revision of a channel's digest of a day."""

    def last_told(self, channel: str, before_day: Day) -> StoredDigest | None:
        """Read the last digest of an earlier day that reached the channel."""

    def unfinished(self, channel: str, first: Day, before: Day) -> list[StoredDigest]:
        """Read the digests of first..before whose root is in the channel and the rest is not."""

    def undelivered(self, channel: str, first: Day, before: Day) -> list[StoredDigest]:
        """Read the digests of first..before that did not surely reach the channel."""

    def lease(self, model: str, owner: str, seconds: float = 60, wait_s: float = 0) -> Lease:
        """Ask for the right to tell `channel C0123`."""


@dataclass(frozen=True, slots=True)
class Way:
    """How digests get to a channel.

    Attributes
    ----------
    render : gives a digest's message. fallback : id of the channel for what its own does not take.
    """

    log: ChannelLog
    slack: Slack
    render: Callable[[Digest], SlackMessage]
    fallback: str | None = None


def tell_channel(way: Way, channel: str, day: Day, compose: Callable[[], Digest]) -> tuple[Digest, Receipt]:
    """Take the channel's turn and tell it the news of a day.

    Parameters
    ----------
    compose : gives the digest, new against what the channel was told by then.

    Raises
    ------
    UndeliveredError : the digest is stored and did not arrive; the next turn goes on from there.
    NotifyError : another process tells the channel for too long.
    """
    with _turn(way.log, channel, day) as guard:
        _settle(way, channel, day, guard)
        owed = _deliver_late(way, channel, day, guard)
        digest = compose()
        if owed is not None and _keep(way.log, digest):
            raise _undelivered(digest, f"an earlier digest with priority 1 comes first: {owed}", urgent=True) from owed
        try:
            return digest, _deliver(way, digest, guard)
        except TakenOverError:
            raise
        except NotifyError as error:
            stored = way.log.digest(channel, day)
            arrived = stored and stored.root and stored.root.state is DeliveryState.SENT
            raise _undelivered(digest, str(error), urgent=digest.count(1) > 0 and not arrived) from error


@contextmanager
def _turn(log: ChannelLog, channel: str, day: Day) -> Iterator[Callable[[], None]]:
    """Hold the channel's lease; gives what makes sure that it is still held."""
    lease = log.lease(f"{CHANNEL}{channel}", f"the digest of {day}", LEASE_S, WAIT_S)

    def guard() -> None:
        try:
            lease.check()
        except StoreError as error:
            message = f"{channel} is told by another process by now: {error}"
            raise TakenOverError(message) from error

    try:
        lease.__enter__()
    except HeldError as error:
        message = f"{error}; the digest of {day} is left to the next run"
        raise NotifyError(message) from None
    try:
        yield guard
    finally:
        lease.__exit__(None, None, None)


def _settle(way: Way, channel: str, day: Day, guard: Callable[[], None]) -> None:
    """Complete threads, and find out what became of digests that were perhaps posted; today's does not wait for that."""
    try:
        perhaps = [one for one in _left(way.log, channel, day) if _is_perhaps_told(one)]
        for stored in [*way.log.unfinished(channel, day - _PATIENCE, day), *perhaps]:
            _deliver(way, Digest.from_json(stored.content), guard, may_post=False)
    except TakenOverError:
        raise
    except NotifyError as error:
        LOG.warning("what earlier digests left undone in %s is left to the next run: %s", channel, error)


def _deliver_late(way: Way, channel: str, day: Day, guard: Callable[[], None]) -> NotifyError | None:
    """Deliver what earlier turns owe of priority 1; gives why the channel is to be told nothing newer before."""
    urgent = [one for one in _left(way.log, channel, day) if Digest.from_json(one.content).count(1)]
    if not urgent or _is_perhaps_told(way.log.digest(channel, day)):  # today's digest told it already
        return None
    for number, stored in enumerate(urgent):
        before = way.log.last_told(channel, day)
        told = Digest.from_json(before.content) if before else None
        digest = Digest.from_json(stored.content)
        if number and told and not escalates(digest, told):
            continue
        try:
            receipt = _deliver(way, digest, guard)
        except TakenOverError:
            raise
        except NotifyError as error:
            is_old = digest.day < day - _PATIENCE
            if is_old or (isinstance(error, RefusedError) and error.code in PAYLOAD | METADATA):
                LOG.warning("the digest of %s for %s is given up: %s", digest.day, channel, error)
                continue
            return error
        LOG.info("the digest of %s for %s: %s", digest.day, channel, receipt.words)
    return None


def _keep(log: ChannelLog, digest: Digest) -> bool:
    """Store a digest that waits for an earlier one; False when it was perhaps posted before and so cannot wait."""
    key = digest.channel, digest.day, digest.revision
    if _is_perhaps_told(log.digest(digest.channel, digest.day)):
        return False
    if log.intend(*key, digest.to_json(), digest.content_hash) is None:
        log.fail(*key, "an earlier digest with priority 1 comes first")
    return True


def _is_perhaps_told(stored: StoredDigest | None) -> bool:
    return stored is not None and not (stored.root and stored.root.state is DeliveryState.FAILED)


def _undelivered(digest: Digest, why: str, *, urgent: bool) -> UndeliveredError:
    return UndeliveredError(why, urgent=urgent, shown=text.render(digest))


def _left(log: ChannelLog, channel: str, day: Day) -> list[StoredDigest]:
    """Give the digests since the last one that arrived that did not surely arrive, oldest first."""
    before = log.last_told(channel, day)
    return log.undelivered(channel, before.key.day if before else day - _BACK, day)


def _deliver(way: Way, digest: Digest, guard: Callable[[], None], *, may_post: bool = True) -> Receipt:
    message = way.render(digest)
    return deliver(way.log, way.slack, digest, message, fallback=way.fallback, guard=guard, may_post=may_post)
