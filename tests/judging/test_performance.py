"""Metrics of cohorts: against cohorts of the same age, in the bad direction, and material."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.judging.building import day, measured, model, observed, one, today
from vitals.judging import performance
from vitals.judging.day import Ruling
from vitals.judging.memory import Release
from vitals.records import Finding, Measurement, Severity, Symptom
from vitals.spec.model import MetricOptions
from vitals.stats.metrics import METRICS

PLACE = (Symptom.PERFORMANCE, "roc_auc", "")
ONE_DAY = timedelta(days=1)


def cohort(
    index: int, value: float | None, name: str = "roc_auc", age: int = 7, se: float = 0.01, **rest: object
) -> Measurement:
    ends = {} if value is None else {"lower": value - 1.96 * se, "upper": value + 1.96 * se}
    return measured(day(index), "performance", name, value, 900, age=age, **ends, **rest)


def series(
    count: int, name: str = "roc_auc", center: float = 0.8, sd: float = 0.015, until: int = 60, age: int = 7
) -> list[Measurement]:
    draw = np.random.default_rng(5)
    return [cohort(i, float(draw.normal(center, sd)), name, age) for i in range(until - count, until)]


def judge(now: Measurement, past: list[Measurement], **rest: object) -> Ruling:
    held = rest.pop("held_back", frozenset())
    return performance.judge(today(observed(now.known_on, None, now), (), past, **rest), held)


def test_a_drop_beyond_the_usual_range_is_found_with_interval_and_age() -> None:
    """Which cohort, at which age, its usual range at this age, its own interval, how many labels."""
    found = one(judge(cohort(60, 0.70), series(56)))

    assert (found.symptom, found.subject, found.severity) == (Symptom.PERFORMANCE, "roc_auc", Severity.WARNING)
    assert (found.day, found.cohort_day) == (day(67), day(60))
    assert found.statement == (
        "roc_auc 0.7 for predictions of Fri 1 Mar 2024 after 7 days,"
        " usual range at this age 0.769-0.821, interval 0.68 to 0.72, n=900"
    )


def test_a_metric_that_gets_better_is_no_news_unless_either_way_is() -> None:
    """More area under the curve is fine; a calibration ratio is wrong on both sides."""
    assert not judge(cohort(60, 0.95), series(56)).findings
    past = series(56, "calibration_ratio", 1.0, 0.03)
    assert judge(cohort(60, 1.5, "calibration_ratio"), past).findings
    assert judge(cohort(60, 0.6, "calibration_ratio"), past).findings


def test_what_is_significant_but_not_material_is_silent() -> None:
    """Half a point below a very steady metric; the model file may call that material."""
    past, now = series(56, sd=0.0005), cohort(60, 0.795, se=0.0005)
    past = [cohort((one.day - day(0)).days, one.value, se=0.0004) for one in past]

    assert not judge(now, past).findings
    strict = model(metric_options=MetricOptions(material={"roc_auc": 0.004}))
    assert judge(now, past, watched=strict).findings


def test_an_interval_that_excludes_the_usual_is_not_enough() -> None:
    """Days differ more than sampling says: a cohort within that spread is ordinary."""
    past = series(56, sd=0.06)

    assert not judge(cohort(60, 0.68, se=0.01), past).findings


def test_half_a_year_of_ordinary_cohorts_is_silent() -> None:
    """At both ages, with sampling noise and day-to-day noise."""
    draw = np.random.default_rng(9)
    for name, center, sd in (("roc_auc", 0.8, 0.03), ("precision", 0.5, 0.06), ("calibration_ratio", 1.0, 0.15)):
        past = [cohort(i, float(draw.normal(center, sd)), name, se=sd / 2) for i in range(214)]
        assert not [i for i in range(14, 214) if judge(past[i], past[max(0, i - 90) : i]).findings], name


@pytest.mark.parametrize(("history", "judged"), [(0, False), (1, False), (13, False), (14, True), (28, True)])
def test_fourteen_cohorts_of_the_same_age_are_needed(history: int, judged: bool) -> None:
    """Before, the place is neither good nor bad."""
    ruling = judge(cohort(60, 0.4), series(history))

    assert bool(ruling.findings) == judged
    assert (PLACE in ruling.judged) == judged


def test_ages_are_never_mixed() -> None:
    """Fifty cohorts at age 1 say nothing about one at age 7."""
    ruling = judge(cohort(60, 0.4), series(50, age=1))

    assert (ruling.findings, ruling.judged) == ([], set())


def told(index: int, age: int = 1) -> Finding:
    return one(judge(cohort(index, 0.6, age=age), series(40, until=index, age=age)))


def test_a_cohort_is_news_once() -> None:
    """What was told about it at age 1 is information at age 7."""
    assert one(judge(cohort(60, 0.6), series(56), found=[told(60)])).severity is Severity.INFO
    assert one(judge(cohort(60, 0.6), series(56), found=[told(59)])).severity is Severity.WARNING


def test_cohorts_with_a_finding_are_no_reference_until_given_back() -> None:
    """Accepting starts a level with the cohorts that became known since the opening, at every age."""
    bad = [cohort(i, 0.6 + 0.001 * (i % 4)) for i in range(40, 59)]
    past, found = [*series(40, until=40), *bad], [told(i, age=7) for i in range(40, 59)]
    now = cohort(60, 0.605)

    assert one(judge(now, past, found=found)).expected_low == pytest.approx(0.77, abs=0.01)
    release = Release(day(47), day(66))  # the cohort of day 40 was known on day 47
    assert not judge(now, past, found=found, accepted={PLACE: release}).findings
    back = judge(cohort(60, 0.4), past, found=found, accepted={PLACE: release})
    assert one(back).expected_high == pytest.approx(0.62, abs=0.02)


def test_metrics_wait_for_missing_labels_and_leave_bad_days_alone() -> None:
    """A cohort whose labels are late, or whose day was declared bad, is not judged."""
    now = cohort(60, 0.4)

    assert judge(now, series(56), held_back=frozenset({(day(60), 7)})).judged == set()
    assert judge(now, series(56), bad_days=[day(60)]).judged == set()
    assert judge(now, series(56), bad_days=[day(67)]).findings


def test_a_holidays_cohort_is_information() -> None:
    """1 May is in the calendar, the day on which its labels are looked at is not."""
    past = series(56, until=120)

    assert one(judge(cohort(121, 0.5), past, watched=model(calendar="DE"))).severity is Severity.INFO


def test_shown_only_metrics_and_unknown_values_are_not_judged() -> None:
    """An rmse never alerts; a metric without a value says why elsewhere."""
    assert judge(cohort(60, 5.0, "rmse"), series(56, "rmse", 1.0)).judged == set()
    assert judge(cohort(60, None, reason="n=12 < 30"), series(56)).judged == set()


def test_a_segment_is_compared_with_itself_and_named() -> None:
    """The primary metric of one client."""
    past = [cohort((one.day - day(0)).days, one.value, segment="client=a") for one in series(56)]

    found = one(judge(cohort(60, 0.6, segment="client=a"), past))

    assert (found.segment, found.statement[:23]) == ("client=a", "roc_auc for client=a 0.")
    assert judge(cohort(60, 0.6, segment="client=b"), past).judged == set()


def test_usual_ranges_stay_within_the_metrics_domain() -> None:
    """Nobody has a recall of 1.2; a ratio is compared on the log scale."""
    recall = performance.usual(METRICS["recall"], series(20, "recall", 0.97, 0.05), cohort(60, 0.9, "recall"))
    ratio = performance.usual(
        METRICS["calibration_ratio"],
        [cohort(i, 0.5 if i % 2 else 2.0, "calibration_ratio", se=0.0) for i in range(20)],
        cohort(60, 1.0, "calibration_ratio", se=0.0),
    )

    assert recall is not None
    assert recall.high == 1.0
    assert ratio is not None
    assert ratio.center == pytest.approx(1.0)
    assert ratio.low == pytest.approx(1 / ratio.high)
    assert performance.usual(METRICS["recall"], [], cohort(60, 0.9, "recall")) is None


def test_a_segment_is_no_news_of_a_cohort_that_was_told_about_as_a_whole() -> None:
    """Segments are measured at the last age only; their cohort was told about at a younger one."""
    past = [replace(one, segment="country=DE") for one in series(56, age=14)]
    now = replace(cohort(60, 0.6, age=14), segment="country=DE")
    young = one(judge(cohort(60, 0.6, age=7), series(56)))

    told = performance.judge(today(observed(now.known_on, None, now), (), past, found=[young]))

    assert [found.severity for found in told.findings] == [Severity.INFO]
    assert one(judge(now, past)).severity is Severity.WARNING


def warned(index: int, value: float, age: int = 0) -> Measurement:
    return cohort(index, value, "predicted_positive_rate", age, se=0.01)


def test_what_needs_no_labels_is_judged_on_its_own_day_and_only_then() -> None:
    """Whatever the labels do: no cohort of it waits for any, and none says it again as it gets older."""
    past = [warned(i, 0.1 + 0.01 * (i % 3)) for i in range(20, 60)]
    now, older = warned(60, 0.6), warned(60, 0.6, age=1)

    found = one(judge(now, past, held_back=frozenset({(day(60), 0)})))
    again = judge(older, [*past, now, *(replace(m, age=1, known_on=m.day + ONE_DAY) for m in past)])

    assert (found.day, found.cohort_day, found.severity) == (day(60), None, Severity.WARNING)
    assert found.statement == "predicted_positive_rate: 60 % of 900 decisions are 1, usually 9-13 %"
    assert found.what_to_do.startswith("Compare with releases")
    assert (again.findings, again.judged) == ([], set())


def test_until_its_own_days_are_enough_cohorts_of_one_age_judge_it_whatever_their_labels_do() -> None:
    """A store of before knows it of cohorts only."""
    past = [warned(i, 0.1 + 0.01 * (i % 3), age=1) for i in range(20, 60)]

    found = one(judge(warned(60, 0.6, age=1), [*past, warned(60, 0.6)], held_back=frozenset({(day(60), 1)})))

    assert (found.cohort_day, found.day) == (day(60), day(61))
