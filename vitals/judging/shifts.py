"""From the verdicts on columns and shares to findings: which of them speak, and for what."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeAlias

from vitals.judging import units
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns, Key
from vitals.judging.day import Place, Ruling, Today
from vitals.judging.describing import exchanged, looks
from vitals.judging.drift import drift_finding, statement, symptom_of
from vitals.judging.service import SHARES, share_finding
from vitals.judging.shares import ShareVerdict
from vitals.records import WHOLE, Day, Evidence, Finding, Symptom
from vitals.spec import Model
from vitals.spec.parts import Task

MOST_SEGMENTS = 3
ALMOST_ALL = 0.95  # a segment of so many rows is no place
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
    inputs = [name for name in today.model.predictions.inputs if name in by_column]
    pairs = exchanged(columns, {name: whole for name in inputs if (whole := _loud(by_column[name])) is not None})
    for subject, segments in sorted(by_column.items()):
        # What another column holds is in no unit of this one.
        unnamed = subject in pairs or is_muted(Symptom.UNIT_CHANGE, subject)
        named = None if unnamed else _unit(today, columns, subject, segments, ruling)
        whole = _loud(segments)
        said = looks(columns, subject, whole, pairs) if whole is not None else ""
        ruling.findings += _of_column(today, subject, segments, named, open_places, said)
        symptom = symptom_of(today.model, subject)
        quiet = [segment for segment, one in segments.items() if one.judged and not (one.finding or one.info)]
        ruling.judged |= {(symptom, subject, segment) for segment in quiet}
    return ruling


def _unit(
    today: Today, columns: Columns, subject: str, segments: Mapping[str, Verdict], ruling: Ruling
) -> units.Named | None:
    """Look for a unit change of a column against its own reference days."""
    whole = segments.get(WHOLE)
    sketches: Mapping[Day, units.Sketch] = columns.sketches.get(subject, {})
    if whole is None or not whole.judged or not whole.reference or today.day not in sketches:
        return None
    drawn, past = sketches[today.day], units.last(sketches, whole.reference)
    ruling.judged |= {(Symptom.UNIT_CHANGE, subject, segment) for segment in units.comparable(drawn, past)}
    return units.find(drawn, past, probability=is_probability(today.model, subject))


def is_probability(model: Model, subject: str) -> bool:
    """Tell whether a column is a probability, which has no unit."""
    return model.task is Task.BINARY and subject == model.predictions.score


def _of_column(
    today: Today,
    subject: str,
    segments: Mapping[str, Verdict],
    named: units.Named | None,
    open_places: Collection[Place],
    look: str,
) -> list[Finding]:
    symptom, whole = symptom_of(today.model, subject), _loud(segments)
    if named is not None:
        said = units.unit_finding(today, subject, named, symptom)
        return [_with_statement(said, subject, whole) if whole else said]
    lasting = [place for place in open_places if place[0] is Symptom.UNIT_CHANGE and place[1] == subject]
    if whole is not None:
        said = drift_finding(today, subject, WHOLE, whole, look)
        if lasting:  # the same fault on a day when its unit cannot be named again
            return [replace(said, symptom=Symptom.UNIT_CHANGE, segment=lasting[0][2])]
        parts = {segment: one for segment, one in segments.items() if one.n < ALMOST_ALL * whole.n}
        return [replace(said, evidence=(*said.evidence, *_where(subject, parts)))]
    found = [(segment, verdict) for segment, verdict in segments.items() if verdict.finding and segment]
    return [drift_finding(today, subject, segment, verdict) for segment, verdict in sorted(found)]


def _loud(segments: Mapping[str, Verdict]) -> Verdict | None:
    """The verdict on the whole column, when there is something to say."""
    whole = segments.get(WHOLE)
    return whole if whole is not None and (whole.finding or whole.info) else None


def _with_statement(said: Finding, subject: str, whole: Verdict) -> Finding:
    line = Evidence(statement(subject, WHOLE, whole), subject, whole.share)
    return replace(said, evidence=(*said.evidence, line))


def _where(subject: str, segments: Mapping[str, Verdict]) -> list[Evidence]:
    """The segments that moved most, as evidence under the whole; what moved in all segments of a kind has no place."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for segment, verdict in segments.items():
        if segment and verdict.judged:
            kinds[segment.partition("=")[0]].append(verdict.finding)
    everywhere = {kind for kind, moved in kinds.items() if len(moved) > 1 and all(moved)}
    found = [
        (segment, verdict)
        for segment, verdict in segments.items()
        if segment and verdict.finding and segment.partition("=")[0] not in everywhere
    ]
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
        if verdict.unusual:
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
