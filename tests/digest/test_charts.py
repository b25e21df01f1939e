"""Charts of findings: the line leads to the number that was said, and its band is what judging took for usual."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from tests.digest import samples
from tests.judging.building import Past, day, folded, measured, model, numbers, observed
from vitals.digest import Digest, ModelNews, compose
from vitals.digest.charts import MOST, chart_of, wanted, with_charts
from vitals.digest.content import Chart
from vitals.judging.lines import line_of
from vitals.judging.lookback import Lookback
from vitals.records import Day, Finding, Judged, Observed, Symptom
from vitals.spec.model import AvoidRule, Heuristic, Model

LAST = 74
OFFICE = [0] * 6 + [20, 60, 90, 100, 100, 90, 80, 90, 100, 90, 80, 60, 40, 30, 20, 10, 0, 0]
FAULTS = {
    Symptom.INPUT_DRIFT: 70,
    Symptom.RESPONSE_DRIFT: 71,
    Symptom.HEURISTIC: 72,
    Symptom.ERRORS: 68,
    Symptom.LATENCY: 69,
    Symptom.TRAFFIC: 66,
    Symptom.LABEL_COVERAGE: 67,
    Symptom.PERFORMANCE: 73,
    Symptom.AVOID: 65,
    Symptom.SATURATION: 64,
}
RULE = AvoidRule.model_construct(name="too many", share=0.2, at_most=None, over="predictions", what_to_do="Call.")
SANE = Heuristic.model_construct(name="evening", what_to_do="Look.")


def watched() -> Model:
    """The invented model with a rule, a heuristic and no holidays."""
    return model(avoid=(RULE,), heuristics=(SANE,), limits=())


def world(at: int) -> Observed:
    """A day with some noise, and the fault that falls on it."""
    rng, of = np.random.default_rng(at), day(at)
    on = {symptom for symptom, when in FAULTS.items() if when == at}
    wind = rng.normal(10, 2, 400).tolist()
    missing = 60 if Symptom.INPUT_DRIFT in on else int(rng.integers(0, 4))
    wind[:missing] = [None] * missing
    warned = 0.6 if Symptom.RESPONSE_DRIFT in on else 0.1
    decision = ["warn" if one < warned else "ok" for one in rng.random(400)]
    few = 0.4 if Symptom.LABEL_COVERAGE in on else 0.95
    cohort = of - timedelta(days=1)
    area = (0.55 if Symptom.PERFORMANCE in on else 0.8) + rng.normal(0, 0.01)
    p95 = (900 if Symptom.LATENCY in on else 100) * float(np.exp(rng.normal(0, 0.05)))
    rest = (
        measured(of, "heuristic", "evening", (0.9 if Symptom.HEURISTIC in on else 0.3) + rng.normal(0, 0.01)),
        measured(of, "errors", "status", (0.2 if Symptom.ERRORS in on else 0.01) + rng.random() / 500),
        measured(of, "latency", "p95", p95),
        measured(of, "avoid", "too many", 0.5 if Symptom.AVOID in on else 0.1),
        measured(of, "saturation", "cpu", 0.95 if Symptom.SATURATION in on else 0.5),
        measured(cohort, "label_coverage", "", few + rng.normal(0, 0.005), age=1),
        measured(cohort, "performance", "roc_auc", area, age=1, lower=area - 0.02, upper=area + 0.02),
    )
    hours = [n // 3 for n in OFFICE] if Symptom.TRAFFIC in on else [n + int(rng.integers(0, 5)) for n in OFFICE]
    return observed(of, hours, *rest, profiles=(numbers(of, "wind", wind), numbers(of, "decision", decision)))


@cache
def replayed() -> tuple[list[Observed], list[Judged]]:
    """All days, and what judging said of them."""
    days = [world(at) for at in range(LAST + 1)]
    return days, folded(days, watched=watched())


def lookback(until: Day) -> Lookback:
    """What was known when a day was judged."""
    days, judged = replayed()
    seen, said = [one for one in days if one.day <= until], [one for one in judged if one.day <= until]
    past = Past(
        before=until + timedelta(days=1),
        facts=[one.facts for one in seen],
        measurements=[m for one in seen for m in one.measurements] + [m for one in said for m in one.estimates],
        drifts=[row for one in said for row in one.drifts],
        findings=[found for one in said for found in one.findings],
        transitions=[change for one in said for change in one.transitions],
    )
    return Lookback(watched(), until, past, (), [profile for one in seen for profile in one.profiles])


def found(symptom: Symptom) -> Finding:
    """The finding of a planted fault."""
    _, judged = replayed()
    (said,) = [f for f in judged[FAULTS[symptom]].findings if f.symptom is symptom and not f.subject.startswith("hour")]
    return said


@pytest.mark.parametrize("symptom", FAULTS, ids=str)
def test_a_line_leads_to_the_number_that_was_said(symptom: Symptom) -> None:
    """The chart of every kind of finding marks the finding's own number on the finding's own day."""
    finding = found(symptom)
    chart = chart_of(lookback(finding.day), finding, finding.day)
    assert chart is not None
    assert chart.marked == (finding.cohort_day or finding.day) == chart.days[-1]
    assert chart.values[-1] == pytest.approx(finding.value)
    assert len(chart.days) == len(chart.values) == len(chart.low) == len(chart.high) == 56


@pytest.mark.parametrize("symptom", sorted(FAULTS.keys() - {Symptom.AVOID, Symptom.SATURATION}), ids=str)
def test_the_band_is_what_judging_took_for_usual(symptom: Symptom) -> None:
    """The usual range of the day, computed anew, is the one that was stored with the finding."""
    finding = found(symptom)
    line = line_of(lookback(finding.day), finding)
    assert line is not None
    assert line.usual[line.about] == pytest.approx((finding.expected_low, finding.expected_high))


def test_bands_of_earlier_days_are_those_of_their_own_judging() -> None:
    """A point of the band three weeks back is what judging of that day knew, not what is known today."""
    finding = found(Symptom.RESPONSE_DRIFT)
    line = line_of(lookback(finding.day), finding)
    assert line is not None
    _, judged = replayed()
    earlier = next(
        row for one in judged[40:60] for row in one.drifts if (row.subject, row.part) == ("decision", "=warn")
    )
    assert line.numbers[earlier.day] == earlier.share
    assert line.usual[earlier.day] == pytest.approx((earlier.expected_low, earlier.expected_high))


@pytest.mark.parametrize(("symptom", "limit"), [(Symptom.AVOID, 0.2), (Symptom.SATURATION, 0.9)])
def test_a_rule_shows_its_limit(symptom: Symptom, limit: float) -> None:
    """What people wrote as a limit is drawn as one, and no usual range is invented beside it."""
    finding = found(symptom)
    chart = chart_of(lookback(finding.day), finding, finding.day)
    assert chart is not None
    assert chart.limit == limit
    assert set(chart.low) == {None}


def test_the_words_have_the_numbers() -> None:
    """Who cannot see the picture hears the day's number, the usual range, and the eight weeks before."""
    finding = found(Symptom.RESPONSE_DRIFT)
    chart = chart_of(lookback(finding.day), finding, finding.day)
    assert chart is not None
    assert chart.title == "m · decision equal to warn, share of rows"
    low, high = (f"{100 * (end or 0):.1f}" for end in (finding.expected_low, finding.expected_high))
    assert f"{100 * (finding.value or 0):g} % on Tue 12 Mar 2024" in chart.alt.replace(".0 %", " %")
    assert f"usually {low}-{high} %" in chart.alt
    assert "on the 55 days before" in chart.alt


