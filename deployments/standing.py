"""What stands on a Prefect server, how it differs from what should, and how to make it so: a plan of changes.

The plan is empty when nothing differs. What people do in the UI is theirs: a pause, an added variable or tag, another
limit are never touched (schedules: `deployments.schedules`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deployments.register import SECRETS, ZOMBIES, Wanted
from deployments.schedules import Change, cron, in_words, schedule_changes
from vitals import words
from vitals.errors import ConfigError, VitalsError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

HINT = (
    "start one with `prefect server start` and say where it is: export PREFECT_API_URL=http://127.0.0.1:4200/api "
    "(for good: `prefect config set PREFECT_API_URL=...`)"
)


class ServerError(VitalsError):
    """Prefect's server cannot be asked now."""


@contextmanager
def server() -> "Iterator[SyncPrefectClient]":
    """Connect to the server that Prefect's settings name.

    Raises
    ------
    ConfigError : no address is set.
    ServerError : nobody answers, or an answer is an error.
    """
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, get_current_settings, temporary_settings

    url = get_current_settings().api.url
    if not url:
        message = f"no Prefect server is known; {HINT}"
        raise ConfigError(message)
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), get_client(sync_client=True) as impatient:
        trouble = impatient.api_healthcheck()
    if trouble is not None:
        message = f"Prefect's server at {url} does not answer ({_first_line(trouble)}); {HINT}"
        raise ServerError(message)
    try:
        with get_client(sync_client=True) as client:  # this one asks again when the server is busy
            yield client
    except httpx.HTTPError as error:
        message = f"Prefect's server at {url} refused a request: {_first_line(error)}"
        raise ServerError(message) from error


def secret_blocks(client: "SyncPrefectClient") -> set[str]:
    """Names of the secret blocks on the server; their values are not read."""
    from prefect.exceptions import ObjectNotFound

    try:
        found = client.read_block_documents_by_type("secret", include_secrets=False)
    except ObjectNotFound:
        return set()
    return {str(block.name) for block in found if block.name}


def plan(client: "SyncPrefectClient", wanted: Sequence[Wanted]) -> list[Change]:
    """Say what has to change on the server, in the order in which it can be made."""
    pools = dict.fromkeys(one.pool for one in wanted)
    changes = [change for pool in pools for change in _pool(client, pool)]
    for one in wanted:
        changes += _deployment(client, one)
    return [*changes, *_automation(client)]


def read(client: "SyncPrefectClient", name: str) -> "DeploymentResponse | None":
    """Give a deployment of ours as it stands, None when there is none."""
    from prefect.exceptions import ObjectNotFound

    try:
        return client.read_deployment_by_name(f"{name}/{name}")
    except ObjectNotFound:
        return None


def idle(client: "SyncPrefectClient", pool: str) -> list[VitalsError]:
    """Say what keeps runs of a pool from starting: no worker, or a pause."""
    from prefect.client.schemas.objects import WorkerStatus
    from prefect.exceptions import ObjectNotFound

    try:
        there = client.read_work_pool(pool)
        workers = client.read_workers_for_work_pool(pool)
    except ObjectNotFound:
        return []  # the plan says that it is missing
    if there.is_paused:
        return [ServerError(f"Prefect: work pool {pool} is paused; resume it in the UI")]
    if all(worker.status != WorkerStatus.ONLINE for worker in workers):
        return [
            ServerError(f"Prefect: no worker takes runs of pool {pool}; start one: prefect worker start --pool {pool}")
        ]
    return []


def _pool(client: "SyncPrefectClient", pool: str) -> list[Change]:
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound

    try:
        client.read_work_pool(pool)
    except ObjectNotFound:
        new = WorkPoolCreate(name=pool, type="process", description="Runs Vitals' flows as processes of its workers.")
        return [Change(f"work pool {pool}: created (type process)", lambda: client.create_work_pool(new))]
    return []


