"""Prefect's flows run the same story over tasks: same tables, telling states, real server."""

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.flows.replays import days_from, flight_late, live, settings, world_of

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.gx,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
DAY = date(2013, 6, 20)


@pytest.fixture
def flows_home(
    tmp_path: Path,
    flights: Path,
    monkeypatch: pytest.MonkeyPatch,
    prefect_server: str,  # noqa: ARG001  it must run
) -> Iterator[Path]:
    """A home whose settings come from the environment, as a worker's do."""
    from tasks.world import world

    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("VITALS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VITALS_MODELS_DIR", str(root / "deployments" / "models"))
    monkeypatch.setenv("VITALS_SUITES_DIR", str(root / "expectations" / "suites"))
    monkeypatch.setenv("VITALS_SOURCE_FLIGHTS_URL", f"file://{flights}")
    world.cache_clear()
    yield tmp_path / "home"
    world().close()
    world.cache_clear()


def test_flows_give_the_tables_of_the_terminal(flows_home: Path, tmp_path: Path, flights: Path) -> None:
    """A backfill of a week and one daily run leave the tables that plain steps leave, and tell one digest."""
    from flows.backfill import backfill
    from flows.daily import daily
    from tasks.world import world

    week = days_from(DAY - timedelta(days=7), 7)

    filled = backfill(["flight_late"], week[0], week[-1], chunk_days=3, return_state=True)
    ran = daily(["flight_late"], DAY, return_state=True)

    plain = settings(tmp_path / "plain", None, flights)
    live(plain, flight_late(), [*week, DAY])
    with world_of(plain) as expected:
        assert world().store.dump() == expected.store.dump()
    assert filled.is_completed(), filled.message
    assert ran.is_completed(), ran.message
    assert "fine" in ran.name
    assert "Thu 20 Jun 2013" in (ran.message or "")
    assert list((flows_home / "digests").glob("2013-06-20-*.html"))


def test_a_model_that_cannot_be_monitored_fails_the_run_but_not_its_digest(
    flows_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that is gone is a failed run that names the model; the digest is told all the same."""
    from flows.daily import daily
    from tasks.world import world

    monkeypatch.setenv("VITALS_SOURCE_FLIGHTS_URL", f"file://{tmp_path / 'gone'}")
    world.cache_clear()

    state = daily(["flight_late"], DAY, return_state=True)

    assert state.is_failed()
    assert "flight_late" in (state.message or "")
    page = next((flows_home / "digests").glob("2013-06-20-*.html")).read_text()
    assert "not monitored" in page


@pytest.mark.usefixtures("flows_home")
def test_a_backfill_backwards_is_refused_in_its_first_line() -> None:
    """Dates the wrong way round fail at once with the remedy."""
    from flows.backfill import backfill

    state = backfill(["flight_late"], DAY, DAY - timedelta(days=1), return_state=True)

    assert state.is_failed()
    assert "swap them" in (state.message or "")


@pytest.mark.usefixtures("flows_home")
def test_fan_out_refuses_a_store_that_machines_cannot_share() -> None:
    """A SQLite file is refused by name before anything starts."""
    from flows.backfill import backfill

    state = backfill(["flight_late"], DAY, DAY, fan_out=True, return_state=True)

    assert state.is_failed()
    assert "VITALS_STORE_URL is sqlite:///" in (state.message or "")


def test_a_second_backfill_skips_what_is_done_and_a_digest_is_told_once(flows_home: Path) -> None:
    """Resuming observes nothing again; the same day told twice is one digest, and its run is named after it."""
    from flows.backfill import backfill
    from flows.daily import daily
    from tasks.world import world

    week = days_from(DAY - timedelta(days=3), 3)
    backfill(["flight_late"], week[0], week[-1], return_state=True)
    before = world().store.dump()

    again = backfill(["flight_late"], week[0], week[-1], return_state=True)
    first, second = (daily(["flight_late"], DAY, return_state=True) for _ in range(2))

    assert again.name == "nothing to do, 3 skipped"
    assert before["partition"] == world().store.dump()["partition"][: len(before["partition"])]
    assert first.name == second.name
    assert len(list((flows_home / "digests").iterdir())) == 1


def test_one_step_is_one_task() -> None:
    """Live, a model's day costs at most eight task runs; that others can see the work costs none."""
    from flows.steps import STEPS

    steps = [getattr(STEPS, field.name) for field in dataclasses.fields(STEPS) if field.name != "announce"]

    assert len(steps) <= 8
    assert type(STEPS.announce).__name__ == "function"  # it lasts as long as the work, so it cannot be a task
    assert all(type(step).__name__ == "Task" for step in steps)
