"""A real Prefect server for the tests that need one: its own process, its own database, nothing outside the machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

SERVICES_OFF = (
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The API's URL of a server without background services, on a fresh migrated database."""
    from prefect import settings
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import temporary_settings

    home = Path(mkdtemp(prefix="vitals-prefect-"))
    database = f"sqlite+aiosqlite:///{home / 'prefect.db'}"
    subprocess.run(
        [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
        check=True,
        capture_output=True,
        env={**os.environ, "PREFECT_HOME": str(home), "PREFECT_SERVER_DATABASE_CONNECTION_URL": database},
    )
    chosen = {
        settings.PREFECT_HOME: home,
        settings.PREFECT_SERVER_DATABASE_CONNECTION_URL: database,
        settings.PREFECT_SERVER_DATABASE_MIGRATE_ON_START: False,
        settings.PREFECT_SERVER_ANALYTICS_ENABLED: False,
        settings.PREFECT_SERVER_UI_ENABLED: False,
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,
        **{getattr(settings, name): False for name in SERVICES_OFF},
    }
    with temporary_settings(chosen):
        server = SubprocessASGIServer()
        server.start(timeout=120)
        try:
            running = {settings.PREFECT_API_URL: server.api_url, settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
            with temporary_settings(running):
                yield server.api_url
        finally:
            server.stop()
            shutil.rmtree(home, ignore_errors=True)
