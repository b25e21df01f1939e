"""A third of the inputs at once is an unusual day, with the calendar's name for it; it hides nothing that matters more."""

from dataclasses import replace
from datetime import date

import pytest

from tests.digest.samples import finding, incident, missing, model
from vitals.digest.grouping import Case, group, statement
from vitals.records import Evidence, Finding, Severity, Symptom

INPUTS = ("a", "b", "c", "d", "e", "f", "g", "h", "i")
THANKSGIVING = date(2013, 11, 28)


def case(found: Finding, state: str = "new", inputs: tuple[str, ...] = INPUTS) -> Case:
    watched = model(calendar="US")
    log = watched.predictions.model_copy(update={"inputs": inputs})
    return Case(watched.model_copy(update={"predictions": log}), found, incident(found), state, "")


def moved(name: str, share: float, part: str = "null") -> Finding:
    return replace(missing(name, share), day=THANKSGIVING, evidence=(Evidence("part", part, share),))


def test_inputs_that_moved_in_different_ways_are_one_line_with_the_days_name() -> None:
    """Three of nine."""
    cases = [case(moved("a", 0.1)), case(moved("b", 0.4)), case(moved("c", 0.2, "=0"))]

    (members,) = group(cases)

    assert statement(members).startswith("unusual day (Thanksgiving Day): 3 of 9 inputs moved: a, b and c; ")


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_stay_lines_of_their_own(count: int) -> None:
    """Two of nine are two problems."""
    assert len(group([case(moved(name, 0.1 * i + 0.1)) for i, name in enumerate(INPUTS[:count])])) == count


def test_what_moved_alike_stays_one_cause() -> None:
    """Five columns of one feed are no unusual day."""
    (members,) = group([case(moved(name, 0.1)) for name in INPUTS[:5]])

    assert "unusual" not in statement(members)


def test_symptoms_and_answers_are_never_hidden_in_it() -> None:
    """Nor a unit change, nor what other days left open."""
    inputs = [case(moved(name, 0.1 * i + 0.1)) for i, name in enumerate(INPUTS[:4])]
    answer = replace(moved("score", 0.3), symptom=Symptom.RESPONSE_DRIFT, priority=2, severity=Severity.CRITICAL)
    error = finding(Symptom.ERRORS, "status", "errors on 6 %")
    unit = finding(Symptom.UNIT_CHANGE, "e", "e is 1.61 times its usual")
    before = case(moved("f", 0.9), "unchanged")

    groups = group([case(error), case(answer), *inputs, case(unit), before])

    assert sorted(len(members) for members in groups) == [1, 1, 1, 1, 4]
    assert group([case(error), case(answer), *inputs])[0][0].symptom is Symptom.ERRORS
