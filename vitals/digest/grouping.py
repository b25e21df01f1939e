"""Findings with one cause become one line: the same part of a column moved by about the same share.

Knows nothing of incidents' states beyond what a `Case` says, and nothing of how lines are shown.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vitals import words
from vitals.calendars import calendar_name
from vitals.digest.content import State
from vitals.judging.drift import PART, part_words
from vitals.judging.onsets import hour_of
from vitals.records import Day, Evidence, Finding, Incident, Severity, Symptom
from vitals.spec.model import Model

_WEEK = " over the last 7 days"
SAME_SHARE = 0.02
LEAST_TOGETHER = 3
NAME, SENTENCE = 80, 600
"""Most characters of a name and of a sentence that come from data."""


@dataclass(frozen=True, slots=True)
class Case:
    """One finding or open incident, and how it stands to what the channel knows; `woken`: its snooze just ended."""

    model: Model
    finding: Finding | None
    incident: Incident | None
    state: State
    remark: str
    woken: bool = False

    @property
    def priority(self) -> int:
        """Priority of the finding, else of the incident."""
        return self._record.priority

    @property
    def severity(self) -> Severity:
        """Today's severity where there is a finding, else the incident's worst."""
        return self._record.severity

    @property
    def symptom(self) -> Symptom:
        """The kind of problem."""
        return self._record.symptom

    @property
    def subject(self) -> str:
        """The column, rule or metric."""
        return self._record.subject

    @property
    def segment(self) -> str:
        """The segment, '' for the whole."""
        return self._record.segment

    @property
    def part(self) -> Evidence | None:
        """The part of the distribution that moved."""
        return part_of(self.finding) if self.finding else None

    @property
    def _record(self) -> Finding | Incident:
        if self.finding is not None:
            return self.finding
        if self.incident is None:
            message = "a case is a finding, an incident, or both"
            raise ValueError(message)
        return self.incident


def part_of(finding: Finding) -> Evidence | None:
    """Give the evidence that names the part of the distribution which moved (`null`, `=0`, `(12, 34]`, `unseen`).

    It is for grouping and not shown to people: its text is "part", its subject the part's name, its share today's.
    """
    return next((one for one in finding.evidence if one.text == PART), None)


def subject_words(symptom: Symptom, subject: str) -> str:
    """Name what a problem is about; '' where its kind says it already.

    >>> subject_words(Symptom.INPUT_DRIFT, "temp"), subject_words(Symptom.TRAFFIC, "day")
    ('temp', '')
    """
    whole = {(Symptom.TRAFFIC, "day"), (Symptom.ERRORS, "status"), (Symptom.PARTITION_INCOMPLETE, "day")}
    return "" if not subject or (symptom, subject) in whole else words.visible(subject, NAME)


def group(cases: Iterable[Case]) -> list[tuple[Case, ...]]:
    """Put cases with one cause together, in the order of their first case.

    Priority 1 is never grouped, but for models that one problem keeps from being monitored. Within a model: same symptom, part, segment and state, shares within 2 points. Over
    models: moreover the same subjects.
    """
    order: dict[int, int] = {}
    keyed: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    groups: list[tuple[Case, ...]] = []
    for place, case in enumerate(cases):
        order[id(case)] = place
        key = _key(case)
        if key is None:
            groups.append((case,))
        else:
            keyed[key].append(case)
    within: dict[tuple[str, ...], list[list[Case]]] = defaultdict(list)
    for key, members in keyed.items():
        for cluster in _clusters([[case] for case in members]):
            subjects = tuple(sorted(case.subject for case in cluster))
            within[key[1:] + subjects].append(cluster)
    for found in within.values():
        groups += [tuple(sorted(cluster, key=lambda c: order[id(c)])) for cluster in _clusters(found)]
    groups = [tuple(sorted(members, key=lambda c: order[id(c)])) for members in _unusual_days(groups)]
    return sorted(groups, key=lambda members: order[id(members[0])])


def _unusual_days(groups: Iterable[tuple[Case, ...]]) -> list[tuple[Case, ...]]:
    """Merge what moved in different ways on one day when it is a third of a model's inputs or more.

    Only inputs: a symptom or an answer is never hidden in it.
    """
    kept: list[tuple[Case, ...]] = []
    moved: dict[tuple[str, str, str], list[tuple[Case, ...]]] = defaultdict(list)
    for members in groups:
        first = members[0]
        models = {case.model.name for case in members}
        inputs = first.model.predictions.inputs
        drifted = all(
            case.finding and case.symptom is Symptom.INPUT_DRIFT and case.subject in inputs and not case.segment
            for case in members
        )
        if drifted and len(models) == 1 and not first.woken:
            moved[first.model.name, str(first.severity is Severity.INFO), first.state].append(members)
        else:
            kept.append(members)
    for found in moved.values():
        together = [case for members in found for case in members]
        least = max(LEAST_TOGETHER, math.ceil(len(together[0].model.predictions.inputs) / 3))
        enough = len(found) > 1 and len({case.subject for case in together}) >= least
        kept += [tuple(together)] if enough else found
    return kept


def is_unusual_day(cases: Sequence[Case]) -> bool:
    """Whether a group is one of inputs that moved in different ways."""
    parts = {case.part.subject if case.part else "" for case in cases}
    shares = [_share(case) for case in cases]
    apart = len(parts) > 1 or max(shares) - min(shares) > SAME_SHARE + 1e-12
    return apart and len({case.subject for case in cases}) >= LEAST_TOGETHER and cases[0].symptom is Symptom.INPUT_DRIFT


def _unusual(cases: Sequence[Case], day: Day) -> str:
    """Name the day, how many inputs moved, and what moved first."""
    model, subjects = cases[0].model, {words.visible(case.subject, NAME): None for case in cases}
    name = calendar_name(day, model.calendar)
    total = len(model.predictions.inputs)
    what = f"unusual day{f' ({name})' if name else ''}: {len(subjects)} of {total} inputs moved"
    own = next((case.finding.statement for case in cases if case.finding), "")
    return words.visible(f"{what}: {words.listed(list(subjects), most=6)}; {own}", SENTENCE)


def statement(cases: Sequence[Case]) -> str:
    """Say what a group has in common; a single finding speaks for itself."""
    first, incident, part = cases[0].finding, cases[0].incident, cases[0].part
    if first is None:
        return f"last seen {words.day_words(incident.last_seen_on)}" if incident else ""
    if len(cases) == 1 or part is None:
        return words.visible(first.statement, SENTENCE)
    if is_unusual_day(cases):
        return _unusual(cases, first.day)
    findings = [case.finding for case in cases if case.finding]
    subjects = list(dict.fromkeys(words.visible(f.subject, NAME) for f in findings))
    shares = [_share(case) for case in cases]
    lows = [f.expected_low for f in findings if f.expected_low is not None]
    highs = [f.expected_high for f in findings if f.expected_high is not None]
    usual = f" (usually {words.share_range(min(lows), max(highs))})" if lows and highs else ""
    if first.symptom is Symptom.INPUT_QUALITY:
        rows = f"{words.share_range(min(shares), max(shares))} of rows {_failing(part.subject)}"
        return f"{words.listed(subjects, most=6)}: {rows}, more than their limits or expectations allow"
    week = _WEEK if _WEEK in first.statement else ""
    what = part_words(part.subject)
    hours = {hour_of(finding) for finding in findings}
    since = f", since {hours.pop()}" if len(hours) == 1 and "" not in hours else ""
    return f"{', '.join(subjects)}: {words.share_range(min(shares), max(shares))} {what}{week}{usual}{since}"


def _failing(part: str) -> str:
    """Say in words which rows broke a rule, after a share of them."""
    return part_words(part) if part == "null" else words.visible(part, NAME)


def _key(case: Case) -> tuple[str, ...] | None:
    """Give what cases of one cause share, or None for a case that stands alone."""
    finding, part = case.finding, case.part
    if finding is not None and case.symptom is Symptom.NOT_MONITORED:
        what = finding.statement  # one outage of a warehouse is one problem, however many models wait for it
    elif case.priority == 1:
        return None
    elif finding is None and case.incident is not None:
        what = case.incident.opened_on.isoformat()
    elif finding is not None and part is not None and part.subject and math.isfinite(_share(case)):
        what = part.subject + (_WEEK if _WEEK in finding.statement else "")
    else:
        return None
    level = "info" if case.severity is Severity.INFO else "problem"
    state = f"{case.state} woken" if case.woken else case.state
    return (case.model.name, str(case.priority), level, case.symptom, what, case.segment, state)


def _share(case: Case) -> float:
    """Give today's share of the part; 0 where there is nothing to tell apart."""
    if case.finding is None or case.symptom is Symptom.NOT_MONITORED:
        return 0.0
    if case.part is not None and case.part.share is not None:
        return float(case.part.share)
    return math.nan if case.finding.value is None else float(case.finding.value)


def _clusters(groups: Sequence[list[Case]]) -> list[list[Case]]:
    """Merge groups whose shares together span at most 2 points, smallest share first."""
    merged: list[list[Case]] = []
    for members in sorted(groups, key=lambda cases: min(_share(case) for case in cases)):
        start = min((_share(case) for case in merged[-1]), default=0.0) if merged else 0.0
        if merged and max(_share(case) for case in members) <= start + SAME_SHARE + 1e-12:
            merged[-1] += members
        else:
            merged.append(list(members))
    return merged
