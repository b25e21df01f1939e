"""Slow drift against approved days: weekly, for information, and apart from everything else."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from tests.judging.building import Past, day, facts, folded, model, numbers, said
from vitals.judging.causes import moved
from vitals.judging.columnset import touches
from vitals.judging.fold import Fold
from vitals.judging.slow import baseline_days
from vitals.profiles import Profile, summarise
from vitals.records import BASELINE, Finding, Judged, Observed, Severity, Symptom, TriageKind
from vitals.spec import Model

pytestmark = pytest.mark.slow

APPROVED = {"first_day": day(0), "last_day": day(13)}
WATCHED = Model.model_validate({**model().model_dump(), "reference": {"baseline": APPROVED}})


def days(step: float, count: int = 49, seed: int = 0) -> list[Observed]:
    """Days on which distances grow by `step` and carriers stay as they are."""
    draw = np.random.default_rng(seed)
    return [
        Observed(
            facts(day(index), [40] * 24, "UTC"),
            [
                numbers(day(index), "distance", draw.normal(1000 + step * index, 150, 900)),
                Profile("m", day(index), "carrier", "", summarise(pa.array(draw.choice(["UA", "AA"], 900)))),
            ],
            [],
            [],
        )
        for index in range(count)
    ]


def slow(judged: Iterable[Judged]) -> list[Finding]:
    """Findings against the baseline."""
    return [one for each in judged for one in each.findings if one.segment == BASELINE]


def test_what_moves_slowly_is_said_on_sundays_only() -> None:
    """Three standard deviations in seven weeks: the daily rule moves along, the weekly one says how far it went."""
    found = slow(folded(days(step=9.0), watched=WATCHED))

    assert found
    assert {one.day.weekday() for one in found} == {6}
    assert {(one.subject, one.severity, one.symptom) for one in found} == {
        ("distance", Severity.INFO, Symptom.INPUT_DRIFT)
    }
    assert [one.value for one in found] == sorted(one.value or 0 for one in found)
    assert "of the rows of the last 7 days lie elsewhere than in the approved days" in found[0].statement


def test_approved_days_are_compared_with_from_the_day_they_were_approved() -> None:
    """A replay of earlier weeks does not know yet what was approved later."""
    since = day(35)
    reference = {"baseline": {**APPROVED, "since": since}}
    later = Model.model_validate({**model().model_dump(), "reference": reference})

    found = slow(folded(days(step=9.0), watched=later))

    assert {one.day for one in found} == {
        one.day for one in slow(folded(days(step=9.0), watched=WATCHED)) if one.day >= since
    }
    assert found


def test_days_that_are_alike_say_nothing() -> None:
    """Noise of single days stays far below a tenth of the rows."""
    assert slow(folded(days(step=0.0), watched=WATCHED)) == []


def test_without_approved_days_nothing_is_compared() -> None:
    """The baseline is the user's to name."""
    assert slow(folded(days(step=9.0))) == []


@pytest.mark.parametrize("start", [10, 20, 33, 48])
def test_a_replay_from_any_day_says_the_same(start: int) -> None:
    """Stored profiles of the approved days and of the last weeks are enough."""
    log = days(step=9.0)
    whole = folded(log, watched=WATCHED)
    span = baseline_days(WATCHED, day(start))
    assert span is not None
    approved = [p for one in log if span[0] <= one.day <= span[1] for p in one.profiles]
    recent = [p for one in log[max(0, start - 10) : start] for p in one.profiles]

    fold = Fold(WATCHED, Past(day(start)), recent, (), approved)

    assert slow(fold.judge(one) for one in log[start:]) == slow(whole[start:])


def test_a_bad_day_counts_neither_as_approved_nor_in_the_week() -> None:
    """A day in another unit that people declared bad leaves no trace."""
    log = days(step=0.0)
    draw = np.random.default_rng(5)
    for index in (3, 45):
        log[index] = Observed(log[index].facts, [numbers(day(index), "distance", draw.normal(9000, 150, 9000))], [], [])
    bad = [said(TriageKind.BAD_DAY, day(index), str(day(index))) for index in (3, 45)]

    assert slow(folded(log, watched=WATCHED))
    assert slow(folded(log, bad, watched=WATCHED)) == []


def test_it_teaches_hides_and_explains_nothing() -> None:
    """No day leaves a reference for it, and it is no cause of anything."""
    found: Sequence[Finding] = slow(folded(days(step=9.0), watched=WATCHED))

    assert not touches(WATCHED, (Symptom.INPUT_DRIFT, "distance", BASELINE), ("distance", ""))
    assert moved(found, {"distance": 9.0}) == []


def test_the_baseline_reaches_no_further_than_the_past() -> None:
    """Approved days that are yet to come are read when they are there."""
    assert baseline_days(WATCHED, day(0)) is None
    assert baseline_days(WATCHED, day(5)) == (day(0), day(4))
    assert baseline_days(WATCHED, date(2030, 1, 1)) == (day(0), day(13))
