"""Labels: are as many there as usual at this age? Too few look exactly like a drop of quality, so metrics wait."""

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.records import Measurement, Severity, Symptom, fingerprint
from vitals.stats.series import score, threshold

LEAST_POINTS = 0.02  # of coverage: fewer missing labels change no metric


def coverage(today: Today) -> tuple[Ruling, frozenset[int]]:
    """Judge the coverage of the cohorts that reached an age today; also gives the ages whose metrics must wait."""
    ruling, late = Ruling(), set()
    for measured in today.measured("label_coverage"):
        if measured.segment or measured.value is None or measured.day in today.unfit:
            continue
        one = _one(today, measured)
        ruling += one
        if one.findings:
            late.add(measured.age)
    return ruling, frozenset(late)


def _one(today: Today, measured: Measurement) -> Ruling:
    ruling = Ruling()
    subject = "labels"
    age = f"after {words.count(measured.age, 'day')}"
    series = today.history.series("label_coverage", measured.subject, "", measured.age, measured.late_days)
    place = fingerprint(today.model.name, Symptom.LABEL_COVERAGE, subject, "")
    past = [m.value for m in today.reference(series, place, measured.day) if m.value is not None]
    least = threshold(len(past))
    if least is None or measured.value is None:
        return ruling
    ruling.judged.add((Symptom.LABEL_COVERAGE, subject, ""))
    against = score(measured.value, past)
    if against.z > -least or against.center - measured.value < LEAST_POINTS:
        return ruling
    severity = Severity.CRITICAL if measured.value < against.center / 2 else Severity.WARNING
    severity = calm(calm(severity, today, measured.day), today)  # labels of a holiday, and labels that come on one
    low, high = max(against.low, 0.0), min(against.high, 1.0)
    ruling.findings.append(
        finding(
            today,
            Symptom.LABEL_COVERAGE,
            subject,
            Severity.INFO if today.places.told(place, measured.day) else severity,
            f"labels for {words.share(measured.value)} of the predictions of {words.day_words(measured.day)}"
            f" {age}, usually {words.share_range(low, high)}",
            cohort_day=measured.day,
            value=measured.value,
            usual=(low, high),
        )
    )
    return ruling
