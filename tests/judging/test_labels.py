"""Coverage: whether as many labels are there as usual at this age."""

import numpy as np
import pytest

from tests.judging.building import day, measured, model, observed, one, today
from vitals.judging import labels
from vitals.judging.day import Ruling
from vitals.records import Measurement, Severity, Symptom

PLACE = (Symptom.LABEL_COVERAGE, "labels", "")


def covered(index: int, share: float | None, age: int = 7, **rest: object) -> Measurement:
    return measured(day(index), "label_coverage", "", share, 900, age=age, **rest)


def series(count: int, age: int = 7, until: int = 60) -> list[Measurement]:
    draw = np.random.default_rng(2)
    return [covered(i, float(draw.normal(0.95, 0.004)), age) for i in range(until - count, until)]


def judge(now: Measurement, past: list[Measurement], **rest: object) -> tuple[Ruling, labels.HeldBack]:
    return labels.coverage(today(observed(now.known_on, None, now), (), past, **rest))


def test_missing_labels_are_found_and_hold_the_metrics_back() -> None:
    """Which cohort, how many of its labels, and how many there usually are at this age."""
    ruling, held_back = judge(covered(60, 0.8), series(56))

    found = one(ruling)
    assert (found.symptom, found.subject, found.severity, found.priority) == (*PLACE[:2], Severity.WARNING, 2)
    assert (found.day, found.cohort_day) == (day(67), day(60))
    assert found.statement == "labels for 80 % of the predictions of Fri 1 Mar 2024 after 7 days, usually 94.2-95.8 %"
    assert held_back == {(day(60), 7)}


def test_less_than_half_the_usual_labels_are_critical() -> None:
    """No label at all is as bad as it gets."""
    assert one(judge(covered(60, 0.0), series(56))[0]).severity is Severity.CRITICAL


def test_more_labels_or_a_few_less_are_a_good_day() -> None:
    """Fewer than two points change no metric."""
    for share in (1.0, 0.935):
        ruling, held_back = judge(covered(60, share), series(56))
        assert (ruling.findings, ruling.judged, held_back) == ([], {PLACE}, frozenset())


def test_near_all_labels_a_few_points_are_how_days_differ_and_a_quarter_is_a_finding() -> None:
    """Flights that never left have no label: after five quiet weeks of 96-99 % a 93.5 % is weather, 76 % is told."""
    quiet = (0.986, 0.979, 0.992, 0.964, 0.987, 0.973, 0.99)
    past = [covered(60 - 35 + i, quiet[i % 7]) for i in range(35)]

    usual, told = (judge(covered(60, share), past)[0] for share in (0.935, 0.758))

    assert (usual.findings, usual.judged) == ([], {PLACE})
    assert one(told).subject == "labels"


@pytest.mark.parametrize(("history", "judged"), [(0, False), (1, False), (13, False), (14, True)])
def test_coverage_needs_fourteen_cohorts_of_its_age(history: int, judged: bool) -> None:
    """Before, nothing is said and nothing held back."""
    ruling, held_back = judge(covered(60, 0.1), series(history))

    assert (bool(ruling.findings), bool(ruling.judged), bool(held_back)) == (judged, judged, judged)


def test_a_cohort_is_told_once() -> None:
    """At a later age it is information, and its metrics still wait."""
    first = one(judge(covered(60, 0.1, age=1), series(56, age=1))[0])

    ruling, held_back = judge(covered(60, 0.5), series(56), found=[first])

    assert one(ruling).severity is Severity.INFO
    assert held_back == {(day(60), 7)}


def test_holidays_are_information_and_bad_days_are_left_alone() -> None:
    """Predictions of 1 May, and labels that should have come on 1 May."""
    watched = model(calendar="DE")

    assert one(judge(covered(121, 0.5), series(56, until=120), watched=watched)[0]).severity is Severity.INFO
    assert one(judge(covered(114, 0.5), series(56, until=113), watched=watched)[0]).severity is Severity.INFO
    assert judge(covered(60, 0.5), series(56), bad_days=[day(60)])[0].judged == set()


def test_segments_and_unknown_coverage_are_not_judged() -> None:
    """Only the whole cohort is."""
    assert judge(covered(60, 0.1, segment="client=a"), series(56))[0].judged == set()
    assert judge(covered(60, None, reason="no predictions"), series(56))[0].judged == set()
