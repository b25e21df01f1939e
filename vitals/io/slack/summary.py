"""Delivering what is told beside the daily digests: once per content, with everything a digest's delivery can do.

A summary travels as a digest without problems. Its rows lie under a name of their own, so that no digest is ever
composed against a summary.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from vitals.digest import Digest
from vitals.digest.episodes import BackfillSummary, WeeklySummary
from vitals.errors import NotifyError
from vitals.io.slack.client import Slack
from vitals.io.slack.delivery import deliver
from vitals.io.slack.log import Receipt
from vitals.io.store import Store
from vitals.io.store.digests import ROOT, Delivery, StoredDigest
from vitals.io.store.lease import CHANNEL, LEASE_S, WAIT_S, HeldError
from vitals.records import Day
from vitals.render.messages import SlackMessage

Summary = BackfillSummary | WeeklySummary
_SEARCHED = timedelta(days=7)


def name_of(summary: Summary) -> str:
    """Give the name under which the store keeps a summary: other content of a backfill is another summary."""
    content = f"/{summary.content_hash}" if isinstance(summary, BackfillSummary) else ""
    return f"{summary.key}{content}"


def send_summary(
    store: Store, slack: Slack, summary: Summary, message: SlackMessage, today: Day, fallback: str | None
) -> Receipt:
    """Post a summary unless it is in the channel.

    Parameters
    ----------
    today : an unclear outcome is looked for in the channel a week back from here.

    Raises
    ------
    NotifyError : as for a digest; running the same again goes on from there.
    """
    name = name_of(summary)
    parcel = _Parcel(
        channel=summary.channel,
        day=today - _SEARCHED,
        revision=1,
        headline="",
        told_on=None,
        models=(),
        items=(),
        resolved=(),
        metrics=(),
        notes=(),
        open=(),
        mentions=(),
        quiet=True,
        name=name,
        content=summary.to_json(),
        told_hash=summary.content_hash,
    )
    try:
        with store.lease(f"{CHANNEL}{summary.channel}", "a summary", LEASE_S, WAIT_S) as lease:
            named = _named(message, name)
            log = _Log(store, name, summary.last_day)
            return deliver(log, slack, parcel, named, fallback=fallback, guard=lease.check)
    except HeldError as error:
        message_ = f"{error}; run this again later"
        raise NotifyError(message_) from None


@dataclass(frozen=True, slots=True)
class _Parcel(Digest):
    """A summary, as delivering sees it."""

    name: str = ""
    content: str = ""
    told_hash: str = ""

    @property
    def key(self) -> str:
        return self.name

    @property
    def content_hash(self) -> str:
        return self.told_hash

    def to_json(self, indent: int | None = None) -> str:  # noqa: ARG002  it is stored as it was composed
        return self.content


@dataclass(frozen=True, slots=True)
class _Log:
    """The store's verbs for one summary, whatever channel and day they are asked about."""

    store: Store
    name: str
    day: Day

    def told_before(self, channel: str, day: Day, revision: int) -> StoredDigest | None:
        del channel, day
        return self.store.told_before(self.name, self.day, revision)

    def intend(
        self, channel: str, day: Day, revision: int, content: str, payload_hash: str, *, step: str = ROOT
    ) -> Delivery | None:
        del channel, day
        return self.store.intend(self.name, self.day, revision, content, payload_hash, step)

    def confirm(self, channel: str, day: Day, revision: int, ts: str, channel_id: str, **more: Any) -> None:
        del channel, day
        self.store.confirm(self.name, self.day, revision, ts, channel_id, **more)

    def uploaded(self, channel: str, day: Day, revision: int, file_id: str, step: str) -> None:
        del channel, day
        self.store.uploaded(self.name, self.day, revision, file_id, step)

    def fail(self, channel: str, day: Day, revision: int, error: str, *, step: str = ROOT) -> None:
        del channel, day
        self.store.fail(self.name, self.day, revision, error, step)

    def unclear(self, channel: str, day: Day, revision: int, error: str, *, step: str = ROOT) -> None:
        del channel, day
        self.store.unclear(self.name, self.day, revision, error, step)


def _named(message: SlackMessage, name: str) -> SlackMessage:
    """Name a message and its replies after the summary with its content."""
    payload = {**message.metadata["event_payload"], "key": name}
    thread = tuple(_named(one, name) for one in message.thread)
    return replace(message, metadata={**message.metadata, "event_payload": payload}, thread=thread)
