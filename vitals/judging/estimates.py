"""How good the day's answers probably are, before labels come: what scores meant in the last cohorts, applied to today's.

Made from stored profiles of scores by label and of scores by decision. Checked against labels when they come, and
withheld while a constant would have done as well. It never raises a finding: it is blind to a change of what a score means.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from vitals import words
from vitals.judging import labels
from vitals.judging.day import Today
from vitals.profiles import NumericSummary, Profile
from vitals.records import ESTIMATE, FURTHER_DAYS, WHOLE, Day, Measurement
from vitals.signals.scored import DECIDED, POSITIVE, is_own, label_of, label_segments
from vitals.spec import Model
from vitals.spec.model import Task
from vitals.stats import cbpe
from vitals.stats.metrics import DEFAULTS
from vitals.stats.metrics.samples import MIN_CLASS, MIN_ROWS

ESTIMABLE = ("roc_auc", "precision", "recall", "f1")
WITHHELD = "withheld"
LEAST_COHORTS = 14
LEAST_LABELS = 300
CHECKED = 8
REACH_DAYS = 90  # how far back cohorts are remembered that scores are learned from

Said = tuple[float | None, str]
"""A number, or why there is none."""


@dataclass(frozen=True, slots=True)
class _Check:
    """What estimates and a constant were off by, on average over the last cohorts; None before there are enough."""

    estimate: float
    constant: float


class Estimates:
    """Remembers what scores came true, and estimates each day's metrics."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._learned: dict[Day, dict[str, NumericSummary]] = defaultdict(dict)  # by cohort
        self._known_on: dict[Day, Day] = {}

    def remember(self, profiles: Iterable[Profile]) -> None:
        """Take in profiles of scores by label; of a cohort said again, what became known last counts."""
        feedback = self._model.feedback
        for one in sorted(profiles, key=lambda profile: profile.day):
            label = label_of(one.segment)
            if feedback is not None and label is not None and isinstance(one.summary, NumericSummary):
                cohort = one.day - timedelta(days=max(feedback.ages) + label[1])
                self._learned[cohort][label[0]] = one.summary
                self._known_on[cohort] = one.day

    def forget(self, today: Day) -> None:
        """Drop what is out of reach."""
        for cohort in [
            one for one, known_on in self._known_on.items() if known_on < today - timedelta(days=REACH_DAYS)
        ]:
            del self._learned[cohort], self._known_on[cohort]

    def measure(self, today: Today) -> list[Measurement]:
        """Estimate today's metrics, and say how far off the estimates of the cohorts were that became known today.

        Returns
        -------
        Signal `estimate` of age 0 per metric that the model lists and that can be estimated: its value, or why it is
        not said; one that is withheld is kept as segment `withheld`, to be checked later. And `<metric>_error`,
        estimated - real, of the cohorts whose labels came today.
        """
        feedback, log = self._model.feedback, self._model.predictions
        if feedback is None or log.score is None or self._model.task != Task.BINARY or not today.facts.rows:
            return []
        listed = self._model.metrics or DEFAULTS["binary"]
        names = [name for name in ESTIMABLE if name in listed and (name == "roc_auc" or log.decision)]
        estimated = self._estimated(today, max(feedback.ages))
        found = []
        for name in names:
            found += _errors(today, name, max(feedback.ages))
            found += _said(today, name, max(feedback.ages), *estimated(name))
        return found

    def _estimated(self, today: Today, age: int) -> "_Today":
        own = {
            one.segment: one.summary
            for one in today.observed.profiles
            if one.subject == self._model.predictions.score and isinstance(one.summary, NumericSummary)
        }
        learned = self._calibration(today, age)
        return _Today(learned, own.get(WHOLE), own.get(DECIDED))

    def _calibration(self, today: Today, age: int) -> cbpe.Calibration | str:
        """What scores mean, from the last cohorts with labels; or why that is not known."""
        known = {day: two for day, two in self._learned.items() if len(two) == 2}
        days = [day for day in today.ordinary(known) if not labels.incomplete(today, day, age)]
        days = days[-self._model.reference.days :]
        if len(days) < LEAST_COHORTS:
            return f"{len(days)} of {LEAST_COHORTS} cohorts to learn from"
        scores, positives, negatives = _pooled([known[day] for day in days])
        hit, missed = positives.sum(), negatives.sum()
        if hit + missed < LEAST_LABELS or min(hit, missed) < MIN_CLASS:
            counts = words.listed([words.count(round(hit), "positive"), words.count(round(missed), "negative")])
            return f"too few labels to learn from: {counts}"
        return cbpe.calibrate(scores, positives, negatives)


def learned_since(model: Model, before: Day) -> dict[tuple[str, str], Day]:
    """The oldest day of the profiles (subject, segment) that estimates from `before` on may need."""
    score = model.predictions.score
    if model.feedback is None or score is None:
        return {}
    late = max(0, model.feedback.window - max(model.feedback.ages)) + FURTHER_DAYS
    segments = ((score, segment) for segment in label_segments(late))
    return dict.fromkeys(segments, before - timedelta(days=REACH_DAYS))


def without_own(profiles: Iterable[Profile]) -> list[Profile]:
    """Leave out profiles of scores by label or decision: they are no segments to be judged."""
    return [one for one in profiles if not is_own(one.segment)]


