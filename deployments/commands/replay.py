"""`vitals replay`: what another policy would have said of the past weeks, beside what was said."""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deployments.commands.common import in_order, print_json, say
from flows.choosing import chosen
from tasks.world import open_world
from vitals import words
from vitals.errors import InputError
from vitals.io.replaying import Change, Replayed, replay
from vitals.io.settings import Settings
from vitals.records import Incident
from vitals.spec import load_policy

_BACK = 89  # with the last day: 90 days


def replays(settings: Settings, name: str, policy: Path, first: date | None, last: date | None, as_format: str) -> None:
    """Print the difference that a policy makes; nothing is stored.

    Raises
    ------
    InputError : no day of the range is stored. ConfigError : the policy file is wrong, with all its problems.
    """
    chosen(settings, [name])
    changed = load_policy(settings.models_dir / f"{name}.yaml", policy)
    with open_world(settings) as world:
        until = last or world.store.last_observed(name) or world.clock().date()
        since = first or until - timedelta(days=_BACK)
        in_order(since, until)
        found = replay(world, changed, since, until)
    if not found.days:
        message = f"no stored day of {name} from {since} to {until}; `vitals backfill {name}` reads them"
        raise InputError(message)
    if as_format == "json":
        print_json({"model": name, "first_day": since, "last_day": until, **_numbers(found)})
    else:
        _print(found, since, until)


def _numbers(found: Replayed) -> dict[str, Any]:
    return {
        "days": found.days,
        "incidents": {"said": found.said, "would_be": found.would_be},
        "alert_days": {"said": found.alert_days_said, "would_be": found.alert_days_would_be},
        "changes": [{"said": _row(one.said), "would_be": _row(one.would_be)} for one in found.changes],
    }


def _row(one: Incident | None) -> dict[str, Any] | None:
    names = (
        "opened_on",
        "last_seen_on",
        "resolved_on",
        "days",
        "priority",
        "severity",
        "symptom",
        "subject",
        "segment",
    )
    return {name: getattr(one, name) for name in names} if one else None


def _print(found: Replayed, first: date, last: date) -> None:
    """Print both counts and a line for each incident that differs."""
    from rich.console import Console
    from rich.table import Table

    say(f"{words.count(found.days, 'day')}, {first} to {last}")
    say(f"said:     {words.count(found.said, 'incident')} opened on {words.count(found.alert_days_said, 'day')}")
    say(
        f"would be: {words.count(found.would_be, 'incident')} opened on {words.count(found.alert_days_would_be, 'day')}"
    )
    if not found.changes:
        say("the policy changes nothing on these days")
        return
    table = Table(box=None, pad_edge=False)
    for head in ("opened", "what", "said", "would be"):
        table.add_column(head, no_wrap=head != "what", overflow="fold")
    for one in found.changes:
        table.add_row(*_cells(one))
    Console(width=None if sys.stdout.isatty() else 110).print(table)


def _cells(one: Change) -> tuple[str, str, str, str]:
    some = one.said or one.would_be
    if some is None:
        raise AssertionError
    subject = words.visible(some.subject, 60) + (f" in {words.visible(some.segment, 40)}" if some.segment else "")
    what = f"{some.symptom.replace('_', ' ')}: {subject}"
    return str(some.opened_on), what, _side(one.said), _side(one.would_be)


def _side(one: Incident | None) -> str:
    return f"P{one.priority} {one.severity}, {words.count(one.days, 'day')}" if one else "-"
