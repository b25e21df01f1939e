"""What is no problem but must not be left out: labels, what was not judged, warm-up, restated days, snoozes."""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from vitals import words
from vitals.digest.content import Metric, Note, NoteKind
from vitals.digest.grouping import NAME, SENTENCE, subject_words
from vitals.digest.news import ModelNews
from vitals.records import ESTIMATE, PAIRED, SO_FAR, Measurement, Symptom

LABEL_COVERAGE = "label_coverage"
ORDER: tuple[NoteKind, ...] = (
    "delivery",
    "not_judged",
    "warm_up",
    "restated",
    "sampled",
    "calendar",
    "version",
    "labels",
    "snoozed",
    "budget",
)
_NAMED_MODELS = 3
_BUDGET = 3  # incidents of a model in 28 days that people still read
_TYPED = re.compile(r"\w[\w .:/=+,-]{0,79}", re.ASCII)
_SIGNED = frozenset({"bias", "r2", PAIRED})
_UNBOUNDED = frozenset({"log_loss", "calibration_ratio", "mae", "rmse", "wape", "p90_abs_error"})


def metrics(news: ModelNews) -> tuple[Metric, ...]:
    """Give a model's metrics, youngest cohort first; at each age the coverage, then the metrics of the model file.

    Each metric of the holdout, where there is one, comes before that of the whole: it is the honest one. The paired
    roc_auc follows roc_auc; what is estimated of the day itself comes before every cohort.
    """
    listed = [(name, PAIRED) if name == "roc_auc" else (name,) for name in (LABEL_COVERAGE, *news.model.metrics)]
    order = {name: place for place, name in enumerate(chain.from_iterable(listed))}
    rows = [_metric(news, one) for one in news.metrics]

    def place(row: Metric) -> tuple[object, ...]:
        return row.age, row.cohort_day, order.get(row.name, len(order)), row.name, not row.holdout

    return tuple(sorted(rows, key=place))


def notes(news: Sequence[ModelNews], *, first: bool) -> tuple[Note, ...]:
    """Give every note, alike ones of several models together.

    Parameters
    ----------
    first : whether it is the channel's first digest, which says once what will never come.
    """
    together: dict[tuple[NoteKind, str], list[str]] = defaultdict(list)
    for one in news:
        for kind, text in _of_model(one, first):
            together[kind, words.visible(text, SENTENCE)].append(words.visible(one.model.name, SENTENCE))
    ordered = sorted(together.items(), key=lambda pair: ORDER.index(pair[0][0]))
    return tuple(Note(kind, tuple(models), text) for (kind, text), models in ordered) + _budget(news)


def _metric(news: ModelNews, row: Measurement) -> Metric:
    name, estimated = row.subject or row.signal, row.signal == ESTIMATE
    usual = news.usual_holdout if row.segment else news.usual
    return Metric(
        model=words.visible(news.model.name, SENTENCE),
        name=words.visible(name, NAME),
        age=row.age,
        cohort_day=row.day,
        known_on=row.known_on,
        value=row.value,
        lower=None if name == PAIRED else row.lower,  # an interval that takes the baseline as given is for judging
        upper=None if name == PAIRED else row.upper,
        n=row.n,
        usual=None if estimated else _possible(name, usual.get((name, row.age))),
        reason=words.visible(row.reason, SENTENCE) if row.reason else "",
        primary=not estimated and name == (news.model.metrics[0] if news.model.metrics else "roc_auc"),
        holdout=bool(row.segment),
        so_far=(row.method or "").startswith(SO_FAR),
        estimated=estimated,
        remark=(row.method or "").partition("; ")[2] if estimated else "",
    )


def _possible(name: str, usual: tuple[float, float] | None) -> tuple[float, float] | None:
    """Cut a usual range to the values that a metric can take; one that holds all of them says nothing and is left out."""
    if usual is None or name in _SIGNED:
        return usual
    low, high = (max(0.0, end) for end in usual)
    if name in _UNBOUNDED:
        return low, high
    return None if low <= 0 and high >= 1 else (min(1.0, low), min(1.0, high))


def _of_model(news: ModelNews, first: bool) -> Iterator[tuple[NoteKind, str]]:
    """Give the notes of one model, each with its kind."""
    if news.status == "waiting":
        yield "not_judged", f"waits, {news.problem or 'the day was not observed yet'}"
    for text in news.not_judged:
        yield "not_judged", text
    if news.warm_up:
        day, needed = news.warm_up
        yield "warm_up", f"day {day} of {needed}; until then only hard limits are judged"
    facts = news.facts
    if facts and facts.previous_rows is not None and facts.previous_rows != facts.rows:
        change = f"{facts.previous_rows:,} -> {words.count(facts.rows, 'row')}"
        yield (
            "restated",
            f"{words.day_words(facts.day)}: {change}; judged anew from that day",
        )
    if news.calendar:
        yield "calendar", f"{news.calendar}; unusual traffic is for information only"
    yield from (("sampled", text) for text in (news.sampled,) if text)
    yield from (("version", text) for text in news.notes)
    if first and news.model.feedback is None:
        yield "labels", "no labels configured: no metrics"
    for text in news.revised:
        yield "labels", text
    if news.snoozed:
        yield "snoozed", _snoozed(news)


def _snoozed(news: ModelNews) -> str:
    names = []
    for one in news.snoozed:
        until = news.snoozed_until.get(f"{one.fingerprint}/{one.opened_on.isoformat()}")
        what = f"{one.symptom.replace('_', ' ')} {subject_words(one.symptom, one.subject)}".strip()
        names.append(f"{what} until {words.short_day(until)}" if until else what)
    return f"{len(names)} snoozed: {words.listed(names, most=4)}"


def _budget(news: Sequence[ModelNews]) -> tuple[Note, ...]:
    """Say how many incidents four weeks brought, and where most came from."""
    busy = sorted((one for one in news if one.incidents_28d), key=lambda one: (-one.incidents_28d, one.model.name))
    if not busy:
        return ()
    total = words.count(sum(one.incidents_28d for one in busy), "incident")
    if len(news) == 1:
        noisiest = busy[0].noisiest
        text = f"{total} in 28 days" + (f"; noisiest: {words.visible(noisiest, NAME)}" if noisiest else "")
        return (Note("budget", (words.visible(busy[0].model.name, SENTENCE),), text, _mute(busy[0])),)
    most = [f"{words.visible(one.model.name, NAME)} {one.incidents_28d}{_mostly(one)}" for one in busy[:_NAMED_MODELS]]
    text = f"{total} in 28 days over {words.count(len(news), 'model')}; most: {', '.join(most)}"
    return (Note("budget", (), text, _mute(busy[0])),)


def _mute(news: ModelNews) -> str:
    """Propose to mute the noisiest input of a model that is over its budget."""
    if news.incidents_28d <= _BUDGET or news.noisy_input is None:
        return ""
    return mute_command(news.model.name, *news.noisy_input)


def mute_command(model: str, symptom: str, subject: str) -> str:
    """Give the command that mutes an input, '' for what is none and for names that a shell might misread."""
    if Symptom(symptom).priority < 3 or not all(map(_TYPED.fullmatch, (model, subject))):
        return ""
    return f"vitals decide mute {shlex.quote(model)} {symptom} {shlex.quote(subject)} --why ..."


def _mostly(news: ModelNews) -> str:
    return f" (noisiest: {words.visible(news.noisiest, NAME)})" if news.noisiest else ""
