"""The steps that sum up: what a backfill found, and once a week what the week was like, told apart from daily digests.

Composed from what is stored, delivered once per content. Without a Slack token the caller prints it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vitals import windows, words
from vitals.digest.episodes import BackfillSummary, Covered, Noise, WeeklySummary, episodes
from vitals.errors import InputError
from vitals.io.store.digests import DeliveryState
from vitals.io.telling import DEFAULT_CHANNEL
from vitals.io.world import World
from vitals.records import Day, Incident, Severity, Symptom
from vitals.render import summary as rendering
from vitals.spec import Model

Summary = BackfillSummary | WeeklySummary
WEEK, NOISE_DAYS = timedelta(days=7), 28
_MOST = 5
_NOISY = 2  # one incident is no noise


@dataclass(frozen=True)
class Summed:
    """A summary and what became of it: as a terminal shows it, and one sentence on where it went."""

    summary: Summary
    text: str
    where: str


def tell_backfill(
    world: World,
    channel: str,
    models: Sequence[Model],
    days: tuple[Day, Day],
    problems: Mapping[str, str],
    *,
    post: bool = True,
) -> Summed:
    """Compose what a backfill found in a channel's models, and post it there once.

    Parameters
    ----------
    post : False only composes.

    Raises
    ------
    NotifyError : the channel did not take it; the same backfill again sends it.
    """
    return _told(world, backfilled(world, channel, models, days, problems), models, post=post)


def send_week(world: World, channel: str, models: Sequence[Model], last: Day) -> Summed:
    """Compose the week up to a day and post it once.

    Raises
    ------
    NotifyError : the channel did not take it; the next run sends it.
    """
    summed = _told(world, week(world, channel, models, last), models, post=True)
    if world.store.digest(_week_key(channel, last), last) is None:  # printed: remembered, so that it is no missed one
        shown = summed.summary
        world.store.intend(_week_key(channel, last), last, 1, shown.to_json(), shown.content_hash)
        world.store.printed(_week_key(channel, last), last, 1)
    return summed


def sent_week(world: World, channel: str, last: Day) -> WeeklySummary:
    """The summary of the week up to a day as it was told.

    Raises
    ------
    InputError : none was.
    """
    stored = world.store.digest(_week_key(channel, last), last)
    if stored is None:
        message = (
            f"no week up to {last} was told to {channel}; see one with `vitals digest --weekly --day {last} --dry-run`"
        )
        raise InputError(message)
    return WeeklySummary.from_json(stored.content)


def week_due(world: World, channel: str, day: Day, *, missed: bool) -> Day | None:
    """Give the last day of the week that is summed up beside the digest of a day; None when there is nothing to sum up.

    Parameters
    ----------
    missed : whether a week that ended before the day is made up for, once: an outage, or a channel that did not take
        it. Only a channel that was told of its days has one.
    """
    if world.settings.weekly_day is None:
        return None
    last = day - timedelta(days=((day + timedelta(days=1)).weekday() - world.settings.weekly_day) % 7)
    if last == day:
        return last
    if not missed or world.store.last_told(channel, last + timedelta(days=1)) is None:
        return None
    stored = world.store.digest(_week_key(channel, last), last)
    there = stored and stored.root and stored.root.state in {DeliveryState.SENT, DeliveryState.PRINTED}
    return None if there else last


def backfilled(
    world: World, channel: str, models: Sequence[Model], days: tuple[Day, Day], problems: Mapping[str, str]
) -> BackfillSummary:
    """Compose what stands of a range of days in a channel's models."""
    found = [one for model in models for one in _incidents(world, model, *days)]
    today = max(windows.day_of(world.clock(), model.zone) for model in models)
    return BackfillSummary(
        channel, *days, _covered(world, models, *days, problems), episodes(found, _said(world, models, *days)), today
    )


