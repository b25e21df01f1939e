"""A channel as one HTML page: days, messages with their threads opened, reactions, files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup

from tests.slack.drawing import Names, attachment, block
from tests.slack.mrkdwn import emoji, mrkdwn
from tests.slack.workspace import Channel, Message

if TYPE_CHECKING:
    from tests.slack.server import SlackServer

OFFERED = ("eyes", "zzz", "white_check_mark", "-1")


@dataclass(frozen=True)
class View:
    """What is looked at, by whom: `bare` leaves out what a person can press."""

    slack: "SlackServer"
    channel: Channel
    user: str
    bare: bool
    names: Names


def page(slack: "SlackServer", asked: Mapping[str, str]) -> str:
    """Draw the page of a channel.

    Parameters
    ----------
    asked : `channel`, `as` (who reacts), `bare` for pictures, `only` (a ts) for one message with its thread.
    """
    channel = slack.workspace.channels.get(asked.get("channel", ""), slack.workspace.channels[slack.channel])
    people = [one for one in slack.workspace.people.values() if not one.bot]
    user = asked.get("as", "") if asked.get("as") in slack.workspace.people else people[0].id
    view = View(slack, channel, user, "bare" in asked, _names(slack))
    main = _messages(view, asked.get("only", ""))
    return _shell().format(
        title=f"#{channel.name}",
        sprite=_sprite(),
        nav=Markup() if view.bare else _nav(view),
        channel=_heading(channel),
        main=main,
        version=hashlib.sha256(main.encode()).hexdigest()[:16],
        script=Markup() if view.bare else Markup('<script src="/stand-in/page.js" defer></script>'),
    )


def _names(slack: "SlackServer") -> Names:
    there = slack.workspace
    images = {
        one.id: f"/files/{one.id}" for one in there.files.values() if one.content and one.mimetype.startswith("image/")
    }
    return Names(
        {one.id: one.name for one in there.people.values()},
        {one.id: one.name for one in there.channels.values()},
        images,
    )


def _nav(view: View) -> Markup:
    """Draw the bar with channels and with who reacts."""
    channels = [
        _tab(f"#{one.name}", one.id == view.channel.id, channel=one.id, **{"as": view.user})
        for one in view.slack.workspace.channels.values()
    ]
    people = [
        _tab(one.name, one.id == view.user, channel=view.channel.id, **{"as": one.id})
        for one in view.slack.workspace.people.values()
        if not one.bot
    ]
    return Markup('<nav><div class="tabs">{}</div><div class="tabs people"><span>You are</span>{}</div></nav>').format(
        Markup().join(channels), Markup().join(people)
    )


def _tab(label: str, chosen: bool, **query: str) -> Markup:
    current = Markup(' aria-current="true"') if chosen else Markup()
    return Markup('<a href="/?{}"{}>{}</a>').format(urlencode(query), current, label)


def _heading(channel: Channel) -> Markup:
    kind = ", ".join(["private"] * channel.private + ["archived"] * channel.archived)
    said = Markup(" <small>{}</small>").format(kind) if kind else Markup()
    return Markup("<h1>#{}{}</h1>").format(channel.name, said)


def _messages(view: View, only: str) -> Markup:
    roots = [one for one in view.channel.roots if only in {"", one["ts"]}]
    if not roots:
        return _nothing(view)
    out, day = Markup(), ""
    for one in roots:
        today = _time(one["ts"]).strftime("%A, %-d %B %Y")
        if today != day:
            out += Markup('<div class="day"><span>{}</span></div>').format(today)
        out, day = out + _message(view, one), today
    return out


def _nothing(view: View) -> Markup:
    lines = "\n".join(f"export {name}={value}" for name, value in environment(view.slack, view.channel.id).items())
    return Markup(
        '<div class="nothing"><p>Nothing was said here yet. To send digests here:</p><pre>{}</pre></div>'
    ).format(lines)


def environment(slack: "SlackServer", channel: str) -> dict[str, str]:
    """Give the variables that make Vitals send its digests to this server."""
    return {
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_TOKEN": slack.token,
        "VITALS_SLACK_CHANNEL": channel,
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _message(view: View, one: Message) -> Markup:
    replies = view.channel.replies(one["ts"])
    thread = Markup()
    if replies:
        count = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
        inner = Markup().join(_message(view, reply) for reply in replies)
        thread = Markup('<div class="thread"><div class="count">{}</div>{}</div>').format(count, inner)
    person = view.slack.workspace.people.get(one["user"])
    name, bot = (person.name, person.bot) if person else (one["user"], False)
    head = Markup('<div class="who"><strong>{}</strong>{}<time>{}</time></div>').format(
        name, Markup('<span class="badge">APP</span>') if bot else Markup(), _time(one["ts"]).strftime("%H:%M")
    )
    parts = [
        head,
        _content(view, one),
        _files(view, one),
        Markup('<div class="foot">{}{}</div>').format(_reactions(view, one), Markup() if view.bare else _hidden(one)),
    ]
    return Markup(
        '<article id="p{}"><div class="avatar{}" aria-hidden="true">{}</div><div class="body">{}</div>{}</article>'
    ).format(one["ts"].replace(".", ""), " app" if bot else "", name[:1].upper(), Markup().join(parts), thread)


def _content(view: View, one: Message) -> Markup:
    """Draw blocks, or the text where there are none; only a text can look edited."""
    names = view.names
    parts = [block(part, names) for part in one.get("blocks") or ()]
    if not parts and one.get("text"):
        edited = Markup(' <small class="edited">(edited)</small>') if one.get("edited") else Markup()
        parts = [Markup("<p>{}{}</p>").format(mrkdwn(one["text"], names.people, names.channels), edited)]
    parts += [attachment(part, names) for part in one.get("attachments") or ()]
    return Markup('<div class="content">{}</div>').format(Markup().join(parts))


def _files(view: View, one: Message) -> Markup:
    out = Markup()
    for number in one.get("files", ()):
        file = view.slack.files[number]
        address = view.names.images.get(number)
        if address:
            out += Markup('<figure><figcaption>{0}</figcaption><img src="{1}" alt="{2}" title="{2}"></figure>').format(
                file.title, address, file.alt_txt or file.title
            )
        else:
            out += Markup('<a class="file" href="/files/{}" download><b>{}</b><span>{} · {}</span></a>').format(
                number, file.title, file.suffix.upper(), _size(file.length)
            )
    return out


def _size(count: int) -> str:
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1_000:,.0f} kB"


def _reactions(view: View, one: Message) -> Markup:
    given: list[dict[str, Any]] = one.get("reactions", [])
    if one.get("subtype") == "tombstone" or (view.bare and not given):
        return Markup()
    pills = [_pill(view, reaction["name"], reaction["users"]) for reaction in given]
    offered = (
        [] if view.bare else [_pill(view, name, []) for name in OFFERED if name not in {part["name"] for part in given}]
    )
    fields = {"channel": view.channel.id, "ts": one["ts"], "as": view.user}
    hidden = Markup().join(
        Markup('<input type="hidden" name="{}" value="{}">').format(*pair) for pair in fields.items()
    )
    return Markup('<form class="reactions" method="post" action="/stand-in/react">{}{}</form>').format(
        hidden, Markup().join(pills + offered)
    )


def _pill(view: View, name: str, users: list[str]) -> Markup:
    people = ", ".join(view.names.people.get(one, one) for one in users)
    title = f"{people} reacted with :{name}:" if users else f"React with :{name}:"
    kind = "mine" if view.user in users and not view.bare else "" if users else "add"
    count = Markup("<b>{}</b>").format(len(users)) if users else Markup()
    return Markup('<button class="{}" name="name" value="{}" title="{}">{}{}</button>').format(
        kind, name, title, emoji(name), count
    )


def _hidden(one: Message) -> Markup:
    """Show what people in Slack do not see: what a notification says, and the metadata."""
    parts = Markup("<p><b>Notification</b> {}</p>").format(one["text"]) if one.get("blocks") else Markup()
    if one.get("metadata"):
        parts += Markup("<pre>{}</pre>").format(json.dumps(one["metadata"], indent=1, ensure_ascii=False))
    if not parts:
        return Markup()
    return Markup('<details class="hidden" data-key="{}"><summary>not shown by Slack</summary>{}</details>').format(
        one["ts"], parts
    )


def _time(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


@cache
def _sprite() -> Markup:
    return Markup(Path(__file__).with_name("emoji.svg").read_text())  # noqa: S704 (a file of ours)


@cache
def _shell() -> Markup:
    return Markup(Path(__file__).with_name("page.html").read_text())  # noqa: S704 (a file of ours)
