"""A call to a method and what its arguments mean; the settings of an app that a call is judged by."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.slack.pings import Ping, links_of, pings_of
from tests.slack.workspace import Channel, Message, RefusedCallError, Workspace

Answer = dict[str, Any]
Body = dict[str, Any]
Method = Callable[["App", Body], Answer]
EVERY_SCOPE = (
    "chat:write,files:write,files:read,channels:history,groups:history,channels:read,groups:read,channels:join,"
    "reactions:read,reactions:write,users:read,users:read.email"
)
_STRUCTURED = ("blocks", "attachments", "metadata", "files")


@dataclass(frozen=True)
class Call:
    """One call as it arrived. `method` is "upload" for raw bytes; `authorized` says whether a token came along."""

    method: str
    body: Body
    authorized: bool


@dataclass
class App:
    """The app whose token is used: what it may, how Slack treats it, and what it has said so far.

    Parameters
    ----------
    scopes : comma-separated. page : most items of one page. edit_window_s : None lets messages be edited for ever.
    polls, processing_s : `files.info` calls and seconds until an upload can be used.
    """

    workspace: Workspace
    token: str
    scopes: str = EVERY_SCOPE
    page: int = 999
    edit_window_s: float | None = None
    polls: int = 0
    processing_s: float = 0.0
    url: str = ""
    user: str = "U0VITALS00"
    pings: list[Ping] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def may(self, scope: str) -> bool:
        """Whether the token has a scope."""
        return scope in self.scopes.replace(" ", "").split(",")

    def need(self, scope: str) -> None:
        """Refuse a token without a scope, as Slack does.

        Raises
        ------
        RefusedCallError : `missing_scope` with `needed` and `provided`.
        """
        if not self.may(scope):
            raise RefusedCallError("missing_scope", needed=scope, provided=self.scopes)

    def look(self, channel: Channel, body: Body, ts: str, *, edit: bool) -> None:
        """Write down whom a message calls and where it links to."""
        self.pings += [Ping(token, channel.id, ts, where) for token, where in pings_of(body, edit=edit)]
        self.links += links_of(body)


def read(raw: bytes, kind: str, query: str) -> Body:
    """Read the arguments of a call, JSON or form; `NaN` is no JSON.

    Raises
    ------
    RefusedCallError : `invalid_json`, `json_not_object`, `invalid_post_type`, `invalid_form_data`.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise RefusedCallError("invalid_charset") from None
    if "json" in kind:
        body = loads(text or "{}", "invalid_json")
        if not isinstance(body, dict):
            raise RefusedCallError("json_not_object")
        return body
    if text and "form-urlencoded" not in kind:
        raise RefusedCallError("invalid_post_type")
    body = dict(parse_qsl(query, keep_blank_values=True)) | dict(parse_qsl(text, keep_blank_values=True))
    for name in _STRUCTURED:
        if isinstance(body.get(name), str):
            body[name] = loads(
                body[name], f"invalid_{name}_format" if name in {"blocks", "metadata"} else "invalid_arguments"
            )
    return body


def loads(text: str, code: str) -> Any:
    """Read strict JSON.

    Raises
    ------
    RefusedCallError : `code`.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        raise RefusedCallError(code) from None


def _no_constant(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)


def yes(value: object) -> bool:
    """Read a boolean of JSON or a form."""
    return value in {True, "1", "true", "True"}


def required(body: Mapping[str, Any], *names: str) -> None:
    """Refuse a call that lacks arguments.

    Raises
    ------
    RefusedCallError : `invalid_arguments`.
    """
    missing = [name for name in names if body.get(name) in (None, "")]
    if missing:
        told = [f"[ERROR] missing required field: {name}" for name in missing]
        raise RefusedCallError("invalid_arguments", response_metadata={"messages": told})


def paged(items: list[Any], body: Body, app: App, usual: int = 100) -> tuple[list[Any], str]:
    """Cut one page out of a list; gives the page and the cursor of the next one, "" at the end.

    Raises
    ------
    RefusedCallError : `invalid_cursor`, `invalid_limit`.
    """
    cursor = str(body.get("cursor") or "")
    start, limit = cursor.removeprefix("next:") or "0", str(body.get("limit") or usual)
    if not start.isdigit() or (cursor and not cursor.startswith("next:")) or int(start) > len(items):
        raise RefusedCallError("invalid_cursor")
    if not limit.isdigit() or not 1 <= int(limit) <= 1_000:
        raise RefusedCallError("invalid_limit")
    end = int(start) + min(int(limit), app.page)
    return items[int(start) : end], f"next:{end}" if end < len(items) else ""


def the_message(channel: Channel, ts: object) -> Message:
    """Find a message by its ts.

    Raises
    ------
    RefusedCallError : `message_not_found`.
    """
    found = channel.message(str(ts))
    if found is None or found.get("subtype") == "tombstone":
        raise RefusedCallError("message_not_found")
    return found
