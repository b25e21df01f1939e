"""The backfill flow: observe a range of days in chunks, judge once, summarise as episodes. Never a digest a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from pydantic import Field

from flows import fan, plain, story
from flows.choosing import chosen, todo
from flows.naming import summary
from flows.steps import STEPS
from tasks.artifacts import Progress, show_episodes
from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.summarise import tell_backfill
from tasks.world import now, world
from vitals import words
from vitals.errors import BrokenDaysError, InputError
from vitals.io.summing import Summed
from vitals.io.telling import channel_of
from vitals.records import Day
from vitals.spec import Model
from vitals.windows import days as days_between
from vitals.windows import default_day

STORY = """Observe a **range of past days** and judge them in order.

- Days that were observed before with the same model file and suite are skipped (unless *force*), so a run that was
  stopped goes on where it was: start it again with the same dates.
- History is written, incidents open and resolve as they would have; no digest is sent for past days. What is still open
  is in the next daily digest. Each channel gets one summary, once.
- Cancel it whenever you like: whole days are kept.
- *fan_out* spreads the chunks over all workers of the pool (the store must be PostgreSQL).
"""


@task(name="observe chunk", task_run_name="observe {model.name} {first} to {last}", **OUTSIDE)
@discreet
def observe_chunk(model: Model, first: Day, last: Day, days: Sequence[Day]) -> int:
    """Observe a chunk of days plainly: a task for each step of each day would cost more than the work."""
    story.observe_each(model, days, plain.steps(world()))
    get_run_logger().info("%s: %d days from %s to %s observed", model.name, len(days), first, last)
    return len(days)


@flow(name="backfill", flow_run_name="backfill {first_day} to {last_day}", description=STORY)
@discreet
def backfill(
    models: list[str],
    first_day: date,
    last_day: date,
    force: bool = False,
    chunk_days: Annotated[int, Field(ge=1, le=31)] = 7,
    fan_out: bool = False,
) -> State[None]:
    """Observe and judge a range of days.

    Args:
        models: Which models; pick at least one.
        first_day: First day of the range, in each model's own time zone.
        last_day: Last day of the range (included).
        force: Observe days again that were observed before.
        chunk_days: Days per chunk: one task, or with fan_out one run.
        fan_out: Observe chunks as runs of their own, on all workers of the pool. They need at least two at a time.
    """
    in_order(first_day, last_day)
    settings = world().settings
    if fan_out:
        fan.refuse_sqlite(settings)
    watched, unread = chosen(settings, models)
    over(watched, last_day)
    days = {model.name: todo(world(), model, first_day, last_day, force=force) for model in watched}
    skipped = say_skipped(watched, days, first_day, last_day)
    progress = Progress(sum(map(len, days.values())))
    chunks = {
        name: [wanted[i : i + chunk_days] for i in range(0, len(wanted), chunk_days)] for name, wanted in days.items()
    }

    def in_chunks(model: Model, wanted: Sequence[Day], steps: story.Steps) -> None:
        del steps, wanted  # a chunk binds plain ones
        broken: dict[str, str] = {}
        for chunk in chunks[model.name]:
            try:
                observe_chunk(model, chunk[0], chunk[-1], chunk)
            except InputError as error:
                broken |= BrokenDaysError.reasons(error, chunk)
            progress.advance(len(chunk), f"{model.name} {chunk[-1]}")
        if broken:
            raise BrokenDaysError(broken)

    if fan_out:
        with fan.out(chunks, progress, force=force) as observed:
            outcome = story.monitor(watched, days, STEPS, observed)
    else:
        outcome = story.monitor(watched, days, STEPS, in_chunks)
    story.leave_out(outcome, unread)
    show_episodes(watched, first_day, last_day)

    def found(channel: str, day: Day, members: Sequence[Model]) -> Summed | None:
        return tell_backfill(channel, members, first_day, day, outcome.problems)

    channels = {channel_of(world(), model): [last_day] for model in watched}
    story.sum_up(watched, lambda model: channel_of(world(), model), channels, found, outcome)
    return summary(outcome, skipped)


def in_order(first_day: Day, last_day: Day) -> None:
    """Refuse a range that ends before it begins: the form cannot."""
    if first_day > last_day:
        message = f"first_day {first_day} is after last_day {last_day}; swap them"
        raise InputError(message)


def over(models: Sequence[Model], last_day: Day) -> None:
    """Refuse a range that is not over yet."""
    late = [model.name for model in models if last_day > default_day(now(), model.zone)]
    if late:
        message = f"last_day {last_day} is not over yet for {words.listed(late, most=5)}; take an earlier day"
        raise InputError(message)


def say_skipped(models: Sequence[Model], days: Mapping[str, Sequence[Day]], first_day: Day, last_day: Day) -> int:
    """Log for every model how many days are observed and how many are skipped, and why; gives how many are skipped."""
    left_out = 0
    for model in models:
        skipped = sum(1 for _ in days_between(first_day, last_day, model.zone)) - len(days[model.name])
        left_out += skipped
        why = f", {skipped} skipped: observed before with the same model file and suite" if skipped else ""
        get_run_logger().info("%s: %s to observe%s", model.name, words.count(len(days[model.name]), "day"), why)
    return left_out
