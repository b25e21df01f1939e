"""What each channel was told, and how far telling it got.

A digest has one key (channel, day, revision) and each of its messages one row, written as `intended` before it is
posted: whoever finds such a row after a crash must ask Slack what became of it. Content that was sent is never changed.
Refuses to know Slack.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, select, update

from vitals.errors import StoreError
from vitals.io.store.engine import Database
from vitals.io.store.statements import insert_missing
from vitals.io.store.tables import delivery, digest
from vitals.records import Day

ROOT = "root"


class DeliveryState(StrEnum):
    """How far one message got."""

    INTENDED = "intended"  # about to be posted; after a crash: perhaps posted
    SENT = "sent"
    FAILED = "failed"  # surely not posted
    UNCLEAR = "unclear"  # the reply was lost and could not be found out
    PRINTED = "printed"  # no Slack configured: shown on the terminal instead


# What may follow what. Sent and printed are final; the rest may be tried again.
_FOLLOWS = {
    DeliveryState.INTENDED: frozenset(DeliveryState),
    DeliveryState.FAILED: frozenset(DeliveryState),
    DeliveryState.UNCLEAR: frozenset(DeliveryState),
    DeliveryState.SENT: frozenset({DeliveryState.SENT}),
    DeliveryState.PRINTED: frozenset({DeliveryState.PRINTED}),
}


_REACHED = frozenset({DeliveryState.SENT, DeliveryState.PRINTED})


@dataclass(frozen=True, slots=True)
class DigestKey:
    """One revision of one channel's digest of a day."""

    channel: str
    day: Day
    revision: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of a digest: `root`, or a further one of its thread.

    Attributes
    ----------
    ts, channel_id : where Slack put it, as Slack says it; of a file `ts` is its id.
    level : how much of it was shown (`full`, `no pictures`, `text only`).
    error : why it is not there; of a root that was sent: what of the digest is still to come.
    """

    key: DigestKey
    step: str
    state: DeliveryState
    ts: str | None = None
    channel_id: str | None = None
    level: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A digest as it was composed, with the messages it was told in (root first)."""

    key: DigestKey
    content: str
    payload_hash: str
    deliveries: tuple[Delivery, ...]

    @property
    def root(self) -> Delivery | None:
        """The channel's message, None before it was intended."""
        return next((one for one in self.deliveries if one.step == ROOT), None)


def intend(
    database: Database,
    key: DigestKey,
    content: str,
    payload_hash: str,
    step: str,
    run_id: str,
    clock: Callable[[], datetime],
) -> Delivery | None:
    """Write digest and message before posting; what is known already when the message was intended before, else None."""
    with database.writing() as connection:
        now = clock()
        fresh = insert_missing(
            connection,
            digest,
            _columns(key) | {"content": content, "payload_hash": payload_hash, "run_id": run_id, "written_at": now},
        )
        if not fresh:
            _keep_or_change(connection, key, content, payload_hash, now)
        intended = _columns(key) | {"step": step, "state": DeliveryState.INTENDED.value, "changed_at": now}
        if insert_missing(connection, delivery, intended):
            return None
        known = _deliveries(connection, key, step)[0]
        if known.state is DeliveryState.FAILED:
            _write(connection, Delivery(key, step, DeliveryState.INTENDED), now)
            return None
        return known


def settle(database: Database, outcome: Delivery, clock: Callable[[], datetime]) -> None:
    """Write what became of a message."""
    with database.writing() as connection:
        found = _deliveries(connection, outcome.key, outcome.step, lock=True)
        if not found:
            raise StoreError(
                f"{_named(outcome.key)}: message `{outcome.step}` was never intended; intend it before posting"
            )
        known = found[0]
        moved = known.state is DeliveryState.SENT and (known.ts, known.channel_id) != (outcome.ts, outcome.channel_id)
        if outcome.state not in _FOLLOWS[known.state] or moved:
            raise StoreError(
                f"{_named(outcome.key)}: message `{outcome.step}` is {known.state} (ts {known.ts}) and cannot become "
                f"{outcome.state} (ts {outcome.ts}); look into the channel for a second copy"
            )
        if outcome.state is DeliveryState.UNCLEAR:  # under which id it is to be looked for stays known
            outcome = replace(outcome, ts=known.ts, channel_id=known.channel_id)
        _write(connection, outcome, clock())


def latest(database: Database, channel: str, day: Day) -> StoredDigest | None:
    """Read the last revision of a day's digest, sent or not."""
    return _last(database, digest.c.channel == channel, digest.c.day == day)


def last_told(database: Database, channel: str, before_day: Day) -> StoredDigest | None:
    """Read the last digest of an earlier day that did reach the channel, or was printed."""
    return _last(database, digest.c.channel == channel, digest.c.day < before_day, _root(_REACHED))


