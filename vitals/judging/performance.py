"""Metrics at fixed ages: alarmed only when beyond the usual range of the same age *and* material, in the bad direction.

A cohort whose labels are unusually incomplete is not judged: missing labels look like a drop of quality.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vitals import words
from vitals.judging.advice import WHAT_TO_DO
from vitals.judging.day import Place, Ruling, Today
from vitals.records import Finding, Measurement, Severity, Symptom, fingerprint
from vitals.stats.metrics import METRICS, Metric
from vitals.stats.series import threshold


def judge(today: Today, held_back: frozenset[int] = frozenset()) -> Ruling:
    """Judge the metrics that became known today.

    Parameters
    ----------
    held_back : ages whose cohort of today has a finding on its labels.
    """
    ruling = Ruling()
    for measured in today.measured("performance"):
        metric = METRICS.get(measured.subject)
        if metric is None or not metric.judged or measured.value is None or measured.age in held_back:
            continue
        ruling += _one(today, metric, measured)
    return ruling


def standard_error(measured: Measurement) -> float:
    """Standard error behind a 95 % interval; 0 where there is none."""
    if measured.lower is None or measured.upper is None:
        return 0.0
    return (measured.upper - measured.lower) / 3.92


def material(today: Today, metric: Metric[Any], usual: float) -> float:
    """Smallest change worth an alert: the model file's, else the metric's own default."""
    configured = today.model.metric_options.material.get(metric.name)
    if configured is not None:
        return configured
    return metric.material if metric.absolute else abs(usual) * metric.material


@dataclass(frozen=True, slots=True)
class Usual:
    """What a metric usually is at one age: center, and a range that includes both kinds of variance.

    Attributes
    ----------
    spread : sqrt(tau2 (1 + 1/R) + se^2), with tau2 learned between past days and se of the cohort in question.
    """

    center: float
    spread: float
    days: int

    @property
    def low(self) -> float:
        """Lower end of the usual range."""
        return self.center - 2 * self.spread

    @property
    def high(self) -> float:
        """Upper end of the usual range."""
        return self.center + 2 * self.spread


def usual(past: Sequence[Measurement], measured: Measurement) -> Usual | None:
    """Learn from past cohorts of the same age; None from fewer than two.

    Notes
    -----
    tau2 = max(0, variance between days - mean sampling variance): real days differ more than sampling says.
    """
    known = [m for m in past if m.value is not None]
    if len(known) < 2:
        return None
    values = [float(m.value or 0.0) for m in known]
    center = math.fsum(values) / len(values)
    between = math.fsum((v - center) ** 2 for v in values) / (len(values) - 1)
    sampling = math.fsum(standard_error(m) ** 2 for m in known) / len(known)
    tau2 = max(0.0, between - sampling)
    return Usual(center, math.sqrt(tau2 * (1 + 1 / len(known)) + standard_error(measured) ** 2), len(known))


def _one(today: Today, metric: Metric[Any], measured: Measurement) -> Ruling:
    ruling = Ruling()
    series = today.history.series("performance", metric.name, measured.segment, measured.age)
    place = fingerprint(today.model.name, Symptom.PERFORMANCE, metric.name, measured.segment)
    days = [d for d in today.places.usable(place, sorted(series)) if d < measured.day and d not in today.unfit]
    past = [m for d in days if (m := series[d]).value is not None][-today.model.reference.days :]
    least = threshold(len(past))
    known = usual(past, measured)
    if least is None or known is None or measured.value is None:
        return ruling
    key: Place = (Symptom.PERFORMANCE, metric.name, measured.segment)
    ruling.judged.add(key)
    change = float(measured.value) - known.center
    if known.spread == 0 or not metric.is_bad(change) or abs(change) < material(today, metric, known.center):
        return ruling
    if abs(change / known.spread) > least:
        ruling.findings.append(_finding(today, metric, measured, known.low, known.high))
    return ruling


def _finding(today: Today, metric: Metric[Any], measured: Measurement, low: float, high: float) -> Finding:
    where = f" for {measured.segment}" if measured.segment else ""
    interval = ""
    if measured.lower is not None and measured.upper is not None:
        interval = f", interval {words.number(measured.lower)} to {words.number(measured.upper)}"
    return Finding(
        model=today.model.name,
        day=today.day,
        cohort_day=measured.day,
        priority=2,
        severity=Severity.WARNING,
        symptom=Symptom.PERFORMANCE,
        subject=metric.name,
        segment=measured.segment,
        statement=(
            f"{metric.name}{where} {words.number(float(measured.value or 0))} for predictions of"
            f" {words.day_words(measured.day)} after {words.count(measured.age, 'day')}, usual range at this age"
            f" {words.number(low)} to {words.number(high)}{interval}, n={words.number(measured.n or 0)}"
        ),
        what_to_do=WHAT_TO_DO[Symptom.PERFORMANCE],
        value=measured.value,
        expected_low=low,
        expected_high=high,
    )
