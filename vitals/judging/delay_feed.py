"""Labels that stand still: the newest label of all cohorts looked at is older than it ever was.

A cohort's own labels may be few by chance or by a fault of that day; when no cohort has new ones, the feed is the cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from vitals import words
from vitals.judging import labels
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.records import NEWEST, Day, Finding, Severity, Symptom
from vitals.stats.series import threshold

RARE = 2  # events may rest by chance: silence counts from this many times the longest one known


@dataclass(frozen=True, slots=True)
class _Behind:
    """The day of the newest label known, and how many days ago that was; of today and of past days, oldest first."""

    newest: Day
    days: int
    before: Day | None
    past: tuple[int, ...]


def judge(today: Today, few: Sequence[Finding]) -> Ruling | None:
    """Judge whether new labels come at all; None where that cannot be said yet."""
    known = _behind(today)
    if known is None or threshold(len(known.past)) is None:
        return None
    event = today.model.feedback is not None and today.model.feedback.labels == "event"
    most = max(known.past)
    unusual = known.days > RARE * most if event else known.days > most and bool(few)
    ruling = Ruling()
    if unusual:
        severity = Severity.CRITICAL if any(map(_is_half, few)) else Severity.WARNING
        ruling.findings.append(_finding(today, known, calm(severity, today)))
    return ruling


def _is_half(one: Finding) -> bool:
    """Whether a cohort has less than half of its usual labels."""
    return (one.value or 0.0) < ((one.expected_low or 0.0) + (one.expected_high or 0.0)) / 4


def _behind(today: Today) -> _Behind | None:
    """Follow the newest label of all cohorts through the days on which any was looked at."""
    looked, newest = set(), dict[Day, Day]()
    for signal, subject, segment, age in [*today.history.keys("label_coverage"), *today.history.keys("label_delay")]:
        if segment or (signal == "label_delay" and subject != NEWEST):
            continue
        for one in today.history.series(signal, subject, "", age, 0).values():
            looked.add(one.known_on)
            if subject == NEWEST and one.value is not None:
                day = one.known_on - timedelta(days=round(one.value))
                newest[one.known_on] = max(day, newest.get(one.known_on, day))
    if today.day not in looked:
        return None
    held: Day | None = None
    behind: dict[Day, tuple[Day, int]] = {}
    for day in sorted(looked):
        held = max(filter(None, (held, newest.get(day))), default=None)
        if held is not None:
            behind[day] = held, (day - held).days
    if today.day not in behind:
        return None
    before = [day for day in behind if day < today.day]
    place = labels.place_of(today, Symptom.LABEL_DELAY)
    usable = today.ordinary(today.places.usable(place, {day: day for day in before}))
    past = tuple(behind[day][1] for day in usable[-today.model.reference.days :])
    last = behind[max(before)][0] if before else None
    return _Behind(*behind[today.day], last, past)


def _finding(today: Today, known: _Behind, severity: Severity) -> Finding:
    low, high = min(known.past), max(known.past)
    usual = words.count(low, "day") if low == high else f"{low}-{words.count(high, 'day')}"
    days = words.count(known.days, "day")
    newest = words.day_words(known.newest)
    if known.before == known.newest:
        said = f"no new label since {newest}: the newest is {days} behind, usually {usual}"
    else:
        said = f"labels are {days} behind: the newest is of {newest}, usually {usual} behind"
    usual_range = (float(low), float(high))
    return finding(
        today, Symptom.LABEL_DELAY, labels.SUBJECT, severity, said, value=float(known.days), usual=usual_range
    )
