"""The last look at a message before it leaves: nothing in it may call, link or hide but what the configuration asks for.

Knows Slack's live tokens and nothing of digests. Whatever rendering does, what this refuses is not sent.
"""

import json
import logging
import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from vitals.render.messages import SlackMessage

_LOG = logging.getLogger("vitals.render")
_BLOCKS = frozenset({"header", "context", "rich_text", "table", "image", "divider"})
_PARTS = frozenset(
    {"plain_text", "raw_text", "text", "link", "user", "usergroup", "rich_text_section", "rich_text_list"}
)
_CALLS = re.compile(r"<(?:@|!subteam\^)([A-Z0-9]+)>")
_LIVE = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")
_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e0fff]"
)
_ADDRESS = re.compile(r"https?://[^\s<>|\"\\]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class LiveTokenWarning(UserWarning):
    """A message held what it must not hold: a defect of rendering. It was sent as bare text."""


def guarded(message: SlackMessage, allowed: Collection[str]) -> SlackMessage:
    """Give a message as it is when nothing in it is live; else bare text that cannot be.

    Parameters
    ----------
    allowed : Slack ids that may be called.

    Warns
    -----
    LiveTokenWarning : something was; it is logged too, and in tests an error.
    """
    found = live(message, allowed)
    if not found:
        return message
    told = f"a message was about to be sent with {'; '.join(found[:3])}; it is sent as bare text, please report this"
    _LOG.error(told)
    warnings.warn(told, LiveTokenWarning, stacklevel=2)
    return bare(message)


def live(message: SlackMessage, allowed: Collection[str]) -> list[str]:
    """List what is wrong in any string of a message, its thread and its files; empty when it is dead."""
    found = []
    for one in (message, *message.thread):
        place = f"part {one.metadata.get('event_payload', {}).get('part')}"
        found += [f"{what} in {place}" for what in _wrong(one, allowed)]
    for file in message.files:
        found += [f"a file called {file.name!a}"] * (not _NAME.fullmatch(file.name))
        found += [f"hidden characters beside {file.name}"] * bool(_HIDDEN.search(file.title + file.alt))
    return found


def bare(message: SlackMessage) -> SlackMessage:
    """Give a message as text alone, without anything that Slack reads as more, and without calls."""
    pieces = tuple(_dead(piece) for piece in message.plain) or (_dead(message.text),)
    return replace(message, text=_dead(message.text), blocks=(), thread=(), plain=pieces, files=())


def _wrong(message: SlackMessage, allowed: Collection[str]) -> Iterator[str]:
    for said in (message.text, *message.plain):
        called = set(_CALLS.findall(said))
        if called - set(allowed):
            yield f"a call of {min(called - set(allowed))} in its text"
        if _LIVE.search(_CALLS.sub("", said)) or _HIDDEN.search(said):
            yield "a live or hidden character in its text"
    try:
        json.dumps([list(message.blocks), dict(message.metadata)], allow_nan=False)
    except (TypeError, ValueError):
        yield "what is no JSON"
    names = json.dumps(dict(message.metadata), default=str)
    if not names.isascii() or _LIVE.search(names) or "\\u" in names:
        yield "data in its metadata"
    for block in message.blocks:
        if block.get("type") not in _BLOCKS:
            yield f"a block of type {block.get('type')!a}"
        yield from _inside(block, allowed)


def _inside(value: Any, allowed: Collection[str], name: str = "") -> Iterator[str]:
    """Check every value inside a block, by the name under which it stands."""
    if isinstance(value, str):
        yield from _string(value, name)
    elif isinstance(value, dict):
        yield from _element(value, allowed)
        for key, inner in value.items():
            yield from _inside(inner, allowed, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _inside(inner, allowed, name)


def _element(value: dict[str, Any], allowed: Collection[str]) -> Iterator[str]:
    kind = value.get("type")
    if kind is not None and kind not in _BLOCKS | _PARTS:
        yield f"an element of type {kind!a}"
    if kind in {"user", "usergroup"} and value.get("user_id", value.get("usergroup_id")) not in allowed:
        yield "a call of somebody who is no owner"


def _string(value: str, name: str) -> Iterator[str]:
    if name in {"url", "image_url"} and not _ADDRESS.fullmatch(value):
        yield "a link that is no address"
    if _HIDDEN.search(value):
        yield f"hidden characters in {name!a}"
    if not value:
        yield f"an empty {name!a}"


def _dead(said: str) -> str:
    """Escape whatever is live, what was escaped once stays as it is."""
    plain = _HIDDEN.sub("", re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", said))
    return plain.replace("<", "&lt;").replace(">", "&gt;")
