"""The workspace behind a port on loopback, and what a test can ask it and tell it."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import ThreadingHTTPServer
from typing import Any, Self

from tests.slack import chat, conversations, files, people, reactions
from tests.slack.calling import EVERY_SCOPE, Answer, App, Body, Call, Method
from tests.slack.faults import Fault, Faults
from tests.slack.pings import Ping
from tests.slack.wire import Handler
from tests.slack.workspace import FIRST_SECOND, PEOPLE, Channel, File, Message, Person, RefusedCallError, Workspace

TOKEN = "xoxb-not-a-real-one"  # noqa: S105 (no secret)
CHANNEL = "C0123456789"
METHODS: dict[str, Method] = {
    "auth.test": people.identity,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "chat.postMessage": chat.post,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.join": conversations.join,
    "conversations.list": conversations.listing,
    "conversations.replies": conversations.replies,
    "files.completeUploadExternal": files.complete,
    "files.getUploadURLExternal": files.upload_url,
    "files.info": files.info,
    "reactions.add": reactions.add,
    "reactions.get": reactions.get,
    "reactions.remove": reactions.remove,
    "users.info": people.info,
    "users.lookupByEmail": people.by_email,
}


class SlackServer:
    """A Slack on loopback; use it as a context manager.

    >>> with SlackServer() as slack:
    ...     slack.url.startswith("http://127.0.0.1:"), slack.roots()
    (True, [])

    Parameters
    ----------
    channels : ids of public channels that the app is in, or `Channel`s; the first one is the usual one.
    scopes : what the token may, comma-separated or a sequence; `scopes` can be set later.
    faults : by method, one per call (see `Faults`).
    people : who is there; U1 to U3 by default, and the app itself.
    clock : seconds since 1970. By default always 2013-08-23 12:00 UTC: `oldest` of a client must not lie after it.
    page : most items of one page, whatever `limit` asks for. edit_window_s : how long messages can be edited.
    polls, processing_s : `files.info` calls and seconds (of `clock`) until an upload can be used in a message; a
        picture whose file is not ready is refused.
    port : 0 takes a free one.
    """

    def __init__(
        self,
        channels: Iterable[Channel | str] = (CHANNEL,),
        *,
        scopes: str | Sequence[str] = EVERY_SCOPE,
        faults: Mapping[str, list[Fault | None]] | None = None,
        people: Iterable[Person] = PEOPLE,
        token: str = TOKEN,
        clock: Callable[[], float] = lambda: FIRST_SECOND,
        page: int = 999,
        edit_window_s: float | None = None,
        polls: int = 0,
        processing_s: float = 0.0,
        port: int = 0,
    ) -> None:
        made = [Channel(one) if isinstance(one, str) else one for one in channels]
        self.workspace = Workspace(made, people, clock)
        text = scopes if isinstance(scopes, str) else ",".join(scopes)
        self.app = App(self.workspace, token, text, page, edit_window_s, polls, processing_s)
        self.faults = Faults(faults or {})
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (Handler,), {"slack": self}))
        self.app.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The base URL for a client, `VITALS_SLACK_BASE_URL`."""
        return f"{self.app.url}/api"

    @property
    def token(self) -> str:
        """The only token that is known."""
        return self.app.token

    @property
    def channel(self) -> str:
        """The id of the first channel."""
        return next(iter(self.workspace.channels))

    @property
    def scopes(self) -> str:
        """What the token may, comma-separated."""
        return self.app.scopes

    @scopes.setter
    def scopes(self, value: str | Sequence[str]) -> None:
        self.app.scopes = value if isinstance(value, str) else ",".join(value)

    @property
    def files(self) -> dict[str, File]:
        """Uploads by id, unfinished ones too."""
        return self.workspace.files

    def messages(self, channel: str | None = None) -> list[Message]:
        """All messages of a channel, oldest first."""
        return self.workspace.channels[channel or self.channel].messages

    def roots(self, channel: str | None = None) -> list[Message]:
        """Messages of a channel that are no replies, oldest first."""
        return self.workspace.channels[channel or self.channel].roots

    def replies(self, ts: str | None = None, channel: str | None = None) -> list[Message]:
        """Replies under a root, or all of a channel."""
        return [one for one in self.messages(channel) if one.get("thread_ts") and ts in {None, one["thread_ts"]}]

    def count(self, method: str) -> int:
        """How often a method was called; "upload" for raw bytes."""
        return sum(one.method == method for one in self.calls)

    def pings(self, allowed: Iterable[str] = ()) -> list[Ping]:
        """Whom any message so far called, edits and deleted ones included, except the `allowed` ids ("U1", "S1")."""
        kept = set(allowed)
        return [one for one in self.app.pings if one.token.strip("<>@").removeprefix("!subteam^") not in kept]

    def links(self) -> list[tuple[str, str]]:
        """Every link that any message so far held, as (url, label)."""
        return list(self.app.links)

    def say(self, text: str, user: str = "U1", channel: str | None = None, thread_ts: str = "") -> str:
        """Let somebody else write something; gives its ts."""
        with self.lock:
            message = {"type": "message", "user": user, "ts": self.workspace.next_ts(), "text": text, "blocks": []}
            self.messages(channel).append(message | ({"thread_ts": thread_ts} if thread_ts else {}))
            return str(message["ts"])

    def react(self, channel: str, ts: str, name: str, user: str = "U1") -> None:
        """Let somebody react to a message."""
        with self.lock:
            reactions.react(self.workspace.channel(channel), ts, name, user)

    def unreact(self, channel: str, ts: str, name: str, user: str = "U1") -> None:
        """Let somebody take a reaction back."""
        with self.lock:
            reactions.unreact(self.workspace.channel(channel), ts, name, user)

    def told(self) -> dict[str, Any]:
        """What people can read, without times and ids: equal after a smooth and a rough delivery of the same."""
        with self.lock:
            return self.workspace.told()

    def snapshot(self) -> dict[str, Any]:
        """Everything as plain JSON values; a copy."""
        with self.lock:
            copied: dict[str, Any] = json.loads(json.dumps(self.workspace.snapshot()))
            return copied

    def answer(self, method: str, body: Body, authorization: str) -> Answer:
        """Carry out a call, or say why not."""
        token = authorization.removeprefix("Bearer ") or str(body.get("token") or "")
        if method not in METHODS:
            return {"ok": False, "error": "unknown_method", "req_method": method}
        if token != self.token:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        with self.lock:
            try:
                return METHODS[method](self.app, body)
            except RefusedCallError as refused:
                return refused.answer
