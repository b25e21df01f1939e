"""What explains what: findings on inputs become evidence under the symptoms and responses of the same day.

Symptoms first: an input that moves while the answers move is their likely cause; the finding of the input stays, on a
line of its own priority. What became known of a cohort is explained by what moved on the day of its predictions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from vitals import words
from vitals.judging.drift import PART
from vitals.records import BASELINE, Day, Evidence, Finding, Severity, Symptom
from vitals.stats import weeks

MOST = 3
CAUSE = "likely cause: "
SAME_SHARE = 0.02
LEAST_EXPLAINED = 0.5  # of the rows that a day lacks
CERTAIN, NAMED_UNIT = 1000.0, 10.0
EXPLAINABLE = frozenset(
    {
        Symptom.RESPONSE_DRIFT,
        Symptom.HEURISTIC,
        Symptom.PERFORMANCE,
        Symptom.ESTIMATE,
        Symptom.MISSING_ANSWERS,
        Symptom.DEFAULT_ANSWERS,
        Symptom.AVOID,
        Symptom.ERRORS,
        Symptom.UNIT_CHANGE,  # of an answer
    }
)
_OF_ANSWERS = frozenset({Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE})
Explain: TypeAlias = Callable[[Finding, Sequence[str]], Evidence | None]
"""says how much of what a finding is about some inputs explain: as `explains +0.12 of +0.15`, None where it cannot be told"""


@dataclass(frozen=True, slots=True)
class Moved:
    """An input that moved: what was said of it, and how far it was from its usual (share-band z)."""

    finding: Finding
    score: float

    @property
    def rank(self) -> tuple[bool, float, str, str]:
        """Inputs first, the strongest first: what is missing altogether, then by score; a named unit counts at least 10."""
        one, score = self.finding, abs(self.score)
        if one.severity is Severity.CRITICAL:
            score = CERTAIN
        elif one.symptom is Symptom.UNIT_CHANGE:
            score = max(score, NAMED_UNIT)
        return one.priority < 3, -score, one.subject, one.segment


def moved(findings: Iterable[Finding], scores: Mapping[str, float]) -> list[Moved]:
    """Give the inputs that moved, the strongest first, each column once.

    Parameters
    ----------
    findings : of one day. scores : share-band z of that day per whole column.
    """
    inputs = [Moved(one, scores.get(one.subject, 0.0)) for one in _of_inputs(findings)]
    found: dict[str, Moved] = {}
    for one in sorted(inputs, key=lambda each: each.rank):
        found.setdefault(one.finding.subject, one)
    return list(found.values())


def moved_before(findings: Iterable[Finding], scores: Mapping[str, float]) -> list[Moved]:
    """Give what may later explain a cohort of this day: the inputs that moved, then the answers; parameters as of `moved`."""
    known = list(findings)
    answers = [
        Moved(one, scores.get(one.subject, 0.0))
        for one in known
        if one.priority == 2 and one.symptom in _OF_ANSWERS and not one.cohort_day and one.segment != BASELINE
    ]
    return [*moved(known, scores), *sorted(answers, key=lambda each: each.rank)]


def _of_inputs(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Leave out what is said against a baseline: that a season passes explains no day."""
    return (one for one in findings if one.priority == 3 and not one.cohort_day and one.segment != BASELINE)


def explained(
    findings: Sequence[Finding],
    scores: Mapping[str, float],
    before: Mapping[Day, Sequence[Moved]] | None = None,
    explain: Explain | None = None,
) -> list[Finding]:
    """Put the inputs that moved, the strongest first, under the findings that they may explain.

    Parameters
    ----------
    scores : today's share-band z per whole column. before : inputs that moved on past days, for findings about cohorts.
    explain : how much of a finding some inputs explain.
    """
    inputs, past = moved(findings, scores), before or {}
    now = _together(inputs)
    return [
        replace(one, evidence=(*one.evidence, *_of_traffic(one, inputs)))
        if one.symptom is Symptom.TRAFFIC
        else _with_causes(one, now, past, explain)
        for one in findings
    ]


