"""Telling a channel what a backfill found, and once a week what the week was like, as tasks."""

from collections.abc import Mapping, Sequence

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import summing
from vitals.io.summing import Summed
from vitals.records import Day
from vitals.spec import Model


@task(name="sum up week", task_run_name="week of {channel} to {day}", **OUTSIDE)
@discreet
def tell_week(channel: str, day: Day, models: Sequence[Model]) -> Summed | None:
    """Compose the week up to a day and deliver it."""
    return _said(summing.send_week(world(), channel, models, day))


@task(name="sum up backfill", task_run_name="summary for {channel}", **OUTSIDE)
@discreet
def tell_backfill(
    channel: str, models: Sequence[Model], first: Day, last: Day, problems: Mapping[str, str]
) -> Summed | None:
    """Compose what the backfill found and deliver it."""
    return _said(summing.tell_backfill(world(), channel, models, (first, last), problems))


def _said(summed: Summed | None) -> Summed | None:
    if summed is not None:
        get_run_logger().info("%s: %s\n%s", summed.summary.channel, summed.where, summed.text)
    return summed
