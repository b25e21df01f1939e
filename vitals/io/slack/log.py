"""What delivering needs of the store, and what it gives back."""

from dataclasses import dataclass
from typing import Protocol

from vitals.io.slack.client import Posted
from vitals.io.store.digests import ROOT, Delivery, DeliveryState, StoredDigest
from vitals.records import Day

FULL, TEXT = "full", "text only"
"""How much of a digest Slack took."""


class DeliveryLog(Protocol):
    """The store's verbs for messages: a row is written before a message is posted, and settled after."""

    def digest(self, channel: str, day: Day) -> StoredDigest | None:
        """Read the last revision of a channel's digest of a day."""

    def intend(
        self, channel: str, day: Day, revision: int, content: str, payload_hash: str, *, step: str = ROOT
    ) -> Delivery | None:
        """Write that a message is about to be posted; what is known of it when that was written before."""

    def confirm(
        self, channel: str, day: Day, revision: int, ts: str, channel_id: str, *, level: str = FULL, step: str = ROOT
    ) -> None:
        """Write that a message is in the channel."""

    def fail(self, channel: str, day: Day, revision: int, error: str, *, step: str = ROOT) -> None:
        """Write that a message is surely not in the channel."""

    def unclear(self, channel: str, day: Day, revision: int, error: str, *, step: str = ROOT) -> None:
        """Write that nobody knows."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a digest: its state, where it is, and one sentence for people."""

    state: DeliveryState
    words: str
    place: Posted | None = None
    level: str = FULL
