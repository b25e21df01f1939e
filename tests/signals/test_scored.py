"""Scores by label and by decision, on a grid that shows no person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.profiles import Profile, decode, encode
from vitals.profiles.grid import grid, on_grid
from vitals.records import Day
from vitals.signals import scored


def test_labels_are_counted_on_one_grid(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """Positives and negatives below and up to each step, known on the day the cohort reached its age."""
    made = cohort(plain_cohort, age=7)
    positive, negative = scored.of_labels(model(), made)

    seen = np.array([y is not None for y in plain_cohort["late"]])
    late, score = np.array([y == 1 for y in plain_cohort["late"]]), np.array(plain_cohort["score"])
    assert (positive.subject, positive.segment, negative.segment) == ("score", scored.POSITIVE, scored.NEGATIVE)
    assert positive.day == made.known_on
    assert (positive.summary.n, negative.summary.n) == (late.sum(), (seen & ~late).sum())
    anchors = positive.summary.anchors
    assert (anchors == negative.summary.anchors).all()
    assert len(anchors) <= 1 + seen.sum() // 10
    assert (anchors[0], anchors[-1]) == (score[seen].min(), score[seen].max())
    assert positive.summary.le.tolist() == [int((score[late] <= a).sum()) for a in anchors]
    assert negative.summary.lt.tolist() == [int((score[seen & ~late] < a).sum()) for a in anchors]


def test_a_cohort_said_again_has_profiles_of_its_own(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """On one day several cohorts' labels may become known: how long after its age tells them apart."""
    made = cohort(plain_cohort, age=7)
    again = replace(made, known_on=made.known_on + timedelta(days=3))

    found = scored.of_labels(model(), again)

    assert [(one.day, one.segment) for one in found] == [
        (again.known_on, "__label=1+3"),
        (again.known_on, "__label=0+3"),
    ]
    assert {one.segment for one in found} < set(scored.label_segments(3))
    assert all(scored.is_own(one.segment) for one in found)


def test_fewer_than_a_hundred_labels_are_no_profile(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """Nor is a cohort without labels, without score, or of another task."""
    few = plain_cohort | {"late": [1 if i < 99 else None for i in range(400)]}

    assert scored.of_labels(model(), cohort(few)) == []
    assert scored.of_labels(model(predictions={"score": None}), cohort(plain_cohort)) == []
    assert scored.of_labels(model(feedback=None), cohort(plain_cohort)) == []
    assert scored.of_labels(model(), cohort({name: [] for name in plain_cohort})) == []


def test_one_class_alone_is_counted_too(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: dict[str, list[Any]]
) -> None:
    """A cohort without a positive still says which scores were negative."""
    positive, negative = scored.of_labels(model(), cohort(plain_cohort | {"late": [0] * 400}))

    assert (positive.summary.n, negative.summary.n) == (0, 400)
    assert positive.summary.le.sum() == 0


def test_positive_decisions_are_counted_on_the_days_grid(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: dict[str, list[Any]]
) -> None:
    """What was decided, by score; without labels to learn from it is of no use."""
    (found,) = scored.of_decisions(model(), partition(plain_rows))

    warned = np.array(plain_rows["decision"]) == "warn"
    assert (found.segment, found.summary.n) == (scored.DECIDED, warned.sum())
    scores = np.array(plain_rows["score"])[warned]
    assert found.summary.le.tolist() == [int((scores <= a).sum()) for a in found.summary.anchors]
    assert scored.of_decisions(model(feedback=None), partition(plain_rows)) == []
    assert scored.of_decisions(model(), partition({name: values[:99] for name, values in plain_rows.items()})) == []


@given(st.lists(st.floats(0, 1), min_size=100, max_size=400), st.randoms())
def test_a_grid_profile_survives_the_store(values: list[float], random: Any) -> None:
    """Whatever the scores and the group, the bytes give the same counts again."""
    scores = np.array(values)
    group = scores[np.array([random.random() < 0.2 for _ in values])]
    anchors = grid(scores)
    assert anchors is not None
    profile = Profile("m", Day(2024, 1, 1), "score", scored.POSITIVE, on_grid(group, anchors))

    again = decode(encode(profile), "m", profile.day, "score", scored.POSITIVE)

    assert encode(again) == encode(profile)
    assert again.summary.le.tolist() == profile.summary.le.tolist()
    assert again.summary.lt.tolist() == profile.summary.lt.tolist()
    assert (again.summary.anchors == anchors).all()


@pytest.mark.parametrize("values", [[], [np.nan] * 200, [0.5] * 99])
def test_too_few_finite_scores_have_no_grid(values: list[float]) -> None:
    """A hundred rows are needed; one value repeated is a grid of one."""
    assert grid(np.array(values)) is None
    constant = grid(np.full(100, 0.5))
    assert constant is not None
    assert constant.tolist() == [0.5]
