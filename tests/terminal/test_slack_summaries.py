"""What channels are told beside daily digests: a backfill once, a week on its day; and whom a run tells what."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.slack import BOT_USER, LOST_AFTER, TOKEN, Channel, Fault, Person, SlackServer
from tests.terminal.desk import FIRST, LAST, NEW, Desk

pytestmark = pytest.mark.slow

SUNDAY = FIRST + timedelta(days=6)
RANGE = ("--first-day", str(FIRST), "--last-day", str(LAST))
USUAL, OTHER = "C0123456789", "C0000000002"


@pytest.fixture
def slack(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    """A workspace with two channels, which takes any pace."""
    monkeypatch.setattr("vitals.io.slack.thread._PACE_S", 0.0)
    people = (Person(BOT_USER, "vitals", bot=True), Person("U0ANNA0001", "Anna"))
    with SlackServer((USUAL, OTHER), people=people, clock=time.time) as server:
        desk.environ(
            VITALS_SLACK_TOKEN=TOKEN,
            VITALS_SLACK_BASE_URL=server.url,
            VITALS_SLACK_CHANNEL=USUAL,
            NO_PROXY="127.0.0.1,localhost",
        )
        yield server


def second_model(desk: Desk, *lines: str) -> None:
    """Let another model watch the same log; it is observed as the first was."""
    text = desk.model.read_text().replace("model: credit", "model: loan")
    desk.model.with_name("loan.yaml").write_text(text + "".join(f"{line}\n" for line in lines))
    ran = desk.run("backfill", "loan", *RANGE, "--no-slack")
    assert ran.code == 0, ran.err


def test_a_backfill_is_summed_up_once(desk: Desk, slack: SlackServer) -> None:
    """One message of episodes, nobody called; the same backfill again says nothing."""
    first = desk.run("backfill", "--all", *RANGE)
    again = desk.run("backfill", "--all", *RANGE)

    assert (first.code, again.code) == (0, 0), first.err + again.err
    (message,) = slack.roots()
    assert "Approved above 0.9" in str(message)
    assert message["metadata"]["event_payload"]["key"].startswith(f"backfill/{FIRST}/{LAST}/{USUAL}/")
    assert slack.pings() == []
    assert ("sent to" in first.out, "was sent before" in again.out) == (True, True)


def test_a_backfill_that_found_something_else_is_summed_up_again(desk: Desk, slack: SlackServer) -> None:
    """Other content is another message."""
    desk.run("backfill", "--all", *RANGE)
    desk.change("score > 0.9", "score > 0.4")
    desk.run("backfill", "--all", *RANGE)

    assert len(slack.roots()) == 2


def test_a_summary_with_a_lost_reply_is_not_told_twice(desk: Desk, slack: SlackServer) -> None:
    """It is looked for in the channel, as a digest is."""
    slack.faults["chat.postMessage"] = [LOST_AFTER]

    ran = desk.run("backfill", "--all", *RANGE)

    assert ran.code == 0, ran.err
    assert len(slack.roots()) == 1


def test_a_summary_that_did_not_arrive_is_sent_by_the_same_backfill(desk: Desk, slack: SlackServer) -> None:
    """Slack refused it: the backfill is done, exits with 3, and goes on from there."""
    slack.faults["chat.postMessage"] = [Fault(error="invalid_auth")]

    refused = desk.run("backfill", "--all", *RANGE)
    then = desk.run("backfill", "--all", *RANGE)

    assert (refused.code, then.code) == (3, 0)
    assert USUAL in refused.errors[0]
    assert len(slack.roots()) == 1


def test_a_backfill_can_keep_quiet(desk: Desk, slack: SlackServer) -> None:
    """--no-slack prints only."""
    ran = desk.run("backfill", "--all", *RANGE, "--no-slack")

    assert "Approved above 0.9" in ran.out
    assert slack.messages() == []


def test_what_is_open_after_a_backfill_is_new_in_the_next_digest(desk: Desk, slack: SlackServer) -> None:
    """The summary is no digest: the digest after it is the channel's first."""
    desk.run("backfill", "--all", *RANGE)
    desk.run("run", "--day", str(NEW))
    assert len(slack.roots()) == 2

    digest = json.loads(desk.run("digest", "--day", str(NEW), "--as-sent", "--format", "json").out)
    assert digest["told_on"] is None
    assert {item["state"] for item in digest["items"] if item["symptom"] == "avoid"} == {"new"}


def test_the_run_of_monday_sums_up_the_week_after_its_digest(desk: Desk, slack: SlackServer) -> None:
    """A message of its own, once, however often it runs."""
    ran = desk.run("run", "--day", str(SUNDAY))
    desk.run("run", "--day", str(SUNDAY))

    keys = [one["metadata"]["event_payload"]["key"] for one in slack.roots()]
    assert keys == [f"digest/{SUNDAY}/{USUAL}", f"week/{SUNDAY}/{USUAL}"]
    assert "an owner: nobody is called for them: credit" in ran.out
    assert "credit" in desk.run("digest", "--weekly", "--day", str(SUNDAY), "--as-sent").out


