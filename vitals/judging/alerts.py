"""What people changed about alerting: muted findings, and classical tests with an explicit threshold."""

from collections.abc import Iterable, Mapping

from vitals import words
from vitals.judging.day import Today, calm, finding
from vitals.judging.drift import symptom_of
from vitals.records import Day, Finding, Symptom, Triage, TriageKind, standing
from vitals.spec import Model
from vitals.spec.model import Alert
from vitals.stats.distances import Distances

DEFINITIONS = {
    "ks": "Kolmogorov-Smirnov distance",
    "cramers_v": "Cramer's V",
    "psi": "PSI on the reference's deciles, smoothed by 0.5",
    "tv": "total variation",
    "d1": "D1, twice the total variation",
    "wasserstein": "Wasserstein distance in reference standard deviations",
    "jensen_shannon": "Jensen-Shannon distance, base 2",
}


class Mutes:
    """What nothing is reported of on a day: by the model file's `alerts`, and by `vitals decide mute`."""

    def __init__(self, model: Model, triage: Iterable[Triage], day: Day) -> None:
        self._subjects: set[tuple[str, str | None]] = {
            (alert.symptom.value, alert.subject) for alert in model.alerts if alert.mute and _holds(alert, day)
        }
        for one in standing(triage, TriageKind.MUTE, day):
            if one.until is None or day <= one.until:
                symptom, _, subject = one.target.partition("/")
                self._subjects.add((symptom, subject))

    def hold(self, symptom: Symptom, subject: str) -> bool:
        """Whether findings of a symptom on a subject are muted."""
        return (symptom.value, subject) in self._subjects or (symptom.value, None) in self._subjects


def classical(today: Today, distances: Mapping[tuple[str, str], Distances], found: Iterable[Finding]) -> list[Finding]:
    """Findings of the classical tests that the model file asks for; a column that was found to move is left out.

    Parameters
    ----------
    distances : of columns whose usual is known. found : what else was found today.
    """
    moved = {Symptom.INPUT_DRIFT, Symptom.RESPONSE_DRIFT, Symptom.LATENCY, Symptom.UNIT_CHANGE}
    reported = {one.subject for one in found if one.symptom in moved and not one.segment}
    findings = []
    for alert in today.model.alerts:
        measured = distances.get((alert.subject or "", ""))
        if alert.method is None or alert.above is None or measured is None or alert.subject in reported:
            continue
        if not _holds(alert, today.day):
            continue
        value = getattr(measured, alert.method)
        if value is not None and value > alert.above:
            findings.append(_finding(today, alert, value))
    return findings


def _holds(alert: Alert, day: Day) -> bool:
    """Whether an override is in force on a day."""
    return (alert.since is None or alert.since <= day) and (alert.until is None or day <= alert.until)


def _finding(today: Today, alert: Alert, value: float) -> Finding:
    column, method = alert.subject or "", alert.method or ""
    symptom = symptom_of(today.model, column)
    said = f"{column}: {DEFINITIONS[method]} {words.number(value)}, limit {words.number(alert.above)}"
    severity = calm(alert.severity, today)
    return finding(today, symptom, column, severity, said, value=value, usual=(0.0, alert.above))
