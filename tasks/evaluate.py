"""Evaluating the cohorts that reach one of their ages, as a task."""

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import evaluating
from vitals.records import Day, Evaluated
from vitals.spec import Model


@task(name="evaluate", task_run_name="evaluate {model.name} {day}", **OUTSIDE)
@discreet
def evaluate(model: Model, day: Day) -> Evaluated:
    """Evaluate cohorts as known at the end of the day."""
    evaluated = evaluating.evaluate(world(), model, day)
    cohorts = sorted({one.day for one in evaluated.measurements})
    get_run_logger().info("%s %s: cohorts %s", model.name, day, ", ".join(map(str, cohorts)) or "none")
    return evaluated
