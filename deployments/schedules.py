"""Schedules of a deployment: ours by their slug (`06:05 America/New_York`), all others people's.

A pause, a moved time and a schedule of somebody's own are never touched; a stale schedule of ours goes, and one without
a slug gets one, since nothing could tell it from the rest.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployments.register import Tick, Wanted
from vitals import words

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import DeploymentSchedule
    from prefect.client.schemas.responses import DeploymentResponse

OURS = re.compile(r"\d\d:\d\d [A-Za-z][\w+/-]*")


@dataclass(frozen=True)
class Change:
    """One difference in words, and how to end it."""

    text: str
    make: Callable[[], object]


def schedule_changes(client: "SyncPrefectClient", there: "DeploymentResponse", one: Wanted) -> Iterator[Change]:
    """Stale schedules of ours go, missing ones come, those without a slug get one; all others are people's."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate

    missing = {tick.slug: tick for tick in one.ticks}
    taken = {schedule.slug for schedule in there.schedules if schedule.slug}
    for schedule in there.schedules:
        if schedule.slug is None:
            slug = _slug_for(schedule, [tick for tick in missing.values() if tick.slug not in taken], taken)
            taken.add(slug)
            yield Change(
                f"  schedule without a slug ({_when(schedule)}): named {slug!r}", _naming(client, there, schedule, slug)
            )
        elif schedule.slug not in missing and OURS.fullmatch(schedule.slug) and not schedule.parameters:
            yield Change(
                f"  schedule {schedule.slug}: removed, no model is due then", _removing(client, there, schedule)
            )
    for slug, tick in missing.items():
        if slug not in taken:
            new = DeploymentScheduleCreate(slug=slug, schedule=cron(tick))
            yield Change(f"  schedule {in_words(tick)}: added", _adding(client, there, new))


def kept(there: "DeploymentResponse", one: Wanted) -> list[str]:
    """Say what people paused, moved or added, and that it stays so."""
    ours = {tick.slug: tick for tick in one.ticks}
    found = ["deployment paused in the UI: kept"] if there.paused else []
    for schedule in there.schedules:
        tick = ours.get(schedule.slug or "")
        if tick is None:
            continue
        if _when(schedule) != f"{tick.cron} {tick.zone}":
            found.append(f"schedule {tick.slug}: moved in the UI to {_when(schedule)}, kept")
        if not schedule.active:
            found.append(f"schedule {tick.slug}: paused in the UI, kept")
    return found


def _naming(client: Any, there: Any, schedule: Any, slug: str) -> Callable[[], object]:
    """Every field is sent: a server fills what is missing, and would lose the parameters."""
    return lambda: client.update_deployment_schedule(
        there.id,
        schedule.id,
        schedule.active,
        schedule.schedule,
        schedule.max_scheduled_runs,
        schedule.parameters,
        slug,
    )


def _removing(client: Any, there: Any, schedule: Any) -> Callable[[], object]:
    return lambda: client.delete_deployment_schedule(there.id, schedule.id)


def _adding(client: Any, there: Any, new: Any) -> Callable[[], object]:
    return lambda: client.create_deployment_schedules(there.id, [new])


def _slug_for(schedule: "DeploymentSchedule", free: Sequence[Tick], taken: set[str]) -> str:
    """Our own slug when it is at that very time, else its time in words, numbered when that is taken."""
    when = _when(schedule)
    if not schedule.parameters:
        for tick in free:
            if when == f"{tick.cron} {tick.zone}":
                return tick.slug
    names = (f"ui {when}" if number == 1 else f"ui {when} ({number})" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _when(schedule: "DeploymentSchedule") -> str:
    rule: Any = schedule.schedule
    text = getattr(rule, "cron", None) or getattr(rule, "rrule", None) or f"every {getattr(rule, 'interval', '')}"
    return f"{text} {rule.timezone or 'UTC'}"


def cron(tick: Tick) -> Any:
    """Give a tick as Prefect's schedule."""
    from prefect.client.schemas.schedules import CronSchedule

    return CronSchedule(cron=tick.cron, timezone=tick.zone)


def in_words(tick: Tick) -> str:
    """Name a tick and whom it is for."""
    return f"{tick.slug} ({words.listed(tick.models, most=3)})"
