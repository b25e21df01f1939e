"""Metrics pooled over the last seven cohorts: small lasting changes that no single cohort shows.

At every age at which single cohorts are judged, since waiting for the last age would tell of a change up to two weeks
later; a cohort that was told about at a younger age is not told about again. The whole only: segments would multiply
the chances of a false alarm. Where a single cohort of the day speaks already, the week is silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.judging.performance import alike, comparable, material, metric_of, natural, scaled
from vitals.records import Day, Finding, Measurement, Severity, Symptom, fingerprint
from vitals.stats import weeks
from vitals.stats.metrics import Metric

LEAST_COHORTS = 28
FULL_COHORTS = 56
THRESHOLDS = {"rank": 4.0, "loss": 5.0}
YOUNG = 1.5  # a shorter past knows its own scale less well: thresholds times this


@dataclass(frozen=True, slots=True)
class Week:
    """A metric over seven cohorts, and what it usually is over as many.

    Attributes
    ----------
    value, center, low, high : on the metric's own scale. rows : of the week. first : its first cohort that counts.
    cohorts : how many single cohorts the usual was learned from.
    """

    value: float
    center: float
    low: float
    high: float
    z: float
    rows: int
    first: Day
    cohorts: int


def judge(today: Today, measured: Sequence[Measurement], daily: Ruling) -> Ruling:
    """Judge the weeks that end with cohorts known today.

    Parameters
    ----------
    measured : today's metrics that may be judged (`performance.judgeable`), paired ones included.
    daily : what was said of single cohorts; no second finding is made of a place.
    """
    ruling = Ruling()
    spoken = {(one.symptom, one.subject, one.segment) for one in daily.findings}
    for one in sorted(measured, key=lambda m: (m.age, m.day)):
        place = (Symptom.PERFORMANCE, one.subject, one.segment)
        if one.segment or place in spoken:
            continue
        found = _one(today, one)
        if found is not None:
            ruling.findings.append(found)
            spoken.add(place)
    return ruling


def _one(today: Today, measured: Measurement) -> Finding | None:
    metric = metric_of(measured.subject)
    place = fingerprint(today.model.name, Symptom.PERFORMANCE, measured.subject, measured.segment)
    if metric is None or today.places.told(place, measured.day):
        return None
    series = {
        **today.history.series("performance", metric.name, "", measured.age, measured.late_days),
        measured.day: measured,
    }
    known = compared(today, metric, measured, series)
    if known is None or known.cohorts < LEAST_COHORTS:
        return None
    least = THRESHOLDS[metric.family] * (1 if known.cohorts >= FULL_COHORTS else YOUNG)
    change = known.value - known.center
    if not metric.is_bad(change) or abs(change) < material(today, metric, known.center) or abs(known.z) <= least:
        return None
    return _finding(today, replace(measured, value=known.value, n=known.rows), known.first, (known.low, known.high))


def compared(
    today: Today, metric: Metric[Any], measured: Measurement, series: Mapping[Day, Measurement]
) -> Week | None:
    """Compare the week that ends with a cohort with the weeks before it; None where either is too short.

    Parameters
    ----------
    series : the metric at the cohort's age, by day, the cohort among them.
    """
    place = fingerprint(today.model.name, Symptom.PERFORMANCE, measured.subject, measured.segment)
    first = measured.day - timedelta(days=weeks.DAYS - 1)
    within = comparable(today, metric.name, {day: one for day, one in series.items() if first <= day <= measured.day})
    week = [series[day] for day in today.ordinary(within)]  # no holidays, no days declared bad
    points = _points(metric, week)
    now = weeks.window(points, measured.day) if measured.day in points else None
    reference = today.reference(comparable(today, metric.name, series), place, first)
    past = _points(metric, alike(today, reference, measured, [one for one in week if one.day in points]))
    known = weeks.against(now, weeks.windows(past)) if now else None
    if now is None or known is None:
        return None
    low, high = (natural(metric, known.center + side * 2 * known.spread) for side in (-1, 1))
    return Week(
        value=natural(metric, now.value),
        center=natural(metric, known.center),
        low=low,
        high=high,
        z=known.z,
        rows=round(now.rows),
        first=min(points),
        cohorts=len(past),
    )


def _points(metric: Metric[Any], measured: Sequence[Measurement]) -> dict[Day, weeks.Point]:
    points = {}
    for one in measured:
        known = scaled(metric, one)
        if known is not None and one.n:
            points[one.day] = weeks.Point(known[0], known[1], one.n)
    return points


def _finding(today: Today, pooled: Measurement, first: Day, usual: tuple[float, float]) -> Finding:
    seen = f" after {words.count(pooled.age, 'day')}" if pooled.age else ""
    return finding(
        today,
        Symptom.PERFORMANCE,
        pooled.subject,
        calm(Severity.WARNING, today, pooled.day),
        f"{pooled.subject} {words.number(pooled.value)} over the last {weeks.DAYS} cohorts, predictions of"
        f" {words.short_day(first)} to {words.day_words(pooled.day)}{seen}; usual range"
        f" of {weeks.DAYS} cohorts{' at this age' if seen else ''} {words.number_range(*usual)}, n={words.number(pooled.n or 0)}",
        cohort_day=pooled.day,
        value=pooled.value,
        usual=usual,
    )