def told_before(database: Database, channel: str, day: Day, revision: int) -> StoredDigest | None:
    """Read the last earlier revision of a day's digest that is in the channel."""
    return _last(
        database, digest.c.channel == channel, digest.c.day == day, digest.c.revision < revision, _root(_REACHED)
    )


def undelivered(database: Database, channel: str, first: Day, before: Day) -> list[StoredDigest]:
    """Read the last revision of each day in first..before (exclusive) that did not surely reach the channel, by day."""
    return _read(database, *_latest(channel, first, before), ~_root(_REACHED))


def unfinished(database: Database, channel: str, first: Day, before: Day) -> list[StoredDigest]:
    """Read the last revision of each day in first..before (exclusive) whose root is there and the rest is not."""
    return _read(database, *_latest(channel, first, before), _root({DeliveryState.SENT}, delivery.c.error.is_not(None)))


def _latest(channel: str, first: Day, before: Day) -> list[ColumnElement[bool]]:
    newer = digest.alias()
    revised = exists().where(
        newer.c.channel == digest.c.channel, newer.c.day == digest.c.day, newer.c.revision > digest.c.revision
    )
    return [digest.c.channel == channel, digest.c.day >= first, digest.c.day < before, ~revised]


def _root(states: Collection[DeliveryState], *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a digest's root is in one of these states, and more holds of its row."""
    same = and_(*(delivery.c[name] == digest.c[name] for name in ("channel", "day", "revision")))
    return exists().where(same, delivery.c.step == ROOT, delivery.c.state.in_([one.value for one in states]), *more)


def _last(database: Database, *where: ColumnElement[bool]) -> StoredDigest | None:
    found = _read(database, *where, most=1)
    return found[0] if found else None


def _read(database: Database, *where: ColumnElement[bool], most: int | None = None) -> list[StoredDigest]:
    """Read digests with their messages: the newest ones, when only some are asked for, else all by day."""
    statement = select(digest.c.channel, digest.c.day, digest.c.revision, digest.c.content, digest.c.payload_hash)
    statement = statement.where(*where).order_by(digest.c.day.desc(), digest.c.revision.desc()).limit(most)
    with database.reading() as connection:
        found = []
        for channel, day, revision, content, payload_hash in reversed(connection.execute(statement).all()):
            key = DigestKey(channel, day, revision)
            found.append(StoredDigest(key, content, payload_hash, tuple(_deliveries(connection, key))))
    return found


def _keep_or_change(connection: Connection, key: DigestKey, content: str, payload_hash: str, now: datetime) -> None:
    known = connection.execute(select(digest).where(*_where(digest, key)).with_for_update()).one()
    if (known.content, known.payload_hash) == (content, payload_hash):
        return
    if any(one.state is not DeliveryState.FAILED for one in _deliveries(connection, key, ROOT)):
        raise StoreError(f"{_named(key)}: was told already and stays as it was; other content is a new revision")
    # Pictures of the other content, uploaded before its root failed, are nobody's any more.
    connection.execute(delete(delivery).where(*_where(delivery, key), delivery.c.step != ROOT))
    changed = {"content": content, "payload_hash": payload_hash, "written_at": now}
    connection.execute(update(digest).where(*_where(digest, key)).values(**changed))


def _deliveries(
    connection: Connection, key: DigestKey, step: str | None = None, *, lock: bool = False
) -> list[Delivery]:
    columns = delivery.c
    statement = select(columns.step, columns.state, columns.ts, columns.channel_id, columns.level, columns.error).where(
        *_where(delivery, key)
    )
    if step is not None:
        statement = statement.where(columns.step == step)
    if lock:
        statement = statement.with_for_update()
    found = [Delivery(key, one[0], DeliveryState(one[1]), *one[2:]) for one in connection.execute(statement)]
    return sorted(found, key=lambda one: (one.step != ROOT, one.step))


def _write(connection: Connection, outcome: Delivery, now: datetime) -> None:
    values = {
        "state": outcome.state.value,
        "ts": outcome.ts,
        "channel_id": outcome.channel_id,
        "level": outcome.level,
        "error": outcome.error,
        "changed_at": now,
    }
    where = (*_where(delivery, outcome.key), delivery.c.step == outcome.step)
    connection.execute(update(delivery).where(*where).values(**values))


def _columns(key: DigestKey) -> dict[str, object]:
    return {"channel": key.channel, "day": key.day, "revision": key.revision}


def _where(table: Table, key: DigestKey) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in _columns(key).items()]


def _named(key: DigestKey) -> str:
    return f"digest of {key.day} for {key.channel}, revision {key.revision}"
