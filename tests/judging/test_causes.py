"""What explains what, and one finding a place."""

from tests.judging.building import day, observed, today
from vitals.judging.causes import explained, moved, moved_before, part_of
from vitals.judging.day import finding
from vitals.judging.repeats import without_repeats
from vitals.records import Evidence, Finding, Severity, Symptom

NOW = today(observed(day(30)))


def found(symptom: Symptom, subject: str, severity: Severity = Severity.WARNING, **rest: object) -> Finding:
    return finding(NOW, symptom, subject, severity, f"{subject} moved", **rest)


def test_moved_inputs_stand_under_moved_answers_strongest_first() -> None:
    """At most three, each column once; the inputs keep their own lines."""
    inputs = [found(Symptom.INPUT_DRIFT, name) for name in ("a", "b", "c", "d")]
    answer = found(Symptom.RESPONSE_DRIFT, "score")

    told = explained([answer, *inputs], {"a": 8.0, "b": -20.0, "c": 11.0, "d": 7.0})

    assert [line.text for line in told[0].evidence] == [f"likely cause: {name} moved" for name in ("b", "c", "a")]
    assert told[1:] == inputs


def test_traffic_latency_and_cohorts_of_other_days_are_not_explained_by_inputs() -> None:
    """Neither the network nor last week's predictions come from today's weather."""
    wind = found(Symptom.INPUT_DRIFT, "wind")
    others = [
        found(Symptom.TRAFFIC, "day"),
        found(Symptom.LATENCY, "p95"),
        found(Symptom.PERFORMANCE, "roc_auc", cohort_day=day(23)),
        found(Symptom.AVOID, "rule over outcomes", cohort_day=day(16)),
    ]

    assert explained([*others, wind], {}) == [*others, wind]
    assert explained(others, {}) == others


def test_columns_that_moved_alike_are_one_cause() -> None:
    """The same part, shares within 2 points: a feed is lost, whatever it feeds."""
    lost = [
        finding(NOW, Symptom.INPUT_DRIFT, name, Severity.WARNING, f"{name} missing on 16 % of rows", value=share,
                evidence=(Evidence("part", "null", share),))
        for name, share in (("temp", 0.16), ("visib", 0.17), ("wind", 0.30))
    ]  # fmt: skip

    told = explained([found(Symptom.AVOID, "rule"), *lost], {"temp": 30.0, "visib": 29.0, "wind": 20.0})

    assert [line.text for line in told[0].evidence] == [
        "likely cause: temp and visib missing on 16 % of rows",
        "likely cause: wind missing on 16 % of rows",
    ]


def test_a_missing_column_and_a_named_unit_go_before_what_only_moved() -> None:
    """A segment in another unit hardly moves the whole column."""
    unit = found(Symptom.UNIT_CHANGE, "distance", segment="carrier=UA")
    gone = found(Symptom.INPUT_QUALITY, "visib", Severity.CRITICAL)
    mild = found(Symptom.INPUT_DRIFT, "temp")

    (answer, *_) = explained([found(Symptom.RESPONSE_DRIFT, "score"), mild, unit, gone], {"temp": 8.0, "distance": 2.0})

    assert [line.subject for line in answer.evidence] == ["visib", "distance", "temp"]


def test_a_cohort_is_explained_by_what_moved_on_its_own_day() -> None:
    """Labels come two weeks later; today's weather has nothing to do with it."""
    wind, then = found(Symptom.INPUT_DRIFT, "wind"), found(Symptom.INPUT_DRIFT, "temp")
    metric = found(Symptom.PERFORMANCE, "roc_auc", cohort_day=day(16))
    pooled = finding(
        NOW, Symptom.PERFORMANCE, "recall", Severity.WARNING, "recall over the last 7 cohorts", cohort_day=day(18)
    )

    told = explained([metric, pooled, wind], {"wind": 9.0}, {day(16): moved([then], {"temp": 8.0})})

    assert [line.text for line in told[0].evidence] == ["likely cause: on Wed 17 Jan: temp moved"]
    assert [line.subject for line in told[1].evidence] == ["temp"]
    assert told[2].evidence == ()


