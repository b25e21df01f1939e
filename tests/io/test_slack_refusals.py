"""What Slack may answer, class by class, and what delivery makes of it: waits, steps, other places, files."""

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.digest import samples
from tests.io.slack_sender import Sender, clock, revision, shown
from tests.io.slack_story import CHANNEL, FALLBACK, rendered
from tests.slack import EVERY_SCOPE, LOST_AFTER, TOKEN, Channel, Fault, SlackServer
from vitals.errors import NotifyError
from vitals.io.slack import Slack, deliver
from vitals.io.store import DeliveryState, Store
from vitals.render import slack as rendering

LOCKED = Fault(error="restricted_action_thread_locked")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace with a second channel, where files take two looks to be processed."""
    with SlackServer((Channel(CHANNEL), Channel(FALLBACK, "fallback")), polls=2) as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """The seconds that would have been slept."""
    return []


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store's file: making one takes longer than a test."""
    path = tmp_path_factory.mktemp("empty") / "vitals.db"
    made = Store(f"sqlite:///{path}", clock, "run")
    made.open()
    made.close()
    return path


@pytest.fixture
def send(tmp_path: Path, empty: Path, slack: SlackServer, waits: list[float]) -> Iterator[Sender]:
    """A sender with an empty store."""
    store = Store(f"sqlite:///{shutil.copy(empty, tmp_path / 'vitals.db')}", clock, "run")
    yield Sender(store, Slack(TOKEN, slack.url, waits.append))
    store.close()


def test_a_digest_in_full(send: Sender, slack: SlackServer, waits: list[float]) -> None:
    """The picture is uploaded, waited for and shown in the root; the table goes into the thread; the level is full."""
    receipt = send(samples.busy())
    assert (receipt.level, receipt.to_come) == ("full", False)
    assert shown(slack) == ["2013-08-22-1.png", "findings.csv"]
    assert set(send.states(samples.busy()).values()) == {DeliveryState.SENT}
    calls = [one.method for one in slack.calls]
    assert calls[: calls.index("chat.postMessage")] == [
        "files.getUploadURLExternal",
        "upload",
        "files.completeUploadExternal",
        "files.info",
        "files.info",
    ]
    assert waits[0] == 1.0


def test_a_picture_that_takes_too_long_follows_in_the_thread(
    send: Sender, slack: SlackServer, waits: list[float]
) -> None:
    """After ten seconds the text goes first, without pictures; the picture is put into the thread."""
    slack.app.polls = 99
    receipt = send(samples.busy())
    assert (receipt.level, sum(waits[:10])) == ("no pictures", 10.0)
    assert shown(slack) == ["2013-08-22-1.png", "findings.csv"]
    assert send.store.digest(CHANNEL, samples.DAY).root.level == "no pictures"


