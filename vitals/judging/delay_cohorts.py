"""Cohorts of which half of the labels came days later than usual at the same age.

Looks at the labels that came; how many are missing is no concern of it.
"""

from collections.abc import Sequence

from vitals import words
from vitals.judging import labels
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.records import Finding, Measurement, Severity, Symptom
from vitals.stats.delays import shift
from vitals.stats.series import score, threshold

LEAST_LABELS = 30
LEAST_DAYS, LEAST_SHARE = 0.5, 0.2  # half of the labels that much later than usual is worth a word


def judge(today: Today) -> Ruling:
    """Judge after how many days half of the labels came, at each age."""
    ruling = Ruling()
    for one in today.measured("label_delay"):
        if one.subject == "p50" and one.value is not None and one.day not in today.unfit:
            ruling += _cohort(today, one, one.value)
    return ruling


def _cohort(today: Today, measured: Measurement, value: float) -> Ruling:
    ruling = Ruling()
    series = today.history.series("label_delay", "p50", "", measured.age, measured.late_days)
    place = labels.place_of(today, Symptom.LABEL_DELAY)
    past = today.reference(labels.complete(today, series), place, measured.day)
    past = [one for one in past if (one.n or 0) >= LEAST_LABELS]
    least, n = threshold(len(past)), measured.n or 0
    if least is None or n < LEAST_LABELS:
        return ruling
    against = score(value, [one.value for one in past if one.value is not None])
    fewer = max(1.0, sum(one.n or 0 for one in past) / len(past) / n) ** 0.5  # a median of fewer labels moves more
    change, known = value - against.center, labels.told(today, measured.day, measured.age)
    good = against.z / fewer <= least or change < max(LEAST_DAYS, LEAST_SHARE * against.center)
    if good or not known:
        ruling.judged.add(labels.LATE)
    if not good:
        days = _days_late(today, measured, past, against.center)
        ruling.findings.append(_finding(today, measured, (against.low, against.high), days, known=known))
    return ruling


def _days_late(today: Today, measured: Measurement, past: Sequence[Measurement], usual: float) -> float:
    """By how many days the labels of a cohort are late, from the curve by which past cohorts' came."""
    days = {one.day for one in past}
    curve: list[tuple[int, float]] = []
    for signal, subject, segment, age in today.history.keys("label_delay"):
        if age == measured.age and not segment and subject.startswith("day="):
            series = today.history.series(signal, subject, "", age, measured.late_days)
            known = [series[day].value for day in days if day in series]
            shares = [value for value in known if value is not None]
            if shares:
                curve.append((int(subject.removeprefix("day=")), sum(shares) / len(shares)))
    now = measured.value or 0.0
    if not curve:
        return now - usual
    return shift([k for k, _ in curve], [share for _, share in curve], measured.age, usual, now)


def _finding(today: Today, measured: Measurement, usual: tuple[float, float], days: float, *, known: bool) -> Finding:
    low, high = max(usual[0], 0.0), usual[1]
    severity = calm(calm(Severity.WARNING, today, measured.day), today)
    return finding(
        today,
        Symptom.LABEL_DELAY,
        labels.SUBJECT,
        Severity.INFO if known else severity,
        f"labels of the predictions of {words.day_words(measured.day)} are about {_count(days)} late:"
        f" after {words.count(measured.age, 'day')}, half of those that came took {words.number(measured.value)} days or"
        f" more, usually {words.number_range(low, high)}",
        cohort_day=measured.day,
        value=measured.value,
        usual=(low, high),
    )


def _count(days: float) -> str:
    return words.count(round(days), "day") if days >= 1.5 else f"{words.number(round(days, 1))} days"
