"""`vitals digest`: compose the digest of a day (or of a week) again, deliver it, or print what was sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from deployments.commands.common import over, say
from flows import due, story
from flows.choosing import chosen
from tasks.world import open_world
from vitals.digest import Digest
from vitals.errors import InputError
from vitals.io import summing, telling
from vitals.io.listening import listen
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.render import html, slack, summary, text
from vitals.render.messages import SlackMessage
from vitals.render.reacting import with_reactions
from vitals.spec import Model


@dataclass(frozen=True)
class Wanted:
    """What to do: only compose, only look up what was sent; about the week instead of the day."""

    dry_run: bool = False
    as_sent: bool = False
    weekly: bool = False


def digest(settings: Settings, day: date | None, channel: str | None, wanted: Wanted, as_format: str) -> int:
    """Compose (or look up) the digests of a day and print or deliver them."""
    if wanted.as_sent and wanted.dry_run:
        message = "--as-sent and --dry-run exclude each other; give one of them"
        raise InputError(message)
    models, unread = chosen(settings, [])
    with open_world(settings) as world:
        if day is not None:
            over(day, models, world.clock())
        channels = dict.fromkeys(telling.channel_of(world, model) for model in models)
        if channel is not None and channel not in channels:
            message = f"no model reports to channel {channel!r}; there are: {', '.join(channels)}"
            raise InputError(message)
        for one in [channel] if channel else list(channels):
            members = [model for model in models if telling.channel_of(world, model) == one]
            told = day or due.channel_day(members, world.clock())
            if wanted.weekly:
                _week(world, one, told, members, wanted, as_format)
            elif wanted.as_sent:
                say(rendered(telling.sent(world, one, told), as_format))
            elif wanted.dry_run:
                say(rendered(telling.composed(world, one, told, members, unread), as_format))
            else:
                heard = story.hear(members, lambda model: telling.channel_of(world, model), partial(listen, world))
                delivered = telling.tell(world, one, told, members, unread)
                say(rendered(delivered.digest, as_format))
                if as_format == "text":
                    say("\n".join([delivered.where, *heard]))
    return 0


def _week(world: World, channel: str, last: date, models: Sequence[Model], wanted: Wanted, as_format: str) -> None:
    """Print the summary of the week that ends with a day, composed now or as it was sent; or deliver it."""
    if wanted.as_sent:
        say(summarised(summing.sent_week(world, channel, last), as_format))
    elif wanted.dry_run:
        say(summarised(summing.week(world, channel, models, last), as_format))
    else:
        summed = summing.send_week(world, channel, models, last)
        say(summarised(summed.summary, as_format))
        if as_format == "text":
            say(summed.where)


def rendered(value: Digest, as_format: str) -> str:
    """Render a digest in one of the formats a person or a machine may ask for."""
    if as_format == "json":
        return value.to_json(indent=2)
    if as_format == "html":
        return html.render(value)
    if as_format == "blocks":
        return _blocks(with_reactions(slack.render(value), value))
    return text.render(value)


def summarised(value: summing.Summary, as_format: str) -> str:
    """Render a summary in one of the formats of a digest."""
    if as_format == "json":
        return json.dumps(json.loads(value.to_json()), ensure_ascii=False, indent=2, sort_keys=True)
    if as_format == "html":
        return summary.html(value)
    return _blocks(summary.slack(value)) if as_format == "blocks" else summary.text(value)


def _blocks(message: SlackMessage) -> str:
    """Give a message as JSON for Slack holds it, with its thread and the names of its files.

    The first level is what Block Kit Builder takes.
    """
    whole: dict[str, Any] = {
        **message.root,
        "thread": [one.root for one in message.thread],
        "files": [{"name": one.name, "title": one.title, "bytes": len(one.content)} for one in message.files],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)
