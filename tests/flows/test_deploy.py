"""`vitals deploy` on a real server: it makes what is missing, keeps what people did, and never sends a secret."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments import paging
from deployments.cli import main
from deployments.register import ZOMBIES

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
PASSWORD = "hunter-2-secret"  # noqa: S105 (planted, to be looked for)
FILE = """\
model: {name}
task: binary
timezone: {zone}
due: "{due}"
runbook: https://wiki.example.com/{name}
predictions: {{source: warehouse, table: predictions, time: at, score: score}}
"""


class Bench:
    """A folder of model files, the terminal, and a client of the server that it deploys to."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], client: Any) -> None:
        self.folder, self.client, self._capture = folder, client, capture

    def model(self, name: str, zone: str = "America/New_York", due: str = "06:00") -> None:
        """Write a model file."""
        (self.folder / "models" / f"{name}.yaml").write_text(FILE.format(name=name, zone=zone, due=due))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the terminal; give its code and all it said."""
        self._capture.readouterr()
        code = main(list(arguments))
        said = self._capture.readouterr()
        return code, said.out + said.err

    def said(self) -> str:
        """What was said since it was asked last."""
        said = self._capture.readouterr()
        return said.out + said.err

    def deployment(self, name: str = "daily") -> Any:
        """A deployment as it stands on the server."""
        return self.client.read_deployment_by_name(f"{name}/{name}")

    def schedules(self) -> dict[str | None, Any]:
        """The schedules of daily by slug."""
        return {one.slug: one for one in self.deployment().schedules}


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], prefect_server: str
) -> Iterator[Bench]:
    """Two models on a server that knows nothing of them; emptied afterwards."""
    from prefect.client.orchestration import get_client

    (tmp_path / "models").mkdir()
    monkeypatch.setenv("VITALS_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("VITALS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VITALS_SOURCE_WAREHOUSE_URL", f"postgresql://reader:{PASSWORD}@db.example.com/ml")
    monkeypatch.setenv("PREFECT_API_URL", prefect_server)
    with get_client(sync_client=True) as client:
        made = Bench(tmp_path, capsys, client)
        made.model("churn")
        made.model("fraud", "Europe/Berlin", "23:58")
        yield made
        for one in client.read_deployments():
            client.delete_deployment(one.id)
        for automation in client.read_automations():
            client.delete_automation(automation.id)
        for pool in client.read_work_pools():
            client.delete_work_pool(pool.name)


def test_deploy_makes_everything_and_a_second_one_nothing(bench: Bench) -> None:
    """Pool, four deployments, a schedule per due time and zone, and the automation; then nothing to change."""
    first = bench.run("deploy")
    again = bench.run("deploy")

    assert first[0] == 0, first[1]
    assert "nothing to change" in again[1]
    assert set(bench.schedules()) == {"06:05 America/New_York", "00:03 Europe/Berlin"}
    tick = bench.schedules()["00:03 Europe/Berlin"]
    assert (tick.schedule.cron, tick.schedule.timezone, tick.parameters) == ("3 0 * * *", "Europe/Berlin", {})
    assert bench.client.read_work_pool("vitals").type == "process"
    assert len(bench.client.read_automations()) == 1


def test_forms_offer_the_models_and_runs_queue_one_behind_the_other(bench: Bench) -> None:
    """Models are picked from a list, explained by their docstring; only chunks of a backfill run side by side."""
    bench.run("deploy")

    form = bench.deployment("backfill").parameter_openapi_schema["properties"]
    assert form["models"]["items"]["enum"] == ["churn", "fraud"]
    assert all(one["description"] for one in form.values())
    assert bench.deployment("observe").parameter_openapi_schema["properties"]["model"]["enum"] == ["churn", "fraud"]
    limits = {
        name: bench.deployment(name).global_concurrency_limit for name in ("daily", "backfill", "digest", "observe")
    }
    assert [limit.limit if limit else None for limit in limits.values()] == [1, 1, 1, None]
    assert bench.deployment().concurrency_options.collision_strategy == "ENQUEUE"
    assert "[runbook](https://wiki.example.com/churn)" in bench.deployment().description


def test_what_people_did_in_the_ui_stays(bench: Bench) -> None:
    """Pauses, a moved time and a schedule of somebody's own survive a deploy that changes other things."""
    bench.run("deploy")
    there, (ours, other) = bench.deployment(), bench.deployment().schedules
    bench.client.update_deployment_schedule(there.id, ours.id, active=False)
    other.schedule.cron = "30 7 * * *"
    bench.client.update_deployment_schedule(there.id, other.id, schedule=other.schedule)
    own = new_schedule("0 12 * * *", "noon", {"models": ["churn"]})
    bench.client.create_deployment_schedules(there.id, [own])
    bench.client.pause_deployment(there.id)
    bench.model("uplift")

    code, said = bench.run("deploy")

    assert code == 0, said
    now = bench.schedules()
    assert now[ours.slug].active is False
    assert now[other.slug].schedule.cron == "30 7 * * *"
    assert now["noon"].parameters == {"models": ["churn"]}
    assert bench.deployment().paused is True
    assert "uplift" in bench.deployment().parameter_openapi_schema["properties"]["models"]["items"]["enum"]
    assert all(text in said for text in ("paused in the UI, kept", "moved in the UI to 30 7 * * *", "the form"))


