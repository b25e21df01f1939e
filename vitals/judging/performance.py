"""Metrics at fixed ages: alarmed only when beyond the usual range of the same age *and* material, in the bad direction.

A cohort whose labels are unusually incomplete is not judged: missing labels look like a drop of quality.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vitals import words
from vitals.judging import labels, paired
from vitals.judging.advice import WHAT_TO_DO
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.judging.labels import HeldBack
from vitals.records import HOLDOUT, PAIRED, WHOLE, Day, Finding, Measurement, Severity, Symptom, fingerprint
from vitals.signals.decided import needs_labels
from vitals.signals.performance import SO_FAR
from vitals.spec.model import Positive
from vitals.stats.metrics import METRICS, Metric
from vitals.stats.series import threshold

PAIRED_ROC_AUC: Metric[Any] = replace(METRICS["roc_auc"], name=PAIRED, low=-1)


def judgeable(today: Today, held_back: HeldBack, further: Sequence[Measurement] = ()) -> list[Measurement]:
    """Leave those of today's metrics that may be judged: said, final at their age, not of a day declared bad.

    Parameters
    ----------
    held_back : cohorts and ages with a finding on their labels: only metrics that need labels wait for them.
    further : metrics that judging itself measured.

    Notes
    -----
    A metric that needs no labels is judged on the day of its decisions, and not again as its cohort gets older.
    """
    found = []
    for measured in [*today.measured("performance"), *further]:
        metric = metric_of(measured.subject)
        if metric is None or not metric.judged or measured.value is None:
            continue
        if (measured.day, measured.age) in held_back if needs_labels(metric.name) else _was_judged(today, measured):
            continue
        if measured.day not in today.unfit and not (measured.method or "").startswith(SO_FAR):
            found.append(measured)
    return found


def _was_judged(today: Today, measured: Measurement) -> bool:
    """Whether a number that needs no labels could be judged on its own day already."""
    at_once = today.history.series("performance", measured.subject, measured.segment)
    before = sum(day < measured.day for day in at_once)
    return measured.age > 0 and measured.day in at_once and threshold(before) is not None


def comparable(today: Today, name: str, series: Mapping[Day, Measurement]) -> Mapping[Day, Measurement]:
    """Leave the days of a metric's series that it may be compared with: those with their labels, where it needs any."""
    return labels.complete(today, series) if needs_labels(name) else series


def judge(today: Today, held_back: HeldBack = frozenset(), further: Sequence[Measurement] = ()) -> Ruling:
    """Judge the metrics of single cohorts that became known today; parameters as of `judgeable`."""
    ruling = Ruling()
    for one in judgeable(today, held_back, further):
        metric = metric_of(one.subject)
        if metric is not None:
            ruling += _one(today, metric, one)
    return ruling


def metric_of(name: str) -> Metric[Any] | None:
    """What is known of a metric; also of the one that judging measures itself."""
    return PAIRED_ROC_AUC if name == PAIRED else METRICS.get(name)


def standard_error(measured: Measurement) -> float:
    """Standard error behind a 95 % interval; 0 where there is none."""
    if measured.lower is None or measured.upper is None:
        return 0.0
    return (measured.upper - measured.lower) / 3.92


def material(today: Today, metric: Metric[Any], usual: float) -> float:
    """Smallest change worth an alert: the model file's, else the metric's own default."""
    name = "roc_auc" if metric.name == PAIRED else metric.name
    configured = today.model.metric_options.material.get(name)
    if configured is not None:
        return configured
    return metric.material if metric.absolute else abs(usual) * metric.material


