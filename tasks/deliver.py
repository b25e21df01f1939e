"""Telling a channel its news, as a task. A delivery that fails is visible here and never undoes monitoring."""

from collections.abc import Mapping, Sequence

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact

from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.io import telling
from vitals.io.telling import Delivered
from vitals.records import Day
from vitals.spec import Model


@task(name="deliver", task_run_name="{channel} {day}", **OUTSIDE)
def deliver(channel: str, day: Day, models: Sequence[Model], problems: Mapping[str, str]) -> Delivered:
    """Compose the digest and deliver it."""
    delivered = telling.tell(world(), channel, day, models, problems)
    create_markdown_artifact(
        key=f"digest-{day}", markdown=f"```text\n{delivered.text.replace('```', '')}\n```", description=channel
    )
    get_run_logger().info("%s %s: %s", channel, day, delivered.where)
    return delivered
