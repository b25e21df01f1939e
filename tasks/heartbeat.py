"""Saying that all is well to a dead-man's switch, as a task that never fails a run."""

from prefect import get_run_logger, task

from tasks.discreet import discreet
from tasks.settings import PURE
from tasks.world import world
from vitals.io import heartbeat


@task(name="heartbeat", task_run_name="heartbeat", **PURE)
@discreet
def beat() -> bool:
    """Ask for VITALS_HEARTBEAT_URL when there is one."""
    url = world().settings.heartbeat_url
    if url is None:
        return False
    answered = heartbeat.beat(url)
    if answered:
        get_run_logger().info("VITALS_HEARTBEAT_URL answered")
    else:
        get_run_logger().warning("VITALS_HEARTBEAT_URL did not answer; the digest was delivered all the same")
    return answered
