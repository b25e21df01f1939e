"""Observing a day replaces it whole, exactly, and only when something changed."""

import math
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitals.errors import StoreError
from vitals.profiles import encode
from vitals.records import Observation, PartitionFacts

DAY = date(2013, 8, 14)


def days_after(count: int) -> date:
    return DAY + timedelta(days=count)


def test_a_day_comes_back_as_it_was_observed(store, make):
    """Facts, measurements, validations and profiles are read back equal, field by field."""
    observation = make.observation(DAY)
    assert store.replace(observation, "spec-1")

    (today,) = store.observed_days_from("flight_late", DAY)

    assert today.facts == observation.facts
    assert today.measurements == observation.measurements
    assert today.validations == observation.validations
    assert [encode(one) for one in today.profiles] == [encode(one) for one in observation.profiles]
    assert [(one.model, one.day, one.subject) for one in today.profiles] == [
        (one.model, one.day, one.subject) for one in observation.profiles
    ]


def test_what_is_not_observed_again_leaves_no_ghosts(store, make):
    """A smaller observation of the same day leaves none of the rows of the larger one."""
    store.replace(make.observation(DAY, columns=5), "spec-1")
    small = Observation(make.facts(DAY, rows=1), [], [make.profile(DAY)], [make.measurement(DAY)])

    store.replace(small, "spec-1")

    rows = store.dump()
    assert {name: len(rows[name]) for name in ("partition", "profile", "measurement", "validation")} == {
        "partition": 1,
        "profile": 1,
        "measurement": 1,
        "validation": 0,
    }


def test_other_days_and_models_stay(store, make):
    """Replacing one day touches neither its neighbour nor another model's same day."""
    other = make.observation(DAY)
    other = Observation(
        replace(other.facts, model="churn"), [], [], [replace(one, model="churn") for one in other.measurements]
    )
    for one in (make.observation(days_after(-1)), make.observation(days_after(1)), other):
        store.replace(one, "spec-1")
    before = store.dump("churn"), [row for row in store.dump()["measurement"] if row[1] != DAY]

    store.replace(make.observation(DAY, variant=7), "spec-1")

    after = store.dump("churn"), [row for row in store.dump()["measurement"] if row[1] != DAY]
    assert before == after


def test_a_cohort_is_kept_by_the_day_it_was_known_on(store, make):
    """Observing day A replaces what became known on A, not what was known of the same cohort earlier."""
    cohort = days_after(-7)
    first = make.measurement(cohort, "roc_auc", 0.71, signal="performance", age=7, known_on=DAY)
    later = replace(first, value=0.72, known_on=days_after(1))
    store.replace(Observation(make.facts(DAY), [], [], [first]), "spec-1")
    store.replace(Observation(make.facts(days_after(1)), [], [], [later]), "spec-1")

    store.replace(Observation(make.facts(days_after(1)), [], [], [replace(later, value=0.73)]), "spec-1")

    assert [(row["known_on"], row["value"]) for row in store.rows("measurements")] == [
        (DAY, 0.71),
        (days_after(1), 0.73),
    ]


def test_the_same_observation_changes_nothing(store, make):
    """Observing the very same again writes nothing and asks for no judging."""
    observation = make.observation(DAY)
    store.replace(observation, "spec-1")
    with store.lease("flight_late", "judge") as lease:
        store.replace_judgement("flight_late", store.begin_judging("flight_late", lease), [], [], lease)
    before = store.dump()

    shuffled = Observation(
        observation.facts, observation.validations, observation.profiles[::-1], observation.measurements[::-1]
    )
    written = store.replace(shuffled, "spec-1")

    assert not written
    assert store.dump() == before
    assert store.pending("flight_late") is None


@pytest.mark.parametrize("part", ["rows", "measurement", "validation", "profile", "spec"])
def test_any_difference_is_written_and_judged_again(store, make, part):
    """A change in one table, or of the model file, replaces the day and marks it for judging."""
    old = make.observation(DAY)
    store.replace(old, "spec-1")
    with store.lease("flight_late", "judge") as lease:
        store.replace_judgement("flight_late", store.begin_judging("flight_late", lease), [], [], lease)
    new = {
        "rows": replace(old, facts=replace(old.facts, rows=931)),
        "measurement": replace(old, measurements=old.measurements[:-1]),
        "validation": replace(old, validations=[make.validation(DAY, status="pass")]),
        "profile": replace(old, profiles=[*old.profiles[:-1], make.profile(DAY, "column2", variant=9)]),
        "spec": old,
    }[part]

    written = store.replace(new, "spec-2" if part == "spec" else "spec-1")

    assert written
    assert store.pending("flight_late") == DAY


def previous(facts: PartitionFacts) -> tuple[object, ...]:
    return facts.previous_rows, facts.previous_first_time, facts.previous_last_time


def test_the_observation_before_is_remembered_while_it_differs(store, make):
    """`previous_*` is the observation before the last change of rows or times, however often the day is observed."""
    first = make.observation(DAY, variant=0)
    grown = make.observation(DAY, variant=8)
    relabelled = replace(grown, measurements=grown.measurements[1:])
    seen = []

    for observation in (first, grown, grown, relabelled):
        store.replace(observation, "spec-1")
        seen.append(previous(next(store.observed_days_from("flight_late", DAY)).facts))

    then = (first.facts.rows, first.facts.first_time, first.facts.last_time)
    assert seen == [(None, None, None), then, then, then]


