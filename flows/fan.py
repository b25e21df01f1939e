"""Spreading the chunks of a backfill over the workers of a pool: one run of `observe` per chunk.

Chunks are runs of another deployment, without a limit of its own: children of a flow that waits for them, in the same
queue of one, would wait for ever. Knows nothing of what a chunk does; days are independent of each other.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.states import Cancelling

from flows.story import ObserveDays, Steps
from tasks.artifacts import Progress
from vitals.errors import InputError, SourceError
from vitals.io.settings import Settings, hide_passwords
from vitals.records import Day
from vitals.spec import Model

DEPLOYMENT = "observe/observe"
POLL_S = 2.0
AT_ONCE = 100
WAIT_S = 120.0
Runs = Mapping[str, Mapping[UUID, Sequence[Day]]]


def refuse_sqlite(settings: Settings) -> None:
    """Refuse a store that other machines cannot share.

    Raises
    ------
    InputError : it is SQLite.
    """
    url = settings.store_url.get_secret_value()
    if url.startswith("sqlite"):
        message = (
            f"fan_out needs a PostgreSQL store: VITALS_STORE_URL is {hide_passwords(url)}, a file of one machine; "
            "set it to postgresql://..., or leave fan_out off"
        )
        raise InputError(message)


@contextmanager
def out(chunks: Mapping[str, Sequence[Sequence[Day]]], progress: Progress, *, force: bool) -> Iterator[ObserveDays]:
    """Start all chunks at once, and give a function that waits for those of a model; on the way out none is left."""
    started: dict[str, dict[UUID, Sequence[Day]]] = {name: {} for name in chunks}

    def observed(model: Model, days: Sequence[Day], steps: Steps) -> None:
        del days, steps  # another run does the work
        _wait(model.name, started[model.name], progress)

    try:
        for name, each in chunks.items():
            for chunk in each:
                started[name][_start(name, chunk, force=force)] = chunk
        yield observed
    finally:
        _cancel([run for runs in started.values() for run in runs])


def _start(model: str, chunk: Sequence[Day], *, force: bool) -> UUID:
    parameters = {"model": model, "first_day": str(chunk[0]), "last_day": str(chunk[-1]), "force": force}
    run = run_deployment(DEPLOYMENT, parameters=parameters, timeout=0)
    if not isinstance(run, FlowRun):
        message = f"{DEPLOYMENT} was not started"
        raise TypeError(message)
    return run.id


def _wait(model: str, runs: Mapping[UUID, Sequence[Day]], progress: Progress) -> None:
    """Wait until all chunks of a model have ended.

    Raises
    ------
    SourceError : one of them failed; the others were waited for.
    """
    waiting, failed, since, warned = dict(runs), [], time.monotonic(), False
    while waiting:
        for run in _read(list(waiting)):
            if run.state is None or not run.state.is_final():
                continue
            chunk = waiting.pop(run.id)
            if run.state.is_completed():
                progress.advance(len(chunk), f"{model} {chunk[-1]}")
            else:
                failed.append(f"{chunk[0]} to {chunk[-1]}: {run.state.message or run.state.name}")
        if len(waiting) == len(runs) and not warned and time.monotonic() - since > WAIT_S:
            warned = True
            get_run_logger().warning("no chunk has ended yet: is there a worker with room (--limit 2 or more)?")
        time.sleep(POLL_S if waiting else 0)
    if failed:
        message = f"{len(failed)} chunks were not observed ({'; '.join(failed[:3])}); start the backfill again"
        raise SourceError(message)


def _read(ids: Sequence[UUID]) -> Iterator[FlowRun]:
    with get_client(sync_client=True) as client:
        for start in range(0, len(ids), AT_ONCE):
            some = FlowRunFilter(id=FlowRunFilterId(any_=list(ids[start : start + AT_ONCE])))
            yield from client.read_flow_runs(flow_run_filter=some, limit=AT_ONCE)


def _cancel(ids: Sequence[UUID]) -> None:
    """Cancel what has not ended: whoever started it is about to end."""
    with get_client(sync_client=True) as client:
        for run in _read(ids):
            if run.state and not run.state.is_final():
                client.set_flow_run_state(run.id, Cancelling())
