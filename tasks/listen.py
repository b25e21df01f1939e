"""Taking in reactions under a channel's digests, as a task."""

from collections.abc import Sequence

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import listening
from vitals.spec import Model


@task(name="listen", task_run_name="listen in {channel}", **OUTSIDE)
@discreet
def listen(channel: str, models: Sequence[Model]) -> Sequence[str]:
    """Turn reactions into decisions."""
    heard = listening.listen(world(), channel, models)
    for sentence in heard:
        get_run_logger().info("%s: %s", channel, sentence)
    return heard
