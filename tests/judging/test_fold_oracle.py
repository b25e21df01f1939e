"""The fold of a column and the book of incidents against an independent run of the same rules over 176 days.

`tests/oracles/fold_cases.json` came with the statistics: counts per day of a numeric and of a text column with planted faults, a level
shift that is accepted, one that accepts itself, calendar days and a step up in rows.
"""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from vitals.judging.columns import Column, ColumnRule
from vitals.judging.incidents import IncidentBook
from vitals.judging.quarantine import quarantined, release_of
from vitals.profiles import CategoricalSummary, NumericSummary, Summary
from vitals.records import Drift, Finding, Severity, Symptom, Transition, TransitionKind, Triage, TriageKind

FIRST = date(2024, 1, 1)  # a Monday, as day 0 of the oracle
CASES = json.loads((Path(__file__).parents[1] / "oracles" / "fold_cases.json").read_text())


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def index(of: date) -> int:
    return (of - FIRST).days


def numbers(values: list[float], row: list[int]) -> NumericSummary:
    counts, filled = np.array(row[1:]), np.array(row[1:]) > 0
    anchors, rows = np.array(values)[filled], counts[filled]
    le, order = np.cumsum(rows), np.lexsort((anchors, -rows))[:20]
    return NumericSummary(sum(row), row[0], 0, anchors, le - rows, le, 0.0, 0.0, anchors[order], rows[order])


def texts(values: list[str], row: list[int]) -> CategoricalSummary:
    found = sorted(
        ((text, rows) for text, rows in zip(values, row[1:], strict=True) if rows), key=lambda f: (-f[1], f[0])
    )
    return CategoricalSummary(
        sum(row), row[0], tuple(text for text, _ in found), np.array([rows for _, rows in found]), 0, len(found)
    )


def folded(name: str) -> tuple[list[Drift], list[Transition], list[Finding]]:
    case = CASES[name]
    make = numbers if name == "num" else texts
    days: dict[date, Summary] = {day(i): make(case["values"], row) for i, row in enumerate(case["counts"])}
    calendar = {day(i) for i in case["calendar_days"]}
    column = Column(ColumnRule("m", "x", unit_filter=False), [], [], days, calendar.__contains__)
    book, rows, transitions, findings = IncidentBook(), [], [], []
    for today in days:
        accepts = [
            Triage("m", today, TriageKind.ACCEPT, f"{i.fingerprint}/{i.opened_on}", "ana", "new prices")
            for i in book.open_incidents()
            if index(today) in case["accepted_on"]
        ]
        decided = book.decide(today, accepts)
        for change in decided:
            incident = next(i for i in book.incidents() if i.opened_on == change.opened_on)
            if release_of(incident, change):
                column.accept(incident.opened_on, today)
        verdict = column.judge(today)
        severity = Severity.INFO if verdict.info else Severity.WARNING
        found = [Finding("m", today, None, 3, severity, Symptom.INPUT_DRIFT, "x", "", "", "")] if verdict.rule else []
        transitions += decided + book.step(today, found, lambda _, good=verdict.judged: good)
        findings += [f for f in found if f.severity is not Severity.INFO]
        rows.append(column.settle(verdict, quarantined=quarantined(book.open_incidents(), "x")))
    return rows, transitions, findings


@pytest.fixture(scope="module", params=["num", "cat"])
def case(request: pytest.FixtureRequest) -> tuple[dict, list[Drift], list[Transition], list[Finding]]:
    return CASES[request.param]["expected"], *folded(request.param)


def test_scores_of_day_and_week_equal_the_oracle(case):
    """Every z of the day and of the week window agrees to 1e-6."""
    expected, rows, _, _ = case
    assert [row.score for row in rows] == pytest.approx(expected["z_day"], abs=1e-6)
    assert [row.score_week for row in rows] == pytest.approx(expected["z_week"], abs=1e-6)


def test_findings_openings_and_acceptances_are_the_same_days(case):
    """What was found, when incidents opened, and when they were accepted: exactly the oracle's days."""
    expected, _, transitions, findings = case
    opened = [index(t.day) for t in transitions if t.kind is TransitionKind.OPENED]
    accepted = [index(t.day) for t in transitions if t.kind is TransitionKind.ACCEPTED]
    assert [index(f.day) for f in findings] == expected["finding"]
    assert (opened, accepted) == (expected["opened_on"], expected["accepted"])


def test_days_of_an_incident_that_nobody_accepted_never_teach(case):
    """Not eligible are the days of the resolved incident; accepted days are given back, calendar days never teach."""
    expected, rows, transitions, _ = case
    given_back = {
        index(t.opened_on) + k
        for t in transitions
        if t.kind is TransitionKind.ACCEPTED
        for k in range((t.day - t.opened_on).days)
    }
    not_eligible = {i for i, row in enumerate(rows) if not row.eligible} - given_back
    assert not_eligible - {70, 85} == set(expected["not_eligible"])
    assert {70, 85} <= not_eligible