@dataclass(frozen=True)
class _Today:
    """Today's scores and what they mean."""

    learned: cbpe.Calibration | str
    scores: NumericSummary | None
    decided: NumericSummary | None

    def __call__(self, name: str) -> tuple[Said, int]:
        """Estimate a metric; gives the rows behind it as well."""
        if isinstance(self.learned, str):
            return (None, self.learned), 0
        if self.scores is None or (rows := int(self.scores.le[-1]) if len(self.scores.le) else 0) < MIN_ROWS:
            return (None, f"fewer than {MIN_ROWS} scores"), 0
        known, amounts = cbpe.points(self.scores)
        shares = self.learned(known)
        if name == "roc_auc":
            value = cbpe.expected_roc_auc(shares, amounts)
            return (value, "" if value is not None else "one class only is expected"), rows
        if self.decided is None:
            return (None, "no scores by decision"), rows
        warned, of_warned = cbpe.points(self.decided)
        tp = float((self.learned(warned) * of_warned).sum())
        fn = max(0.0, float((shares * amounts).sum()) - tp)
        expected = cbpe.Expected(tp, float(of_warned.sum()) - tp, fn, 0.0)
        value = {"precision": expected.precision, "recall": expected.recall, "f1": expected.f1}[name]
        return (value, "" if value is not None else "no positive decisions"), rows


def _pooled(cohorts: Iterable[Mapping[str, NumericSummary]]) -> tuple[cbpe.Floats, cbpe.Floats, cbpe.Floats]:
    """Positives and negatives per score, over all cohorts."""
    parts = [(segment, *cbpe.points(summary)) for two in cohorts for segment, summary in sorted(two.items())]
    scores, place = np.unique(np.concatenate([known for _, known, _ in parts]), return_inverse=True)
    amounts = np.concatenate([rows for _, _, rows in parts])
    hit = np.concatenate([np.full(len(rows), float(segment == POSITIVE)) for segment, _, rows in parts])
    positives, rows = (
        np.bincount(place, counted, len(scores)).astype(np.float64) for counted in (amounts * hit, amounts)
    )
    return scores, positives, rows - positives


def _said(today: Today, name: str, age: int, said: Said, rows: int) -> list[Measurement]:
    """Say an estimate, or withhold it while it has not shown to be better than a constant."""
    value, reason = said
    plain = Measurement(
        today.model.name,
        today.day,
        0,
        today.day,
        ESTIMATE,
        name,
        WHOLE,
        value,
        n=rows,
        method="CBPE",
        reason=reason or None,
    )
    if value is None:
        return [replace(plain, method=None)]
    cohorts = _made(today, name, age)
    check = _checked(today, name, age, cohorts)
    if check is None:
        why = f"not checked yet: {len(cohorts)} of {CHECKED} estimates have labels"
    elif check.estimate >= check.constant:
        why = (
            f"no better than a constant on the last {CHECKED} cohorts: off by {words.number(check.estimate)}, a constant"
            f" by {words.number(check.constant)}"
        )
    else:
        method = f"CBPE; off by {words.number(check.estimate)} on the last {CHECKED} cohorts with labels"
        return [replace(plain, method=method)]
    return [replace(plain, value=None, method=None, reason=why), replace(plain, segment=WITHHELD)]


def _errors(today: Today, name: str, age: int) -> list[Measurement]:
    """How far off the estimates were of cohorts whose labels came today."""
    found = []
    for real in today.measured("performance"):
        if (real.subject, real.segment, real.age) != (name, WHOLE, age) or real.value is None:
            continue
        made = _raw(today, name, real.day)
        if made is not None:
            error = replace(
                real, signal=ESTIMATE, subject=f"{name}_error", value=made - real.value, lower=None, upper=None
            )
            found.append(replace(error, method="estimated - real"))
    return found


def _raw(today: Today, name: str, day: Day) -> float | None:
    """What was estimated on a day, said or withheld."""
    for segment in (WHOLE, WITHHELD):
        one = today.history.series(ESTIMATE, name, segment).get(day)
        if one is not None and one.value is not None:
            return one.value
    return None


def _made(today: Today, name: str, age: int) -> list[Day]:
    """The last cohorts with an estimate and the real metric, oldest first."""
    real = today.history.series("performance", name, WHOLE, age)
    fit = [day for day in today.ordinary(labels.complete(today, real)) if real[day].value is not None]
    return [day for day in fit if _raw(today, name, day) is not None][-CHECKED:]


def _checked(today: Today, name: str, age: int, cohorts: list[Day]) -> _Check | None:
    """What the estimates of these cohorts were off by, and what the mean of the cohorts known then would have been."""
    if len(cohorts) < CHECKED:
        return None
    real = {day: one.value for day, one in today.history.series("performance", name, WHOLE, age).items()}
    estimate, constant = [], []
    for day in cohorts:
        value, made = real[day], _raw(today, name, day)
        known = [v for d, v in sorted(real.items()) if v is not None and d + timedelta(days=age) <= day]
        known = known[-today.model.reference.days :]
        if value is None or made is None or not known:
            return None
        estimate.append(abs(made - value))
        constant.append(abs(math.fsum(known) / len(known) - value))
    return _Check(math.fsum(estimate) / len(estimate), math.fsum(constant) / len(constant))
