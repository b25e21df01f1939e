"""Lines that every rendering shares: what changed, metrics, resolved incidents, notes. Plain text, no markup."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote, urlsplit

from vitals import words
from vitals.digest.content import Digest, Item, Metric, Note, NoteKind, Resolved
from vitals.records import NO_COVERAGE

SECTIONS = {1: "Priority 1: symptoms", 2: "Priority 2: what the models answer", 3: "Priority 3: inputs"}
_SHARES = frozenset({"label_coverage", "prevalence", "predicted_positive_rate", "within_tolerance"})
ESTIMATED = "estimated, assumes the score still means the same"
NOTES: dict[NoteKind, str] = {
    "not_judged": "Not judged",
    "warm_up": "Warming up",
    "restated": "Read again",
    "calendar": "Calendar",
    "sampled": "Sampled",
    "version": "Release",
    "labels": "Labels",
    "snoozed": "Triage",
    "budget": "Alerts",
    "delivery": "Delivery",
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """The metrics of one model's cohort at one age."""

    model: str
    age: int
    title: str
    metrics: tuple[Metric, ...]


def since(digest: Digest) -> str:
    """Say what changed since the channel was last told, in one sentence."""
    if digest.told_on is None:
        return "First digest of this channel: everything open is new to it."
    states = [item.state for item in digest.items if not item.info]
    amounts = [
        (states.count("new"), "new"),
        (states.count("reopened"), "back again"),
        (states.count("worse"), "worse"),
        (len(digest.resolved), "resolved"),
        (states.count("unchanged") + states.count("unseen"), "still open"),
    ]
    said = [f"{amount:,} {what}" for amount, what in amounts if amount]
    return f"Since the digest of {words.day_words(digest.told_on)}: {', '.join(said) or 'nothing changed'}."


def cards(digest: Digest, priority: int) -> list[Item]:
    """Give the items of a priority that are news, without those shown under another."""
    return [item for item in digest.items if item.priority == priority and item.shown == "card" and not item.info]


def still_open(digest: Digest) -> list[Item]:
    """Give what is open and no news, one line each."""
    return [item for item in digest.items if item.shown == "line" and not item.info]


def for_information(digest: Digest) -> list[Item]:
    """Give what is no problem."""
    return [item for item in digest.items if item.info]


def resolved(one: Resolved) -> str:
    """Say what ended, when and why."""
    what = one.symptom.replace("_", " ")
    where = " · ".join(part for part in (one.model, what, words.listed(one.subjects, most=6), one.segment) if part)
    days = words.count((one.resolved_on - one.opened_on).days, "day")
    when = words.short_day(one.resolved_on)
    return f"{where}: resolved {when} after {days} ({one.reason})"


def brief(metrics: Sequence[Metric]) -> Iterator[Cohort]:
    """Give each model's cohorts with the primary metric alone, at the last age and of estimates all of them."""
    last: dict[str, int] = {}
    for one in metrics:
        last[one.model] = max(one.age, last.get(one.model, 0))
    for cohort in cohorts(metrics):
        whole = cohort.age == last[cohort.model]
        yield replace(cohort, metrics=tuple(m for m in cohort.metrics if whole or m.primary or m.estimated))


def cohorts(metrics: Sequence[Metric]) -> Iterator[Cohort]:
    """Give metrics by model, age and cohort, in the digest's order."""
    for (model, age, day, estimated), members in groupby(
        metrics, key=lambda m: (m.model, m.age, m.cohort_day, m.estimated)
    ):
        found = tuple(members)
        if estimated:
            yield Cohort(model, age, f"predictions of {words.short_day(day)}, before any label: {ESTIMATED}", found)
            continue
        coverage = next((m for m in found if m.name == "label_coverage"), None)
        labels = f"; labels for {words.share(coverage.value)}" if coverage and coverage.value is not None else ""
        of = f" of {words.count(coverage.n, 'row')}" if labels and coverage and coverage.n is not None else ""
        if coverage and coverage.value is None and coverage.reason == NO_COVERAGE:
            labels = f"; {words.count(coverage.n or 0, 'event')}"
        seen = max(m.known_on for m in found)
        days = words.count(age, "day")
        again = f"at an age of {days}, evaluated again on {words.short_day(seen)}"
        when = f"{days} later" if (seen - day).days == age else again
        title = f"predictions of {words.short_day(day)}, seen {when}{labels}{of}"
        yield Cohort(model, age, title, tuple(m for m in found if m is not coverage or not labels))


