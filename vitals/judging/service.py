"""The service's own signals: shares that rose (errors, missing or defaulted answers, duplicates), latency, saturation.

Shares are judged by the share band (`vitals.judging.shares`), upward only; latency by log p95 against 56 days.
"""

import math

import numpy as np

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.judging.shares import ShareVerdict
from vitals.profiles import NumericSummary, Profile
from vitals.records import Evidence, Finding, Severity, Symptom, fingerprint
from vitals.stats.cdf import upto
from vitals.stats.series import Score, score, threshold

CRITICAL_POINTS = 0.05
ROBUST = 5.0
LEAST_CHANGE = 0.10  # of p95: a smaller one nobody feels
SATURATED = 0.90

SHARES = {
    "errors": Symptom.ERRORS,
    "missing_answers": Symptom.MISSING_ANSWERS,
    "default_answers": Symptom.DEFAULT_ANSWERS,
    "duplicates": Symptom.DUPLICATES,
}
_SAID = {
    Symptom.ERRORS: "errors on {share} of requests",
    Symptom.MISSING_ANSWERS: "no {subject} in {share} of answers",
    Symptom.DEFAULT_ANSWERS: "{subject} is a default in {share} of answers",
    Symptom.DUPLICATES: "{share} of rows repeat an id",
}


def share_finding(today: Today, symptom: Symptom, subject: str, verdict: ShareVerdict) -> Finding:
    """Put a share that rose into words."""
    said = _SAID[symptom].format(share=words.share(verdict.share), subject=subject)
    usual = (verdict.expected_low + verdict.expected_high) / 2
    severity = Severity.CRITICAL if verdict.share - usual >= CRITICAL_POINTS else Severity.WARNING
    return finding(
        today,
        symptom,
        subject,
        severity,
        f"{said} ({words.count(verdict.rows, 'row')}),"
        f" usually {words.share_range(verdict.expected_low, verdict.expected_high)}",
        value=verdict.share,
        usual=(verdict.expected_low, verdict.expected_high),
    )


def latency(today: Today, profiles: list[Profile]) -> Ruling:
    """Judge log p95 of latency: plain z > 4, or robust z > 5 outside the usual range (56 days); and at least 10 % away."""
    ruling = Ruling()
    measured = {m.subject: m for m in today.measured("latency")}
    p95 = measured.get("p95")
    if p95 is None or p95.value is None or p95.value <= 0:
        return ruling
    series = today.history.series("latency", "p95")
    place = fingerprint(today.model.name, Symptom.LATENCY, "p95", "")
    past = [math.log(m.value) for m in today.reference(series, place, today.day) if m.value and m.value > 0]
    least = threshold(len(past))
    if least is None:
        return ruling
    ruling.judged.add((Symptom.LATENCY, "p95", ""))
    against = score(math.log(p95.value), past)
    unusual = abs(against.z) > least or (abs(against.robust) > ROBUST * least / 4 and abs(against.z) > 2)
    if not unusual or abs(math.expm1(math.log(p95.value) - against.center)) < LEAST_CHANGE:
        return ruling
    ruling.findings.append(_latency_finding(today, p95.value, against, _slower(today, profiles, against)))
    return ruling


def _slower(today: Today, profiles: list[Profile], against: Score) -> float:
    """Share of today's rows above the usual p95 (usually 5 %)."""
    column = today.model.predictions.latency_ms
    summaries = [p.summary for p in profiles if p.subject == column and not p.segment]
    if not summaries or not isinstance(summaries[0], NumericSummary):
        return 0.0
    summary = summaries[0]
    counted = int(summary.le[-1]) if summary.anchors.size else 0
    if counted == 0:
        return 0.0
    return 1 - float(upto(summary, np.asarray([math.exp(against.center)]))[0]) / counted


def _latency_finding(today: Today, p95: float, against: Score, slower: float) -> Finding:
    usual, times = math.exp(against.center), p95 / math.exp(against.center)
    direction = "slower" if times > 1 else "faster"
    ratio = f"{words.number(times)} times its usual" if times > 1 else f"{words.number(times)} of its usual"
    critical = slower - 0.05 >= CRITICAL_POINTS
    above = Evidence(f"{words.share(slower)} of requests above the usual p95 (usually 5 %)", "p95", slower)
    low, high = math.exp(against.low), math.exp(against.high)
    return finding(
        today,
        Symptom.LATENCY,
        "p95",
        calm(Severity.CRITICAL if critical else Severity.WARNING, today),
        f"p95 of latency {words.number(p95)} ms, {ratio} {words.number(usual)} ms"
        f" (usually {words.number_range(low, high)} ms): {direction}",
        value=p95,
        usual=(low, high),
        evidence=(above,) if times > 1 else (),
    )


def saturation(today: Today) -> Ruling:
    """Warn when the 95th percentile of a used capacity passes 90 %."""
    ruling = Ruling()
    for measured in today.measured("saturation"):
        if measured.value is None:
            continue
        ruling.judged.add((Symptom.SATURATION, measured.subject, ""))
        if measured.value < SATURATED:
            continue
        said = f"{measured.subject} at {words.share(measured.value)} of capacity (95th percentile), limit 90 %"
        severity = Severity.CRITICAL if measured.value >= 1 else Severity.WARNING
        usual = (0.0, SATURATED)
        ruling.findings.append(
            finding(today, Symptom.SATURATION, measured.subject, severity, said, value=measured.value, usual=usual)
        )
    return ruling
