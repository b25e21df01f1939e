"""The daily flow: observe, judge and tell one day of every model that is due."""

from datetime import UTC, date, datetime

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import State

from flows import due, story
from flows.choosing import chosen, due_now
from flows.naming import summary
from flows.steps import STEPS
from tasks.listen import listen
from tasks.world import now, world
from vitals.io.telling import channel_of

STORY = """Monitor **one day** of every model that is due.

0. *Listen*: reactions to the digests of two weeks (eyes, zzz, check mark, thumbs down) become decisions.
1. *Observe*: read the day's predictions, run the expectations, profile every watched column, measure, evaluate the
   cohorts whose labels are old enough.
2. *Judge*: compare with the usual, open and resolve incidents.
3. *Tell*: one digest per channel.

A finding never fails this run; only a model that could not be monitored does, and the digest names it.
"""


def scheduled_start() -> datetime:
    """When this run was to start: a late run means its own day, not today's."""
    start = runtime.flow_run.scheduled_start_time
    return start.astimezone(UTC) if isinstance(start, datetime) else now()


def run_name() -> str:
    """Name the run after the day it is about."""
    given = runtime.flow_run.parameters.get("day")
    return f"daily {given or scheduled_start().date()}"


@flow(name="daily", flow_run_name=run_name, description=STORY)
def daily(models: list[str] = [], day: date | None = None) -> State[None]:  # noqa: B006  Prefect shows the default
    """Monitor one day.

    Args:
        models: Which models; none selected means all that are due and not done.
        day: The day in each model's own time zone; empty means the day before the scheduled start.
    """
    start = scheduled_start()
    watched, unread = chosen(world().settings, models)
    for problem in unread.values():
        get_run_logger().warning("left out: %s", problem)
    story.hear(watched, lambda model: channel_of(world(), model), listen)
    days = {model.name: [day] if day else due_now(world(), model, start) for model in watched}
    outcome = story.monitor(watched, days, STEPS)
    story.leave_out(outcome, unread)
    told = day or due.digest_day(watched, start)
    story.tell(watched, lambda model: channel_of(world(), model), told, STEPS, outcome)
    return summary(outcome)
