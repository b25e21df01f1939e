"""The fold of a whole model: what a day brings, and that a replay may begin at any day."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.judging.building import FIRST, OFFICE, day, facts, failing, folded, measured, model, numbers, said
from vitals.io import judging
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.profiles import CategoricalSummary, Mini, Profile
from vitals.records import (
    Incident,
    Judged,
    Observation,
    Observed,
    Severity,
    Symptom,
    TransitionKind,
    Triage,
    TriageKind,
)
from vitals.spec.model import Alert, Heuristic, Limit

DAYS = 80
GAPS = {33, 34, 50}
WATCHED = model(
    calendar="DE",
    heuristics=(Heuristic(name="share warned", value="1"),),
    limits=(Limit(column="distance", max=10_000),),
    alerts=(Alert(symptom=Symptom.INPUT_DRIFT, subject="wind", mute=True, since=day(60), until=day(66), why="storm"),),
)


def texts(of: date, subject: str, shares: dict[str, int], segment: str = "") -> Profile:
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    counts = np.array([rows for _, rows in ordered])
    summary = CategoricalSummary(int(counts.sum()), 0, tuple(v for v, _ in ordered), counts, 0, len(ordered))
    return Profile("m", of, subject, segment, summary)


def mini(segment: str, values: np.ndarray) -> Mini:
    quantiles = tuple(float(v) for v in np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]))
    return Mini(segment, len(values), 0, quantiles, None, 0)


def lived_day(index: int, seed: int) -> Observed:
    """A day of a service in which much goes wrong at known times."""
    of, draw = day(index), np.random.default_rng([seed, index])
    hours = draw.poisson(OFFICE * (0.6 if of.weekday() > 4 else 1.0))
    if index == 45:
        hours[14:] = 0  # truncated
    if index == 55:
        hours[:] = 0
    rows = int(hours.sum())
    shown = max(rows, 10)  # an empty day has no profile, only the numbers below
    distance = draw.normal(1000, 150, shown).clip(1)
    own = np.arange(shown) % 10 < 3
    if 24 <= index < 28:
        distance[own] *= 1.609344  # one client changed its unit
    if index in {40, 41}:
        distance[: shown // 10] = np.nan
    wind = draw.gamma(4, 3, shown) * (1.8 if index >= 48 else 1.0)  # a new level
    minis = tuple(
        mini(f"client={name}", distance[rows][np.isfinite(distance[rows])]) for name, rows in (("a", own), ("b", ~own))
    )
    warned = 0.30 if not 30 <= index < 36 else 0.02
    decided = int(draw.binomial(shown, warned))
    profiles = [
        numbers(of, "distance", [None if np.isnan(v) else v for v in distance], minis),
        numbers(of, "wind", wind),
        texts(of, "decision", {"ok": shown - decided, "warn": decided + 1}),
    ]
    if index >= 20:  # a client that comes late is a segment that comes late
        profiles.append(
            texts(of, "decision", {"ok": 80, "warn": int(30 * (0.05 if index == 58 else 1))}, "client=late")
        )
    errors = draw.binomial(shown, 0.06 if index in {22, 23, 24, 62} else 0.01)
    share = errors / shown
    p95 = float(np.exp(draw.normal(4, 0.03)) * (2 if 64 <= index < 70 else 1))
    version = "v1" if index < 48 else "v2"
    rest = [
        measured(of, "traffic", "day", float(rows), rows),
        measured(of, "traffic", "day", float(rows), rows, segment=f"version={version}"),
        measured(of, "errors", "status", share, shown),
        measured(of, "latency", "p95", p95),
        measured(of, "heuristic", "share warned", decided / shown),
    ]
    for age in (1, 7):
        cohort = day(index - age)
        auc = float(draw.normal(0.8, 0.01)) - (0.15 if index - age in {38, 39, 40, 41} else 0)
        covered = 0.95 if index - age not in {57, 58} else 0.4
        known = {"age": age, "lower": auc - 0.02, "upper": auc + 0.02}
        rest.append(measured(cohort, "performance", "roc_auc", auc, 900, **known))
        rest.append(measured(cohort, "label_coverage", "", covered + float(draw.normal(0, 0.004)), 950, age=age))
    failed = [
        failing(of, "carrier", "fail" if index in {15, 16, 46} else "pass"),
        failing(of, "distance", "fail" if index == 40 else "pass"),
        failing(of, None, "vacuous", key="expect_table_row_count_to_be_between:min_rows<=rows", n=rows),
    ]
    return Observed(facts(of, hours), profiles if rows else (), rest, failed if rows else ())


def lived(seed: int) -> list[Observed]:
    return [lived_day(index, seed) for index in range(DAYS) if index not in GAPS]


def decisions(seed: int, incidents: Sequence[Incident]) -> list[Triage]:
    """What people might say of a quarter of the incidents and of some days, each while it matters."""
    chance = random.Random(seed)
    kinds = (TriageKind.ACCEPT, TriageKind.FALSE_ALARM, TriageKind.SNOOZE, TriageKind.ACKNOWLEDGE)
    made = [
        said(
            chance.choice(kinds),
            one.opened_on + timedelta(days=chance.randint(1, 5)),
            f"{one.fingerprint}/{one.opened_on}",
        )
        for one in incidents
        if chance.random() < 0.5
    ]
    bad = [
        said(TriageKind.BAD_DAY, day(i + chance.randint(0, 3)), str(day(i))) for i in (18, 41, chance.randint(25, 60))
    ]
    mutes = [said(TriageKind.MUTE, day(chance.randint(20, 60)), "input_drift/distance", day(70))]
    withdrawn = [
        said(TriageKind.WITHDRAW, one.day + timedelta(days=chance.randint(1, 3)), one.target)
        for one in made
        if chance.random() < 0.8
    ]
    return [*made, *bad, *mutes, *withdrawn]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings.from_env({}, home=tmp_path)
    with World(settings, lambda: datetime(2024, 6, 1, tzinfo=UTC), lambda _: (), lambda _: "", run_id="r") as opened:
        yield opened


def observe(world: World, days: Sequence[Observed]) -> None:
    for one in days:
        world.store.replace(Observation(one.facts, one.validations, one.profiles, one.measurements), "hash")


def begin_again(world: World, at: date) -> None:
    """Let the next judging begin at a day."""
    with sqlite3.connect(world.settings.home / "vitals.db") as connection:
        connection.execute("UPDATE model_state SET dirty_from = ?", (at.isoformat(),))
    connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_replay_from_any_day_leaves_the_same_rows(world: World, seed: int) -> None:
    """With triage, mutes, gaps, a truncated and an empty day, a release, holidays and unit changes."""
    days = lived(seed)
    observe(world, days)
    judging.judge(world, WATCHED)
    incidents = [Incident(**row) for row in world.store.rows("incidents", "m")]
    for one in decisions(seed, incidents):
        world.store.decide(one)
    begin_again(world, days[0].day)
    judging.judge(world, WATCHED)
    expected = world.store.dump("m")

    assert "withdrawn" in {row[2] for row in expected["transition"]}
    assert {Symptom(row["symptom"]) for row in world.store.rows("findings", "m")} >= {
        Symptom.UNIT_CHANGE, Symptom.RESPONSE_DRIFT, Symptom.ERRORS, Symptom.LATENCY, Symptom.PERFORMANCE,
        Symptom.LABEL_COVERAGE, Symptom.PARTITION_INCOMPLETE, Symptom.HEURISTIC, Symptom.INPUT_QUALITY,
    }  # fmt: skip
    for at in random.Random(seed).sample([one.day for one in days], 15):
        begin_again(world, at)
        judging.judge(world, WATCHED)
        assert world.store.dump("m") == expected, f"a replay from {at} differs"


@pytest.mark.slow
def test_judging_every_day_as_it_comes_leaves_the_rows_of_one_long_replay(world: World, tmp_path: Path) -> None:
    """Live days and a backfill tell the same."""
    days = lived(4)
    observe(world, days)
    judging.judge(world, WATCHED)
    expected = world.store.dump("m")

    with World(
        Settings.from_env({}, home=tmp_path / "live"), world.clock, lambda _: (), lambda _: "", run_id="r"
    ) as live:
        for one in days:
            observe(live, [one])
            judging.judge(live, WATCHED)
        assert live.store.dump("m") == expected


def test_the_fold_in_memory_gives_what_the_store_gives(world: World) -> None:
    """The store adds nothing to what is said."""
    days = lived(5)[:45]
    observe(world, days)
    judging.judge(world, WATCHED)

    inside = folded(days, watched=WATCHED)

    stored = [(row["day"], row["statement"]) for row in world.store.rows("findings", "m")]
    assert sorted(stored) == sorted((one.day, found.statement) for one in inside for found in one.findings)


def places(judged: Judged) -> set[tuple[str, str, str]]:
    return {(one.symptom.value, one.subject, one.segment) for one in judged.findings}


def by_day(judged: Sequence[Judged]) -> dict[int, Judged]:
    return {(one.day - FIRST).days: one for one in judged}


def calm_days(count: int, **changes: object) -> list[Observed]:
    """Ordinary days of one column, the same every day but for noise."""
    return [_calm(index, **changes) for index in range(count)]


def _calm(index: int, scale: float = 1.0, nulls: float = 0.0, hours: Sequence[float] = OFFICE) -> Observed:
    draw = np.random.default_rng(index)
    values = (draw.normal(1000, 150, 900) * scale).tolist()
    values[: int(nulls * 900)] = [None] * int(nulls * 900)
    of = day(index)
    return Observed(
        facts(of, draw.poisson(hours)), [numbers(of, "distance", values)], [], [failing(of, "distance", "pass")]
    )


def test_two_findings_on_one_place_become_one_that_says_both() -> None:
    """A limit and an expectation on one column: the store holds one finding of a place a day."""
    watched = model(limits=(Limit(column="distance", max=2000.0),))
    days = calm_days(3)
    high = numbers(day(3), "distance", [5000.0, *np.random.default_rng(1).normal(1000, 150, 899)])
    days.append(Observed(facts(day(3)), [high], [], [failing(day(3), "distance", severity=Severity.CRITICAL)]))

    found = folded(days, watched=watched)[3].findings

    (both,) = [one for one in found if one.symptom is Symptom.INPUT_QUALITY]
    assert both.severity is Severity.CRITICAL
    assert both.statement == "distance: 3.3 % of rows fail: as it should"
    assert "distance breaks its limit: 1 row over 2,000 (most 5,000)" in [line.text for line in both.evidence]


def test_an_expectation_told_under_a_drift_has_no_good_day() -> None:
    """Its incident stays open while the column's drift speaks for both, and ends when both are good."""
    days = calm_days(31)
    days[20] = _with(days[20], failing(day(20), "distance"))
    for index in (21, 22):
        days[index] = _with(_calm(index, nulls=0.2), failing(day(index), "distance"))

    judged = by_day(folded(days))

    assert places(judged[20]) == {("input_quality", "distance", "")}
    assert places(judged[21]) == places(judged[22]) == {("input_drift", "distance", "")}
    changes = [(t.kind, (t.day - FIRST).days) for one in judged.values() for t in one.transitions]
    assert changes == [
        (TransitionKind.OPENED, 20),
        (TransitionKind.OPENED, 21),
        (TransitionKind.QUIET, 23),
        (TransitionKind.QUIET, 23),
        (TransitionKind.RESOLVED, 24),
        (TransitionKind.RESOLVED, 24),
    ]


