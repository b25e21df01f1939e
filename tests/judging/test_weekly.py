"""Weeks of cohorts: small lasting changes, never twice, never on a young past."""

from datetime import timedelta

import numpy as np
import pytest

from tests.judging.building import day, folded, measured, model, observed, today
from vitals.judging import performance, weekly
from vitals.judging.day import Ruling
from vitals.records import Finding, Measurement, Observed, Severity, Symptom
from vitals.spec.model import MetricOptions
from vitals.stats import weeks

AGE = 7


def cohort(index: int, value: float | None, name: str = "roc_auc", age: int = AGE, **rest: object) -> Measurement:
    ends = {} if value is None else {"lower": value - 0.0196, "upper": value + 0.0196}
    return measured(day(index), "performance", name, value, 900, age=age, **ends, **rest)


def values(count: int, deviations: float, sd: float = 0.03) -> np.ndarray:
    """A series around 0.8 whose last seven cohorts lie that many spreads of a week above (below) the weeks before."""
    series = np.random.default_rng(8).normal(0.8, sd, count)
    points = {day(i): weeks.Point(float(v), 0.01, 900) for i, v in enumerate(series)}
    past = weeks.windows({d: p for d, p in points.items() if d < day(count - 7)})
    known = weeks.against(weeks.Point(0.8, 0.01 / 7**0.5, 6300), past)
    assert known is not None
    series[-7:] += known.center + deviations * known.spread - series[-7:].mean()
    return series


def judge(series: np.ndarray, name: str = "roc_auc", daily: Ruling | None = None, **rest: object) -> Ruling:
    """The weekly ruling on the day the last cohort becomes known."""
    past = [cohort(i, float(v), name) for i, v in enumerate(series)]
    now = past.pop()
    seen = today(observed(now.known_on, None, now), (), past, **rest)
    return weekly.judge(seen, performance.judgeable(seen, frozenset()), daily or Ruling())


def test_a_small_lasting_drop_is_found_by_the_week_alone() -> None:
    """No single cohort is unusual; seven of them are, and the finding says over which."""
    series = values(70, -4.3)
    past = [cohort(i, float(v)) for i, v in enumerate(series)]
    seen = today(observed(past[-1].known_on, None, past[-1]), (), past[:-1])

    (found,) = judge(series).findings

    assert not performance.judge(seen).findings
    assert (found.symptom, found.subject, found.severity) == (Symptom.PERFORMANCE, "roc_auc", Severity.WARNING)
    assert found.cohort_day == day(69)
    assert found.value == pytest.approx(series[-7:].mean())
    assert found.expected_low is not None
    assert found.value < found.expected_low
    assert "over the last 7 cohorts, predictions of Mon 4 Mar to Sun 10 Mar 2024 after 7 days" in found.statement
    assert "usual range of 7 cohorts at this age" in found.statement


def test_better_weeks_and_immaterial_ones_are_silent() -> None:
    """Only the bad direction, only what matters."""
    assert not judge(values(70, 9)).findings
    steady = values(70, -9, sd=0.002)
    assert 0.76 < steady[-7:].mean() < 0.79
    assert judge(steady).findings
    assert not judge(steady, watched=model(metric_options=MetricOptions(material={"roc_auc": 0.05}))).findings


def test_losses_need_more_than_ranks() -> None:
    """The same number of deviations: enough for roc_auc, not for a loss."""
    assert judge(values(70, -4.3)).findings
    assert not judge(1.6 - values(70, -4.3), "log_loss").findings
    assert not judge(0.95 - values(70, -4.3), "log_loss").findings
    assert judge(0.95 - values(70, -5.3), "log_loss").findings
    assert not judge(0.95 - values(70, 5.3), "log_loss").findings


@pytest.mark.parametrize(
    ("history", "deviations", "found"), [(34, -9, False), (35, -9, True), (62, -5.5, False), (63, -5.5, True)]
)
def test_a_young_past_is_not_enough(history: int, deviations: float, found: bool) -> None:
    """Twenty-eight cohorts before the week are needed, and below fifty-six the thresholds are higher by half."""
    assert bool(judge(values(history, deviations)).findings) == found


def test_a_week_is_silent_where_a_cohort_speaks_or_was_told_about() -> None:
    """One finding a place and day; a cohort told at a younger age is no news when it gets older."""
    (found,) = judge(values(70, -4.3)).findings

    assert not judge(values(70, -4.3), daily=Ruling([found])).findings
    assert not judge(values(70, -4.3), found=[found]).findings


def test_segments_have_no_week() -> None:
    """They would multiply the chances of a false alarm."""
    series = values(70, -20)
    past = [cohort(i, float(v), segment="client=a") for i, v in enumerate(series)]
    seen = today(observed(past[-1].known_on, None, past[-1]), (), past[:-1])

    assert not weekly.judge(seen, performance.judgeable(seen, frozenset()), Ruling()).findings


def test_cohorts_with_incomplete_labels_and_bad_days_are_in_no_week() -> None:
    """Three days less, and half a week is none."""
    about = [day(i) for i in (64, 65, 66)]
    late = [
        Finding("m", d + timedelta(days=1), d, 2, Severity.WARNING, Symptom.LABEL_COVERAGE, "labels", "", "few", "wait")
        for d in about
    ]

    assert not judge(values(70, -20), found=late).findings
    assert not judge(values(70, -20), bad_days=about).findings


def lived(count: int, drops: dict[int, float], ages: tuple[int, ...] = (1, 7)) -> list[Observed]:
    """Days on which the cohorts of two ages become known."""
    draw = np.random.default_rng(6).normal(0.8, 0.03, count)
    days = []
    for i in range(count):
        known = [(i - age, age) for age in ages if i >= age]
        days.append(observed(day(i), None, *(cohort(c, draw[c] - drops.get(c, 0.0), age=age) for c, age in known)))
    return days


def test_a_lasting_drop_is_one_incident_from_its_first_week_to_its_end() -> None:
    """Told at the youngest age, not again when the same cohorts get older, and resolved when the weeks are good again."""
    judged = folded(lived(120, dict.fromkeys(range(80, 90), 0.06)))

    found = [one for j in judged for one in j.findings if one.symptom is Symptom.PERFORMANCE]
    assert found
    assert all(len([one for one in j.findings if one.subject == "roc_auc"]) <= 1 for j in judged)
    assert "over the last 7 cohorts" in found[0].statement
    assert day(82) < found[0].day <= day(88)
    assert max(one.day for one in found) <= day(97)
    kinds = [t.kind for j in judged for t in j.transitions]
    assert kinds.count("opened") == 1
    assert kinds[-1] == "resolved"


@pytest.mark.slow
def test_clean_months_hardly_ever_alarm() -> None:
    """Five months of twenty invented models: about one incident in two years and a half of a metric, as simulated."""
    opened = 0
    for seed in range(20):
        draw = np.random.default_rng(seed)
        level = draw.normal(0, 0.02, 150)
        days = [
            observed(day(i), None, *([cohort(i - 1, float(0.8 + level[i - 1]), age=1)] if i else []))
            for i in range(150)
        ]
        opened += sum(change.kind == "opened" for j in folded(days) for change in j.transitions)

    assert opened <= 2
