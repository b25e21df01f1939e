"""Judging takes over what changed, writes it whole, and sees the past as it was."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from vitals.errors import StoreError
from vitals.records import Observation, Severity, TransitionKind

MODEL = "flight_late"
DAY = date(2013, 8, 14)


def days_after(count: int) -> date:
    return DAY + timedelta(days=count)


def judge(store, from_day, judged, incidents=()):
    with store.lease(MODEL, "judge") as lease:
        store.begin_judging(MODEL, lease)
        store.replace_judgement(MODEL, from_day, judged, list(incidents), lease)


def episode(make):
    """Opened on day 0, seen on days 0, 1 and 3, quiet on 4, resolved on 5."""
    warning, critical = make.finding(DAY), make.finding(days_after(1), severity=Severity.CRITICAL)
    judged = [
        make.judged(DAY, warning, make.drift(DAY), make.transition(DAY, TransitionKind.OPENED, DAY)),
        make.judged(days_after(1), critical, make.transition(days_after(1), TransitionKind.WORSENED, DAY)),
        make.judged(days_after(3), make.finding(days_after(3))),
        make.judged(days_after(4), make.transition(days_after(4), TransitionKind.QUIET, DAY)),
        make.judged(
            days_after(5), make.transition(days_after(5), TransitionKind.RESOLVED, DAY, reason="two good days")
        ),
    ]
    incident = make.incident(
        DAY,
        severity=Severity.CRITICAL,
        last_seen_on=days_after(3),
        resolved_on=days_after(5),
        reason="two good days",
        days=3,
    )
    return judged, incident


def test_judging_takes_over_what_was_observed(store, make):
    """The first changed day is given once; after the judgement is written nothing awaits."""
    store.replace(make.observation(DAY), "spec-1")
    with store.lease(MODEL, "judge") as lease:
        assert store.begin_judging(MODEL, lease) == DAY
        store.replace_judgement(MODEL, DAY, [], [], lease)
        assert store.begin_judging(MODEL, lease) is None
    assert store.pending(MODEL) is None


def test_a_day_observed_while_judging_is_not_lost(store, make):
    """What is observed during a replay awaits the next one."""
    store.replace(make.observation(days_after(1)), "spec-1")
    with store.lease(MODEL, "judge") as lease:
        store.begin_judging(MODEL, lease)
        store.replace(make.observation(DAY), "spec-1")
        store.replace_judgement(MODEL, days_after(1), [], [], lease)
    assert store.pending(MODEL) == DAY


def test_a_judge_that_died_is_resumed(store, make):
    """What a judge took over and did not finish is taken over by the next, with what came since."""
    store.replace(make.observation(DAY), "spec-1")
    with store.lease(MODEL, "killed") as lease:
        store.begin_judging(MODEL, lease)
    store.replace(make.observation(days_after(3)), "spec-1")

    with store.lease(MODEL, "next") as lease:
        assert store.begin_judging(MODEL, lease) == DAY


def test_judgement_comes_back_as_it_was_written(store, make):
    """Drifts, findings with evidence, transitions and incidents are read back equal."""
    judged, incident = episode(make)
    judge(store, DAY, judged, [incident])

    past = store.past(MODEL, days_after(10), DAY)

    assert list(past.drifts) == [make.drift(DAY)]
    assert list(past.findings) == [one for day in judged for one in day.findings]
    assert list(past.transitions) == [one for day in judged for one in day.transitions]
    assert list(past.incidents) == [incident]


def test_a_replay_replaces_from_its_day_on_only(store, make):
    """Rows before the replayed day stay, those from it on go, and so do incidents that opened since."""
    judged, incident = episode(make)
    late = make.finding(days_after(6), "wind_speed")
    opened = make.transition(days_after(6), TransitionKind.OPENED, days_after(6), "wind_speed")
    judge(
        store,
        DAY,
        [*judged, make.judged(days_after(6), late, opened)],
        [incident, make.incident(days_after(6), "wind_speed")],
    )

    judge(store, days_after(6), [make.judged(days_after(6), make.drift(days_after(6)))])

    rows = store.dump()
    assert [row[1] for row in rows["finding"]] == [DAY, days_after(1), days_after(3)]
    assert [row[1] for row in rows["drift"]] == [DAY, days_after(6)]
    assert [row[1] for row in rows["incident"]] == [DAY]


def test_judging_the_same_again_gives_the_same_rows(store, make):
    """A full replay, and one from the middle, leave equal tables."""
    judged, incident = episode(make)
    judge(store, DAY, judged, [incident])
    before = store.dump()

    judge(store, DAY, judged, [incident])
    judge(store, days_after(4), judged[3:], [incident])

    assert store.dump() == before


def test_an_older_incident_that_a_replay_does_not_mention_is_what_it_was(store, make):
    """Without its later rows an incident falls back to its state before the replayed day."""
    judged, incident = episode(make)
    judge(store, DAY, judged, [incident])

    judge(store, days_after(1), [])

    (row,) = store.rows("incidents")
    expected = replace(make.incident(DAY), severity=Severity.WARNING)
    assert row == {name: getattr(expected, name) for name in row}


@pytest.mark.parametrize(
    ("before", "days", "last_seen", "resolved", "severity"),
    [
        (1, 1, 0, None, Severity.WARNING),
        (2, 2, 1, None, Severity.CRITICAL),
        (5, 3, 3, None, Severity.CRITICAL),
        (6, 3, 3, 5, Severity.CRITICAL),
    ],
)
def test_incidents_are_seen_as_of_a_day(store, make, before, days, last_seen, resolved, severity):
    """The state at the end of an earlier day is rebuilt from what had happened by then."""
    judged, incident = episode(make)
    judge(store, DAY, judged, [incident])

    (then,) = store.past(MODEL, days_after(before), days_after(before - 1)).incidents

    assert (then.days, then.last_seen_on, then.severity) == (days, days_after(last_seen), severity)
    assert then.resolved_on == (None if resolved is None else days_after(resolved))


def test_the_past_of_an_old_incident_goes_back_to_its_opening(store, make):
    """Findings and transitions of an open incident come along although they are older than asked for."""
    judged, _ = episode(make)
    judge(store, DAY, judged[:3], [make.incident(DAY, last_seen_on=days_after(3), days=3)])

    past = store.past(MODEL, days_after(300), days_after(120))

    assert [one.day for one in past.findings] == [DAY, days_after(1), days_after(3)]
    assert [one.kind for one in past.transitions] == [TransitionKind.OPENED, TransitionKind.WORSENED]
    assert past.incidents[0].days == 3


@pytest.mark.parametrize(("before", "remembered"), [(45, True), (46, False)])
def test_a_resolved_incident_is_remembered_for_forty_days(store, make, before, remembered):
    """An incident resolved on day 5 is in the past before day 45, no longer before day 46."""
    judged, incident = episode(make)
    judge(store, DAY, judged, [incident])

    past = store.past(MODEL, days_after(before), days_after(before))

    assert bool(past.incidents) is remembered


def test_the_past_holds_what_was_known_within_its_days(store, make):
    """Facts and drifts by day, measurements by the day they became known; the end is not included."""
    for offset in range(4):
        day = days_after(offset)
        old = make.measurement(days_after(offset - 14), "recall", signal="performance", age=14, known_on=day)
        store.replace(Observation(make.facts(day), [], [], [old]), "spec-1")
    judge(store, DAY, [make.judged(days_after(offset), make.drift(days_after(offset))) for offset in range(4)])

    past = store.past(MODEL, days_after(3), days_after(1))

    within = [days_after(1), days_after(2)]
    assert [one.day for one in past.facts] == within
    assert [one.day for one in past.drifts] == within
    assert [one.known_on for one in past.measurements] == within


def test_several_cohorts_of_one_place_may_be_found_on_one_day(store, make):
    """Two cohort days with the same fault, known on the same day, are two findings."""
    findings = [make.finding(DAY, cohort_day=days_after(-7)), make.finding(DAY, cohort_day=days_after(-14))]
    judge(store, DAY, [make.judged(DAY, *findings)])

    assert [row["cohort_day"] for row in store.rows("findings")] == [days_after(-14), days_after(-7)]


def test_a_judge_that_lost_its_lease_writes_nothing(store, make, clock):
    """After another took over, the judgement of the first is refused whole."""
    store.replace(make.observation(DAY), "spec-1")
    judged, incident = episode(make)
    with store.lease(MODEL, "slow judge") as slow:
        store.begin_judging(MODEL, slow)
        clock.forward(61)
        with store.lease(MODEL, "fast judge"):
            with pytest.raises(StoreError, match=r"lost.*fast judge"):
                store.replace_judgement(MODEL, DAY, judged, [incident], slow)
            with pytest.raises(StoreError, match="lost"):
                store.begin_judging(MODEL, slow)
    assert store.dump()["finding"] == []
    assert store.pending(MODEL) == DAY


def test_a_judgement_that_cannot_be_written_leaves_the_old_one(store, make):
    """A doubled finding undoes the whole replay."""
    judged, incident = episode(make)
    judge(store, DAY, judged, [incident])
    before = store.dump()

    with pytest.raises(StoreError, match="same key"):
        judge(store, DAY, [make.judged(DAY, make.finding(DAY), make.finding(DAY))])

    assert store.dump() == before


def test_many_open_incidents_are_read_at_once(store, make):
    """Some hundred open incidents, more than one statement may name, come back complete."""
    subjects = [f"input_{i:03}" for i in range(450)]
    parts = [make.finding(DAY, one) for one in subjects]
    opened = [make.transition(DAY, TransitionKind.OPENED, DAY, one) for one in subjects]
    judge(store, DAY, [make.judged(DAY, *parts, *opened)], [make.incident(DAY, one) for one in subjects])

    past = store.past(MODEL, days_after(1), DAY)

    assert sorted(one.subject for one in past.incidents) == subjects


def estimates(make, index):
    """What judging measured on a day: of the day itself, and of a cohort that became known."""
    day = days_after(index)
    cohort = {"signal": "performance", "age": 1, "known_on": day}
    return [
        make.measurement(day, "roc_auc", 0.7 + index / 1000, signal="estimate"),
        make.measurement(days_after(index - 1), "paired_roc_auc", index / 1000, **cohort),
    ]


def of(rows):
    return [(one.day, one.signal, one.subject, one.value) for one in rows]


def test_what_judging_measured_is_past_and_shown_but_never_observed(store, make):
    """It comes back with the past, and a day that is read for judging does not hold what is about to be made again."""
    for index in range(3):
        store.replace(make.observation(days_after(index)), "spec-1")

    judge(store, DAY, [replace(make.judged(days_after(i)), estimates=estimates(make, i)) for i in range(3)])

    known = [m for i in range(2) for m in estimates(make, i)]
    past = store.past(MODEL, days_after(2), DAY).measurements
    assert sorted(of(m for m in past if m.signal != "traffic")) == sorted(of(known))
    days = list(store.observed_days_from(MODEL, DAY))
    assert [one.measurements for one in days] == [make.observation(one.day).measurements for one in days]
    shown = {(row["signal"], row["subject"]) for row in store.rows("measurements", MODEL)}
    assert {("estimate", "roc_auc"), ("performance", "paired_roc_auc")} <= shown


def test_a_replay_measures_anew_from_its_day_on(store, make):
    """Rows made by judging before it stay, later ones are what is said now."""
    for index in range(3):
        store.replace(make.observation(days_after(index)), "spec-1")
    judge(store, DAY, [replace(make.judged(days_after(i)), estimates=estimates(make, i)) for i in range(3)])
    before = store.dump()["measurement"]

    judge(store, days_after(1), [replace(make.judged(days_after(1)), estimates=estimates(make, 1))])

    gone = set(before) - set(store.dump()["measurement"])
    assert {(row[4], row[5], row[3]) for row in gone} == {
        ("estimate", "roc_auc", days_after(2)),
        ("performance", "paired_roc_auc", days_after(2)),
    }


def test_observing_the_same_again_changes_nothing_of_what_judging_measured(store, make):
    """A second reading is compared with what observing wrote, and replaces only that."""
    store.replace(make.observation(DAY), "spec-1")
    judge(store, DAY, [replace(make.judged(DAY), estimates=estimates(make, 0))])

    assert not store.replace(make.observation(DAY), "spec-1")
    assert store.pending(MODEL) is None
    assert store.replace(make.observation(DAY, variant=1), "spec-1")
    assert store.pending(MODEL) == DAY
    assert {row["signal"] for row in store.rows("measurements", MODEL)} == {"traffic", "estimate", "performance"}