def alike(
    today: Today, past: Sequence[Measurement], measured: Measurement, now: Sequence[Measurement]
) -> Sequence[Measurement]:
    """Make past cohorts comparable with the cohorts `now`, by their rows: only the paired roc_auc needs it."""
    if measured.subject != PAIRED:
        return past
    roc_auc = today.history.series("performance", "roc_auc", measured.segment, measured.age, measured.late_days)
    area, rows = paired.areas([*past, *now], roc_auc), {one.day: one.n or 0 for one in now}
    known = [day for day in rows if day in area and rows[day]]
    if not known:
        return ()
    level = math.fsum(area[day] * rows[day] for day in known) / sum(rows[day] for day in known)
    return paired.levelled(past, area, level)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a metric usually is at one age: center, and a range that includes both kinds of variance.

    Attributes
    ----------
    z : deviations of the cohort in question from the center.
    low, high : center -+ 2 sqrt(tau2 (1 + 1/R) + se^2), within the metric's domain, with tau2 learned between past
        days and se of the cohort in question; on the log scale for multiplicative metrics.
    """

    center: float
    low: float
    high: float
    z: float
    days: int


def usual(metric: Metric[Any], past: Sequence[Measurement], measured: Measurement) -> Usual | None:
    """Learn from past cohorts of the same age; None from fewer than two.

    Notes
    -----
    tau2 = max(0, variance between days - mean sampling variance): real days differ more than sampling says.
    """
    known = [found for m in past if (found := scaled(metric, m)) is not None]
    now = scaled(metric, measured)
    if len(known) < 2 or now is None:
        return None
    center = math.fsum(value for value, _ in known) / len(known)
    between = math.fsum((value - center) ** 2 for value, _ in known) / (len(known) - 1)
    sampling = math.fsum(error**2 for _, error in known) / len(known)
    tau2 = max(0.0, between - sampling)
    spread = math.sqrt(tau2 * (1 + 1 / len(known)) + now[1] ** 2)
    ends = [natural(metric, center + side * 2 * spread) for side in (-1, 1)]
    z = (now[0] - center) / spread if spread > 0 else 0.0
    return Usual(natural(metric, center), ends[0], ends[1], z, len(known))


def scaled(metric: Metric[Any], measured: Measurement) -> tuple[float, float] | None:
    """Value and standard error on the scale on which the metric is compared; None where it has none there."""
    value, error = measured.value, standard_error(measured)
    if value is None or (metric.multiplicative and value <= 0):
        return None
    return (math.log(value), error / value) if metric.multiplicative else (value, error)


def natural(metric: Metric[Any], value: float) -> float:
    """Value on the metric's own scale, within its domain."""
    back = math.exp(value) if metric.multiplicative else value
    back = back if metric.low is None else max(back, metric.low)
    return back if metric.high is None else min(back, metric.high)


def _one(today: Today, metric: Metric[Any], measured: Measurement) -> Ruling:
    ruling = Ruling()
    series = today.history.series("performance", metric.name, measured.segment, measured.age, measured.late_days)
    place = fingerprint(today.model.name, Symptom.PERFORMANCE, metric.name, measured.segment)
    past = today.reference(comparable(today, metric.name, series), place, measured.day)
    least = threshold(len(past))
    known = usual(metric, alike(today, past, measured, [measured]), measured)
    if least is None or known is None or measured.value is None:
        return ruling
    told, change = _told(today, metric, measured), measured.value - known.center
    good = not metric.is_bad(change) or abs(change) < material(today, metric, known.center) or abs(known.z) <= least
    if good or not told:
        ruling.judged.add((Symptom.PERFORMANCE, metric.name, measured.segment))
    if not good:
        ruling.findings.append(_finding(today, metric, measured, known, told=told))
    return ruling


def _told(today: Today, metric: Metric[Any], measured: Measurement) -> bool:
    """Whether a cohort was told about at a younger age: of itself, or of the whole that it is a segment of."""
    segments = {measured.segment} if measured.segment == HOLDOUT else {measured.segment, WHOLE}
    places = (fingerprint(today.model.name, Symptom.PERFORMANCE, metric.name, segment) for segment in segments)
    return any(today.places.told(place, measured.day) for place in places)


def _finding(today: Today, metric: Metric[Any], measured: Measurement, known: Usual, *, told: bool) -> Finding:
    """Put a metric into words; a cohort that was told about at a younger age is no news when it gets older."""
    return finding(
        today,
        Symptom.PERFORMANCE,
        metric.name,
        Severity.INFO if told else calm(Severity.WARNING, today, measured.day),
        _of_cohort(metric, measured, known) if measured.age else _of_day(today, metric, measured, known),
        segment=measured.segment,
        cohort_day=measured.day if measured.age else None,
        value=measured.value,
        usual=(known.low, known.high),
        what_to_do=None if needs_labels(metric.name) else WHAT_TO_DO[Symptom.RESPONSE_DRIFT],
    )


def _of_cohort(metric: Metric[Any], measured: Measurement, known: Usual) -> str:
    where = f" for {measured.segment}" if measured.segment else ""
    interval = ""
    if measured.lower is not None and measured.upper is not None:
        interval = f", interval {words.number(measured.lower)} to {words.number(measured.upper)}"
    return (
        f"{metric.name}{where} {words.number(float(measured.value or 0))} for predictions of"
        f" {words.day_words(measured.day)} after {words.count(measured.age, 'day')}, usual range at this age"
        f" {words.number_range(known.low, known.high)}{interval}, n={words.number(measured.n or 0)}"
    )


def _of_day(today: Today, metric: Metric[Any], measured: Measurement, known: Usual) -> str:
    answer = words.visible(str((today.model.positive or Positive()).decision), 40)
    return (
        f"{metric.name}: {words.share(measured.value)} of {words.count(measured.n or 0, 'decision')} are {answer},"
        f" usually {words.share_range(known.low, known.high)}"
    )
