"""The paired roc_auc: against a baseline that past cohorts teach, on days that are as easy to rank."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.judging.building import day, folded, measured, model, observed, today
from vitals.judging import paired, performance
from vitals.records import PAIRED, Measurement, Observed, Symptom
from vitals.spec.model import MetricOptions
from vitals.stats.metrics import METRICS

WATCHED = model(metric_options=MetricOptions(baseline="hour"))


def auc(index: int, value: float | None, age: int = 7, name: str = "roc_auc", se: float = 0.01) -> Measurement:
    ends = {} if value is None else {"lower": value - 1.96 * se, "upper": value + 1.96 * se}
    return measured(day(index), "performance", name, value, 900, age=age, **ends)


def rates(index: int, groups: dict[str, tuple[int, int]], age: int = 7) -> list[Measurement]:
    """Base rates from positives and rows."""
    return [
        measured(day(index), "performance", "base_rate", k / n, n, segment=f"hour={name}", age=age)
        for name, (k, n) in groups.items()
    ]


def made(now: list[Measurement], past: list[Measurement], **rest: object) -> list[Measurement]:
    return paired.measure(today(observed(now[0].known_on, None, *now), (), past, **{"watched": WATCHED} | rest))


def test_it_is_roc_auc_minus_the_area_of_past_base_rates() -> None:
    """As scikit-learn's area of the cohort's rows, scored by the rate of their hour in earlier cohorts."""
    past = [m for i in range(14) for m in rates(i, {"07": (10 + i, 100), "08": (30, 100), "09": (25, 50)})]
    groups = {"07": (30, 60), "08": (10, 40), "10": (5, 20)}

    (found,) = made([auc(20, 0.75), *rates(20, groups)], past)

    usual = {"07": sum(10 + i for i in range(14)) / 1400, "08": 0.3}
    everything = (sum(10 + i for i in range(14)) + 14 * 55) / (14 * 250)
    scores = [usual.get(name, everything) for name, (_, n) in groups.items() for _ in range(n)]
    labels = [i < k for k, n in groups.values() for i in range(n)]
    assert found.subject == PAIRED
    assert (found.day, found.age, found.known_on) == (day(20), 7, day(27))
    assert found.value == pytest.approx(0.75 - roc_auc_score(labels, scores), abs=1e-12)
    assert found.upper - found.lower == pytest.approx(0.0392)


def test_the_cohort_itself_other_ages_holidays_and_bad_days_teach_nothing() -> None:
    """Only earlier ordinary cohorts of the same age."""
    plain = [m for i in range(14) for m in rates(i, {"07": (10, 100), "08": (40, 100)})]
    spoilt = [*rates(15, {"07": (90, 100), "08": (1, 100)}), *rates(16, {"07": (99, 100), "08": (0, 100)}, age=1)]
    later = rates(21, {"07": (99, 100), "08": (0, 100)})
    now = [auc(20, 0.75), *rates(20, {"07": (10, 50), "08": (20, 50)})]

    (clean,) = made(now, plain)
    (found,) = made(now, [*plain, *spoilt, *later], bad_days=[day(15)])

    assert found == clean


def test_why_it_cannot_be_said() -> None:
    """Too few cohorts, no base rates, or no roc_auc; nothing at all without a baseline."""
    past = [m for i in range(14) for m in rates(i, {"07": (10, 100), "08": (40, 100)})]
    now = [auc(20, 0.75), *rates(20, {"07": (10, 50)})]
    unsaid = replace(auc(20, None), reason="too few labels")

    assert made(now, past[:26])[0].reason == "13 of 14 cohorts to learn base rates from"
    assert made([auc(20, 0.75)], past)[0].reason == "no base rates by hour"
    assert made([auc(20, 0.75), *rates(20, {"07": (50, 50)})], past)[0].reason == "no base rates by hour"
    assert made([unsaid], past)[0].reason == "too few labels"
    assert made(now, past, watched=model()) == []


def test_levelling_moves_past_cohorts_along_the_slope() -> None:
    """Where roc_auc follows the baseline by half, a day with a stronger baseline may add half as much less."""
    area = {day(i): 0.6 + 0.01 * i for i in range(20)}
    past = [auc(i, 0.7 + 0.5 * (area[day(i)] - 0.6) - area[day(i)], name=PAIRED) for i in range(20)]

    found = paired.levelled(past, area, now=0.9)

    assert [m.value for m in found] == pytest.approx([0.7 + 0.5 * 0.3 - 0.9] * 20)
    assert [m.upper - m.lower for m in found] == pytest.approx([0.0392] * 20)


@pytest.mark.parametrize(("slope", "kept"), [(-0.4, 0.0), (0.0, 0.0), (1.0, 1.0), (1.7, 1.0)])
def test_the_slope_lies_between_none_and_all_of_the_baseline(slope: float, kept: float) -> None:
    """A cohort is never moved against its baseline, nor by more than it moved."""
    area = {day(i): 0.6 + 0.01 * i for i in range(20)}
    past = [auc(i, 0.7 + slope * (area[day(i)] - 0.6) - area[day(i)], name=PAIRED) for i in range(20)]

    found = paired.levelled(past, area, now=0.6)

    moved = [m.value - p.value for m, p in zip(found, past, strict=True)]
    assert moved == pytest.approx([(1 - kept) * (area[day(i)] - 0.6) for i in range(20)])


def test_without_movement_or_past_there_is_nothing_to_level() -> None:
    """A baseline that never moves gives the plain roc_auc's movement; no past gives none."""
    past = [auc(i, 0.1 + 0.001 * i, name=PAIRED) for i in range(5)]

    assert paired.levelled([], {}, 0.6) == []
    assert paired.levelled(past, {}, 0.6) == []
    same = paired.levelled(past, {day(i): 0.6 for i in range(5)}, 0.6)
    assert [m.value for m in same] == [m.value for m in past]