def week(world: World, channel: str, models: Sequence[Model], last: Day) -> WeeklySummary:
    """Compose what the week up to a day was like, as known now."""
    first = last - WEEK + timedelta(days=1)
    found = [one for model in models for one in _incidents(world, model, last - timedelta(days=NOISE_DAYS - 1), last)]
    told = [one for one in found if one.severity is not Severity.INFO]
    still = [one for one in told if one.resolved_on is None or one.resolved_on > last]
    ended = [one for one in told if one.resolved_on is not None and first <= one.resolved_on <= last]
    longest = sorted(still, key=lambda one: (one.opened_on, one.priority))
    return WeeklySummary(
        channel=channel,
        first_day=first,
        last_day=last,
        models=_covered(world, models, first, last, {}),
        opened=_by_priority([one for one in told if first <= one.opened_on]),
        resolved=_by_priority(ended),
        open=len(still),
        longest=tuple(
            sorted(episodes(longest, _said(world, models, first, last)), key=lambda one: (one.opened_on, one.priority))
        )[:_MOST],
        noisiest=_noisiest([one for one in told if one.opened_on > last - timedelta(days=NOISE_DAYS)]),
        without_owner=tuple(model.name for model in models if model.owner is None),
        without_labels=tuple(model.name for model in models if model.feedback is None),
        without_runbook=tuple(model.name for model in models if model.runbook is None),
        delivery=tuple(_trouble(world, channel, first, last)),
        false_alarms=sum((one.reason or "").startswith("false alarm") for one in ended),
    )


def _week_key(channel: str, last: Day) -> str:
    """The name under which the store keeps the summary of a week."""
    return f"week/{last}/{channel}"


def _told(world: World, summary: Summary, models: Sequence[Model], *, post: bool) -> Summed:
    shown, token = rendering.text(summary), world.settings.slack_token
    if not post or token is None or summary.channel == DEFAULT_CHANNEL:
        why = "not sent" if not post else "no Slack token" if token is None else "no channel configured"
        return Summed(summary, shown, f"{why}: printed here")
    from vitals.io.slack import Slack
    from vitals.io.slack.summary import name_of, send_summary

    before = world.store.digest(name_of(summary), summary.last_day)
    if before and before.root and before.root.state is not DeliveryState.FAILED:
        summary = type(summary).from_json(before.content)  # what was perhaps told stays as it was
        shown = rendering.text(summary)
    slack = Slack(token.get_secret_value(), world.settings.slack_base_url)
    today = max(windows.day_of(world.clock(), model.zone) for model in models)
    message = rendering.slack(summary)
    receipt = send_summary(world.store, slack, summary, message, today, world.settings.slack_fallback_channel)
    return Summed(summary, shown, receipt.words)


def _incidents(world: World, model: Model, first: Day, last: Day) -> list[Incident]:
    return [Incident(**row) for row in world.store.rows("incidents", model.name, first, last)]


def _said(world: World, models: Sequence[Model], first: Day, last: Day) -> dict[str, str]:
    """The words of each place's latest finding in a range, by fingerprint."""
    rows = (row for model in models for row in world.store.rows("findings", model.name, first, last))
    return {row["fingerprint"]: row["statement"] for row in rows}


def _covered(
    world: World, models: Sequence[Model], first: Day, last: Day, problems: Mapping[str, str]
) -> tuple[Covered, ...]:
    return tuple(
        Covered(
            model.name,
            len(world.store.observed(model.name, first, last)),
            len(list(windows.days(first, last, model.zone))),
            problems.get(model.name, ""),
        )
        for model in models
    )


def _by_priority(found: Sequence[Incident]) -> tuple[int, int, int]:
    counted = Counter(one.priority for one in found)
    return counted[1], counted[2], counted[3]


def _noisiest(found: Sequence[Incident]) -> tuple[Noise, ...]:
    """The subjects that opened several incidents, most first."""
    counted: dict[tuple[str, Symptom, str], int] = defaultdict(int)
    for one in found:
        counted[one.model, one.symptom, one.subject] += 1
    noisy = sorted(((-count, *place) for place, count in counted.items() if count >= _NOISY), key=lambda one: one)
    return tuple(Noise(model, symptom, subject, -count) for count, model, symptom, subject in noisy[:_MOST])


def _trouble(world: World, channel: str, first: Day, last: Day) -> Iterator[str]:
    """What became of digests that did not surely reach the channel."""
    for stored in world.store.undelivered(channel, first, last + timedelta(days=1)):
        root = stored.root
        perhaps = root is None or root.state is not DeliveryState.FAILED
        why = words.visible(root.error, 200) if root and root.error else "nobody knows why"
        yield f"the digest of {words.short_day(stored.key.day)} {'perhaps ' if perhaps else ''}did not arrive: {why}"
