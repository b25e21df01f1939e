"""conversations.*: what a channel is, and what was said there."""

from tests.slack.calling import Answer, App, Body, paged, required, yes
from tests.slack.chat import message_shown
from tests.slack.workspace import Channel, Message, RefusedCallError


def history(app: App, body: Body) -> Answer:
    """Give the roots of a channel, newest first."""
    channel = _readable(app, body)
    said = [one for one in channel.messages if not one.get("thread_ts") or one.get("subtype") == "thread_broadcast"]
    return _page(app, body, channel, _between(said, body)[::-1], 100)


def replies(app: App, body: Body) -> Answer:
    """Give a thread, its root first."""
    channel = _readable(app, body)
    required(body, "ts")
    asked = channel.message(str(body["ts"]))
    if asked is None:
        raise RefusedCallError("thread_not_found")
    if asked.get("thread_ts"):
        return _page(app, body, channel, [asked], 1_000)
    found = [asked, *_between(channel.replies(asked["ts"]), body)]
    return _page(app, body, channel, found, 1_000)


def info(app: App, body: Body) -> Answer:
    """Describe a channel."""
    required(body, "channel")
    channel = app.workspace.channel(body["channel"])
    app.need("groups:read" if channel.private else "channels:read")
    return {"ok": True, "channel": _described(channel)}


def listing(app: App, body: Body) -> Answer:
    """Describe all channels of the kinds asked for."""
    kinds = str(body.get("types") or "public_channel").replace(" ", "").split(",")
    if not set(kinds) <= {"public_channel", "private_channel", "mpim", "im"}:
        raise RefusedCallError("invalid_types")
    for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
        if kind in kinds:
            app.need(scope)
    found = [
        _described(one)
        for one in app.workspace.channels.values()
        if ("private_channel" if one.private else "public_channel") in kinds
        and (one.member or not one.private)
        and not (one.archived and yes(body.get("exclude_archived")))
    ]
    page, cursor = paged(found, body, app)
    return {"ok": True, "channels": page, "response_metadata": {"next_cursor": cursor}}


def join(app: App, body: Body) -> Answer:
    """Make the app a member of a public channel."""
    app.need("channels:join")
    required(body, "channel")
    channel = app.workspace.channel(body["channel"])
    if channel.archived:
        raise RefusedCallError("is_archived")
    if channel.private:
        raise RefusedCallError("method_not_supported_for_channel_type")
    answer: Answer = {"ok": True, "channel": _described(channel)}
    if channel.member:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    channel.member = True
    return answer | {"channel": _described(channel)}


def _readable(app: App, body: Body) -> Channel:
    required(body, "channel")
    channel = app.workspace.channel(body["channel"])
    app.need("groups:history" if channel.private else "channels:history")
    if not channel.member:
        raise RefusedCallError("not_in_channel")
    return channel


def _between(said: list[Message], body: Body) -> list[Message]:
    """Keep what lies between `oldest` and `latest`."""
    oldest, latest, inclusive = body.get("oldest"), body.get("latest"), yes(body.get("inclusive"))
    try:
        bounds = float(oldest or 0), float(latest or "inf")
    except (TypeError, ValueError):
        raise RefusedCallError("invalid_ts_oldest" if oldest else "invalid_ts_latest") from None
    first, last = bounds
    return [one for one in said if first < float(one["ts"]) < last or (inclusive and float(one["ts"]) in bounds)]


def _page(app: App, body: Body, channel: Channel, found: list[Message], usual: int) -> Answer:
    page, cursor = paged(found, body, app, usual)
    metadata = yes(body.get("include_all_metadata"))
    messages = []
    for one in page:
        shown = message_shown(channel, one, metadata=metadata)
        if one.get("files"):
            from tests.slack.files import described

            shown["files"] = [described(app, app.workspace.files[number]) for number in one["files"]]
        messages.append(shown)
    answer: Answer = {"ok": True, "messages": messages, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _described(channel: Channel) -> Answer:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_group": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.member,
    }
