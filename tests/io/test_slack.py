"""Delivery to Slack: once, whatever the line does; refused loudly; resumed where it stopped."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.digest import samples
from tests.slack import LOST_AFTER, LOST_BEFORE, TOKEN, Fault, SlackServer
from vitals.digest import Digest, compose
from vitals.errors import NotifyError
from vitals.io.slack import Receipt, Slack, deliver
from vitals.io.store import DeliveryState, Store
from vitals.render import slack as rendering

NO_SCOPE = Fault(error="missing_scope", needed="channels:history")


def clock() -> datetime:
    """Give the morning after the sample day."""
    return datetime(2013, 8, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that leads nowhere: loopback is exempt from it, so nothing may go there."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def workspace() -> Iterator[SlackServer]:
    """Give an empty workspace."""
    with SlackServer() as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """Collect the seconds that would have been slept."""
    return []


@pytest.fixture
def client(workspace: SlackServer, waits: list[float]) -> Slack:
    """Give a client of the workspace that does not really wait."""
    return Slack(TOKEN, workspace.url, waits.append)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an empty store's file: making one takes longer than a test."""
    path = tmp_path_factory.mktemp("empty") / "vitals.db"
    made = Store(f"sqlite:///{path}", clock, "run")
    made.open()
    made.close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty: Path) -> Iterator[Store]:
    """Give an empty store."""
    copy = shutil.copy(empty, tmp_path / "vitals.db")
    opened = Store(f"sqlite:///{copy}", clock, "run")
    yield opened
    opened.close()


def send(store: Store, client: Slack, digest: Digest) -> Receipt:
    """Render and deliver."""
    return deliver(store, client, digest, rendering.render(digest))


def state(store: Store, digest: Digest) -> list[tuple[str, DeliveryState]]:
    """Give the rows of a digest's messages."""
    stored = store.digest(digest.channel, digest.day)
    return [(one.step, one.state) for one in stored.deliveries] if stored else []


def test_a_digest_is_posted_once(store: Store, client: Slack, workspace: SlackServer) -> None:
    """The second delivery of the same digest, its thread included, asks Slack nothing."""
    digest = samples.crowd(40, 2)
    first = send(store, client, digest)
    calls = len(workspace.calls)
    second = send(store, client, digest)
    assert (first.words, second.words) == ("sent to C0123456789", "was sent before")
    assert (len(workspace.roots()), len(workspace.calls)) == (1, calls)
    assert {step: how for step, how in state(store, digest) if how is not DeliveryState.SENT} == {}


def test_what_arrives_is_what_was_rendered(store: Store, client: Slack, workspace: SlackServer) -> None:
    """Text and blocks arrive unchanged, the metadata with the level, and Slack is asked to expand and unfurl nothing."""
    message = rendering.render(samples.busy())
    send(store, client, samples.busy())
    (sent,) = workspace.roots()
    assert (sent["text"], sent["blocks"]) == (message.text, list(message.blocks))
    assert sent["metadata"]["event_payload"] == {**message.metadata["event_payload"], "level": "full"}
    asked = {name: workspace.calls[0].body[name] for name in ("parse", "link_names", "unfurl_links", "unfurl_media")}
    assert asked == {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}


def test_the_intent_is_written_before_the_post(store: Store, client: Slack, workspace: SlackServer) -> None:
    """When Slack is reached, the store already knows that a message is on its way."""
    seen: list[tuple[str, DeliveryState]] = []
    look = Fault(hook=lambda: seen.extend(state(store, samples.quiet())), when="before")
    workspace.faults["chat.postMessage"] = [look]
    send(store, client, samples.quiet())
    assert seen == [("root", DeliveryState.INTENDED)]