def test_a_stale_schedule_goes_and_one_without_a_slug_gets_one(bench: Bench) -> None:
    """A model's new due time replaces its schedule; a nameless schedule is named and keeps its parameters and pause."""
    bench.run("deploy")
    nameless = new_schedule("0 12 * * 1", None, {"models": ["churn"]}, active=False)
    bench.client.create_deployment_schedules(bench.deployment().id, [nameless])
    bench.model("fraud", "Europe/Berlin", "07:00")

    said = bench.run("deploy")[1]

    now = bench.schedules()
    assert set(now) == {"06:05 America/New_York", "07:05 Europe/Berlin", "ui 0 12 * * 1 UTC"}
    assert (now["ui 0 12 * * 1 UTC"].parameters, now["ui 0 12 * * 1 UTC"].active) == ({"models": ["churn"]}, False)
    assert "00:03 Europe/Berlin: removed" in said
    assert "nothing to change" in bench.run("deploy")[1]


def test_a_nameless_schedule_at_our_time_becomes_ours(bench: Bench) -> None:
    """No second run at the same minute: the schedule that somebody made by hand gets our slug."""
    bench.run("deploy")
    there, ours = bench.deployment(), bench.schedules()["06:05 America/New_York"]
    bench.client.delete_deployment_schedule(there.id, ours.id)
    bench.client.create_deployment_schedules(there.id, [new_schedule("5 6 * * *", None, {}, zone="America/New_York")])

    bench.run("deploy")

    assert set(bench.schedules()) == {"06:05 America/New_York", "00:03 Europe/Berlin"}


def test_a_dry_run_changes_nothing(bench: Bench) -> None:
    """The difference is printed and the server stays empty."""
    code, said = bench.run("deploy", "--dry-run")

    assert code == 0
    assert "deployment backfill: created" in said
    assert bench.client.read_deployments() == []
    assert bench.client.read_work_pools() == []


def test_a_secret_is_handed_out_by_reference_or_not_at_all(bench: Bench) -> None:
    """With a block runs get a reference to it, without one nothing; the URL itself is nowhere on the server."""
    from prefect.blocks.system import Secret

    said = bench.run("deploy")[1]
    without = bench.deployment().job_variables["env"]
    Secret(value="postgresql://reader:other@db/ml").save("vitals-source-warehouse")
    with_block = bench.run("deploy")[1]
    template = bench.deployment().job_variables["env"]["VITALS_SOURCE_WAREHOUSE_URL"]
    Secret.delete("vitals-source-warehouse")
    bench.run("deploy")

    assert "from the worker's environment" in said
    assert "VITALS_SOURCE_WAREHOUSE_URL" not in without
    assert template == "{{ prefect.blocks.secret.vitals-source-warehouse }}"
    assert "from the secret block vitals-source-warehouse" in with_block
    assert "VITALS_SOURCE_WAREHOUSE_URL" not in bench.deployment().job_variables["env"]
    everything = json.dumps([one.model_dump(mode="json") for one in bench.client.read_deployments()])
    assert PASSWORD not in everything + said + with_block


