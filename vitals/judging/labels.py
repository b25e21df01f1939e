"""Labels: are as many there as usual at this age? Too few look exactly like a drop of quality, so metrics wait."""

from collections.abc import Mapping
from datetime import timedelta

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.records import WHOLE, Day, Measurement, Severity, Symptom, fingerprint
from vitals.stats.series import score, threshold
from vitals.stats.shareband import arcsine

LEAST_POINTS = 0.02  # of coverage: fewer missing labels change no metric
AMONG_SHARES = (
    0.875  # of the threshold, where shares near 0 or 1 move as far as others: after two quiet weeks a coverage of
)
# 95-99 % would make every day on which a tenth has no label a finding, and none of them would ever teach
SUBJECT = "labels"
FEW, LATE = (Symptom.LABEL_COVERAGE, SUBJECT, WHOLE), (Symptom.LABEL_DELAY, SUBJECT, WHOLE)

HeldBack = frozenset[tuple[Day, int]]
"""cohorts and ages"""


def place_of(today: Today, symptom: Symptom) -> str:
    """Give the fingerprint of what is said about labels."""
    return fingerprint(today.model.name, symptom, SUBJECT, WHOLE)


def incomplete(today: Today, day: Day, age: int) -> bool:
    """Tell whether the labels of a cohort were found too few or late, or stood still when it reached the age."""
    few, late = _found(today)
    return day in few or day in late or day + timedelta(days=age) in late


def complete(today: Today, series: Mapping[Day, Measurement]) -> dict[Day, Measurement]:
    """Leave those of a series whose labels were as usual."""
    few, late = _found(today)
    return {
        day: one
        for day, one in series.items()
        if not (day in few or day in late or day + timedelta(days=one.age) in late)
    }


def told(today: Today, day: Day, age: int) -> bool:
    """Tell whether a cohort's labels were spoken of before: at a younger age, or because no labels came at this one."""
    few, late = (place_of(today, s) for s in (Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY))
    reached = day + timedelta(days=age)
    stood = reached < today.day and today.places.told(late, reached)
    return stood or today.places.told(few, day) or today.places.told(late, day)


def _found(today: Today) -> tuple[set[Day], set[Day]]:
    few, late = (today.places.spoilt(place_of(today, s)) for s in (Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY))
    return few, late


def coverage(today: Today) -> tuple[Ruling, HeldBack]:
    """Judge the coverage of the cohorts that reached an age today; also gives those whose metrics must wait."""
    ruling, late = Ruling(), set()
    for measured in today.measured("label_coverage"):
        if measured.segment or measured.value is None or measured.day in today.unfit:
            continue
        one = _one(today, measured)
        ruling += one
        if one.findings:
            late.add((measured.day, measured.age))
    return ruling, frozenset(late)


def _one(today: Today, measured: Measurement) -> Ruling:
    ruling = Ruling()
    age = f"after {words.count(measured.age, 'day')}"
    place = place_of(today, Symptom.LABEL_COVERAGE)
    series = today.history.series("label_coverage", measured.subject, "", measured.age, measured.late_days)
    past = [m.value for m in today.reference(complete(today, series), place, measured.day) if m.value is not None]
    least = threshold(len(past))
    if least is None or measured.value is None:
        return ruling
    known = told(today, measured.day, measured.age)
    against = score(measured.value, past)
    among = score(float(arcsine(measured.value)), arcsine(past).tolist())
    good = against.z > -least or among.z > -AMONG_SHARES * least or against.center - measured.value < LEAST_POINTS
    if good or not known:
        ruling.judged.add(FEW)
    if good:
        return ruling
    severity = Severity.CRITICAL if measured.value < against.center / 2 else Severity.WARNING
    severity = calm(calm(severity, today, measured.day), today)  # labels of a holiday, and labels that come on one
    low, high = max(against.low, 0.0), min(against.high, 1.0)
    ruling.findings.append(
        finding(
            today,
            Symptom.LABEL_COVERAGE,
            SUBJECT,
            Severity.INFO if known else severity,
            f"labels for {words.share(measured.value)} of the predictions of {words.day_words(measured.day)}"
            f" {age}, usually {words.share_range(low, high)}",
            cohort_day=measured.day,
            value=measured.value,
            usual=(low, high),
        )
    )
    return ruling
