"""Metrics before labels: learned from cohorts, checked against them, withheld while no better than a constant."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from tests.judging.building import Past, day, facts, measured, model, observed, today
from vitals.judging.estimates import Estimates, learned_since
from vitals.judging.fold import Fold
from vitals.profiles import Profile, summarise
from vitals.profiles.grid import grid, on_grid
from vitals.records import ESTIMATE, WHOLE, Judged, Measurement, Observed, Symptom
from vitals.signals.scored import DECIDED, NEGATIVE, POSITIVE
from vitals.spec.model import Feedback, MetricOptions
from vitals.stats.metrics import BINARY, BinarySample

AGE = 7
WATCHED = model(
    feedback=Feedback(source="warehouse", table="labels", id="id", time="seen", target="late", ages=(1, AGE)),
    metrics=("roc_auc", "precision", "recall", "log_loss"),
    metric_options=MetricOptions(baseline="hour"),
)
NAMES = ("roc_auc", "precision", "recall")


def rows(index: int, honest: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, labels and decisions of a day; how far its scores lie apart differs from day to day."""
    draw = np.random.default_rng(1000 + index)
    width = 0.4 + 2.2 * draw.random()
    score = np.round(1 / (1 + np.exp(-draw.normal(-0.6, width, 500))), 3)
    share = score if honest else 0.15 + 0.3 * draw.random(500)
    return score, draw.random(500) < share, score > 0.5


def lived(index: int, honest: bool = True) -> Observed:
    """A day with its profiles, and the cohort whose labels become known on it."""
    score, _, warned = rows(index, honest)
    found = [_whole(index, "score", pa.array(score)), _whole(index, "decision", pa.array(warned.astype(str)))]
    found.append(_counted(index, DECIDED, score[warned], score))
    known: list[Measurement] = []
    if index >= AGE:
        score, label, warned = rows(index - AGE, honest)
        found += [_counted(index, POSITIVE, score[label], score), _counted(index, NEGATIVE, score[~label], score)]
        sample = BinarySample(label, score, warned)
        for name in WATCHED.metrics:
            real = BINARY[name](sample)
            ends = {"lower": real.lower, "upper": real.upper}
            known.append(measured(day(index - AGE), "performance", name, real.value, real.n, age=AGE, **ends))
        hours = {"hour=07": slice(0, 250), "hour=08": slice(250, 500)}
        for segment, at in hours.items():
            share = float(label[at].mean())
            known.append(measured(day(index - AGE), "performance", "base_rate", share, 250, age=AGE, segment=segment))
    return observed(day(index), None, *known, profiles=tuple(found))


def _whole(index: int, subject: str, values: pa.Array) -> Profile:
    return Profile("m", day(index), subject, WHOLE, summarise(values))


def _counted(index: int, segment: str, group: np.ndarray, every: np.ndarray) -> Profile:
    anchors = grid(every)
    assert anchors is not None
    return Profile("m", day(index), "score", segment, on_grid(group, anchors))


@cache
def judged(count: int, honest: bool = True) -> tuple[list[Observed], list[Judged]]:
    """Days judged from the first on."""
    days = [lived(i, honest) for i in range(count)]
    fold = Fold(WATCHED, Past(day(0)), (), ())
    return days, [fold.judge(one) for one in days]


def said(found: Sequence[Judged], name: str, segment: str = WHOLE) -> dict[date, Measurement]:
    """Estimates of a metric by day."""
    every = (m for j in found for m in j.estimates if m.signal == ESTIMATE)
    return {m.day: m for m in every if (m.subject, m.segment) == (name, segment)}


def test_estimates_are_close_to_what_labels_later_say() -> None:
    """Where scores mean the same every day, an estimate is off by little more than chance."""
    _, found = judged(60)

    for name, off in (("roc_auc", 0.03), ("precision", 0.05), ("recall", 0.05)):
        errors = [m.value for m in said(found, f"{name}_error").values() if m.value is not None]
        assert len(errors) > 25
        assert np.mean(np.abs(errors)) < off, name
        assert abs(np.mean(errors)) < off / 2, name


