"""The paired roc_auc: what a model's ranking adds to that of a trivial baseline, the base rate of the hour or segment.

What makes one day harder than another (weather, season) moves both, so a model is compared with what it added on days
that were as easy to rank (`levelled`). The base rates come from past cohorts of the same age, never from the cohort
itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from vitals.judging.day import Today
from vitals.records import PAIRED, WHOLE, Day, Measurement
from vitals.signals.baseline import BASE_RATE
from vitals.signals.performance import so_far
from vitals.stats.area import ranked_area

LEAST_COHORTS = 14

Rates = Mapping[Day, Measurement]


def measure(today: Today) -> list[Measurement]:
    """Measure the paired roc_auc of every cohort whose roc_auc became known today; nothing without a baseline.

    Notes
    -----
    value = roc_auc - area of the cohort's groups ranked by their base rate over the reference (ties as half; a group
    that the reference does not have is ranked by the rate of all its rows). Its interval is that of roc_auc, shifted:
    it takes the baseline as given.
    """
    by = today.model.metric_options.baseline
    if by is None:
        return []
    known = [
        one
        for one in today.measured("performance")
        if (one.subject, one.segment) == ("roc_auc", WHOLE) and not so_far(today.model, one.age)
    ]
    return [_one(today, one, by) for one in known]


def areas(paired: Iterable[Measurement], roc_auc: Mapping[Day, Measurement]) -> dict[Day, float]:
    """Give the area that the baseline had, per cohort.

    Parameters
    ----------
    paired, roc_auc : the two metrics at one age, the latter by day.
    """
    return {
        one.day: known - one.value
        for one in paired
        if one.value is not None and one.day in roc_auc and (known := roc_auc[one.day].value) is not None
    }


def levelled(past: Sequence[Measurement], area: Mapping[Day, float], now: float) -> list[Measurement]:
    """Say what past cohorts would have added on a day whose baseline is as good as `now`.

    Parameters
    ----------
    past : paired roc_auc of past cohorts. area : of their baselines; a cohort without one is left out.

    Notes
    -----
    With b the slope, within 0..1, of roc_auc on the baseline's area over these cohorts: value + (1 - b) (area - now). The
    plain difference (b = 1) is steadier than roc_auc alone only where both move in step; on the flights b is 0.5.
    """
    known = [one for one in past if one.day in area and one.value is not None]
    if not known:
        return []
    x = np.array([area[one.day] for one in known])
    y = x + np.array([one.value for one in known], dtype=np.float64)
    moved = x - x.mean()
    squares = float((moved**2).sum())
    slope = min(1.0, max(0.0, float((moved * y).sum()) / squares)) if squares > 0 else 0.0
    return [_shifted(one, (1 - slope) * (area[one.day] - now)) for one in known]


def _one(today: Today, roc_auc: Measurement, by: str) -> Measurement:
    unsaid = replace(roc_auc, subject=PAIRED, value=None, lower=None, upper=None, method=None)
    if roc_auc.value is None:
        return unsaid
    series = _series(today, roc_auc.age)
    days = today.ordinary({day for rates in series.values() for day in rates if day < roc_auc.day})
    days = days[-today.model.reference.days :]
    if len(days) < LEAST_COHORTS:
        return replace(unsaid, reason=f"{len(days)} of {LEAST_COHORTS} cohorts to learn base rates from")
    groups = [
        one
        for one in today.measured("performance")
        if one.subject == BASE_RATE and (one.day, one.age) == (roc_auc.day, roc_auc.age)
    ]
    area = _area(groups, series, days) if groups else None
    if area is None:
        return replace(unsaid, reason=f"no base rates by {by}")
    method = f"roc_auc - {area:.4f} of the base rate by {by} of {len(days)} cohorts before; interval of roc_auc alone"
    return _shifted(replace(roc_auc, subject=PAIRED, method=method), -area)


def _series(today: Today, age: int) -> dict[str, Rates]:
    """The base rates of every group at an age, by day."""
    return {
        key[2]: today.history.series(*key)
        for key in today.history.keys("performance")
        if (key[1], key[3]) == (BASE_RATE, age)
    }


def _area(groups: Sequence[Measurement], series: Mapping[str, Rates], days: Iterable[Day]) -> float | None:
    """Area of a cohort's groups, ranked by the base rates of other days; the groups' order does not matter."""
    wanted = frozenset(days)
    past = {name: _counts(one for day, one in rates.items() if day in wanted) for name, rates in series.items()}
    positives, rows = (sum(counts[i] for counts in past.values()) for i in (0, 1))
    overall = positives / rows if rows else 0.0
    rates = []
    for one in groups:
        hit, of = past.get(one.segment, (0, 0))
        rates.append(hit / of if of else overall)
    today = [_counts([one]) for one in groups]
    return ranked_area([hit for hit, _ in today], [of - hit for hit, of in today], rates)


def _counts(rates: Iterable[Measurement]) -> tuple[int, int]:
    """Positives and rows behind base rates."""
    known = [(round((one.value or 0.0) * (one.n or 0)), one.n or 0) for one in rates]
    return sum(hit for hit, _ in known), sum(of for _, of in known)


def _shifted(one: Measurement, by: float) -> Measurement:
    value, lower, upper = (None if end is None else end + by for end in (one.value, one.lower, one.upper))
    return replace(one, value=value, lower=lower, upper=upper)
