"""What people decide is kept by date and judged from that date on."""

from datetime import date, timedelta

import pytest

from vitals.records import Triage, TriageKind

MODEL = "flight_late"
DAY = date(2013, 8, 14)


def decision(day=DAY, kind=TriageKind.ACCEPT, target="0123456789abcdef/2013-08-01", **changes):
    return Triage(MODEL, day, kind, target, **({"who": "Lina", "why": "new tariff"} | changes))


def judged(store):
    with store.lease(MODEL, "judge") as lease:
        store.replace_judgement(MODEL, store.begin_judging(MODEL, lease), [], [], lease)


def test_decisions_come_back_by_day(store):
    """Kinds, targets and an open or given end are read back equal."""
    later = decision(DAY + timedelta(days=1), TriageKind.MUTE, "input_drift/wind_speed", until=date(2013, 9, 1))
    first = decision(kind=TriageKind.BAD_DAY, target="2013-08-02")
    for one in (later, first):
        store.decide(one)

    assert store.triage(MODEL) == [first, later]
    assert store.triage("churn") == []


def test_deciding_the_same_again_corrects_it(store):
    """One key holds one decision: the last words count."""
    store.decide(decision(why="typo"))
    store.decide(decision(why="new tariff", who="Ada"))

    assert store.triage(MODEL) == [decision(why="new tariff", who="Ada")]


@pytest.mark.parametrize(("offset", "pending"), [(-2, -2), (0, 0), (1, None)])
def test_days_judged_since_are_judged_again(store, make, offset, pending):
    """A decision dated within the observed days marks from its date on; one after them waits for its day."""
    for day in (-3, -2, -1, 0):
        store.replace(make.observation(DAY + timedelta(days=day)), "spec-1")
    judged(store)

    store.decide(decision(DAY + timedelta(days=offset)))

    assert store.pending(MODEL) == (None if pending is None else DAY + timedelta(days=pending))


def test_a_repeated_decision_judges_nothing(store, make):
    """The very same decision again changes nothing."""
    store.replace(make.observation(DAY), "spec-1")
    store.decide(decision())
    judged(store)

    store.decide(decision())

    assert store.pending(MODEL) is None
