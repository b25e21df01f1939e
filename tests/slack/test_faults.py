"""Calls fail as scripted, at the call that was named, before or after they are carried out."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack import LOST_AFTER, LOST_BEFORE, Fault, SlackServer

C = "C0123456789"
POSTER = "import sys; from slack_sdk import WebClient; WebClient('t', sys.argv[1]).chat_postMessage(channel=sys.argv[2], text='x')"


def post(client: WebClient) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=C, text="x")
    return caught.value


@pytest.mark.parametrize(("fault", "posted"), [(LOST_BEFORE, 0), (LOST_AFTER, 1)])
def test_a_lost_reply_leaves_the_message_or_not(
    slack: SlackServer, client: WebClient, fault: Fault, posted: int
) -> None:
    """The client sees the same; only the channel knows."""
    slack.faults["chat.postMessage"] = [fault]
    with pytest.raises((http.client.HTTPException, OSError)):
        client.chat_postMessage(channel=C, text="x")
    assert (len(slack.roots()), slack.count("chat.postMessage")) == (posted, 1)


@pytest.mark.parametrize("wait", ["7", "1.5", "soon", ""])
def test_a_limit_says_how_long_to_wait(slack: SlackServer, client: WebClient, wait: str) -> None:
    """429 comes with whatever Retry-After was scripted, or none."""
    slack.faults["chat.postMessage"] = [Fault(status=429, retry_after=wait)]
    answer = post(client).response
    given = {name.lower(): value for name, value in answer.headers.items()}
    assert (answer.status_code, answer["error"], given.get("retry-after", "")) == (429, "ratelimited", wait)
    assert slack.roots() == []


@pytest.mark.parametrize("status", [200, 500, 502, 503])
def test_a_web_page_in_place_of_an_answer(slack: SlackServer, client: WebClient, status: int) -> None:
    """The library reports what is not JSON as an error; carried out or not is scripted."""
    slack.faults["chat.postMessage"] = [
        Fault(status=status, html=True),
        Fault(status=status, html=True, processed=True),
    ]
    assert "non-JSON" in str(post(client))
    assert slack.roots() == []
    post(client)
    assert len(slack.roots()) == 1


def test_an_error_code_brings_its_details(slack: SlackServer, client: WebClient) -> None:
    """Any code, with what was needed and the messages that go with it."""
    slack.faults["chat.postMessage"] = [Fault(error="missing_scope", needed="chat:write", messages=("[ERROR] a",))]
    answer = post(client).response
    assert (answer.status_code, answer["error"], answer["needed"]) == (200, "missing_scope", "chat:write")
    assert answer["response_metadata"] == {"messages": ["[ERROR] a"]}


def test_the_named_call_fails(slack: SlackServer, client: WebClient) -> None:
    """By method or over all methods, the n-th call from now fails and no other."""
    slack.faults.at("chat.postMessage", 2, Fault(error="fatal_error"))
    slack.faults.at("*", 4, Fault(error="internal_error"))
    client.auth_test()
    client.chat_postMessage(channel=C, text="x")
    assert post(client).response["error"] == "fatal_error"
    assert post(client).response["error"] == "internal_error"
    client.chat_postMessage(channel=C, text="x")
    assert (slack.faults.left, len(slack.roots())) == (0, 2)


def test_the_raw_upload_fails_too(slack: SlackServer, client: WebClient) -> None:
    """The second step of an upload has its own name."""
    slack.faults["upload"] = [Fault(status=500)]
    with pytest.raises(OSError, match="500"):
        client.files_upload_v2(content="x", filename="a.csv")
    assert [one.content for one in slack.files.values()] == [None]


def test_half_a_request_is_none(slack: SlackServer) -> None:
    """A client that dies while it sends has called nothing."""
    body = b'{"channel": "C0123456789", "text": "x"}'
    head = f"POST /api/chat.postMessage HTTP/1.0\r\nAuthorization: Bearer {slack.token}\r\nContent-Length: 99\r\n"
    with socket.create_connection(("127.0.0.1", int(slack.app.url.rpartition(":")[2]))) as line:
        line.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b""
    assert (slack.calls, slack.roots()) == ([], [])


def test_a_slow_call_is_carried_out(slack: SlackServer) -> None:
    """A client that stops waiting has posted nevertheless."""
    slack.faults["chat.postMessage"] = [Fault(delay_s=1.5)]
    hasty = WebClient(token=slack.token, base_url=slack.url, retry_handlers=[], timeout=1)
    with pytest.raises(TimeoutError):
        hasty.chat_postMessage(channel=C, text="x")
    assert len(slack.roots()) == 1


@pytest.mark.kill
@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
def test_a_client_is_killed_at_the_instant(when: str, posted: int) -> None:
    """The hook runs before or after the call is carried out; a killed client leaves the server working."""
    started: list[subprocess.Popen[bytes]] = []
    ready = threading.Event()

    def kill() -> None:
        ready.wait(30)
        started[0].send_signal(signal.SIGKILL)
        started[0].wait()

    lost = "before" if when == "before" else ""
    with SlackServer(token="t", faults={"chat.postMessage": [Fault(hook=kill, when=when, lost=lost)]}) as slack:  # type: ignore[arg-type] # noqa: S106
        environment = os.environ | {"NO_PROXY": "127.0.0.1,localhost"}
        started.append(subprocess.Popen([sys.executable, "-c", POSTER, slack.url, C], env=environment))
        ready.set()
        assert started[0].wait(60) == -signal.SIGKILL
        assert len(slack.roots()) == posted
        assert WebClient(token="t", base_url=slack.url).auth_test()["ok"]  # noqa: S106