def _with_causes(
    one: Finding, now: Sequence[Sequence[Moved]], past: Mapping[Day, Sequence[Moved]], explain: Explain | None
) -> Finding:
    if one.symptom not in EXPLAINABLE or one.priority == 3:
        return one
    if one.cohort_day is not None:
        return replace(one, evidence=(*one.evidence, *_of_cohort(one, one.cohort_day, past)))
    lines = [_line(one, group, explain) for group in now[:MOST]]
    alone = explain(one, ()) if explain and not lines else None
    return replace(one, evidence=(*one.evidence, *lines, *([alone] if alone else [])))


def _line(one: Finding, group: Sequence[Moved], explain: Explain | None) -> Evidence:
    names = [each.finding.subject for each in group]
    share = explain(one, names) if explain else None
    said = group[0].finding.statement
    if len(names) > 1:
        said = words.listed([words.visible(name, 40) for name in names], most=6) + said.removeprefix(names[0])
    text = f"{CAUSE}{said}" + (f"; {share.text}" if share else "")
    return Evidence(text, names[0], share.share if share else None)


def _of_traffic(one: Finding, inputs: Sequence[Moved]) -> list[Evidence]:
    """Name the value whose rows are the ones that a day lacks, and what went with it; nothing where no value explains half."""
    if one.value is None or one.expected_low is None or one.expected_high is None or one.value >= one.expected_low:
        return []
    usual = (one.expected_low + one.expected_high) / 2
    lost = {each.finding.subject: _rows_lost(each.finding, usual, one.value) for each in inputs}
    found = sorted(
        (each for each in inputs if lost[each.finding.subject] > 0), key=lambda each: -lost[each.finding.subject]
    )
    if not found or lost[found[0].finding.subject] < LEAST_EXPLAINED * (usual - one.value):
        return []
    share = lost[found[0].finding.subject] / (usual - one.value)
    shares = [min(share, 1.0), *[None] * len(found)]
    return [
        Evidence(f"{CAUSE}{each.finding.statement}", each.finding.subject, part)
        for each, part in zip(found[:MOST], shares, strict=False)
    ]


def _rows_lost(one: Finding, usual_rows: float, rows: float) -> float:
    """Rows that a single value of a column lacks; 0 where it lacks none."""
    part = part_of(one)
    if part is None or not part.startswith("=") or one.value is None or one.expected_low is None:
        return 0.0
    usual = (one.expected_low + (one.expected_high or one.expected_low)) / 2
    return max(0.0, usual_rows * usual - rows * one.value) if one.value < one.expected_low else 0.0


def _of_cohort(one: Finding, day: Day, past: Mapping[Day, Sequence[Moved]]) -> list[Evidence]:
    """Inputs that moved on the day of a cohort's predictions; of seven cohorts, on any of them."""
    reach = weeks.DAYS if f"last {weeks.DAYS} cohorts" in one.statement else 1
    days = [day - timedelta(days=back) for back in range(reach)]
    found = sorted(((each.rank, on, each) for on in days for each in past.get(on, ())), key=lambda pair: pair[:2])
    lines: dict[str, Evidence] = {}
    for _, on, each in found:
        subject = each.finding.subject
        text = f"{CAUSE}on {words.short_day(on)}: {each.finding.statement}"
        lines.setdefault(subject, Evidence(text, subject))
    return list(lines.values())[:MOST]


def _together(inputs: Sequence[Moved]) -> list[list[Moved]]:
    """Put columns together of which the same part holds the same share, within 2 points."""
    groups: list[list[Moved]] = []
    for one in inputs:
        for group in groups:
            if _alike(group[0].finding, one.finding):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _alike(one: Finding, other: Finding) -> bool:
    part = part_of(one)
    if part is None or part != part_of(other) or one.symptom is not other.symptom:
        return False
    if one.value is None or other.value is None or not one.statement.startswith(one.subject):
        return False
    return abs(one.value - other.value) <= SAME_SHARE


def part_of(finding: Finding) -> str | None:
    """The part of a column that a finding is about, as the share band names it."""
    return next((line.subject for line in finding.evidence if line.text == PART), None)
