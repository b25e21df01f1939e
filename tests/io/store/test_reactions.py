"""Reactions as they were seen last, and the decisions that came of them: together or not at all."""

from datetime import date, timedelta

import pytest

from vitals.errors import StoreError
from vitals.io.store import Reaction, Sent
from vitals.records import Triage, TriageKind

MODEL, CHANNEL = "flight_late", "C0123456789"
DAY = date(2013, 8, 14)
TARGET = "0123456789abcdef/2013-08-01"


def reaction(emoji="eyes", user="U1", ts="1.1"):
    return Reaction(CHANNEL, ts, emoji, user, (TARGET,))


def decision(day=DAY, kind=TriageKind.ACKNOWLEDGE):
    return Triage(MODEL, day, kind, TARGET, "Ada (U1)", "👀 on the digest of Tue 13 Aug")


def tell(store, revision, content, ts, day=DAY):
    store.intend(CHANNEL, day, revision, content, f"hash of {content}")
    store.confirm(CHANNEL, day, revision, ts=ts, channel_id=CHANNEL)


def test_reactions_come_back_in_the_order_they_were_seen(store, clock):
    """Those of earlier runs first, those of one run as it saw them; with what they were about."""
    store.hear([reaction("zzz"), reaction("eyes")], [], [])
    clock.forward(60)
    store.hear([reaction("-1")], [], [])

    found = store.seen_reactions(CHANNEL, ["1.1", "2.2"])

    assert [one.emoji for one in found] == ["zzz", "eyes", "-1"]
    assert found[0].about == (TARGET,)
    assert store.seen_reactions("C999", ["1.1"]) == store.seen_reactions(CHANNEL, []) == []


def test_what_is_gone_is_forgotten(store):
    """Only that one."""
    store.hear([reaction(), reaction(user="U2")], [], [decision()])
    store.hear([], [reaction()], [])

    assert store.seen_reactions(CHANNEL, ["1.1"]) == [reaction(user="U2")]
    assert store.triage(MODEL) == [decision()]


def test_a_decision_that_cannot_be_written_leaves_no_reaction_behind(store):
    """Else the next run would take it for heard."""
    with pytest.raises((StoreError, AttributeError, TypeError)):
        store.hear([reaction()], [], [decision(day="soon")])

    assert store.seen_reactions(CHANNEL, ["1.1"]) == []
    assert store.triage(MODEL) == []


def test_what_is_undone_is_judged_again_without_it(store, make):
    """Its row is gone, and days judged with it are pending."""
    store.replace(make.observation(DAY), "spec-1")
    store.hear([reaction()], [], [decision()])
    with store.lease(MODEL, "judge") as lease:
        store.replace_judgement(MODEL, store.begin_judging(MODEL, lease), [], [], lease)

    store.hear([], [reaction()], [], [decision()])

    assert store.triage(MODEL) == []
    assert store.pending(MODEL) == DAY


def test_a_decision_for_a_day_to_come_judges_nothing_again(store, make):
    """It waits for its day."""
    store.replace(make.observation(DAY), "spec-1")
    with store.lease(MODEL, "judge") as lease:
        store.replace_judgement(MODEL, store.begin_judging(MODEL, lease), [], [], lease)

    store.hear([reaction()], [], [decision(DAY + timedelta(days=1))])

    assert store.pending(MODEL) is None


def test_what_was_sent_is_given_with_what_it_says_now(store, clock):
    """An edited message says its last revision; its replies are ours; what failed, was printed or is old is left out."""
    tell(store, 1, "old", "1.0", DAY - timedelta(days=1))
    clock.forward(3600)
    since = clock()
    tell(store, 1, "first", "1.1")
    store.intend(CHANNEL, DAY, 1, "first", "hash of first", "thread-001")
    store.confirm(CHANNEL, DAY, 1, ts="1.2", channel_id=CHANNEL, step="thread-001")
    tell(store, 2, "edited", "1.1")
    store.intend(CHANNEL, DAY + timedelta(days=1), 1, "failed", "hash")
    store.fail(CHANNEL, DAY + timedelta(days=1), 1, "no")
    store.intend("default", DAY, 1, "printed", "hash")
    store.printed("default", DAY, 1)

    assert store.sent_since(CHANNEL, since) == [Sent(CHANNEL, "1.1", frozenset({"1.2"}), "edited")]
    assert store.sent_since("default", since) == []
