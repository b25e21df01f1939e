"""The few calls to Slack's Web API that a digest needs, with retries of our own.

The client library's retries are off: it sends a message again after a lost reply, and so posts twice. Here a call
ends in an answer, in `RefusedError` (surely not done), `UnreachableError` (surely not done) or `UnclearError` (perhaps
done), and whoever posts decides with that. The token appears in no message and no log.
"""

import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from vitals.errors import NotifyError
from vitals.io.slack.refusals import UNCLEAR, WAIT, RefusedError, UnclearError, UnreachableError

LONGEST_WAIT_S = 120.0
_ATTEMPTS = 3
_PAUSE_S = 2.0
_TIMEOUT_S = 20
_PAGE, _MOST_PAGES = 200, 10
_SURELY_NOT_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where Slack put a message."""

    channel_id: str
    ts: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token is; `missing` are scopes that digests need and the token lacks (as far as Slack says)."""

    team: str
    user: str
    missing: tuple[str, ...]


class Slack:
    """A workspace, seen through a bot token.

    Parameters
    ----------
    token : bot token. base_url : for tests; None is slack.com.
    clock : aware now. sleep : seconds to wait.
    """

    def __init__(
        self,
        token: str,
        base_url: str | None,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from slack_sdk import WebClient

        address = base_url or WebClient.BASE_URL
        self._client = WebClient(token=token, base_url=address, timeout=_TIMEOUT_S, retry_handlers=[])
        self._clock = clock
        self.sleep = sleep

    def check(self) -> Identity:
        """Ask who the token is.

        Raises
        ------
        NotifyError : the token is refused, or Slack is out of reach.
        """
        answer = self._patiently("auth.test", {})
        scopes = str(answer.headers.get("x-oauth-scopes") or "").replace(" ", "").split(",")
        wanted = {"chat:write"} if scopes != [""] else set()
        return Identity(str(answer.get("team")), str(answer.get("user")), tuple(sorted(wanted - set(scopes))))

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
        return _posted(self._call("chat.postMessage", body | ({"thread_ts": thread_ts} if thread_ts else {})))

    def update(
        self,
        place: Posted,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        metadata: Mapping[str, Any],
    ) -> Posted:
        """Replace a message of ours; that can be repeated, so an unclear outcome is tried again."""
        return _posted(
            self._patiently("chat.update", _body(place.channel_id, text, blocks, metadata) | {"ts": place.ts})
        )

    def find(
        self, channel: str, payload: Mapping[str, Any], thread_ts: str | None = None, within_days: int = 7
    ) -> Posted | None:
        """Look for the newest message whose metadata hold every entry of `payload`.

        Raises
        ------
        RefusedError : the channel cannot be read, or not far enough back. UnclearError, UnreachableError : Slack is out of reach.
        """
        oldest = self._clock() - timedelta(days=within_days)
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
            answer = self._patiently(method, asked)
            for message in answer.get("messages") or ():
                said = (message.get("metadata") or {}).get("event_payload") or {}
                if all(said.get(name) == value for name, value in payload.items()):
                    return Posted(channel, str(message["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            asked = asked | {"cursor": cursor}
        raise RefusedError(
            method, "too_many_messages", f"more than {_PAGE * _MOST_PAGES} messages in {within_days} days"
        )

    def _patiently(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call what may be repeated without harm."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._call(method, body)
            except UnclearError:
                if attempt == _ATTEMPTS:
                    raise
                self.sleep(_PAUSE_S * attempt)
        raise AssertionError  # the loop returns or raises

    def _call(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call once, and again after a wait that Slack asked for."""
        for _ in range(_ATTEMPTS):
            answer = self._once(method, body)
            if not isinstance(answer, float):
                return answer
            if answer > LONGEST_WAIT_S:
                message = f"Slack asks to wait {answer:.0f} s before {method}; run this again later"
                raise NotifyError(message)
            self.sleep(answer)
        message = f"Slack still limits {method} after {_ATTEMPTS} tries; run this again later"
        raise NotifyError(message)

    def _once(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call once; gives the answer, or the seconds to wait as a float."""
        from slack_sdk.errors import SlackApiError, SlackRequestError

        try:
            if method.startswith("conversations."):
                return self._client.api_call(method, params=dict(body))
            return self._client.api_call(method, json=dict(body))
        except SlackApiError as error:
            return _answered(method, error.response)
        except SlackRequestError as error:
            message = f"Slack cannot be asked for {method}: {error}"
            raise UnreachableError(message) from None
        except (OSError, HTTPException, ValueError) as error:
            raise _lost(method, error) from None


def _answered(method: str, response: Any) -> float:
    """Turn an answer that is not ok into seconds to wait, or raise what it means."""
    data = response.data if isinstance(response.data, dict) else {}
    code, status = str(data.get("error") or "no answer"), int(response.status_code)
    if status == 429 or code in WAIT:
        return _seconds(response.headers)
    if status >= 500 or code in UNCLEAR or not data or code.startswith("Received a response"):
        message = f"Slack's answer to {method} is unclear (status {status})"
        raise UnclearError(message)
    told = (data.get("response_metadata") or {}).get("messages") or [data.get("needed")]
    raise RefusedError(method, code, "; ".join(str(one)[:200] for one in told[:3] if one))


def _lost(method: str, error: Exception) -> NotifyError:
    """Tell a connection that never was from a reply that never came."""
    cause = error.reason if isinstance(error, URLError) else error
    why = type(cause).__name__ if isinstance(cause, Exception) else "no connection"
    if isinstance(cause, _SURELY_NOT_SENT):
        return UnreachableError(f"Slack cannot be reached for {method}: {why}; check the network, then run this again")
    return UnclearError(f"Slack's reply to {method} was lost ({why})")


def _seconds(headers: Mapping[str, str]) -> float:
    """Read Retry-After, which may be missing or a fraction."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(0.0, float(given))
    except ValueError:
        return 30.0


def _body(channel: str, text: str, blocks: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments that post and update share; nothing in them is expanded or unfurled."""
    body = {
        "channel": channel,
        "text": text,
        "blocks": list(blocks),
        "metadata": dict(metadata),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    json.dumps(body, allow_nan=False)  # the library would send NaN, which is no JSON
    return body


def _posted(answer: Any) -> Posted:
    return Posted(str(answer["channel"]), str(answer["ts"]))