@pytest.mark.parametrize(
    "fault",
    [
        LOST_AFTER,
        LOST_BEFORE,
        Fault(status=500),
        Fault(status=503, html=True),
        Fault(status=200, html=True),
        Fault(error="fatal_error"),
    ],
    ids=["lost after", "lost before", "500", "503 html", "200 html", "fatal_error"],
)
def test_an_unclear_reply_never_doubles_a_message(
    store: Store, client: Slack, workspace: SlackServer, fault: Fault
) -> None:
    """After a lost or broken reply the channel is read before anything is sent again: one message, confirmed."""
    workspace.faults["chat.postMessage"] = [fault]
    receipt = send(store, client, samples.quiet())
    assert receipt.state is DeliveryState.SENT
    assert len(workspace.roots()) == 1
    assert [one.method for one in workspace.calls][:2] == ["chat.postMessage", "conversations.history"]


def test_a_found_message_is_found_behind_others(store: Store, client: Slack, workspace: SlackServer) -> None:
    """The channel is read page by page."""
    for number in range(5):
        workspace.say(f"chatter {number}")
    more = Fault(lost="after", hook=lambda: [workspace.say(f"more {number}") for number in range(5)])
    workspace.faults["chat.postMessage"] = [more]
    workspace.app.page = 2
    assert send(store, client, samples.quiet()).state is DeliveryState.SENT
    assert workspace.count("chat.postMessage") == 1


@pytest.mark.parametrize("posted", [True, False])
def test_a_killed_delivery_is_resumed(store: Store, client: Slack, workspace: SlackServer, *, posted: bool) -> None:
    """Killed between intent and confirmation: found in the channel if it is there, posted if it is not."""
    digest = samples.quiet()
    store.intend(digest.channel, digest.day, digest.revision, digest.to_json(), digest.content_hash)
    if posted:
        message = rendering.render(digest)
        client.post(digest.channel, message.text, message.blocks, message.metadata)
    assert send(store, client, digest).state is DeliveryState.SENT
    assert len(workspace.roots()) == 1


def test_a_wait_that_slack_asks_for_is_waited(
    store: Store, client: Slack, workspace: SlackServer, waits: list[float]
) -> None:
    """Retry-After is honoured, fractions included; the message arrives once."""
    workspace.faults["chat.postMessage"] = [
        Fault(status=429, retry_after="7"),
        Fault(error="ratelimited", retry_after="1.5"),
    ]
    send(store, client, samples.quiet())
    assert waits == [7.0, 1.5]
    assert len(workspace.roots()) == 1


def test_a_wait_beyond_two_minutes_is_left_to_the_next_run(
    store: Store, client: Slack, workspace: SlackServer, waits: list[float]
) -> None:
    """A long wait fails at once, is recorded as not sent, and the next run sends it."""
    workspace.faults["chat.postMessage"] = [Fault(status=429, retry_after="600")]
    with pytest.raises(NotifyError, match="wait 600 s"):
        send(store, client, samples.quiet())
    assert state(store, samples.quiet()) == [("root", DeliveryState.FAILED)]
    assert (send(store, client, samples.quiet()).state, waits) == (DeliveryState.SENT, [])


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("invalid_auth", "VITALS_SLACK_TOKEN"),
        ("token_revoked", "VITALS_SLACK_TOKEN"),
        ("missing_scope", "add the scope"),
        ("channel_not_found", "channel id"),
        ("is_archived", "another channel"),
        ("restricted_action", "workspace admin"),
        ("something_new", "docs.slack.dev"),
    ],
)
def test_a_refusal_is_told_with_its_remedy(
    store: Store, client: Slack, workspace: SlackServer, code: str, remedy: str
) -> None:
    """A refusal is an error that names code and remedy, never the token; nothing was sent, and sending can be tried again."""
    workspace.faults["chat.postMessage"] = [Fault(error=code)]
    with pytest.raises(NotifyError, match=code) as caught:
        send(store, client, samples.quiet())
    assert remedy in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert state(store, samples.quiet()) == [("root", DeliveryState.FAILED)]
    assert send(store, client, samples.quiet()).state is DeliveryState.SENT


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "no_text"])
def test_refused_blocks_never_silence_a_digest(store: Store, client: Slack, workspace: SlackServer, code: str) -> None:
    """What Slack refuses as blocks is sent as text, the rest of the text in the thread, and the level is recorded."""
    digest = samples.crowd(40, 2)
    workspace.faults["chat.postMessage"] = [Fault(error=code)]
    receipt = send(store, client, digest)
    said = "\n".join(one["text"] for one in workspace.messages())
    stored = store.digest(digest.channel, digest.day)
    assert (receipt.level, stored and stored.root and stored.root.level) == ("text only", "text only")
    assert all(f"feature_{number}:" in said for number in range(40))
    assert all(one["blocks"] == [] for one in workspace.messages())


