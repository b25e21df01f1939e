"""Spreading the chunks of a backfill over the workers of a pool: one run of `observe` per chunk.

Chunks are runs of another deployment, without a limit of its own: children of a flow that waits for them, in the same
queue of one, would wait for ever. A chunk whose process died is started again: other workers live on. Knows nothing of
what a chunk does; days are independent of each other, so a chunk done twice is a chunk done.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.states import Cancelling, Crashed

from flows.story import ObserveDays, Steps
from tasks.artifacts import Progress
from tasks.world import now
from vitals import words
from vitals.errors import InputError, SourceError
from vitals.io.settings import Settings, hide_passwords
from vitals.records import Day
from vitals.spec import Model

DEPLOYMENT = "observe/observe"
POLL_S = 2.0
AT_ONCE = 100
WAIT_S = 120.0
MOST_STARTS = 3
"""How often a chunk is started while its processes die."""
COMES_UP = timedelta(minutes=10)
"""How long a worker that took a chunk may take until its process runs; a machine that lost power never gets there."""


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


@dataclass
class Chunk:
    """Days of a model, and the run that observes them now."""

    model: str
    days: Sequence[Day]
    force: bool
    run: UUID
    starts: int = 1

    def __str__(self) -> str:
        return f"{self.days[0]} to {self.days[-1]}"

    def start_again(self) -> None:
        """Let another worker have it."""
        self.run = _start(self.model, self.days, force=self.force)
        self.starts += 1


@contextmanager
def out(chunks: Mapping[str, Sequence[Sequence[Day]]], progress: Progress, *, force: bool) -> Iterator[ObserveDays]:
    """Start all chunks at once, and give a function that waits for those of a model; on the way out none is left."""
    started: dict[str, list[Chunk]] = {name: [] for name in chunks}

    def observed(model: Model, days: Sequence[Day], steps: Steps) -> None:
        del days, steps  # another run does the work
        _wait(started[model.name], progress)

    try:
        for name, each in chunks.items():
            for days in each:
                started[name].append(Chunk(name, days, force, _start(name, days, force=force)))
        yield observed
    finally:
        _cancel([chunk.run for each in started.values() for chunk in each])


def _start(model: str, days: Sequence[Day], *, force: bool) -> UUID:
    parameters = {"model": model, "first_day": str(days[0]), "last_day": str(days[-1]), "force": force}
    run = run_deployment(DEPLOYMENT, parameters=parameters, timeout=0)
    if not isinstance(run, FlowRun):
        message = f"{DEPLOYMENT} was not started"
        raise TypeError(message)
    return run.id


def _wait(chunks: Sequence[Chunk], progress: Progress) -> None:
    """Wait until all chunks of a model have ended; those whose process died are started again.

    Raises
    ------
    SourceError : one of them failed; the others were waited for.
    """
    waiting, failed, since, warned = list(chunks), [], time.monotonic(), False
    while waiting:
        states = _states(waiting)
        for chunk in [one for one in waiting if _has_ended(one, states.get(one.run))]:
            waiting.remove(chunk)
            state = states.get(chunk.run)
            if state is not None and state.is_completed():
                progress.advance(len(chunk.days), f"{chunk.model} {chunk.days[-1]}")
            else:
                failed.append(f"{chunk}: {_said(state)}")
        if len(waiting) == len(chunks) and not warned and time.monotonic() - since > WAIT_S:
            warned = True
            get_run_logger().warning("no chunk has ended yet: is there a worker with room (--limit 2 or more)?")
        time.sleep(POLL_S if waiting else 0)
    if failed:
        told = "; ".join([*failed[:3], *(["..."] if len(failed) > 3 else [])])
        message = f"{words.count(len(failed), 'chunk')} not observed ({told}); start the backfill again"
        raise SourceError(message)


def _has_ended(chunk: Chunk, state: State | None) -> bool:
    """Whether a chunk will not be waited for any more; one whose process died is started again."""
    if state is None:
        return True
    if state.is_crashed() and chunk.starts < MOST_STARTS:
        get_run_logger().warning("%s %s is started again: %s", chunk.model, chunk, _said(state))
        chunk.start_again()
        return False
    return bool(state.is_final())


def _said(state: State | None) -> str:
    """Why a run has ended; None is one that somebody deleted."""
    return "its run was deleted" if state is None else state.message or state.name or state.type.value


def _states(chunks: Sequence[Chunk]) -> dict[UUID, State | None]:
    """Read the states of the runs that are still there, and end those whose process never came up."""
    found = {run.id: run.state for run in _read([chunk.run for chunk in chunks])}
    for run, state in found.items():
        if state is not None and state.is_pending() and now() - state.timestamp > COMES_UP:
            with get_client(sync_client=True) as client:
                client.set_flow_run_state(run, Crashed(message="the worker that took it never started its process"))
    return found


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
