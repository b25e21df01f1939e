"""Incidents: opened by one finding, ended by two good days or by people, and a function of what is stored."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.judging.incidents import IncidentBook
from vitals.judging.memory import Release
from vitals.judging.quarantine import can_be_accepted, concerns, quarantined, release_of, releases
from vitals.records import Finding, Incident, Severity, Symptom, Transition, TransitionKind, Triage, TriageKind

FIRST = date(2024, 3, 1)
WARNING, CRITICAL, INFO = Severity.WARNING, Severity.CRITICAL, Severity.INFO


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def finding(
    index: int,
    severity: Severity = WARNING,
    symptom: Symptom = Symptom.INPUT_DRIFT,
    subject: str = "x",
    segment: str = "",
) -> Finding:
    return Finding("m", day(index), None, symptom.priority, severity, symptom, subject, segment, "said", "do")


def good(_: Incident) -> bool:
    return True


def lived(found: dict[int, Iterable[Finding]], last: int, book: IncidentBook | None = None) -> list[Transition]:
    """Run days 0..last, all judged."""
    book = book or IncidentBook()
    return [t for i in range(last + 1) for t in book.step(day(i), found.get(i, []), good)]


def kinds(transitions: Iterable[Transition]) -> list[tuple[int, str]]:
    return [((t.day - FIRST).days, t.kind.value) for t in transitions]


def said(kind: TriageKind, incident: Incident, index: int, until: date | None = None) -> Triage:
    return Triage("m", day(index), kind, f"{incident.fingerprint}/{incident.opened_on}", "ana", "as planned", until)


def test_one_finding_opens_and_two_good_days_resolve():
    """The first good day is recorded too, so that the state can be derived."""
    book = IncidentBook()
    made = lived({0: [finding(0)], 1: [finding(1)]}, 5, book)
    assert kinds(made) == [(0, "opened"), (2, "quiet"), (3, "resolved")]
    assert [t.reason for t in made] == ["first finding", "1 good day", "2 good days"]
    (incident,) = book.incidents()
    assert (incident.days, incident.last_seen_on, incident.resolved_on) == (2, day(1), day(3))


def test_day_that_was_not_judged_does_neither():
    """Without a verdict an incident stays as it was: no good day, no bad one."""
    book = IncidentBook()
    made = book.step(day(0), [finding(0)], good) + book.step(day(1), [], good)
    made += [t for i in range(2, 9) for t in book.step(day(i), [], lambda _: False)]
    made += book.step(day(9), [], good)
    assert kinds(made) == [(0, "opened"), (1, "quiet"), (9, "resolved")]


def test_finding_between_good_days_starts_the_count_again():
    """Good days count in a row."""
    made = lived({0: [finding(0)], 2: [finding(2)]}, 5)
    assert kinds(made) == [(0, "opened"), (1, "quiet"), (3, "quiet"), (4, "resolved")]


@pytest.mark.parametrize(("again", "expected"), [(9, "reopened"), (10, "opened")])
def test_within_seven_days_of_its_end_the_same_incident_goes_on(again, expected):
    """Resolved on day 2: a finding on day 9 continues it, on day 10 it is another one."""
    book = IncidentBook()
    made = lived({0: [finding(0)], again: [finding(again)]}, again, book)
    assert kinds(made)[-1] == (again, expected)
    assert made[-1].opened_on == (day(0) if expected == "reopened" else day(again))
    assert book.incidents()[0].resolved_on == (None if expected == "reopened" else day(2))


def test_only_what_is_worse_than_ever_before_worsens():
    """Severity is the worst so far: going down and up again is no news."""
    book = IncidentBook()
    found = {0: [finding(0)], 1: [finding(1, CRITICAL)], 2: [finding(2)], 3: [finding(3, CRITICAL)]}
    made = lived(found, 3, book)
    assert kinds(made) == [(0, "opened"), (1, "worsened")]
    assert made[-1].reason == "warning -> critical"
    assert book.incidents()[0].severity is CRITICAL


def test_info_neither_opens_nor_continues_nor_ends():
    """A calendar day with something unusual leaves an incident as it is."""
    made = lived({0: [finding(0)], 1: [finding(1, INFO)], 2: [finding(2, INFO)], 9: [finding(9, INFO)]}, 9)
    assert kinds(made) == [(0, "opened"), (3, "quiet"), (4, "resolved")]


def test_worst_of_several_findings_of_one_place_counts_once():
    """A metric found at two ages is one incident and one day."""
    book = IncidentBook()
    book.step(day(0), [finding(0), finding(0, CRITICAL), finding(0, INFO)], good)
    (incident,) = book.incidents()
    assert (incident.severity, incident.days) == (CRITICAL, 1)


def test_what_arrived_late_is_over_at_once():
    """The caller may end an incident with its own reason."""
    book = IncidentBook()
    one = finding(0, CRITICAL, Symptom.PARTITION_INCOMPLETE, "day")
    book.step(day(0), [one], good)
    (change,) = book.step(day(1), [], good, {one.fingerprint: "arrived late"})
    assert (change.kind, change.reason) == (TransitionKind.RESOLVED, "arrived late")


def test_accepting_ends_it_and_the_next_finding_is_another_incident():
    """Accepted with who and why; a finding of the same day opens a new incident."""
    book = IncidentBook()
    lived({i: [finding(i)] for i in range(3)}, 2, book)
    (incident,) = book.open_incidents()
    (change,) = book.decide(day(3), [said(TriageKind.ACCEPT, incident, 3), said(TriageKind.ACCEPT, incident, 9)])
    assert (change.kind, change.reason) == (TransitionKind.ACCEPTED, "accepted by ana: as planned")
    (opened,) = book.step(day(3), [finding(3)], good)
    assert (opened.kind, opened.opened_on) == (TransitionKind.OPENED, day(3))
    assert release_of(book.incidents()[0], change) == Release(day(0), day(3))


def test_false_alarm_gives_back_the_days_even_after_the_end():
    """Said of a resolved incident it gives back that incident's days only, and it cannot be reopened."""
    book = IncidentBook()
    lived({0: [finding(0)]}, 2, book)
    (incident,) = book.incidents()
    (change,) = book.decide(day(5), [said(TriageKind.FALSE_ALARM, incident, 5)])
    (incident,) = book.incidents()
    assert incident.resolved_on == day(2)
    assert release_of(incident, change) == Release(day(0), day(2), new_level=False)
    assert kinds(book.step(day(6), [finding(6)], good)) == [(6, "opened")]
    assert book.decide(day(7), [said(TriageKind.FALSE_ALARM, incident, 7)]) == []


