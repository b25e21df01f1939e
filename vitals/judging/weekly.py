"""Metrics pooled over the last seven cohorts: small lasting changes that no single cohort shows.

At every age at which single cohorts are judged, since waiting for the last age would tell of a change up to two weeks
later; a cohort that was told about at a younger age is not told about again. The whole only: segments would multiply
the chances of a false alarm. Where a single cohort of the day speaks already, the week is silent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.judging.performance import alike, material, metric_of, natural, scaled
from vitals.records import Day, Finding, Measurement, Severity, Symptom, fingerprint
from vitals.stats import weeks
from vitals.stats.metrics import Metric

LEAST_COHORTS = 28
FULL_COHORTS = 56
THRESHOLDS = {"rank": 4.0, "loss": 5.0}
YOUNG = 1.5  # a shorter past knows its own scale less well: thresholds times this


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
    first = measured.day - timedelta(days=weeks.DAYS - 1)
    week = [series[day] for day in _fit(today, [day for day in series if first <= day <= measured.day])]
    points = _points(metric, week)
    now = weeks.window(points, measured.day) if measured.day in points else None
    reference = today.reference(series, place, first)
    past = _points(metric, alike(today, reference, measured, [one for one in week if one.day in points]))
    known = weeks.against(now, weeks.windows(past)) if now else None
    if now is None or known is None or len(past) < LEAST_COHORTS:
        return None
    value, center = natural(metric, now.value), natural(metric, known.center)
    least = THRESHOLDS[metric.family] * (1 if len(past) >= FULL_COHORTS else YOUNG)
    change = value - center
    if not metric.is_bad(change) or abs(change) < material(today, metric, center) or abs(known.z) <= least:
        return None
    ends = tuple(natural(metric, known.center + side * 2 * known.spread) for side in (-1, 1))
    return _finding(today, replace(measured, value=value, n=round(now.rows)), min(points), (ends[0], ends[1]))


def _fit(today: Today, days: Iterable[Day]) -> list[Day]:
    """Leave out holidays, days declared bad, and cohorts whose labels were found to be incomplete."""
    labels = fingerprint(today.model.name, Symptom.LABEL_COVERAGE, "labels", "")
    return [day for day in today.ordinary(days) if not today.places.told(labels, day)]


def _points(metric: Metric[Any], measured: Sequence[Measurement]) -> dict[Day, weeks.Point]:
    points = {}
    for one in measured:
        known = scaled(metric, one)
        if known is not None and one.n:
            points[one.day] = weeks.Point(known[0], known[1], one.n)
    return points


def _finding(today: Today, pooled: Measurement, first: Day, usual: tuple[float, float]) -> Finding:
    return finding(
        today,
        Symptom.PERFORMANCE,
        pooled.subject,
        calm(Severity.WARNING, today, pooled.day),
        f"{pooled.subject} {words.number(pooled.value)} over the last {weeks.DAYS} cohorts, predictions of"
        f" {words.short_day(first)} to {words.day_words(pooled.day)} after {words.count(pooled.age, 'day')}; usual range"
        f" of {weeks.DAYS} cohorts at this age {words.number_range(*usual)}, n={words.number(pooled.n or 0)}",
        cohort_day=pooled.day,
        value=pooled.value,
        usual=usual,
    )