def _with(one: Observed, *validations: object) -> Observed:
    return Observed(one.facts, one.profiles, one.measurements, validations)


def test_a_mute_ends_its_incident_and_its_column_goes_on_teaching() -> None:
    """Nothing is told of a muted column, its days are reference, and nobody reads that it had good days."""
    days = [_calm(index, nulls=0.2 if index >= 20 else 0.0) for index in range(40)]
    muted = [said(TriageKind.MUTE, day(23), "input_drift/distance", day(60))]

    judged = by_day(folded(days, muted))

    assert [index for index, one in judged.items() if one.findings] == [20, 21, 22]
    assert [(t.kind, t.reason) for t in judged[23].transitions] == [(TransitionKind.RESOLVED, "muted")]
    drifts = {index: one.drifts[0] for index, one in judged.items()}
    assert not any(drifts[index].eligible for index in (20, 21, 22))
    assert all(drifts[index].eligible for index in range(24, 40))


def test_a_mute_in_the_model_file_holds_from_since_to_until() -> None:
    """Before and after it the column's findings are told."""
    alert = Alert(
        symptom=Symptom.INPUT_QUALITY, subject="distance", mute=True, since=day(21), until=day(22), why="known"
    )
    days = [_with(one, failing(one.day, "distance")) if 20 <= i < 24 else one for i, one in enumerate(calm_days(26))]

    judged = by_day(folded(days, watched=model(alerts=(alert,))))

    assert [index for index, one in judged.items() if one.findings] == [20, 23]