def _deployment(client: "SyncPrefectClient", one: Wanted) -> list[Change]:
    there = read(client, one.name)
    if there is None:
        added = [Change(f"  schedule {in_words(tick)}: added", lambda: None) for tick in one.ticks]
        return [Change(f"deployment {one.name}: created", lambda: _create(client, one)), *added]
    differing = _differences(there, one)
    changes = []
    if differing:
        text = f"deployment {one.name}: {words.listed(list(differing))} changed"
        changes.append(Change(text, lambda: _update(client, there, differing)))
    return changes + list(schedule_changes(client, there, one))


def _create(client: "SyncPrefectClient", one: Wanted) -> None:
    from prefect.client.schemas.actions import DeploymentScheduleCreate

    flow = client.create_flow_from_name(one.name)
    client.create_deployment(
        flow,
        one.name,
        description=one.description,
        entrypoint=one.entrypoint,
        work_pool_name=one.pool,
        job_variables=dict(one.job_variables),
        parameter_openapi_schema=dict(one.form),
        enforce_parameter_schema=True,
        tags=list(one.tags),
        pull_steps=[],
        schedules=[DeploymentScheduleCreate(slug=tick.slug, schedule=cron(tick)) for tick in one.ticks],
        **_alone(one),
    )


def _update(client: "SyncPrefectClient", there: "DeploymentResponse", differing: Mapping[str, Any]) -> None:
    """Send what differs and nothing else: whatever is left out stays as people set it."""
    from prefect.client.schemas.actions import DeploymentUpdate

    fields = {key: value for change in differing.values() for key, value in change.items()}
    client.update_deployment(there.id, DeploymentUpdate(**fields))


def _differences(there: "DeploymentResponse", one: Wanted) -> dict[str, dict[str, Any]]:
    """What differs, in words, and the fields that would end it."""
    found: dict[str, dict[str, Any]] = {}
    variables = _merged(there.job_variables or {}, one.job_variables)
    if there.parameter_openapi_schema != one.form:
        found["the form (models or parameters)"] = {"parameter_openapi_schema": one.form}
    if there.description != one.description:
        found["the description"] = {"description": one.description}
    if there.entrypoint != one.entrypoint:
        found["the entrypoint"] = {"entrypoint": one.entrypoint}
    if there.work_pool_name != one.pool:
        found["the work pool"] = {"work_pool_name": one.pool}
    if there.job_variables != variables:
        found["the environment of runs"] = {"job_variables": variables}
    if not set(one.tags) <= set(there.tags):
        found["the tags"] = {"tags": sorted({*there.tags, *one.tags})}
    limit = there.global_concurrency_limit.limit if there.global_concurrency_limit else None
    if one.alone and limit is None:  # a limit that people chose is theirs
        found["the limit of one run at a time"] = _alone(one)
    return found


def _merged(there: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Ours over what people added; a variable of ours that is no longer wanted goes."""
    kept = {
        name: value
        for name, value in there.get("env", {}).items()
        if not (name in SECRETS or name.startswith("VITALS_SOURCE_"))
    }
    return {**there, **ours, "env": {**kept, **ours["env"]}}


def _alone(one: Wanted) -> dict[str, Any]:
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions

    if not one.alone:
        return {}
    options = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
    return {"concurrency_limit": 1, "concurrency_options": options}


def _automation(client: "SyncPrefectClient") -> list[Change]:
    from prefect.events.schemas.automations import AutomationCore

    new = AutomationCore.model_validate(ZOMBIES)
    there = client.read_automations_by_name(new.name)
    if not there:
        return [Change("automation that ends runs without a heartbeat: created", lambda: client.create_automation(new))]
    first = there[0]
    if _compared(first) == _compared(new):
        return []
    new = new.model_copy(update={"enabled": first.enabled})
    return [
        Change(
            "automation that ends runs without a heartbeat: changed", lambda: client.update_automation(first.id, new)
        )
    ]


def _compared(automation: Any) -> Any:
    """What we say of an automation; whether it is switched on is people's, ids are the server's."""
    return automation.model_dump(include={"name", "description", "trigger", "actions"})


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
