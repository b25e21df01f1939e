"""Telling a channel its news, as a task. A delivery that fails is visible here and never undoes monitoring."""

from collections.abc import Mapping, Sequence

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact

from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.errors import UndeliveredError
from vitals.io import telling
from vitals.io.telling import Delivered
from vitals.records import Day
from vitals.spec import Model


@task(name="deliver", task_run_name="{channel} {day}", **OUTSIDE)
def deliver(channel: str, day: Day, models: Sequence[Model], problems: Mapping[str, str]) -> Delivered:
    """Compose the digest and deliver it; one that did not arrive can be read here all the same."""
    try:
        delivered = telling.tell(world(), channel, day, models, problems)
    except UndeliveredError as error:
        _show(day, f"{channel}: not delivered: {error}", error.shown)
        raise
    _show(day, f"{channel}: {delivered.where}", delivered.text)
    get_run_logger().info("%s %s: %s", channel, day, delivered.where)
    return delivered


def _show(day: Day, where: str, text: str) -> None:
    create_markdown_artifact(
        key=f"digest-{day}", markdown=f"```text\n{text.replace('```', '')}\n```", description=where
    )
