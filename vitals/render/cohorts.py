"""Metrics in the few lines that people read daily: one of each of a few models, or how many of many are as usual."""

from collections import Counter
from collections.abc import Iterator, Sequence

from vitals import words
from vitals.digest.content import Metric
from vitals.render import phrases

_MODELS = 5
METRIC_COLUMNS = ("predictions of", "metric", "value", "usually", "95 %", "model")


def is_many(metrics: Sequence[Metric]) -> bool:
    """Whether they are of more models than anybody reads one by one."""
    return len({one.model for one in metrics}) > _MODELS


def metric_lines(metrics: Sequence[Metric]) -> list[str]:
    """Say one line of each of up to five models, the primary metric at the last age; of more only what they have in common."""
    if is_many(metrics):
        return list(_summed(metrics))
    last: dict[str, str] = {}
    for cohort in phrases.cohorts(metrics):
        primary = next((one for one in cohort.metrics if one.primary), None)
        known = primary is not None and primary.value is not None
        if known or (cohort.model not in last and not any(one.estimated for one in cohort.metrics)):
            last[cohort.model] = _short(cohort, primary)
    return list(last.values())


def metric_rows(metrics: Sequence[Metric]) -> list[tuple[str, ...]]:
    """Give every metric of up to five models at every age as the cells of a table, for the thread; of more models nothing."""
    return [] if is_many(metrics) else [_row(one) for one in metrics]


def _row(one: Metric) -> tuple[str, ...]:
    said = f"cannot be said: {one.reason}" if one.value is None else phrases.value(one)
    seen = "estimated" if one.estimated else f"{words.count(one.age, 'day')} later"
    interval = phrases.interval(one) or (one.remark if one.estimated else "")
    when = f"{words.short_day(one.cohort_day)}, {seen}"
    return when, one.title, said, phrases.usual(one) or "–", interval or "–", one.model


def _short(cohort: phrases.Cohort, primary: Metric | None) -> str:
    if primary is None:
        return f"{cohort.model}: {cohort.title}"
    if primary.value is None:
        return f"{cohort.model}: {phrases.metric(primary)}; {cohort.title}"
    usual = f" (usually {phrases.usual(primary)})" if primary.usual else ""
    return f"{cohort.model}: {primary.title} {phrases.value(primary)}{usual}; {cohort.title}"


def _summed(metrics: Sequence[Metric]) -> Iterator[str]:
    """Say of each model's primary metric and coverage, at the last age, whether they are as usual."""
    last: dict[str, Metric] = {}
    coverage: dict[str, float] = {}
    for one in metrics:
        held = last.get(one.model)
        if one.primary and (held is None or (one.age, one.holdout) >= (held.age, held.holdout)):
            last[one.model] = one
        if one.name == "label_coverage" and one.value is not None:
            coverage[one.model] = one.value  # the oldest age comes last
    judged = Counter(_state(one) for one in last.values())
    states = ", ".join(f"{judged[state]:,} {state}" for state in _STATES if judged[state])
    if states:
        yield f"primary metric of {words.count(len(last), 'model')} at the last age: {states}"
    outside = sorted(model for model, one in last.items() if _state(one) == _STATES[1])
    if outside:
        yield f"outside: {words.listed(outside, most=6)}"
    if coverage:
        lowest = min(coverage, key=lambda model: (coverage[model], model))
        known = words.share_range(coverage[lowest], max(coverage.values()))
        yield f"labels at the last age: {known} of the rows, fewest for {lowest}"


_STATES = ("in the usual range", "outside the usual range", "without a usual range yet", "cannot be said")


def _state(one: Metric) -> str:
    if one.value is None:
        return _STATES[3]
    if one.usual is None:
        return _STATES[2]
    low, high = one.usual
    return _STATES[0] if low <= one.value <= high else _STATES[1]
