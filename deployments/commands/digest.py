"""`vitals digest`: compose the digest of a day again, deliver it, or print what was sent."""

import json
from datetime import date
from functools import partial

from deployments.commands.common import over, say
from flows import due, story
from flows.choosing import chosen
from tasks.world import open_world
from vitals.digest import Digest
from vitals.errors import InputError
from vitals.io import telling
from vitals.io.listening import listen
from vitals.io.settings import Settings
from vitals.render import html, slack, text


def digest(
    settings: Settings, day: date | None, channel: str | None, dry_run: bool, as_sent: bool, as_format: str
) -> int:
    """Compose (or look up) the digests of a day and print or deliver them."""
    if as_sent and dry_run:
        message = "--as-sent and --dry-run exclude each other; give one of them"
        raise InputError(message)
    models, unread = chosen(settings, [])
    with open_world(settings) as world:
        if day is not None:
            over(day, models, world.clock())
        told = day or due.digest_day(models, world.clock())
        channels = dict.fromkeys(telling.channel_of(world, model) for model in models)
        if channel is not None and channel not in channels:
            message = f"no model reports to channel {channel!r}; there are: {', '.join(channels)}"
            raise InputError(message)
        for one in [channel] if channel else list(channels):
            members = [model for model in models if telling.channel_of(world, model) == one]
            if as_sent:
                say(rendered(telling.sent(world, one, told), as_format))
            elif dry_run:
                say(rendered(telling.composed(world, one, told, members, unread), as_format))
            else:
                heard = story.hear(members, lambda model: telling.channel_of(world, model), partial(listen, world))
                delivered = telling.tell(world, one, told, members, unread)
                say(rendered(delivered.digest, as_format))
                if as_format == "text":
                    say("\n".join([delivered.where, *heard]))
    return 0


def rendered(value: Digest, as_format: str) -> str:
    """Render a digest in one of the formats a person or a machine may ask for."""
    if as_format == "json":
        return value.to_json(indent=2)
    if as_format == "html":
        return html.render(value)
    if as_format == "blocks":
        return json.dumps(slack.render(value).root, ensure_ascii=False, indent=2)
    return text.render(value)
