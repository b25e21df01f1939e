"""Many processes at once, and processes killed at any instant: each day is wholly old or wholly new."""

import multiprocessing
import random
import sqlite3
import time
from datetime import date, timedelta
from itertools import chain

import pytest

from vitals.io.store import Store
from vitals.profiles import encode
from vitals.records import TransitionKind

MODEL = "flight_late"
DAY = date(2013, 8, 14)
DAYS = [DAY + timedelta(days=i) for i in range(6)]
FORK = multiprocessing.get_context("fork")


def judgement(make, variant):
    """Every row of the judgement carries the variant."""
    judged = [
        make.judged(
            day,
            make.drift(day, score=float(variant)),
            make.finding(day, value=float(variant)),
            make.transition(day, TransitionKind.OPENED, day, reason=str(variant)),
        )
        for day in DAYS
    ]
    return judged, [make.incident(day, reason=str(variant)) for day in DAYS]


def write_for_ever(url, clock, make, seed, first_day, once):
    rng = random.Random(seed)
    store = Store(url, clock, f"run-{seed}")
    for day in chain([first_day], iter(lambda: rng.choice(DAYS), None)):
        store.replace(make.observation(day, variant=rng.randrange(1000), columns=30), "spec-1")
        with store.lease(MODEL, f"judge {seed}") as lease:
            if store.begin_judging(MODEL, lease) is not None:
                store.replace_judgement(MODEL, DAY, *judgement(make, rng.randrange(1000)), lease)
        once.set()


def variants_of_days(store, make):
    """The variant of each stored day, seen in every one of its rows."""
    seen = {}
    for today in store.observed_days_from(MODEL, DAY):
        variant = today.facts.rows - 900
        expected = make.observation(today.day, variant=variant, columns=30)
        assert today.measurements == expected.measurements
        assert today.validations == expected.validations
        stored = {one.subject: encode(one) for one in today.profiles}
        assert stored == {one.subject: encode(one) for one in expected.profiles}
        seen[today.day] = variant
    return seen


def assert_one_judgement(store):
    rows = store.dump()
    said = {
        *(row[4] for row in rows["drift"]),
        *(row[10] for row in rows["finding"]),
        *(float(row[-1]) for row in rows["transition"]),
        *(float(row[10]) for row in rows["incident"]),
    }
    assert len(said) <= 1
    counts = {len(rows[name]) for name in ("drift", "finding", "transition", "incident")}
    assert counts in ({0}, {len(DAYS)})
    return len(said)


@pytest.mark.kill
@pytest.mark.timeout(600)
def test_killed_writers_leave_whole_days(url, open_store, make, clock):
    """After each of 40 kills at random instants every day and the judgement are of one writer, and work goes on."""
    seed = int.from_bytes(random.SystemRandom().randbytes(4))
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    open_store(url).close()
    for attempt in range(40):
        once = FORK.Event()
        first_day = DAYS[attempt % len(DAYS)]
        child = FORK.Process(target=write_for_ever, args=(url, clock, make, rng.randrange(2**32), first_day, once))
        child.start()
        assert once.wait(60), attempt
        time.sleep(rng.uniform(0, 0.15))
        child.kill()
        child.join()
        clock.forward(120)
        store = open_store(url)
        variants_of_days(store, make)
        assert assert_one_judgement(store) == 1
        store.close()
    assert len(variants_of_days(open_store(url), make)) == len(DAYS)
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


@pytest.mark.kill
def test_a_store_killed_while_it_is_made_is_made_by_the_next(tmp_path, open_store, clock):
    """Killing the process that creates the file leaves nothing half-made, at any of 30 instants."""
    seed = int.from_bytes(random.SystemRandom().randbytes(4))
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    open_store(f"sqlite:///{tmp_path / 'warm.db'}").open()  # the child then has everything imported
    for attempt in range(30):
        url = f"sqlite:///{tmp_path / f'{attempt}.db'}"
        child = FORK.Process(target=Store(url, clock, "run").open)
        child.start()
        time.sleep(rng.uniform(0, 0.08))
        child.kill()
        child.join()
        store = open_store(url)
        assert store.models() == []
        store.close()


@pytest.mark.slow
def test_many_processes_observe_at_once(url, open_store, make, clock):
    """Four processes that replace different days of a model at the same time never meet a lock; none is lost."""
    open_store(url).close()
    days = [DAY + timedelta(days=i) for i in range(32)]
    together = FORK.Barrier(4)

    def observe(share: int) -> None:
        store = Store(url, clock, f"run-{share}")
        together.wait(20)
        for day in days[share::4]:
            assert store.replace(make.observation(day, variant=day.day), "spec-1")
            assert day in store.observed(MODEL, days[0], days[-1])

    children = [FORK.Process(target=observe, args=(share,)) for share in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()

    store = open_store(url)
    assert [child.exitcode for child in children] == [0] * 4
    assert list(store.observed(MODEL, days[0], days[-1])) == days
    assert store.pending(MODEL) == DAY
    assert {len(rows) for name, rows in store.dump().items() if name == "measurement"} == {24 * 32}


def test_the_same_day_may_be_observed_twice_at_once(url, open_store, make, clock):
    """Two processes that replace the same day again and again end with one of them, whole."""
    open_store(url).close()
    together = FORK.Barrier(2)

    def observe(variant: int) -> None:
        store = Store(url, clock, f"run-{variant}")
        together.wait(20)
        for _ in range(15):
            store.replace(make.observation(DAY, variant=variant, columns=30), "spec-1")

    children = [FORK.Process(target=observe, args=(variant,)) for variant in (1, 2)]
    for child in children:
        child.start()
    for child in children:
        child.join()

    assert [child.exitcode for child in children] == [0, 0]
    assert variants_of_days(open_store(url), make)[DAY] in {1, 2}
