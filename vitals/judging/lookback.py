"""A judged day seen again from stored rows: what was remembered then, which days could teach, what was usual.

For showing what judging saw; nothing is judged here, and no store is read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from vitals.calendars import calendar_name
from vitals.judging.columnset import share_subject, touches
from vitals.judging.day import Place, Today
from vitals.judging.fold import declared_bad
from vitals.judging.history import History, Places
from vitals.judging.incidents import IncidentBook
from vitals.judging.memory import Memory, Release
from vitals.judging.past import Past
from vitals.judging.quarantine import release_of
from vitals.profiles import Profile, Summary
from vitals.records import Day, Drift, Finding, Observed, PartitionFacts, Triage
from vitals.spec import Model

Key = tuple[str, str]
"""subject, segment"""


@dataclass(frozen=True)
class Lookback:
    """What was known of a model when a day was judged.

    Attributes
    ----------
    past : up to the day itself, with as many days before it as judging takes (`fold.PAST_DAYS`).
    profiles : of the columns that one wants to look at, up to the day itself.
    """

    model: Model
    day: Day
    past: Past
    triage: Sequence[Triage] = ()
    profiles: Sequence[Profile] = ()

    @cached_property
    def facts(self) -> dict[Day, PartitionFacts]:
        """Partitions by day, oldest first."""
        return {one.day: one for one in sorted(self.past.facts, key=lambda one: one.day)}

    @cached_property
    def drifts(self) -> dict[Key, dict[Day, Drift]]:
        """Stored scores of every column and share, by day."""
        found: dict[Key, dict[Day, Drift]] = {}
        for row in sorted(self.past.drifts, key=lambda row: row.day):
            found.setdefault((row.subject, row.segment), {})[row.day] = row
        return found

    @cached_property
    def unfit(self) -> frozenset[Day]:
        """Days that people declared bad."""
        return declared_bad(self.triage, self.day)

    @cached_property
    def on_calendar(self) -> Callable[[Day], bool]:
        """Whether a day is a public holiday or its neighbour."""
        country = self.model.calendar
        return cache(lambda day: calendar_name(day, country) is not None)

    @cached_property
    def history(self) -> History:
        """Series of measurements, no further back than judging remembers."""
        history = History(self.past.measurements, self.past.facts)
        history.forget(self.day)
        return history

    @cached_property
    def places(self) -> Places:
        """Which days had findings, and which were given back."""
        places = Places()
        places.add(one for one in self.past.findings if one.day < self.day)
        for _, fingerprint, release in self._released:
            places.release(fingerprint, release)
        return places

    def today(self, day: Day | None = None) -> Today:
        """The day (or an earlier one of those known) as the rules saw it.

        Raises
        ------
        KeyError : nothing was observed on that day.
        """
        about = day or self.day
        return Today(
            model=self.model,
            observed=Observed(self.facts[about], (), (), ()),
            history=self.history,
            places=self.places,
            calendar=calendar_name(about, self.model.calendar),
            unfit=self.unfit,
            on_calendar=self.on_calendar,
        )

    def summaries(self, key: Key) -> dict[Day, Summary]:
        """The stored summaries of a column by day, oldest first."""
        found = {one.day: one.summary for one in self.profiles if (one.subject, one.segment) == key}
        return dict(sorted(found.items()))

    def memory(self, key: Key) -> Memory:
        """What the fold of a column remembered when the day was judged."""
        rows = [row for day, row in self.drifts.get(key, {}).items() if day < self.day]
        first = min((row.day for row in rows), default=Day.max)
        releases = [
            release
            for place, _, release in self._released
            if first < release.on and (touches(self.model, place, key) or share_subject(place) == key[0])
        ]
        return Memory(rows, releases, self.on_calendar)

    def opening(self, finding: Finding) -> Finding | None:
        """The finding with which an open incident on the place of this one began; None when it is not known."""
        opened = [i.opened_on for i in self.past.incidents if i.fingerprint == finding.fingerprint]
        since = max(opened, default=finding.day)
        own = [one for one in self.past.findings if one.fingerprint == finding.fingerprint and one.day == since]
        return min(own, key=lambda one: one.cohort_day or one.day, default=None)

    @cached_property
    def _released(self) -> list[tuple[Place, str, Release]]:
        """Days that were given back up to today, with the place they belong to."""
        book = IncidentBook.rebuild(self.past.findings, self.past.transitions, self.past.before).incidents()
        incidents = {(one.fingerprint, one.opened_on): one for one in book}
        found = []
        for change in self.past.transitions:
            incident = incidents.get((change.fingerprint, change.opened_on))
            release = release_of(incident, change) if incident and change.day <= self.day else None
            if incident and release:
                place = incident.symptom, incident.subject, incident.segment
                found.append((place, incident.fingerprint, release))
        return found
