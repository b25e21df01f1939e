"""A sender of digests with a store of its own, and what people see of what it sent: for tests of delivery."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.digest import samples
from tests.io.slack_story import rendered
from tests.slack import SlackServer
from vitals.digest import Digest, compose
from vitals.io.slack import Receipt, Slack, deliver
from vitals.io.store import DeliveryState, Store
from vitals.records import Symptom
from vitals.render.messages import SlackMessage


class Sender:
    """Delivers digests of one store to one workspace."""

    def __init__(self, store: Store, client: Slack) -> None:
        self.store = store
        self.client = client

    def __call__(self, digest: Digest, message: SlackMessage | None = None, fallback: str | None = None) -> Receipt:
        """Deliver."""
        return deliver(self.store, self.client, digest, message or rendered(digest), fallback=fallback)

    def states(self, digest: Digest) -> dict[str, DeliveryState]:
        """Give the states of a digest's messages."""
        stored = self.store.digest(digest.channel, digest.day)
        return {one.step: one.state for one in stored.deliveries} if stored else {}


def clock() -> datetime:
    """The morning after the sample day."""
    return datetime(2013, 8, 23, 12, tzinfo=UTC)


def revision(number: int = 2, *, worse: bool = False) -> Digest:
    """Compose the quiet day again, with a finding."""
    found = samples.missing("temp", 0.13)
    if worse:
        found = samples.finding(Symptom.ERRORS, "status", "6 % errors")
    news = replace(samples.quiet_news(), findings=(found,), incidents=(samples.incident(found),))
    return compose(samples.CHANNEL, samples.DAY, [news], samples.yesterday(), number, samples.quiet())


def shown(slack: SlackServer) -> list[str]:
    """Give the names of the files that people see, in order."""
    ids = [one["slack_file"]["id"] for root in slack.roots() for one in root["blocks"] if one["type"] == "image"]
    ids += [one for message in slack.messages() for one in message.get("files", ())]
    return [slack.files[one].name for one in ids]
