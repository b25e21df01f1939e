"""What is remembered of past days: measurements as series, and which of their days may serve as reference.

Knows nothing of stores and nothing of words: it is filled from stored rows, and grows as the fold goes on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from operator import attrgetter

from vitals.judging.memory import Release
from vitals.records import Day, Finding, Measurement, PartitionFacts

KEPT_DAYS = 180
_BY_KNOWN = attrgetter("known_on", "day")

Key = tuple[str, str, str, int]
"""signal, subject, segment, age"""


class Places:
    """Which days of a place (a fingerprint) are no reference, and since when its level holds.

    A day with a finding never teaches what is usual. A false alarm gives its days back; accepting gives them
    back and drops what was known before the opening, since that is another level. Findings may come in any order,
    a release before it is withdrawn.
    """

    def __init__(self) -> None:
        self._found: dict[str, set[tuple[Day, Day]]] = defaultdict(
            set
        )  # the day they are about, the day they were made
        self._released: dict[str, set[Release]] = defaultdict(set)

    def add(self, findings: Iterable[Finding]) -> None:
        """Remember the days of findings."""
        for finding in findings:
            self._found[finding.fingerprint].add((finding.cohort_day or finding.day, finding.day))

    def release(self, fingerprint: str, release: Release) -> None:
        """Give back the days of an incident that people (or time) declared normal, or keep them after all."""
        known = self._released[fingerprint]
        if release.withdrawn:
            known -= {one for one in known if one.opened_on == release.opened_on}
        else:
            known.add(release)

    def told(self, fingerprint: str, day: Day) -> bool:
        """Whether a finding about a day was made of this place before."""
        return any(about == day for about, _ in self._found.get(fingerprint, ()))

    def spoilt(self, fingerprint: str) -> set[Day]:
        """Days that a finding was made about and that nobody declared normal."""
        releases = self._released.get(fingerprint, set())
        return {
            about
            for about, made in self._found.get(fingerprint, ())
            if not any(one.opened_on <= made < one.on for one in releases)
        }

    def since(self, fingerprint: str) -> Day:
        """The day from which on the present level of a place is known."""
        return max((one.opened_on for one in self._released.get(fingerprint, ()) if one.new_level), default=Day.min)

    def usable(self, fingerprint: str, known: Mapping[Day, Day]) -> list[Day]:
        """Leave only the days that may serve as reference for the place.

        Parameters
        ----------
        known : per day the day on which it became known: the same, but for cohorts.
        """
        since, found = self.since(fingerprint), self.spoilt(fingerprint)
        return sorted(day for day, known_on in known.items() if day not in found and known_on >= since)

    def forget(self, today: Day) -> None:
        """Drop findings that no reference can reach any more."""
        oldest = today - timedelta(days=KEPT_DAYS)
        for place, found in self._found.items():
            self._found[place] = {one for one in found if one[1] >= oldest}


class History:
    """Series of measurements and the facts of days, newest last."""

    def __init__(self, measurements: Iterable[Measurement] = (), facts: Iterable[PartitionFacts] = ()) -> None:
        self._series: dict[Key, dict[Day, list[Measurement]]] = defaultdict(dict)
        self.facts: dict[Day, PartitionFacts] = {}
        for one in sorted(facts, key=lambda f: f.day):
            self.facts[one.day] = one
        self.add(measurements)

    def add(self, measurements: Iterable[Measurement]) -> None:
        """Remember measurements, none known before those remembered; a cohort said again later has several about one day."""
        for one in sorted(measurements, key=_BY_KNOWN):
            known = self._series[(one.signal, one.subject, one.segment, one.age)].setdefault(one.day, [])
            if known and known[-1].known_on == one.known_on:
                known.pop()
            known.append(one)

    def series(
        self, signal: str, subject: str, segment: str = "", age: int = 0, late_days: int | None = None
    ) -> dict[Day, Measurement]:
        """All remembered days of one series, each as known last; empty when there is none.

        Parameters
        ----------
        late_days : leave out what became known later after its day than this: a cohort on time is compared with
            others as they were on time, before labels that came late completed them.
        """
        days = self._series.get((signal, subject, segment, age), {})
        known = {
            day: [one for one in said if late_days is None or one.late_days <= late_days] for day, said in days.items()
        }
        return {day: said[-1] for day, said in known.items() if said}

    def keys(self, signal: str) -> list[Key]:
        """Every remembered series of a signal, sorted."""
        return sorted(key for key in self._series if key[0] == signal)

    def forget(self, today: Day) -> None:
        """Drop what became known longer ago than the longest reference: what is left does not depend on where a replay began."""
        oldest = today - timedelta(days=KEPT_DAYS)
        for series in self._series.values():
            for day, said in list(series.items()):
                said[:] = [one for one in said if one.known_on >= oldest]
                if not said:
                    del series[day]
        for day in [day for day in self.facts if day < oldest]:
            del self.facts[day]
