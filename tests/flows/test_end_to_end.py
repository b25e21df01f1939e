"""As a person does it: server, deploy, worker, a browser. A scheduled run runs, forms work, pauses stay, Slack hears."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.flows.stage import CHROMIUM, Stage, stage, until
from tests.slack import SlackServer

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
FIRST, LAST, TOLD = date(2013, 8, 17), date(2013, 8, 21), date(2013, 8, 22)
MODELS = ("flight_delay", "flight_late")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace that listens."""
    with SlackServer() as there:
        yield there


@pytest.fixture
def installed(tmp_path: Path, flights: Path, slack: SlackServer) -> Iterator[Stage]:
    """A server with its UI, everything deployed, and a worker."""
    variables = {
        "VITALS_HOME": str(tmp_path / "home"),
        "VITALS_SOURCE_FLIGHTS_URL": f"file://{flights}",
        "VITALS_SLACK_TOKEN": slack.token,
        "VITALS_SLACK_BASE_URL": slack.url,
        "VITALS_SLACK_CHANNEL": slack.channel,
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


@pytest.fixture
def page() -> Iterator[Any]:
    """A browser's page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        made = browser.new_page(viewport={"width": 1400, "height": 1000})
        made.set_default_timeout(40_000)
        yield made
        browser.close()


def test_a_day_in_the_life_of_an_installation(
    installed: Stage, client: Any, page: Any, slack: SlackServer, tmp_path: Path
) -> None:
    """Everything that a user of the UI does, once, in the order in which they would."""
    shots = Path(os.environ.get("VITALS_SCREENSHOTS_DIR", tmp_path / "screenshots"))
    shots.mkdir(parents=True, exist_ok=True)
    recipe(client)

    scheduled = until(lambda: auto_scheduled(client), "a scheduled run")  # SQLAlchemy 2.1 silently makes none
    paused = pause_a_schedule(installed, client, page)
    again = installed.vitals("deploy")
    filled = submit_backfill(installed, client, page, shots)
    told = run_at_the_next_tick(client)
    show_run(installed, client, told, page, shots)
    cancelled = cancel_a_backfill(client)

    assert scheduled.tags
    assert paused == {"06:05 America/New_York": False}
    assert "paused in the UI, kept" in again
    assert "nothing to change" in again
    assert [one.active for one in daily(client).schedules if one.slug in paused] == [False]
    assert (filled.name, filled.state_name) == (f"backfill {FIRST} to {LAST}", "10 model-days observed")
    assert filled.parameters["models"] == list(MODELS)
    assert told.name == f"daily {TOLD}"
    assert told.state.is_completed(), told.state.message
    keys = [one["metadata"]["event_payload"]["key"].split("/")[0] for one in slack.roots()]
    assert sorted(keys) == ["backfill", "digest"]  # one summary of the backfill, one digest
    assert "Thu 22 Aug 2013" in str(slack.roots()[-1])
    left = {one.key for one in client.read_artifacts() if one.flow_run_id in {told.id, filled.id}}
    assert left >= {f"digest-{TOLD}", "findings", "backfill"}
    assert until(lambda: run_of(client, "digest"), "the run that an automation starts").created_by.type == "AUTOMATION"
    assert cancelled.state_name == "Cancelled"
    whole_days(tmp_path / "home" / "vitals.db")
    assert slack.token not in everything(client) + installed.log("worker")


def daily(client: Any) -> Any:
    """The deployment of daily."""
    return client.read_deployment_by_name("daily/daily")


def auto_scheduled(client: Any) -> Any:
    """A run that the scheduler made, None when there is none yet."""
    found = client.read_flow_runs()
    return next((run for run in found if run.auto_scheduled and run.deployment_id == daily(client).id), None)


def recipe(client: Any) -> None:
    """The README's recipe: when an incident opens, an Automation starts a flow."""
    from prefect.events.actions import RunDeployment
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    digest = client.read_deployment_by_name("digest/digest")
    trigger = EventTrigger(
        expect={"vitals.incident.opened"},
        match={"prefect.resource.id": "vitals.incident.*", "vitals.model": "flight_late"},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    start = RunDeployment(deployment_id=digest.id, parameters={"day": str(TOLD)})
    client.create_automation(AutomationCore(name="page somebody", trigger=trigger, actions=[start]))


def pause_a_schedule(installed: Stage, client: Any, page: Any) -> dict[str, bool]:
    """Click the switch of the schedule; give which ones are active."""
    page.goto(f"{installed.address}/deployments/deployment/{daily(client).id}")
    switch = page.locator(".deployment-schedule-card label[role=switch]").first

    def off() -> dict[str, bool] | None:
        if switch.get_attribute("aria-checked") == "true":  # a click on a page that still loads is lost
            switch.click()
        known = {one.slug: one.active for one in daily(client).schedules}
        return None if all(known.values()) else known

    return until(off, "the pause")


def submit_backfill(installed: Stage, client: Any, page: Any, shots: Path) -> Any:
    """Fill in the form as a person does, submit it, and wait for the run."""
    there = client.read_deployment_by_name("backfill/backfill")
    page.goto(f"{installed.address}/deployments/deployment/{there.id}/run")
    page.get_by_text("chunk_days").wait_for()
    page.wait_for_load_state("networkidle")
    page.locator(".p-select-button__control").first.click()
    page.keyboard.press("ArrowDown")
    for name in MODELS:
        page.locator(".p-select-option", has_text=name).click()
    page.keyboard.press("Escape")
    for place, day in enumerate((FIRST, LAST)):
        page.locator(".p-date-button__control").nth(place).click()
        page.locator("input[type=date]").fill(str(day))
        page.get_by_role("button", name="Apply").click()
    page.locator(".p-select-button__value", has_text=MODELS[0]).first.wait_for()
    page.screenshot(path=shots / "backfill-form.png")
    page.get_by_role("button", name="Submit").click()
    return until(lambda: ended(run_of(client, "backfill")), "the backfill")


def run_at_the_next_tick(client: Any) -> Any:
    """Add a schedule of one's own that is due in some seconds, and wait for its run."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import IntervalSchedule

    soon = IntervalSchedule(interval=timedelta(days=1), anchor_date=datetime.now(UTC) + timedelta(seconds=12))
    new = DeploymentScheduleCreate(schedule=soon, slug="my own", parameters={"day": str(TOLD)})
    (made,) = client.create_deployment_schedules(daily(client).id, [new])

    def first() -> Any:
        found = [run for run in client.read_flow_runs() if run.deployment_id == daily(client).id]
        return ended(next((run for run in found if run.created_by.display_value == made.slug and run.start_time), None))

    return until(first, "the scheduled run", 90)


def show_run(installed: Stage, client: Any, run: Any, page: Any, shots: Path) -> None:
    """Look at the run and at its digest in the UI."""
    page.goto(f"{installed.address}/runs/flow-run/{run.id}")
    page.get_by_text(run.state_name).first.wait_for()
    page.get_by_text("flight_late 2013-08-22").first.wait_for()
    page.screenshot(path=shots / "daily-run.png")
    left = {one.key: one.id for one in client.read_artifacts() if one.flow_run_id == run.id}
    page.goto(f"{installed.address}/artifacts/artifact/{left[f'digest-{TOLD}']}")
    page.get_by_text("What to do:").first.wait_for()
    page.screenshot(path=shots / "digest.png")
    page.goto(f"{installed.address}/artifacts/artifact/{left['findings']}")
    page.get_by_text("what to do").first.wait_for()
    page.screenshot(path=shots / "findings.png")


def cancel_a_backfill(client: Any) -> Any:
    """Start a long backfill, cancel it in the middle as the UI does, and wait until it is."""
    from prefect.states import Cancelling

    there = client.read_deployment_by_name("backfill/backfill")
    dates = {"first_day": "2013-04-01", "last_day": "2013-07-31"}
    run = client.create_flow_run_from_deployment(
        there.id, parameters={"models": ["flight_late"], "chunk_days": 2, **dates}
    )

    def moved() -> bool:
        cards = [one for one in client.read_artifacts() if one.flow_run_id == run.id and one.key == "backfill"]
        return any(float(str(one.data)) > 0 for one in cards)

    until(moved, "progress")
    client.set_flow_run_state(run.id, Cancelling())
    return until(lambda: ended(client.read_flow_run(run.id)), "the cancellation")


def run_of(client: Any, name: str) -> Any:
    """The newest run of a deployment."""
    there = client.read_deployment_by_name(f"{name}/{name}").id
    found = [run for run in client.read_flow_runs() if run.deployment_id == there]
    return max(found, key=lambda run: run.created, default=None)


def ended(run: Any) -> Any:
    """The run when it has ended, else None."""
    return run if run is not None and run.state is not None and run.state.is_final() else None


def whole_days(store: Path) -> None:
    """Every observed day has all that an observation holds; some of the range are there, not all."""
    import sqlite3

    with sqlite3.connect(store) as connection:
        sets = [
            {day for (day,) in connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE model = 'flight_late'")}
            for table, column in (
                ("partition", "day"),
                ("profile", "day"),
                ("measurement", "known_on"),
                ("validation", "day"),
            )
        ]
    connection.close()
    assert 5 < len(sets[0]) < 122
    assert sets[1] == sets[0]
    assert sets[2] == sets[0]
    assert sets[3] == sets[0]


def everything(client: Any) -> str:
    """What the API shows of runs, deployments, artifacts and logs."""
    parts: list[Any] = [client.read_flow_runs(), client.read_deployments(), client.read_artifacts()]
    shown = [one.model_dump_json() for part in parts for one in part]
    return "".join([*shown, client.request("POST", "/logs/filter", json={"limit": 200}).text])