def test_a_cohort_is_explained_by_answers_that_moved_on_its_day_too_after_the_inputs() -> None:
    """A score that was halved is why its calibration is off; on the day itself no answer explains another."""
    score = found(Symptom.RESPONSE_DRIFT, "score", Severity.CRITICAL)
    rate = found(Symptom.PERFORMANCE, "predicted_positive_rate")
    wind = found(Symptom.INPUT_DRIFT, "wind")
    metric = found(Symptom.PERFORMANCE, "calibration_ratio", cohort_day=day(29))

    before = moved_before([score, rate, wind], {"score": 90.0, "wind": 7.0})

    (told,) = explained([metric], {}, {day(29): before})
    assert [line.subject for line in told.evidence] == ["wind", "score"]
    assert explained([score, metric], {}, {})[1].evidence == ()


def test_rows_that_a_day_lacks_are_those_of_the_value_that_is_gone() -> None:
    """A carrier whose rows are missing explains the traffic; a mix that moved a little does not."""
    traffic = finding(NOW, Symptom.TRAFFIC, "day", Severity.WARNING, "824 rows", value=824.0, usual=(833.0, 1147.0))
    gone, rare = (
        finding(NOW, Symptom.INPUT_DRIFT, name, Severity.WARNING, f"{name} lost", value=share, usual=usual,
                evidence=(Evidence("part", part, share),))
        for name, part, share, usual in (("carrier", "=UA", 0.0, (0.148, 0.201)), ("dest", "=IAH", 0.001, (0.013, 0.033)))
    )  # fmt: skip

    assert [line.text for line in explained([traffic, rare, gone], {})[0].evidence] == [
        "likely cause: carrier lost",
        "likely cause: dest lost",
    ]
    assert explained([traffic, rare], {})[0].evidence == ()


def test_an_expectation_becomes_evidence_of_a_drift_that_is_as_severe() -> None:
    """One line for one fault; a more severe one stays on its own."""
    drift = found(Symptom.INPUT_DRIFT, "wind", evidence=(Evidence("part", "null", 0.2),))
    mild, severe = (found(Symptom.INPUT_QUALITY, "wind", s) for s in (Severity.WARNING, Severity.CRITICAL))

    (merged,) = without_repeats([drift, mild])
    assert [line.text for line in merged.evidence] == ["part", "the suite's expectation is not met (warning)"]
    assert without_repeats([drift, severe]) == [drift, severe]
    limit = finding(NOW, Symptom.INPUT_QUALITY, "wind", Severity.WARNING, "wind breaks its limit: 2 % missing")
    assert without_repeats([drift, limit])[0].evidence[1].text == "wind breaks its limit: 2 % missing"
    assert without_repeats([drift, found(Symptom.INPUT_QUALITY, "temp")])[1].subject == "temp"


def test_of_two_findings_on_one_place_the_more_severe_speaks() -> None:
    """The other is its evidence; another segment, or another cohort, is another place or day."""
    mild = finding(NOW, Symptom.RESPONSE_DRIFT, "score", Severity.WARNING, "breaks its limit")
    severe = finding(NOW, Symptom.RESPONSE_DRIFT, "score", Severity.CRITICAL, "moved")

    for order in ([mild, severe], [severe, mild]):
        (merged,) = without_repeats(order)
        assert (merged.statement, [line.text for line in merged.evidence]) == ("moved", ["breaks its limit"])
    apart = [
        severe,
        found(Symptom.RESPONSE_DRIFT, "score", segment="client=a"),
        found(Symptom.PERFORMANCE, "roc_auc", cohort_day=day(23)),
        found(Symptom.PERFORMANCE, "roc_auc", cohort_day=day(29)),
    ]
    assert without_repeats(apart) == apart


def test_the_part_is_found_in_the_evidence() -> None:
    """The digest groups by it."""
    assert part_of(found(Symptom.INPUT_DRIFT, "wind", evidence=(Evidence("part", "=0", 0.2),))) == "=0"
    assert part_of(found(Symptom.INPUT_DRIFT, "wind")) is None
