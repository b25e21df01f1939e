"""SIGKILL of runs that a Prefect worker started: a new run takes up what was left. No secret is in what the API shows."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.flows.killing import Place, build, finished
from tests.flows.stage import Stage, stage, until
from tests.slack import SlackServer
from tests.terminal.desk import FIRST, NEW

pytestmark = [
    pytest.mark.kill,
    pytest.mark.prefect,
    pytest.mark.gx,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
KILLS = 10
SEED = int(os.environ.get("VITALS_TEST_SEED") or random.SystemRandom().randrange(2**32))
TOKEN, PATH, PASSWORD = "xoxb-pl4nted-token", "pl4nted-path", "pl4nted%2Fword"


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace whose token is a planted secret."""
    with SlackServer(token=TOKEN, clock=time.time) as server:
        yield server


@pytest.fixture
def installed(tmp_path: Path, slack: SlackServer) -> Iterator[Stage]:
    """A server, everything deployed, and a worker; secrets are planted in its environment."""
    variables = build(tmp_path / "world") | {
        "VITALS_HOME": str(tmp_path / "home"),
        "VITALS_SLACK_TOKEN": TOKEN,
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_CHANNEL": slack.channel,
        "VITALS_HEARTBEAT_URL": f"http://127.0.0.1:9/{PATH}",
        "VITALS_SOURCE_FAR_URL": f"postgresql://ada:{PASSWORD}@127.0.0.1:9/log",
    }
    with stage(tmp_path, variables) as there:
        there.server()
        there.vitals("deploy")
        there.worker()
        yield there


@pytest.fixture
def client(installed: Stage) -> Iterator[Any]:
    """A client of that server."""
    with installed.client() as made:
        yield made


def test_runs_of_a_worker_killed_ten_times_are_taken_up_by_new_ones(
    installed: Stage, client: Any, slack: SlackServer, tmp_path: Path
) -> None:
    """Backfill and daily in turn: the tables are those of the terminal, every message is there once, nothing secret."""
    print(f"seed {SEED}")  # noqa: T201  pytest shows it when something differs
    random_ = random.Random(SEED)
    days = {"first_day": str(FIRST), "last_day": str(NEW)}
    jobs = {
        "backfill": {
            "models": ["credit"],
            **days,
            "chunk_days": 2,
            "force": True,
        },  # else there is nothing left to kill
        "daily": {"models": ["credit"], "day": str(NEW)},
    }
    kills = {"backfill": KILLS // 2, "daily": KILLS - KILLS // 2}
    for name, parameters in jobs.items():
        killed, tries = 0, 0
        while killed < kills[name]:
            killed += kill(client, begin(client, name, parameters), random_.uniform(0, 1.2))
            a_minute_passes(tmp_path / "home" / "vitals.db")
            tries += 1
            assert tries <= 4 * kills[name], f"only {killed} of {tries} runs of {name} could be killed"
        final = finish(client, begin(client, name, parameters))
        assert final.state.is_completed(), final.state.message

    alone = Place(tmp_path / "alone", f"sqlite:///{tmp_path / 'alone.db'}", build(tmp_path / "same"))
    fill = ("backfill", "--all", "--first-day", str(FIRST), "--last-day", str(NEW))
    assert finished(fill, alone, tmp_path / "alone.txt") == 0
    there = Place(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'vitals.db'}", {})
    assert there.dump() == alone.dump()
    about = [one["metadata"]["event_payload"]["key"] for one in slack.roots()]
    assert len(about) == len(set(about)), about
    assert f"digest/{NEW}/{slack.channel}" in about
    shown = shown_by(client) + installed.log("worker") + installed.log("server")
    assert "VITALS_HEARTBEAT_URL did not answer" in shown  # the log is on the run's page
    assert [secret for secret in (TOKEN, PATH, PASSWORD, "pl4nted") if secret in shown] == []


def begin(client: Any, name: str, parameters: dict[str, Any]) -> Any:
    """Start a run of a deployment."""
    there = client.read_deployment_by_name(f"{name}/{name}")
    return client.create_flow_run_from_deployment(there.id, parameters=parameters)


def kill(client: Any, run: Any, after_s: float) -> bool:
    """Kill the run's processes some time after it has begun, and wait until the server knows; False when it had ended."""

    def begun() -> bool:
        state = state_of(client, run)
        return bool(state.is_running() or state.is_final())

    # Killed at the instant it took its slot, a run keeps it until Prefect's lease of 300 s ends: the next one waits.
    until(begun, f"the beginning of {run.name}", seconds=420, pause=0.05)
    time.sleep(after_s)
    processes = processes_of(str(run.id))
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    until(lambda: state_of(client, run).is_final(), "the end of a killed run")
    return bool(processes) and state_of(client, run).is_crashed()


def state_of(client: Any, run: Any) -> Any:
    """Give the state in which a run is now."""
    return client.read_flow_run(run.id).state


def processes_of(run: str) -> list[int]:
    """Find the processes of a flow run by their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"FLOW_RUN_ID={run}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def finish(client: Any, run: Any) -> Any:
    """Wait for the end of a run."""
    until(lambda: state_of(client, run).is_final(), f"the end of {run.name}", 240)
    return client.read_flow_run(run.id)


def a_minute_passes(store: Path) -> None:
    """Let leases run out, as they do a minute after their holder was killed."""
    if not store.exists():
        return
    connection = sqlite3.connect(store, timeout=30)
    with connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'model_state'").fetchone():
            connection.execute("UPDATE model_state SET lease_until = '2000-01-01 00:00:00.000000'")
    connection.close()


def shown_by(client: Any) -> str:
    """Give what the API shows of everything."""
    parts = [client.read_flow_runs(), client.read_task_runs(), client.read_deployments(), client.read_artifacts()]
    shown = [one.model_dump_json() for part in parts for one in part]
    asked = {"/logs/filter": {"limit": 200}, "/events/filter": {"limit": 50}, "/work_pools/filter": {}}
    return "".join([*shown, *(client.request("POST", path, json=body).text for path, body in asked.items())])
