"""Judging a model from its first changed day, as a task."""

from collections.abc import Sequence

from prefect import get_run_logger, runtime, task

from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import judging
from vitals.records import Transition
from vitals.spec import Model


@task(name="judge", task_run_name="judge {model.name}", **OUTSIDE)
@discreet
def judge(model: Model) -> Sequence[Transition]:
    """Replay the judgement, under the model's lease."""
    transitions = judging.judge(world(), model, runtime.flow_run.name or "a flow")
    get_run_logger().info("%s: %d transitions", model.name, len(transitions))
    return transitions
