"""Waiting for chunks: a dead process is not the end of a chunk, a chunk that fails is named, and none is left behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import date, timedelta
from typing import Any

import pytest

from tests.flows.replays import days_from, flight_late
from vitals.errors import SourceError

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
DAYS = days_from(date(2024, 3, 4), 4)
CHUNKS = {"flight_late": [DAYS[:2], DAYS[2:]]}
FIRST = str(DAYS[0])
Fate = Callable[[str, int], Any]
"""What becomes of a chunk (by its first day) when it is started for the n-th time; None deletes its run."""


@pytest.fixture
def client(prefect_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ARG001  it must run
    """A client of a server that has the deployment `observe`, whose runs no worker takes."""
    from prefect.client.orchestration import get_client

    from flows import fan, observe

    monkeypatch.setattr(fan, "POLL_S", 0.1)
    with get_client(sync_client=True) as made:
        there = made.create_deployment(made.create_flow(observe.observe), "observe")
        yield made
        made.delete_deployment(there)


def test_a_chunk_whose_process_died_is_started_again(client: Any) -> None:
    """Two deaths are made up for; everything counts as progress once."""
    from prefect.states import Completed, Crashed

    with worker(client, lambda day, start: Crashed() if day == FIRST and start < 3 else Completed()):
        advanced = fan_out()

    assert sorted(advanced) == [(2, f"flight_late {DAYS[1]}"), (2, f"flight_late {DAYS[3]}")]
    assert states(client) == ["Completed", "Completed", "Crashed", "Crashed"]


def test_a_chunk_that_fails_is_named_after_all_others_were_waited_for(client: Any) -> None:
    """One dies whenever it is started, the run of the other is deleted: both are said, with the remedy."""
    from prefect.states import Crashed

    died = "Process exited with status code: -9"
    with (
        worker(client, lambda day, _: Crashed(message=died) if day == FIRST else None),
        pytest.raises(SourceError) as caught,
    ):
        fan_out()

    assert str(caught.value) == (
        f"2 chunks not observed (2024-03-06 to 2024-03-07: its run was deleted; 2024-03-04 to 2024-03-05: {died}); "
        "start the backfill again"
    )
    assert states(client) == ["Crashed"] * 3


def test_a_failed_chunk_is_not_started_again(client: Any) -> None:
    """A process that ended by itself would fail again: its own message is given."""
    from prefect.states import Completed, Failed

    with (
        worker(client, lambda day, _: Failed(message="no table 'x'") if day == FIRST else Completed()),
        pytest.raises(SourceError, match=r"^1 chunk not observed \(2024-03-04 to 2024-03-05: no table 'x'\)"),
    ):
        fan_out()

    assert states(client) == ["Completed", "Failed"]


def test_a_chunk_that_never_comes_up_is_given_to_another_worker(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that took a run and lost power leaves it pending: after a while it counts as dead."""
    from prefect.states import Completed, Pending

    from flows import fan

    monkeypatch.setattr(fan, "COMES_UP", timedelta(seconds=1))
    with worker(client, lambda day, start: Pending() if day == FIRST and start == 1 else Completed()):
        fan_out()

    assert states(client) == ["Completed", "Completed", "Crashed"]


def test_no_chunk_is_left_when_the_backfill_ends_early(client: Any) -> None:
    """Whoever started them is gone: what has not begun is cancelled."""
    from flows import fan
    from tasks.artifacts import Progress

    with pytest.raises(KeyboardInterrupt), fan.out(CHUNKS, Progress(0), force=False):
        raise KeyboardInterrupt

    assert set(states(client)) <= {"Cancelling", "Cancelled"}
    assert len(states(client)) == 2


def fan_out() -> list[tuple[int, str]]:
    """Fan out as the backfill does, inside a flow; gives what was counted as progress."""
    from prefect import flow

    from flows import fan
    from flows.steps import STEPS
    from tasks.artifacts import Progress

    advanced: list[tuple[int, str]] = []

    class Counted(Progress):
        def advance(self, days: int, what: str) -> None:
            advanced.append((days, what))

    @flow(name="spread")
    def spread() -> None:
        with fan.out(CHUNKS, Counted(0), force=False) as observed:
            observed(flight_late(), DAYS, STEPS)

    spread()
    return advanced


@contextmanager
def worker(client: Any, fate: Fate) -> Iterator[None]:
    """Be the worker of the pool in a thread: every run that is scheduled meets its fate."""
    over, starts = threading.Event(), dict.fromkeys((str(each[0]) for each in CHUNKS["flight_late"]), 0)

    def meet(run: Any) -> None:
        day = run.parameters["first_day"]
        starts[day] += 1
        state = fate(day, starts[day])
        if state is None:
            client.delete_flow_run(run.id)
        else:
            client.set_flow_run_state(run.id, state, force=True)

    def work() -> None:
        while not over.is_set():
            for run in runs(client):
                if run.state.is_scheduled():
                    meet(run)
            time.sleep(0.1)

    thread = threading.Thread(target=copy_context().run, args=(work,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def runs(client: Any) -> list[Any]:
    """The runs of the deployment."""
    there = client.read_deployment_by_name("observe/observe").id
    return [one for one in client.read_flow_runs() if one.deployment_id == there]


def states(client: Any) -> list[str]:
    """Names of their states, sorted."""
    return sorted(run.state_name for run in runs(client))
