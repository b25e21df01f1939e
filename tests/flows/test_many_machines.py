"""Three workers, one PostgreSQL: chunks spread, a process killed, a second Prefect server beside it.

The tables are those of one machine every time.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.flows.conftest import SERVICES_OFF
from tests.flows.killing import Dump, Place, PostgresStores, build
from tests.flows.servers import ended, pages, second_server
from tests.flows.stage import Stage, stage, until
from tests.slack import SlackServer
from tests.terminal.desk import FIRST, MODEL, NEW
from vitals.io.store import Store
from vitals.records import Day

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.sql,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
SPREAD, BROKEN = ("credit", "loans"), "cards"
TRIGGERS = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"  # an automation pages
SECOND = FIRST + timedelta(days=5)  # the first day of the second chunk
QUIET = dict.fromkeys(set(SERVICES_OFF) - {TRIGGERS}, "false") | {
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
}
"""Prefect's SQLite has one writer: what this test does not need may not stand in the way of three workers."""
WORKERS = ("anna", "berta", "carla")
RANGE = {"first_day": str(FIRST), "last_day": str(NEW), "chunk_days": 5, "fan_out": True}


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    """A workspace."""
    with SlackServer() as there:
        yield there


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, postgres_server: str, slack: SlackServer) -> Iterator[Place]:
    """Three models over one log, and a PostgreSQL store that all machines share."""
    folder = tmp_path_factory.mktemp("machines")
    environ = build(folder / "world") | {
        "VITALS_SLACK_TOKEN": slack.token,
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_CHANNEL": slack.channel,
    }
    for name in (*SPREAD, BROKEN):
        named = MODEL.replace("model: credit", f"model: {name}").replace("score > 0.9", f"score > 0.{len(name)}")
        (folder / "world" / "models" / f"{name}.yaml").write_text(named)
    stores = PostgresStores(postgres_server)
    made = Place(folder / "home", stores.fresh(), environ)
    yield made
    stores.drop(made.store_url)


