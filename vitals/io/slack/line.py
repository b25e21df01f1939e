"""The line to Slack's Web API: one call ends in an answer or in one of three errors.

The client library's retries are off: it sends a message again after a lost reply, and so posts twice. Here a call
ends in an answer, in `RefusedError` (surely not done), `UnreachableError` (surely not done) or `UnclearError` (perhaps
done), and whoever calls decides with that. The token appears in no message and no log. Knows no method's meaning.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from vitals.errors import NotifyError
from vitals.io.slack.refusals import UNCLEAR, WAIT, RefusedError, UnclearError, UnreachableError

LONGEST_WAIT_S = 120.0
TIMEOUT_S = 20.0
_ATTEMPTS = 3
_PAUSE_S = 2.0
_UNSAID_WAIT_S = 30.0
_SERVER_ERROR, _TOO_MANY = 500, 429
_SURELY_NOT_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLError)


class Line:
    """A bot token's connection.

    Parameters
    ----------
    token : bot token. base_url : for tests; None is slack.com. sleep : waits seconds. timeout_s : for one reply.
    """

    def __init__(self, token: str, base_url: str | None, sleep: Callable[[float], None], timeout_s: float) -> None:
        from slack_sdk import WebClient

        address = base_url or WebClient.BASE_URL
        # Whole seconds is what the library's types promise; its transport takes fractions.
        self._client = WebClient(token=token, base_url=address, timeout=timeout_s, retry_handlers=[])  # type: ignore[arg-type]
        self._timeout_s = timeout_s
        self.sleep = sleep

    def call(self, method: str, body: Mapping[str, Any], longest_wait_s: float = LONGEST_WAIT_S) -> Any:
        """Call once, and again after a wait that Slack asked for.

        Raises
        ------
        RefusedError, UnreachableError, NotifyError : surely not done. UnclearError : perhaps done.
        """
        for _ in range(_ATTEMPTS):
            answer = self._once(method, body)
            if not isinstance(answer, float):
                return answer
            if answer > longest_wait_s:
                message = f"Slack asks to wait {answer:.0f} s before {method}; run this again later"
                raise NotifyError(message)
            self.sleep(answer)
        message = f"Slack still limits {method} after {_ATTEMPTS} tries; run this again later"
        raise NotifyError(message)

    def patiently(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call what may be repeated without harm, also after an unclear reply."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self.call(method, body)
            except UnclearError:
                if attempt == _ATTEMPTS:
                    raise
                self.sleep(_PAUSE_S * attempt)
        raise AssertionError  # the loop returns or raises

    def send(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that Slack gave for them; without the token.

        Raises
        ------
        RefusedError : the address does not take them. UnreachableError, UnclearError : as for a call.
        """
        if not url.startswith(("https://", "http://")):
            raise RefusedError("upload", "invalid_upload_url")
        request = Request(url, content, {"Content-Type": "application/octet-stream"})  # noqa: S310  just checked
        try:
            with urlopen(request, timeout=self._timeout_s) as reply:  # noqa: S310  just checked
                reply.read()
        except HTTPError as error:
            error.close()
            if error.code >= _SERVER_ERROR or error.code == _TOO_MANY:
                message = f"Slack did not take a file's bytes (status {error.code})"
                raise UnclearError(message) from None
            raise RefusedError("upload", f"status_{error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise _lost("upload", error) from None

    def _once(self, method: str, body: Mapping[str, Any]) -> Any:
        """Call once; gives the answer, or the seconds to wait as a float."""
        from slack_sdk.errors import SlackApiError, SlackRequestError

        try:
            if method.startswith("chat.") and method != "chat.getPermalink":
                return self._client.api_call(method, json=dict(body))
            return self._client.api_call(method, params=dict(body))
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
    if status == _TOO_MANY or code in WAIT:
        return _seconds(response.headers)
    if status >= _SERVER_ERROR or code in UNCLEAR or not data or code.startswith("Received a response"):
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
    """Read Retry-After, which may be missing, a fraction, or a date that nobody waits for."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(0.0, float(given))
    except ValueError:
        return _UNSAID_WAIT_S
