"""From what is known of each model to what a channel is told: new, worse, still open, resolved.

"New" is new against what the channel was last told, not against yesterday. Problems for information only count as no
problem. Pure: reads no store and no clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from vitals import words
from vitals.digest import notes
from vitals.digest.cases import cases_of
from vitals.digest.changes import changes
from vitals.digest.content import Digest, Item, ModelLine, Opened, Resolved, Told, revised
from vitals.digest.grouping import NAME, SENTENCE, Case, subject_words
from vitals.digest.items import items_of
from vitals.digest.news import ModelNews
from vitals.records import Day, Incident, Severity, Symptom


def compose(
    channel: str,
    day: Day,
    news: Sequence[ModelNews],
    told: Told | None,
    revision: int = 1,
    before: Digest | None = None,
) -> Digest:
    """Compose what a channel is told about a day.

    Parameters
    ----------
    news : one per model of the channel, in any order; at most one per model.
    told : what the channel was last told (`told_of` its last digest); None for its first digest.
    revision : 1, or higher when the day was judged again after a digest was sent.
    before : the revision before this one, so that this one says what changed.
    """
    ordered = sorted(news, key=lambda one: one.model.name)
    known = {(one.fingerprint, one.opened_on): one for one in told.open} if told else {}
    cases = list(chain.from_iterable(cases_of(one, told, known) for one in ordered))
    items = items_of(cases, day, told.day if told else None)
    opened = _all_open(cases, ordered, known)
    resolved = _resolved(ordered, known, _taken_back(ordered, told, opened))
    models = tuple(_model_line(one, items) for one in ordered)
    said = notes.notes(ordered, first=told is None)
    loud = [item for item in items if _loud(item)]
    digest = Digest(
        channel=channel,
        day=day,
        revision=revision,
        headline="",
        told_on=told.day if told else None,
        models=models,
        items=tuple(items),
        resolved=tuple(resolved),
        metrics=tuple(chain.from_iterable(notes.metrics(one) for one in ordered)),
        notes=said,
        open=opened,
        mentions=tuple(dict.fromkeys(owner for item in loud for owner in item.owners)),
        quiet=_quiet(items, resolved, models, {note.kind for note in said}),
    )
    digest = replace(digest, headline=headline(digest))
    return replace(digest, changed=changes(before, digest)) if before else digest


def headline(digest: Digest) -> str:
    """Sum a digest up: the day, problems per priority, models that are fine."""
    ok, total = sum(line.ok for line in digest.models), len(digest.models)
    counts = [f"{digest.count(priority):,} P{priority}" for priority in (1, 2, 3) if digest.count(priority)]
    lost = [
        words.count(amount, one, many)
        for status, one, many in (
            ("not_monitored", "not monitored", "not monitored"),
            ("waiting", "waiting", "waiting"),
        )
        if (amount := sum(line.status == status for line in digest.models))
    ]
    state = ", ".join(counts) or ("all quiet" if digest.quiet else "no problems")
    models = f"{ok:,}/{total:,} {'model' if total == 1 else 'models'} OK"
    return f"Vitals · {words.day_words(digest.day)}: {state}; {', '.join([models, *lost])}{revised(digest.revision)}"


def _resolved(
    news: Sequence[ModelNews], known: Mapping[tuple[str, Day], Opened], taken_back: Iterable[Incident]
) -> list[Resolved]:
    """Give what ended since the channel was last told, of what it was told; alike ones together."""
    together: dict[tuple[int, str, Symptom, str, str, Day, Day], list[str]] = defaultdict(list)
    for one in chain(chain.from_iterable(each.incidents for each in news), taken_back):
        told = known.get((one.fingerprint, one.opened_on))
        if one.resolved_on is None or told is None or told.severity is Severity.INFO:
            continue
        reason = words.visible(one.reason or "resolved", SENTENCE)
        segment = words.visible(one.segment, NAME) if one.segment else ""
        key = (one.priority, one.model, one.symptom, segment, reason, one.opened_on, one.resolved_on)
        together[key].append(subject_words(one.symptom, one.subject))
    return [
        Resolved(priority, words.visible(model, NAME), symptom, tuple(filter(None, subjects)), segment, reason, *days)
        for (priority, model, symptom, segment, reason, *days), subjects in sorted(together.items())
    ]


def _taken_back(news: Sequence[ModelNews], told: Told | None, opened: Iterable[Opened]) -> Iterator[Incident]:
    """Give the incidents that the channel was told of and that are not there any more.

    A day that was read again may be judged without them; that a model is not monitored was said by no judging.
    """
    of_model = {words.visible(each.model.name, SENTENCE): each for each in news}
    there = {(one.fingerprint, one.opened_on) for one in opened}
    for one in told.open if told else ():
        each = of_model.get(one.model)
        if each is None or one.symptom is None or each.status == "not_monitored":
            continue
        stored = {(i.fingerprint, i.opened_on) for i in (*each.incidents, *each.snoozed)}
        if (one.fingerprint, one.opened_on) not in there | stored:
            yield _ended(one, each.day, one.symptom)


def _ended(told: Opened, day: Day, symptom: Symptom) -> Incident:
    reason = f"{words.short_day(told.opened_on)} was judged again without it"
    if symptom is Symptom.NOT_MONITORED:
        reason = "monitored again"
    elif symptom in {Symptom.PARTITION_INCOMPLETE, Symptom.TRAFFIC}:
        reason = f"{words.short_day(told.opened_on)} was read again: rows arrived late"
    return Incident(
        fingerprint=told.fingerprint,
        opened_on=told.opened_on,
        model=told.model,
        priority=told.priority,
        severity=told.severity,
        symptom=symptom,
        subject=told.subject,
        segment=told.segment,
        last_seen_on=told.opened_on,
        resolved_on=day,
        reason=reason,
        days=0,
    )


def _model_line(news: ModelNews, items: Sequence[Item]) -> ModelLine:
    name = words.visible(news.model.name, SENTENCE)
    own = [item for item in items if name in item.models and not item.info]
    first, second, third = (sum(item.priority == priority for item in own) for priority in (1, 2, 3))
    return ModelLine(
        model=name,
        title=words.visible(news.model.title, 200) if news.model.title else "",
        status=news.status,
        rows=news.facts.rows if news.facts else None,
        ok=news.status == "monitored" and first + second == 0,  # an input alone is no trouble of the model
        problems=(first, second, third),
        problem=words.visible(news.problem, SENTENCE) if news.problem else "",
    )


def _all_open(
    cases: Iterable[Case], news: Iterable[ModelNews], known: Mapping[tuple[str, Day], Opened]
) -> tuple[Opened, ...]:
    """Give what is open after this digest, what is snoozed as it was when the channel last heard of it."""
    found = [_opened(case.incident) for case in cases if case.incident]
    for incident in chain.from_iterable(each.snoozed for each in news):
        before = known.get((incident.fingerprint, incident.opened_on)) or _opened(incident)
        found.append(replace(before, snoozed=True))
    return tuple(sorted(found, key=lambda one: (one.fingerprint, one.opened_on)))


def _opened(incident: Incident) -> Opened:
    return Opened(
        fingerprint=incident.fingerprint,
        opened_on=incident.opened_on,
        severity=incident.severity,
        priority=incident.priority,
        model=words.visible(incident.model, SENTENCE),
        symptom=incident.symptom,
        subject=words.visible(incident.subject, NAME) if incident.subject else "",
        segment=words.visible(incident.segment, NAME) if incident.segment else "",
    )


def _loud(item: Item) -> bool:
    """People are called for a symptom that opened or got worse, nothing else."""
    return item.priority == 1 and not item.info and item.state in {"new", "reopened", "worse"}


def _quiet(items: Sequence[Item], resolved: Sequence[Resolved], models: Sequence[ModelLine], kinds: set[str]) -> bool:
    """Whether two lines say it all: nothing found, nothing ended, nothing left unjudged."""
    found = any(not item.info or item.state in {"new", "reopened", "worse"} for item in items)
    watched = all(line.status == "monitored" for line in models)
    return watched and not found and not resolved and not kinds.intersection({"not_judged", "restated"})
