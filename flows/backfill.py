"""The backfill flow: observe a range of days in chunks, judge once, summarise as episodes. Never a digest a day."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from pydantic import Field

from flows import plain, story
from flows.choosing import chosen, todo
from flows.naming import summary
from flows.steps import STEPS
from tasks.settings import OUTSIDE
from tasks.world import now, world
from vitals.errors import InputError
from vitals.records import Day
from vitals.spec import Model
from vitals.windows import default_day

STORY = """Observe a **range of past days** and judge them in order.

Days that were observed before with the same model file and suite are skipped (unless *force*). History is written,
incidents open and resolve as they would have; no digest is sent for past days.
"""


@task(name="observe chunk", task_run_name="{model.name} {first} to {last}", **OUTSIDE)
def observe_chunk(model: Model, first: Day, last: Day, days: Sequence[Day]) -> int:
    """Observe a chunk of days plainly: a task for each step of each day would cost more than the work."""
    for day in days:
        story.observe(model, day, plain.steps(world()))
    get_run_logger().info("%s: %d days from %s to %s observed", model.name, len(days), first, last)
    return len(days)


@flow(name="backfill", flow_run_name="backfill {first_day} to {last_day}", description=STORY)
def backfill(
    models: list[str],
    first_day: date,
    last_day: date,
    force: bool = False,
    chunk_days: Annotated[int, Field(ge=1, le=31)] = 7,
) -> State[None]:
    """Observe and judge a range of days.

    Args:
        models: Which models; none selected means all.
        first_day: First day of the range, in each model's own time zone.
        last_day: Last day of the range (included).
        force: Observe days again that were observed before.
        chunk_days: Days per task.
    """
    if first_day > last_day:
        message = f"first_day {first_day} is after last_day {last_day}; swap them"
        raise InputError(message)
    watched, unread = chosen(world().settings, models)
    late = [m.name for m in watched if last_day > default_day(now(), m.zone)]
    if late:
        message = f"last_day {last_day} is not over yet for {', '.join(late)}; take an earlier day"
        raise InputError(message)
    days = {model.name: todo(world(), model, first_day, last_day, force=force) for model in watched}

    def in_chunks(model: Model, wanted: Sequence[Day], steps: story.Steps) -> None:
        del steps  # a chunk binds plain ones
        get_run_logger().info("%s: %d days to observe", model.name, len(wanted))
        for start in range(0, len(wanted), chunk_days):
            chunk = list(wanted[start : start + chunk_days])
            observe_chunk(model, chunk[0], chunk[-1], chunk)

    outcome = story.monitor(watched, days, STEPS, in_chunks)
    story.leave_out(outcome, unread)
    return summary(outcome)
