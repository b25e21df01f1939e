"""A small Slack on loopback: keeps messages and threads, parses what is really sent, and fails on demand."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

TOKEN = "xoxb-not-a-real-one"  # noqa: S105 (no secret)
KNOWN = {"chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "auth.test"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: an HTTP status, an error code, or a reply that is lost after (or before) the work."""

    error: str = ""
    status: int = 200
    retry_after: str = ""
    html: bool = False
    lost: str = ""
    needed: str = ""


@dataclass
class Workspace:
    """One channel with its messages; `faults` are taken one per call of a method, None lets a call pass."""

    channel: str = "C0123456789"
    messages: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    scopes: str = "chat:write,channels:history"
    page: int = 100

    @property
    def roots(self) -> list[dict[str, Any]]:
        """Messages that are no replies."""
        return [one for one in self.messages if not one.get("thread_ts")]

    @property
    def replies(self) -> list[dict[str, Any]]:
        """Messages in threads."""
        return [one for one in self.messages if one.get("thread_ts")]

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(name == method for name, _ in self.calls)

    def answer(self, method: str, body: dict[str, Any], authorization: str) -> dict[str, Any]:
        """Do what the method does."""
        if method not in KNOWN:
            return {"ok": False, "error": "unknown_method"}
        if authorization != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return {"ok": True, "team": "Vitals", "user": "vitals", "bot_id": "B1"}
        if body.get("channel") != self.channel:
            return {"ok": False, "error": "channel_not_found"}
        if method.startswith("chat."):
            return self._write(method, body)
        return self._read(method, body)

    def _write(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if len(body["blocks"]) > 50 or len(json.dumps(body["blocks"])) > 13_200:
            return {"ok": False, "error": "invalid_blocks"}
        if method == "chat.update":
            found = [one for one in self.messages if one["ts"] == body["ts"]]
            if not found:
                return {"ok": False, "error": "message_not_found"}
            if len(body["text"].encode()) > 4_000:
                return {"ok": False, "error": "msg_too_long"}
            found[0].update(text=body["text"], blocks=body["blocks"], metadata=body["metadata"])
            return {"ok": True, "channel": self.channel, "ts": body["ts"]}
        thread = body.get("thread_ts")
        if thread and thread not in {one["ts"] for one in self.roots}:
            return {"ok": False, "error": "thread_not_found"}
        ts = f"1377259200.{len(self.messages):06}"
        self.messages.append({**body, "ts": ts})
        return {"ok": True, "channel": self.channel, "ts": ts}

    def _read(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        found = self.roots
        if method == "conversations.replies":
            found = [one for one in self.messages if body["ts"] in {one["ts"], one.get("thread_ts")}]
        start = int(body.get("cursor") or 0)
        shown = [dict(one) for one in found[::-1][start : start + self.page]]
        if body.get("include_all_metadata") not in {"1", "true", True}:
            for one in shown:
                one.pop("metadata", None)
        more = str(start + self.page) if start + self.page < len(found) else ""
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": more}}


class StandIn:
    """The workspace behind HTTP; use as a context manager, `url` is the base URL for a client."""

    def __init__(self, workspace: Workspace) -> None:
        handler = type("Handler", (_Handler,), {"workspace": workspace})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    workspace: Workspace

    def do_POST(self) -> None:
        """Take a call, fail as told, answer."""
        method = urlsplit(self.path).path.removeprefix("/api/")
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if "json" in (self.headers.get("Content-Type") or ""):
            body = json.loads(raw or "{}")
        else:
            query = urlsplit(self.path).query
            body = {name: values[0] for name, values in parse_qs(raw or query).items()}
        self.workspace.calls.append((method, body))
        queue = self.workspace.faults.get(method) or [None]
        fault = queue.pop(0)
        if fault and fault.lost != "after" and (fault.lost or fault.error or fault.status != 200 or fault.html):
            self._fail(fault)
            return
        answer = self.workspace.answer(method, body, self.headers.get("Authorization") or "")
        if fault:
            self.close_connection = True
            return
        self._reply(200, json.dumps(answer), "application/json", {"x-oauth-scopes": self.workspace.scopes})

    do_GET = do_POST  # noqa: N815 (named by the library)

    def _fail(self, fault: Fault) -> None:
        if fault.lost:
            self.close_connection = True
            return
        if fault.html:
            self._reply(fault.status, "<html>Bad gateway</html>", "text/html", {})
            return
        data = {"ok": False, "error": fault.error or "internal_error", "needed": fault.needed}
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        self._reply(fault.status, json.dumps(data), "application/json", headers)

    def _reply(self, status: int, text: str, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
