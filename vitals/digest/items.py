"""Cases become items: grouped by cause, ordered by urgency, explanations under what they explain."""

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from vitals import words
from vitals.digest.bundles import Bundle, answers_in, bundled
from vitals.digest.content import Item, Member, Shown, State
from vitals.digest.grouping import NAME, SENTENCE, Case, group, statement, subject_words
from vitals.judging.drift import PART
from vitals.judging.onsets import SINCE
from vitals.records import Day, Evidence, Incident, Severity, Symptom

_STATES: tuple[State, ...] = ("worse", "new", "reopened", "unchanged", "unseen")
_REMINDERS = (3, 7)
_ASK_AFTER = 14
CAUSE = "likely cause: "
"""How judging begins the evidence that it takes for a cause."""
AMOUNT = "; explains "
"""How judging ends it where it can tell how much of the symptom that is."""


def items_of(cases: Sequence[Case], day: Day, told_on: Day | None) -> list[Item]:
    """Group cases into items, most urgent first, and put explanations under what they explain.

    Parameters
    ----------
    told_on : day of the digest before; a reminder that fell between is given now.
    """
    ordered = sorted(cases, key=_urgency)
    bundles = bundled(group(ordered))
    silent = (day - told_on).days - 1 if told_on else 0
    items = [_item(bundle, day, max(0, silent)) for bundle in bundles]
    return _explain(items, bundles)


def _urgency(case: Case) -> tuple[bool, int, int, int, str, str, str, str]:
    rank = -case.severity.rank
    info = case.severity is Severity.INFO
    place = (case.model.name, case.symptom.value, case.subject, case.segment)
    return (info, case.priority, _STATES.index(case.state), rank, *place)


def _item(bundle: Bundle, day: Day, silent: int) -> Item:
    cases, first = bundle.cases, bundle.head[0]
    named = cases if bundle.same_values else bundle.head
    opened = [case.incident.opened_on for case in cases if case.incident]
    since = min(opened) if opened else None
    number = (day - since).days + 1 if since else 1
    what_to_do = words.visible(first.finding.what_to_do, SENTENCE) if first.finding else ""
    if number >= _ASK_AFTER and first.priority > 1 and first.incident and first.finding:
        accept = f"`vitals decide accept {_target(first.incident)} --why ...`"
        others = ", and so for each of its incidents" if sum(case.incident is not None for case in cases) > 1 else ""
        what_to_do = f"{what_to_do} Is this the new normal? Then {accept}{others}"
    return Item(
        priority=first.priority,
        severity=max((case.severity for case in cases), key=lambda severity: severity.rank),
        symptom=first.symptom,
        state=first.state,
        shown=_shown(first, number, silent),
        models=_each(case.model.name for case in cases),
        subjects=_each(name for case in named if (name := subject_words(case.symptom, case.subject))),
        segment=words.visible(first.segment, NAME) if first.segment else "",
        statement=_statement(bundle),
        what_to_do=what_to_do,
        causes=_each(_causes(cases, _subjects(cases) if bundle.beside else frozenset())),
        beside=_each(_also(bundle)),
        since=since,
        day_number=number,
        remark=", ".join(dict.fromkeys(case.remark for case in cases if case.remark)),
        incidents=tuple(_target(case.incident) for case in cases if case.incident),
        runbooks=tuple(dict.fromkeys(case.model.runbook for case in cases if case.model.runbook)),
        owners=tuple(dict.fromkeys(case.model.owner for case in cases if case.model.owner)),
        members=tuple(map(_member, cases)),
    )


def _also(bundle: Bundle, replaced: Container[str] = frozenset()) -> list[str]:
    """Say the same fault in its other words, then what was seen with the clearest of them."""
    others = () if bundle.same_values else bundle.beside
    return [*map(_in_words, others), *_beside(bundle.head, replaced)]


def _statement(bundle: Bundle) -> str:
    """Let the head speak for all; of a day's very same values every column is named."""
    subjects = _each(case.subject for case in bundle.cases)
    said = statement(bundle.head)
    if not bundle.same_values or len(subjects) < 2:
        return said
    return words.visible(f"{words.listed(subjects, most=6)}{said.removeprefix(subjects[0])}", SENTENCE)


def _in_words(cases: Sequence[Case]) -> str:
    """Say a group in one line of another's card, with its subject where the words leave it out."""
    said, subject = statement(cases), subject_words(cases[0].symptom, cases[0].subject)
    where = f" · {words.visible(cases[0].segment, NAME)}" if cases[0].segment and cases[0].segment not in said else ""
    return said if not subject or len(cases) > 1 or subject in said else f"{subject}{where}: {said}"


