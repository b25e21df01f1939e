"""Reading one day of a prediction log, as a task."""

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import observing
from vitals.records import Day, Partition
from vitals.spec import Model


@task(name="read", task_run_name="read {model.name} {day}", **OUTSIDE)
@discreet
def read(model: Model, day: Day) -> Partition:
    """Read the day's partition, only the needed columns."""
    partition = observing.read(world(), model, day)
    get_run_logger().info(
        "%s %s: %d rows, %d duplicates", model.name, day, partition.facts.rows, partition.facts.duplicates
    )
    return partition
