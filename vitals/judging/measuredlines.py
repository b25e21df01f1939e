"""How measured numbers went on the days before: metrics, coverage of labels, rules in the users' words, latency.

Each is compared with its own past at the same age, by the function that judged it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vitals import words
from vitals.judging import delay_cohorts, performance, rules, weekly
from vitals.judging.lookback import Lookback
from vitals.judging.partlines import Line, Range, before, leading
from vitals.judging.service import SATURATED
from vitals.records import Day, Finding, Measurement, Symptom
from vitals.stats.metrics import Metric
from vitals.stats.series import score, threshold

_OF_LABELS = frozenset({Symptom.PERFORMANCE, Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY})
UsualOf = Callable[[Measurement, Sequence[Measurement]], Range | None]
"""what is usual for a measurement, given those before it"""


def _measured(lookback: Lookback, finding: Finding, signal: str, subject: str | None) -> list[Measurement]:
    """The measurements that a finding may be about, youngest age first."""
    about = finding.cohort_day or finding.day
    found = [
        one
        for one in lookback.past.measurements
        if (one.signal, one.day, one.known_on, one.segment) == (signal, about, finding.day, finding.segment)
        and subject in {None, one.subject}
        and one.value is not None
    ]
    return sorted(found, key=lambda one: one.age)


def _series(lookback: Lookback, measured: Measurement) -> dict[Day, Measurement]:
    """The days before at the same age, as known as long after it, and the day itself."""
    known = lookback.history.series(
        measured.signal, measured.subject, measured.segment, measured.age, measured.late_days
    )
    return {**{day: one for day, one in known.items() if one.value is not None}, measured.day: measured}


def _line(
    lookback: Lookback,
    finding: Finding,
    measured: Measurement,
    what: str,
    usual: UsualOf | None = None,
    *,
    share: bool = False,
    limit: float | None = None,
) -> Line | None:
    """A series of measurements, with what the days before each of them say is usual."""
    series, ranges = _series(lookback, measured), {}
    if usual is not None:
        today = lookback.today()
        fit: Mapping[Day, Measurement] = series
        if finding.symptom in _OF_LABELS:
            fit = performance.comparable(today, measured.subject, series)
        for day in before(measured.day):
            past = today.reference(fit, finding.fingerprint, day) if day in series else []
            known = usual(series[day], past) if threshold(len(past)) is not None else None
            if known is not None:
                ranges[day] = known
    numbers = {day: float(one.value or 0.0) for day, one in series.items()}
    return leading(Line(what, share, measured.day, numbers, ranges, limit), finding)


def _past(past: Sequence[Measurement]) -> list[float]:
    return [one.value for one in past if one.value is not None]


def _avoid(lookback: Lookback, finding: Finding) -> Line | None:
    rule = next((one for one in lookback.model.avoid if one.name == finding.subject), None)
    for measured in _measured(lookback, finding, "avoid", finding.subject) if rule else ():
        share = rule is not None and rule.share is not None
        limit = None if rule is None else rule.share if share else float(rule.at_most or 0)
        what = finding.subject if share else f"{finding.subject}, rows"
        return _line(lookback, finding, measured, what, share=share, limit=limit)
    return None


def _heuristic(lookback: Lookback, finding: Finding) -> Line | None:
    def usual(one: Measurement, past: Sequence[Measurement]) -> Range:
        numbers = _past(past)
        against = score(float(one.value or 0.0), numbers)
        return rules.possible(against.low, against.high, numbers)

    for measured in _measured(lookback, finding, "heuristic", finding.subject):
        return _line(lookback, finding, measured, finding.subject, usual)
    return None


def _latency(lookback: Lookback, finding: Finding) -> Line | None:
    def usual(one: Measurement, past: Sequence[Measurement]) -> Range | None:
        numbers = [math.log(number) for number in _past(past) if number > 0]
        if not one.value or one.value <= 0 or threshold(len(numbers)) is None:
            return None
        against = score(math.log(one.value), numbers)
        return math.exp(against.low), math.exp(against.high)

    for measured in _measured(lookback, finding, "latency", finding.subject):
        return _line(lookback, finding, measured, f"{finding.subject} of latency, ms", usual)
    return None


def _saturation(lookback: Lookback, finding: Finding) -> Line | None:
    for measured in _measured(lookback, finding, "saturation", finding.subject):
        what = f"{finding.subject}, share of capacity (95th percentile)"
        return _line(lookback, finding, measured, what, share=True, limit=SATURATED)
    return None


def _coverage(lookback: Lookback, finding: Finding) -> Line | None:
    def usual(one: Measurement, past: Sequence[Measurement]) -> Range:
        against = score(float(one.value or 0.0), _past(past))
        return max(against.low, 0.0), min(against.high, 1.0)

    for measured in _measured(lookback, finding, "label_coverage", None):
        what = f"labels known after {words.count(measured.age, 'day')}"
        line = _line(lookback, finding, measured, what, usual, share=True)
        if line is not None:
            return line
    return None


def _delay(lookback: Lookback, finding: Finding) -> Line | None:
    """Days after which half of a cohort's labels had come; a feed that stands still has no cohort."""

    def usual(one: Measurement, past: Sequence[Measurement]) -> Range | None:
        numbers = _past([before for before in past if (before.n or 0) >= delay_cohorts.LEAST_LABELS])
        if threshold(len(numbers)) is None:
            return None
        against = score(float(one.value or 0.0), numbers)
        return max(against.low, 0.0), against.high

    for measured in _measured(lookback, finding, "label_delay", "p50") if finding.cohort_day else ():
        what = f"days until half of the labels came, seen after {words.count(measured.age, 'day')}"
        line = _line(lookback, finding, measured, what, usual)
        if line is not None:
            return line
    return None


