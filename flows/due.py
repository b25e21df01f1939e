"""Which days are due and not done: pure arithmetic over what the store says."""

from collections.abc import Collection
from datetime import datetime, timedelta

from vitals import windows
from vitals.records import Day
from vitals.spec import Model

BACK_DAYS = 7


def due_days(model: Model, now: datetime, observed: Collection[Day], unfinished: Collection[Day]) -> list[Day]:
    """Days of the last week that are due and not done, oldest first.

    Parameters
    ----------
    now : the instant that decides: a flow's scheduled start, or the terminal's clock.
    observed : days that were observed.
    unfinished : observed days that may still grow (an open finding says that rows are missing).
    """
    newest = windows.default_day(now, model.zone)
    days = windows.days(newest - timedelta(days=BACK_DAYS - 1), newest, model.zone)
    due = [day for day in days if windows.is_due(day, model.due, model.zone, now)]
    return [day for day in due if day not in observed or day in unfinished]


def digest_day(models: Collection[Model], now: datetime) -> Day:
    """The day that a digest of these models is about: the newest that is due for any of them."""
    newest = []
    for model in models:
        day = windows.default_day(now, model.zone)
        if not windows.is_due(day, model.due, model.zone, now):
            day = windows.default_day(windows.window(day, model.zone).start, model.zone)
        newest.append(day)
    return max(newest)