def test_acknowledging_and_snoozing_say_who_and_keep_it_open():
    """They change nothing but who knows."""
    book = IncidentBook()
    book.step(day(0), [finding(0)], good)
    (incident,) = book.incidents()
    triage = [said(TriageKind.SNOOZE, incident, 1, day(9)), said(TriageKind.ACKNOWLEDGE, incident, 1)]
    made = book.decide(day(1), triage)
    assert [t.reason for t in made] == ["ana: as planned", "snoozed by ana until 2024-03-10: as planned"]
    assert book.open_incidents()[0].acknowledged_by == "ana"


@pytest.mark.parametrize(
    ("symptom", "released", "accepted_on"),
    [
        (Symptom.INPUT_DRIFT, False, 28),
        (Symptom.INPUT_DRIFT, True, 28),  # only what the model answers can start with its release
        (Symptom.RESPONSE_DRIFT, True, 7),
        (Symptom.LATENCY, False, None),  # priority 1 never
        (Symptom.INPUT_QUALITY, False, None),  # a fixed rule does not learn
    ],
)
def test_what_nobody_answers_is_accepted_by_itself(symptom, released, accepted_on):
    """After 28 days, 7 when it started with a release; never for priority 1."""
    book, accepted = IncidentBook(), []
    for i in range(40):
        decided = book.decide(day(i), [], lambda _: released)
        accepted += [(i, t.reason) for t in decided]
        if not accepted:
            book.step(day(i), [finding(i, symptom=symptom)], good)
    assert accepted == ([] if accepted_on is None else [(accepted_on, f"accepted by itself after {accepted_on} days")])


def test_asks_after_fourteen_days():
    """From then on the digest may ask for an answer."""
    book = IncidentBook()
    lived({i: [finding(i), finding(i, symptom=Symptom.AVOID, subject="rule")] for i in range(20)}, 15, book)
    assert [len(book.asking(day(i))) for i in (13, 14)] == [0, 1]


