"""Rules of a model file about alerts: mutes with a reason, classical tests with a threshold."""

from collections.abc import Collection, Iterator

from vitals.spec.document import Place, Problem
from vitals.spec.draft import Draft
from vitals.spec.places import did_you_mean

_GREATEST = {"ks": 1.0, "tv": 1.0, "d1": 2.0, "cramers_v": 1.0, "jensen_shannon": 1.0}


def alerts_do_something(draft: Draft) -> Iterator[Problem]:
    """Demand that an override mutes, with its reason, or adds a classical test with a threshold; never both."""
    for place, alert in draft.parts("alerts"):
        muted, tested = alert.get("mute") is True, alert.has("method")
        if muted and tested:
            yield Problem((*place, "method"), "excludes mute; a muted finding is not tested, use two entries or one")
        elif muted:
            yield from _mute(alert, place)
        elif tested:
            yield from _test(draft, alert, place)
        elif not alert.has("mute") or alert.get("mute") is False:
            yield Problem(place, "does nothing; give mute: true with why, or method with above")
        since, until = alert.text("since"), alert.text("until")
        if since and until and since > until:
            yield Problem((*place, "since"), f"must not be after until, got {since} > {until}; swap them")


def alerts_name_what_exists(draft: Draft) -> Iterator[Problem]:
    """Demand a subject that findings of the symptom can have: a misspelt mute would mute nothing."""
    for place, alert in draft.parts("alerts"):
        symptom, subject = alert.text("symptom") or "", alert.text("subject")
        known = _subjects(draft, symptom)
        if alert.has("method") or not draft.columns_known:
            continue
        if subject and known is not None and subject not in known:
            remedy = did_you_mean(subject, known) if known else "there is none in this file"
            yield Problem((*place, "subject"), f"'{subject}' is no subject of {symptom} here; {remedy}")


def _mute(alert: Draft, place: Place) -> Iterator[Problem]:
    if not alert.has("subject"):
        yield Problem(place, "mutes without subject; name the column, metric, hour or rule to mute")
    if not alert.has("why"):
        yield Problem(place, "mutes without why; say the reason, for whoever finds the mute later")
    for key in ("above", "severity"):
        if alert.has(key):
            yield Problem((*place, key), "has no effect on a mute; remove it")


def _test(draft: Draft, alert: Draft, place: Place) -> Iterator[Problem]:
    method, above, column = alert.text("method") or "", alert.number("above"), alert.text("subject")
    if not alert.has("above"):
        yield Problem((*place, "method"), "needs above: the distance from which on it is a finding, like above: 0.2")
    greatest = _GREATEST.get(method)
    if above is not None and greatest is not None and above >= greatest:
        yield Problem(
            (*place, "above"),
            f"must be < {greatest:g}, the greatest {method} there is, got {above:g}; use a smaller distance",
        )
    if not alert.has("subject"):
        yield Problem((*place, "method"), "needs subject: the watched column to test")
    wanted = _symptom_of(draft, column)
    symptom = alert.text("symptom")
    if symptom and wanted and symptom != wanted:
        yield Problem((*place, "symptom"), f"'{symptom}' has no such test of {column}; use {wanted}")
    elif column and wanted is None and draft.columns_known:
        text = f"'{column}' is no watched column; {did_you_mean(column, draft.watched)}"
        yield Problem((*place, "subject"), text)


def _symptom_of(draft: Draft, column: str | None) -> str | None:
    """Name the symptom of a watched column's drift."""
    if column in draft.responses.values():
        return "response_drift"
    if column is not None and column == draft.text("predictions", "latency_ms"):
        return "latency"
    return "input_drift" if column in draft.watched else None


def _subjects(draft: Draft, symptom: str) -> Collection[str] | None:
    """List the subjects that findings of a symptom can have, None when the file alone does not tell."""
    inputs = [column for _, column in draft.texts("predictions", "inputs")]
    return {
        "input_drift": inputs,
        "response_drift": list(draft.responses.values()),
        "unit_change": draft.watched,
        "missing_answers": list(draft.responses.values()),
        "performance": [metric for _, metric in draft.texts("metrics")],
        "avoid": [name for _, rule in draft.parts("avoid") if (name := rule.text("name"))],
        "heuristic": [name for _, rule in draft.parts("heuristics") if (name := rule.text("name"))],
    }.get(symptom)
