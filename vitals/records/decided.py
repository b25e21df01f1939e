"""What people say about an incident, a subject or a day: dated, and taken back only by a later word."""

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
    target : `<fingerprint>/<opened_on>` for accept, snooze, acknowledge, false_alarm, withdraw;
        `<symptom>/<subject>` for mute; the bad day as `YYYY-MM-DD` for bad_day.

    Notes
    -----
    Of one day `withdraw` comes first: it takes back everything that was said of the incident on earlier days.
    """

    model: str
    day: Day
    kind: TriageKind
    target: str
    who: str
    why: str
    until: Day | None = None
