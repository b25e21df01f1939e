"""What people say about an incident, a subject or a day: dated, and taken back only by a later word."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from vitals.records.kinds import Day


class TriageKind(StrEnum):
    """What people say about an incident, a subject or a day."""

    ACCEPT = "accept"
    SNOOZE = "snooze"
    ACKNOWLEDGE = "acknowledge"
    FALSE_ALARM = "false_alarm"
    MUTE = "mute"
    BAD_DAY = "bad_day"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Triage:
    """A dated decision of a person; a replay of day A honours those with `day <= A`.

    Attributes
    ----------
    day : when it was said (local day of the model).
    target : `<fingerprint>/<opened_on>` for accept, snooze, acknowledge, false_alarm; `<symptom>/<subject>` for mute; the
        bad day as `YYYY-MM-DD` for bad_day; any of them for withdraw.

    Notes
    -----
    Of one day `withdraw` comes first: it takes back everything that was said of its target on earlier days.
    """

    model: str
    day: Day
    kind: TriageKind
    target: str
    who: str
    why: str
    until: Day | None = None


def standing(triage: Iterable[Triage], kind: TriageKind, known_on: Day = Day.max) -> list[Triage]:
    """Give what was said of a kind up to a day and not taken back up to it, in its order.

    >>> said = Triage("m", Day(2024, 1, 5), TriageKind.BAD_DAY, "2024-01-04", "ann", "load test")
    >>> taken = Triage("m", Day(2024, 1, 8), TriageKind.WITHDRAW, "2024-01-04", "ann", "it was none")
    >>> [len(standing([said, taken], TriageKind.BAD_DAY, Day(2024, 1, day))) for day in (4, 5, 7, 8)]
    [0, 1, 1, 0]
    """
    known = [one for one in triage if one.day <= known_on]
    taken: dict[str, Day] = {}
    for one in known:
        if one.kind is TriageKind.WITHDRAW:
            taken[one.target] = max(one.day, taken.get(one.target, one.day))
    return [one for one in known if one.kind is kind and one.day >= taken.get(one.target, one.day)]


def opened_on(target: str) -> Day | None:
    """Give the day on which the incident of a target opened; None where the target is no incident."""
    found = _INCIDENT.fullmatch(target)
    return Day.fromisoformat(found["day"]) if found else None


_INCIDENT = re.compile(r"[0-9a-f]{16}/(?P<day>\d{4}-\d{2}-\d{2})")