def metric(one: Metric) -> str:
    """Say a metric with its interval, its usual range and its n, or why it cannot be said."""
    if one.value is None:
        return f"{one.title}: cannot be said, {one.reason or 'no reason given'}"
    known = [f"95 %: {interval(one)}"] if one.lower is not None and one.upper is not None else []
    known += [f"usually {_range(one.name, *one.usual)}"] if one.usual else []
    known += [one.remark] if one.remark else []
    known += [f"n={one.n:,}"] if one.n is not None else []
    return f"{one.title} {value(one)}" + (f" ({'; '.join(known)})" if known else "")


def value(one: Metric) -> str:
    """Say a metric's value alone."""
    if one.name in _SHARES or one.value is None:
        return words.share(one.value)
    return f"{one.value:.3f}" if _is_small(one.value) else words.number(one.value)


def interval(one: Metric) -> str:
    """Say a metric's 95 % interval, '' where there is none."""
    return "" if one.lower is None or one.upper is None else _range(one.name, one.lower, one.upper)


def usual(one: Metric) -> str:
    """Say a metric's usual range, '' where it is not known."""
    return _range(one.name, *one.usual) if one.usual else ""


def note(one: Note) -> str:
    """Say a note with its models, at most five by name."""
    models = f"{words.listed(one.models, most=5)}: " if one.models else ""
    return f"{NOTES[one.kind]}: {models}{one.text}{f'; too many? `{one.command}`' if one.command else ''}"


def quiet_line(digest: Digest) -> str:
    """Say what there is to say on a quiet day in one short line: the newest full metric, then notes."""
    rows = sum(line.rows or 0 for line in digest.models)
    parts = [words.count(rows, "row")]
    primary = [m for m in digest.metrics if m.primary and m.value is not None]
    if primary and len(digest.models) == 1:
        oldest = max(primary, key=lambda one: (one.age, one.holdout))
        parts.append(f"{oldest.title} {value(oldest)} after {words.count(oldest.age, 'day')}")
    parts += [_short(one, len(digest.models)) for one in digest.notes]
    info = len(for_information(digest))
    return " · ".join([*parts, *([f"{info} for information"] if info else [])])


def web_link(address: str) -> str:
    """Give an address that is safe to link to, percent-encoded; '' unless it is plain http(s) with a host.

    >>> web_link("https://wiki.example.com/a b|c"), web_link("javascript:alert(1)"), web_link("https://[x")
    ('https://wiki.example.com/a%20b%7Cc', '', '')
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or len(address) > 1_000:
        return ""
    return quote(words.visible(address, 1_000), safe=":/?#[]@!$&()*+,;=%~-._")


def _short(one: Note, models: int) -> str:
    """Say a note in a few words, with the names of its models where it is not about all of the digest's `models`."""
    if one.kind == "warm_up":
        return f"warming up: {one.text.split(';')[0]}" + (
            f" ({words.count(len(one.models), 'model')})" if len(one.models) > 1 else ""
        )
    text = {"calendar": one.text.split(";")[0], "snoozed": one.text.split(":")[0]}.get(one.kind, one.text)
    return f"{words.listed(one.models, most=3)}: {text}" if 0 < len(one.models) < models else text


def _range(name: str, low: float, high: float) -> str:
    """Say a range with the decimals of its value."""
    if name in _SHARES:
        return words.share_range(low, high)
    if _is_small(low) and _is_small(high):
        between = " to " if low < 0 else "-"
        return f"{low:.3f}{between}{high:.3f}"
    return words.number_range(low, high)


def _is_small(value: float) -> bool:
    """Whether three decimals suit a metric's value, as they do between -10 and 10, but for tiny ones."""
    return value == 0 or 0.001 <= abs(value) < 10
