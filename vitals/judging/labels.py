"""Labels: are as many there as usual at this age? Too few look exactly like a drop of quality, so metrics wait."""

from vitals import words
from vitals.judging.advice import WHAT_TO_DO
from vitals.judging.day import Ruling, Today
from vitals.records import Finding, Measurement, Severity, Symptom, fingerprint
from vitals.stats.series import score, threshold

LEAST_POINTS = 0.02  # of coverage: fewer missing labels change no metric


def coverage(today: Today) -> tuple[Ruling, frozenset[int]]:
    """Judge the coverage of the cohorts that reached an age today; also gives the ages whose metrics must wait."""
    ruling, late = Ruling(), set()
    for measured in today.measured("label_coverage"):
        if measured.segment or measured.value is None:
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
    series = today.history.series("label_coverage", measured.subject, "", measured.age)
    place = fingerprint(today.model.name, Symptom.LABEL_COVERAGE, subject, "")
    days = [d for d in today.places.usable(place, sorted(series)) if d < measured.day and d not in today.unfit]
    past = [v for d in days if (v := series[d].value) is not None][-today.model.reference.days :]
    least = threshold(len(past))
    if least is None or measured.value is None:
        return ruling
    ruling.judged.add((Symptom.LABEL_COVERAGE, subject, ""))
    against = score(measured.value, past)
    if against.z > -least or against.center - measured.value < LEAST_POINTS:
        return ruling
    half, told = measured.value < against.center / 2, today.places.told(place, measured.day)
    ruling.findings.append(
        Finding(
            model=today.model.name,
            day=today.day,
            cohort_day=measured.day,
            priority=2,
            severity=Severity.INFO if told else Severity.CRITICAL if half else Severity.WARNING,
            symptom=Symptom.LABEL_COVERAGE,
            subject=subject,
            segment="",
            statement=(
                f"labels for {words.share(measured.value)} of the predictions of {words.day_words(measured.day)}"
                f" {age}, usually {words.share_range(max(against.low, 0), min(against.high, 1))}"
            ),
            what_to_do=WHAT_TO_DO[Symptom.LABEL_COVERAGE],
            value=measured.value,
            expected_low=max(against.low, 0.0),
            expected_high=min(against.high, 1.0),
        )
    )
    return ruling
