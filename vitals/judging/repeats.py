"""One finding a fault: what says the same of a column in other words becomes the evidence of the finding that says it best.

Only what is judged without a past of its own is taken in (expectations, limits, distributions): the days of the others
must stay marked in their own series. Knows nothing of how a digest groups different columns.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from vitals.judging.drift import PART
from vitals.records import WHOLE, Day, Evidence, Finding, Symptom

SAME_MOVE = 0.02
"""Shares of the rows that moved by so much are the same rows."""
_OF_COLUMN = frozenset({Symptom.INPUT_DRIFT, Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE})
_OF_ANSWERS = (Symptom.MISSING_ANSWERS, Symptom.DEFAULT_ANSWERS)
_DRIFTS = frozenset({Symptom.INPUT_DRIFT, Symptom.RESPONSE_DRIFT})
_MISSING_ONLY = re.compile(r" breaks its limit: [^,]* missing, at most [^,]*$")

IsMuted: TypeAlias = Callable[[Symptom, str], bool]
About: TypeAlias = tuple[str, Day]
"""fingerprint, and the day it is about; the store keeps one finding of each a day"""


def _nothing(_symptom: Symptom, _subject: str) -> bool:
    return False


def without_repeats(findings: Sequence[Finding], is_muted: IsMuted = _nothing) -> list[Finding]:
    """Let one finding speak for a column; what says the same becomes its evidence, in the order of the findings.

    An expectation or a limit yields to the distribution that it is about, a distribution to the missing or default answers
    that moved it. One that is more severe stays a finding of its own. Of several findings on one place (a limit and an
    expectation, say) the most severe speaks.

    Parameters
    ----------
    is_muted : whether nothing is told of a symptom on a subject: then it speaks for no other.
    """
    speakers: dict[About, Finding] = {}
    for one in findings:
        speaker = speakers.setdefault(_about(one), one)
        if one.severity.rank > speaker.severity.rank:
            speakers[_about(one)] = one
    heard = [one for one in speakers.values() if not is_muted(one.symptom, one.subject)]
    over = {place: _about(other) for place, one in speakers.items() if (other := _said_by(one, heard))}
    under: dict[About, list[Evidence]] = defaultdict(list)
    for one in findings:
        place = _about(one)
        if one is not speakers[place]:
            under[_last(place, over)] += [Evidence(one.statement, one.subject), *_of_other(one, yields=place in over)]
        elif place in over:
            under[_last(place, over)] += [Evidence(_in_short(one), one.subject), *_of_other(one, yields=True)]
    kept = [one for one in findings if one is speakers[_about(one)] and _about(one) not in over]
    return [replace(one, evidence=(*one.evidence, *under.get(_about(one), ()))) for one in kept]


def _said_by(one: Finding, findings: Iterable[Finding]) -> Finding | None:
    """Find what says the same of the same column, at least as severely: of the whole column before one of its segments."""
    found = [
        other
        for other in findings
        if other.subject == one.subject
        and other.severity.rank >= one.severity.rank
        and (other.cohort_day, one.cohort_day) == (None, None)
        and (_is_rule_on(one, other) or _is_move_of(one, other))
    ]
    return min(found, key=lambda other: (other.priority, other.segment != WHOLE, other.fingerprint), default=None)


def _is_rule_on(one: Finding, other: Finding) -> bool:
    """Whether the first is an expectation or a limit on a column, and the second what moved in it."""
    if one.symptom is Symptom.RESPONSE_DRIFT and _MISSING_ONLY.search(one.statement):
        return other.symptom is Symptom.MISSING_ANSWERS
    if one.symptom is not Symptom.INPUT_QUALITY:
        return False
    return other.symptom in _OF_COLUMN or (
        other.symptom in _OF_ANSWERS and one.value is not None and abs(one.value - _rise(other)) <= SAME_MOVE
    )


def _is_move_of(one: Finding, other: Finding) -> bool:
    """Whether the first is a distribution that moved by what the second says: answers that are missing or a default."""
    part = _part_of(one)
    if one.symptom not in _DRIFTS or other.symptom not in _OF_ANSWERS or part is None:
        return False
    if (part == "null") != (other.symptom is Symptom.MISSING_ANSWERS):
        return False
    mine, its = _rise(one), _rise(other)
    if one.segment != WHOLE:
        return mine > 0 and (part == "null" or part.startswith("="))
    return mine > 0 and abs(mine - its) <= SAME_MOVE


def _rise(one: Finding) -> float:
    """By how much a share rose over the middle of its usual range."""
    usual = ((one.expected_low or 0.0) + (one.expected_high or 0.0)) / 2
    return (one.value or 0.0) - usual


def _last(place: About, over: dict[About, About]) -> About:
    """Follow what speaks for what: three say one thing where an expectation yields to a column, and that to its answers."""
    while place in over:
        place = over[place]
    return place


def _of_other(one: Finding, *, yields: bool) -> Iterable[Evidence]:
    """Give the evidence of a finding that does not speak; to another place it brings its words only."""
    return () if yields else one.evidence


def _in_short(one: Finding) -> str:
    """Say that a rule on the column is broken too: an expectation says the same again, all else has its numbers."""
    if one.symptom is not Symptom.INPUT_QUALITY or one.statement.startswith(f"{one.subject} breaks its limit"):
        return one.statement
    return f"the suite's expectation is not met ({one.severity})"


def _about(one: Finding) -> About:
    return one.fingerprint, one.cohort_day or one.day


def _part_of(one: Finding) -> str | None:
    return next((line.subject for line in one.evidence if line.text == PART), None)