def days(count: int, broken: int) -> list[Observed]:
    """A model whose area follows that of its hours, until it stops ranking at all on a day."""
    draw = np.random.default_rng(4)
    lived = []
    for i in range(count):
        cohort = i - 7
        now: list[Measurement] = []
        if cohort >= 0:
            gap = float(draw.uniform(0.05, 0.35))
            groups = {"07": (round(100 * (0.3 - gap / 2)), 100), "08": (round(100 * (0.3 + gap / 2)), 100)}
            value = 0.62 + gap / 2 + float(draw.normal(0, 0.008)) if cohort < broken else 0.56 + gap / 2
            now = [auc(cohort, value), *rates(cohort, groups)]
        lived.append(observed(day(i), None, *now))
    return lived


def test_a_drop_that_hides_in_the_movement_of_the_days_is_found() -> None:
    """The plain roc_auc sees nothing; the finding names the paired one, with its usual range on such a day."""
    judged = folded(days(100, 90), watched=WATCHED)

    found = [one for j in judged for one in j.findings if one.symptom is Symptom.PERFORMANCE]
    assert {one.subject for one in found} == {PAIRED}
    assert found[0].cohort_day == day(90)
    assert found[0].value is not None
    assert found[0].expected_low is not None
    assert found[0].value < found[0].expected_low
    assert "paired_roc_auc" in found[0].statement


def test_it_is_judged_like_roc_auc() -> None:
    """Higher is better; what is material for roc_auc is for it."""
    metric = performance.metric_of(PAIRED)
    assert metric is not None
    assert (metric.direction, metric.family, metric.absolute) == ("higher", "rank", True)
    assert (metric.low, metric.high) == (-1, 1)
    options = MetricOptions(baseline="hour", material={"roc_auc": 0.3})
    silent = folded(days(100, 90), watched=model(metric_options=options))
    assert not [one for j in silent for one in j.findings if one.subject == PAIRED]
    assert METRICS.get(PAIRED) is None


def test_what_was_measured_is_handed_out_to_be_stored() -> None:
    """A day's judgement holds the paired roc_auc that it made, and only of cohorts known on it."""
    judged = folded(days(40, 99), watched=WATCHED)

    assert [m.subject for m in judged[-1].estimates if m.signal == "performance"] == [PAIRED]
    assert all(m.known_on == j.day for j in judged for m in j.estimates)