@pytest.mark.parametrize(("day", "weeks"), [("off", 0), ("tuesday", 1)])
def test_the_day_of_the_week_is_a_setting(desk: Desk, slack: SlackServer, day: str, weeks: int) -> None:
    """The run of that day tells of the day before."""
    desk.environ(VITALS_WEEKLY_DAY=day)

    desk.run("run", "--day", str(SUNDAY))
    desk.run("run", "--day", str(SUNDAY + timedelta(days=1)))

    keys = [one["metadata"]["event_payload"]["key"] for one in slack.roots()]
    assert sum(key.startswith("week/") for key in keys) == weeks


@pytest.mark.parametrize("form", ["text", "html", "blocks", "json"])
def test_a_week_can_be_read_without_sending_it(desk: Desk, slack: SlackServer, form: str) -> None:
    """Every format, for any day."""
    shown = desk.run("digest", "--weekly", "--day", str(LAST), "--dry-run", "--format", form)

    assert shown.code == 0, shown.err
    assert "Approved above 0.9" in shown.out
    assert slack.messages() == []


def test_a_weekday_that_is_none_is_refused(desk: Desk) -> None:
    """The message lists them."""
    desk.environ(VITALS_WEEKLY_DAY="mon")

    assert "VITALS_WEEKLY_DAY must be a weekday (monday, tuesday" in desk.run("check").err


def test_every_model_reports_to_its_channel(desk: Desk, slack: SlackServer) -> None:
    """A model's own channel, the default one for all others, several models in one digest."""
    second_model(desk, f"channel: {OTHER}")
    shutil.copy(desk.model, desk.model.with_name("card.yaml"))
    card = desk.model.with_name("card.yaml")
    card.write_text(card.read_text().replace("model: credit", "model: card"))

    ran = desk.run("run", "--day", str(LAST))

    assert ran.code == 0, ran.err
    (usual,), (other,) = slack.roots(USUAL), slack.roots(OTHER)
    assert ("loan" in str(usual), "loan" in str(other)) == (False, True)
    assert "2 models" in usual["text"] or "/2 models" in usual["text"]


def test_an_owner_is_called_when_a_symptom_opens_and_never_again(desk: Desk, slack: SlackServer) -> None:
    """Not for what stands since yesterday, not for inputs, not by a summary."""
    desk.change("model: credit", "model: credit\nowner: U0ANNA0001")
    desk.run("backfill", "--all", *RANGE)
    desk.run("digest", "--weekly", "--day", str(LAST))
    before = slack.pings()

    desk.run("run", "--day", str(LAST))
    called = {one.token for one in slack.pings()}
    count = len(slack.pings())
    desk.run("run", "--day", str(NEW))

    assert before == []
    assert called == {"<@U0ANNA0001>"}
    assert len(slack.pings()) == count


def test_check_finds_every_problem_of_slack_at_once(desk: Desk, slack: SlackServer) -> None:
    """A channel that is none, one that is archived, one without the app; each with its remedy."""
    for name, channel in (("loan", "C0000000404"), ("card", OTHER)):
        text = desk.model.read_text().replace("model: credit", f"model: {name}")
        desk.model.with_name(f"{name}.yaml").write_text(f"{text}channel: {channel}\n")
    slack.workspace.channels[OTHER].archived = True
    slack.workspace.channels[USUAL].member = False
    slack.scopes = "chat:write,channels:history,channels:read"
    desk.environ(VITALS_SLACK_FALLBACK_CHANNEL="C0000000505")

    found = desk.run("check")

    assert found.code == 2
    assert "channel C0000000404 (model loan): Slack knows no such channel" in found.out
    assert f"channel {OTHER} (model card): is archived" in found.out
    assert f"channel {USUAL} (model credit): the app is not a member; invite it there: /invite @vitals" in found.out
    assert "VITALS_SLACK_FALLBACK_CHANNEL C0000000505: Slack knows no such channel" in found.out
    assert found.out.count("reactions:read (reactions to a digest are not heard)") == 1
    assert "4 problems" in found.out


def test_check_looks_at_channels_by_reading_them_where_it_may_not_ask(desk: Desk, slack: SlackServer) -> None:
    """Without channels:read a channel is read once; without history that is said."""
    slack.workspace.channels[USUAL].member = False
    slack.scopes = "chat:write,channels:history"
    outside = desk.run("check")
    slack.workspace.channels[USUAL].member = True
    inside = desk.run("check")
    slack.scopes = "chat:write"
    blind = desk.run("check")

    assert (outside.code, inside.code, blind.code) == (2, 0, 2), inside.out
    assert "the app is not a member" in outside.out
    assert "add the scope channels:history" in blind.out


def test_check_trusts_an_app_that_may_join(desk: Desk, slack: SlackServer) -> None:
    """It joins a public channel before it posts, so that is no problem; a private one needs an invitation."""
    slack.workspace.channels[USUAL].member = False
    public = desk.run("check")
    slack.workspace.channels[USUAL] = Channel(USUAL, private=True, member=False)
    private = desk.run("check")

    assert public.code == 0, public.out
    assert private.code == 2


def test_blocks_hold_the_whole_message(desk: Desk, slack: SlackServer) -> None:
    """The root as Block Kit Builder takes it, then the thread and the files."""
    assert os.environ["VITALS_SLACK_CHANNEL"] == USUAL

    shown = json.loads(desk.run("digest", "--day", str(LAST), "--dry-run", "--format", "blocks").out)

    assert {"text", "blocks", "metadata", "thread", "files"} == set(shown)
    assert slack.messages() == []