def test_fourteen_cohorts_are_needed_then_eight_to_check_them() -> None:
    """Each day says why there is no number yet; what was estimated meanwhile is kept to be checked."""
    _, found = judged(60)
    roc_auc, withheld = said(found, "roc_auc"), said(found, "roc_auc", "withheld")

    assert roc_auc[day(19)].reason == "13 of 14 cohorts to learn from"
    assert roc_auc[day(20)].reason == "not checked yet: 0 of 8 estimates have labels"
    assert withheld[day(20)].value is not None
    assert day(19) not in withheld
    assert roc_auc[day(33)].reason == "not checked yet: 7 of 8 estimates have labels"
    assert roc_auc[day(34)].value is not None
    assert day(34) not in withheld
    assert "on the last 8 cohorts with labels" in (roc_auc[day(34)].method or "")


def test_an_estimate_that_is_no_better_than_a_constant_is_withheld() -> None:
    """Scores that say nothing: the reason compares both errors, and the estimate goes on being checked."""
    _, found = judged(60, honest=False)

    last = [said(found, "roc_auc")[day(i)] for i in range(40, 60)]
    held = [one for one in last if one.value is None]
    assert len(held) > 5
    assert all("no better than a constant on the last 8 cohorts: off by" in (one.reason or "") for one in held)
    assert all(said(found, "roc_auc", "withheld")[one.day].value is not None for one in held)


def test_estimates_raise_no_finding_and_their_profiles_are_no_columns() -> None:
    """They are blind to a change of meaning: shown, never alarmed; scores by label have no drift."""
    _, found = judged(60)

    assert not [one for j in found for one in j.findings if one.symptom is Symptom.ESTIMATE]
    assert {(d.subject, d.segment) for j in found for d in j.drifts} == {("score", ""), ("decision", "")}


@pytest.mark.slow
@pytest.mark.parametrize("start", [1, 9, 20, 21, 30, 34, 35, 47, 59])
def test_a_replay_from_any_day_says_the_same(start: int) -> None:
    """From stored rows alone: measurements, estimates, findings, and the profiles that are asked for."""
    days, found = judged(60)

    again = list(_resumed(days, found, start))

    assert again == found[start:]


@pytest.mark.slow
def test_a_long_replay_knows_no_more_than_a_short_one() -> None:
    """Cohorts and estimates that are out of reach are forgotten."""
    days, found = judged(130)

    assert list(_resumed(days, found, 125)) == found[125:]


def _resumed(days: Sequence[Observed], found: Sequence[Judged], start: int) -> Iterator[Judged]:
    before = days[start].day
    past = Past(
        before,
        facts=[one.facts for one in days[:start]],
        measurements=[m for one in days[:start] for m in one.measurements]
        + [m for one in found[:start] for m in one.estimates],
        drifts=[d for one in found[:start] for d in one.drifts],
        findings=[f for one in found[:start] for f in one.findings],
        transitions=[t for one in found[:start] for t in one.transitions],
    )
    since = learned_since(WATCHED, before)
    wanted = [
        p
        for one in days[:start]
        for p in one.profiles
        if p.segment == WHOLE or p.day >= since.get((p.subject, p.segment), date.max)
    ]
    fold = Fold(WATCHED, past, wanted, ())
    return (fold.judge(one) for one in days[start:])


def estimated(now: Observed, *learned: Observed, **rest: object) -> dict[str, Measurement]:
    """Today's estimates by metric, without any fold."""
    estimates = Estimates(WATCHED)
    for one in (*learned, now):
        estimates.remember(one.profiles)
    return {m.subject: m for m in estimates.measure(today(now, watched=WATCHED, **rest)) if not m.segment}


