"""Telling a channel its news, as a task. A delivery that fails is visible here and never undoes monitoring."""

from collections.abc import Mapping, Sequence

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact

from tasks.discreet import discreet
from tasks.events import announce
from tasks.settings import OUTSIDE
from tasks.world import world
from vitals.digest import Digest
from vitals.errors import UndeliveredError
from vitals.io import telling
from vitals.io.settings import without_secrets
from vitals.io.telling import Delivered
from vitals.records import Day
from vitals.render import markdown
from vitals.spec import Model


@task(name="deliver", task_run_name="tell {channel} {day}", **OUTSIDE)
@discreet
def deliver(channel: str, day: Day, models: Sequence[Model], problems: Mapping[str, str]) -> Delivered:
    """Compose the digest and deliver it; one that did not arrive can be read here all the same."""
    try:
        delivered = telling.tell(world(), channel, day, models, problems)
    except UndeliveredError as error:
        digest = telling.sent(world(), channel, day)
        _show(digest, f"{channel}: not delivered: {without_secrets(str(error))}")
        announce(digest)  # whoever listens to events hears of it although the channel does not
        raise
    _show(delivered.digest, delivered.where if channel in delivered.where else f"{channel}: {delivered.where}")
    announce(delivered.digest)
    get_run_logger().info("%s %s: %s", channel, day, delivered.where)
    return delivered


def _show(digest: Digest, where: str) -> None:
    create_markdown_artifact(key=f"digest-{digest.day}", markdown=markdown.render(digest), description=where)
