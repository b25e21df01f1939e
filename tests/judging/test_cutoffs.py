"""Scores and decisions of a day go together, as they did on past days, or it is said of which answer they do not."""

import numpy as np
import pyarrow as pa
import pytest

from tests.judging.building import FIRST, OFFICE, day, facts, folded, model, numbers
from vitals.profiles import Profile, summarise
from vitals.records import Judged, Observed, Severity, Symptom
from vitals.spec.model import Positive, Task

WATCHED = model(positive=Positive(decision="warn", target=1))
CUT = 0.35


def answered(index: int, fault: str = "", rows: int = 900) -> Observed:
    """A day whose scores move with the weather; decisions follow the cut."""
    rng = np.random.default_rng(index)
    scores = 1 / (1 + np.exp(-(rng.normal(-1.6, 0.5) + rng.normal(0, 1, rows))))
    warned = scores >= CUT
    if fault == "halved":
        scores = scores / 2
    if fault == "turned":
        warned = warned ^ (np.arange(rows) % 4 == 0)
    decision = summarise(pa.array(np.where(warned, "warn", "ok").tolist()).dictionary_encode())
    profiles = (numbers(day(index), "score", scores.tolist()), Profile("m", day(index), "decision", "", decision))
    return Observed(facts(day(index), np.random.default_rng(index).poisson(OFFICE)), profiles, [], [])


def days(fault: str, first: int = 40, last: int = 44) -> list[Judged]:
    return folded([answered(i, fault if first <= i < last else "") for i in range(last + 3)], watched=WATCHED)


@pytest.mark.parametrize("fault", ["halved", "turned"])
def test_scores_and_decisions_that_part_are_told_on_the_first_day_once_and_end(fault: str) -> None:
    """Neither moved further than its weather does; both together never did."""
    judged = days(fault)

    assert not any(one.findings for one in judged[:40])
    (found,) = judged[40].findings
    assert (found.symptom, found.segment, found.severity) == (Symptom.RESPONSE_DRIFT, "", Severity.CRITICAL)
    assert found.subject in {"score", "decision"}
    assert "scores and decisions no longer go together" in found.statement
    assert found.statement.startswith("decision warn on ")
    assert [len(one.findings) for one in judged[40:]] == [1, 1, 1, 1, 0, 0, 0]
    assert [t.kind for t in judged[45].transitions] == ["resolved"]


def test_days_that_part_do_not_teach() -> None:
    """A day of an open incident is no reference of either answer that it is about."""
    judged = days("halved")
    subject = judged[40].findings[0].subject

    taught = {(one.day - FIRST).days: row.eligible for one in judged for row in one.drifts if row.subject == subject}

    assert [taught[i] for i in range(38, 44)] == [True, True, False, False, False, False]


def test_other_tasks_have_no_cut() -> None:
    """A regression's number is no score of its decision."""
    watched = WATCHED.model_copy(update={"task": Task.REGRESSION})

    judged = folded([answered(i, "turned" if i == 40 else "") for i in range(41)], watched=watched)

    assert not any("go together" in one.statement for one in judged[40].findings)
