"""Metrics in the few lines that Slack shows: each cohort of a few models, or how many of many models are as usual."""

from collections import Counter
from collections.abc import Iterator, Sequence

from vitals import words
from vitals.digest.content import Metric
from vitals.render import phrases

_MODELS = 5


def metric_lines(metrics: Sequence[Metric]) -> list[str]:
    """Say each cohort of up to five models in a line; of more models only what is common and what is not."""
    if len({one.model for one in metrics}) > _MODELS:
        return list(_summed(metrics))
    return [_cohort(one) for one in phrases.brief(metrics)]


def _cohort(one: phrases.Cohort) -> str:
    said = "; ".join(phrases.metric(metric) for metric in one.metrics)
    return f"{one.model} · {one.title}" + (f": {said}" if said else "")


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
