"""Running Great Expectations on a day's partition, as a task."""

from collections.abc import Sequence

from prefect import get_run_logger, task

from expectations.labels import validate_all
from tasks.discreet import discreet
from tasks.settings import PURE
from tasks.world import world
from vitals.records import Partition, Validation
from vitals.spec import Model


@task(name="validate", task_run_name="validate {model.name} {partition.facts.day}", **PURE)
@discreet
def validate(model: Model, partition: Partition) -> Sequence[Validation]:
    """Run the model's suite on the partition that was read."""
    results = validate_all(world(), model, partition)
    failed = sum(one.status != "pass" for one in results)
    get_run_logger().info(
        "%s %s: %d expectations, %d not passed", model.name, partition.facts.day, len(results), failed
    )
    return results
