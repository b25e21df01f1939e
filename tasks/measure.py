"""Measuring what a day alone can tell, as a task."""

from collections.abc import Sequence

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import PURE
from tasks.world import world
from vitals.io import observing
from vitals.records import Measurement, Partition
from vitals.spec import Model


@task(name="measure", task_run_name="measure {model.name} {partition.facts.day}", **PURE)
@discreet
def measure(model: Model, partition: Partition) -> Sequence[Measurement]:
    """Measure service signals, answers, avoid rules and heuristics."""
    measured = observing.measure(world(), model, partition)
    get_run_logger().info("%s %s: %d measurements", model.name, partition.facts.day, len(measured))
    return measured
