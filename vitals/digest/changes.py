"""What a revision of a digest says that the one before it did not, and what it takes back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from vitals import words
from vitals.digest.content import Digest, Item, Opened
from vitals.digest.grouping import subject_words
from vitals.records import Day, Severity

_SHOWN = 5
_LONG = 200


def changes(before: Digest, now: Digest) -> tuple[str, ...]:
    """Give the differences in words, most urgent first: opened, other words, withdrawn, then models and metrics.

    >>> from datetime import date
    >>> one = Digest("C1", date(2013, 8, 22), 1, "", None, (), (), (), (), (), (), (), quiet=True)
    >>> changes(one, one)
    ()
    """
    found = [*_problems(before, now), *_models(before, now), *_metrics(before, now)]
    more = len(found) - _SHOWN
    return (*found[:_SHOWN], *([f"and {words.count(more, 'other change')}"] if more > 0 else []))


def _problems(before: Digest, now: Digest) -> Iterator[str]:
    said = {one: item for item in before.items for one in item.incidents}
    for item in now.items:
        old = [said[one] for one in item.incidents if one in said]
        if item.info:
            continue
        if not old and item.incidents:
            yield f"added: {_line(item)}"
        elif old and item.severity.rank > max(one.severity.rank for one in old):
            yield f"{item.severity}, was {old[0].severity}: {_line(item)}"
        elif len(old) == len(item.members) == 1 and old[0].statement != item.statement:
            yield f"{_line(item)} (before: {words.visible(old[0].statement, _LONG)})"
    yield from _withdrawn(before, now)


def _withdrawn(before: Digest, now: Digest) -> Iterator[str]:
    """Say what is not open any more, the columns of a model and symptom together."""
    left = _open(now)
    gone: dict[tuple[int, str, str, str], list[str]] = defaultdict(list)
    for key, one in _open(before).items():
        if key not in left and one.symptom is not None:
            subject = subject_words(one.symptom, one.subject)
            gone[one.priority, one.model, one.symptom.replace("_", " "), one.segment] += [subject] if subject else []
    for (priority, *where, segment), subjects in sorted(gone.items()):
        place = " · ".join(filter(None, (*where, words.listed(sorted(subjects), most=4), segment)))
        yield f"withdrawn: P{priority} {place}"


def _models(before: Digest, now: Digest) -> Iterator[str]:
    lines = {line.model: line for line in before.models}
    for line in now.models:
        old = lines.get(line.model)
        if old is None:
            yield f"{line.model}: added"
        elif old.status != line.status:
            yield f"{line.model}: {line.status.replace('_', ' ')}, was {old.status.replace('_', ' ')}"
        elif old.rows is not None and line.rows is not None and old.rows != line.rows:
            yield f"{line.model}: {old.rows:,} -> {words.count(line.rows, 'row')}"


def _metrics(before: Digest, now: Digest) -> Iterator[str]:
    old = {(m.model, m.name, m.age, m.holdout, m.cohort_day): m for m in before.metrics if m.primary}
    for one in now.metrics:
        was = old.get((one.model, one.name, one.age, one.holdout, one.cohort_day))
        if was is not None and was.value != one.value:
            about = f"{one.model}: {one.title} of {words.short_day(one.cohort_day)}"
            yield f"{about} {words.number(one.value)}, was {words.number(was.value)}"


def _open(digest: Digest) -> Mapping[tuple[str, Day], Opened]:
    known = {(one.fingerprint, one.opened_on): one for one in digest.open}
    return {key: one for key, one in known.items() if one.severity is not Severity.INFO and not one.snoozed}


def _line(item: Item) -> str:
    return f"P{item.priority} {item.place} · {item.title}: {words.visible(item.statement, _LONG)}"
