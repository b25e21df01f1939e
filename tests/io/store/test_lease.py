"""One judge per model: taken, renewed, given back, taken over."""

import multiprocessing
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from vitals.errors import StoreError
from vitals.io.store.tables import model_state

MODEL = "flight_late"


def test_a_second_owner_is_told_who_holds_it(store):
    """The message names the holder and until when, and what to do."""
    with (
        store.lease(MODEL, "daily 2013-08-14 on host-7"),
        pytest.raises(StoreError, match=r"judged by daily 2013-08-14 on host-7 until 2013-08-15 10:06:00 UTC; wait"),
        store.lease(MODEL, "backfill"),
    ):
        pass


def test_the_same_words_twice_are_two_owners(store):
    """Two processes that call themselves alike still exclude each other."""
    with store.lease(MODEL, "daily"), pytest.raises(StoreError, match="judged by daily"), store.lease(MODEL, "daily"):
        pass


def test_models_are_judged_side_by_side(store):
    """A lease on one model does not keep from another, nor from a channel."""
    with store.lease(MODEL, "a"), store.lease("churn", "b"), store.lease("channel C0123456789", "c") as lease:
        lease.check()


def test_it_is_given_back(store):
    """After the block, also after one that failed, the next owner takes it at once."""
    with pytest.raises(ZeroDivisionError), store.lease(MODEL, "first"):
        raise ZeroDivisionError
    with store.lease(MODEL, "second") as lease:
        lease.check()


def test_it_is_taken_over_after_it_ran_out(store, clock):
    """An owner that stopped is replaced when its time is over, notices, and does not take it back."""
    with store.lease(MODEL, "stopped") as stopped:
        clock.forward(59)
        with pytest.raises(StoreError, match="stopped"), store.lease(MODEL, "too early"):
            pass
        clock.forward(1)
        with store.lease(MODEL, "next") as following:
            following.check()
            with pytest.raises(StoreError, match=r"lost and is now held by next"):
                stopped.check()
    with pytest.raises(StoreError, match="now held by nobody"):
        stopped.check()


def test_giving_back_late_does_not_take_from_the_next(store, clock):
    """An owner that lost the lease leaves it with whom has it."""
    slow = store.lease(MODEL, "slow")
    slow.__enter__()
    clock.forward(100)
    with store.lease(MODEL, "next") as following:
        slow.__exit__(None, None, None)
        following.check()


def wait_for_renewal(store, now):
    for _ in range(400):
        with store._database.reading() as connection:
            if connection.execute(select(model_state.c.lease_until)).scalar_one() > now + timedelta(seconds=0.25):
                return
        time.sleep(0.05)
    raise AssertionError("no heartbeat in 20 s")


def test_the_heartbeat_keeps_it(store, clock):
    """While the owner lives, the lease is longer than its seconds."""
    with store.lease(MODEL, "alive", seconds=0.3) as lease:
        clock.forward(0.25)
        wait_for_renewal(store, clock.now)
        clock.forward(0.25)
        with pytest.raises(StoreError, match="alive"), store.lease(MODEL, "other"):
            pass
        lease.check()


def test_waiting_ends_when_it_is_given_back(store, open_store, url):
    """Who waits gets it as soon as it is free."""

    def hold_for_a_moment() -> None:
        with store.lease(MODEL, "first"):
            ready.set()
            time.sleep(0.3)

    fork = multiprocessing.get_context("fork")
    ready = fork.Event()
    child = fork.Process(target=hold_for_a_moment)
    child.start()
    assert ready.wait(20)
    with open_store(url).lease(MODEL, "second", wait_s=20) as lease:
        lease.check()
    child.join()
    assert child.exitcode == 0


def test_a_dead_owner_is_replaced_although_the_clock_was_set_back(store, clock):
    """Its lease would last for another hour; but its heart does not beat, which needs no clock to be seen."""
    dead = store.lease(MODEL, "killed", seconds=0.4)
    dead.__enter__()
    dead._done.set()
    dead._beat.join()
    clock.forward(-3600)

    with store.lease(MODEL, "next", seconds=0.4, wait_s=20) as lease:
        lease.check()


def test_who_waits_says_for_whom_once(store, open_store, url, caplog):
    """The line names the owner; it is not repeated while the same one holds it, and takes nothing from the living."""
    with store.lease(MODEL, "daily 2013-08-14 on host-7", seconds=0.6) as lease:
        with pytest.raises(StoreError, match="judged by daily"), open_store(url).lease(MODEL, "other", wait_s=0.8):
            pass
        lease.check()

    said = [record.getMessage() for record in caplog.records if record.name == "vitals.waiting"]
    assert len(said) == 1
    assert said[0].startswith(f"{MODEL} is being judged by daily 2013-08-14 on host-7 until 2013-08-15 10:05:00 UTC")