def test_details_go_to_the_thread_in_order(
    store: Store, client: Slack, workspace: SlackServer, waits: list[float]
) -> None:
    """Replies hang under the root, in order, at most one a second."""
    send(store, client, samples.crowd(100, 5))
    (root,) = workspace.roots()
    assert {one["thread_ts"] for one in workspace.replies()} == {root["ts"]}
    replies = [one for one in workspace.replies() if not one.get("files")]
    assert [one["metadata"]["event_payload"]["part"] for one in replies] == list(range(1, len(replies) + 1))
    assert waits == [1.0] * len(replies)


def test_an_interrupted_thread_is_completed_without_repeats(
    store: Store, client: Slack, workspace: SlackServer
) -> None:
    """When the line breaks inside the thread, the next delivery adds what is missing and nothing else."""
    digest = samples.crowd(100, 5)
    workspace.faults["chat.postMessage"] = [None, None, LOST_AFTER]
    workspace.faults["conversations.replies"] = [LOST_BEFORE] * 3
    with pytest.raises(NotifyError):
        send(store, client, digest)
    assert state(store, digest)[-1] == ("thread-002", DeliveryState.UNCLEAR)
    assert send(store, client, digest).words == "was sent before"
    said = [one for one in workspace.messages() if not one.get("files")]
    parts = [one["metadata"]["event_payload"]["part"] for one in said]
    assert parts == list(range(len(rendering.render(digest).thread) + 1))


def test_a_thread_that_takes_no_replies_is_said(store: Store, client: Slack, workspace: SlackServer) -> None:
    """The digest counts as sent; the receipt says that details are missing."""
    workspace.faults["chat.postMessage"] = [None, Fault(error="restricted_action_thread_locked")]
    receipt = send(store, client, samples.crowd(100, 5))
    assert receipt.state is DeliveryState.SENT
    assert "details are not in the thread" in receipt.words


def test_a_symptom_that_may_be_lost_is_sent_again_and_marked(
    store: Store, client: Slack, workspace: SlackServer
) -> None:
    """When nobody can know whether a digest with priority 1 arrived, it is sent again as a possible repeat."""
    workspace.faults.update({"chat.postMessage": [LOST_AFTER], "conversations.history": [NO_SCOPE]})
    receipt = send(store, client, samples.busy())
    assert "possible repeat" in receipt.words
    first, second = workspace.roots()
    assert (first["text"].startswith("Possible repeat"), second["text"].startswith("Possible repeat")) == (False, True)
    assert send(store, client, samples.busy()).words == "was sent before"


def test_a_digest_without_symptoms_that_may_be_lost_is_left_unclear(
    store: Store, client: Slack, workspace: SlackServer
) -> None:
    """Without priority 1 nothing is sent twice; the state is unclear and the receipt says why."""
    workspace.faults.update({"chat.postMessage": [LOST_AFTER], "conversations.history": [NO_SCOPE]})
    receipt = send(store, client, samples.quiet())
    assert receipt.state is DeliveryState.UNCLEAR
    assert "missing_scope (channels:history)" in receipt.words
    assert (len(workspace.roots()), state(store, samples.quiet())) == (1, [("root", DeliveryState.UNCLEAR)])
    assert send(store, client, samples.quiet()).words.startswith("found in")


