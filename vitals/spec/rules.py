"""Rules about several keys of a model file: what needs what, and what excludes what.

Each rule looks at a draft and gives problems; it says nothing where a type is wrong or a key missing already. A key
that would have no effect is a problem too: nobody should believe that something is watched when it is not.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from vitals.spec.alert_rules import alerts_do_something, alerts_name_what_exists
from vitals.spec.document import Place, Problem
from vitals.spec.draft import Draft
from vitals.spec.label_rules import (
    ages_ascend,
    labels_have_what_they_need,
    metric_options_have_an_effect,
    metrics_fit_the_task,
    positive_is_named,
)
from vitals.spec.parts import LATER_WORDS
from vitals.spec.places import did_you_mean

Rule = Callable[[Draft], Iterator[Problem]]


def cross_problems(draft: Draft) -> Iterator[Problem]:
    """Apply every rule."""
    for rule in _RULES:
        yield from rule(draft)


def _something_is_answered(draft: Draft) -> Iterator[Problem]:
    if not isinstance(draft.get("predictions"), dict):
        return
    if not draft.has("predictions", "score") and not draft.has("predictions", "decision"):
        text = "needs score or decision: the column with what the model answers"
        yield Problem(("predictions",), text)
    responses = draft.responses
    if len(set(responses.values())) < len(responses):
        text = f"is the column '{responses['decision']}' of score as well; name it once"
        yield Problem(("predictions", "decision"), text)


def _columns_have_one_role(draft: Draft) -> Iterator[Problem]:
    for key in ("inputs", "segments"):
        columns = draft.texts("predictions", key)
        yield from _twice(columns, ("predictions", key))
    answered = {column: role for role, column in draft.responses.items()}
    for i, column in draft.texts("predictions", "inputs"):
        if column in answered:
            text = f"'{column}' is the {answered[column]} as well; a column is an input or an answer, remove it here"
            yield Problem(("predictions", "inputs", i), text)


def _times_have_one_reading(draft: Draft) -> Iterator[Problem]:
    for part in ("predictions", "feedback"):
        if draft.has(part, "time_unit") and draft.has(part, "time_zone"):
            text = "has no effect with time_unit: numbers since 1970 are UTC; remove one of both"
            yield Problem((part, "time_zone"), text)


def _defaults_are_watched(draft: Draft) -> Iterator[Problem]:
    known = dict.fromkeys([*draft.responses, *draft.watched])
    for key in draft.keys("defaults"):
        if key not in known and draft.columns_known:
            text = f"is no watched column, so its defaults have no effect; {did_you_mean(key, known)}"
            yield Problem(("defaults", key), text)
        elif isinstance(draft.get("defaults", key), list) and not draft.list("defaults", key):
            yield Problem(("defaults", key), "must not be empty; list the values that mean no answer")


def _limits_are_possible(draft: Draft) -> Iterator[Problem]:
    for place, limit in draft.parts("limits"):
        column, low, high = limit.text("column"), limit.number("min"), limit.number("max")
        if column and column not in draft.watched and draft.columns_known:
            text = f"'{column}' is no watched column; {did_you_mean(column, draft.watched)}"
            yield Problem((*place, "column"), text)
        if low is not None and high is not None and low > high:
            yield Problem((*place, "min"), f"must be <= max, got {low} > {high}; swap them")
        if not any(limit.has(key) for key in ("min", "max", "null_share")):
            yield Problem(place, "limits nothing; give min, max or null_share")
        since, until = limit.text("since"), limit.text("until")
        if since and until and since > until:
            yield Problem((*place, "since"), f"must not be after until, got {since} > {until}; swap them")


def _limits_follow_each_other(draft: Draft) -> Iterator[Problem]:
    """Demand one limit of a column on each day."""
    before: list[tuple[str, str, str]] = []
    for place, limit in draft.parts("limits"):
        column, since, until = limit.text("column"), limit.text("since") or "", limit.text("until") or "9999-12-31"
        if column is None:
            continue
        if any(name == column and since <= last and first <= until for name, first, last in before):
            text = f"'{column}' is given twice in limits for the same days; keep one, or let one end (until) before the other (since)"
            yield Problem((*place, "column"), text)
        before.append((column, since, until))


def _baseline_is_long_enough(draft: Draft) -> Iterator[Problem]:
    try:
        first, last = (
            date.fromisoformat(draft.text("reference", "baseline", key) or "") for key in ("first_day", "last_day")
        )
    except ValueError:
        return  # the types complain
    place = ("reference", "baseline", "last_day")
    if last < first:
        yield Problem(place, f"{last} is before first_day {first}; swap them")
    elif (last - first).days < 6:
        yield Problem(
            place, f"must be at least 6 days after first_day {first}, got {last}; approve a whole week or more"
        )


def _rules_have_one_limit(draft: Draft) -> Iterator[Problem]:
    for place, rule in draft.parts("avoid"):
        if rule.has("at_most") and rule.has("share"):
            yield Problem((*place, "share"), "excludes at_most; tolerate a number of rows or a share of them, not both")
        if rule.text("over") != "outcomes":
            continue
        if not draft.has("feedback"):
            yield Problem((*place, "over"), "'outcomes' needs labels; add feedback, or judge predictions")
        if not rule.has("at_most") and not rule.has("share"):
            yield Problem((*place, "over"), "'outcomes' needs share or at_most: how much is tolerated")


def _names_are_unique(draft: Draft) -> Iterator[Problem]:
    yield from _names_twice(draft, "avoid", "name")
    yield from _names_twice(draft, "heuristics", "name")


def _later_parts_are_not_set(draft: Draft) -> Iterator[Problem]:
    """Refuse what is reserved for later: to ignore it would be a silent failure."""
    task = draft.text("task")
    if task in LATER_WORDS:
        yield Problem(("task",), f"'{task}' is not supported yet; {LATER_WORDS[task]}")
    for i, metric in draft.texts("metrics"):
        if metric == "estimate":
            text = "'estimate' is not supported yet; remove it: metrics are evaluated once labels arrive"
            yield Problem(("metrics", i), text)
    if isinstance(draft.get("predictions", "score"), dict):
        text = "one column per class is not supported yet; name one column"
        yield Problem(("predictions", "score"), text)
    for place in (("predictions", "group"), ("metric_options", "k")):
        if draft.has(*place):
            yield Problem(place, "is not supported yet; remove it (it belongs to task ranking)")


def _samples_have_ids(draft: Draft) -> Iterator[Problem]:
    if draft.has("max_rows") and isinstance(draft.get("predictions"), dict) and not draft.has("predictions", "id"):
        text = "needs predictions.id, by whose hash a day's rows are chosen; name that column or remove this"
        yield Problem(("max_rows",), text)


def _twice(named: Sequence[tuple[int, str]], place: Place) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, name in named:
        if name in seen:
            yield Problem((*place, i), f"'{name}' is listed twice; keep one")
        seen.add(name)


def _names_twice(draft: Draft, key: str, name_key: str) -> Iterator[Problem]:
    named = [(place, text) for place, part in draft.parts(key) if (text := part.text(name_key))]
    for (_, before), (place, name) in pairwise(sorted(named, key=lambda pair: pair[1])):
        if before == name:
            yield Problem((*place, name_key), f"'{name}' is given twice in {key}; names must differ")


_RULES: tuple[Rule, ...] = (
    _something_is_answered,
    _columns_have_one_role,
    _times_have_one_reading,
    _defaults_are_watched,
    _limits_are_possible,
    _limits_follow_each_other,
    _baseline_is_long_enough,
    _rules_have_one_limit,
    _names_are_unique,
    _later_parts_are_not_set,
    _samples_have_ids,
    labels_have_what_they_need,
    ages_ascend,
    metrics_fit_the_task,
    metric_options_have_an_effect,
    positive_is_named,
    alerts_do_something,
    alerts_name_what_exists,
)
