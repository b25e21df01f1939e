"""What people said of an incident and took back: it stands as it did before, from that day on."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from tests.judging.building import FIRST, OFFICE, day, facts, folded, numbers, said
from vitals.judging.incidents import IncidentBook, last_words
from vitals.judging.memory import Memory, Release
from vitals.records import Drift, Finding, Incident, Judged, Observed, Severity, Symptom, Triage, TriageKind

ACCEPT, ACKNOWLEDGE, SNOOZE = TriageKind.ACCEPT, TriageKind.ACKNOWLEDGE, TriageKind.SNOOZE
FALSE_ALARM, WITHDRAW = TriageKind.FALSE_ALARM, TriageKind.WITHDRAW


def finding(index: int, subject: str = "x") -> Finding:
    return Finding("m", day(index), None, 3, Severity.WARNING, Symptom.INPUT_DRIFT, subject, "", "said", "do")


def of_first(kind: TriageKind, index: int, until: date | None = None) -> Triage:
    """What is said of the incident that opened on day 0."""
    return said(kind, day(index), f"{finding(0).fingerprint}/{FIRST}", until)


def lived(triage: Sequence[Triage], found: Sequence[int], last: int = 8) -> tuple[list[tuple[int, str]], Incident]:
    """Run days 0 to last; gives what people's words did, and the incident that opened on day 0."""
    book, made = IncidentBook(), []
    for index in range(last + 1):
        made += book.decide(day(index), triage)
        book.step(day(index), [finding(index)] if index in found else [], lambda _: True)
    first = next(one for one in book.incidents() if one.opened_on == FIRST)
    return [((one.day - FIRST).days, one.kind.value) for one in made], first


def test_an_acknowledgement_taken_back_leaves_nobody_in_charge() -> None:
    """From that day on the incident is nobody's."""
    made, incident = lived([of_first(ACKNOWLEDGE, 1), of_first(WITHDRAW, 3)], range(9))

    assert made == [(1, "acknowledged"), (3, "withdrawn")]
    assert (incident.acknowledged_by, incident.resolved_on) == (None, None)


def test_an_acceptance_taken_back_opens_the_incident_again() -> None:
    """It is the same incident, and goes on."""
    made, incident = lived([of_first(ACCEPT, 2), of_first(WITHDRAW, 4)], [0, 1, 4, 5, 6, 7, 8])

    assert made == [(2, "accepted"), (4, "withdrawn")]
    assert (incident.resolved_on, incident.reason, incident.last_seen_on) == (None, None, day(8))


def test_an_acceptance_is_not_taken_back_once_its_place_has_another_incident() -> None:
    """The new one speaks for the place; two open ones would say the same."""
    made, incident = lived([of_first(ACCEPT, 2), of_first(WITHDRAW, 5)], [0, 1, 4, 5, 6])

    assert made == [(2, "accepted")]
    assert incident.resolved_on == day(2)


def test_a_false_alarm_said_of_what_had_ended_and_taken_back_leaves_it_ended() -> None:
    """It had ended by two good days before anybody spoke, and may continue as before."""
    made, incident = lived([of_first(FALSE_ALARM, 4), of_first(WITHDRAW, 6)], [0, 7])

    assert made == [(4, "false_alarm"), (6, "withdrawn")]
    assert (incident.opened_on, incident.resolved_on, incident.last_seen_on) == (FIRST, None, day(7))


def test_another_word_replaces_the_first_on_the_day_that_it_is_taken_back() -> None:
    """Accepted, and on a later day called a false alarm instead: withdrawing comes first."""
    triage = [of_first(ACCEPT, 1), of_first(FALSE_ALARM, 2), of_first(WITHDRAW, 2)]

    made, incident = lived(triage, [0])

    assert made == [(1, "accepted"), (2, "withdrawn"), (2, "false_alarm")]
    assert (incident.reason or "").startswith("false alarm")


