"""What the fold of one subject remembers of its past days: scores, which days may teach, and levels.

Filled from stored drift rows and from what was decided about incidents; knows nothing of shares.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import NamedTuple

from vitals.records import Day, Drift, DriftScore
from vitals.stats.shareband import WINDOW_DAYS

REFERENCE_MIN_DAYS = 14
REACH_DAYS = 180
RECENT_REACH_DAYS = 39
_LEARNING = "day "


@dataclass(frozen=True, slots=True)
class Release:
    """Days of an incident given back to the reference: `opened_on` up to the day before `on`.

    Attributes
    ----------
    new_level : accepted as the new normal (a level of its own); False for a false alarm (they always were normal).
    withdrawn : the other way round: such a release was taken back on `on`, and these days teach no more; `until` says
        where they end when that was earlier (a false alarm said of an incident that had ended).
    """

    opened_on: Day
    on: Day
    new_level: bool = True
    withdrawn: bool = False
    until: Day | None = None


class Remembered(NamedTuple):
    """One past day of a subject, as `Drift` has it."""

    score: float
    fired: bool
    eligible: bool
    level: int
    judged: bool


def learning(days: int) -> str:
    """Say why a day has no score yet: too few reference days before it.

    >>> learning(5)
    'day 6 of 14'
    """
    return f"{_LEARNING}{days + 1} of {REFERENCE_MIN_DAYS}"


def was_judged(row: Drift | DriftScore) -> bool:
    """A day without a score was judged all the same while learning, by the hard rules."""
    return row.reason is None or row.reason.startswith(_LEARNING)


def _remembered(row: Drift | DriftScore) -> Remembered:
    return Remembered(row.score, row.fired, row.eligible, row.level, was_judged(row))


class Memory:
    """Past days of one subject, oldest first.

    Parameters
    ----------
    past : stored rows of at least the last 180 days, in any order.
    releases : decisions about incidents of the subject, dated up to the latest row.
    on_calendar : whether a day is a public holiday or its neighbour; such a day never teaches.
    """

    def __init__(
        self, past: Iterable[Drift | DriftScore], releases: Iterable[Release], on_calendar: Callable[[Day], bool]
    ) -> None:
        self._on_calendar = on_calendar
        rows = sorted(past, key=attrgetter("day"))
        self._days: dict[Day, Remembered] = {row.day: _remembered(row) for row in rows}
        self.level = max((row.level for row in rows), default=0)
        if rows:
            self._forget(rows[-1].day)
        since = Day.min
        for release in sorted(releases, key=lambda one: (one.on, not one.withdrawn, one.opened_on)):
            self.level = self._level_before(release.on, since)
            self.release(release)
            since = release.on if release.withdrawn else since
        self.level = max([self.level, *(row.level for day, row in self._days.items() if day >= since)])

    def add(self, row: Drift) -> None:
        """Remember a judged (or not judged) day."""
        self._days[row.day] = _remembered(row)
        self.level = max(self.level, row.level)
        self._forget(row.day)

    def _forget(self, today: Day) -> None:
        oldest = today - timedelta(days=REACH_DAYS + RECENT_REACH_DAYS)
        while self._days and (first := next(iter(self._days))) < oldest:
            del self._days[first]

    def _level_before(self, end: Day, since: Day) -> int:
        """The level at the end of the day before `end`; levels of before `since` may have been taken back."""
        rows = [row.level for day, row in self._days.items() if since <= day < end]
        return max(rows, default=self.level if since > Day.min else 0)

    def release(self, release: Release) -> None:
        """Give the days of an incident back; a new level starts when they are accepted."""
        if release.withdrawn:
            self._withdraw(release)
            return
        level = self.level + 1 if release.new_level else None
        for day, row in self._days.items():
            if release.opened_on <= day < release.on:
                teaches = row.judged and not self._on_calendar(day)
                self._days[day] = row._replace(
                    eligible=teaches, fired=False, level=row.level if level is None else level
                )
        yesterday = release.on - timedelta(days=1)
        if yesterday in self._days:
            self._days[yesterday] = self._days[yesterday]._replace(score=0.0)
        self.level = self.level if level is None else level

    def _withdraw(self, release: Release) -> None:
        """Take back a release: the days since the incident opened are in quarantine again, on the level before it."""
        before = [row.level for day, row in self._days.items() if day < release.opened_on]
        level = max(before, default=0)
        for day, row in self._days.items():
            if release.opened_on <= day < (release.until or release.on):
                self._days[day] = row._replace(eligible=False, level=level if release.new_level else row.level)
        self.level = level if release.new_level else self.level

    def reference(self, today: Day, days: int, bad_days: Collection[Day]) -> list[Day]:
        """Give the last `days` eligible days before today, at most 180 days back, oldest first."""
        oldest = today - timedelta(days=REACH_DAYS)
        found = [
            day for day, row in self._days.items() if row.eligible and oldest <= day < today and day not in bad_days
        ]
        return found[-days:]

    def recent(self, today: Day, bad_days: Collection[Day]) -> list[Day]:
        """Give the latest six judged days within 39 that did not fire: with today they make the week window."""
        oldest = today - timedelta(days=RECENT_REACH_DAYS)
        found = [
            day
            for day, row in self._days.items()
            if row.judged and not row.fired and oldest <= day < today and day not in bad_days
        ]
        return found[1 - WINDOW_DAYS :]

    def yesterday(self, today: Day) -> float:
        """Give the score of the calendar day before, 0 when that was not judged."""
        row = self._days.get(today - timedelta(days=1))
        return row.score if row is not None and row.judged else 0.0

    def level_of(self, day: Day) -> int:
        """Give the level of a remembered day."""
        return self._days[day].level
