"""The daily flow: observe, judge and tell one day of every model that is due."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import State

from flows import due, story
from flows.choosing import audience, chosen, due_now
from flows.naming import summary
from flows.steps import STEPS
from tasks.artifacts import show_findings
from tasks.discreet import discreet
from tasks.heartbeat import beat
from tasks.listen import listen
from tasks.summarise import tell_week
from tasks.world import now, world
from vitals.errors import VitalsError
from vitals.io import heartbeat
from vitals.io.store.digests import DeliveryState
from vitals.io.summing import Summed, week_due
from vitals.io.telling import channel_of
from vitals.records import Day
from vitals.spec import Model

STORY = """Monitor **one day** of every model that is due.

0. *Listen*: reactions to the digests of two weeks (eyes, zzz, check mark, thumbs down) become decisions.
1. *Observe*: read the day's predictions, run the expectations, profile every watched column, measure, evaluate the
   cohorts whose labels are old enough.
2. *Judge*: compare with the usual, open and resolve incidents.
3. *Tell*: one digest per channel, when the last of its models is due.

Days that an outage left undone are made up for, oldest first; what is new in them is in the next digest (or in one
digest a day: `VITALS_CATCH_UP=each`).

A finding never fails this run; only a model that could not be monitored does, and the digest names it.
"""


def scheduled_start() -> datetime:
    """When this run was to start: a late run means its own day, not today's."""
    start = runtime.flow_run.scheduled_start_time
    return start.astimezone(UTC) if isinstance(start, datetime) else now()


def run_name() -> str:
    """Name the run after the day it is about: the newest that is due for any of its models."""
    given, start = runtime.flow_run.parameters.get("day"), scheduled_start()
    if given:
        return f"daily {given}"
    try:
        watched, _ = chosen(world().settings, runtime.flow_run.parameters.get("models") or [])
    except VitalsError:  # the run itself will say so
        return f"daily {start.date() - timedelta(days=1)}"
    return f"daily {due.digest_day(watched, start)}"


@flow(name="daily", flow_run_name=run_name, description=STORY)
@discreet
def daily(models: list[str] = [], day: date | None = None) -> State[None]:  # noqa: B006  Prefect shows the default
    """Monitor one day.

    Args:
        models: Which models; none selected means all that are due and not done.
        day: The day in each model's own time zone; empty means what is due at the scheduled start and not done.
    """
    start, log = scheduled_start(), get_run_logger()
    watched, unread = chosen(world().settings, models)
    for problem in unread.values():
        log.warning("left out: %s", problem)
    story.hear(watched, channel, listen)
    days = {model.name: [day] if day else due_now(world(), model, start) for model in watched}
    for name, missed in days.items():
        log.info("%s: %s", name, f"to observe: {', '.join(map(str, missed))}" if missed else "nothing is due")
    everyone, others_unread = audience(world().settings, watched, channel)
    turns = due.turns(days, each=day is None and world().settings.catch_up == "each")
    outcome = story.Outcome()
    story.leave_out(outcome, unread)
    for turn in turns:
        outcome.join(story.monitor(watched, turn, STEPS))

        def day_of(members: Sequence[Model], turn: Mapping[str, Sequence[Day]] = turn) -> Day | None:
            if day:
                return day
            told = partial(was_told, channel(members[0]))
            return due.told_day(members, turn, start, last=turn is turns[-1], told=told)

        story.tell(everyone, channel, day_of, STEPS, outcome, others_unread)

    def week(name: str, told: Day, members: Sequence[Model]) -> Summed | None:
        last = week_due(world(), name, told, missed=day is None)
        return tell_week(name, last, members) if last else None

    story.sum_up(everyone, channel, story.told_days(outcome), week, outcome)
    show_findings(watched, outcome.observed)
    if world().settings.heartbeat_url and heartbeat.deserved(outcome.delivered, outcome.undelivered):
        beat()
    return summary(outcome)


def channel(model: Model) -> str:
    """The channel of a model."""
    return channel_of(world(), model)


def was_told(name: str, day: Day) -> bool:
    """Whether a channel got the digest of a day."""
    stored = world().store.digest(name, day)
    return bool(stored and stored.root and stored.root.state in {DeliveryState.SENT, DeliveryState.PRINTED})
