"""What says the same of a column is one finding."""

from tests.judging.building import day, observed, today
from vitals.judging.day import finding
from vitals.judging.repeats import without_repeats
from vitals.records import Evidence, Finding, Severity, Symptom

NOW = today(observed(day(30)))
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


def found(symptom: Symptom, subject: str, share: float, part: str = "", **rest: object) -> Finding:
    evidence = (Evidence("part", part, share),) if part else ()
    severity = rest.pop("severity", WARNING)
    said = rest.pop("said", f"{subject} {symptom} {share}")
    return finding(NOW, symptom, subject, severity, said, value=share, usual=(0.0, 0.0), evidence=evidence, **rest)


def test_a_default_that_moves_the_score_is_one_problem_of_priority_one() -> None:
    """The distribution says it once more, and where: as evidence, without a part of its own."""
    default = found(Symptom.DEFAULT_ANSWERS, "score", 0.06)
    moved = found(Symptom.RESPONSE_DRIFT, "score", 0.06, "=0.5")
    there = found(Symptom.RESPONSE_DRIFT, "score", 0.4, "=0.5", segment="client=a")

    (only,) = without_repeats([default, moved])
    (too,) = without_repeats([there, default])

    assert (only.symptom, only.priority) == (Symptom.DEFAULT_ANSWERS, 1)
    assert [(line.text, line.subject) for line in only.evidence] == [("score response_drift 0.06", "score")]
    assert [line.text for line in too.evidence] == ["score response_drift 0.4"]


def test_missing_answers_take_in_the_column_its_limit_and_its_expectation() -> None:
    """Four rules, one fault."""
    missing = found(Symptom.MISSING_ANSWERS, "score", 0.064, severity=CRITICAL)
    moved = found(Symptom.RESPONSE_DRIFT, "score", 0.064, "null", severity=CRITICAL)
    limit = found(
        Symptom.RESPONSE_DRIFT, "score", 0.0, said="score breaks its limit: 6.4 % missing, at most 2 %"
    )  # on the same place as the distribution
    suite = found(Symptom.INPUT_QUALITY, "score", 0.064)

    (only,) = without_repeats([moved, limit, suite, missing])
    (alone,) = without_repeats([limit, missing])

    assert only.symptom is alone.symptom is Symptom.MISSING_ANSWERS
    assert [line.text for line in only.evidence] == [
        "score response_drift 0.064",
        "score breaks its limit: 6.4 % missing, at most 2 %",
        "the suite's expectation is not met (warning)",
    ]


def test_a_score_that_moved_otherwise_is_a_problem_of_its_own() -> None:
    """By more rows than hold the default, in another part of it, more severely, or of another column."""
    default = found(Symptom.DEFAULT_ANSWERS, "score", 0.06)
    others = [
        found(Symptom.RESPONSE_DRIFT, "score", 0.30, "(0.4, 0.6]"),
        found(Symptom.RESPONSE_DRIFT, "score", 0.06, "null"),
        found(Symptom.RESPONSE_DRIFT, "score", 0.06, "=0.5", severity=CRITICAL),
        found(Symptom.RESPONSE_DRIFT, "decision", 0.06, "=0.5"),
        found(Symptom.INPUT_QUALITY, "score", 0.5),
    ]

    assert [without_repeats([default, other]) for other in others] == [[default, other] for other in others]


def test_a_limit_yields_to_the_segment_that_breaks_it() -> None:
    """A unit that changed for one carrier is what brings values over the limit."""
    unit = found(Symptom.UNIT_CHANGE, "distance", 2279.0, segment="carrier=UA")
    limit = found(Symptom.INPUT_QUALITY, "distance", 0.001, said="distance breaks its limit: 1 row over 6,000")

    (only,) = without_repeats([limit, unit])

    assert (only.symptom, [line.text for line in only.evidence]) == (
        Symptom.UNIT_CHANGE,
        ["distance breaks its limit: 1 row over 6,000"],
    )


def test_what_is_muted_speaks_for_nothing() -> None:
    """Else muting one way to say it would hide the other."""
    default = found(Symptom.DEFAULT_ANSWERS, "score", 0.06)
    moved = found(Symptom.RESPONSE_DRIFT, "score", 0.06, "=0.5")

    kept = without_repeats([default, moved], lambda symptom, _: symptom is Symptom.DEFAULT_ANSWERS)

    assert kept == [default, moved]
