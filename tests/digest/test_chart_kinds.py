"""Charts of every kind of finding that a part of a column or a daily metric does not draw; each leads to its number."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.judging.building import OFFICE, Past, day, folded, measured, model, numbers, observed
from vitals.digest.charts import chart_of
from vitals.digest.content import Chart
from vitals.judging import units
from vitals.judging.lookback import Lookback
from vitals.profiles import Mini, Profile
from vitals.records import Finding, Measurement, Observed, Severity, Symptom
from vitals.spec.model import Alert, Limit, Model

LAST = 69
PLAIN = model(limits=())


def told(days: Sequence[Observed], watched: Model, symptom: Symptom, subject: str) -> tuple[Finding, Chart | None]:
    """Judge days in order, and draw the last one's finding."""
    judged = folded(days, watched=watched)
    (found,) = [one for one in judged[-1].findings if (one.symptom, one.subject) == (symptom, subject)]
    past = Past(
        before=days[-1].day + timedelta(days=1),
        facts=[one.facts for one in days],
        measurements=[m for one in days for m in one.measurements],
        drifts=[row for one in judged for row in one.drifts],
        findings=[one for each in judged for one in each.findings],
        transitions=[one for each in judged for one in each.transitions],
    )
    profiles = [profile for one in days for profile in one.profiles]
    return found, chart_of(Lookback(watched, days[-1].day, past, (), profiles), found, found.day)


def leads(found: Finding, chart: Chart | None) -> Chart:
    """Hold what every chart must: it ends with the number that was said, on the day it is about."""
    assert chart is not None
    assert found.value is not None
    assert chart.values[-1] == pytest.approx(found.value)
    assert chart.days[-1] == chart.marked == (found.cohort_day or found.day)
    assert sum(value is not None for value in chart.values) > 40
    return chart


def hours(at: int) -> list[int]:
    """Rows per hour of a day, with a little noise."""
    return [int(n + np.random.default_rng(at).integers(0, 5)) for n in OFFICE]


def noise(at: int, sd: float) -> float:
    """The same small error for the same day."""
    return float(np.random.default_rng(at).normal(0, sd))


def test_late_labels_are_drawn_in_days() -> None:
    """Days until half of the labels came, cohort by cohort, with the usual range of the day it is about."""

    def labels(at: int) -> list[Measurement]:
        half = 1.6 + noise(at, 0.1) + (4 if at == LAST else 0)
        return [
            measured(day(at - 7), "label_coverage", "", 0.96 + noise(at, 0.01), 900, age=7),
            measured(day(at - 7), "label_delay", "p50", half, 900, age=7),
            measured(day(at - 7), "label_delay", "newest", 0.0, 900, age=7),
        ]

    days = [observed(day(at), hours(at), *labels(at)) for at in range(LAST + 1)]

    found, chart = told(days, PLAIN, Symptom.LABEL_DELAY, "labels")

    shown = leads(found, chart)
    assert shown.title == "m · days until half of the labels came, seen after 7 days"
    assert (shown.low[-1], shown.high[-1]) == pytest.approx((found.expected_low, found.expected_high))
    assert shown.cohorts


def test_a_week_of_cohorts_is_drawn_as_weeks() -> None:
    """Every point is the pooled number of the seven cohorts that end there."""
    level = 0.8 + np.random.default_rng(8).normal(0, 0.03, LAST + 1)
    level[-7:] -= 0.08

    def cohort(at: int) -> Measurement:
        value = float(level[at])
        return measured(
            day(at - 7), "performance", "roc_auc", value, 900, age=7, lower=value - 0.0196, upper=value + 0.0196
        )

    days = [observed(day(at), hours(at), cohort(at)) for at in range(LAST + 1)]
    first = next(at for at, one in enumerate(folded(days, watched=PLAIN)) if one.findings)

    found, chart = told(days[: first + 1], PLAIN, Symptom.PERFORMANCE, "roc_auc")

    assert first > LAST - 7
    assert "over the last 7 cohorts" in found.statement
    shown = leads(found, chart)
    assert shown.title == "m · roc_auc of 7 days, after 7 days"
    assert (shown.low[-1], shown.high[-1]) == pytest.approx((found.expected_low, found.expected_high))


