"""What is remembered of past days: measurements as series, and which of their days may serve as reference.

Knows nothing of stores and nothing of words: it is filled from stored rows, and grows as the fold goes on.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from vitals.records import Day, Finding, Measurement, PartitionFacts, Transition, TransitionKind

KEPT_DAYS = 180

Key = tuple[str, str, str, int]
"""signal, subject, segment, age"""


@dataclass
class Places:
    """Which days of a place (a fingerprint) are no reference, and since when its level holds.

    A day with a finding never teaches what is usual. A false alarm gives its days back; accepting gives them
    back and drops what was before the opening, since that is another level.
    """

    found: dict[str, set[Day]] = field(default_factory=lambda: defaultdict(set))
    since: dict[str, Day] = field(default_factory=dict)

    def add(self, findings: Iterable[Finding]) -> None:
        """Remember the days of findings, by the day they are about."""
        for finding in findings:
            self.found[finding.fingerprint].add(finding.cohort_day or finding.day)

    def apply(self, transitions: Iterable[Transition]) -> None:
        """Give back the days that people (or time) declared normal."""
        for change in transitions:
            if change.kind in {TransitionKind.ACCEPTED, TransitionKind.FALSE_ALARM}:
                kept = {day for day in self.found[change.fingerprint] if day < change.opened_on}
                self.found[change.fingerprint] = kept
            if change.kind is TransitionKind.ACCEPTED:
                self.since[change.fingerprint] = change.opened_on

    def told(self, fingerprint: str, day: Day) -> bool:
        """Whether a finding about a day was made of this place before."""
        return day in self.found.get(fingerprint, set())

    def usable(self, fingerprint: str, days: Iterable[Day]) -> list[Day]:
        """Leave only the days that may serve as reference for the place."""
        found = self.found.get(fingerprint, set())
        since = self.since.get(fingerprint)
        return [day for day in days if day not in found and (since is None or day >= since)]


class History:
    """Series of measurements and the facts of days, newest last."""

    def __init__(self, measurements: Iterable[Measurement] = (), facts: Iterable[PartitionFacts] = ()) -> None:
        self._series: dict[Key, dict[Day, Measurement]] = defaultdict(dict)
        self.facts: dict[Day, PartitionFacts] = {}
        for one in sorted(facts, key=lambda f: f.day):
            self.facts[one.day] = one
        self.add(measurements)

    def add(self, measurements: Iterable[Measurement]) -> None:
        """Remember measurements; of several about one day the one known last counts."""
        for one in sorted(measurements, key=lambda m: (m.known_on, m.day)):
            self._series[(one.signal, one.subject, one.segment, one.age)][one.day] = one

    def series(self, signal: str, subject: str, segment: str = "", age: int = 0) -> dict[Day, Measurement]:
        """All remembered days of one series; empty when there is none."""
        return self._series.get((signal, subject, segment, age), {})

    def keys(self, signal: str) -> list[Key]:
        """Every remembered series of a signal, sorted."""
        return sorted(key for key in self._series if key[0] == signal)

    def forget(self, before: Day) -> None:
        """Drop what is older than the longest reference, so that a long replay stays small."""
        oldest = before - timedelta(days=KEPT_DAYS)
        for days in self._series.values():
            for day in [d for d in days if d < oldest]:
                del days[day]
        for day in [d for d in self.facts if d < oldest]:
            del self.facts[day]
