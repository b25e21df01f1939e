"""A channel is told by one process at a time, in order, and the next turn makes good what an earlier one left."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.digest import samples
from tests.io.slack_story import CHANNEL, DAY, DAYS, Desk, Step, news
from tests.slack import EVERY_SCOPE, LOST_AFTER, LOST_BEFORE, TOKEN, Fault, SlackServer
from vitals.digest import Digest
from vitals.errors import NotifyError, UndeliveredError
from vitals.io.composing import composed_from
from vitals.io.slack import Slack, Way, tell_channel, turn
from vitals.io.store import DeliveryState, Store

FORK = get_context("fork")
INPUT = samples.missing("temp", 0.13)
MILD = tuple(
    Step(DAY + timedelta(days=number), (replace(INPUT, day=DAY + timedelta(days=number)),), (DAY,))
    for number in range(3)
)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """An empty workspace."""
    with SlackServer() as server:
        yield server


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that is made."""
    address = f"sqlite:///{tmp_path / 'vitals.db'}"
    _make(address)
    return address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.sql)])
def either(request: pytest.FixtureRequest) -> str:
    """The URL of a store that is made, once on each database."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("url"))
    address = str(request.getfixturevalue("postgres_url"))
    _make(address)
    return address


def _make(address: str) -> None:
    store = Store(address, lambda: samples.facts().window_start, "run")
    store.upgrade()
    store.close()


@pytest.fixture
def desk(url: str, slack: SlackServer) -> Iterator[Desk]:
    """A desk whose runs follow each other."""
    made = Desk(url, slack.url)
    yield made
    made.store.close()


def told(slack: SlackServer) -> list[str]:
    """Give the headline of every root, in order."""
    return [one["text"].split("\n")[0] for one in slack.roots()]


def stored(desk: Desk, step: Step) -> Digest:
    """Give the digest of a step's day as it is stored."""
    found = desk.store.digest(CHANNEL, step.day)
    assert found is not None
    return Digest.from_json(found.content)


def state(desk: Desk, step: Step) -> DeliveryState:
    """Give how far a day's digest got."""
    found = desk.store.digest(CHANNEL, step.day)
    assert found is not None
    assert found.root is not None
    return found.root.state


def together(work: Callable[[int], None], amount: int) -> list[int | None]:
    """Run in processes of their own at the same time; gives their exit codes."""
    start = FORK.Barrier(amount)

    def run(number: int) -> None:
        start.wait(30)
        work(number)

    children = [FORK.Process(target=run, args=(number,)) for number in range(amount)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]


@pytest.mark.slow
def test_processes_that_tell_the_same_at_once_tell_it_once(either: str, slack: SlackServer) -> None:
    """Three runs of one day at the same time are one message with one thread."""

    def tell(_: int) -> None:
        assert Desk(either, slack.url).tell(DAYS[0]) is not None

    assert together(tell, 3) == [0, 0, 0]
    assert len(slack.roots()) == 1
    parts = [one["metadata"]["event_payload"]["part"] for one in slack.messages() if "metadata" in one]
    assert (parts, len(slack.files)) == ([0, 1], 2)


@pytest.mark.slow
def test_processes_that_tell_different_days_never_interleave(either: str, slack: SlackServer) -> None:
    """Root, replies and files of one digest stand together, whoever came first."""

    def tell(number: int) -> None:
        assert Desk(either, slack.url).tell(DAYS[number]) is not None

    assert together(tell, 3) == [0, 0, 0]
    threads = [key for key, _ in groupby(one.get("thread_ts") or one["ts"] for one in slack.messages())]
    assert len(threads) == len(set(threads)) == 3


@pytest.mark.kill
def test_the_turn_of_a_killed_process_is_taken_over(either: str, slack: SlackServer) -> None:
    """The lease of a killed process runs out; the next goes on where it stopped, and nothing stands there twice."""
    child = FORK.Process(target=lambda: Desk(either, slack.url).tell(DAYS[0]))
    slack.faults.at("chat.postMessage", 1, Fault(hook=lambda: os.kill(int(child.pid or 0), signal.SIGKILL)))
    child.start()
    child.join()
    desk = Desk(either, slack.url, runs=1)

    assert child.exitcode == -signal.SIGKILL
    assert len(slack.roots()) == 1
    receipt = desk.tell(DAYS[0])
    desk.store.close()
    assert receipt is not None
    assert receipt.words == "found in C0123456789, sent before"
    assert len(slack.roots()) == 1


def test_who_lost_the_turn_posts_no_more_and_writes_nothing(desk: Desk, slack: SlackServer) -> None:
    """A process that was stopped for long finds that another one delivers: it leaves the rows to that one."""
    other = Store(desk.store_url, lambda: desk.now() + timedelta(minutes=5), "other")
    lease = other.lease(f"channel {CHANNEL}", "another run")
    slack.faults["chat.postMessage"] = [Fault(hook=lease.__enter__, lost="before")]

    assert desk.tell(DAYS[0]) is None
    lease.__exit__(None, None, None)
    other.close()

    assert slack.roots() == []
    assert state(desk, DAYS[0]) is DeliveryState.INTENDED