def test_what_was_said_on_a_day_that_was_never_observed_holds_from_the_next() -> None:
    """A decision is not lost in a gap."""
    days = [_calm(index, nulls=0.2 if index >= 20 else 0.0) for index in range(40) if index != 24]
    opened = folded(days)[20].findings[0]

    accepted = [said(TriageKind.ACCEPT, day(24), f"{opened.fingerprint}/{day(20)}")]
    judged = by_day(folded(days, accepted))

    assert [t.kind for t in judged[25].transitions] == [TransitionKind.ACCEPTED]


def test_a_truncated_day_is_not_judged_further_and_teaches_nothing() -> None:
    """Its columns say why, nothing else is found, and it is no reference."""
    days = calm_days(30)
    cut = np.array(OFFICE)
    cut[13:] = 0
    days[25] = _calm(25, scale=3.0, hours=cut)

    judged = by_day(folded(days))

    assert places(judged[25]) == {("partition_incomplete", "day", "")}
    (row,) = judged[25].drifts
    assert (row.reason, row.eligible) == ("partition incomplete", False)
    assert not any(one.findings for index, one in judged.items() if index != 25)


def test_a_day_declared_bad_brings_no_finding_about_itself() -> None:
    """It is said before the day is judged; what is about other days is judged all the same."""
    days = [_calm(index, scale=3.0 if index == 25 else 1.0) for index in range(28)]

    assert places(by_day(folded(days))[25]) == {("input_drift", "distance", "")}
    judged = by_day(folded(days, [said(TriageKind.BAD_DAY, day(25), str(day(25)))]))

    assert not any(one.findings for one in judged.values())
    assert judged[25].drifts[0].reason == "bad day"