def test_unknown_or_late_triage_has_no_effect():
    """What is said of no incident, or of one that is over, changes nothing."""
    book = IncidentBook()
    lived({0: [finding(0)]}, 2, book)
    (incident,) = book.incidents()
    nobody = Triage("m", day(3), TriageKind.ACCEPT, "0123456789abcdef/2024-01-01", "ana", "?")
    mute = Triage("m", day(3), TriageKind.MUTE, "input_drift/x", "ana", "?")
    assert book.decide(day(3), [nobody, mute, said(TriageKind.ACCEPT, incident, 3)]) == []


days_of_findings = st.dictionaries(
    st.integers(0, 30), st.lists(st.builds(finding, st.just(0), st.sampled_from([WARNING, CRITICAL, INFO])), max_size=2)
)


@given(
    days_of_findings,
    st.sets(st.integers(0, 30)),
    st.dictionaries(st.integers(0, 30), st.sampled_from(list(TriageKind)[:4])),
    st.integers(0, 31),
)
def test_state_is_a_function_of_what_is_stored(found, unjudged, triage, restart):
    """Property: rebuilt from the rows of the days before, the book goes on with the very same transitions and incidents."""

    def on(i: int) -> list[Finding]:
        return [Finding("m", day(i), None, 3, f.severity, f.symptom, "x", "", "", "") for f in found.get(i, [])]

    def one_day(book: IncidentBook, i: int) -> list[Transition]:
        about = [said(triage[i], incident, i) for incident in book.incidents()] if i in triage else []
        return book.decide(day(i), about) + book.step(day(i), on(i), lambda _: i not in unjudged)

    whole = IncidentBook()
    made = [t for i in range(31) for t in one_day(whole, i)]
    again = IncidentBook.rebuild([f for i in range(31) for f in on(i)], reversed(made), day(restart))
    rest = [t for i in range(restart, 31) for t in one_day(again, i)]
    assert rest == [t for t in made if t.day >= day(restart)]
    assert again.incidents() == whole.incidents()
    assert IncidentBook.rebuild([f for i in range(31) for f in on(i)], made).incidents() == whole.incidents()


def opened(symptom: Symptom, subject: str = "x", segment: str = "") -> Incident:
    book = IncidentBook()
    book.step(FIRST, [finding(0, symptom=symptom, subject=subject, segment=segment)], good)
    return book.incidents()[0]


@pytest.mark.parametrize(
    ("incident", "subject", "segment", "expected"),
    [
        (opened(Symptom.INPUT_DRIFT), "x", "", True),
        (opened(Symptom.INPUT_DRIFT), "x", "origin=LGA", True),
        (opened(Symptom.RESPONSE_DRIFT, segment="origin=LGA"), "x", "", False),
        (opened(Symptom.RESPONSE_DRIFT, segment="origin=LGA"), "x", "origin=LGA", True),
        (opened(Symptom.INPUT_DRIFT), "y", "", False),
        (opened(Symptom.INPUT_QUALITY), "x", "", False),
        (opened(Symptom.ERRORS, "status"), "errors:status", "", True),
        (opened(Symptom.MISSING_ANSWERS, "score"), "score", "", True),
        (opened(Symptom.MISSING_ANSWERS, "score"), "default_answers:score", "", False),
        (opened(Symptom.RESPONSE_DRIFT, "score"), "missing_answers:score", "", False),
    ],
)
def test_incident_concerns_its_subject_and_its_segments(incident, subject, segment, expected):
    """Quarantine is per subject and segment; a whole column's incident also concerns its segments."""
    assert concerns(incident, subject, segment) is expected
    assert quarantined([incident], subject, segment) is expected


def test_releases_of_a_column_are_those_of_its_incidents():
    """Accepted incidents of the column give back its days; others do not, nor do ends by good days."""
    book = IncidentBook()
    made = lived({i: [finding(i), finding(i, subject="y")] for i in range(3)}, 2, book)
    made += book.decide(day(3), [said(TriageKind.ACCEPT, book.open_incidents()[0], 3)])
    accepted = next(i for i in book.incidents() if i.resolved_on)
    other = "y" if accepted.subject == "x" else "x"
    assert releases(book.incidents(), made, accepted.subject) == [Release(day(0), day(3))]
    assert releases(book.incidents(), made, other) == []
    assert can_be_accepted(accepted)