def test_what_rows_say_is_put_together_again() -> None:
    """The stored findings and transitions give the same incidents as the days did."""
    triage = [of_first(ACCEPT, 2), of_first(WITHDRAW, 4), of_first(ACKNOWLEDGE, 4), of_first(FALSE_ALARM, 6)]
    book, transitions, findings = IncidentBook(), [], [finding(i) for i in (0, 1, 4, 5)]
    for index in range(9):
        transitions += book.decide(day(index), triage)
        transitions += book.step(day(index), [one for one in findings if one.day == day(index)], lambda _: True)

    assert IncidentBook.rebuild(findings, transitions[::-1]).incidents() == book.incidents()


def test_over_several_days_the_last_words_hold() -> None:
    """What was withdrawn in a gap has no effect; of two words of a kind the later one counts."""
    first, gone, later = of_first(ACKNOWLEDGE, 1), of_first(WITHDRAW, 2), of_first(ACKNOWLEDGE, 3)
    other = said(SNOOZE, day(1), "fedcba9876543210/2024-01-01", day(9))

    assert last_words([later, gone, first, other]) == [other, gone, later]
    assert last_words([first, of_first(ACKNOWLEDGE, 2)]) == [of_first(ACKNOWLEDGE, 2)]


def calm(index: int, scale: float = 1.0) -> Observed:
    draw = np.random.default_rng(index)
    values = (draw.normal(1000, 150, 900) * scale).tolist()
    return Observed(facts(day(index), draw.poisson(OFFICE)), [numbers(day(index), "distance", values)], [], [])


def test_days_accepted_by_mistake_teach_nothing_after_all() -> None:
    """A fault that was accepted, then not, is found again against what was usual before it."""
    days = [calm(index, 1.6 if index >= 20 else 1.0) for index in range(36)]
    plain = folded(days)
    opened = next(one for one in plain[20].findings if one.subject == "distance")
    target = f"{opened.fingerprint}/{day(20)}"
    accepted = [said(ACCEPT, day(23), target)]
    mistaken = [*accepted, said(WITHDRAW, day(27), target)]

    kept, back = folded(days, accepted), folded(days, mistaken)

    def drifting(judged: Sequence[Judged]) -> list[int]:
        return [(one.day - FIRST).days for one in judged if "distance" in {f.subject for f in one.findings}]

    assert drifting(kept) == [20, 21, 22]
    assert drifting(back) == [20, 21, 22, *range(27, 36)]
    assert {one.drifts[0].level for one in back[27:]} == {back[19].drifts[0].level}


def row(index: int, level: int, *, eligible: bool = True) -> Drift:
    nothing = dict.fromkeys(("ks", "tv", "psi", "cramers_v", "wasserstein", "jensen_shannon"))
    return Drift(
        "m", day(index), "x", "", 0.0, 0.0, None, None, None, None, None, not eligible, eligible, level, **nothing,
        n=900, reference_days=20,
    )  # fmt: skip


def test_a_memory_read_from_rows_is_the_one_that_lived_through_it() -> None:
    """Accepted on day 6, taken back on day 8, accepted again on day 10: live and from stored rows."""
    releases = [
        Release(day(3), day(6)),
        Release(day(3), day(8), withdrawn=True),
        Release(day(3), day(10)),
    ]
    rows = [row(i, 0, eligible=i < 3) for i in range(6)] + [row(i, 1) for i in (6, 7)]
    rows += [row(i, 0, eligible=False) for i in (8, 9)] + [row(i, 1) for i in (10, 11)]
    live = Memory([], [], lambda _: False)
    for one in rows:
        for release in releases:
            if release.on == one.day:
                live.release(release)
        live.add(one)

    stored = Memory(rows, releases, lambda _: False)

    assert live.level == stored.level == 1
    assert live.reference(day(12), 56, ()) == stored.reference(day(12), 56, ())
    assert [live.level_of(day(i)) for i in range(12)] == [stored.level_of(day(i)) for i in range(12)]
