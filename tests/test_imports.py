"""Importing is cheap and does nothing: what a fresh process holds after it."""

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import vitals

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    found.name for found in pkgutil.walk_packages(vitals.__path__, "vitals.") if ".migrations" not in found.name
)


def fresh(code: str, folder: Path, *arguments: str) -> str:
    """Run code in a process of its own, in a folder; gives what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VITALS_")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_neither_prefect_nor_great_expectations_come_along(tmp_path: Path) -> None:
    """Only a flow needs the one, only a day with a suite the other."""
    code = "import sys, vitals, flows.story, flows.plain, deployments.cli, tasks.world; print(*sys.modules)"

    loaded = fresh(code, tmp_path).split()

    assert not {"prefect", "great_expectations"}.intersection(loaded)


@pytest.mark.parametrize("arguments", [["--help"], ["decide", "mute", "--help"], ["runn"]])
def test_help_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    """Whoever asks for help has it at once."""
    code = "import sys; from deployments.cli import main; main(sys.argv[1:]); print(*sys.modules)"

    loaded = fresh(code, tmp_path, *arguments).split()

    heavy = {"pandas", "numpy", "pyarrow", "duckdb", "scipy", "prefect", "great_expectations", "sqlalchemy"}
    assert not heavy.intersection(loaded)


def test_importing_every_module_does_no_work(tmp_path: Path) -> None:
    """No file is written, no variable of ours is read, no thread and no child process is started."""
    code = """
import importlib, json, os, sys, threading
opened, asked, started = [], [], []
def watch(event, details):
    if event == "open" and isinstance(details[2], int) and details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        opened.append(str(details[0]))
    if event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "socket.connect", "sqlite3.connect"):
        started.append(event)
sys.dont_write_bytecode = True
get = type(os.environ).__getitem__
def recording(self, name):
    if name.startswith("VITALS_"):
        asked.append(name)
    return get(self, name)
type(os.environ).__getitem__ = recording
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps({"opened": opened, "asked": asked, "started": started, "threads": threading.active_count()}))
"""

    seen = json.loads(fresh(code, tmp_path, *MODULES))

    assert len(MODULES) > 100
    assert seen == {"opened": [], "asked": [], "started": [], "threads": 1}
    assert list(tmp_path.iterdir()) == []
