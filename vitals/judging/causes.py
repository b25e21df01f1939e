"""What explains what: findings on inputs become evidence under the symptoms and responses of the same day.

Symptoms first: an input that moves while the answers move is their likely cause; the finding of the input stays, on a
line of its own priority.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vitals.judging.columns import Verdict
from vitals.judging.columnset import Key
from vitals.judging.drift import PART
from vitals.records import Day, Evidence, Finding, Symptom

MOST = 3
EXPLAINABLE = frozenset(
    {
        Symptom.RESPONSE_DRIFT,
        Symptom.HEURISTIC,
        Symptom.PERFORMANCE,
        Symptom.MISSING_ANSWERS,
        Symptom.DEFAULT_ANSWERS,
        Symptom.AVOID,
        Symptom.ERRORS,
    }
)


def explained(findings: Sequence[Finding], verdicts: Mapping[Key, Verdict]) -> list[Finding]:
    """Put the day's findings on inputs, the strongest first, under those that they may explain."""
    inputs = [one for one in findings if one.priority == 3 and one.cohort_day is None]
    if not inputs:
        return list(findings)

    def strength(one: Finding) -> tuple[float, str]:
        verdict = verdicts.get((one.subject, "")) or verdicts.get((one.subject, one.segment))
        return (-abs(verdict.score) if verdict else 0.0, one.subject)

    lines: list[Evidence] = []
    for one in sorted(inputs, key=strength):
        if one.subject not in {line.subject for line in lines}:
            lines.append(Evidence(f"likely cause: {one.statement}", one.subject))
    return [
        replace(one, evidence=(*one.evidence, *lines[:MOST]))
        if one.symptom in EXPLAINABLE and one.priority < 3 and one.cohort_day is None
        else one
        for one in findings
    ]


def without_repeats(findings: Sequence[Finding]) -> list[Finding]:
    """Let one finding speak for a column: an expectation that says what the share band says becomes its evidence.

    It stays a finding of its own where it is the more severe of the two. Of several findings on one place (a limit and
    an expectation, say) the most severe speaks.
    """
    drifts = {
        one.subject: one
        for one in findings
        if one.symptom in {Symptom.INPUT_DRIFT, Symptom.UNIT_CHANGE} and not one.segment
    }
    speakers: dict[tuple[str, Day], Finding] = {}
    for one in findings:
        speaker = speakers.setdefault(_about(one), one)
        if one.severity.rank > speaker.severity.rank:
            speakers[_about(one)] = one
    under: dict[tuple[str, Day], list[Evidence]] = defaultdict(list)
    kept: list[Finding] = []
    for one in findings:
        speaker, drift = speakers[_about(one)], drifts.get(one.subject)
        if one is not speaker:
            under[_about(one)] += [Evidence(one.statement, one.subject), *one.evidence]
        elif one.symptom is Symptom.INPUT_QUALITY and drift and one.severity.rank <= drift.severity.rank:
            under[_about(drift)].append(Evidence(_in_short(one), one.subject))
        else:
            kept.append(one)
    return [replace(one, evidence=(*one.evidence, *under.get(_about(one), ()))) for one in kept]


def _in_short(one: Finding) -> str:
    """Say under a drift that a rule on the column is broken too: an expectation says the same again, a limit its numbers."""
    if one.statement.startswith(f"{one.subject} breaks its limit"):
        return one.statement
    return f"the suite's expectation is not met ({one.severity})"


def _about(one: Finding) -> tuple[str, Day]:
    """The place and the day that a finding is about; the store keeps one finding of each a day."""
    return one.fingerprint, one.cohort_day or one.day


def part_of(finding: Finding) -> str | None:
    """The part of a column that a finding is about, as the share band names it."""
    return next((line.subject for line in finding.evidence if line.text == PART), None)
