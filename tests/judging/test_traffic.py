"""Traffic: how many rows came, at which hours, and whether the day is whole."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.judging.building import OFFICE, day, facts, model, observed, one, today
from vitals.judging import traffic
from vitals.judging.day import Ruling
from vitals.judging.memory import Release
from vitals.records import PartitionFacts, Severity, Symptom

DAY = (Symptom.TRAFFIC, "day", "")
WHOLE = (Symptom.PARTITION_INCOMPLETE, "day", "")


def week(index: int) -> np.ndarray:
    """Usual rows per hour of a day: weekends are half."""
    return OFFICE * (0.5 if day(index).weekday() > 4 else 1.0)


def past(count: int, until: int = 70, seed: int = 0) -> list[PartitionFacts]:
    draw = np.random.default_rng(seed)
    return [facts(day(index), draw.poisson(week(index))) for index in range(until - count, until)]


def judged(hours: Sequence[float], history: int = 70, index: int = 70, **rest: object) -> Ruling:
    return traffic.judge(today(observed(day(index), hours), past(history, index), **rest))


def test_half_the_usual_rows_are_said_with_the_usual_range() -> None:
    """What came, how much that is of a usual Monday, and what is usual."""
    found = one(judged(week(70) // 2.1))

    assert (found.symptom, found.subject, found.severity, found.priority) == (*DAY[:2], Severity.CRITICAL, 1)
    assert found.statement == (
        "496 rows, 47 % of a usual Monday (usually 892-1,217): late load, outage or fewer callers"
    )
    assert found.value == 496
    assert found.expected_low == pytest.approx(892, abs=1)


def test_twice_the_usual_rows_are_a_warning() -> None:
    """More callers, or the day loaded twice."""
    found = one(judged(week(70) * 2))

    assert (found.symptom, found.severity) == (Symptom.TRAFFIC, Severity.WARNING)
    assert "usual Monday" in found.statement
    assert found.statement.endswith("repeated load, a loop or more callers")


def test_an_ordinary_day_is_judged_good_everywhere() -> None:
    """Total, end of day and every hour that usually has rows."""
    ruling = judged(past(1, 71, seed=5)[0].hours)

    assert not ruling.findings
    assert {DAY, WHOLE, (Symptom.TRAFFIC, "hour=12", "")} <= ruling.judged
    assert (Symptom.TRAFFIC, "hour=03", "") not in ruling.judged


@pytest.mark.parametrize(("volume", "seed"), [(0.2, 0), (1.0, 1), (50.0, 2)])
def test_half_a_year_of_ordinary_weeks_is_silent(volume: float, seed: int) -> None:
    """Weekday pattern times Poisson noise, 200 days, from 200 to 50,000 rows a day."""
    draw = np.random.default_rng(seed)
    history: list[PartitionFacts] = []
    for index in range(200):
        hours = draw.poisson(week(index) * volume)
        ruling = traffic.judge(today(observed(day(index), hours), history[-180:]))
        assert not ruling.findings, f"day {index}: {one(ruling).statement}"
        history.append(facts(day(index), hours))


@pytest.mark.parametrize(
    ("hour", "severity"),
    [(8, Severity.CRITICAL), (12, Severity.CRITICAL), (15, Severity.WARNING), (19, Severity.WARNING)],
)
def test_a_day_that_ends_early_is_found_whenever_it_ends(hour: int, severity: Severity) -> None:
    """The last row, the share of a usual day and what is missing are said; drift of such a day is not judged."""
    hours = week(70).copy()
    hours[hour:] = 0

    ruling = judged(hours)

    found = one(ruling)
    assert (found.symptom, found.subject, found.severity) == (Symptom.PARTITION_INCOMPLETE, "day", severity)
    assert found.statement.startswith(f"last row at {hour - 1:02d}:30; ")
    assert found.statement.endswith("usually come later): late load or outage")
    assert ruling.judged == {WHOLE}


def test_the_last_quiet_hour_may_be_silent() -> None:
    """At 20 rows in the last hours of 1,050 nobody can tell; it takes 3 % of the day."""
    hours = week(70).copy()
    hours[21:] = 0

    assert not judged(hours).findings


@pytest.mark.parametrize(
    ("history", "found"),
    [(0, False), (1, False), (6, False), (7, True), (13, True), (14, True), (27, True), (28, True)],
)
def test_a_truncated_day_is_found_once_a_week_is_known(history: int, found: bool) -> None:
    """With fewer than seven days there is nothing to compare with, and that place is not judged."""
    hours = week(70).copy()
    hours[13:] = 0

    ruling = judged(hours, history)

    assert bool(ruling.findings) == found
    assert (WHOLE in ruling.judged) == found


@pytest.mark.parametrize(
    ("history", "found"),
    [(0, False), (1, False), (6, False), (7, False), (13, False), (14, True), (27, True), (28, True)],
)
def test_the_total_is_judged_once_two_same_weekdays_are_known(history: int, found: bool) -> None:
    """Before, the place is not judged: it is neither good nor bad."""
    ruling = judged(week(70) * 0.4, history)

    assert (DAY in ruling.judged) == found
    assert any(one.symptom is Symptom.TRAFFIC for one in ruling.findings) == found


def test_a_young_history_needs_a_larger_miss() -> None:
    """With two same weekdays 20 % fewer rows are no news, with eight they are."""
    fewer = week(70) * 0.8

    assert not judged(fewer, 14).findings
    assert one(judged(fewer, 70)).subject == "day"


def test_no_rows_are_critical_even_on_a_holiday_and_without_history() -> None:
    """Zero rows never passes; nothing else of such a day is judged."""
    watched = model(calendar="DE")
    ruling = traffic.judge(today(observed(day(121), [0] * 24), past(70, 121), watched=watched))  # 1 May 2024

    assert one(ruling).severity is Severity.CRITICAL
    assert (
        one(ruling).statement
        == "no predictions on Wed 1 May 2024 (usually 1,069 rows on a Wednesday): late load or outage"
    )
    assert ruling.judged == {WHOLE}
    assert one(judged([0] * 24, 0)).statement == "no predictions on Mon 11 Mar 2024: late load or outage"


def test_a_holiday_makes_a_low_total_information_with_its_name() -> None:
    """Fewer callers on 1 May are explained."""
    found = one(traffic.judge(today(observed(day(121), week(121) * 0.6), past(70, 121), watched=model(calendar="DE"))))

    assert found.severity is Severity.INFO
    assert found.statement.endswith(": Labor Day")


def test_holidays_bad_days_and_empty_days_teach_nothing() -> None:
    """A usual Wednesday is that of ordinary Wednesdays."""
    history = past(28, 128)  # with the Wednesdays 100, 107, 114 and 121
    low = [facts(one.day, np.asarray(one.hours) // 10) if one.day in {day(121), day(114)} else one for one in history]
    low[7] = facts(low[7].day, [0] * 24)
    watched = model(calendar="DE")  # day 121 is 1 May

    ruling = traffic.judge(today(observed(day(128), week(128)), low, bad_days=[day(114)], watched=watched))

    assert DAY not in ruling.judged  # one ordinary Wednesday is left
    assert not ruling.findings


def test_one_hour_without_any_row_is_found() -> None:
    """Where 100 rows are usual, none is no chance."""
    hours = week(70).copy()
    hours[10] = 0

    found = one(judged(hours))

    assert (found.symptom, found.subject, found.severity) == (Symptom.TRAFFIC, "hour=10", Severity.WARNING)
    assert found.statement == "0 rows between 10:00-11:00, usually about 96 on a Monday"


def test_one_empty_hour_where_few_rows_are_usual_is_no_news() -> None:
    """Ten rows may fail to come."""
    hours = week(70).copy()
    hours[21] = 0
    hours[22] = 1

    assert not judged(hours).findings


def test_two_hours_running_far_too_high_are_found_together() -> None:
    """One finding at the first hour of the run; its other hours had no good hour."""
    hours = week(70).copy()
    hours[12:14] *= 1.9

    ruling = judged(hours)

    found = one(ruling)
    assert found.subject == "hour=12"
    assert found.statement.startswith("323 rows between 12:00-14:00, usually about 1")
    assert (Symptom.TRAFFIC, "hour=13", "") not in ruling.judged
    assert (Symptom.TRAFFIC, "hour=14", "") in ruling.judged


def test_hours_that_are_off_under_a_total_that_is_off_have_no_good_day() -> None:
    """The total says it; the empty hours stay as they were."""
    hours = week(70).copy()
    hours[8:11] = 0

    ruling = judged(hours)

    assert one(ruling).subject == "day"
    assert not {(Symptom.TRAFFIC, f"hour={hour:02d}", "") for hour in (8, 9, 10)} & ruling.judged
    assert (Symptom.TRAFFIC, "hour=15", "") in ruling.judged


def test_all_rows_in_one_hour_and_a_single_row_are_truncated_days() -> None:
    """Whatever came, the rest of the day is missing."""
    heap = np.zeros(24)
    heap[9] = 1050
    single = np.zeros(24)
    single[0] = 1

    assert one(judged(heap)).statement.startswith("last row at 09:30; 1,050 rows, 100.2 % of a usual Monday (about 7")
    assert one(judged(single)).statement.startswith("last row at 00:30; 1 row, 0.1 % of a usual Monday")


@pytest.mark.parametrize(("index", "length"), [(90, 23), (300, 25)])
def test_days_of_23_and_25_hours_are_ordinary(index: int, length: int) -> None:
    """31 March and 27 October 2024 in Berlin: an hour that is not there is not missed, a double one is not too much."""
    round_the_clock = np.full(24, 40.0)
    history = [facts(day(i), round_the_clock) for i in range(index - 70, index)]
    hours = round_the_clock.copy()
    hours[2] *= length - 23  # the hour from 2 to 3 is skipped or comes twice

    now = observed(day(index), hours)

    assert sum(now.facts.hour_lengths) == length
    ruling = traffic.judge(today(now, history))
    assert not ruling.findings
    assert ((Symptom.TRAFFIC, "hour=02", "") in ruling.judged) == (length == 25)
    following = observed(day(index + 7), round_the_clock)
    assert not traffic.judge(today(following, [*history, now.facts])).findings


def test_hours_are_compared_per_full_hour() -> None:
    """A double hour with rows for a single one is half empty."""
    history = [facts(day(i), np.full(24, 200.0)) for i in range(230, 300)]
    hours = np.full(24, 200.0)
    hours[2], hours[3] = 120, 60

    found = one(traffic.judge(today(observed(day(300), hours), history)))

    assert found.statement == "120 rows between 02:00-04:00, usually about 400 on a Sunday"


def test_accepting_a_new_volume_starts_a_new_level() -> None:
    """Days before the opening say nothing any more; until two same weekdays are known nothing is judged."""
    halved = [facts(day(i), week(i) // 2) for i in range(56, 84)]
    history = [*past(56, 56), *halved]
    release = Release(day(56), day(60))

    def after(index: int) -> Ruling:
        now = observed(day(index), week(index) // 2)
        return traffic.judge(today(now, [f for f in history if f.day < day(index)], accepted={DAY: release}))

    assert DAY not in after(63).judged
    assert DAY in after(77).judged
    assert not after(77).findings
    assert (
        one(traffic.judge(today(observed(day(77), week(77)), history[:-7], accepted={DAY: release}))).severity
        is Severity.WARNING
    )
