"""Late labels: half of them later than usual, a cohort without any, a feed that stands still; one line for one cause."""

import numpy as np
import pytest

from tests.judging.building import Past, day, measured, model, observed, one, today
from vitals.judging import delay, labels
from vitals.judging.day import Ruling
from vitals.judging.fold import Fold
from vitals.records import Measurement, Severity, Symptom
from vitals.spec.model import Feedback

EVENTS = Feedback(source="w", table="l", id="id", time="seen", target="late", ages=(1, 7), window=7, labels="event")


def cohort(
    index: int, age: int, share: float | None, half: float | None, behind: float | None, n: int = 900
) -> list[Measurement]:
    """Coverage, days after which half of the labels came, and days since the newest one; None where there are none."""
    late = [measured(day(index), "label_coverage", "", share, n, age=age)]
    late += [
        measured(day(index), "label_delay", name, v, n, age=age) for name, v in (("p50", half), ("newest", behind))
    ]
    return late


def past(until: int = 68, ages: tuple[int, ...] = (1, 7), newest: int = 0) -> list[Measurement]:
    """Sixty days on which everything was as usual: 45 % of the labels after a day, 96 % after seven."""
    draw, found = np.random.default_rng(1), []
    usual = {1: (0.45, 1.0), 7: (0.96, 1.6)}
    for on in range(8, until):
        for age in ages:
            share, half = usual[age]
            found += cohort(on - age, age, float(draw.normal(share, 0.01)), float(draw.normal(half, 0.1)), newest)
    return found


def judge(now: list[Measurement], before: list[Measurement], **rest: object) -> tuple[Ruling, labels.HeldBack]:
    return delay.judge(today(observed(now[0].known_on, None, *now), (), before, **rest))


def test_labels_as_usual_are_a_good_day() -> None:
    """Both places were judged, nothing is said and no metric waits."""
    ruling, held_back = judge(cohort(67, 1, 0.45, 1.0, 0) + cohort(61, 7, 0.96, 1.6, 0), past())

    assert (ruling.findings, held_back) == ([], frozenset())
    assert ruling.judged == {labels.FEW, labels.LATE}


def test_half_of_the_labels_days_later_than_usual() -> None:
    """What, by how much, than what, of which day; metrics of the cohort wait although no label is missing at the last age."""
    ruling, held_back = judge(cohort(61, 7, 0.96, 5.6, 0), past())

    found = one(ruling)
    assert (found.symptom, found.subject, found.severity, found.priority) == (*labels.LATE[:2], Severity.WARNING, 2)
    assert found.cohort_day == day(61)
    assert found.statement == (
        "labels of the predictions of Sat 2 Mar 2024 are about 4 days late: after 7 days, half of those that came took"
        " 5.6 days or more, usually 1.41-1.79"
    )
    assert held_back == frozenset()
    assert judge(cohort(67, 1, 0.45, 1.8, 0), past())[1] == {(day(67), 1)}


def test_a_little_later_or_earlier_is_no_news() -> None:
    """Less than half a day, or nothing but few labels whose median moves by chance."""
    for half in (1.0, 1.95):
        assert not judge(cohort(61, 7, 0.96, half, 0), past())[0].findings
    assert not judge(cohort(61, 7, 0.96, 2.6, 0, n=10), past())[0].findings


def test_a_cohort_without_any_label_at_a_young_age_is_late() -> None:
    """Other cohorts' labels still come; whether these were lost cannot be known before the last age."""
    ruling, held_back = judge(cohort(67, 1, 0.0, None, None) + cohort(61, 7, 0.96, 1.6, 0), past())

    found = one(ruling)
    assert (found.symptom, found.severity) == (Symptom.LABEL_DELAY, Severity.CRITICAL)
    assert found.statement == (
        "labels are late: none for the predictions of Fri 8 Mar 2024 after 1 day, usually for 43-46.9 % of them"
    )
    assert held_back == {(day(67), 1)}
    assert labels.FEW not in ruling.judged  # the missing labels are told here: no good day of the coverage


def test_no_label_at_the_last_age_is_missing_not_late() -> None:
    """At the end nobody waits for labels any more."""
    now = cohort(61, 7, 0.0, None, None) + cohort(67, 1, 0.45, 1.0, 0)

    assert one(judge(now, past())[0]).symptom is Symptom.LABEL_COVERAGE


def test_few_labels_that_come_in_time_are_missing_not_late() -> None:
    """Half of the labels lost: the others come as soon as ever."""
    ruling, held_back = judge(cohort(61, 7, 0.48, 1.6, 0), past())

    assert one(ruling).symptom is Symptom.LABEL_COVERAGE
    assert held_back == {(day(61), 7)}


def test_late_and_few_is_one_line_with_the_coverage_beneath() -> None:
    """One cause, one finding; the metrics wait."""
    ruling, held_back = judge(cohort(61, 7, 0.7, 5.6, 0), past())

    found = one(ruling)
    assert (found.symptom, held_back) == (Symptom.LABEL_DELAY, {(day(61), 7)})
    assert [line.text for line in found.evidence] == [
        "labels for 70 % of the predictions of Sat 2 Mar 2024 after 7 days, usually 93.9-97.7 %"
    ]


