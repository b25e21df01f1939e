"""Evaluating the cohorts that reach one of their ages, as a task."""

from collections.abc import Sequence

from prefect import get_run_logger, task

from tasks.settings import NAME, OUTSIDE
from tasks.world import world
from vitals.io import evaluating
from vitals.records import Day, Measurement
from vitals.spec import Model


@task(name="evaluate", task_run_name=NAME, **OUTSIDE)
def evaluate(model: Model, day: Day) -> Sequence[Measurement]:
    """Evaluate cohorts as known at the end of the day."""
    measured = evaluating.evaluate(world(), model, day)
    cohorts = sorted({one.day for one in measured})
    get_run_logger().info("%s %s: cohorts %s", model.name, day, ", ".join(map(str, cohorts)) or "none")
    return measured
