"""Which tokens of a message Slack would bring to life: what calls somebody, and where links lead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_CALLS = re.compile(r"<(![a-z]+(?:\^[^>|]*)?|@[A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<([a-z][a-z+.-]*:[^>|]+)(?:\|([^>]*))?>", re.IGNORECASE)
_PLAIN = re.compile(r"(?<![\w`])@(channel|here|everyone)\b")
_HARMLESS = {"!date"}
_ATTACHED = ("text", "pretext", "fallback", "title", "author_name", "footer")


@dataclass(frozen=True)
class Ping:
    """A token that calls somebody: `<!channel>`, `<@U1>`, `<!subteam^S1>`, wherever it stood."""

    token: str
    channel: str
    ts: str
    where: str


def pings_of(body: dict[str, Any], *, edit: bool) -> list[tuple[str, str]]:
    """List what a message as sent would call, each as (token, place).

    Plain `@channel` counts where Slack looks for names: with `link_names`, with `parse` full, and in an edit that
    leaves `parse` at its default there.
    """
    names = body.get("link_names") in {True, "1", "true"} or body.get("parse") in (
        {"full", "client", None} if edit else {"full"}
    )
    found = []
    for where, text in _texts(body):
        found += [(f"<{one}>", where) for one in _CALLS.findall(text) if one.partition("^")[0] not in _HARMLESS]
        if names:
            found += [(f"<!{one}>", where) for one in _PLAIN.findall(text)]
    return (
        found + list(_elements(body.get("blocks"), "blocks")) + list(_elements(body.get("attachments"), "attachments"))
    )


def links_of(body: dict[str, Any]) -> list[tuple[str, str]]:
    """List the links of a message, each as (url, label)."""
    found = [pair for _, text in _texts(body) for pair in _LINK.findall(text)]
    return found + [(one["url"], one.get("text", "")) for one in _kinds(body.get("blocks"), {"link"})]


def _texts(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every string that Slack reads as mrkdwn."""
    for name in ("text", "markdown_text", "initial_comment"):
        yield name, str(body.get(name) or "")
    for one in _kinds(body.get("blocks"), {"mrkdwn", "markdown"}):
        yield one["type"], str(one.get("text"))
    for one in body.get("attachments") or ():
        yield from (("attachments", str(one.get(name) or "")) for name in _ATTACHED)
        yield from (("attachments", f"{row.get('title')} {row.get('value')}") for row in one.get("fields") or ())
        yield from (("attachments", str(text.get("text"))) for text in _kinds(one, {"mrkdwn", "markdown"}))


def _elements(value: Any, where: str) -> Iterator[tuple[str, str]]:
    for one in _kinds(value, {"broadcast", "user", "usergroup"}):
        token = {"broadcast": "!", "user": "@", "usergroup": "!subteam^"}[one["type"]]
        yield f"<{token}{one.get('range') or one.get('user_id') or one.get('usergroup_id')}>", where


def _kinds(value: Any, kinds: set[str]) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") in kinds:
            yield value
        for one in value.values():
            yield from _kinds(one, kinds)
    elif isinstance(value, list):
        for one in value:
            yield from _kinds(one, kinds)
