"""Secrets planted in every URL and token, and every step failing of them: nothing that Prefect's API shows has one."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.flows.killing import build
from tests.slack import Fault, SlackServer
from tests.terminal.desk import FIRST, NEW

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PASSWORD, TOKEN, PATH = "pl4nted%2Fpassw%40rd", "xoxb-pl4nted-token", "pl4nted-path"
SECRETS = ("pl4nted", "passw%40rd", "passw@rd")
DEAD = f"postgresql://ada:{PASSWORD}@127.0.0.1:9/log"
ASKED = ("/flow_runs/filter", "/task_runs/filter", "/deployments/filter", "/artifacts/filter", "/logs/filter")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace whose token is a planted secret."""
    with SlackServer(token=TOKEN) as there:
        yield there


@pytest.fixture
def planted(
    tmp_path: Path, slack: SlackServer, monkeypatch: pytest.MonkeyPatch, prefect_server: str
) -> Iterator[Callable[..., None]]:
    """A home with secrets wherever there is room for one; gives how to change its variables."""
    from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

    from flows import backfill
    from tasks import deliver, judge, listen, read, record
    from tasks.world import world

    def surroundings(**variables: str) -> None:
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        world.cache_clear()

    for step in (backfill.observe_chunk, deliver.deliver, judge.judge, listen.listen, read.read, record.record):
        monkeypatch.setattr(step, "retry_delay_seconds", 0)  # what a retry says is looked at, too
    surroundings(
        **build(tmp_path / "world"),
        VITALS_HOME=str(tmp_path / "home"),
        VITALS_SLACK_TOKEN=TOKEN,
        VITALS_SLACK_BASE_URL=slack.url,
        VITALS_SLACK_CHANNEL=slack.channel,
        VITALS_HEARTBEAT_URL=f"http://127.0.0.1:9/{PATH}",
        VITALS_SOURCE_FAR_URL=DEAD,
    )
    settings: Any = {PREFECT_LOGGING_TO_API_ENABLED: True, PREFECT_API_URL: prefect_server}
    with temporary_settings(settings), on_the_page():
        yield surroundings
    world.cache_clear()


def test_nothing_that_the_api_shows_has_a_secret(
    planted: Callable[..., None], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source, store, Slack and heartbeat in trouble, a malformed URL and a bug: each is named, and no secret of theirs."""
    from flows.backfill import backfill
    from flows.daily import daily
    from flows.digest import digest
    from vitals.io import heartbeat

    monkeypatch.setattr(heartbeat, "PAUSE_S", 0)
    slack.faults["chat.postMessage"] = [Fault(error="invalid_auth")] * 9
    refused = daily(["credit"], NEW, return_state=True)
    slack.faults.clear()
    well = digest(NEW, return_state=True), daily(["credit"], NEW, return_state=True)
    planted(VITALS_SOURCE_LOG_URL=DEAD)
    states = {
        "source": daily(["credit"], NEW, return_state=True),
        "sources": backfill(["credit"], FIRST, FIRST, return_state=True),
    }
    planted(VITALS_STORE_URL=DEAD)
    states["store"] = daily(["credit"], NEW, return_state=True)
    planted(VITALS_STORE_URL="postgresql://ada:pl4nted/passw@rd@127.0.0.1:9/log")
    states["malformed"] = daily(["credit"], NEW, return_state=True)
    planted(VITALS_STORE_URL="")
    states["bug"] = buggy()

    shown = everything()
    assert [state.name for state in well] == ["1 critical, 0 fine"] * 2
    assert refused.name.startswith("PRIORITY 1 NOT DELIVERED to 1 channel"), refused.message
    assert {name: state.is_failed() for name, state in states.items()} == dict.fromkeys(states, True)
    for said in ("did not answer", "invalid_auth", "127.0.0.1:9", "Retry 1/2", "cannot open ***", "Traceback"):
        assert said in shown, said
    assert [secret for secret in SECRETS if secret in shown] == []


def test_an_exception_keeps_its_type_its_cause_and_its_traceback(planted: Callable[..., None]) -> None:
    """A retry is decided by the type; a person mends by the cause; without a secret it is the very same exception."""
    from tasks.discreet import cleaned
    from vitals.errors import UndeliveredError

    planted()
    harmless = ValueError("no table 'x'")
    with pytest.raises(UndeliveredError) as caught:
        raise UndeliveredError(f"cannot post with {TOKEN}", urgent=True) from OSError(f"refused: {DEAD}")
    told = cleaned(caught.value)

    assert cleaned(harmless) is harmless
    assert type(told) is UndeliveredError
    assert told.urgent
    assert str(told) == "cannot post with ***"
    assert str(told.__cause__) == "refused: postgresql://ada:***@127.0.0.1:9/log"
    assert told.__traceback__ is not None


def test_an_exception_that_makes_its_own_text_is_told_by_another(planted: Callable[..., None]) -> None:
    """What cannot be mended is replaced by one that names its type."""
    from tasks.discreet import cleaned

    class StubbornError(Exception):
        def __str__(self) -> str:
            return f"cannot reach {DEAD}"

    planted()
    told = cleaned(StubbornError())

    assert type(told) is RuntimeError
    assert str(told) == "StubbornError: cannot reach postgresql://ada:***@127.0.0.1:9/log"


def buggy() -> Any:
    """Run a flow whose task raises and logs what drivers never should."""
    from prefect import flow, get_run_logger, task

    from tasks.discreet import discreet
    from tasks.settings import OUTSIDE

    @task(name="open", **OUTSIDE)
    @discreet
    def opens() -> None:
        get_run_logger().warning("opening %s", DEAD)
        cause = OSError(111, f"refused: {DEAD}")
        raise RuntimeError(f"cannot open {TOKEN}", {"at": f"http://127.0.0.1:9/{PATH}"}) from cause

    @flow(name="bug")
    @discreet
    def opening() -> None:
        opens()

    return opening(return_state=True)


@contextmanager
def on_the_page() -> Iterator[None]:
    """Show what the core logs on the page of a run, as PREFECT_LOGGING_EXTRA_LOGGERS does for runs of workers."""
    from prefect.logging.handlers import APILogHandler

    handler, ours = APILogHandler(), logging.getLogger("vitals")
    ours.addHandler(handler)
    try:
        yield
    finally:
        ours.removeHandler(handler)


def everything() -> str:
    """Give whatever the API shows of runs, their states, logs, artifacts and events."""
    from prefect.client.orchestration import get_client
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all()
    found = []
    with get_client(sync_client=True) as client:
        for path in ASKED:
            offset = 0
            while len(page := client.request("POST", path, json={"limit": 200, "offset": offset}).json()) == 200:
                found.append(str(page))
                offset += 200
            found.append(str(page))
        found.append(client.request("POST", "/events/filter", json={"limit": 50}).text)
        found += [
            client.request("GET", f"/flow_run_states/?flow_run_id={run.id}").text for run in client.read_flow_runs()
        ]
    return "".join(found)
