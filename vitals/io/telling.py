"""The step that tells: gather what is known of a channel's models, compose the digest, deliver it.

With a Slack token it goes to Slack, intent first; without one it is printed by the caller and written as a page.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from vitals import words
from vitals.calendars import calendar_name
from vitals.digest import Digest, ModelNews, Told
from vitals.digest.grouping import SENTENCE
from vitals.digest.standing import standing
from vitals.errors import InputError, NotifyError
from vitals.io import settling
from vitals.io.composing import composed_from
from vitals.io.store.digests import DeliveryState
from vitals.io.world import World
from vitals.records import Day, Triage
from vitals.render import html, slack, text
from vitals.render.messages import SlackMessage
from vitals.render.reacting import with_reactions
from vitals.spec import Model
from vitals.spec.model import Predictions, Task

if TYPE_CHECKING:
    from vitals.io.slack import Slack

PAST_DAYS = 70
DEFAULT_CHANNEL = "default"


@dataclass(frozen=True)
class Delivered:
    """A digest and what became of it.

    Attributes
    ----------
    text : as a terminal shows it. where : one sentence on where it went.
    arrived : False when nobody can know.
    """

    digest: Digest
    text: str
    where: str
    arrived: bool = True


def channel_of(world: World, model: Model) -> str:
    """The channel of a model: its own, else the default one."""
    return model.channel or world.settings.slack_channel or DEFAULT_CHANNEL


def tell(world: World, channel: str, day: Day, models: Sequence[Model], problems: Mapping[str, str]) -> Delivered:
    """Compose the digest of a channel and deliver it; the same content twice is delivered once.

    Whoever works on one of its models is waited for, so that a day is not told in pieces; who takes long (a backfill of
    a year) only keeps back revisions that call nobody.

    Raises
    ------
    NotifyError : it did not reach its channel (`UndeliveredError` where it was composed). It is stored, and the next
        run goes on from there.
    """
    settings, worker = world.settings, settling.settled(world.store, models)

    def news() -> Digest:
        digest = composed(world, channel, day, models, problems)
        return settling.kept_back(world.store, digest, worker) if worker else digest

    if settings.slack_token is None or channel == DEFAULT_CHANNEL:
        digest = news()
        page = _write_page(world, digest)
        _printed(world, digest)
        why = "no Slack token" if settings.slack_token is None else "no channel configured"
        return Delivered(digest, text.render(digest), f"{why}: printed here and {page}")
    from vitals.io.slack import Slack, Way, tell_channel

    client = Slack(settings.slack_token.get_secret_value(), settings.slack_base_url)
    way = Way(world.store, client, _rendering(client), settings.slack_fallback_channel)
    digest, receipt = tell_channel(way, channel, day, news)
    return Delivered(digest, text.render(digest), receipt.words, arrived=receipt.state is not DeliveryState.UNCLEAR)


def _rendering(client: "Slack") -> Callable[[Digest], SlackMessage]:
    """Give how digests are rendered: reactions are explained where they will be heard."""
    from vitals.io.slack.reading import REACTIONS, token_of

    try:
        heard = token_of(client).may(REACTIONS)
    except NotifyError:  # posting meets the same, and says it
        heard = False
    return (lambda digest: with_reactions(slack.render(digest), digest)) if heard else slack.render


def composed(world: World, channel: str, day: Day, models: Sequence[Model], problems: Mapping[str, str]) -> Digest:
    """Compose the digest of a channel for a day, as known at its end, against what the channel was last told.

    Parameters
    ----------
    problems : why a model could not be monitored, by name; names that no model has are of unreadable files.
    """
    unread = [_unread(name) for name in sorted(problems.keys() - {model.name for model in models})]
    said = {**_still_said(world, channel, day, models), **problems}

    def news_of(told: Told | None) -> list[ModelNews]:
        return [_news(world, model, day, told, said.get(model.name)) for model in [*models, *unread]]

    return composed_from(world.store, channel, day, news_of)


def sent(world: World, channel: str, day: Day) -> Digest:
    """The digest as it was told on that day.

    Raises
    ------
    InputError : none was.
    """
    stored = world.store.digest(channel, day)
    if stored is None:
        message = f"no digest of {day} was told to {channel}; compose one with `vitals digest --day {day}`"
        raise InputError(message)
    return Digest.from_json(stored.content)


def _still_said(world: World, channel: str, day: Day, models: Sequence[Model]) -> dict[str, str]:
    """Why models could not be monitored, as the day's digest said it, where nothing was observed since.

    A later run may be about other models, and knows nothing of these.
    """
    stored = world.store.digest(channel, day)
    lines = Digest.from_json(stored.content).models if stored else ()
    said = {line.model: line.problem for line in lines if line.status == "not_monitored"}
    names = {words.visible(model.name, SENTENCE): model.name for model in models} if said else {}
    return {
        name: said[shown]
        for shown, name in names.items()
        if shown in said and not (world.store.observed(name, day, day) and world.store.pending(name) is None)
    }


def _news(world: World, model: Model, day: Day, told: Told | None, problem: str | None) -> ModelNews:
    past = world.store.past(model.name, day + timedelta(days=1), day - timedelta(days=PAST_DAYS))
    triage: Sequence[Triage] = world.store.triage(model.name)
    name = calendar_name(day, model.calendar)
    return standing(model, day, past, triage, told, calendar=name, problem=problem)


def _unread(name: str) -> Model:
    """Stand in for a model whose file cannot be read: its name, and by it what is stored, is all that is known."""
    nowhere = Predictions.model_construct(source="", table="", time="")
    return Model.model_construct(model=name, task=Task.BINARY, timezone="UTC", predictions=nowhere)


def _printed(world: World, digest: Digest) -> None:
    """Remember what was told: the next digest is new against it."""
    known = world.store.intend(digest.channel, digest.day, digest.revision, digest.to_json(), digest.content_hash)
    if known is None or known.state not in {DeliveryState.PRINTED, DeliveryState.SENT}:
        world.store.printed(digest.channel, digest.day, digest.revision)


def _write_page(world: World, digest: Digest) -> str:
    """Write the digest as a page, whole or not at all; gives what became of it: what is told is printed all the same."""
    page = world.settings.home / "digests" / f"{digest.day}-{digest.channel}.html"
    part = page.with_suffix(".part")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(html.render(digest), encoding="utf-8")
        part.replace(page)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        return (
            f"not written to {page} ({reason}); free some space, or let VITALS_HOME name a folder that can be written"
        )
    return f"written to {page}"
