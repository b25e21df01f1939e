"""Support for several machines: a second Prefect server, and a pager on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.blocks.webhook import Webhook

from deployments import paging
from tests.flows.killing import Place
from tests.flows.stage import Stage, stage
from tests.switch import Switch, switched_on


def ended(client: Any, run: UUID) -> Any:
    """The run when it has ended, else None."""
    found = client.read_flow_run(run)
    return found if found.state is not None and found.state.is_final() else None


@contextmanager
def pages() -> Iterator[Switch]:
    """Follow the recipe of `deployments.paging` with a pager on loopback."""
    with switched_on() as pager:
        Webhook(url=pager.url).save("pager")
        assert paging.main(["--webhook", "pager"]) == 0
        yield pager


@contextmanager
def second_server(folder: Path, place: Place, url: str) -> Iterator[tuple[Stage, Any]]:
    """Deploy to another Prefect server and start a worker of its own; gives them, and empties the server afterwards."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with stage(folder, place.surroundings()) as there:
        there.environment |= {"PREFECT_API_URL": url}
        there.vitals("deploy")
        there.worker()
        with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as made:
            yield there, made
            there.end()
            for one in made.read_deployments():
                made.delete_deployment(one.id)
            for automation in made.read_automations():
                made.delete_automation(automation.id)
            made.delete_work_pool("vitals")
