"""Profiling a day's columns, as a task."""

from collections.abc import Sequence

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import PURE
from vitals.profiles import Profile
from vitals.records import Partition
from vitals.signals import scored
from vitals.spec import Model


@task(name="profile", task_run_name="profile {model.name} {partition.facts.day}", **PURE)
@discreet
def profile(model: Model, partition: Partition) -> Sequence[Profile]:
    """Summarise every watched column."""
    profiles = scored.profile(model, partition)
    get_run_logger().info("%s %s: %d profiles", model.name, partition.facts.day, len(profiles))
    return profiles
