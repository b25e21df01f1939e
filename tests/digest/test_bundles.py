"""One fault, one card, in whatever words it is told."""

from datetime import date

import pytest

from tests.digest.samples import DAY, facts, finding, incident, model
from vitals.digest import ModelNews, compose
from vitals.digest.content import Item
from vitals.records import Evidence, Finding, Severity, Symptom
from vitals.spec.model import AvoidRule, Heuristic, Predictions

WATCHED = model(
    predictions=Predictions(source="s", table="t", time="at", score="score", decision="decision", inputs=("a", "b")),
    heuristics=(Heuristic(name="Evenings", value="avg((decision = 'warn')::int)"), Heuristic(name="Rows", value="1")),
    avoid=(AvoidRule(name="Told ok", where="decision = 'ok' AND score > 0.5", at_most=0),),
)
SCORE = finding(Symptom.RESPONSE_DRIFT, "score", "score up to 0.1 on 64 % of rows", severity=Severity.CRITICAL)
DECISION = finding(Symptom.RESPONSE_DRIFT, "decision", "decision equal to warn on 1 %", severity=Severity.CRITICAL)
EVENINGS = finding(Symptom.HEURISTIC, "Evenings", "Evenings: 0.01, usually 0.1-0.2")
RATE = finding(Symptom.PERFORMANCE, "predicted_positive_rate", "predicted_positive_rate: 1 % of 900 decisions are warn")
P95 = finding(Symptom.LATENCY, "p95", "p95 of latency 0.05 ms")
UNIT = finding(Symptom.UNIT_CHANGE, "latency_ms", "latency_ms is 0.001 times", priority=1, severity=Severity.CRITICAL)
ERRORS = finding(Symptom.ERRORS, "status", "errors on 6 %", value=0.06)
TIMEOUTS = finding(
    Symptom.LATENCY,
    "latency_ms",
    "latency_ms equal to 30000",
    value=0.058,
    evidence=(Evidence("part", "=30000", 0.058),),
)
MISSING = finding(Symptom.MISSING_ANSWERS, "score", "no score in 6.1 %", value=0.061)


def of_cohort(name: str, day: date, segment: str = "") -> Finding:
    return finding(Symptom.PERFORMANCE, name, f"{name} fell {segment}".strip(), cohort_day=day, segment=segment)


def items(*findings: Finding) -> tuple[Item, ...]:
    opened = tuple(map(incident, findings))
    news = ModelNews(WATCHED, DAY, "monitored", facts(), findings=findings, incidents=opened)
    return compose("C1", DAY, [news], None).items


def test_answers_that_moved_are_one_card_led_by_the_decision() -> None:
    """The score, the decision, a heuristic on it and its rate: four ways to say it; every incident can be decided on."""
    (card,) = items(SCORE, EVENINGS, RATE, DECISION)

    assert (card.statement, card.symptom, card.severity) == (
        DECISION.statement,
        Symptom.RESPONSE_DRIFT,
        Severity.CRITICAL,
    )
    assert card.beside == (SCORE.statement, EVENINGS.statement, RATE.statement)
    assert [one.partition("/")[0] for one in card.incidents] == [
        one.fingerprint for one in (DECISION, SCORE, EVENINGS, RATE)
    ]
    assert len(items(SCORE, finding(Symptom.HEURISTIC, "Rows", "Rows: 0"))) == 2


@pytest.mark.parametrize(
    ("said", "led"),
    [
        ((P95, UNIT), UNIT),
        ((MISSING, ERRORS), ERRORS),
        ((TIMEOUTS, ERRORS), ERRORS),
        ((of_cohort("roc_auc", DAY, "version=v1"), of_cohort("roc_auc", DAY)), of_cohort("roc_auc", DAY)),
        ((of_cohort("recall", DAY), of_cohort("roc_auc", DAY)), of_cohort("roc_auc", DAY)),
        ((finding(Symptom.LABEL_COVERAGE, "labels", "few"), finding(Symptom.LABEL_DELAY, "labels", "late")), None),
    ],
)
def test_other_words_for_one_fault(said: tuple[Finding, ...], led: Finding | None) -> None:
    """A unit tells what p95 shows, an error why answers lack, the first metric of the file speaks for its cohort."""
    (card,) = items(*said)

    assert card.statement == (led or said[1]).statement
    assert len(card.members) == 2


def test_what_may_be_two_faults_stays_two_cards() -> None:
    """Other cohorts, other shares of the rows, other segments; and what is old never hides what is new."""
    lost = finding(Symptom.MISSING_ANSWERS, "score", "no score in 20 %", value=0.2)
    apart = [
        (of_cohort("recall", DAY), of_cohort("roc_auc", date(2013, 8, 15))),
        (ERRORS, lost),
        (ERRORS, P95),
        (of_cohort("recall", DAY, "origin=A"), of_cohort("roc_auc", DAY)),
        (
            finding(Symptom.RESPONSE_DRIFT, "score", "score in a", segment="origin=A"),
            finding(Symptom.RESPONSE_DRIFT, "decision", "decision in b", segment="origin=B"),
        ),
        (finding(Symptom.INPUT_DRIFT, "a", "a moved"), SCORE),
    ]

    assert [len(items(*pair)) for pair in apart] == [2] * len(apart)


def test_two_columns_exchanged_and_a_day_loaded_twice_are_one_card_each() -> None:
    """Each says it of itself; the second goes over answers and inputs alike."""
    same = "the very same values as on Wed 21 Aug: loaded twice, or not updated?"
    part = (Evidence("part", "repeated", 1.0),)
    pair = (
        finding(Symptom.INPUT_DRIFT, "a", "a far outside: exchanged with b?"),
        finding(Symptom.INPUT_DRIFT, "b", "b far outside: exchanged with a?"),
    )
    twice = (
        finding(
            Symptom.RESPONSE_DRIFT,
            "score",
            f"score: {same}",
            evidence=(*part, Evidence(f"likely cause: a: {same}", "a")),
        ),
        finding(Symptom.INPUT_DRIFT, "a", f"a: {same}", evidence=part),
    )

    (exchanged,), (loaded,) = items(*pair), items(*twice)

    assert exchanged.beside == (pair[1].statement,)
    assert (loaded.statement, loaded.causes, loaded.beside) == (f"score and a: {same}", (), ())


def test_answers_that_moved_stand_under_the_rule_that_they_break() -> None:
    """What must not happen is the symptom; that the decision moved is its likely cause."""
    avoid = finding(Symptom.AVOID, "Told ok", "Told ok: 38 rows of 997, at most 0", severity=Severity.CRITICAL)

    rule, moved = items(avoid, DECISION)

    assert (rule.causes, moved.shown) == ((DECISION.statement,), "under")
