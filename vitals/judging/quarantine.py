"""Which incidents keep a column's (or a share's) days out of its reference, and which give them back.

Knows subjects and symptoms only; the book of incidents and the fold of a column use it.
"""

from collections.abc import Iterable

from vitals.judging.memory import Release
from vitals.records import WHOLE, Incident, Symptom, Transition, TransitionKind

_SHARES = frozenset(
    {Symptom.ERRORS.value, Symptom.MISSING_ANSWERS.value, Symptom.DEFAULT_ANSWERS.value, Symptom.DUPLICATES.value}
)
_OF_COLUMNS = frozenset({Symptom.INPUT_DRIFT, Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE, Symptom.LATENCY})
_OF_HISTORY = frozenset(
    {Symptom.HEURISTIC, Symptom.PERFORMANCE, Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY, Symptom.ESTIMATE}
)


def concerns(incident: Incident, subject: str, segment: str = WHOLE) -> bool:
    """Tell whether an incident, while open, keeps the days of a subject out of its reference.

    Parameters
    ----------
    subject : a column, or a share as `errors:status`.

    Notes
    -----
    An incident on a whole column concerns its segments; one on a segment does not concern the whole. A share concerns
    itself and the column it is about.
    """
    signal, colon, of = subject.partition(":")
    if colon and signal in _SHARES:
        return incident.symptom.value == signal and incident.subject == of
    judged_by_shares = incident.symptom in _OF_COLUMNS or incident.symptom.value in _SHARES
    return judged_by_shares and incident.subject == subject and incident.segment in {segment, WHOLE}


def quarantined(open_incidents: Iterable[Incident], subject: str, segment: str = WHOLE) -> bool:
    """Tell whether any open incident concerns a subject."""
    return any(concerns(incident, subject, segment) for incident in open_incidents)


def can_be_accepted(incident: Incident) -> bool:
    """Tell whether accepting changes anything: what is judged by what was usual, not by a fixed rule."""
    return incident.symptom in _OF_COLUMNS | _OF_HISTORY or incident.symptom.value in _SHARES


def release_of(incident: Incident, change: Transition) -> Release | None:
    """Give the days that a transition gives back to what its incident concerns; None when it gives back none.

    Parameters
    ----------
    incident : after the transition. A false alarm said of a resolved incident gives back the incident's days only.
    """
    if change.kind not in {TransitionKind.ACCEPTED, TransitionKind.FALSE_ALARM}:
        return None
    on = min(incident.resolved_on or change.day, change.day)
    return Release(incident.opened_on, on, new_level=change.kind is TransitionKind.ACCEPTED)


def releases(
    incidents: Iterable[Incident], transitions: Iterable[Transition], subject: str, segment: str = WHOLE
) -> list[Release]:
    """List all days given back to a subject so far.

    Parameters
    ----------
    incidents : as the book has them after `transitions`, which may be in any order.
    """
    concerned = {(i.fingerprint, i.opened_on): i for i in incidents if concerns(i, subject, segment)}
    found = [
        release_of(concerned[key], change)
        for change in transitions
        if (key := (change.fingerprint, change.opened_on)) in concerned
    ]
    return [release for release in found if release is not None]
