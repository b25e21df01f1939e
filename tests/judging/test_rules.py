"""Avoid rules and heuristics."""

import numpy as np
import pytest

from tests.judging.building import day, measured, model, observed, one, today
from vitals.judging import rules
from vitals.judging.day import Ruling
from vitals.records import Measurement, Severity, Symptom
from vitals.spec.model import AvoidRule, Heuristic

NAME = "Loans we should refuse"
WARNED = "Share of evening flights warned"


def avoid(value: float, n: int = 900, **rule: object) -> Ruling:
    watched = model(avoid=(AvoidRule(name=NAME, where="x", **rule),))
    over_outcomes = rule.get("over") == "outcomes"
    age = 7 if over_outcomes else 0
    now = observed(day(30), None, measured(day(30 - age), "avoid", NAME, value, n, age=age))
    return rules.judge(today(now, watched=watched), whole=True)


def test_more_rows_than_tolerated_are_critical_in_the_stakeholders_words() -> None:
    """How many of how many, and how many may be."""
    found = one(avoid(3, at_most=0, what_to_do="Stop it."))

    assert (found.symptom, found.subject, found.severity, found.priority) == (Symptom.AVOID, NAME, Severity.CRITICAL, 1)
    assert found.statement == f"{NAME}: 3 rows of 900, at most 0"
    assert found.what_to_do == "Stop it."
    assert found.cohort_day is None


def test_a_share_above_the_tolerated_one_is_found() -> None:
    """The share in percent, its rows, and the limit."""
    assert one(avoid(0.41, share=0.4)).statement == f"{NAME}: 41 % of 900 rows, at most 40 %"


@pytest.mark.parametrize("rule", [{"at_most": 3}, {"share": 0.4}])
def test_just_what_is_tolerated_is_a_good_day(rule: dict[str, object]) -> None:
    """The limit itself is allowed, and the place was judged."""
    ruling = avoid(3 if "at_most" in rule else 0.4, **rule)

    assert not ruling.findings
    assert ruling.judged == {(Symptom.AVOID, NAME, "")}


def test_a_rule_over_outcomes_names_the_cohort() -> None:
    """It is about the predictions of a day, with the labels of its last age."""
    found = one(avoid(0.5, share=0.4, over="outcomes"))

    assert found.cohort_day == day(23)
    assert found.statement.endswith("at most 40 % (predictions of Wed 24 Jan 2024, labels after 7 days)")


def test_what_was_not_measured_is_not_judged() -> None:
    """No value, or a rule that is gone from the model file."""
    watched = model(avoid=(AvoidRule(name=NAME, where="x"),))
    unknown = measured(day(30), "avoid", NAME, None, reason="no rows")
    other = measured(day(30), "avoid", "an older rule", 5)

    ruling = rules.judge(today(observed(day(30), None, unknown, other), watched=watched), whole=True)

    assert (ruling.findings, ruling.judged) == ([], set())


def test_a_bad_day_is_left_out_and_so_are_outcomes_of_a_bad_day() -> None:
    """But outcomes of another day, which become known on a bad one, are judged."""
    watched = model(avoid=(AvoidRule(name=NAME, where="x", over="outcomes", at_most=0),))
    now = observed(day(30), None, measured(day(23), "avoid", NAME, 5, age=7))

    def found(*bad: int) -> int:
        given = today(now, bad_days=[day(i) for i in bad], watched=watched)
        return len(rules.judge(given, whole=True).findings)

    assert (found(), found(30), found(23)) == (1, 1, 0)


def heuristic(value: float, history: int = 60, **rest: object) -> Ruling:
    watched = model(heuristics=(Heuristic(name=WARNED, value="x"),), calendar=rest.pop("calendar", None))
    draw = np.random.default_rng(0)
    past = [measured(day(i), "heuristic", WARNED, float(draw.normal(0.3, 0.02))) for i in range(60 - history, 60)]
    whole = bool(rest.pop("whole", True))
    return rules.judge(
        today(
            observed(day(60), None, measured(day(60), "heuristic", WARNED, value)), (), past, watched=watched, **rest
        ),
        whole=whole,
    )


@pytest.mark.parametrize("value", [0.0, 0.6])
def test_a_number_far_from_its_usual_range_is_found_either_way(value: float) -> None:
    """The number and its range, within what it can be."""
    found = one(heuristic(value))

    assert (found.symptom, found.priority, found.severity) == (Symptom.HEURISTIC, 2, Severity.WARNING)
    assert found.statement == f"{WARNED}: {value:g}, usually 0.264-0.339"


@pytest.mark.parametrize(("history", "judged"), [(0, False), (13, False), (14, True), (27, True), (28, True)])
def test_a_heuristic_needs_fourteen_days(history: int, judged: bool) -> None:
    """Then a plain outlier is found; before, its place is not judged."""
    ruling = heuristic(0.9, history)

    assert bool(ruling.findings) == judged
    assert bool(ruling.judged) == judged


def test_a_part_of_a_day_says_nothing_about_a_heuristic() -> None:
    """A truncated day has no evening flights."""
    assert heuristic(0.9, whole=False).judged == set()


def test_two_hundred_ordinary_days_of_a_heuristic_are_silent() -> None:
    """Normal, skewed and rare numbers."""
    draw = np.random.default_rng(11)
    watched = model(heuristics=(Heuristic(name=WARNED, value="x"),))
    for values in (draw.normal(0.3, 0.02, 214), draw.binomial(900, 0.3, 214) / 900, draw.gamma(20, 1, 214)):
        series: list[Measurement] = [measured(day(i), "heuristic", WARNED, float(v)) for i, v in enumerate(values)]
        found = [
            i
            for i in range(14, 214)
            if rules.judge(
                today(observed(day(i), None, series[i]), (), series[max(0, i - 180) : i], watched=watched), whole=True
            ).findings
        ]
        assert not found


def test_a_range_stays_within_what_the_number_can_be() -> None:
    """A count is never negative, a share never over one; a number that was negative has no such end."""
    assert rules.possible(-0.1, 1.1, [0.0, 0.9]) == (0.0, 1.0)
    assert rules.possible(-5, 40, [3, 20]) == (0.0, 40)
    assert rules.possible(-5, 4, [-1, 2]) == (-5, 4)


def test_a_heuristic_on_a_holiday_is_information() -> None:
    """29 February 2024 is none; Good Friday is."""
    watched = model(heuristics=(Heuristic(name=WARNED, value="x"),), calendar="DE")
    past = [measured(day(i), "heuristic", WARNED, 0.3 + 0.01 * (i % 3)) for i in range(20, 88)]
    now = observed(day(88), None, measured(day(88), "heuristic", WARNED, 0.9))

    assert one(rules.judge(today(now, (), past, watched=watched), whole=True)).severity is Severity.INFO
