"""One cause, one card: problems that are one fault told in different words go onto one card, the clearest on top.

A fault that reaches the answers moves the score, the decision, what people watch of it and every metric of the day. Told
one by one these look like many faults. Groups of `vitals.digest.grouping` are put together here, never taken apart.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vitals.digest.grouping import Case, part_of
from vitals.judging.verdict import REPEATED
from vitals.records import Finding, Severity, Symptom
from vitals.spec.model import Model

SAME_SHARE = 0.02
OF_DECISIONS = "predicted_positive_rate"
_ANSWERED = frozenset({Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE, Symptom.HEURISTIC})
_LOST = frozenset({Symptom.ERRORS, Symptom.MISSING_ANSWERS, Symptom.DEFAULT_ANSWERS})
_SHARING = _LOST | {Symptom.LATENCY, Symptom.PERFORMANCE, Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY}


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one card tells: a group of cases, and the groups that say the same fault in other words."""

    head: tuple[Case, ...]
    beside: tuple[tuple[Case, ...], ...] = ()

    @property
    def cases(self) -> tuple[Case, ...]:
        """All of them, those of the head first."""
        return (*self.head, *(case for group in self.beside for case in group))

    @property
    def same_values(self) -> bool:
        """Whether it is about a day that holds another day's values."""
        return all(case.finding is not None and _is_repeated(case.finding) for case in self.cases)


def bundled(groups: Sequence[tuple[Case, ...]]) -> list[Bundle]:
    """Put groups of one fault together, in the order of their first group.

    Only within a model, among findings of today that stand alike to what the channel knows: what is new is never hidden on
    the card of something old.
    """
    found: list[list[tuple[Case, ...]]] = []
    alike: defaultdict[tuple[object, ...], list[list[tuple[Case, ...]]]] = defaultdict(list)
    for group in groups:
        if not _may_share(group[0]):
            found.append([group])
            continue
        of_model = alike[_standing(group[0])]  # a day of many models has thousands of groups, a model only a few
        for members in of_model:
            if any(_one_fault(group[0], other[0]) for other in members):
                members.append(group)
                break
        else:
            of_model.append([group])
            found.append(of_model[-1])
    return [Bundle(ordered[0], tuple(ordered[1:])) for ordered in (sorted(one, key=_clarity) for one in found)]


def _may_share(one: Case) -> bool:
    """Whether any rule could find a second word for the fault; most of what inputs do is about one column."""
    found = one.finding
    if found is None:
        return False
    return (
        found.symptom in _SHARING
        or (found.symptom is Symptom.UNIT_CHANGE and found.priority == 1)
        or _is_repeated(found)
        or "exchanged with" in found.statement
        or bool(answers_in(one.model, found))
    )


def _one_fault(one: Case, other: Case) -> bool:
    if one.finding is None or other.finding is None or _standing(one) != _standing(other):
        return False
    mine, its, model = one.finding, other.finding, one.model
    return any(rule(model, mine, its) for rule in _RULES)


def _standing(one: Case) -> tuple[object, ...]:
    """What two findings share before anything says that they are one fault."""
    return one.model.name, one.state, one.woken, one.severity is Severity.INFO


def _same_values(_model: Model, one: Finding, other: Finding) -> bool:
    """Columns with the values of another day: the day was loaded twice, whatever is in them."""
    return _is_repeated(one) and _is_repeated(other)


def _exchanged(_model: Model, one: Finding, other: Finding) -> bool:
    """Two columns that look like each other."""
    return one.statement.endswith(f"exchanged with {other.subject}?") and other.statement.endswith(
        f"exchanged with {one.subject}?"
    )


def _answers(model: Model, one: Finding, other: Finding) -> bool:
    """Answers that moved on one day: the score, the decision that follows from it, what people watch of them."""
    mine, its = answers_in(model, one), answers_in(model, other)
    if not mine or not its or one.priority != 2 or other.priority != 2:
        return False
    if {one.symptom, other.symptom} <= {Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE}:
        return one.segment == other.segment or not (one.segment and other.segment)
    return bool(mine & its)


def answers_in(model: Model, one: Finding) -> frozenset[str]:
    """Name the columns of the answers that a finding of the day itself is about, by its subject or its rule."""
    if one.cohort_day is not None:
        return frozenset()
    if one.symptom is Symptom.PERFORMANCE:
        decided = model.predictions.decision
        return frozenset({decided} if decided and one.subject == OF_DECISIONS else ())
    if one.symptom in {Symptom.HEURISTIC, Symptom.AVOID}:
        rules = {rule.name: rule.value for rule in model.heuristics} | {rule.name: rule.where for rule in model.avoid}
        named = set(re.findall(r"\w+", rules.get(one.subject, "")))
        return frozenset(column for column in model.responses if column in named)
    return frozenset({one.subject} & set(model.responses)) if one.symptom in _ANSWERED else frozenset()


def _latencies(_model: Model, one: Finding, other: Finding) -> bool:
    """The latency, however it is looked at: its slow end, its distribution, its unit."""
    return one.priority == other.priority == 1 and {one.symptom, other.symptom} <= {
        Symptom.LATENCY,
        Symptom.UNIT_CHANGE,
    }


def _lost(_model: Model, one: Finding, other: Finding) -> bool:
    """The same rows without an answer: an error gives none, and a missing score no decision; nor do they take their time."""
    if one.value is None or other.value is None or abs(one.value - other.value) > SAME_SHARE:
        return False
    symptoms = {one.symptom, other.symptom}
    shares = all(part_of(each) for each in (one, other) if each.symptom is Symptom.LATENCY)
    return symptoms <= _LOST or (shares and symptoms == {Symptom.ERRORS, Symptom.LATENCY})


def _metrics(_model: Model, one: Finding, other: Finding) -> bool:
    """Several metrics of the same cohort, or one of its metrics for all and for some."""
    if not one.symptom is other.symptom is Symptom.PERFORMANCE or one.cohort_day is None:
        return False
    return one.cohort_day == other.cohort_day and (one.segment == other.segment or one.subject == other.subject)


def _labels(_model: Model, one: Finding, other: Finding) -> bool:
    """Labels that come late are also too few."""
    return {one.symptom, other.symptom} == {Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY}


_RULES: tuple[Callable[[Model, Finding, Finding], bool], ...] = (
    _same_values,
    _exchanged,
    _answers,
    _latencies,
    _lost,
    _metrics,
    _labels,
)


def _is_repeated(one: Finding) -> bool:
    part = part_of(one)
    return part is not None and part.subject == REPEATED


def _clarity(group: tuple[Case, ...]) -> tuple[int, int, int, int, str, str]:
    """Sort what says a fault best first: most urgent, then by what people feel of it."""
    first = group[0]
    kinds = (Symptom.ERRORS, Symptom.UNIT_CHANGE, Symptom.LABEL_DELAY)
    order = kinds.index(first.symptom) if first.symptom in kinds else len(kinds)
    return first.priority, -first.severity.rank, order, _place(first), first.subject, first.segment


def _place(case: Case) -> int:
    """Decisions before scores, both before rules on them; metrics in the order of the model file."""
    model = case.model
    if case.symptom is Symptom.PERFORMANCE and case.subject in model.metrics:
        return 10 + model.metrics.index(case.subject)
    columns = (model.predictions.decision, model.predictions.score)
    return columns.index(case.subject) if case.subject in columns else 5
