"""How tasks run: what is repeated after outside trouble, how long anything may take, and no caching.

Inputs are days and records, so Prefect's default cache key would hash them for nothing: NO_CACHE everywhere.
"""

from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from vitals.errors import NotifyError, SourceError, StoreError


def is_outside_trouble(task: Task[Any, Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Try again only what another attempt may mend: unreachable, timed out, locked."""
    del task, task_run
    error = state.result(raise_on_failure=False)
    return isinstance(error, SourceError | StoreError | NotifyError)


PURE: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False, "timeout_seconds": 3600}
OUTSIDE: dict[str, Any] = PURE | {
    "retries": 2,
    "retry_delay_seconds": [10, 60],
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": is_outside_trouble,
}
