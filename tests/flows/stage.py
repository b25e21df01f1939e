"""A whole installation on loopback for one test: Prefect's server with its UI, a worker, and the terminal beside them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(found: Callable[[], T | None], what: str, seconds: float = 180, pause: float = 0.5) -> T:
    """Wait for something to be there; the limit is only for what never comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(pause)
    message = f"waited {seconds:g} s for {what}"
    raise AssertionError(message)


class Stage:
    """Processes with one environment; all are ended with it."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("PREFECT_", "VITALS_"))}
        self.environment = {
            **kept,
            **variables,
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"{self.address}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "4",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "DO_NOT_TRACK": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        """Start a process in a group of its own, its output in a file."""
        with (self.folder / f"{name}.log").open("wb") as log:
            made = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[name] = made

    def pid(self, name: str) -> int:
        """The id of a process by its name."""
        return self._running[name].pid

    def server(self) -> None:
        """Start the server and wait until it answers."""
        self.start("server", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        until(self._answers, "the server")

    def worker(self) -> None:
        """Start a worker of the pool `vitals`."""
        self.start("worker", "prefect", "worker", "start", "--pool", "vitals", "--limit", "4")

    def vitals(self, *arguments: str) -> str:
        """Run the terminal from the checkout; give what it said."""
        ran = subprocess.run(
            [sys.executable, "-m", "deployments.cli", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Give a client of the server."""
        from prefect.client.orchestration import get_client
        from prefect.settings import PREFECT_API_URL, temporary_settings

        with temporary_settings({PREFECT_API_URL: f"{self.address}/api"}), get_client(sync_client=True) as made:
            yield made

    def log(self, name: str) -> str:
        """What a process wrote so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def end(self) -> None:
        """End every process that was started here, the last first."""
        for one in reversed(self._running.values()):
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGTERM)
                try:
                    one.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(one.pid, signal.SIGKILL)
                    one.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/api/health", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def stage(folder: Path, variables: Mapping[str, str]) -> Iterator[Stage]:
    """Give a stage and clear it afterwards."""
    there = Stage(folder, variables)
    try:
        yield there
    finally:
        there.end()
