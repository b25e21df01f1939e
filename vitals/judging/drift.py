"""Say in words how far a column is from its usual: the share band's verdict becomes a finding.

The verdict (numbers) comes from `vitals.judging.columns`; this file decides symptom, severity and wording.
"""

import re

from vitals import words
from vitals.judging.advice import SAME_VALUES
from vitals.judging.columns import Verdict
from vitals.judging.day import Today, finding
from vitals.judging.verdict import REPEATED, Rule
from vitals.records import Evidence, Finding, Severity, Symptom
from vitals.spec import Model
from vitals.stats.categories import SPELT

CRITICAL_POINTS = 0.05
PART = "part"
LONGEST_VALUE = 60
_NAMED = {
    "null": "missing",
    "far": "far outside the usual range",
    "unseen": "with values never seen before",
    SPELT: "with usual values in another spelling",
    "single value": "at the single most frequent value",
    "other": "with rare values",
    REPEATED: "with the very same values as on an earlier day",
}
_RANGE = re.compile(r"^\((?P<low>.+), (?P<high>.+)\]$")


def symptom_of(model: Model, column: str) -> Symptom:
    """What a moved distribution of this column is a symptom of."""
    if column in model.responses:
        return Symptom.RESPONSE_DRIFT
    if column == model.predictions.latency_ms:
        return Symptom.LATENCY
    return Symptom.INPUT_DRIFT


def drift_finding(today: Today, subject: str, segment: str, verdict: Verdict, looks: str = "") -> Finding:
    """Put a verdict that is a finding into words; `looks` says where it lives and what it looks like, after the numbers."""
    symptom = symptom_of(today.model, subject)
    return finding(
        today,
        symptom,
        subject,
        _severity(today, symptom, verdict),
        statement(subject, segment, verdict) + looks,
        segment=segment,
        value=verdict.share,
        usual=(verdict.expected_low, verdict.expected_high),
        what_to_do=SAME_VALUES if verdict.rule is Rule.REPEATED else None,
        evidence=(Evidence(PART, verdict.part or "", verdict.share),),
    )


def statement(subject: str, segment: str, verdict: Verdict) -> str:
    """What, how much, than what."""
    where = f" in {segment}" if segment else ""
    if verdict.rule is Rule.REPEATED and verdict.repeats is not None:
        since = words.short_day(verdict.repeats)
        return f"{subject}{where}: the very same values as on {since}: loaded twice, or not updated?"
    if verdict.rule == "unit filter":
        return f"{subject}{where}: about {words.share(verdict.share)} of rows look several times larger or smaller than usual"
    if verdict.rule == "hard":
        return f"{subject}{where}: {verdict.hard}"
    usual = f", usually {words.share_range(verdict.expected_low, verdict.expected_high)}"
    over = " over the last 7 days" if verdict.rule == "week" else ""
    return f"{said_part(subject, verdict.part or '', words.share(verdict.share))}{where}{over}{usual}"


def said_part(subject: str, part: str, amount: str) -> str:
    """Say which part of a column holds which share of the rows.

    >>> said_part("temp", "null", "4.1 %"), said_part("decision", "=warn", "31 %")
    ('temp missing on 4.1 % of rows', 'decision equal to warn on 31 % of rows')
    """
    return f"{subject} {part_words(part)} on {amount} of rows"


def part_words(part: str) -> str:
    """Say a part of a distribution in words, after the column's name or a share of its rows.

    >>> part_words("null"), part_words("=0"), part_words("(12, 34]"), part_words("<= 12"), part_words("> 34")
    ('missing', 'equal to 0', 'over 12 up to 34', 'up to 12', 'over 34')
    >>> part_words("far"), part_words("what is this")
    ('far outside the usual range', 'in what is this')
    """
    bounds = _RANGE.match(part)
    if part in _NAMED:
        return _NAMED[part]
    if bounds:
        return f"over {bounds['low']} up to {bounds['high']}"
    for sign, said in (("<= ", "up to "), ("> ", "over "), ("=", "equal to ")):
        if part.startswith(sign):
            return said + words.visible(part.removeprefix(sign), LONGEST_VALUE)
    return f"in {words.visible(part, LONGEST_VALUE)}"


def _severity(today: Today, symptom: Symptom, verdict: Verdict) -> Severity:
    if today.calendar or verdict.info:
        return Severity.INFO
    if symptom.priority == 3:
        return Severity.WARNING
    return Severity.CRITICAL if _points(verdict) >= CRITICAL_POINTS else Severity.WARNING


def _points(verdict: Verdict) -> float:
    """How much of the column moved: the distance of the share from the middle of its usual range."""
    if verdict.share is None or verdict.expected_low is None or verdict.expected_high is None:
        return 1.0 if verdict.rule == "hard" else 0.0
    return abs(verdict.share - (verdict.expected_low + verdict.expected_high) / 2)