def _member(case: Case) -> Member:
    """Give one finding with its own numbers and words."""
    finding, incident = case.finding, case.incident
    return Member(
        model=words.visible(case.model.name, SENTENCE),
        subject=words.visible(case.subject, SENTENCE) if case.subject else "",
        severity=case.severity,
        statement=statement([case]),
        incident=_target(incident) if incident else "",
        cohort_day=finding.cohort_day if finding else None,
        value=_finite(finding.value) if finding else None,
        low=_finite(finding.expected_low) if finding else None,
        high=_finite(finding.expected_high) if finding else None,
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _target(incident: Incident) -> str:
    """Name an incident as `vitals decide` takes it."""
    return f"{incident.fingerprint}/{incident.opened_on.isoformat()}"


def _each(names: Iterable[str]) -> tuple[str, ...]:
    """Every different name once, safe to show."""
    return tuple(dict.fromkeys(words.visible(name, SENTENCE) for name in names))


def _shown(case: Case, day_number: int, silent: int) -> Shown:
    """Show what changed as a card; remind of what did not on day 3, on day 7 and every week from then.

    Parameters
    ----------
    silent : days before this one on which the channel was told nothing.
    """
    if case.finding is None or case.severity is Severity.INFO:
        return "line"
    since = range(day_number - min(silent, 7), day_number + 1)
    reminded = any(number in _REMINDERS or number % 7 == 0 for number in since if number > 1)
    return "card" if case.state != "unchanged" or case.woken or reminded else "line"


def _causes(cases: Sequence[Case], replaced: Container[str] = frozenset()) -> list[str]:
    """Say the evidence that judging calls a likely cause, without the columns that an item says better."""
    return [
        read(one.text.removeprefix(CAUSE))
        for one in _evidence(cases)
        if one.text.startswith(CAUSE) and one.subject not in replaced
    ]


def _beside(cases: Sequence[Case], replaced: Container[str] = frozenset()) -> list[str]:
    """Say the other evidence once, with its subjects where the text leaves out which of the item's it is about."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for one in _evidence(cases):
        if not one.text.startswith(CAUSE) and one.subject not in replaced:
            subjects[one.text].append(one.subject)
    every = {case.subject for case in cases}
    return [
        text
        if any(name in text for name in names) or (len(every) > 1 and set(names) == every)
        else f"{words.listed([words.visible(name, NAME) for name in dict.fromkeys(names)], most=6)}: {text}"
        for text, names in subjects.items()
    ]


def _evidence(cases: Sequence[Case]) -> list[Evidence]:
    """Give what people may read of the evidence: all but part and hour, which are for grouping."""
    return [one for case in cases if case.finding for one in case.finding.evidence if one.text not in {PART, SINCE}]


def _explain(items: list[Item], bundles: Sequence[Bundle]) -> list[Item]:
    """Move items of lower priority under the cards that they explain, as cause lines."""
    of_model: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        if len(item.models) == 1 and not item.info and item.priority > 1:
            of_model[item.models[0]].append(place)
    told = list(items)
    for place, item in enumerate(items):
        cases = bundles[place].cases
        named = _named(cases)
        if item.shown != "card" or len(item.models) != 1 or not named or told[place].shown == "under":
            continue
        below = [
            other
            for other in of_model[item.models[0]]
            if items[other].priority > item.priority and named.intersection(_subjects(bundles[other].cases))
        ]
        if below:
            replaced = {subject for other in below for subject in _subjects(bundles[other].cases)}
            lines = [read(line(items[other]) + _amount(cases, bundles[other].cases)) for other in below]
            causes = _each([*lines, *_causes(cases, replaced)])
            told[place] = replace(item, causes=causes, beside=_each(_also(bundles[place], replaced)))
        for other in below:
            told[other] = replace(told[other], shown="under")
    return told


def _named(cases: Sequence[Case]) -> set[str]:
    """Name the columns that explain a card: those in its evidence, and the answers that a broken rule is about."""
    rules = (case.finding for case in cases if case.finding and case.symptom is Symptom.AVOID)
    answers = {column for finding in rules for column in answers_in(cases[0].model, finding)}
    return answers | {one.subject for one in _evidence(cases)}


def _subjects(cases: Sequence[Case]) -> set[str]:
    return {case.subject for case in cases}


def read(text: str) -> str:
    """Begin a new sentence after a question.

    >>> read("usually 0 %: a default filled in?; explains -0.16 of -0.16")
    'usually 0 %: a default filled in? Explains -0.16 of -0.16'
    """
    return text.replace("?; explains", "? Explains")


def _amount(cases: Sequence[Case], below: Sequence[Case]) -> str:
    """Say how much of a card the causes below it explain, as judging put it at the end of the evidence; '' when it did not."""
    subjects = {case.subject for case in below}
    for one in _evidence(cases):
        said, sign, amount = one.text.rpartition(AMOUNT)
        if one.subject in subjects and one.share is not None and said.startswith(CAUSE):
            return sign + amount
    return ""


def line(item: Item) -> str:
    """Say an item in one line, without its models: its subjects, then its statement."""
    told = not item.subjects or item.statement.startswith(item.subjects[0])
    return item.statement if told else f"{words.listed(item.subjects, most=6)}: {item.statement}"
