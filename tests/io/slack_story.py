"""A channel's three days, with or without revisions, and one run of them: what the proof against faults plays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.digest import samples
from tests.slack import TOKEN
from vitals.digest import Digest, ModelNews, Told
from vitals.errors import NotifyError
from vitals.io.composing import composed_from
from vitals.io.slack import Receipt, Slack, Way, tell_channel
from vitals.io.store import Store
from vitals.records import Day, Finding, Severity, Symptom
from vitals.render import slack as rendering
from vitals.render.blocks import context, metadata
from vitals.render.messages import Attachment, SlackMessage

DAY = samples.DAY
CHANNEL = samples.CHANNEL
FALLBACK = "C0FALLBACK"


@dataclass(frozen=True)
class Step:
    """What is known of the model when a run tells a day; `opened` gives the day on which each finding began."""

    day: Day
    findings: tuple[Finding, ...]
    opened: tuple[Day, ...]


def _step(number: int, *found: tuple[Finding, int]) -> Step:
    day = DAY + timedelta(days=number - 1)
    findings = tuple(replace(one, day=day) for one, _ in found)
    return Step(day, findings, tuple(DAY + timedelta(days=began - 1) for _, began in found))


def _errors(share: int, severity: Severity = Severity.WARNING) -> Finding:
    return samples.finding(Symptom.ERRORS, "status", f"{share} % of the answers are errors", severity=severity)


_SILENT = samples.finding(Symptom.MISSING_ANSWERS, "score", "42 % of the requests got no answer")
REVISED = (
    _step(1, (_errors(6), 1), (samples.missing("temp", 0.13), 1)),
    _step(1, (_errors(6), 1), (samples.missing("wind_speed", 0.21), 1)),
    _step(1, (_errors(9, Severity.CRITICAL), 1), (samples.missing("wind_speed", 0.21), 1)),
    _step(2, (_errors(8, Severity.CRITICAL), 1), (_SILENT, 2)),
)
DAYS = (
    _step(1, (_errors(6), 1), (samples.missing("temp", 0.13), 1)),
    _step(2, (_errors(7), 1), (_SILENT, 2), (samples.missing("temp", 0.17), 1)),
    _step(3, (_errors(5), 1)),
)


def news(step: Step) -> list[ModelNews]:
    """Give what judging says at a step."""
    facts = replace(samples.facts(), day=step.day)
    found = zip(step.findings, step.opened, strict=True)
    incidents = tuple(samples.incident(one, opened, last_seen_on=step.day) for one, opened in found)
    return [ModelNews(samples.model(), step.day, "monitored", facts, findings=step.findings, incidents=incidents)]


def rendered(digest: Digest) -> SlackMessage:
    """Render a digest with a picture, a table, and one or two replies, whatever would be needed."""
    message = rendering.render(digest)
    name = f"{digest.day}-{digest.revision}.png"
    block = {"type": "image", "slack_file": {"id": name}, "alt_text": "errors over eight weeks"}
    files = (
        Attachment(
            name, "Errors", "errors over eight weeks", f"picture {digest.key} {digest.revision}".encode(), in_root=True
        ),
        Attachment("findings.csv", "All findings", "", f"table {digest.key} {digest.revision}".encode()),
    )
    replies = tuple(
        SlackMessage(
            f"Details {part}",
            (context([f"Details {part} of {digest.headline}"]),),
            metadata(digest.key, digest.revision, part),
        )
        for part in range(1, 2 + (digest.revision == 2))
    )
    kept = [one for one in message.blocks if one["type"] != "image"]
    return replace(message, blocks=(*kept, block), thread=replies, files=files)


@dataclass
class Desk:
    """Where the runs of one schedule happen: the store, the way to Slack, and a clock that a run moves on."""

    store_url: str
    slack_url: str
    fallback: str | None = None
    render: Callable[[Digest], SlackMessage] = rendered
    runs: int = 0
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give the store; a forked run connects to it anew by itself."""
        self.store = Store(self.store_url, self.now, "run")

    def now(self) -> datetime:
        """Give the clock's time: no lease of an earlier run lasts until the next."""
        return datetime(2013, 8, 23, tzinfo=UTC) + timedelta(minutes=3 * self.runs)

    def tell(self, step: Step) -> Receipt | None:
        """Run a step once; None when it was not delivered."""
        self.runs += 1
        client = Slack(TOKEN, self.slack_url, self.waited.append)
        way = Way(self.store, client, self.render, self.fallback)

        def news_of(told: Told | None) -> Sequence[ModelNews]:
            del told
            return news(step)

        try:
            return tell_channel(way, CHANNEL, step.day, lambda: composed_from(self.store, CHANNEL, step.day, news_of))[
                1
            ]
        except NotifyError:
            return None
