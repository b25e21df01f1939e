"""How much of a moved answer its inputs explain, and what is said when none moved."""

import numpy as np
import pytest

from tests.judging.building import day, model, observed, today
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns
from vitals.judging.day import finding
from vitals.judging.drift import PART
from vitals.judging.explaining import Explaining, amounts
from vitals.profiles import Answers, CategoricalSummary, Profile
from vitals.records import WHOLE, Evidence, Finding, Severity, Symptom

DAYS = tuple(day(i) for i in range(28))
NOW = day(28)
TEXTS = CategoricalSummary(1000, 0, ("near", "far"), np.array([500, 500]), 0, 2)


def answers(near: int, far: int, near_mean: float, far_mean: float, name: str = "score") -> Answers:
    rows, sums = np.array([[near, far, 0, 0]]), np.array([[near * near_mean, far * far_mean, 0, 0]])
    return Answers(np.array([]), ("near", "far"), (name,), rows, sums)


def explaining(rng: np.random.Generator, *last: Answers, name: str = "score") -> Explaining:
    """28 ordinary days of the inputs distance and wind, then today's answers within them."""
    columns = Columns(model(), [], [], lambda _: False)
    for subject, now in zip(("distance", "wind"), last, strict=False):
        usual = [answers(500, 500, rng.normal(0.1, 0.01), rng.normal(0.5, 0.01), name) for _ in DAYS]
        for at, known in zip((*DAYS, NOW), (*usual, now), strict=True):
            columns.remember([Profile("m", at, subject, WHOLE, TEXTS, (), known)], [])
    verdict = Verdict(NOW, 1000, 0, judged=True, reference=DAYS)
    return Explaining(model(), columns, {(subject, WHOLE): verdict for subject in columns.answers})


def moved(subject: str = "score", **rest: object) -> Finding:
    return finding(today(observed(NOW)), Symptom.RESPONSE_DRIFT, subject, Severity.WARNING, f"{subject} moved", **rest)


def test_an_input_that_moved_says_its_part_of_the_change() -> None:
    """By hand: far from 50 to 87.5 % moves 0.30 to 0.45, and nothing else did."""
    told = explaining(np.random.default_rng(1), answers(125, 875, 0.1, 0.5))(moved(), ["distance"])

    assert told is not None
    assert (told.text, told.subject) == ("explains +0.15 of +0.15", "distance")
    assert told.share == pytest.approx(1.0, abs=0.05)


def test_of_several_inputs_the_one_that_explains_most_speaks() -> None:
    """Wind is where it was: its mix explains nothing."""
    explain = explaining(np.random.default_rng(2), answers(125, 875, 0.1, 0.5), answers(500, 500, 0.2, 0.6))

    assert explain(moved(), ["wind", "distance"]).subject == "distance"  # type: ignore[union-attr]
    assert explain(moved(), ["wind"]).text == "explains +0.00 of +0.10"  # type: ignore[union-attr]


def test_without_a_moved_input_the_audience_or_the_model_changed() -> None:
    """A mix that explains all; a mix that explains nothing; half and half is neither."""
    rng = np.random.default_rng(3)

    audience = explaining(rng, answers(125, 875, 0.1, 0.5))(moved(), [])
    behaviour = explaining(rng, answers(500, 500, 0.2, 0.6))(moved(), [])
    both = explaining(rng, answers(375, 625, 0.15, 0.55))(moved(), [])

    assert audience.text == "likely cause: the audience changed: the mix of distance explains +0.15 of +0.15"  # type: ignore[union-attr]
    assert behaviour.text.startswith("behaviour or model changed: no input's mix explains more than ")  # type: ignore[union-attr]
    assert both is None


def test_the_share_of_another_answer_moves_the_other_way() -> None:
    """Rows per bin hold the share of warn; the finding is about ok, whose share fell."""
    explain = explaining(np.random.default_rng(4), answers(125, 875, 0.1, 0.5, "decision=warn"), name="decision=warn")
    fell = moved("decision", evidence=(Evidence(PART, "=ok"),))

    assert explain(fell, ["distance"]).text == "explains -0.15 of -0.15"  # type: ignore[union-attr]
    assert explain(moved("decision", evidence=(Evidence(PART, "=warn"),)), ["distance"]).text.startswith("explains +")  # type: ignore[union-attr]


def test_ordinary_days_have_nothing_to_explain() -> None:
    """Of 50 days of noise at most a few pass two sd; none that is exactly as usual does."""
    rng = np.random.default_rng(5)
    found = [
        explaining(rng, answers(500, 500, rng.normal(0.1, 0.01), rng.normal(0.5, 0.01)))(moved(), ["distance"])
        for _ in range(50)
    ]

    assert sum(one is not None for one in found) <= 6
    assert explaining(rng, answers(500, 500, 0.1, 0.5))(moved(), ["distance"]) is None


def test_what_is_not_about_a_whole_answer_or_has_none_is_not_explained() -> None:
    """A segment, another symptom's subject, an unknown input, a day without answers, no inputs at all."""
    explain = explaining(np.random.default_rng(6), answers(125, 875, 0.1, 0.5))

    assert explain(moved(segment="client=a"), ["distance"]) is None
    assert explain(moved("status"), ["distance"]) is None
    assert explain(moved(), ["carrier"]) is None
    assert explain(moved("decision"), ["distance"]) is None
    assert Explaining(model(), Columns(model(), [], [], lambda _: False), {})(moved(), []) is None


def test_a_first_day_and_a_day_without_rows_explain_nothing() -> None:
    """No reference day, and no answer today."""
    columns = Columns(model(), [], [], lambda _: False)
    columns.remember([Profile("m", NOW, "distance", WHOLE, TEXTS, (), answers(125, 875, 0.1, 0.5))], [])
    first = Explaining(model(), columns, {("distance", WHOLE): Verdict(NOW, 1000, 0)})

    assert first(moved(), ["distance"]) is None
    assert explaining(np.random.default_rng(7), answers(0, 0, 0.1, 0.5))(moved(), ["distance"]) is None


def test_amounts_keep_two_digits_of_the_change() -> None:
    """And no change at all divides by nothing."""
    assert amounts(0.00012, 0.00034) == "+0.00012 of +0.00034"
    assert amounts(0.0, 0.0) == "+0 of +0"
