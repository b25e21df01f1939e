"""Mutes, and classical tests with a threshold of the user's."""

import pytest

from tests.judging.building import day, model, observed, said, today
from vitals.judging.alerts import Mutes, classical
from vitals.judging.day import finding
from vitals.records import Finding, Severity, Symptom, TriageKind
from vitals.spec.model import Alert
from vitals.stats.distances import Distances

MOVED = Distances(ks=0.3, tv=0.25, psi=0.4, cramers_v=0.1, wasserstein=0.8, jensen_shannon=0.2)


def muting(**changes: object) -> Alert:
    return Alert(symptom=Symptom.INPUT_DRIFT, subject="wind", mute=True, why="not actionable", **changes)


@pytest.mark.parametrize(("index", "held"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_mute_of_the_model_file_holds_from_since_to_until(index: int, held: bool) -> None:
    """Both ends included, for its symptom and subject only."""
    mutes = Mutes(model(alerts=(muting(since=day(10), until=day(20)),)), (), day(index))

    assert mutes.hold(Symptom.INPUT_DRIFT, "wind") == held
    assert not mutes.hold(Symptom.INPUT_DRIFT, "distance")
    assert not mutes.hold(Symptom.UNIT_CHANGE, "wind")


def test_a_mute_without_ends_holds_always_and_without_subject_for_all() -> None:
    """Every subject of a symptom."""
    every = Alert(symptom=Symptom.INPUT_DRIFT, mute=True, why="not actionable")

    assert Mutes(model(alerts=(muting(),)), (), day(0)).hold(Symptom.INPUT_DRIFT, "wind")
    assert Mutes(model(alerts=(every,)), (), day(0)).hold(Symptom.INPUT_DRIFT, "anything")


@pytest.mark.parametrize(("index", "held"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_mute_that_someone_said_holds_from_its_day_on(index: int, held: bool) -> None:
    """A replay of earlier days does not know it."""
    spoken = [said(TriageKind.MUTE, day(10), "avoid/Loans / we refuse", day(20))]

    assert Mutes(model(), spoken, day(index)).hold(Symptom.AVOID, "Loans / we refuse") == held


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("ks", "wind: Kolmogorov-Smirnov distance 0.3, limit 0.05"),
        ("psi", "wind: PSI on the reference's deciles, smoothed by 0.5 0.4, limit 0.05"),
        ("tv", "wind: total variation 0.25, limit 0.05"),
        ("d1", "wind: D1, twice the total variation 0.5, limit 0.05"),
        ("wasserstein", "wind: Wasserstein distance in reference standard deviations 0.8, limit 0.05"),
        ("jensen_shannon", "wind: Jensen-Shannon distance, base 2 0.2, limit 0.05"),
        ("cramers_v", "wind: Cramer's V 0.1, limit 0.05"),
    ],
)
def test_a_distance_above_its_threshold_is_a_finding_that_names_its_definition(method: str, words: str) -> None:
    """With the severity that the model file gives."""
    (found,) = found_by(
        Alert(symptom=Symptom.INPUT_DRIFT, subject="wind", method=method, above=0.05, severity=Severity.INFO)
    )

    assert (found.symptom, found.severity, found.expected_high) == (Symptom.INPUT_DRIFT, Severity.INFO, 0.05)
    assert found.statement == words


def found_by(alert: Alert, *found: Finding) -> list[Finding]:
    return classical(today(observed(day(30)), watched=model(alerts=(alert,))), {("wind", ""): MOVED}, found)


def test_a_test_is_silent_below_its_threshold_outside_its_days_and_where_drift_is_told() -> None:
    """Another kind of finding on the column does not silence it."""
    psi = Alert(symptom=Symptom.INPUT_DRIFT, subject="wind", method="psi", above=0.3)

    assert len(found_by(psi)) == 1
    assert not found_by(psi.model_copy(update={"above": 0.4}))
    assert not found_by(psi.model_copy(update={"since": day(31)}))
    assert not found_by(psi.model_copy(update={"until": day(29)}))
    assert not found_by(psi.model_copy(update={"subject": "distance"}))
    now = today(observed(day(30)))
    assert not found_by(psi, finding(now, Symptom.INPUT_DRIFT, "wind", Severity.WARNING, "moved"))
    assert len(found_by(psi, finding(now, Symptom.INPUT_QUALITY, "wind", Severity.WARNING, "null"))) == 1


def test_a_test_of_an_answer_has_the_answers_symptom() -> None:
    """So that it joins the incident of that column."""
    alert = Alert(symptom=Symptom.RESPONSE_DRIFT, subject="score", method="ks", above=0.1)

    (found,) = classical(today(observed(day(30)), watched=model(alerts=(alert,))), {("score", ""): MOVED}, ())

    assert (found.symptom, found.priority) == (Symptom.RESPONSE_DRIFT, 2)
