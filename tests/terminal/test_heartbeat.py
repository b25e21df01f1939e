"""The dead-man's switch in the terminal: asked when everybody got their digest, silent when somebody did not."""

import pytest

from tests.slack import Fault, SlackServer
from tests.switch import switched_on
from tests.terminal.desk import NEW, Desk

pytestmark = pytest.mark.slow


def test_a_run_asks_the_switch_after_its_digest(desk: Desk) -> None:
    """As Prefect's daily flow does; the address, which may be a secret, is not said."""
    with switched_on() as switch:
        desk.environ(VITALS_HEARTBEAT_URL=switch.url, NO_PROXY="127.0.0.1")
        ended = desk.run("run", "--day", str(NEW))

    assert ended.code == 0, ended.err
    assert switch.asked == ["/ping/s3cret-path"]
    assert "s3cret" not in ended.out + ended.err


def test_a_digest_that_did_not_arrive_is_silence(desk: Desk) -> None:
    """Slack refuses the message: whoever waits for the switch learns of it."""
    with switched_on() as switch, SlackServer() as slack:
        slack.faults["chat.postMessage"] = [Fault(error="is_archived")] * 9
        desk.environ(
            VITALS_HEARTBEAT_URL=switch.url,
            VITALS_SLACK_TOKEN=slack.token,
            VITALS_SLACK_BASE_URL=slack.url,
            VITALS_SLACK_CHANNEL=slack.channel,
            NO_PROXY="127.0.0.1",
        )
        ended = desk.run("run", "--day", str(NEW))

    assert "did not reach" in ended.err
    assert switch.asked == []


def test_a_switch_that_does_not_answer_is_a_warning(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest was told: the run is as fine as it was, and says what to look at."""
    from vitals.io import heartbeat

    monkeypatch.setattr(heartbeat, "PAUSE_S", 0)
    with switched_on(500, 500, 500) as switch:
        desk.environ(VITALS_HEARTBEAT_URL=switch.url, NO_PROXY="127.0.0.1")
        ended = desk.run("run", "--day", str(NEW))

    assert ended.code == 0
    assert ended.err.count("VITALS_HEARTBEAT_URL did not answer") == 1
