"""Snoozes: set aside until their day, shown as soon as it got worse, told when they ended or resolved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.digest.samples import CHANNEL, DAY, facts, finding, incident, model
from tests.judging.building import Past, said
from vitals.digest import Digest, Told, compose, escalates, told_of
from vitals.digest.standing import standing
from vitals.records import Day, Severity, Symptom, Transition, TransitionKind, Triage, TriageKind
from vitals.render import text

OPENED = DAY - timedelta(days=4)
ERRORS = finding(Symptom.ERRORS, "status", "6 % errors")
TARGET = f"{ERRORS.fingerprint}/{OPENED}"
LAST = DAY + timedelta(days=3)


def digest(
    told: Told | None,
    *triage: Triage,
    day: Day = DAY,
    severity: Severity = Severity.WARNING,
    resolved_on: Day | None = None,
    changes: tuple[Transition, ...] = (),
) -> Digest:
    """Compose a day on which the errors of four days ago go on, or have ended."""
    found = replace(ERRORS, day=day, severity=severity)
    opened = incident(found, OPENED, resolved_on=resolved_on, reason="2 good days" if resolved_on else None)
    findings = () if resolved_on else (found,)
    seen = replace(facts(), day=day)
    past = Past(day + timedelta(days=1), facts=(seen,), findings=findings, incidents=(opened,), transitions=changes)
    return compose(CHANNEL, day, [standing(model(), day, past, triage, told, calendar=None, problem=None)], told)


def before(*triage: Triage) -> Told:
    """What the channel knows from yesterday, when the errors were a warning."""
    return told_of(digest(None, *triage, day=DAY - timedelta(days=1)))


def snooze(day: Day, until: Day = LAST) -> Triage:
    """Someone snoozes the errors."""
    return said(TriageKind.SNOOZE, day, TARGET, until)


def test_a_snooze_is_a_count_with_its_last_day() -> None:
    """Nothing else is said of it, and what was known stays known."""
    held = digest(before(), snooze(DAY))

    assert (held.items, held.resolved, held.mentions) == ((), (), ())
    assert [note.text for note in held.notes if note.kind == "snoozed"] == ["1 snoozed: errors until Sun 25 Aug"]
    assert [(one.severity, one.snoozed) for one in held.open] == [(Severity.WARNING, True)]


@pytest.mark.parametrize("worsened_on", [DAY, DAY - timedelta(days=1)])
def test_a_snoozed_incident_that_gets_worse_is_shown_and_calls_its_owner(worsened_on: Day) -> None:
    """A snooze is about what was known when it was said."""
    asleep = snooze(DAY - timedelta(days=1))
    worse = Transition(
        "flight_late", worsened_on, TransitionKind.WORSENED, ERRORS.fingerprint, OPENED, "warning -> critical"
    )
    told = before(asleep)

    shown = digest(told, asleep, severity=Severity.CRITICAL, changes=(worse,))

    (item,) = shown.items
    assert (item.state, item.remark, item.shown) == ("worse", "was warning and snoozed", "card")
    assert shown.mentions == ("U02AB3CD4",)
    assert escalates(shown, digest(told, asleep))
    assert [note for note in shown.notes if note.kind == "snoozed"] == []


def test_snoozed_again_after_it_got_worse_it_is_set_aside() -> None:
    """What got worse before the snooze was known to who snoozed it."""
    worse = Transition("flight_late", DAY - timedelta(days=1), TransitionKind.WORSENED, ERRORS.fingerprint, OPENED, "")

    held = digest(before(), snooze(DAY), severity=Severity.CRITICAL, changes=(worse,))

    assert held.items == ()


def test_the_end_of_a_snooze_is_a_card_and_calls_nobody() -> None:
    """It comes back as what it is: known, and some days old."""
    asleep = snooze(DAY - timedelta(days=1), until=DAY - timedelta(days=1))

    shown = digest(before(asleep), asleep)

    (item,) = shown.items
    assert (item.state, item.shown, item.day_number) == ("unchanged", "card", 5)
    assert item.standing == "its snooze ended; day 5 since Sun 18 Aug"
    assert shown.mentions == ()
    assert "its snooze ended" in text.render(shown)


def test_a_snoozed_incident_that_resolves_is_told_once() -> None:
    """Whoever waits for it hears of its end."""
    asleep = snooze(DAY - timedelta(days=1))
    ended = digest(before(asleep), asleep, resolved_on=DAY)

    assert [one.reason for one in ended.resolved] == ["2 good days"]
    assert digest(told_of(ended), asleep, resolved_on=DAY).resolved == ()
