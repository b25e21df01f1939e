"""A digest on its way: the few moves that its root, its thread and its files share.

Every message has a row before it is posted. A row that is `intended` or `unclear` means: perhaps posted, so the channel
is asked first. Decides nothing about what a refusal means for the digest.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from vitals.digest import Digest
from vitals.errors import NotifyError
from vitals.io.slack.client import Posted, Slack
from vitals.io.slack.log import FULL, TEXT, DeliveryLog
from vitals.io.slack.refusals import (
    METADATA,
    NOT_IN_CHANNEL,
    PAYLOAD,
    RefusedError,
    TakenOverError,
    UnclearError,
    UnreadableError,
)
from vitals.io.store.digests import ROOT, Delivery
from vitals.records import Day
from vitals.render.messages import SlackMessage

LOG = logging.getLogger("vitals.slack")
ATTEMPTS = 3
PAUSE_S = 2.0
Part = int | str
"""0 is the root, 1.. are replies, words are what belongs to neither."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One digest, where it is written down, and how it travels.

    Attributes
    ----------
    fallback : id of the channel for what its own does not take. guard : raises when somebody else delivers by now.
    """

    log: DeliveryLog
    slack: Slack
    digest: Digest
    message: SlackMessage
    fallback: str | None
    guard: Callable[[], None]

    @property
    def key(self) -> tuple[str, Day, int]:
        """What the store calls the digest."""
        return self.digest.channel, self.digest.day, self.digest.revision

    @property
    def channels(self) -> list[str]:
        """Where its messages may be: its own channel, then the fallback."""
        return list(dict.fromkeys(filter(None, (self.digest.channel, self.fallback))))

    def intend(self, step: str = ROOT) -> Delivery | None:
        """Write that a message is about to be posted; what is known of it when that was written before."""
        return self.log.intend(*self.key, self.digest.to_json(), self.digest.content_hash, step=step)

    @contextmanager
    def row(self, step: str) -> Iterator[None]:
        """Write what a failure means for a message's row, on its way out; a killed process writes nothing."""
        try:
            yield
        except TakenOverError:
            raise
        except NotifyError as error:
            self.guard()
            is_unclear = isinstance(error, UnclearError | UnreadableError)
            (self.log.unclear if is_unclear else self.log.fail)(*self.key, str(error), step=step)
            raise

    def find(
        self, channel: str, part: Part, thread_ts: str | None = None, *, any_revision: bool = False
    ) -> Posted | None:
        """Look a part up in a channel or thread, joining the channel if that is what it takes to read it."""
        payload = {"key": self.digest.key, "part": part} | ({} if any_revision else {"rev": self.digest.revision})
        try:
            return self.slack.find(channel, payload, self.digest.day, thread_ts)
        except RefusedError as error:
            if error.code != NOT_IN_CHANNEL or not self.slack.join(channel):
                raise
        return self.slack.find(channel, payload, self.digest.day, thread_ts)

    def find_root(self, *, any_revision: bool = False) -> Posted | None:
        """Look for the root wherever it may be; the last refusal counts when it is in no channel that can be read."""
        refused = None
        for channel in self.channels:
            try:
                found = self.find(channel, 0, any_revision=any_revision)
            except RefusedError as error:
                refused = error
                continue
            if found:
                return found
        if refused:
            raise refused
        return None

    def post(
        self, channel: str, said: SlackMessage, part: Part, level: str = FULL, thread_ts: str | None = None
    ) -> Posted:
        """Post once; after a lost reply look into the channel before trying again.

        Raises
        ------
        RefusedError : surely not posted. UnreadableError : perhaps posted, and nobody can know.
        """
        names = self._names(said, part, level)
        for attempt in range(1, ATTEMPTS + 1):
            self.guard()
            try:
                return self.slack.post(channel, said.text, said.blocks, names, thread_ts)
            except RefusedError as error:
                if error.code not in METADATA or not names:
                    raise
                LOG.warning("%s; posting without metadata", error)
                names = {}
            except UnclearError as error:
                found = self._after_lost_reply(error, attempt, channel, part, thread_ts)
                if found:
                    return found
        message = f"Slack refused even what has no metadata for {channel}"
        raise UnclearError(message)

    def _after_lost_reply(
        self, error: UnclearError, attempt: int, channel: str, part: Part, thread_ts: str | None
    ) -> Posted | None:
        self.slack.sleep(PAUSE_S * attempt)  # what Slack did take shows up in the channel a moment later
        try:
            found = self.find(channel, part, thread_ts)
        except RefusedError as refused:
            raise UnreadableError(str(refused)) from None
        if found is None and attempt == ATTEMPTS:
            raise error
        return found

    def update(self, place: Posted, said: SlackMessage, part: Part, level: str = FULL) -> Posted:
        """Replace a message of ours."""
        self.guard()
        try:
            return self.slack.update(place, said.text, said.blocks, self._names(said, part, level))
        except RefusedError as error:
            if error.code not in METADATA:
                raise
            LOG.warning("%s; editing without metadata", error)
            return self.slack.update(place, said.text, said.blocks, {})

    def _names(self, said: SlackMessage, part: Part, level: str) -> Mapping[str, Any]:
        """Name a message so that it can be found again, with how much of it was shown and what it is about."""
        own = said.metadata.get("event_payload", {})
        payload = {**self.message.metadata["event_payload"], **own, "part": part, "level": level}
        return {**self.message.metadata, "event_payload": payload}


Rung = tuple[str, SlackMessage]


def step_down(rungs: Sequence[Rung], send: Callable[[SlackMessage, str], Posted]) -> tuple[Posted, str, str]:
    """Send the fullest form that Slack takes.

    Returns
    -------
    Where it is, its level, and why it is not fuller ('' for the first rung).
    """
    why = ""
    for place, (level, said) in enumerate(rungs):
        try:
            posted = send(said, level)
        except RefusedError as error:
            if error.code not in PAYLOAD or place == len(rungs) - 1:
                raise
            LOG.warning("a digest is sent with less: %s", error)
            why = f"since Slack refused more ({error.code})"
        else:
            return posted, str(posted.payload.get("level") or level), why
    raise AssertionError  # there is always a rung


def plain(message: SlackMessage, piece: int = 0) -> SlackMessage:
    """Give a piece of the digest as text alone."""
    return SlackMessage(message.plain[piece], (), message.metadata)


def as_text(message: SlackMessage) -> Rung:
    """Give the last rung."""
    return TEXT, plain(message)


def with_pictures(message: SlackMessage, ids: Mapping[str, str]) -> SlackMessage:
    """Put uploaded files' ids for their names; pictures without an id are left out."""
    blocks = []
    for block in message.blocks:
        name = (block.get("slack_file") or {}).get("id")
        if name is None:
            blocks.append(block)
        elif name in ids:
            blocks.append({**block, "slack_file": {"id": ids[name]}})
    return replace(message, blocks=tuple(blocks))
