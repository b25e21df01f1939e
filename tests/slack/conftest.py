"""A stand-in and the library's client for it, without the library's own retries."""

from collections.abc import Callable, Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack import SlackServer

Refusal = Callable[..., dict[str, object]]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """An empty workspace."""
    with SlackServer() as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    """The library's client of the workspace."""
    return WebClient(token=slack.token, base_url=slack.url, retry_handlers=[], timeout=10)


@pytest.fixture
def refused(client: WebClient) -> Refusal:
    """Call a method that must be refused; gives the answer."""

    def call(method: str, **body: object) -> dict[str, object]:
        with pytest.raises(SlackApiError) as caught:
            client.api_call(method, json=body)
        answer = caught.value.response.data
        assert isinstance(answer, dict)
        return answer

    return call
