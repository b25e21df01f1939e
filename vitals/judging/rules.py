"""Avoid rules (in the stakeholders' words) and heuristics (sanity checks a person understands)."""

from collections.abc import Sequence

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.records import Measurement, Severity, Symptom, fingerprint
from vitals.signals import avoid
from vitals.spec.model import AvoidRule, Heuristic
from vitals.stats.series import score, threshold


def judge(today: Today, *, whole: bool) -> Ruling:
    """Judge every rule of the model file that was measured today.

    Parameters
    ----------
    whole : the partition is complete; heuristics of a part of a day say nothing.
    """
    ruling = Ruling()
    by_name = {rule.name: rule for rule in today.model.avoid}
    for measurement in today.measured("avoid"):
        rule = by_name.get(measurement.subject)
        if rule is not None and measurement.value is not None and measurement.day not in today.unfit:
            ruling += _avoid(today, rule, measurement)
    heuristics = {rule.name: rule for rule in today.model.heuristics}
    for measurement in today.measured("heuristic") if whole and not today.bad else ():
        if measurement.subject in heuristics and measurement.value is not None:
            ruling += _heuristic(today, heuristics[measurement.subject], measurement)
    return ruling


def _avoid(today: Today, rule: AvoidRule, measured: Measurement) -> Ruling:
    ruling = Ruling(judged={(Symptom.AVOID, rule.name, "")})
    value, n = float(measured.value or 0.0), measured.n or 0
    if rule.share is not None:
        broken = value > rule.share
        text = f"{words.share(value)} of {words.count(n, 'row')}, at most {words.share(rule.share)}"
    else:
        limit = rule.at_most or 0
        broken = value > limit
        sampled = (measured.method or "").startswith(avoid.ABOUT)
        of = f" (by the {words.number(n)} that were read)" if sampled else f" of {words.number(n)}"
        text = f"{'about ' if sampled else ''}{words.count(round(value), 'row')}{of}, at most {words.number(limit)}"
    if not broken:
        return ruling
    outcomes = rule.over == "outcomes"
    cohort = f" (predictions of {words.day_words(measured.day)}, labels after {words.count(measured.age, 'day')})"
    ruling.findings.append(
        finding(
            today,
            Symptom.AVOID,
            rule.name,
            Severity.CRITICAL,
            f"{rule.name}: {text}{cohort if outcomes else ''}",
            cohort_day=measured.day if outcomes else None,
            value=value,
            usual=(0.0, rule.share if rule.share is not None else float(rule.at_most or 0)),
            what_to_do=rule.what_to_do,
        )
    )
    return ruling


def _heuristic(today: Today, rule: Heuristic, measured: Measurement) -> Ruling:
    ruling = Ruling()
    value = float(measured.value or 0.0)
    series = today.history.series("heuristic", rule.name)
    place = fingerprint(today.model.name, Symptom.HEURISTIC, rule.name, "")
    past = [m.value for m in today.reference(series, place, today.day) if m.value is not None]
    least = threshold(len(past))
    if least is None:
        return ruling
    ruling.judged.add((Symptom.HEURISTIC, rule.name, ""))
    against = score(value, past)
    if abs(against.z) <= least:
        return ruling
    low, high = possible(against.low, against.high, past)
    said = f"{rule.name}: {words.number(value)}, usually {words.number_range(low, high)}"
    severity, advice = calm(Severity.WARNING, today), rule.what_to_do
    ruling.findings.append(
        finding(today, Symptom.HEURISTIC, rule.name, severity, said, value=value, usual=(low, high), what_to_do=advice)
    )
    return ruling


def possible(low: float, high: float, past: Sequence[float]) -> tuple[float, float]:
    """Cut a usual range to what the number seems able to be: a count is never negative, a share never over 1."""
    if min(past) < 0:
        return low, high
    return max(low, 0.0), min(high, 1.0) if max(past) <= 1 else high