def test_a_turn_that_does_not_come_is_left_to_the_next_run(
    desk: Desk, slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits too long for another process says which, and delivers nothing."""
    monkeypatch.setattr(turn, "WAIT_S", 0.0)
    way = Way(desk.store, Slack(TOKEN, slack.url), desk.render)

    def compose() -> Digest:
        return composed_from(desk.store, CHANNEL, DAY, lambda _: news(DAYS[0]))

    with (
        desk.store.lease(f"channel {CHANNEL}", "the digest of 2013-08-21"),
        pytest.raises(NotifyError, match=r"is being told by the digest of 2013-08-21 .* left to the next run"),
    ):
        tell_channel(way, CHANNEL, DAY, compose)
    assert slack.calls == []


def test_an_undelivered_priority_1_is_told_by_the_next_run_first(desk: Desk, slack: SlackServer) -> None:
    """What failed on one day is delivered on the next, before that day's digest, which is new against it."""
    slack.faults["chat.postMessage"] = [Fault(error="invalid_auth")]
    assert desk.tell(DAYS[0]) is None
    assert desk.tell(DAYS[1]) is not None
    assert [line.split(":")[0] for line in told(slack)] == [
        "🔴 Vitals · Thu 22 Aug 2013",
        "🔴 Vitals · Fri 23 Aug 2013",
    ]
    assert stored(desk, DAYS[1]).told_on == DAY
    assert {state(desk, step) for step in DAYS[:2]} == {DeliveryState.SENT}


def test_nothing_newer_overtakes_a_priority_1(desk: Desk, slack: SlackServer) -> None:
    """While an earlier priority 1 cannot be delivered, later digests wait; then all that was never told is told, in order."""
    slack.faults["chat.postMessage"] = [Fault(error="invalid_auth")] * 3
    assert [desk.tell(step) for step in DAYS[:2]] == [None, None]
    assert desk.tell(DAYS[2]) is None
    assert {state(desk, step) for step in DAYS} == {DeliveryState.FAILED}
    assert desk.tell(DAYS[2]) is not None
    days = [line.split(":")[0][-11:] for line in told(slack)]
    assert days == ["22 Aug 2013", "23 Aug 2013", "24 Aug 2013"]
    assert "42 % of the requests got no answer" in json.dumps(slack.messages())


def test_an_undelivered_digest_without_priority_1_is_noted_in_the_next(desk: Desk, slack: SlackServer) -> None:
    """It is not sent late; the next digest says so, and tells what it said."""
    slack.faults["chat.postMessage"] = [Fault(error="invalid_auth")]
    assert desk.tell(MILD[0]) is None
    assert desk.tell(MILD[1]) is not None
    note = "Delivery: the digest of Thu 22 Aug did not arrive: Slack refused chat.postMessage: invalid_auth; what it said is told here"
    assert note in json.dumps(slack.roots()[0]["blocks"], ensure_ascii=False)
    assert [item.state for item in stored(desk, MILD[1]).items] == ["new"]


def test_an_unclear_digest_is_noted_once_and_whatever_is_found_out_later(desk: Desk, slack: SlackServer) -> None:
    """Perhaps it did not arrive: the next digest says so and is not revised when it turns out that it did."""
    slack.scopes = EVERY_SCOPE.replace("channels:history,", "")
    slack.faults["chat.postMessage"] = [LOST_AFTER]
    receipt = desk.tell(MILD[0])
    assert receipt is not None
    assert receipt.state is DeliveryState.UNCLEAR
    desk.tell(MILD[1])
    slack.scopes = EVERY_SCOPE
    desk.tell(MILD[0])
    assert state(desk, MILD[0]) is DeliveryState.SENT
    again = desk.tell(MILD[1])
    assert again is not None
    assert again.words == "was sent before"
    assert "the digest of Thu 22 Aug perhaps did not arrive: Slack refused" in json.dumps(slack.roots()[1]["blocks"])
    desk.tell(MILD[2])
    assert "Delivery:" not in json.dumps(slack.roots()[2]["blocks"])


def test_a_digest_that_was_perhaps_posted_is_found_by_the_next_run(desk: Desk, slack: SlackServer) -> None:
    """Found in the channel it counts as told, and the next digest is new against it."""
    slack.faults["chat.postMessage"] = [LOST_AFTER]
    slack.faults["conversations.history"] = [LOST_BEFORE] * 3
    assert desk.tell(MILD[0]) is None
    desk.tell(MILD[1])
    assert [item.state for item in stored(desk, MILD[1]).items] == ["unchanged"]
    assert len(slack.roots()) == 2


def test_a_thread_that_was_cut_off_is_completed_by_the_next_run(desk: Desk, slack: SlackServer) -> None:
    """Replies and files that are missing are added under yesterday's message before today's is posted."""
    slack.faults["chat.postMessage"] = [None, Fault(error="invalid_auth")]
    assert desk.tell(DAYS[0]) is None
    desk.tell(DAYS[1])
    first = slack.roots()[0]["ts"]
    assert [len(one.get("files", ())) for one in slack.replies(first)] == [0, 1]
    assert max(one["ts"] for one in slack.replies(first)) < slack.roots()[1]["ts"]


@pytest.mark.parametrize(("step", "urgent"), [(DAYS[0], True), (MILD[0], False)])
def test_who_was_not_told_what_is_known_to_the_caller(
    desk: Desk, slack: SlackServer, step: Step, *, urgent: bool
) -> None:
    """The error carries the digest as text, and whether it holds priority 1."""
    slack.faults["chat.postMessage"] = [Fault(error="missing_scope", needed="chat:write")]
    way = Way(desk.store, Slack(TOKEN, slack.url, desk.waited.append), desk.render)
    with pytest.raises(UndeliveredError, match=r"missing_scope \(chat:write\)") as caught:
        tell_channel(way, CHANNEL, DAY, lambda: composed_from(desk.store, CHANNEL, DAY, lambda _: news(step)))
    assert (caught.value.urgent, "Thu 22 Aug 2013" in caught.value.shown) == (urgent, True)
    assert stored(desk, step).day == DAY
