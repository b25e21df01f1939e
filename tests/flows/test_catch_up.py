"""After an outage of three days the daily flow makes up for all of them: a digest a day, or one about all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.flows.killing import build
from tests.slack import SlackServer
from tests.terminal.desk import FIRST, NEW

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
BEFORE, BACK = NEW - timedelta(days=3), datetime(2024, 3, 13, 10, 5, tzinfo=UTC)  # 06:05 in New York
MISSED = [BEFORE + timedelta(days=late) for late in (1, 2, 3)]


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace."""
    with SlackServer() as there:
        yield there


@pytest.fixture
def lived(
    tmp_path: Path,
    slack: SlackServer,
    monkeypatch: pytest.MonkeyPatch,
    prefect_server: str,  # noqa: ARG001  it must run
) -> Iterator[None]:
    """A home in which days were watched until the outage began."""
    from flows.backfill import backfill
    from flows.daily import daily
    from tasks.world import world

    environ = build(tmp_path / "world") | {
        "VITALS_HOME": str(tmp_path / "home"),
        "VITALS_SLACK_TOKEN": slack.token,
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_CHANNEL": slack.channel,
        "VITALS_WEEKLY_DAY": "monday",  # the first of the missed days was to end a week
    }
    for name, text in environ.items():
        monkeypatch.setenv(name, text)
    world.cache_clear()
    assert backfill(["credit"], FIRST, BEFORE - timedelta(days=1), return_state=True).is_completed()
    assert daily(["credit"], BEFORE, return_state=True).is_completed()
    world().close()
    world.cache_clear()
    yield
    world().close()
    world.cache_clear()


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize(("catch_up", "told"), [("each", MISSED), ("summary", MISSED[-1:])])
def test_an_outage_of_three_days_is_made_up_for_by_the_next_run(
    catch_up: str,
    told: list[date],
    slack: SlackServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three days are observed oldest first, told one by one or all in one, and the week among them is summed up once.

    The tables are those of a life in peace.
    """
    from tasks.world import world

    before = digests(slack)
    monkeypatch.setenv("VITALS_CATCH_UP", catch_up)

    state, name = scheduled_run()
    again, _ = scheduled_run()

    assert state.is_completed(), state.message
    assert again.is_completed(), again.message
    assert name == f"daily {NEW}"
    assert before == [str(BEFORE)]
    assert digests(slack) == before + [str(day) for day in told]
    assert [key for key in keys(slack) if key.startswith("week/")] == [f"week/{MISSED[0]}/{slack.channel}"]
    assert world().store.dump() == in_peace(tmp_path)


def scheduled_run() -> tuple[Any, str]:
    """Run `daily` without parameters as a schedule starts it on the morning when all is up again."""
    from prefect.client.orchestration import get_client
    from prefect.flow_engine import run_flow
    from prefect.states import Scheduled

    from flows.daily import daily

    with get_client(sync_client=True) as client:
        run = client.create_flow_run(daily, parameters={}, state=Scheduled(scheduled_time=BACK))
        state = run_flow(daily, flow_run=run, return_type="state")
        return state, client.read_flow_run(run.id).name


def digests(slack: SlackServer) -> list[str]:
    """Days of the digests that the channel got, in the order in which it got them."""
    return [key.split("/")[1] for key in keys(slack) if key.startswith("digest/")]


def keys(slack: SlackServer) -> list[str]:
    """What the messages of the channel are about."""
    return [one["metadata"]["event_payload"]["key"] for one in slack.roots()]


def in_peace(tmp_path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The tables of a world that was observed day by day, without an outage."""
    from flows import plain, story
    from tasks.world import open_world
    from vitals.io.settings import Settings
    from vitals.spec import load_model

    with open_world(Settings.from_env(home=tmp_path / "peace")) as world:
        model = load_model(tmp_path / "world" / "models" / "credit.yaml")
        for late in range((NEW - FIRST).days + 1):
            outcome = story.monitor([model], {model.name: [FIRST + timedelta(days=late)]}, plain.steps(world))
            assert not outcome.problems
        return world.store.dump()
