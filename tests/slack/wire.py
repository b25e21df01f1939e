"""HTTP: reads a request as Slack would, lets it fail as told, and answers; knows no method."""

import contextlib
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from tests.slack.calling import Answer, Body, Call, read
from tests.slack.faults import Fault
from tests.slack.files import take
from tests.slack.workspace import RefusedCallError

if TYPE_CHECKING:
    from tests.slack.server import SlackServer

Reply = tuple[int, bytes, str]
_PAGE = b"<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>"


class Handler(BaseHTTPRequestHandler):
    """Takes one request. `slack` is the server that it belongs to."""

    slack: "SlackServer"

    def handle(self) -> None:
        """Take a request; a client that is killed meanwhile is nobody's error."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Take a call or an upload; half a request is none."""
        path = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        if len(raw) < length:
            return
        if path.path.startswith("/upload/v1/"):
            number = path.path.rpartition("/")[2]
            self._take("upload", {"file": number, "bytes": len(raw)}, lambda: self._upload(number, raw))
        elif path.path.startswith("/api/"):
            self._call(path.path.removeprefix("/api/"), raw, path.query)
        else:
            self._site(path, raw)

    def do_GET(self) -> None:
        """Take a call whose arguments are in the address."""
        self.do_POST()

    def _site(self, address: SplitResult, raw: bytes) -> None:
        """Answer what is no part of the API: the page for people."""
        from tests.slack.site import respond

        status, data, kind, headers = respond(self.slack, self.command, address, raw)
        self.send(status, data, kind, headers)

    def send(self, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        """Answer; a client that is gone by then misses it."""
        try:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the library)
        """Say nothing."""

    def _call(self, method: str, raw: bytes, query: str) -> None:
        authorization = self.headers.get("Authorization") or ""
        try:
            body = read(raw, self.headers.get("Content-Type") or "", query)
        except RefusedCallError as refused:
            answer = refused.answer
            self._take(method, {}, lambda: _json(answer))
        else:
            self._take(method, body, lambda: _json(self.slack.answer(method, body, authorization)))

    def _upload(self, number: str, raw: bytes) -> Reply:
        with self.slack.lock:
            status, text = take(self.slack.app, number, raw)
        return status, text.encode(), "text/plain"

    def _take(self, method: str, body: Body, work: Callable[[], Reply]) -> None:
        """Write the call down, carry it out unless its fault forbids, and answer unless the line is cut."""
        with self.slack.lock:
            self.slack.calls.append(Call(method, body, bool(self.headers.get("Authorization"))))
            fault = self.slack.faults.take(method) or Fault()
        if fault.hook and fault.when == "before":
            fault.hook()
        reply = work() if fault.carried_out else None
        if fault.hook and fault.when == "after":
            fault.hook()
        time.sleep(fault.delay_s)
        if fault.lost:
            self.close_connection = True
            return
        status, data, kind = _failure(fault) if fault.answers or reply is None else reply
        headers = {"x-oauth-scopes": self.slack.scopes} | (
            {"Retry-After": fault.retry_after} if fault.retry_after else {}
        )
        self.send(status, data, kind, headers)


def _json(answer: Answer, status: int = 200) -> Reply:
    return status, json.dumps(answer).encode(), "application/json; charset=utf-8"


def _failure(fault: Fault) -> Reply:
    """Give the answer that a fault has of its own."""
    if fault.html:
        return fault.status, _PAGE, "text/html"
    usual = "ratelimited" if fault.status == 429 else "internal_error"
    answer: Answer = {"ok": False, "error": fault.error or usual}
    if fault.needed:
        answer |= {"needed": fault.needed}
    if fault.messages:
        answer |= {"response_metadata": {"messages": list(fault.messages)}}
    return _json(answer, fault.status)