def test_an_outage_leaves_it_to_the_next_run(store: Store, client: Slack, workspace: SlackServer) -> None:
    """When neither posting nor reading works, the digest is unclear; the next delivery looks first and posts once."""
    workspace.faults.update({"chat.postMessage": [LOST_AFTER], "conversations.history": [LOST_BEFORE] * 3})
    with pytest.raises(NotifyError, match="lost"):
        send(store, client, samples.quiet())
    assert state(store, samples.quiet()) == [("root", DeliveryState.UNCLEAR)]
    assert send(store, client, samples.quiet()).state is DeliveryState.SENT
    assert len(workspace.roots()) == 1


def test_a_closed_port_is_surely_not_sent(store: Store, waits: list[float]) -> None:
    """A connection that never came about is a failure that names the network, and no mystery."""
    with pytest.raises(NotifyError, match="cannot be reached"):
        send(store, Slack(TOKEN, "http://127.0.0.1:9/api", waits.append), samples.quiet())
    assert state(store, samples.quiet()) == [("root", DeliveryState.FAILED)]


def revision(*found: samples.Finding) -> Digest:
    """Compose the quiet day again, as judged with findings."""
    news = replace(samples.quiet_news(), findings=found, incidents=tuple(map(samples.incident, found)))
    return compose(samples.CHANNEL, samples.DAY, [news], samples.yesterday(), revision=2)


def test_other_content_of_the_same_day_edits_the_message(store: Store, client: Slack, workspace: SlackServer) -> None:
    """A revision replaces the message in place and says so under its headline; its thread gets one short note."""
    send(store, client, samples.quiet())
    digest = revision(samples.missing("temp", 0.13))
    receipt = send(store, client, digest)
    (root,) = workspace.roots()
    assert receipt.words == "edited in C0123456789"
    rendered = list(rendering.render(digest).blocks)
    assert [root["blocks"][0], *root["blocks"][2:]] == rendered
    assert root["blocks"][1]["elements"][0]["text"].startswith("Revised: Thu 22 Aug was judged again")
    assert root["text"].startswith("Revised · ")
    assert workspace.replies(root["ts"])[0]["text"].startswith("Revision 2 changed:\n")
    assert send(store, client, digest).words == "was sent before"


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "cant_update_message"])
def test_a_message_that_cannot_be_edited_is_posted_anew(
    store: Store, client: Slack, workspace: SlackServer, code: str
) -> None:
    """When the old message is gone or closed, the revision is a message of its own that links the old one."""
    send(store, client, samples.quiet())
    workspace.faults["chat.update"] = [Fault(error=code)]
    receipt = send(store, client, revision(samples.missing("temp", 0.13)))
    assert receipt.words == "sent to C0123456789"
    old, new = workspace.roots()
    address = f"archives/C0123456789/p{old['ts'].replace('.', '')}"
    assert any(address in url and label == "message of 12:00 UTC" for url, label in workspace.links())
    assert new["text"].startswith("Revised · ")


def test_a_lost_reply_to_an_edit_is_edited_again(store: Store, client: Slack, workspace: SlackServer) -> None:
    """An edit can be repeated without harm."""
    send(store, client, samples.quiet())
    workspace.faults["chat.update"] = [LOST_AFTER]
    assert send(store, client, revision(samples.missing("temp", 0.13))).words == "edited in C0123456789"
    assert len(workspace.roots()) == 1


def test_the_history_is_asked_from_the_day_before_with_metadata(client: Slack, workspace: SlackServer) -> None:
    """Looking up asks for metadata, and not further back than a digest's day may begin anywhere."""
    assert client.find(samples.CHANNEL, {"key": "none"}, samples.DAY) is None
    (call,) = workspace.calls
    assert call.body["include_all_metadata"] == "1"
    assert float(call.body["oldest"]) == datetime(2013, 8, 21, tzinfo=UTC).timestamp()
