"""From the verdicts on columns and shares to findings: which of them speak, and for what."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeAlias

from vitals.judging import units
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns, Key
from vitals.judging.day import Place, Ruling, Today
from vitals.judging.drift import drift_finding, statement, symptom_of
from vitals.judging.service import SHARES, share_finding
from vitals.judging.shares import ShareVerdict
from vitals.records import WHOLE, Evidence, Finding, Symptom
from vitals.spec import Model

MOST_SEGMENTS = 3
IsMuted: TypeAlias = Callable[[Symptom, str], bool]
"""whether findings of a symptom on a subject are muted"""


def drift_ruling(
    today: Today,
    columns: Columns,
    verdicts: Mapping[Key, Verdict],
    open_places: Collection[Place],
    is_muted: IsMuted,
) -> Ruling:
    """Judge the distributions of all columns: unit changes first, then the share band, whole before segments.

    A segment that is unusual, but told under its whole column, had no good day.
    """
    ruling = Ruling()
    by_column: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for (subject, segment), verdict in verdicts.items():
        by_column[subject][segment] = verdict
    for subject, segments in sorted(by_column.items()):
        named = None if is_muted(Symptom.UNIT_CHANGE, subject) else _unit(today, columns, subject, segments, ruling)
        ruling.findings += _of_column(today, subject, segments, named, open_places)
        symptom = symptom_of(today.model, subject)
        quiet = [segment for segment, one in segments.items() if one.judged and not (one.finding or one.info)]
        ruling.judged |= {(symptom, subject, segment) for segment in quiet}
    return ruling


def _unit(
    today: Today, columns: Columns, subject: str, segments: Mapping[str, Verdict], ruling: Ruling
) -> units.Named | None:
    """Look for a unit change of a column against its own reference days."""
    whole = segments.get(WHOLE)
    sketches = columns.sketches.get(subject, {})
    if whole is None or not whole.judged or not whole.reference or today.day not in sketches:
        return None
    drawn, past = sketches[today.day], units.last(sketches, whole.reference)
    ruling.judged |= {(Symptom.UNIT_CHANGE, subject, segment) for segment in units.comparable(drawn, past)}
    return units.find(drawn, past)


def _of_column(
    today: Today,
    subject: str,
    segments: Mapping[str, Verdict],
    named: units.Named | None,
    open_places: Collection[Place],
) -> list[Finding]:
    symptom = symptom_of(today.model, subject)
    whole = segments.get(WHOLE)
    loud = whole is not None and (whole.finding or whole.info)
    if named is not None:
        said = units.unit_finding(today, subject, named, symptom)
        return [_with_statement(said, subject, whole) if loud and whole else said]
    lasting = [place for place in open_places if place[0] is Symptom.UNIT_CHANGE and place[1] == subject]
    if loud and whole is not None:
        said = drift_finding(today, subject, WHOLE, whole)
        if lasting:  # the same fault on a day when its unit cannot be named again
            return [replace(said, symptom=Symptom.UNIT_CHANGE, segment=lasting[0][2])]
        return [replace(said, evidence=(*said.evidence, *_where(subject, segments)))]
    found = [(segment, verdict) for segment, verdict in segments.items() if verdict.finding and segment]
    return [drift_finding(today, subject, segment, verdict) for segment, verdict in sorted(found)]


def _with_statement(said: Finding, subject: str, whole: Verdict) -> Finding:
    line = Evidence(statement(subject, WHOLE, whole), subject, whole.share)
    return replace(said, evidence=(*said.evidence, line))


def _where(subject: str, segments: Mapping[str, Verdict]) -> list[Evidence]:
    """The segments that moved most, as evidence under the whole."""
    found = [(segment, verdict) for segment, verdict in segments.items() if segment and verdict.finding]
    strongest = sorted(found, key=lambda pair: (-abs(pair[1].score), pair[0]))[:MOST_SEGMENTS]
    return [Evidence(statement(subject, segment, verdict), subject, verdict.share) for segment, verdict in strongest]


def share_ruling(today: Today, verdicts: Mapping[str, ShareVerdict]) -> Ruling:
    """Judge the shares of the service."""
    ruling = Ruling()
    for name, verdict in verdicts.items():
        signal, _, subject = name.partition(":")
        symptom = SHARES[signal]
        if verdict.judged:
            ruling.judged.add((symptom, subject, WHOLE))
        if verdict.finding or verdict.info:
            ruling.findings.append(share_finding(today, symptom, subject, verdict))
    return ruling


def muted(
    model: Model,
    verdicts: Mapping[Key, Verdict],
    shares: Mapping[str, ShareVerdict],
    findings: Collection[Finding],
    is_muted: IsMuted,
) -> tuple[set[Key], set[str]]:
    """The columns and the shares whose findings are muted: their days go on teaching.

    Parameters
    ----------
    findings : that are told: a column whose unit change is told does not teach.
    """
    told = {one.subject for one in findings if one.symptom is Symptom.UNIT_CHANGE}
    columns = {key for key in verdicts if key[0] not in told and is_muted(symptom_of(model, key[0]), key[0])}
    return columns, {name for name in shares if is_muted(SHARES[name.partition(":")[0]], name.partition(":")[2])}
