"""Releases: a model version that takes many rows and had none in the week before."""

from dataclasses import dataclass
from datetime import timedelta

from vitals import words
from vitals.judging.history import History
from vitals.records import Day

LEAST_SHARE = 0.20
QUIET_DAYS = 7
_VERSION = "version="


@dataclass(frozen=True, slots=True)
class Released:
    """A version that appeared, and its share of the rows on that day."""

    version: str
    share: float

    @property
    def words(self) -> str:
        """As evidence: "coincides with gbm-2: 0 -> 100 % of rows"."""
        return f"coincides with {words.visible(self.version, 40)}: 0 -> {words.share(self.share)} of rows"


def releases(history: History, day: Day) -> list[Released]:
    """Versions that appeared on a day: at least 20 % of its rows and none in the seven days before.

    None of the first days of a log: without rows before there is nothing to be new against.
    """
    whole = history.series("traffic", "day")
    before = [day - timedelta(days=back) for back in range(1, QUIET_DAYS + 1)]
    if day not in whole or not whole[day].value or not any(d in whole and whole[d].value for d in before):
        return []
    total = float(whole[day].value or 0.0)
    found = []
    for _, subject, segment, _ in history.keys("traffic"):
        if subject != "day" or not segment.startswith(_VERSION):
            continue
        rows = history.series("traffic", "day", segment)
        share = float(rows[day].value or 0.0) / total if day in rows else 0.0
        if share >= LEAST_SHARE and not any(d in rows and rows[d].value for d in before):
            found.append(Released(segment.removeprefix(_VERSION), share))
    return found
