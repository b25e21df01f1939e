"""From verdicts to findings: whole before segments, units before shifts, and who had a good day."""

from dataclasses import replace

import numpy as np
import pytest

from tests.judging.building import FIRST, OFFICE, day, facts, folded, model, numbers, said
from vitals.judging.drift import part_words, said_part, statement
from vitals.judging.verdict import Rule, Verdict
from vitals.profiles import Mini, Profile
from vitals.records import Finding, Judged, Observed, Severity, Symptom, TransitionKind, TriageKind


def texts(index: int, warned: float, segment: str = "", n: int = 900) -> Profile:
    """Decisions of a day: a share of them warns."""
    draw = np.random.default_rng([index, len(segment)])
    warn = int(draw.binomial(n, warned))
    values = ["warn"] * warn + ["ok"] * (n - warn)
    import pyarrow as pa

    from vitals.profiles import summarise

    return Profile("m", day(index), "decision", segment, summarise(pa.array(values).dictionary_encode()))


def lived(index: int, *profiles: Profile) -> Observed:
    return Observed(facts(day(index), np.random.default_rng(index).poisson(OFFICE)), profiles, [], [])


def by_day(judged: list[Judged]) -> dict[int, Judged]:
    return {(one.day - FIRST).days: one for one in judged}


def told(judged: Judged) -> list[tuple[Symptom, str, str]]:
    return [(one.symptom, one.subject, one.segment) for one in judged.findings]


def changes(judged: dict[int, Judged], found: Finding) -> list[tuple[int, TransitionKind]]:
    return [(i, t.kind) for i, one in judged.items() for t in one.transitions if t.fingerprint == found.fingerprint]


def test_a_decision_that_moves_is_critical_and_says_what_how_much_than_what() -> None:
    """Five points of the answers moved are felt."""
    judged = folded([lived(i, texts(i, 0.3 if i < 30 else 0.5)) for i in range(31)])

    assert not any(one.findings for one in judged[:30])
    (found,) = judged[30].findings
    assert (found.symptom, found.priority, found.severity) == (Symptom.RESPONSE_DRIFT, 2, Severity.CRITICAL)
    assert found.statement.startswith("decision equal to ")
    assert " of rows, usually " in found.statement
    assert found.evidence[0].text == "part"


def test_a_moved_segment_is_told_under_the_whole_and_has_no_good_day() -> None:
    """Its own incident neither ends nor goes on while the whole column speaks for it."""
    days = [
        lived(
            i,
            texts(i, 0.3 if i not in {32, 33} else 0.6),
            texts(i, 0.3 if i not in {31, 32, 33} else 0.9, "client=a", 300),
        )
        for i in range(37)
    ]

    judged = by_day(folded(days))

    assert told(judged[31]) == [(Symptom.RESPONSE_DRIFT, "decision", "client=a")]
    assert told(judged[32]) == told(judged[33]) == [(Symptom.RESPONSE_DRIFT, "decision", "")]
    under = [line.text for line in judged[32].findings[0].evidence]
    assert under[1].startswith("decision equal to ok on ")
    assert "in client=a, usually" in under[1]
    assert changes(judged, judged[31].findings[0]) == [
        (31, TransitionKind.OPENED),
        (34, TransitionKind.QUIET),
        (35, TransitionKind.RESOLVED),
    ]


def distance(index: int, factor: float = 1.0, rows: int = 4000) -> Profile:
    """A distance of which one client's part (a quarter) is multiplied."""
    draw = np.random.default_rng(index)
    own, others = draw.lognormal(7, 0.1, rows // 4) * factor, draw.lognormal(6.8, 0.1, rows)
    minis = tuple(
        Mini(name, len(v), 0, tuple(np.quantile(v, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()), None, 0)
        for name, v in (("client=a", own), ("client=b", others))
    )
    return numbers(day(index), "distance", [*own, *others], minis)


def test_a_unit_change_speaks_for_its_column_and_names_the_segment() -> None:
    """What the share band saw is its evidence."""
    judged = by_day(folded([lived(i, distance(i, 1.609344 if i == 30 else 1.0)) for i in range(34)]))

    (found,) = judged[30].findings
    assert (found.symptom, found.segment) == (Symptom.UNIT_CHANGE, "client=a")
    assert "times its usual for client a" in found.statement
    assert found.evidence[0].text.startswith("distance ")
    assert not any(one.findings for i, one in judged.items() if i != 30)
    assert changes(judged, found)[-1] == (32, TransitionKind.RESOLVED)


def test_a_muted_unit_change_leaves_the_shift_to_be_told() -> None:
    """Only what was muted is silent."""
    days = [lived(i, distance(i, 1.609344 if i >= 30 else 1.0)) for i in range(31)]
    mute = [said(TriageKind.MUTE, day(20), "unit_change/distance", day(99))]

    assert told(folded(days, mute)[30]) == [(Symptom.INPUT_DRIFT, "distance", "")]
    both = [*mute, said(TriageKind.MUTE, day(20), "input_drift/distance", day(99))]
    judged = folded(days, both)[30]
    assert (judged.findings, judged.drifts[0].eligible) == ([], True)


@pytest.mark.parametrize(
    ("history", "found"), [(0, False), (1, False), (6, False), (13, False), (14, True), (28, True)]
)
def test_a_shift_needs_fourteen_days(history: int, found: bool) -> None:
    """Below, only hard rules speak, and the row says how far the column has come."""
    judged = folded([*(lived(i, texts(i, 0.3)) for i in range(history)), lived(history, texts(history, 0.9))])[-1]

    assert bool(judged.findings) == found
    assert judged.drifts[0].reason == (None if history >= 14 else f"day {history + 1} of 14")


def test_a_moved_answer_on_a_holiday_is_information_and_teaches_nothing() -> None:
    """Good Friday 2024 is day 88."""
    days = [lived(i, texts(i, 0.3 if i < 88 else 0.6)) for i in range(50, 89)]

    judged = folded(days, watched=model(calendar="DE"))[-1]

    assert [one.severity for one in judged.findings] == [Severity.INFO]
    assert judged.transitions == []
    assert not judged.drifts[0].eligible


@pytest.mark.parametrize("seed", [0])
def test_ordinary_answers_and_inputs_are_silent(seed: int) -> None:
    """90 days of a decision with two segments, and of a distance, all with ordinary noise from day to day."""
    days = []
    for index in range(90):
        number = 1000 * (seed + 1) + index
        shift = 0.3 + np.random.default_rng(number).normal(0, 0.01)
        made = (texts(number, shift), texts(number, shift, "client=a", 300), distance(number, rows=1000))
        days.append(lived(index, *(replace(one, day=day(index)) for one in made)))

    assert not [one.findings for one in folded(days) if one.findings]


def test_every_rule_has_its_words() -> None:
    """A hard rule says its own, the week says that it is one, the unit filter names no unit."""
    hard = Verdict(day(0), 900, 0, hard="all values missing, usually 0.1%", rule=Rule.HARD)

    assert statement("temp", "", hard) == "temp: all values missing, usually 0.1%"
    assert statement("temp", "client=a", hard) == "temp in client=a: all values missing, usually 0.1%"
    assert said_part("temp", "single value", "9 %") == "temp at the single most frequent value on 9 % of rows"
    assert part_words("=" + "x" * 200) == "equal to " + "x" * 59 + "…"
    assert part_words("= \u202e1") == "equal to 1"
