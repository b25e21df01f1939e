"""Secrets planted in every URL and token come out nowhere, whatever goes wrong outside."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack import Fault, SlackServer
from tests.terminal.desk import FIRST, LAST, NEW, Desk, surroundings

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, ENCODED = "pl4nted/passw@rd", "pl4nted%2Fpassw%40rd"
TOKEN, PATH = "xoxb-pl4nted-token", "pl4nted-heartbeat"
SECRETS = (PASSWORD, ENCODED, "pl4nted", "passw@rd", "passw%40rd")
NOWHERE = {
    "refused": f"postgresql://ada:{ENCODED}@127.0.0.1:9/log",
    "unknown host": f"postgresql://ada:{ENCODED}@no-such-host.invalid/log",
    "wrong option": f"postgresql://ada:{ENCODED}@127.0.0.1:9/log?sslpassword={ENCODED}",
    "unquoted": f"postgresql://ada:{PASSWORD}@127.0.0.1:9/log",
}


def assert_clean(where: str, text: str | bytes) -> None:
    """No planted secret is in a text."""
    found = [one for one in SECRETS if (one.encode() in text if isinstance(text, bytes) else one in text)]
    assert not found, f"{where} shows {found}:\n{text[:3000]!r}"


def assert_left_clean(desk: Desk) -> None:
    """Nor in any file that was written: store, pages."""
    written = [path for path in (desk.folder / "home").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert_clean(str(path), path.read_bytes())


@pytest.fixture
def workspace(desk: Desk) -> Iterator[SlackServer]:
    """A workspace whose token is a planted secret, and a heartbeat's address that nobody answers."""
    with SlackServer(token=TOKEN) as server:
        desk.environ(
            VITALS_SLACK_TOKEN=TOKEN,
            VITALS_SLACK_BASE_URL=server.url,
            VITALS_SLACK_CHANNEL=server.channel,
            VITALS_SLACK_FALLBACK_CHANNEL="C0FALLBACK",
            VITALS_HEARTBEAT_URL=f"http://127.0.0.1:9/{PATH}",
            NO_PROXY="127.0.0.1,localhost",
        )
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("what", list(NOWHERE))
def test_a_source_in_trouble_tells_no_password(desk: Desk, workspace: SlackServer, what: str) -> None:
    """The run, its traceback, check, the page, the message in Slack and the store name the trouble, not the secret."""
    desk.environ(VITALS_SOURCE_LOG_URL=NOWHERE[what])

    ran = desk.run("--debug", "run", "--day", str(NEW))
    checked = desk.run("--debug", "check")

    assert ran.code in {2, 3}, ran.err
    assert ran.errors
    for ended in (ran, checked):
        assert_clean("stdout", ended.out)
        assert_clean("stderr", ended.err)
    assert_clean("Slack", str(workspace.messages()))
    assert_left_clean(desk)


@pytest.mark.slow
@pytest.mark.parametrize("what", list(NOWHERE))
def test_a_store_in_trouble_tells_no_password(desk: Desk, what: str) -> None:
    """Every command that opens it."""
    desk.environ(VITALS_STORE_URL=NOWHERE[what])

    for command in (("run", "--day", str(NEW)), ("show", "incidents"), ("check",), ("upgrade",)):
        ended = desk.run("--debug", *command)
        assert ended.code in {2, 3}, ended.out + ended.err
        assert_clean("output", ended.out + ended.err)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [Fault(error="invalid_auth"), Fault(error="is_archived"), Fault(status=500, html=True)]
)
def test_slack_in_trouble_tells_no_token(desk: Desk, workspace: SlackServer, fault: Fault) -> None:
    """Refused, archived (the fallback is not there either), or broken."""
    workspace.faults["chat.postMessage"] = [fault] * 9

    ended = desk.run("--debug", "run", "--day", str(NEW))

    assert_clean("output", ended.out + ended.err)
    assert_left_clean(desk)


@pytest.mark.slow
def test_a_bug_s_traceback_tells_no_secret(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A driver's exception that nobody foresaw goes through the log and through the last message."""
    from deployments.ending import ended, log_to_stderr

    desk.environ(VITALS_STORE_URL=NOWHERE["refused"], VITALS_SLACK_TOKEN=TOKEN)
    log_to_stderr(debug=True)

    def fails() -> int:
        raise RuntimeError(f"cannot open {NOWHERE['refused']} as {PASSWORD} with {TOKEN}")

    try:
        assert ended(fails) == 3
    finally:
        logging.getLogger("vitals").handlers = []

    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "cannot open postgresql://ada:***@127.0.0.1:9/log as *** with ***" in said
    # The traceback shows source lines, whose text holds no value.
    assert_clean("stderr", "\n".join(line for line in said.splitlines() if not line.startswith("    ")))


@pytest.mark.parametrize("variable", ["VITALS_SLACK_TOKEN", "PGPASSWORD", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING"])
def test_a_library_s_warning_tells_no_secret(tmp_path: Path, variable: str) -> None:
    """A logger that nobody set up writes to stderr; secrets that only libraries read are known, too."""
    said = "import logging; from deployments.ending import log_to_stderr; log_to_stderr(debug=False); "
    said += "logging.getLogger('a.library').warning('sent with %s', __import__('os').environ['PLANTED'])"
    environ = {variable: TOKEN, "PLANTED": TOKEN, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}

    ran = subprocess.run(
        [sys.executable, "-c", said], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )

    assert ran.stderr == "sent with ***\n"


@pytest.mark.slow
def test_no_process_shows_a_secret_in_the_list_of_processes(desk: Desk, workspace: SlackServer) -> None:
    """A backfill with two workers: whatever `ps` shows of it and of its children is clean."""
    environ = {**os.environ, **surroundings(desk.folder), "PYTHONPATH": str(ROOT)}
    fill = ["backfill", "--all", "--force", "--first-day", str(FIRST), "--last-day", str(LAST), "--workers", "2"]
    seen: dict[int, bytes] = {}
    with subprocess.Popen(
        [sys.executable, "-m", "deployments.cli", *fill],
        cwd=desk.folder,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while process.poll() is None:
            seen |= command_lines(process.pid)

    assert process.returncode == 0
    assert len(seen) >= 3, seen
    assert TOKEN in environ.values()
    for line in seen.values():
        assert_clean("ps", line)
    assert workspace.roots()


def command_lines(session: int) -> dict[int, bytes]:
    """Read the command lines of a session's processes."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                found[int(folder.name)] = (folder / "cmdline").read_bytes()
        except (OSError, ProcessLookupError):
            continue
    return found
