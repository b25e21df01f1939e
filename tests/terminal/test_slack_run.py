"""From a run of the terminal to a channel: told once, lost to nobody, and never at the cost of monitoring."""

import time
from collections.abc import Iterator

import pytest

from tests.slack import LOST_AFTER, TOKEN, Fault, SlackServer
from tests.terminal.desk import NEW, Desk


@pytest.fixture
def workspace(desk: Desk) -> Iterator[SlackServer]:
    """A stand-in workspace that the desk's environment points to."""
    with SlackServer(clock=time.time) as server:
        desk.environ(
            VITALS_SLACK_TOKEN=TOKEN,
            VITALS_SLACK_BASE_URL=server.url,
            VITALS_SLACK_CHANNEL=server.channel,
            NO_PROXY="127.0.0.1,localhost",
        )
        yield server


def test_a_run_posts_one_digest_and_running_again_posts_nothing(desk: Desk, workspace: SlackServer) -> None:
    """The digest of a day is one message, however often the day is run."""
    first = desk.run("run", "--day", str(NEW))
    again = desk.run("run", "--day", str(NEW))

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert len(workspace.roots()) == 1
    assert workspace.roots()[0]["metadata"]["event_payload"]["key"] == f"digest/{NEW}/{workspace.channel}"
    assert "Approved above 0.9" in str(workspace.messages())


def test_slack_out_of_reach_costs_the_digest_only_until_the_next_run(desk: Desk, workspace: SlackServer) -> None:
    """A refused token ends with 3 and one message; the day is stored, and told once Slack takes it."""
    workspace.faults["chat.postMessage"] = [Fault(error="invalid_auth")]

    refused = desk.run("run", "--day", str(NEW))
    stored = desk.dump()
    then = desk.run("run", "--day", str(NEW))

    assert refused.code == 3
    assert len(refused.errors) == 1
    assert workspace.channel in refused.errors[0]
    assert then.code == 0, then.err
    assert len(workspace.roots()) == 1
    assert desk.dump()["finding"] == stored["finding"]


def test_a_lost_reply_posts_no_second_message(desk: Desk, workspace: SlackServer) -> None:
    """Slack took the message and the line broke: the channel is asked, not posted to again."""
    workspace.faults["chat.postMessage"] = [LOST_AFTER]

    ran = desk.run("run", "--day", str(NEW))

    assert ran.code == 0, ran.err
    assert len(workspace.roots()) == 1


def test_check_asks_slack_who_the_token_is(desk: Desk, workspace: SlackServer) -> None:
    """A token that may not post, or is none, is a problem before the first digest."""
    fine = desk.run("check")
    workspace.scopes = "channels:history"
    lacking = desk.run("check")
    workspace.faults["auth.test"] = [Fault(error="invalid_auth")]
    refused = desk.run("check")

    assert fine.code == 0, fine.out
    assert (lacking.code, "chat:write" in lacking.out) == (2, True)
    assert (refused.code, "VITALS_SLACK_TOKEN" in refused.out) == (3, True)
