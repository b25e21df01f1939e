"""Which days are due and not done: pure arithmetic over what the store says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from vitals import windows
from vitals.records import Day
from vitals.spec import Model

BACK_DAYS = 7
Turn = Mapping[str, Sequence[Day]]


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
    return max(newest_due(model, now) for model in models)


def channel_day(models: Collection[Model], now: datetime) -> Day:
    """The newest day that is due for all models of a channel: the last of them to be due lets its digest out."""
    return min(newest_due(model, now) for model in models)


def newest_due(model: Model, now: datetime) -> Day:
    """The newest day of a model that is due."""
    day = windows.default_day(now, model.zone)
    if windows.is_due(day, model.due, model.zone, now):
        return day
    return windows.default_day(windows.window(day, model.zone).start, model.zone)


def turns(days: Turn, *, each: bool) -> list[Turn]:
    """Cut what is due into turns, one digest each: everything at once, or day by day, oldest first; at least one."""
    if not each:
        return [days]
    every = sorted({day for due in days.values() for day in due})
    return [{name: [day] for name, due in days.items() if day in due} for day in every] or [{}]


def told_day(
    models: Collection[Model],
    turn: Turn,
    now: datetime,
    *,
    last: bool,
    told: Callable[[Day], bool],
) -> Day | None:
    """The day whose digest a channel gets in a turn; None when it waits for a model, or was told and nothing changed.

    Parameters
    ----------
    models : those of the channel. turn : what was observed. last : whether no turn follows. told : whether the channel
        got a day's digest before.
    """
    newest = channel_day(models, now)
    fresh = [day for model in models for day in turn.get(model.name, ()) if day <= newest]
    if fresh:
        return newest if last else max(fresh)
    return newest if last and not told(newest) else None
