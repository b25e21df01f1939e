"""What people and comparisons read: records by name, ranges, equal dumps."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from vitals.records import Drift, Finding, Incident, Measurement, TransitionKind, Validation

MODEL = "flight_late"
DAY = date(2013, 8, 14)


def days_after(count: int) -> date:
    return DAY + timedelta(days=count)


def fill(store, make, days=4):
    for offset in range(days):
        store.replace(make.observation(days_after(offset), variant=offset), "spec-1")
    judged = [make.judged(days_after(i), make.drift(days_after(i)), make.finding(days_after(i))) for i in range(days)]
    judged[0] = make.judged(DAY, make.drift(DAY), make.finding(DAY), make.transition(DAY, TransitionKind.OPENED, DAY))
    incident = make.incident(DAY, last_seen_on=days_after(days - 1), days=days)
    with store.lease(MODEL, "judge") as lease:
        store.replace_judgement(MODEL, store.begin_judging(MODEL, lease), judged, [incident], lease)


@pytest.mark.parametrize(
    ("what", "kind", "more"),
    [
        ("measurements", Measurement, []),
        ("drift", Drift, []),
        ("findings", Finding, ["fingerprint"]),
        ("incidents", Incident, []),
        ("validations", Validation, []),
    ],
)
def test_rows_have_exactly_the_field_names(store, make, what, kind, more):
    """Each row is a dictionary with the record's fields in order; findings carry their fingerprint too."""
    fill(store, make, days=1)

    rows = store.rows(what)

    assert rows
    assert all(list(row) == [field.name for field in fields(kind)] + more for row in rows)


def test_evidence_is_a_list_of_dictionaries(store, make):
    """Evidence is shown with its three names."""
    fill(store, make, days=1)

    (row,) = store.rows("findings")

    assert row["evidence"] == [
        {"text": "wind_speed is missing in the same rows", "subject": "wind_speed", "share": 0.97}
    ]
    assert row["fingerprint"] == make.finding(DAY).fingerprint


@pytest.mark.parametrize("what", ["measurements", "drift", "findings", "validations"])
def test_rows_are_limited_by_day_and_model(store, make, what):
    """Both ends count; an open end is open; another model has none."""
    fill(store, make)

    def days(**limits):
        return sorted({row["day"] for row in store.rows(what, **limits)})

    assert days() == [days_after(i) for i in range(4)]
    assert days(model=MODEL, first=days_after(1), last=days_after(2)) == [days_after(1), days_after(2)]
    assert days(first=days_after(3)) == [days_after(3)]
    assert days(last=DAY) == [DAY]
    assert days(model="churn") == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(0, 2, False), (0, 3, True), (4, 4, True), (6, 9, True), (7, 9, False), (None, None, True), (8, None, False)],
)
def test_incidents_are_shown_when_open_in_the_range(store, make, first, last, found):
    """An incident open from day 3 to day 6 is shown for every range that touches these days."""
    incident = make.incident(days_after(3), resolved_on=days_after(6), reason="two good days")
    with store.lease(MODEL, "judge") as lease:
        store.replace_judgement(MODEL, DAY, [], [incident], lease)

    rows = store.rows(
        "incidents", MODEL, None if first is None else days_after(first), None if last is None else days_after(last)
    )

    assert bool(rows) is found


def test_profiles_come_by_day_and_subject(store, make):
    """Profiles of a range are given in order, both ends included."""
    fill(store, make)

    found = [(one.day, one.subject) for one in store.profiles(MODEL, days_after(1), days_after(2))]

    assert found == [(days_after(day), f"column{i}") for day in (1, 2) for i in range(3)]


def test_observed_days_stream_while_others_write(store, make):
    """Reading day by day holds no transaction: a day may be replaced in between, and is then read as it is."""
    fill(store, make)
    days = store.observed_days_from(MODEL, days_after(1))
    first = next(days)

    store.replace(make.observation(days_after(2), variant=50), "spec-1")

    rest = list(days)
    assert [one.day for one in (first, *rest)] == [days_after(1), days_after(2), days_after(3)]
    assert rest[0].facts.rows == 950
    assert [one.day for one in store.observed_days_from(MODEL, DAY, last=days_after(1))] == [DAY, days_after(1)]


def test_a_dump_knows_no_runs(sqlite_url, tmp_path, make, open_store):
    """Two stores filled by other runs in another order are equal."""
    one = open_store(sqlite_url, run_id="run-1")
    two = open_store(f"sqlite:///{tmp_path / 'two.db'}", run_id="run-2")
    fill(one, make)
    for offset in (2, 0, 3, 1):
        two.replace(make.observation(days_after(offset), variant=offset), "spec-1")
    fill(two, make)

    assert one.dump() == two.dump()
    assert set(one.dump()) == {
        *("partition", "profile", "measurement", "validation"),
        *("drift", "finding", "incident", "transition", "triage"),
    }
    assert one.dump("churn") == {name: [] for name in one.dump()}


@pytest.mark.sql
def test_both_databases_hold_the_same(sqlite_url, postgres_url, make, open_store):
    """The same observations and judgement give equal dumps on SQLite and PostgreSQL, value for value."""
    stores = open_store(sqlite_url), open_store(postgres_url)
    for store in stores:
        fill(store, make)
        odd = make.observation(days_after(9))
        odd.measurements.extend(
            make.measurement(days_after(9), value=v, segment=f"origin={s}")
            for v, s in (
                (-0.0, "Zürich"),
                (5e-324, "zürich"),
                (1.7976931348623157e308, "Ä"),
                (0.1 + 0.2, "…"),
                (float("inf"), "a_b"),
                (None, "a-b"),
            )
        )
        store.replace(odd, "spec-2")

    left, right = (store.dump() for store in stores)

    assert left == right
    assert repr(left) == repr(right)
