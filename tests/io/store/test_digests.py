"""What a channel was told: intended before, settled after, never doubled, never changed."""

from datetime import date, timedelta

import pytest

from vitals.errors import StoreError
from vitals.io.store import DeliveryState

CHANNEL = "C0123456789"
DAY = date(2013, 8, 14)


def intend(store, day=DAY, revision=0, content='{"findings": []}', step="root"):
    return store.intend(CHANNEL, day, revision, content, f"hash of {content}", step)


def tell(store, day, content="{}"):
    intend(store, day, content=content)
    store.confirm(CHANNEL, day, 0, ts=f"1376{day:%m%d}.000100", channel_id=CHANNEL)


def test_a_message_may_be_posted_once(store):
    """The first intention allows the post; the second is told that one is under way."""
    assert intend(store) is None

    again = intend(store)

    assert again.state is DeliveryState.INTENDED
    assert store.digest(CHANNEL, DAY).root == again


def test_what_was_sent_stays_sent(store):
    """After confirmation the place in the channel is known, and nothing else may become of the message."""
    intend(store)
    store.confirm(CHANNEL, DAY, 0, ts="1376470000.000100", channel_id=CHANNEL, level="no pictures")

    again = intend(store)

    assert (again.state, again.ts, again.channel_id, again.level) == (
        DeliveryState.SENT,
        "1376470000.000100",
        CHANNEL,
        "no pictures",
    )
    store.confirm(CHANNEL, DAY, 0, ts="1376470000.000100", channel_id=CHANNEL, level="no pictures")
    with pytest.raises(StoreError, match="cannot become failed"):
        store.fail(CHANNEL, DAY, 0, "channel_not_found")
    with pytest.raises(StoreError, match="second copy"):
        store.confirm(CHANNEL, DAY, 0, ts="1376470099.000100", channel_id=CHANNEL)


def test_what_failed_may_be_tried_again(store):
    """A sure failure allows another post, also with other content, and its error is kept until then."""
    intend(store)
    store.fail(CHANNEL, DAY, 0, "invalid_auth")
    assert store.digest(CHANNEL, DAY).root.error == "invalid_auth"

    assert intend(store, content='{"findings": [1]}') is None

    stored = store.digest(CHANNEL, DAY)
    assert (stored.content, stored.root.state, stored.root.error) == ('{"findings": [1]}', DeliveryState.INTENDED, None)


def test_an_unclear_outcome_is_looked_up_before_posting(store):
    """After a lost reply nobody may post blindly; found in the channel it is confirmed."""
    intend(store)
    store.unclear(CHANNEL, DAY, 0, "read timed out")

    assert intend(store).state is DeliveryState.UNCLEAR
    store.confirm(CHANNEL, DAY, 0, ts="1376470000.000100", channel_id=CHANNEL)

    assert intend(store).state is DeliveryState.SENT


@pytest.mark.parametrize("outcome", ["intended", "sent", "unclear", "printed"])
def test_content_that_may_have_been_seen_is_never_changed(store, outcome):
    """Other content needs a new revision, unless the message surely failed."""
    intend(store)
    if outcome == "sent":
        store.confirm(CHANNEL, DAY, 0, ts="1", channel_id=CHANNEL)
    elif outcome == "unclear":
        store.unclear(CHANNEL, DAY, 0, "timeout")
    elif outcome == "printed":
        store.printed(CHANNEL, DAY, 0)

    with pytest.raises(StoreError, match="new revision"):
        intend(store, content="other")

    assert store.digest(CHANNEL, DAY).content == '{"findings": []}'


def test_a_revision_is_a_digest_of_its_own(store):
    """The last revision is the one shown; the earlier one stays."""
    intend(store)
    store.confirm(CHANNEL, DAY, 0, ts="1", channel_id=CHANNEL)

    assert intend(store, revision=1, content="later") is None

    assert (store.digest(CHANNEL, DAY).key.revision, store.digest(CHANNEL, DAY).content) == (1, "later")


def test_threads_are_settled_message_by_message(store):
    """The root comes first, then the thread in order, each with its own state."""
    for step in ("thread 2", "root", "thread 1"):
        assert intend(store, step=step) is None
    store.confirm(CHANNEL, DAY, 0, ts="1", channel_id=CHANNEL)
    store.fail(CHANNEL, DAY, 0, "ratelimited", step="thread 1")

    deliveries = store.digest(CHANNEL, DAY).deliveries

    assert [(one.step, one.state.value) for one in deliveries] == [
        ("root", "sent"),
        ("thread 1", "failed"),
        ("thread 2", "intended"),
    ]


def test_what_was_never_intended_cannot_be_settled(store):
    """A confirmation without an intention is a mistake, and is said."""
    with pytest.raises(StoreError, match="never intended"):
        store.confirm(CHANNEL, DAY, 0, ts="1", channel_id=CHANNEL)


def test_told_is_what_reached_the_channel(store):
    """Only sent and printed digests of earlier days count as told; failed and pending ones do not."""
    tell(store, DAY - timedelta(days=5), "old")
    intend(store, DAY - timedelta(days=3), content="printed")
    store.printed(CHANNEL, DAY - timedelta(days=3), 0)
    intend(store, DAY - timedelta(days=2), content="failed")
    store.fail(CHANNEL, DAY - timedelta(days=2), 0, "no")
    intend(store, DAY - timedelta(days=1), content="pending")
    tell(store, DAY, "today")

    assert store.last_told(CHANNEL, DAY).content == "printed"
    assert store.last_told(CHANNEL, DAY - timedelta(days=3)).content == "old"
    assert store.last_told(CHANNEL, DAY - timedelta(days=5)) is None
    assert store.last_told("C999", DAY) is None
    assert store.digest("C999", DAY) is None
