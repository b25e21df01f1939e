"""Input quality: missing columns, hard limits, expectations."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.judging.building import day, facts, failing, model, numbers, one, today
from vitals.judging import quality
from vitals.judging.day import Ruling
from vitals.records import Observed, Severity, Symptom, Validation
from vitals.spec.model import Limit

NOW = day(30)


def judge(
    *validations: Validation,
    missing: tuple[str, ...] = (),
    limits: tuple[Limit, ...] = (),
    values: list[float | None] | None = None,
    subject: str = "distance",
) -> Ruling:
    profiles = [] if values is None else [numbers(NOW, subject, values)]
    now = Observed(replace(facts(NOW), missing_columns=missing), profiles, (), validations)
    return quality.judge(today(now, watched=model(limits=limits)))


def test_a_missing_column_is_critical_with_its_remedy() -> None:
    """Which column of which table, and what to do; its failed expectations only repeat it."""
    found = one(judge(failing(NOW, "wind"), missing=("wind",)))

    assert (found.symptom, found.subject, found.severity) == (Symptom.INPUT_QUALITY, "wind", Severity.CRITICAL)
    assert found.statement == "column wind is missing from predictions"
    assert found.what_to_do == "Restore the column, or take it out of inputs of m.yaml."


def test_every_column_that_is_there_is_judged() -> None:
    """So that an incident of a missing answer ends too, not only one of a missing input."""
    ruling = judge(missing=("gone",))

    assert {(Symptom.INPUT_QUALITY, name, "") for name in ("score", "distance", "latency")} <= ruling.judged
    assert (Symptom.INPUT_QUALITY, "gone", "") not in ruling.judged


def test_a_broken_limit_says_how_many_rows_and_the_worst_value() -> None:
    """Under, over and missing in one finding."""
    values = [*np.linspace(1, 5999, 900).tolist(), -3.0, 7000.0, 8000.0, *[None] * 40]

    found = one(judge(limits=(Limit(column="distance", min=0, max=6000, null_share=0.02),), values=values))

    assert (found.symptom, found.severity) == (Symptom.INPUT_QUALITY, Severity.WARNING)
    assert found.statement == (
        "distance breaks its limit: 4.2 % missing, at most 2 %, 1 row under 0 (least -3)"
        " and 2 rows over 6,000 (most 8,000)"
    )


def test_rows_beyond_a_limit_are_counted_where_the_profile_counts_them() -> None:
    """Between two counted values it says what is possible, and never a number that may be wrong."""
    many = np.linspace(1, 5000, 20_000).tolist()
    beyond = 4000

    few = one(judge(limits=(Limit(column="distance", max=6000),), values=[*many, 6001.0]))
    more = one(judge(limits=(Limit(column="distance", max=many[-beyond - 1]),), values=many))

    assert few.statement == "distance breaks its limit: 1 to 2 rows over 6,000 (most 6,001)"
    low, high = (int(n.replace(",", "")) for n in re.findall(r"([\d,]+) to ([\d,]+) rows over", more.statement)[0])
    assert low < beyond < high


def test_what_fails_is_named_for_grouping() -> None:
    """Missing values are missing values, whether a limit or an expectation is against them."""
    limit = one(judge(limits=(Limit(column="distance", null_share=0.02),), values=[1.0] * 95 + [None] * 5))
    suite = one(judge(failing(NOW, "wind", key="expect_column_values_to_not_be_null:wind:1f")))
    other = one(judge(failing(NOW, "wind", key="expect_column_values_to_be_between:wind:2f")))

    parts = [(line.subject, line.share) for found in (limit, suite, other) for line in found.evidence]
    assert parts == [("null", 0.05), ("null", 0.033), ("failing be between", 0.033)]


@pytest.mark.parametrize("values", [[0.0, 3.0, 6000.0], [None] * 3])
def test_values_on_the_limits_and_no_values_keep_them(values: list[float | None]) -> None:
    """The limit itself is allowed; what is missing breaks only null_share."""
    ruling = judge(limits=(Limit(column="distance", min=0, max=6000),), values=values)

    assert not ruling.findings


def test_a_limit_holds_from_since_to_until() -> None:
    """So a limit that is changed does not judge the days before it anew; outside the column is fine."""
    dated = [
        Limit(column="distance", max=10, since=since, until=until)
        for since, until in ((NOW, None), (None, NOW), (day(31), None), (None, day(29)))
    ]

    rulings = [judge(limits=(limit,), values=[1.0, 20.0]) for limit in dated]

    assert [len(ruling.findings) for ruling in rulings] == [1, 1, 0, 0]
    assert all((Symptom.INPUT_QUALITY, "distance", "") in ruling.judged for ruling in rulings)


def test_a_limit_on_an_answer_has_the_answers_symptom() -> None:
    """Its good days are the share band's to tell, unless there are too few rows for that."""
    limits = (Limit(column="score", max=1.0),)

    assert one(judge(limits=limits, values=[0.2, 1.5], subject="score")).symptom is Symptom.RESPONSE_DRIFT
    assert (
        one(judge(limits=(Limit(column="latency", max=1e4),), values=[1e5], subject="latency")).symptom
        is Symptom.LATENCY
    )
    place = (Symptom.RESPONSE_DRIFT, "score", "")
    assert place in judge(limits=limits, values=[0.5] * 29, subject="score").judged
    assert place not in judge(limits=limits, values=[0.5] * 30, subject="score").judged


def test_the_worst_failed_expectation_speaks_for_its_column() -> None:
    """The others are its evidence; what passed is judged good."""
    mild = failing(NOW, "wind", severity=Severity.INFO, description="mild")
    bad = failing(NOW, "wind", severity=Severity.CRITICAL, description="wind is never negative", key="other")

    ruling = judge(mild, bad, failing(NOW, "carrier", "pass"))

    found = one(ruling)
    assert (found.subject, found.severity, found.value) == ("wind", Severity.CRITICAL, 0.033)
    assert found.statement == "wind: 3.3 % of rows fail: wind is never negative"
    assert [line.text for line in found.evidence] == ["part", "wind: 3.3 % of rows fail: mild"]
    assert (Symptom.INPUT_QUALITY, "carrier", "") in ruling.judged


def test_an_error_and_nothing_to_check_are_no_pass() -> None:
    """An expectation that could not be checked says why; one that had nothing to check is at least a warning."""
    error = one(judge(failing(NOW, "wind", "error", error="no column wind")))
    vacuous = one(judge(failing(NOW, "wind", "vacuous", severity=Severity.INFO, observed="no rows match")))

    assert error.statement == "wind: expectation could not be checked (no column wind): as it should"
    assert vacuous.statement == "wind: nothing to check (no rows match): as it should"
    assert vacuous.severity is Severity.WARNING


def test_an_expectation_on_the_whole_table_is_named_by_its_key() -> None:
    """It has no column."""
    found = one(judge(failing(NOW, None, key="row_count", share=None, observed="12")))

    assert (found.subject, found.statement) == ("row_count", "row_count: as it should (observed 12)")
