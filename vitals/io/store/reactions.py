"""Reactions under messages of ours, as they were seen last, and the decisions that came of them.

Both are written in one transaction: a killed listener neither loses a decision nor takes it twice. Refuses to know what
an emoji means.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, delete, select

from vitals.io.store import triage as decisions
from vitals.io.store.digests import ROOT, DeliveryState
from vitals.io.store.engine import Database
from vitals.io.store.statements import upsert
from vitals.io.store.tables import delivery, digest
from vitals.io.store.tables import reaction as table
from vitals.records import Triage


@dataclass(frozen=True, slots=True)
class Reaction:
    """One person's emoji under one message; emoji and person as Slack names them.

    Attributes
    ----------
    about : the incidents that it concerned when it was seen first.
    """

    channel_id: str
    ts: str
    emoji: str
    user_id: str
    about: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A digest that is in a channel: where its root is, which replies are ours, and what it says."""

    channel_id: str
    ts: str
    replies: frozenset[str]
    content: str


def sent_since(database: Database, channel: str, since: datetime) -> list[Sent]:
    """Read the digests that came into the channel since an instant, by day; of an edited message what it says now."""
    same = and_(*(delivery.c[name] == digest.c[name] for name in ("channel", "day", "revision")))
    statement = (
        select(delivery.c.channel_id, delivery.c.ts, delivery.c.step, digest.c.day, digest.c.revision, digest.c.content)
        .join(digest, same)
        .where(
            delivery.c.channel == channel,
            delivery.c.changed_at >= since,
            delivery.c.state == DeliveryState.SENT.value,
            delivery.c.ts.is_not(None),
            delivery.c.channel_id.is_not(None),
        )
        .order_by(digest.c.day, digest.c.revision)
    )
    with database.reading() as connection:
        found = connection.execute(statement).tuples().all()
    roots = {(day, revision): (place, ts, content) for place, ts, step, day, revision, content in found if step == ROOT}
    latest = {(place, ts): content for place, ts, content in roots.values()}
    replies: dict[tuple[str, str], set[str]] = {place: set() for place in latest}
    for _, ts, step, day, revision, _ in found:
        if step != ROOT and (day, revision) in roots:
            replies[roots[day, revision][:2]].add(ts)
    return [Sent(*place, frozenset(replies[place]), content) for place, content in latest.items()]


def seen(database: Database, channel_id: str, messages: Collection[str]) -> list[Reaction]:
    """Read what was seen under messages, in the order in which it was seen."""
    columns = table.c
    statement = (
        select(columns.channel_id, columns.ts, columns.emoji, columns.user_id, columns.about)
        .where(columns.channel_id == channel_id, columns.ts.in_(messages))
        .order_by(columns.seen_at, columns.place)
    )
    with database.reading() as connection:
        found = connection.execute(statement).tuples().all()
    return [Reaction(place, ts, emoji, user, tuple(about.split())) for place, ts, emoji, user, about in found]


def write(
    database: Database,
    clock: Callable[[], datetime],
    new: Sequence[Reaction],
    gone: Collection[Reaction],
    said: Sequence[Triage],
    undone: Collection[Triage],
) -> None:
    """Write what was seen new and what is gone, with the decisions that follow and those that hold no more."""
    with database.writing() as connection:
        for model in sorted({one.model for one in (*said, *undone)}):
            of_model = [one for one in said if one.model == model]
            decisions.write(connection, model, of_model, [one for one in undone if one.model == model])
        now = clock()
        for one in gone:
            connection.execute(delete(table).where(and_(*(table.c[k] == v for k, v in _columns(one).items()))))
        seen_now = [{"seen_at": now, "place": i, "about": " ".join(one.about)} for i, one in enumerate(new)]
        upsert(connection, table, [_columns(one) | more for one, more in zip(new, seen_now, strict=True)])


def _columns(one: Reaction) -> dict[str, str]:
    return {"channel_id": one.channel_id, "ts": one.ts, "emoji": one.emoji, "user_id": one.user_id}
