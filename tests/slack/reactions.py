"""reactions.*: emoji under a message, by whom."""

import re

from tests.slack.calling import Answer, App, Body, required, the_message
from tests.slack.chat import message_shown
from tests.slack.workspace import Channel, RefusedCallError

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def add(app: App, body: Body) -> Answer:
    """React as the app."""
    app.need("reactions:write")
    required(body, "channel", "timestamp", "name")
    react(app.workspace.channel(body["channel"]), str(body["timestamp"]), str(body["name"]), app.user)
    return {"ok": True}


def remove(app: App, body: Body) -> Answer:
    """Take back a reaction of the app."""
    app.need("reactions:write")
    required(body, "channel", "timestamp", "name")
    unreact(app.workspace.channel(body["channel"]), str(body["timestamp"]), str(body["name"]), app.user)
    return {"ok": True}


def get(app: App, body: Body) -> Answer:
    """Give a message with its reactions."""
    app.need("reactions:read")
    required(body, "channel", "timestamp")
    channel = app.workspace.channel(body["channel"])
    message = the_message(channel, body["timestamp"])
    shown = message_shown(channel, message, metadata=False)
    shown["permalink"] = f"{app.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    return {"ok": True, "type": "message", "channel": channel.id, "message": shown}


def react(channel: Channel, ts: str, name: str, user: str) -> None:
    """Put somebody's emoji under a message.

    Raises
    ------
    RefusedCallError : `message_not_found`, `invalid_name`, `already_reacted`, `too_many_reactions`, `is_archived`.
    """
    if channel.archived:
        raise RefusedCallError("is_archived")
    message = the_message(channel, ts)
    if not _NAME.fullmatch(name):
        raise RefusedCallError("invalid_name")
    given = message.setdefault("reactions", [])
    found = next((one for one in given if one["name"] == name), None)
    if found is None:
        if len(given) >= 23:
            raise RefusedCallError("too_many_emoji")
        found = {"name": name, "users": [], "count": 0}
        given.append(found)
    if user in found["users"]:
        raise RefusedCallError("already_reacted")
    found["users"].append(user)
    found["count"] = len(found["users"])


def unreact(channel: Channel, ts: str, name: str, user: str) -> None:
    """Take somebody's emoji away.

    Raises
    ------
    RefusedCallError : `message_not_found`, `no_reaction`.
    """
    message = the_message(channel, ts)
    given = message.get("reactions", [])
    found = next((one for one in given if one["name"] == name), None)
    if found is None or user not in found["users"]:
        raise RefusedCallError("no_reaction")
    found["users"].remove(user)
    found["count"] = len(found["users"])
    message["reactions"] = [one for one in given if one["users"]]
    if not message["reactions"]:
        del message["reactions"]
