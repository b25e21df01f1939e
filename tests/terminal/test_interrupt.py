"""Ctrl-C in the middle of a backfill: whole days are kept, and the same command goes on from there."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.terminal.desk import FIRST, LAST, Desk, surroundings

ROOT = Path(__file__).resolve().parents[2]
LONG_BEFORE = FIRST - timedelta(days=300)  # empty days are days, too
FILL = ("backfill", "--all", "--first-day", str(LONG_BEFORE), "--last-day", str(LAST))


def observed(store: Path) -> list[str]:
    """Days of which rows are stored, by table."""
    with sqlite3.connect(store) as connection:
        days = [row[0] for row in connection.execute("SELECT day FROM partition ORDER BY day")]
    connection.close()
    return days


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_backfill_keeps_whole_days_and_resumes(desk: Desk, workers: str) -> None:
    """Every process of the terminal gets the signal; there is one message, and in the end the tables of an undisturbed run."""
    before = observed(desk.store)
    command = [sys.executable, "-m", "deployments.cli", *FILL, "--workers", workers]
    environ = {**os.environ, **surroundings(desk.folder), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=desk.folder, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        until = time.monotonic() + 60
        while len(observed(desk.store)) < len(before) + 20 and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)

    kept = len(observed(desk.store))
    assert process.returncode == 130
    assert said.splitlines()[-1] == "interrupted; whole days are kept, the same command goes on from here"
    assert "Traceback" not in said
    assert len(before) + 20 <= kept < 308
    resumed = desk.run(*FILL)
    assert resumed.err.startswith(f"{kept} model-days observed before")
    assert len(observed(desk.store)) == 308