@pytest.fixture(scope="module")
def machines(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server, everything deployed, and three workers with room for one run: a backfill and its chunks are apart."""
    with stage(tmp_path_factory.mktemp("stage"), place.surroundings()) as there:
        there.environment |= QUIET
        there.server()
        there.vitals("deploy")
        for name in WORKERS:
            there.start(name, "prefect", "worker", "start", "--pool", "vitals", "--name", name, "--limit", "1")
        yield there


@pytest.fixture(scope="module")
def client(prefect_server: str, machines: Stage) -> Iterator[Any]:  # noqa: ARG001  its settings come before these
    """A client of that server; settings that the other server brings lie below these."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: f"{machines.address}/api"}), get_client(sync_client=True) as made:
        yield made


@pytest.fixture(scope="module")
def alone(place: Place, postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """What one machine leaves in another database: `vitals backfill` in the terminal."""
    stores = PostgresStores(postgres_server)
    environ = {**place.environ, "VITALS_SLACK_TOKEN": ""}
    made = Place(tmp_path_factory.mktemp("alone"), stores.fresh(), environ)
    terminal = Stage(made.home, made.surroundings())
    terminal.vitals("backfill", "--all", "--first-day", str(FIRST), "--last-day", str(NEW))
    yield made
    stores.drop(made.store_url)


def test_chunks_run_on_all_workers_and_leave_the_tables_of_one_machine(
    machines: Stage, client: Any, place: Place, alone: Place, slack: SlackServer
) -> None:
    """Four chunks of two models become four runs on three workers; the parent judges once and tells one summary."""
    parent = start_backfill(client, SPREAD)

    run = until(lambda: ended(client, parent), "the backfill")

    chunks = chunks_of(client, SPREAD)
    found = tables(place, SPREAD)
    assert run.state.is_completed(), run.state.message
    assert run.state_name == "18 model-days observed"
    assert [one.state_name for one in chunks] == ["Completed"] * 4
    assert len({one.name for one in chunks}) == 4
    assert [name for name in WORKERS if "Flow run '" not in machines.log(name)] == []
    assert len([name for name in WORKERS if "Flow run 'observe " in machines.log(name)]) >= 2
    assert all(found["credit"][name] for name in ("partition", "finding", "incident"))
    assert found == tables(alone, SPREAD)
    assert keys(slack) == ["backfill"]


def test_a_process_killed_in_the_middle_of_a_chunk_is_made_up_for(
    client: Any, place: Place, alone: Place, slack: SlackServer
) -> None:
    """SIGKILL while the second day of a chunk is written: another run does the chunk, the backfill ends well."""
    told = len(slack.roots())
    with written_by_another(place, alone, BROKEN, SECOND + timedelta(days=1)) as waits:
        parent = start_backfill(client, (BROKEN,))
        until(waits, "a process in the middle of writing")
        victim = second_chunk(client, BROKEN)
        whole = days_of(place, BROKEN)
        kill(processes_of(victim))

    run = until(lambda: ended(client, parent), "the backfill")

    chunks = chunks_of(client, (BROKEN,))
    assert SECOND in whole
    assert run.state.is_completed(), run.state.message
    assert sorted(one.state_name for one in chunks) == ["Completed"] * 2 + ["Crashed"]
    assert [one.id for one in chunks if one.state_name == "Crashed"] == [victim.id]
    assert tables(place, (BROKEN,)) == tables(alone, (BROKEN,))
    assert len(slack.roots()) == told + 1


def test_a_second_server_that_schedules_the_same_day_changes_nothing(
    machines: Stage, client: Any, place: Place, alone: Place, slack: SlackServer, prefect_server: str, tmp_path: Path
) -> None:
    """Two Prefect servers start the same daily run at once: one waits and says for whom; one digest, no wrong row.

    What the digest opens with priority 1 pages through the automation of `deployments.paging`, once an incident.
    """
    told = keys(slack).count("digest")
    to_be_judged_again(place, SPREAD, NEW)
    with pages() as pager, second_server(tmp_path, place, prefect_server) as (other, there):
        with nobody_reads(place, "drift"):
            runs = [(one, start(one, "daily", {"models": list(SPREAD), "day": str(NEW)})) for one in (client, there)]
            logs = until(lambda: waiting(machines, other), "one that waits for the other")
        ran = [until(lambda one=one, run=run: ended(one, run), "a daily run") for one, run in runs]
        paged = [json.loads(body) for body in until(lambda: len(pager.bodies) >= 2 and pager.bodies, "a page")]

    assert [one.state.is_completed() for one in ran] == [True, True], [one.state.message for one in ran]
    assert f"is being judged by daily {NEW} on " in logs
    assert keys(slack).count("digest") == told + 1
    assert {one["model"] for one in paged} >= set(SPREAD)
    assert len({one["summary"] for one in paged}) == len(paged)
    assert all(one["statement"] and one["day"] == str(NEW) for one in paged)
    assert tables(place, SPREAD) == tables(alone, SPREAD)


def start_backfill(client: Any, models: Sequence[str]) -> UUID:
    """Submit the form of `backfill` with fan_out; gives the run."""
    return start(client, "backfill", {"models": list(models), **RANGE})


def start(client: Any, name: str, parameters: Mapping[str, Any]) -> UUID:
    """Start a run of a deployment; gives the run."""
    there = client.read_deployment_by_name(f"{name}/{name}")
    return UUID(str(client.create_flow_run_from_deployment(there.id, parameters=dict(parameters)).id))


def chunks_of(client: Any, models: Sequence[str]) -> list[Any]:
    """Runs of the deployment `observe` for some models."""
    there = client.read_deployment_by_name("observe/observe").id
    found = [one for one in client.read_flow_runs() if one.deployment_id == there]
    return [one for one in found if one.parameters["model"] in models]


def second_chunk(client: Any, model: str) -> Any:
    """The run that observes the second chunk of a model."""
    return next(one for one in chunks_of(client, (model,)) if one.parameters["first_day"] == str(SECOND))


def to_be_judged_again(place: Place, models: Sequence[str], day: Day) -> None:
    """Say that judging has to begin at a day again, as after an observation that changed."""
    with psycopg.connect(place.store_url) as connection:
        connection.execute("UPDATE model_state SET dirty_from = %s WHERE model = ANY(%s)", (day, list(models)))


@contextmanager
def nobody_reads(place: Place, table: str) -> Iterator[None]:
    """Keep everybody from a table: whoever judges stops there, holding the lease."""
    with psycopg.connect(place.store_url) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        holder.rollback()


def waiting(*stages: Stage) -> str | None:
    """The line in which a run says for whom it waits."""
    names = [(one, name) for one in stages for name in ("worker", *WORKERS) if (one.folder / f"{name}.log").exists()]
    lines = [line for one, name in names for line in one.log(name).splitlines() if "is being judged by" in line]
    return lines[0] if lines else None


def tables(place: Place, models: Sequence[str]) -> dict[str, Dump]:
    """Every row of some models that a replay must give again."""
    store = Store(place.store_url, lambda: datetime.now(UTC), "test")
    try:
        return {model: store.dump(model) for model in models}
    finally:
        store.close()


def keys(slack: SlackServer) -> list[str]:
    """What the messages of the channel are about."""
    return [one["metadata"]["event_payload"]["key"].split("/")[0] for one in slack.roots()]


@contextmanager
def written_by_another(place: Place, alone: Place, model: str, day: Day) -> Iterator[Callable[[], bool]]:
    """Hold the row of a day as a writer does that has not committed; gives whether somebody waits for it."""
    copied = "SELECT to_jsonb(p) FROM partition p WHERE model = %s AND day = %s"
    inserted = "INSERT INTO partition SELECT (jsonb_populate_record(NULL::partition, %s)).*"
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE 'INSERT INTO partition%%'"
    )
    with psycopg.connect(alone.store_url) as other:
        (row,) = other.execute(copied, (model, day)).fetchone() or (None,)
    with psycopg.connect(place.store_url) as writer, psycopg.connect(place.store_url, autocommit=True) as watcher:
        writer.execute(inserted, (Jsonb(row),))
        yield lambda: (watcher.execute(waiting).fetchone() or (0,))[0] > 0
        writer.rollback()


def days_of(place: Place, model: str) -> set[Day]:
    """Days of a model that are stored whole."""
    with psycopg.connect(place.store_url) as connection:
        return {day for (day,) in connection.execute("SELECT day FROM partition WHERE model = %s", (model,))}


def processes_of(run: Any) -> list[int]:
    """The processes of a flow run, and no others: they carry its id in their environment."""
    wanted, found = f"PREFECT__FLOW_RUN_ID={run.id}".encode(), []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except OSError:
            continue  # it has ended, or is not ours
    return found


def kill(processes: Sequence[int]) -> None:
    """Kill processes, of which there must be some."""
    assert processes, "the chunk has no process"
    for process in processes:
        os.kill(process, signal.SIGKILL)