def test_invalid_slack_file_steps_down_to_no_pictures(
    send: Sender, slack: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A block that Slack does not take yet costs the pictures alone, and what Slack said of it is logged."""
    told = "invalid slack file [json-pointer:/blocks/3/slack_file]"
    slack.faults["chat.postMessage"] = [Fault(error="invalid_blocks", messages=(told,))]
    with caplog.at_level(logging.WARNING):
        receipt = send(samples.busy())
    assert (receipt.level, receipt.words) == (
        "no pictures",
        "sent to C0123456789 as no pictures, since Slack refused more (invalid_blocks)",
    )
    assert told in caplog.text
    assert len(slack.roots()) == 1
    assert shown(slack) == ["2013-08-22-1.png", "findings.csv"]


def test_refused_twice_is_text_only(send: Sender, slack: SlackServer) -> None:
    """The last step is text without blocks, and everything is still told."""
    slack.faults["chat.postMessage"] = [Fault(error="invalid_blocks"), Fault(error="msg_blocks_too_long")]
    assert send(samples.busy()).level == "text only"
    (root,) = slack.roots()
    assert root["blocks"] == []
    assert "flight_late" in root["text"]


def test_refused_metadata_cost_nothing_but_themselves(send: Sender, slack: SlackServer) -> None:
    """A message whose metadata are refused is sent without them, in full."""
    slack.faults["chat.postMessage"] = [Fault(error="metadata_too_large")]
    assert send(samples.busy()).level == "full"
    assert "metadata" not in slack.roots()[0]


@pytest.mark.parametrize(
    ("method", "fault", "again"),
    [
        ("files.getUploadURLExternal", Fault(error="missing_scope", needed="files:write"), False),
        ("files.getUploadURLExternal", Fault(status=429, retry_after="60"), True),
        ("upload", Fault(status=500), True),
        ("upload", Fault(lost="before"), True),
        ("files.completeUploadExternal", Fault(error="missing_file_data"), True),
        ("files.info", Fault(error="file_not_found"), True),
    ],
)
def test_a_file_never_holds_a_digest_back(
    send: Sender, slack: SlackServer, method: str, fault: Fault, *, again: bool
) -> None:
    """Whatever step of an upload fails, the digest is sent; what may work later is tried again, what may not is said."""
    slack.faults[method] = [fault] * 8
    receipt = send(samples.busy())
    assert (receipt.state, receipt.level) == (DeliveryState.SENT, "no pictures")
    if method == "files.info":
        assert receipt.to_come is False
        return
    assert (receipt.to_come, "not in the thread" in receipt.words) == (again, True)
    assert ("files:write" in receipt.words) == (fault.needed == "files:write")
    slack.faults.clear()
    send(samples.busy())
    assert shown(slack) == (["2013-08-22-1.png", "findings.csv"] if again else [])


def test_a_shared_file_whose_reply_was_lost_is_found_in_the_thread(send: Sender, slack: SlackServer) -> None:
    """The thread is searched for the file's id before it is uploaded again."""
    slack.faults["files.completeUploadExternal"] = [None, LOST_AFTER]
    assert send(samples.busy()).to_come is False
    assert shown(slack) == ["2013-08-22-1.png", "findings.csv"]
    assert len(slack.files) == 2


def test_a_file_that_was_perhaps_shared_is_not_shared_again_unseen(send: Sender, slack: SlackServer) -> None:
    """Where the thread cannot be read, one copy too few is better than one too many."""
    slack.faults["files.completeUploadExternal"] = [None, LOST_AFTER]
    slack.faults["conversations.replies"] = [Fault(error="missing_scope", needed="channels:history")] * 3
    assert send(samples.busy()).to_come is True
    assert send.states(samples.busy())["file:findings.csv"] is DeliveryState.UNCLEAR
    send(samples.busy())
    slack.faults.clear()
    send(samples.busy())
    assert shown(slack) == ["2013-08-22-1.png", "findings.csv"]


def test_a_channel_that_may_be_joined_is_joined_once(send: Sender, slack: SlackServer) -> None:
    """A public channel without the app is joined, where the token may, and told."""
    slack.workspace.channels[CHANNEL].member = False
    assert send(samples.quiet()).words == "sent to C0123456789"
    assert slack.count("conversations.join") == 1


def test_a_lost_reply_in_a_channel_that_was_left_joins_it_to_look(send: Sender, slack: SlackServer) -> None:
    """A token that may write anywhere still has to be a member to look for its message."""
    slack.workspace.channels[CHANNEL].member = False
    slack.scopes = f"{EVERY_SCOPE},chat:write.public"
    slack.faults["chat.postMessage"] = [LOST_AFTER]
    assert send(samples.quiet()).words == "sent to C0123456789"
    assert len(slack.roots()) == 1


@pytest.mark.parametrize(
    "code", ["not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"]
)
def test_a_place_that_takes_nothing_has_a_fallback(send: Sender, slack: SlackServer, code: str) -> None:
    """The digest goes to the fallback channel with its thread, says for which channel it was meant, and stays one."""
    slack.scopes = EVERY_SCOPE.replace("channels:join,", "")
    slack.faults["chat.postMessage"] = [Fault(error=code)]
    receipt = send(samples.busy(), fallback=FALLBACK)
    (root,) = slack.roots(FALLBACK)
    assert root["text"].startswith("For C0123456789 · ")
    assert f"Meant for C0123456789, which did not take it ({code})." in json.dumps(root["blocks"])
    assert receipt.words.startswith(f"sent to {FALLBACK} in place of C0123456789")
    assert len(slack.replies(root["ts"], FALLBACK)) == 2
    assert send(samples.busy(), fallback=FALLBACK).words == "was sent before"
    assert slack.messages(CHANNEL) == []


def test_a_revision_follows_its_message_into_the_fallback(send: Sender, slack: SlackServer) -> None:
    """What went elsewhere is edited there."""
    slack.faults["chat.postMessage"] = [Fault(error="is_archived")]
    send(samples.quiet(), fallback=FALLBACK)
    send(revision(), fallback=FALLBACK)
    (root,) = slack.roots(FALLBACK)
    assert "Revised" in root["text"]
    assert "Meant for C0123456789" in root["text"]


def test_a_killed_delivery_to_the_fallback_is_found_there(send: Sender, slack: SlackServer) -> None:
    """A row does not say in which channel its message is: both are searched."""
    slack.faults["chat.postMessage"] = [Fault(error="is_archived"), LOST_AFTER]
    slack.faults["conversations.history"] = [Fault(lost="before")] * 3
    with pytest.raises(NotifyError):
        send(samples.quiet(), fallback=FALLBACK)
    assert send(samples.quiet(), fallback=FALLBACK).words == f"found in {FALLBACK}, sent before"
    assert len(slack.roots(FALLBACK)) == 1


def test_a_locked_thread_is_told_in_one_line(send: Sender, slack: SlackServer) -> None:
    """Details that no thread takes are pointed to at the top level, once."""
    slack.faults["chat.postMessage"] = [None, LOCKED]
    receipt = send(samples.busy())
    assert "its details are not in the thread" in receipt.words
    assert slack.roots()[1]["text"] == (
        "The thread of the digest of 2013-08-22 takes no replies; its details: vitals digest --day 2013-08-22 --as-sent"
    )
    assert send(samples.busy()).words == "was sent before"
    assert len(slack.roots()) == 2


def test_a_reply_refused_as_blocks_is_told_as_text(send: Sender, slack: SlackServer) -> None:
    """When the blocks of a reply are refused, the whole digest follows as text in the thread."""
    slack.faults["chat.postMessage"] = [None, Fault(error="invalid_blocks")]
    send(samples.busy())
    text = [one for one in slack.replies() if not one.get("files")]
    assert [one["text"] for one in text] == list(rendered(samples.busy()).plain)


def test_a_worse_revision_is_a_new_message_that_links_the_old(send: Sender, slack: SlackServer) -> None:
    """An edit calls nobody: a new symptom is posted, says that it is a revision, and links what it replaces."""
    send(samples.quiet())
    send(revision(worse=True))
    old, new = slack.roots()
    assert any(f"p{old['ts'].replace('.', '')}" in url for url, _ in slack.links())
    assert new["text"].startswith("Revised · ")
    assert slack.count("chat.update") == 0


def test_without_a_permalink_the_hour_is_named(send: Sender, slack: SlackServer) -> None:
    """The message that is replaced is named by its hour when its address cannot be had."""
    send(samples.quiet())
    slack.faults["chat.getPermalink"] = [Fault(error="channel_not_found")]
    send(revision(worse=True))
    assert "This replaces the message of 12:00 UTC." in slack.roots()[1]["text"]


def test_a_revision_edits_the_replies_and_withdraws_what_is_no_more(send: Sender, slack: SlackServer) -> None:
    """Replies of the first revision say what the second says; one without a successor says so; one note tells what changed."""
    first, second = rendered(samples.quiet()), rendered(revision())
    send(samples.quiet(), replace(first, thread=(first.thread[0], replace(first.thread[0], text="Details 2"))))
    send(revision(), replace(second, thread=second.thread[:1]))
    (root,) = slack.roots()
    replies = [one for one in slack.replies(root["ts"]) if not one.get("files")]
    said = [one["text"].split("\n")[0] for one in replies]
    assert said == ["Details 1", "Revision 2 has no such part any more.", "Revision 2 changed:"]
    assert "all quiet" not in json.dumps([one["blocks"] for one in replies])


def test_a_slow_reply_is_an_unclear_one(send: Sender, slack: SlackServer, waits: list[float]) -> None:
    """When Slack takes longer than the client waits, the message is found and not posted again."""
    slack.faults["chat.postMessage"] = [Fault(delay_s=1.0)]
    client = Slack(TOKEN, slack.url, waits.append, timeout_s=0.5)
    assert deliver(send.store, client, samples.quiet(), rendering.render(samples.quiet())).state is DeliveryState.SENT
    assert len(slack.roots()) == 1


def test_a_message_of_long_ago_is_looked_for_since_its_day(send: Sender, slack: SlackServer) -> None:
    """The channel is read from the day before the digest's on, however long ago."""
    old = replace(samples.quiet(), day=samples.DAY - timedelta(days=30))
    send.store.intend(old.channel, old.day, old.revision, old.to_json(), old.content_hash)
    send(old)
    asked = float(next(one.body["oldest"] for one in slack.calls if one.method == "conversations.history"))
    assert datetime.fromtimestamp(asked, UTC).date() == old.day - timedelta(days=1)


def test_an_edit_that_was_made_and_then_refused_is_found(send: Sender, slack: SlackServer) -> None:
    """A lost reply, then a closed window: the message says the revision already, and no second one is posted."""
    send(samples.quiet())
    slack.faults["chat.update"] = [LOST_AFTER, Fault(error="edit_window_closed")]
    assert send(revision()).words == "edited in C0123456789"
    assert len(slack.roots()) == 1


def test_a_doubt_stays_until_it_is_cleared(send: Sender, slack: SlackServer) -> None:
    """A copy that is refused says nothing about the first one: what is sent later is a possible repeat all the same."""
    slack.scopes = EVERY_SCOPE.replace("channels:history,", "")
    slack.faults["chat.postMessage"] = [LOST_AFTER, Fault(status=429, retry_after="600")]
    with pytest.raises(NotifyError):
        send(samples.busy())
    assert send.states(samples.busy())["root"] is DeliveryState.UNCLEAR
    assert send(samples.busy()).words.endswith("a possible repeat")
    assert [one["text"].startswith("Possible repeat") for one in slack.roots()] == [False, True]


@pytest.mark.parametrize("fault", [Fault(status=429, retry_after="600"), Fault(lost="before")])
def test_a_look_that_fails_leaves_the_doubt(send: Sender, slack: SlackServer, fault: Fault) -> None:
    """After a killed run nothing is posted, and nothing called failed, before the channel could be read."""
    digest = samples.busy()
    send.store.intend(digest.channel, digest.day, digest.revision, digest.to_json(), digest.content_hash)
    slack.faults["conversations.history"] = [fault] * 3
    with pytest.raises(NotifyError):
        send(digest)
    assert send.states(digest) == {"root": DeliveryState.UNCLEAR}
    assert slack.messages() == []