def _performance(lookback: Lookback, finding: Finding) -> Line | None:
    """A metric of single cohorts, else of the weeks that end with them."""
    metric = performance.metric_of(finding.subject)
    if metric is None:
        return None
    where = f" in {finding.segment}" if finding.segment else ""
    for measured in _measured(lookback, finding, "performance", finding.subject):
        what = f"{finding.subject}{where}{_seen(measured)}"
        line = _line(lookback, finding, measured, what, _usual_metric(lookback, metric))
        line = line or _week(lookback, finding, metric, measured)
        if line is not None:
            return line
    return None


def _usual_metric(lookback: Lookback, metric: Metric[Any]) -> UsualOf:
    today = lookback.today()

    def usual(one: Measurement, past: Sequence[Measurement]) -> Range | None:
        known = performance.usual(metric, performance.alike(today, past, one, [one]), one)
        return None if known is None else (known.low, known.high)

    return usual


def _week(lookback: Lookback, finding: Finding, metric: Metric[Any], measured: Measurement) -> Line | None:
    series, today = _series(lookback, measured), lookback.today()
    numbers, ranges = {}, {}
    for day in before(measured.day):
        week = weekly.compared(today, metric, series[day], series) if day in series else None
        if week is not None:
            numbers[day] = week.value
            if week.cohorts >= weekly.LEAST_COHORTS:
                ranges[day] = week.low, week.high
    what = f"{finding.subject} of 7 days{',' if measured.age else ''}{_seen(measured)}"
    return leading(Line(what, share=False, about=measured.day, numbers=numbers, usual=ranges), finding)


def _seen(measured: Measurement) -> str:
    return f" after {words.count(measured.age, 'day')}" if measured.age else ""


MEASURED: Mapping[Symptom, Callable[[Lookback, Finding], Line | None]] = {
    Symptom.AVOID: _avoid,
    Symptom.HEURISTIC: _heuristic,
    Symptom.LATENCY: _latency,
    Symptom.SATURATION: _saturation,
    Symptom.LABEL_COVERAGE: _coverage,
    Symptom.LABEL_DELAY: _delay,
    Symptom.PERFORMANCE: _performance,
}