@pytest.mark.slow
def test_a_unit_change_is_drawn_as_the_median() -> None:
    """What shows that a unit changed is the median of a day."""

    def distances(at: int) -> Profile:
        draw = np.random.default_rng(at)
        values = draw.lognormal(7, 0.3, 2_000) * (1 + draw.normal(0, 0.004)) * (1.609344 if at == LAST else 1)
        levels = tuple(np.quantile(values, units.LEVELS).tolist())
        return numbers(day(at), "distance", values.tolist(), (Mini("client=a", len(values), 0, levels, None, 0),))

    days = [observed(day(at), hours(at), profiles=(distances(at),)) for at in range(LAST + 1)]

    found, chart = told(days, PLAIN, Symptom.UNIT_CHANGE, "distance")

    assert leads(found, chart).title == "m · distance, median of a day"


@pytest.mark.slow
def test_a_broken_limit_is_drawn_with_the_limit() -> None:
    """The largest value of each day, under the limit of the model file."""
    watched = model(limits=(Limit(column="wind", min=0, max=60),))

    def wind(at: int) -> Profile:
        values = np.abs(np.random.default_rng(at).normal(10, 2, 400)).tolist()
        return numbers(day(at), "wind", [*values, *([75.0] if at == LAST else [])])

    days = [observed(day(at), hours(at), profiles=(wind(at),)) for at in range(LAST + 1)]

    found, chart = told(days, watched, Symptom.INPUT_QUALITY, "wind")

    assert chart is not None
    assert (chart.title, chart.limit, chart.values[-1]) == ("m · wind, largest value of a day", 60, 75.0)
    assert max(value or 0.0 for value in chart.values[:-1]) < 30
    assert "75" in found.statement


@pytest.mark.slow
def test_a_distance_with_a_threshold_is_drawn_with_it() -> None:
    """The stored distances of the days before, and the threshold that the model file gives."""
    alert = Alert(symptom=Symptom.INPUT_DRIFT, subject="wind", method="ks", above=0.3, severity=Severity.WARNING)
    watched = model(limits=(), alerts=(alert,))

    def wind(at: int) -> Profile:
        return numbers(day(at), "wind", np.random.default_rng(at).normal(12 if at == LAST else 10, 2, 400).tolist())

    days = [observed(day(at), hours(at), profiles=(wind(at),)) for at in range(LAST + 1)]
    judged = folded(days, watched=watched)
    (said,) = [one for one in judged[-1].findings if "Kolmogorov" in one.statement or one.subject == "wind"]
    row = next(one for one in judged[-1].drifts if (one.subject, one.segment) == ("wind", ""))
    found = replace(said, value=row.ks, evidence=())
    past = Past(day(LAST + 1), facts=[one.facts for one in days], drifts=[d for one in judged for d in one.drifts])

    chart = chart_of(Lookback(watched, day(LAST), past, (), []), found, found.day)

    shown = leads(found, chart)
    assert shown.limit == 0.3
    assert "Kolmogorov-Smirnov" in shown.title


def test_an_hour_without_rows_is_drawn_as_that_hour() -> None:
    """Rows of the hour in question on each day, not of the day."""
    days = [
        observed(day(at), [0 if at == LAST and h == 10 else n for h, n in enumerate(hours(at))])
        for at in range(LAST + 1)
    ]

    found, chart = told(days, PLAIN, Symptom.TRAFFIC, "hour=10")

    shown = leads(found, chart)
    assert shown.title == "m · rows between 10:00-11:00"
    assert (shown.values[-1], shown.values[-2]) == (0, hours(LAST - 1)[10])


@pytest.mark.parametrize("symptom", [Symptom.INPUT_QUALITY, Symptom.INPUT_DRIFT, Symptom.TRAFFIC])
def test_what_has_no_line_gets_no_chart(symptom: Symptom) -> None:
    """Repeated days, exchanged columns and moved hours have no number over days: their card stands alone."""
    days = [observed(day(at), hours(at)) for at in range(LAST + 1)]
    found = Finding("m", day(LAST), None, symptom.priority, Severity.WARNING, symptom, "wind|carrier", "", "w", "Look.")
    past = Past(day(LAST + 1), facts=[one.facts for one in days])

    assert chart_of(Lookback(PLAIN, day(LAST), past, (), []), found, found.day) is None