def test_labels_that_stand_still_are_one_line_however_many_cohorts_lack_them() -> None:
    """The newest label and how far it usually is behind; what is missing stands beneath."""
    now = cohort(67, 1, 0.0, None, None) + cohort(61, 7, 0.9, 1.6, 2)

    ruling, held_back = judge(now, past(67) + cohort(66, 1, 0.1, 0.5, 1) + cohort(60, 7, 0.95, 1.6, 1))

    found = one(ruling)
    assert (found.symptom, found.severity, found.cohort_day) == (Symptom.LABEL_DELAY, Severity.CRITICAL, None)
    assert found.statement == "no new label since Thu 7 Mar 2024: the newest is 2 days behind, usually 0-1 day"
    assert (found.value, found.expected_low, found.expected_high) == (2, 0, 1)
    assert len(found.evidence) == 2
    assert held_back == {(day(67), 1), (day(61), 7)}


@pytest.mark.parametrize("share", [0.45, 0.44])
def test_a_newest_label_that_is_old_is_no_news_where_none_are_missing(share: float) -> None:
    """All labels may have come early that day."""
    assert not judge(cohort(67, 1, share, 1.0, 1) + cohort(61, 7, 0.96, 1.6, 3), past())[0].findings


def test_events_that_stand_still_hold_every_metric_back() -> None:
    """No coverage can be said of events; silence twice as long as any before is a feed that stands still, not good news."""
    watched = model(feedback=EVENTS)
    now = cohort(67, 1, None, None, None) + cohort(61, 7, None, 1.6, 3)

    ruling, held_back = judge(now, past(67, newest=1), watched=watched)
    quiet, _ = judge(now, past(68, newest=1), watched=watched)

    assert one(ruling).severity is Severity.WARNING
    assert held_back == {(day(67), 1), (day(61), 7)}
    assert not quiet.findings


def test_a_cohort_that_was_told_about_lies_beneath_a_new_one() -> None:
    """The fault goes on: the new cohort speaks, the older one is its evidence and no second line."""
    first = one(judge(cohort(61, 1, 0.0, None, None) + cohort(55, 7, 0.96, 1.6, 0), past(62))[0])
    now = cohort(67, 1, 0.0, None, None) + cohort(61, 7, 0.7, 6.0, 0)

    ruling, _ = judge(now, past(), found=[first])

    found = one(ruling)
    assert (found.cohort_day, found.severity) == (day(67), Severity.CRITICAL)
    assert "of Sat 2 Mar 2024 are about" in found.evidence[0].text


def test_an_older_cohort_alone_is_information_and_no_bad_day() -> None:
    """The fault is over; that its cohort gets older keeps the incident neither open nor hidden."""
    first = one(judge(cohort(61, 1, 0.0, None, None) + cohort(55, 7, 0.96, 1.6, 0), past(62))[0])

    ruling, _ = judge(cohort(67, 1, 0.45, 1.0, 0) + cohort(61, 7, 0.96, 5.6, 0), past(), found=[first])

    assert one(ruling).severity is Severity.INFO
    assert labels.LATE in ruling.judged  # by the young cohort
    alone, _ = judge(cohort(61, 7, 0.96, 5.6, 0), past(), found=[first])
    assert labels.LATE not in alone.judged


def test_an_incident_resolves_when_new_cohorts_are_fine_though_its_own_get_older() -> None:
    """Two cohorts came late; two good days later it is over, and at seven days they are information only."""
    fold, draw, found = Fold(model(), Past(day(0)), (), ()), np.random.default_rng(1), {}
    for on in range(8, 72):
        young, old = (float(draw.normal(half, 0.1)) for half in (1.0, 1.6))
        now = cohort(on - 1, 1, 0.45, young, 0) if on - 1 not in {60, 61} else cohort(on - 1, 1, 0.0, None, None)
        now += cohort(on - 7, 7, 0.96, old if on - 7 not in {60, 61} else 6.0, 0)
        judged = fold.judge(observed(day(on), None, *now))
        found[on] = [one.severity for one in judged.findings if one.symptom is Symptom.LABEL_DELAY]

    (incident,) = [one for one in fold.incidents if one.symptom is Symptom.LABEL_DELAY]
    assert {on: severities for on, severities in found.items() if severities} == {
        61: [Severity.CRITICAL],
        62: [Severity.CRITICAL],
        67: [Severity.INFO],
        68: [Severity.INFO],
    }
    assert (incident.opened_on, incident.resolved_on, incident.days) == (day(61), day(64), 2)


def test_warm_up_says_nothing() -> None:
    """Fourteen days are needed to know what is usual."""
    ruling, held_back = judge(cohort(67, 1, 0.0, None, None) + cohort(61, 7, 0.2, 6.0, 5), past(20))

    assert (ruling.findings, held_back) == ([], frozenset())


def test_holidays_are_information() -> None:
    """Nobody loads labels on 1 May."""
    ruling, _ = judge(cohort(120, 1, 0.0, None, None), past(121), watched=model(calendar="DE"))

    assert one(ruling).severity is Severity.INFO