def test_what_a_metric_needs_and_a_day_lacks_is_the_reason() -> None:
    """No profile of scores by decision, few scores, one class only, too few labels."""
    learned = [lived(i) for i in range(AGE, AGE + 13)]
    now = lived(40)
    no_decisions = replace(now, profiles=[p for p in now.profiles if p.segment != DECIDED])
    few = replace(now, profiles=[_whole(40, "score", pa.array([0.5] * 29)), *(p for p in now.profiles if p.segment)])
    one_class = [replace(one, profiles=_negatives(one)) for one in learned]
    mute = replace(now, profiles=[p for p in now.profiles if p.segment not in {POSITIVE, NEGATIVE}] + _negatives(now))

    assert estimated(no_decisions, *learned)["precision"].reason == "no scores by decision"
    assert estimated(no_decisions, *learned)["roc_auc"].reason == "not checked yet: 0 of 8 estimates have labels"
    assert estimated(few, *learned)["roc_auc"].reason == "fewer than 30 scores"
    assert estimated(now, *learned[1:])["roc_auc"].reason == "13 of 14 cohorts to learn from"
    single = estimated(mute, *one_class)["roc_auc"]
    assert single.reason == "too few labels to learn from: 0 positives and 7,000 negatives"


def _negatives(one: Observed) -> list[Profile]:
    """The profiles of a cohort without any positive."""
    index = (one.day - day(0)).days
    score, _, _ = rows(index, honest=True)
    return [_counted(index, POSITIVE, score[:0], score), _counted(index, NEGATIVE, score, score)]


def test_cohorts_declared_bad_or_with_incomplete_labels_teach_nothing() -> None:
    """What was learned from them would be wrong."""
    learned = [lived(i) for i in range(AGE, AGE + 13)]

    assert estimated(lived(40), *learned, bad_days=[day(3)])["roc_auc"].reason == "13 of 14 cohorts to learn from"


def test_without_labels_scores_or_rows_there_is_no_estimate() -> None:
    """Nothing is estimated that could never be checked."""
    for changed in (
        model(feedback=None),
        WATCHED.model_copy(update={"metrics": ("log_loss",)}),
        WATCHED.model_copy(update={"predictions": WATCHED.predictions.model_copy(update={"score": None})}),
    ):
        assert Estimates(changed).measure(today(lived(40), watched=changed)) == []
    empty = replace(lived(40), facts=facts(day(40), [0] * 24))
    assert Estimates(WATCHED).measure(today(empty, watched=WATCHED)) == []
    assert learned_since(model(feedback=None), day(3)) == {}


def test_the_place_of_an_estimate_is_its_metric() -> None:
    """One row a metric and day, its value and its n; rows of earlier cohorts say how far off they were."""
    _, found = judged(60)
    last = found[-1].estimates

    keys = [(m.day, m.age, m.signal, m.subject, m.segment) for m in last]
    assert len(set(keys)) == len(keys)
    assert {m.subject for m in last if m.signal == ESTIMATE} == {*NAMES, *(f"{name}_error" for name in NAMES)}
    assert all(m.known_on == day(59) for m in last)


def test_a_cohort_said_again_changes_what_scores_mean() -> None:
    """Labels that were corrected teach instead of those that were not; from that day on, however the days are judged."""
    days, found = judged(60)
    score, label, _ = rows(40 - AGE, True)
    again = [
        replace(_counted(45, label_name, score[chosen], score), segment=f"{label_name}+5")
        for label_name, chosen in ((POSITIVE, ~label), (NEGATIVE, label))
    ]
    revised = [replace(d, profiles=(*d.profiles, *again)) if d.day == day(45) else d for d in days]
    fold = Fold(WATCHED, Past(day(0)), (), ())

    roc_auc = said([fold.judge(one) for one in revised], "roc_auc")

    before = said(found, "roc_auc")
    assert roc_auc[day(44)].value == before[day(44)].value
    assert roc_auc[day(45)].value != before[day(45)].value
