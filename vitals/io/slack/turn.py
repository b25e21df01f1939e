"""One process's turn to tell a channel: what earlier ones left undone first, then today's digest.

Turns of a channel follow each other, by a lease in the store that runs out when its holder was killed. What an earlier
turn left: a digest that was perhaps posted is looked for; the oldest with priority 1 that did not arrive is delivered,
and each later one that tells of a priority 1 which the channel does not know; a thread is completed. What else did not
arrive is told by today's digest, which is composed against what did.
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
from vitals.io.slack.refusals import RefusedError, TakenOverError
from vitals.io.store.digests import DeliveryState, StoredDigest
from vitals.io.store.lease import CHANNEL, LEASE_S, WAIT_S, HeldError, Lease
from vitals.records import Day
from vitals.render.slack import SlackMessage

_BACK = timedelta(days=70)


class ChannelLog(DeliveryLog, Protocol):
    """The store's verbs for a channel's turn."""

    def digest(self, channel: str, day: Day) -> StoredDigest | None:
        """Read the last revision of a channel's digest of a day."""

    def last_told(self, channel: str, before_day: Day) -> StoredDigest | None:
        """Read the last digest of an earlier day that reached the channel."""

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
        _catch_up(way, channel, day, guard)
        digest = compose()
        try:
            return digest, _deliver(way, digest, guard)
        except TakenOverError:
            raise
        except NotifyError as error:
            raise UndeliveredError(str(error), urgent=digest.count(1) > 0) from error


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


def _catch_up(way: Way, channel: str, day: Day, guard: Callable[[], None]) -> None:
    """Do what earlier turns left undone; trouble with that is no reason to keep today's digest back."""
    try:
        _complete(way, channel, day, guard)
        for stored in _left(way.log, channel, day):
            if stored.root and stored.root.state is not DeliveryState.FAILED:
                _again(way, stored, guard, may_post=False)
        today = way.log.digest(channel, day)
        if today is None or (today.root and today.root.state is DeliveryState.FAILED):  # else it told them already
            _deliver_late(way, channel, day, guard)
    except TakenOverError:
        raise
    except NotifyError as error:  # Slack is out of reach: today's digest will meet the same, and says it
        LOG.warning("what earlier digests left undone in %s is left to the next run: %s", channel, error)


def _deliver_late(way: Way, channel: str, day: Day, guard: Callable[[], None]) -> None:
    urgent = [one for one in _left(way.log, channel, day) if Digest.from_json(one.content).count(1)]
    for number, stored in enumerate(urgent):
        before = way.log.last_told(channel, day)
        told = Digest.from_json(before.content) if before else None
        if number == 0 or told is None or escalates(Digest.from_json(stored.content), told):
            _again(way, stored, guard, may_post=True)


def _complete(way: Way, channel: str, day: Day, guard: Callable[[], None]) -> None:
    """Complete the thread of the digest before."""
    before = way.log.last_told(channel, day)
    if before and before.root and before.root.state is DeliveryState.SENT and before.root.error is not None:
        _again(way, before, guard, may_post=False)


def _left(log: ChannelLog, channel: str, day: Day) -> list[StoredDigest]:
    """Give the digests since the last one that arrived that did not surely arrive, oldest first."""
    before = log.last_told(channel, day)
    return log.undelivered(channel, before.key.day if before else day - _BACK, day)


def _again(way: Way, stored: StoredDigest, guard: Callable[[], None], *, may_post: bool) -> None:
    digest = Digest.from_json(stored.content)
    try:
        receipt = _deliver(way, digest, guard, may_post=may_post)
    except RefusedError as error:
        LOG.warning("the digest of %s for %s is still undelivered: %s", digest.day, digest.channel, error)
    else:
        LOG.info("the digest of %s for %s: %s", digest.day, digest.channel, receipt.words)


def _deliver(way: Way, digest: Digest, guard: Callable[[], None], *, may_post: bool = True) -> Receipt:
    message = way.render(digest)
    return deliver(way.log, way.slack, digest, message, fallback=way.fallback, guard=guard, may_post=may_post)