def test_the_automation_stays_switched_off_and_is_mended(bench: Bench) -> None:
    """A changed automation is made as it was; whether it is on is people's business."""
    from prefect.events.schemas.automations import AutomationCore

    bench.run("deploy")
    (there,) = bench.client.read_automations()
    touched = AutomationCore(
        **there.model_dump(exclude={"id", "owner_resource"}) | {"enabled": False, "description": "mine"}
    )
    bench.client.update_automation(there.id, touched)

    said = bench.run("deploy")[1]

    (now,) = bench.client.read_automations()
    assert "automation" in said
    assert now.enabled is False
    assert "`vitals deploy`" in now.description


def test_the_automation_takes_every_end_of_a_run_for_an_end() -> None:
    """Events are named after states, and ours tell: a run that ended as `2 fine` is no run that fell silent."""
    from prefect.server.events.schemas.automations import EventTrigger

    trigger = EventTrigger.model_validate(ZOMBIES["trigger"])

    assert trigger.starts_after("prefect.flow-run.heartbeat")
    assert not trigger.starts_after("prefect.flow-run.Running")
    for name in ("heartbeat", "2 fine", "1 critical, 3 fine", "Completed", "Failed", "Crashed", "Cancelled"):
        assert trigger.expects(f"prefect.flow-run.{name}")


def test_a_page_needs_its_block_and_is_made_once(bench: Bench) -> None:
    """Without the block one message with the remedy; run twice there is one automation, switched as people left it."""
    from prefect.blocks.webhook import Webhook

    missing = paging.main(["--webhook", "nobody"])
    said = bench.said()
    Webhook(url="https://pager.example.com/s3cret").save("pager")
    codes = [paging.main(["--webhook", "pager"]) for _ in range(2)]

    assert missing == 2
    assert "no block 'nobody' of type Webhook; make it in the UI" in said
    assert codes == [0, 0]
    assert [one.name for one in bench.client.read_automations()] == [paging.NAME]
    assert "s3cret" not in bench.said()


def test_check_sees_what_keeps_runs_from_starting(bench: Bench) -> None:
    """Nothing deployed; then no worker; then files that are newer than the server."""
    before = bench.run("check")[1]
    bench.run("deploy")
    idle = bench.run("check")[1]
    bench.model("uplift", due="08:00")
    older = bench.run("check")[1]

    assert "Prefect: nothing is deployed there; run `vitals deploy`" in before
    assert "prefect worker start --pool vitals" in idle
    assert "older than the model files" not in idle
    assert "schedule 08:05 America/New_York (uplift): added" in older


def test_a_server_that_is_unknown_or_gone_is_one_message(bench: Bench) -> None:
    """No address is the user's mistake, no answer is trouble outside; both say what to do."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        gone = bench.run("deploy")
        checked = bench.run("check")
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        unknown = bench.run("deploy")

    assert gone[0] == 3
    assert "does not answer" in gone[1]
    assert "Prefect's server at http://127.0.0.1:9/api does not answer" in checked[1]
    assert unknown[0] == 2
    assert "export PREFECT_API_URL" in unknown[1]
    assert gone[1].count("error:") == unknown[1].count("error:") == 1


def test_a_broken_file_deploys_nothing(bench: Bench) -> None:
    """A deploy that dropped the schedule of a file with a typing error would silently stop watching."""
    (bench.folder / "models" / "broken.yaml").write_text("model: broken\n")

    code, said = bench.run("deploy")

    assert code == 2
    assert "nothing was deployed" in said
    assert bench.client.read_deployments() == []


def new_schedule(
    cron: str, slug: str | None, parameters: dict[str, Any], zone: str = "UTC", active: bool = True
) -> Any:
    """Make a schedule as the UI does."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule

    rule = CronSchedule(cron=cron, timezone=zone)
    return DeploymentScheduleCreate(schedule=rule, slug=slug, parameters=parameters, active=active)
