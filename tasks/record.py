"""Writing down the observation of a day, as a task."""

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import observing
from vitals.records import Observation
from vitals.spec import Model


@task(name="record", task_run_name="record {model.name} {observation.facts.day}", **OUTSIDE)
@discreet
def record(model: Model, observation: Observation) -> bool:
    """Replace what is stored about the day, in one transaction."""
    changed = observing.record(world(), model, observation)
    get_run_logger().info("%s %s: %s", model.name, observation.facts.day, "stored" if changed else "unchanged")
    return changed