def test_an_empty_day_is_found_and_nothing_else_is_judged() -> None:
    """Zero rows never passes."""
    days = [*calm_days(20), Observed(facts(day(20), [0] * 24), [], [], [])]

    judged = folded(days)[20]

    (found,) = judged.findings
    assert (found.severity, found.symptom) == (Severity.CRITICAL, Symptom.PARTITION_INCOMPLETE)
    assert found.statement.startswith("no predictions on Sun 21 Jan 2024 (usually 1,0")
    assert list(judged.drifts) == []


def test_classical_tests_hold_between_since_and_until_and_not_while_learning() -> None:
    """A threshold of psi is judged once the usual is known, only while the override is in force."""
    alert = Alert(
        symptom=Symptom.INPUT_DRIFT, subject="distance", method="psi", above=1e-6, since=day(18), until=day(19)
    )

    judged = by_day(folded(calm_days(24), watched=model(alerts=(alert,))))

    assert [index for index, one in judged.items() if one.findings] == [18, 19]
    assert judged[18].findings[0].statement.startswith("distance: PSI on the reference's deciles, smoothed by 0.5 0.0")
    alert = Alert(symptom=Symptom.INPUT_DRIFT, subject="distance", method="psi", above=1e-6)
    always = by_day(folded(calm_days(20), watched=model(alerts=(alert,))))
    assert min(index for index, one in always.items() if one.findings) == 14
