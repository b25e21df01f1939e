"""What another policy would have said of stored days: the same fold, from the same past, and nothing is written.

Reads stored days only; alerts, limits, the reference and the calendar are what a policy may change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from vitals.io.judging import fold_before
from vitals.io.world import World
from vitals.records import Day, Incident, Severity
from vitals.spec import Model


@dataclass(frozen=True, slots=True)
class Change:
    """One incident that another policy changes.

    Attributes
    ----------
    said : as it was said; None where it was not. would_be : as the policy would have said it; None where it would not.
    """

    said: Incident | None
    would_be: Incident | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was said in a range of days, and what would have been; information only is left out of all numbers.

    Attributes
    ----------
    days : that were judged. said, would_be : incidents. alert_days_said, alert_days_would_be : days with a new finding.
    """

    days: int
    said: int
    would_be: int
    alert_days_said: int
    alert_days_would_be: int
    changes: tuple[Change, ...]


def replay(world: World, changed: Model, first: Day, last: Day) -> Replayed:
    """Judge the stored days of a range again under a changed policy, as if it had held from `first` on.

    Parameters
    ----------
    changed : the model with other judging keys (`vitals.spec.load.POLICY`) than what is stored was judged with.
    """
    said = _stored(world, changed.name, first, last)
    would_be, days = _judged(world, changed, first, last)
    return Replayed(
        days=days,
        said=len(said),
        would_be=len(would_be),
        alert_days_said=len({one.opened_on for one in said.values()}),
        alert_days_would_be=len({one.opened_on for one in would_be.values()}),
        changes=tuple(_changes(said, would_be)),
    )


def _judged(world: World, model: Model, first: Day, last: Day) -> tuple[dict[tuple[str, Day], Incident], int]:
    """Judge a range in memory; gives the incidents that opened in it, by place and opening, and how many days it has."""
    store = world.store
    fold = fold_before(store, model, first)
    days = 0
    for observed in store.observed_days_from(model.name, first, last):
        fold.judge(observed)
        days += 1
    return _opened(fold.incidents, first, last), days


def _stored(world: World, model: str, first: Day, last: Day) -> dict[tuple[str, Day], Incident]:
    """Give the stored incidents that opened in a range, as they stood at its end."""
    past = world.store.past(model, last + timedelta(days=1), last)
    known = [*past.incidents, *(Incident(**row) for row in _rows(world, model, first, last))]
    at_end = {(one.fingerprint, one.opened_on): one for one in reversed(known)}
    return _opened(at_end.values(), first, last)


def _rows(world: World, model: str, first: Day, last: Day) -> list[dict[str, Any]]:
    names = {one.name for one in fields(Incident)}
    rows = world.store.rows("incidents", model, first, last)
    return [{key: value for key, value in row.items() if key in names} for row in rows]


def _opened(incidents: Iterable[Incident], first: Day, last: Day) -> dict[tuple[str, Day], Incident]:
    opened = [one for one in incidents if first <= one.opened_on <= last and one.severity is not Severity.INFO]
    return {(one.fingerprint, one.opened_on): one for one in opened}


def _changes(said: dict[tuple[str, Day], Incident], would_be: dict[tuple[str, Day], Incident]) -> Sequence[Change]:
    """Give what differs, by opening; the same incident may be longer, shorter or of another severity."""
    keys = sorted(said.keys() | would_be.keys(), key=lambda key: (key[1], key[0]))
    pairs = [(said.get(key), would_be.get(key)) for key in keys]
    return [Change(one, other) for one, other in pairs if _told(one) != _told(other)]


def _told(one: Incident | None) -> Incident | None:
    return replace(one, reason=None, acknowledged_by=None) if one else None
