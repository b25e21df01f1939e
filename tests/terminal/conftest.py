"""The desk of the terminal's tests: run once in a session, copied for every test."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.terminal.desk import FIRST, LAST, MODEL, Desk, log, sit_down


@pytest.fixture(scope="session")
def desk_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first days were run once; to be copied."""
    from deployments.cli import main

    folder = tmp_path_factory.mktemp("desk")
    for name in ("data", "models", "suites"):
        (folder / name).mkdir()
    predictions, labels = log()
    pq.write_table(predictions, folder / "data" / "predictions.parquet")
    pq.write_table(labels, folder / "data" / "labels.parquet")
    (folder / "models" / "credit.yaml").write_text(MODEL)
    with pytest.MonkeyPatch.context() as patch:
        sit_down(folder, patch)
        assert main(["backfill", "--all", "--first-day", str(FIRST), "--last-day", str(LAST)]) == 0
    return folder


@pytest.fixture
def desk(
    desk_before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A copy of the world, to be broken."""
    folder = tmp_path / "desk"
    shutil.copytree(desk_before, folder)
    sit_down(folder, monkeypatch)
    return Desk(folder, capsys, monkeypatch)
