"""The page for people: channels as they would look, files to open, and reactions to click. Not part of any API."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, quote, urlencode

from tests.slack.page import page
from tests.slack.workspace import RefusedCallError

if TYPE_CHECKING:
    from tests.slack.server import SlackServer

Response = tuple[int, bytes, str, dict[str, str]]
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def respond(slack: "SlackServer", verb: str, address: SplitResult, raw: bytes) -> Response:
    """Answer a browser."""
    asked, path = dict(parse_qsl(address.query)), address.path
    if path == "/" and verb == "GET":
        with slack.lock:
            return 200, page(slack, asked).encode(), "text/html; charset=utf-8", _SAFE
    if path == "/stand-in/react" and verb == "POST":
        return _react(slack, dict(parse_qsl(raw.decode(errors="replace"))))
    if path.startswith("/files/"):
        return _file(slack, path.rpartition("/")[2])
    if path.startswith("/archives/"):
        channel, _, place = path.removeprefix("/archives/").partition("/")
        return 303, b"", "text/plain", {"Location": f"/?{urlencode({'channel': channel})}#{quote(place)}"}
    name = path.removeprefix("/stand-in/")
    if name in _ASSETS:
        return 200, Path(__file__).with_name(name).read_bytes(), f"{_ASSETS[name]}; charset=utf-8", _SAFE
    return 404, b"not found", "text/plain", _SAFE


def _react(slack: "SlackServer", form: Mapping[str, str]) -> Response:
    """Put or take somebody's reaction, whichever it takes."""
    channel, ts, name, user = (form.get(key, "") for key in ("channel", "ts", "name", "as"))
    if user not in slack.workspace.people:
        return 400, b"unknown user", "text/plain", _SAFE
    try:
        try:
            slack.react(channel, ts, name, user)
        except RefusedCallError as refused:
            if refused.answer["error"] != "already_reacted":
                raise
            slack.unreact(channel, ts, name, user)
    except RefusedCallError as refused:
        return 400, str(refused).encode(), "text/plain", _SAFE
    back = urlencode({"channel": channel, "as": user})
    return 303, b"", "text/plain", {"Location": f"/?{back}#p{ts.replace('.', '')}"}


def _file(slack: "SlackServer", number: str) -> Response:
    file = slack.files.get(number)
    if file is None or file.content is None:
        return 404, b"not found", "text/plain", _SAFE
    how = "inline" if file.mimetype.startswith("image/") else "attachment"
    headers = _SAFE | {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name)}"}
    return 200, file.content, file.mimetype, headers