def test_a_line_that_leads_elsewhere_is_not_drawn() -> None:
    """Where the stored past does not give the number that was said, there is no chart."""
    finding = found(Symptom.RESPONSE_DRIFT)
    assert chart_of(lookback(finding.day), replace(finding, value=0.123)) is None
    assert chart_of(lookback(finding.day), replace(found(Symptom.PERFORMANCE), day=finding.day)) is None


def test_profiles_that_were_pruned_leave_no_chart() -> None:
    """A column without stored profiles has no line."""
    finding = found(Symptom.INPUT_DRIFT)
    assert chart_of(replace(lookback(finding.day), profiles=()), finding) is None


def digest(problems: int) -> tuple[Digest, list[ModelNews]]:
    """A digest with so many cards."""
    findings = [samples.finding(Symptom.AVOID, f"rule {i}", f"rule {i}: bad", value=0.5) for i in range(problems)]
    news = samples.quiet_news()
    shown = replace(news, findings=tuple(findings), incidents=tuple(samples.incident(one) for one in findings))
    return compose("c", samples.DAY, [shown], None), [shown]


def test_at_most_twelve_cards_get_a_chart() -> None:
    """A bad day does not draw without end."""
    composed, news = digest(30)
    assert len(wanted(composed, news)) == MOST
    assert {one.finding.symptom for one in wanted(composed, news)} == {Symptom.AVOID}


def test_a_chart_is_no_news() -> None:
    """A digest that only got its charts says nothing new, and charts survive being stored."""
    composed, _ = digest(1)
    none = (None, 0.5)
    chart = Chart("t", True, (samples.DAY, samples.DAY), none, none, none, samples.DAY, "words")
    charted = with_charts(composed, {0: chart})
    assert charted.items[0].chart == chart
    assert charted.content_hash == composed.content_hash
    assert Digest.from_json(charted.to_json()) == charted