def test_judging_starts_at_the_earliest_changed_day(store, make):
    """Days observed in any order leave the earliest of them to start from."""
    for offset in (3, 1, 2):
        store.replace(make.observation(days_after(offset)), "spec-1")

    assert store.pending("flight_late") == days_after(1)


def test_observed_days_are_listed_with_their_model_file(store, make):
    """The range is inclusive on both ends; the span is that of all observed days."""
    for offset, spec in ((0, "spec-1"), (1, "spec-2"), (4, "spec-2")):
        store.replace(make.observation(days_after(offset)), spec)

    assert store.observed("flight_late", days_after(1), days_after(4)) == {
        days_after(1): "spec-2",
        days_after(4): "spec-2",
    }
    assert (store.first_observed("flight_late"), store.last_observed("flight_late")) == (DAY, days_after(4))
    assert store.first_observed("churn") is None
    assert store.last_observed("churn") is None
    assert store.models() == ["flight_late"]


def test_an_empty_day_is_a_day(store, make):
    """Zero rows, no times and no profiles are stored as they are."""
    facts = make.facts(DAY, rows=0, first_time=None, last_time=None, hours=(0,) * 24, columns=())
    store.replace(Observation(facts, [], [], []), "spec-1")

    (today,) = store.observed_days_from("flight_late", DAY)

    assert today.facts == facts
    assert (today.profiles, today.measurements, today.validations) == ([], [], [])


NUMBERS = st.floats(allow_nan=False)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(NUMBERS, min_size=1, max_size=40))
def test_numbers_keep_every_bit(store, make, values):
    """Any double comes back with the same bits, infinite and subnormal ones included; only -0.0 becomes 0.0."""
    measurements = [make.measurement(DAY, f"s{i:02}", value) for i, value in enumerate(values)]
    store.replace(Observation(make.facts(DAY), [], [], measurements), "spec-1")

    found = [row["value"] for row in store.rows("measurements")]

    assert [value.hex() for value in found] == [(value + 0.0).hex() for value in values]
    assert all(math.copysign(1, value) == 1 for value in found if value == 0)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), unique=True, min_size=1
    )
)
def test_any_words_may_be_segments(store, make, words):
    """Segments and subjects are data: quotes, percent signs, emoji and newlines come back, in code-point order."""
    measurements = [make.measurement(DAY, segment=word) for word in words]
    store.replace(Observation(make.facts(DAY), [], [], measurements), "spec-1")

    (today,) = store.observed_days_from("flight_late", DAY)

    assert [one.segment for one in today.measurements] == sorted(words)


def test_the_null_character_becomes_its_picture(store, make):
    """PostgreSQL cannot hold U+0000, so neither store does, and the day still counts as the same."""
    observation = Observation(make.facts(DAY), [], [], [make.measurement(DAY, segment="origin=\x00")])
    store.replace(observation, "spec-1")

    assert store.rows("measurements")[0]["segment"] == "origin=␀"
    assert not store.replace(observation, "spec-1")


def test_numbers_of_other_libraries_are_numbers(store, make):
    """Numpy's integers, floats and booleans are stored as plain ones."""
    facts = make.facts(DAY, rows=np.int64(923), hours=tuple(np.arange(24)))
    measurement = make.measurement(DAY, value=np.float64(0.5), n=np.int32(7))

    store.replace(Observation(facts, [], [], [measurement]), "spec-1")

    (today,) = store.observed_days_from("flight_late", DAY)
    assert today.facts.rows == 923
    assert today.facts.hours == tuple(range(24))
    assert (today.measurements[0].value, today.measurements[0].n) == (0.5, 7)


def test_instants_are_utc_whatever_zone_they_came_in(store, make):
    """An instant in another zone comes back as the same instant in UTC."""
    eastern = timezone(timedelta(hours=-4))
    facts = make.facts(DAY, first_time=datetime(2013, 8, 14, 0, 0, 0, 1, tzinfo=eastern))
    store.replace(Observation(facts, [], [], []), "spec-1")

    (today,) = store.observed_days_from("flight_late", DAY)

    assert today.facts.first_time == facts.first_time
    assert today.facts.first_time.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda make: {"measurements": [make.measurement(DAY, value=math.nan)]}, "measurement.value: NaN"),
        (lambda make: {"measurements": [make.measurement(DAY)] * 2}, "two rows with the same key"),
        (lambda make: {"measurements": [make.measurement(DAY, known_on=days_after(1))]}, "known on 2013-08-15"),
        (lambda make: {"facts": make.facts(DAY, first_time=datetime(2013, 8, 14))}, "without time zone"),  # noqa: DTZ001
    ],
    ids=["NaN", "twice", "another day", "naive"],
)
def test_what_cannot_be_stored_leaves_the_day_as_it_was(store, make, spoil, message):
    """NaN, doubled keys, another day's measurement and naive instants are refused, and nothing is written."""
    store.replace(make.observation(DAY), "spec-1")
    before = store.dump()

    with pytest.raises(StoreError, match=message):
        store.replace(replace(make.observation(DAY, variant=1), **spoil(make)), "spec-1")

    assert store.dump() == before
