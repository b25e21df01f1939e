"""The few verbs of Slack that a digest needs: post, update, find, join, link, upload.

Errors are those of the line; a verb that can be repeated without harm is repeated, posting is not.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from time import sleep as wait
from typing import Any

from vitals.errors import NotifyError
from vitals.io.slack.line import TIMEOUT_S, Line
from vitals.io.slack.refusals import RefusedError, UnclearError

_PAGE, _MOST_PAGES = 200, 10
_FILE_WAIT_S = 10.0  # a file is no reason to hold a message back
_POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Posted:
    """Where Slack put a message; `payload` is what its metadata say, where it was looked up."""

    channel_id: str
    ts: str
    payload: Mapping[str, Any] = field(default_factory=dict, compare=False)


class Slack:
    """A workspace, seen through a bot token.

    Parameters
    ----------
    token : bot token. base_url : for tests; None is slack.com.
    sleep : seconds to wait. timeout_s : how long to wait for a reply.
    """

    def __init__(
        self,
        token: str,
        base_url: str | None,
        sleep: Callable[[float], None] = wait,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.line = Line(token, base_url, sleep, timeout_s)
        self.sleep = sleep

    def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        metadata: Mapping[str, Any],
        thread_ts: str | None = None,
    ) -> Posted:
        """Post a message once; a wait that Slack asks for is waited.

        Raises
        ------
        RefusedError, UnreachableError : surely not posted. UnclearError : perhaps posted.
        """
        body = _body(channel, text, blocks, metadata)
        return _posted(self.line.call("chat.postMessage", body | ({"thread_ts": thread_ts} if thread_ts else {})))

    def update(
        self,
        place: Posted,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        metadata: Mapping[str, Any],
    ) -> Posted:
        """Replace a message of ours; that can be repeated, so an unclear outcome is tried again."""
        return _posted(
            self.line.patiently("chat.update", _body(place.channel_id, text, blocks, metadata) | {"ts": place.ts})
        )

    def find(
        self, channel: str, payload: Mapping[str, Any], since: date, thread_ts: str | None = None
    ) -> Posted | None:
        """Look for the newest message since a day whose metadata hold every entry of `payload`.

        Raises
        ------
        RefusedError : the channel cannot be read, or not far enough back. UnclearError : Slack is out of reach.
        """
        for message in self._messages(channel, since, thread_ts):
            said = (message.get("metadata") or {}).get("event_payload") or {}
            if all(said.get(name) == value for name, value in payload.items()):
                return Posted(channel, str(message["ts"]), said)
        return None

    def is_shared(self, place: Posted, file_id: str, since: date) -> bool:
        """Whether a file is in the thread under a message; errors are those of `find`."""
        found = self._messages(place.channel_id, since, place.ts)
        return any(one.get("id") == file_id for message in found for one in message.get("files") or ())

    def join(self, channel: str) -> bool:
        """Enter a public channel; False when the token or the channel does not allow that."""
        try:
            self.line.patiently("conversations.join", {"channel": channel})
        except NotifyError:
            return False
        return True

    def permalink(self, place: Posted) -> str:
        """Give a message's address; '' when it cannot be had, which nothing depends on."""
        try:
            answer = self.line.call("chat.getPermalink", {"channel": place.channel_id, "message_ts": place.ts}, 0)
        except NotifyError:
            return ""
        return str(answer.get("permalink") or "")

    def upload(self, name: str, content: bytes, alt: str = "") -> str:
        """Send a file that nobody sees yet; gives its id. Sending it twice leaves one that is never shown."""
        asked = {"filename": name, "length": len(content)} | ({"alt_txt": alt[:1000]} if alt else {})
        answer = self.line.call("files.getUploadURLExternal", asked, _FILE_WAIT_S)
        self.line.send(str(answer["upload_url"]), content)
        return str(answer["file_id"])

    def complete(self, file_id: str, title: str, thread: Posted | None = None) -> None:
        """Finish an upload: into a thread, or for use in a message's blocks.

        Raises
        ------
        UnclearError : perhaps done; whoever shares it looks into the thread before trying again.
        """
        body = {"files": json.dumps([{"id": file_id, "title": title}])}
        shared = {"channel_id": thread.channel_id, "thread_ts": thread.ts} if thread else {}
        self.line.call("files.completeUploadExternal", body | shared, _FILE_WAIT_S)

    def await_file(self, file_id: str) -> bool:
        """Wait until Slack has processed a file, at most ten seconds; a block that shows it before is refused."""
        for _ in range(int(_FILE_WAIT_S / _POLL_S)):
            answer = self.line.call("files.info", {"file": file_id}, _FILE_WAIT_S)
            if (answer.get("file") or {}).get("mimetype"):
                return True
            self.sleep(_POLL_S)
        return False

    def _read(self, method: str, asked: Mapping[str, Any]) -> Any:
        """Read a page; trouble that will pass leaves unclear what was looked for."""
        try:
            return self.line.patiently(method, asked)
        except (RefusedError, UnclearError):
            raise
        except NotifyError as error:
            raise UnclearError(str(error)) from None

    def _messages(self, channel: str, since: date, thread_ts: str | None) -> Iterator[Mapping[str, Any]]:
        """Read a channel, or a thread, page by page."""
        oldest = datetime.combine(since, time.min, UTC) - timedelta(days=1)  # days begin early in some time zones
        asked: dict[str, Any] = {
            "channel": channel,
            "limit": _PAGE,
            "include_all_metadata": True,
            "oldest": f"{oldest.timestamp():.6f}",
        }
        method = "conversations.history"
        if thread_ts:
            method, asked = "conversations.replies", asked | {"ts": thread_ts}
        for _ in range(_MOST_PAGES):
            answer = self._read(method, asked)
            yield from answer.get("messages") or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked = asked | {"cursor": cursor}
        detail = f"more than {_PAGE * _MOST_PAGES} messages since {since}"
        raise RefusedError(method, "too_many_messages", detail)


def _body(channel: str, text: str, blocks: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments that post and update share; nothing in them is expanded or unfurled."""
    body = {
        "channel": channel,
        "text": text,
        "blocks": list(blocks),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    } | ({"metadata": dict(metadata)} if metadata else {})
    json.dumps(body, allow_nan=False)  # the library would send NaN, which is no JSON
    return body


def _posted(answer: Any) -> Posted:
    return Posted(str(answer["channel"]), str(answer["ts"]))
