"""What delivering needs of the store, and what it gives back."""

from dataclasses import dataclass
from typing import Protocol

from vitals.io.slack.client import Posted
from vitals.io.store.digests import ROOT, Delivery, DeliveryState, StoredDigest
from vitals.records import Day

FULL, NO_PICTURES, TEXT = "full", "no pictures", "text only"
"""How much of a digest Slack took."""


class DeliveryLog(Protocol):
    """The store's verbs for messages: a row is written before a message is posted, and settled after."""

    def told_before(self, channel: str, day: Day, revision: int) -> StoredDigest | None:
        """Read the last earlier revision of a day's digest that is in the channel."""

    def intend(
        self, channel: str, day: Day, revision: int, content: str, payload_hash: str, *, step: str = ROOT
    ) -> Delivery | None:
        """Write that a message is about to be posted; what is known of it when that was written before."""

    def confirm(
        self,
        channel: str,
        day: Day,
        revision: int,
        ts: str,
        channel_id: str,
        *,
        level: str = FULL,
        step: str = ROOT,
        to_come: str | None = None,
    ) -> None:
        """Write that a message is in the channel, and of a root what is still to come."""

    def uploaded(self, channel: str, day: Day, revision: int, file_id: str, step: str) -> None:
        """Write under which id a file is about to be shared."""

    def fail(self, channel: str, day: Day, revision: int, error: str, *, step: str = ROOT) -> None:
        """Write that a message is surely not in the channel."""

    def unclear(self, channel: str, day: Day, revision: int, error: str, *, step: str = ROOT) -> None:
        """Write that nobody knows."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a digest: its state, where it is, and one sentence for people.

    Attributes
    ----------
    to_come : whether a part of it is still to be delivered; delivering again goes on with that.
    """

    state: DeliveryState
    words: str
    place: Posted | None = None
    level: str = FULL
    to_come: bool = False
