"""What can go wrong, one class per decision of the caller.

VitalsError
├── ConfigError      a file of the user's is wrong (model, suite, settings)      exit 2
├── InputError       a table, column, window or value is not what was asked for  exit 2
├── SourceError      a source is unreachable, too slow or forbidden              exit 3
├── StoreError       the store is unreachable, locked or of another schema       exit 3
├── NotifyError      Slack did not take a message                                exit 3
└── StatisticError   a formula was given nonsense (empty, shapes, not finite)    a bug, exit 3

A message says what was wrong, which value came, and what to do.
"""

from collections.abc import Iterable
from datetime import date


class VitalsError(Exception):
    """Base of all errors that Vitals raises on purpose."""

    exit_code = 3


class ConfigError(VitalsError):
    """A model file, a suite or a setting is wrong; the message names file, line and key."""

    exit_code = 2


class InputError(VitalsError):
    """A table, column, window or value asked for does not exist or has the wrong type."""

    exit_code = 2


class BrokenDaysError(InputError):
    """Some days of a range have rows that cannot be read; the others were observed.

    Attributes
    ----------
    days : the days that were not observed, as YYYY-MM-DD, oldest first, each with the reason.
    """

    def __init__(self, days: dict[str, str]) -> None:
        super().__init__(days)  # as given, so that it survives the way between processes
        self.days = days

    @staticmethod
    def reasons(error: InputError, days: Iterable[date]) -> dict[str, str]:
        """Give why days could not be read, by day: as an error of several says it, else the error's own words for all."""
        return error.days if isinstance(error, BrokenDaysError) else {day.isoformat(): str(error) for day in days}

    def __str__(self) -> str:
        """Say every reason once, with its first days."""
        together: dict[str, list[str]] = {}
        for day, reason in self.days.items():
            together.setdefault(reason, []).append(day)
        return "; ".join(f"{_days(days)} could not be read: {reason}" for reason, days in together.items())


def _days(days: list[str]) -> str:
    more = len(days) - 3
    return ", ".join(days[:3]) + (f" and {more} more {'day' if more == 1 else 'days'}" if more > 0 else "")


class SourceError(VitalsError):
    """A source cannot be read now: unreachable, timed out, permission denied."""


class StoreError(VitalsError):
    """The results store cannot be used now, or carries another schema."""


class NotifyError(VitalsError):
    """A digest could not be delivered."""


class UndeliveredError(NotifyError):
    """A digest was composed and stored, and did not reach its channel.

    Attributes
    ----------
    urgent : whether it holds priority 1. shown : the digest as text.
    """

    def __init__(self, message: str, *, urgent: bool = False, shown: str = "") -> None:
        super().__init__(message)
        self.urgent = urgent
        self.shown = shown


class StatisticError(VitalsError):
    """A statistic was called outside its domain."""
