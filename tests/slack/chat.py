"""chat.*: posting, editing, deleting and linking messages."""

import copy
from typing import Any

from tests.slack import limits
from tests.slack.calling import Answer, App, Body, required, the_message, yes
from tests.slack.workspace import APP, BOT, TEAM, Channel, Message, RefusedCallError


def post(app: App, body: Body) -> Answer:
    """Post a message or a reply."""
    app.need("chat:write")
    required(body, "channel")
    channel = writable(app, body["channel"], by_name=True)
    _check(app, body, edit=False)
    thread = thread_of(channel, body.get("thread_ts"))
    message = add(app, channel, body | {"text": _text(body)[: limits.MOST_TEXT]}, thread)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message["ts"],
        "message": message_shown(channel, message, metadata=True),
    }


def update(app: App, body: Body) -> Answer:
    """Replace what a message says; text alone removes its blocks, and only then Slack shows it as edited."""
    app.need("chat:write")
    required(body, "channel", "ts")
    channel = app.workspace.channel(body["channel"])
    if channel.archived:
        raise RefusedCallError("is_inactive")
    message = the_message(channel, body["ts"])
    if message["user"] != app.user:
        raise RefusedCallError("cant_update_message")
    if app.edit_window_s is not None and app.workspace.clock() - float(message["ts"]) > app.edit_window_s:
        raise RefusedCallError("edit_window_closed")
    _check(app, body, edit=True)
    _replace(app, message, body)
    app.look(channel, body, message["ts"], edit=True)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message["ts"],
        "text": message["text"],
        "message": message_shown(channel, message, metadata=True),
    }


def delete(app: App, body: Body) -> Answer:
    """Delete a message; the root of a thread leaves a tombstone."""
    app.need("chat:write")
    required(body, "channel", "ts")
    channel = app.workspace.channel(body["channel"])
    message = the_message(channel, body["ts"])
    if message["user"] != app.user:
        raise RefusedCallError("cant_delete_message")
    if channel.replies(message["ts"]):
        kept = {name: message[name] for name in ("type", "user", "ts")}
        message.clear()
        message.update(kept, subtype="tombstone", text="This message was deleted.", blocks=[])
    else:
        channel.messages.remove(message)
    return {"ok": True, "channel": channel.id, "ts": body["ts"]}


def permalink(app: App, body: Body) -> Answer:
    """Give the address of a message."""
    required(body, "channel", "message_ts")
    channel = app.workspace.channel(body["channel"])
    message = the_message(channel, body["message_ts"])
    address = f"{app.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    if message.get("thread_ts"):
        address += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": address}


def writable(app: App, asked: object, *, by_name: bool = False) -> Channel:
    """Find a channel that the app may write to.

    Raises
    ------
    RefusedCallError : `channel_not_found`, `is_archived`, `not_in_channel`.
    """
    channel = app.workspace.channel(asked, by_name=by_name)
    if channel.archived:
        raise RefusedCallError("is_archived")
    if not channel.member and not app.may("chat:write.public"):
        raise RefusedCallError("not_in_channel")
    return channel


def thread_of(channel: Channel, ts: object) -> str:
    """Check that a thread hangs on a root; "" for no thread.

    Raises
    ------
    RefusedCallError : `cannot_reply_to_message`. (slack.com may be more lenient; its documentation says to use roots only.)
    """
    if not ts:
        return ""
    root = channel.message(str(ts))
    if not isinstance(ts, str) or root is None or root.get("thread_ts") or root.get("subtype") == "tombstone":
        raise RefusedCallError("cannot_reply_to_message")
    return ts


def add(app: App, channel: Channel, body: Body, thread: str, files: list[str] | None = None) -> Message:
    """Put a message of the app into a channel."""
    message: Message = {"type": "message", "user": app.user, "bot_id": BOT, "app_id": APP, "team": TEAM}
    message |= {
        "ts": app.workspace.next_ts(),
        "text": body.get("text") or "",
        "blocks": copy.deepcopy(body.get("blocks") or []),
    }
    for name in ("attachments", "metadata"):
        if body.get(name):
            message[name] = copy.deepcopy(body[name])
    if thread:
        message["thread_ts"] = thread
        if yes(body.get("reply_broadcast")):
            message["subtype"] = "thread_broadcast"
    if files:
        message["files"] = files
    channel.messages.append(message)
    app.look(channel, body, message["ts"], edit=False)
    return message


def message_shown(channel: Channel, message: Message, *, metadata: bool) -> Message:
    """Give a message as the API shows it: with block ids, and with its thread's figures on a root."""
    shown = copy.deepcopy(message)
    for number, block in enumerate(shown.get("blocks", ())):
        block.setdefault("block_id", f"b{number}")
    if not shown.get("blocks"):
        shown.pop("blocks", None)
    if not metadata:
        shown.pop("metadata", None)
    replies = channel.replies(message["ts"])
    if replies:
        people = sorted({one["user"] for one in replies})
        shown |= {"thread_ts": message["ts"], "reply_count": len(replies), "reply_users": people}
        shown |= {"reply_users_count": len(people), "latest_reply": replies[-1]["ts"]}
    return shown


def _check(app: App, body: Body, *, edit: bool) -> None:
    """Hold a message against every limit."""
    limits.check_text(body, edit=edit)
    if body.get("blocks"):
        limits.check_blocks(body["blocks"], lambda given: _unusable(app, given))
    if body.get("attachments"):
        limits.check_attachments(body["attachments"])
    if body.get("metadata"):
        limits.check_metadata(body["metadata"])


def _unusable(app: App, given: dict[str, Any]) -> str:
    """Say why a file cannot be an image in a message."""
    asked = str(given.get("id") or str(given.get("url")).rpartition("/")[2])
    file = app.workspace.files.get(asked)
    usable = file is not None and app.workspace.processed(file) and file.mimetype.startswith("image/")
    return "" if usable else "invalid slack file"


def _replace(app: App, message: Message, body: Body) -> None:
    """Apply the documented rules about what an edit leaves in place."""
    if "text" in body or "markdown_text" in body:
        message["text"] = _text(body)
        if "blocks" not in body:
            message["blocks"] = []
    if "blocks" in body:
        message["blocks"] = copy.deepcopy(body["blocks"] or [])
    for name in ("attachments", "metadata"):
        if name in body:
            message.pop(name, None)
            if body[name]:
                message[name] = copy.deepcopy(body[name])
    message.pop("edited", None)
    if not message["blocks"] and not message.get("attachments"):
        message["edited"] = {"user": app.user, "ts": f"{int(app.workspace.clock())}.000000"}


def _text(body: Body) -> str:
    return str(body.get("text") or body.get("markdown_text") or "")
