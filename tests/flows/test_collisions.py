"""Many at once on the same model: no wrong row, one message, and whoever has to wait says for whom."""

import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.flows.killing import Place, PostgresStores, SqliteStores, Stores, build, finished, start
from tests.slack import SlackServer
from tests.terminal.desk import FIRST, NEW
from vitals.io.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.gx, pytest.mark.timeout(600)]
FILL = ("backfill", "--all", "--first-day", str(FIRST), "--last-day", str(NEW))
DAILY = ("run", "--day", str(NEW))
DIGEST = ("digest", "--day", str(NEW))
EIGHT: Sequence[Sequence[str]] = (FILL, FILL, DAILY, DAILY, DAILY, DIGEST, (*FILL, "--force"), (*FILL, "--force"))


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    """A workspace."""
    with SlackServer(clock=time.time) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.sql)])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    """Both kinds of store."""
    if request.param == "sqlite":
        return SqliteStores(tmp_path)
    return PostgresStores(request.getfixturevalue("postgres_server"))


@pytest.fixture
def place(tmp_path: Path, stores: Stores, slack: SlackServer) -> Iterator[Place]:
    """A world with an empty store and an empty channel."""
    slack.workspace.restore(slack.snapshot() | {"channels": [{"id": slack.channel}], "files": []})
    environ = build(tmp_path / "world") | {
        "VITALS_SLACK_TOKEN": slack.token,
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_CHANNEL": slack.channel,
    }
    made = Place(tmp_path / "home", stores.fresh(), environ)
    yield made
    stores.drop(made.store_url)


def test_eight_at_once_leave_what_one_leaves(place: Place, stores: Stores, slack: SlackServer, tmp_path: Path) -> None:
    """Two backfills, two forced ones, three daily runs (a double click and a schedule) and a digest, all at once."""
    alone = Place(tmp_path / "alone", stores.fresh(), place.environ | {"VITALS_SLACK_TOKEN": ""})
    assert finished(FILL, alone, tmp_path / "alone.txt") == 0
    outputs = [tmp_path / f"{number}.txt" for number in range(len(EIGHT))]

    children = [start(command, place, output) for command, output in zip(EIGHT, outputs, strict=True)]
    for child in children:
        child.join(240)
    again = finished(DAILY, place, tmp_path / "again.txt")

    said = {str(command): output.read_text() for command, output in zip(EIGHT, outputs, strict=True)}
    assert [child.exitcode for child in children] == [0] * len(EIGHT), said
    assert again == 0, (tmp_path / "again.txt").read_text()
    assert place.dump() == alone.dump()
    about = [tuple(one["metadata"]["event_payload"][name] for name in ("key", "rev")) for one in slack.roots()]
    assert len(about) == len(set(about)), about
    # Whoever tells waits for the others' work; only who was first of all may have told a day that nobody had begun.
    revisions = [rev for key, rev in about if key == f"digest/{NEW}/{slack.channel}"]
    assert revisions in ([1], [2], [1, 2]), about
    stores.drop(alone.store_url)


def test_who_waits_is_told_for_whom_and_goes_on_when_it_is_over(place: Place, tmp_path: Path) -> None:
    """The command that comes second says who judges, where and in which process, waits, and then does its work."""
    holder = Store(place.store_url, lambda: datetime.now(UTC), "test")
    with holder.lease("credit", "backfill 2024-03-04 to 2024-03-12 on host-7, process 4711"):
        child = start(FILL, place, tmp_path / "second.txt")
        while "waiting" not in (tmp_path / "second.txt").read_text():
            child.join(0.1)
            assert child.exitcode is None, (tmp_path / "second.txt").read_text()
    child.join(240)
    holder.close()

    said = (tmp_path / "second.txt").read_text()
    assert child.exitcode == 0, said
    line = r"credit is being judged by backfill 2024-03-04 to 2024-03-12 on host-7, process 4711 until .* UTC; waiting"
    assert len(re.findall(line, said)) == 1, said
    assert place.dump()["finding"]


def test_a_dead_holder_s_lease_is_taken_over_when_it_has_run_out(place: Place, tmp_path: Path) -> None:
    """A holder that was killed keeps nobody out for longer than its lease lasts: here a second more."""
    holder = Store(place.store_url, lambda: datetime.now(UTC), "test")
    dead = holder.lease("credit", "daily 2024-03-12 on host-7, process 4711", seconds=2)
    dead.__enter__()
    dead._done.set()  # its heart stops, and nobody gives the lease back
    dead._beat.join()

    code = finished(FILL, place, tmp_path / "next.txt")

    holder.close()
    assert code == 0, (tmp_path / "next.txt").read_text()
    assert place.dump()["finding"]
