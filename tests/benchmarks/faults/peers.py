"""What other tools' default rules say of the same days: writes the days as files, runs each tool by its own interpreter.

Knows the tools only as scripts beside this file; they get columns of numbers and texts, a fixed reference of the 28 days
before the faults, each fault's first day, and 28 faultless days.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.worlds.grounds import PLANS, REFERENCE, columns_of, days_of, ground_of, local
from tests.worlds.table import CELLS, Fault, planted

HERE = Path(__file__).parent
EVERY = {1000: 1, 100_000: 4}
"""rows a day -> every which cell and faultless day is shown to the peers"""
NOTHING = "-"
Cell = tuple[Fault, float]


@dataclass(frozen=True)
class Seen:
    """What one tool said of one world: day -> columns, day -> its error."""

    version: str
    alerts: Mapping[str, Sequence[str]]
    errors: Mapping[str, str]


def shown(world: str, rows: int) -> Iterator[tuple[str, Cell]]:
    """Give the cells of a world that peers see, each with the name of its file."""
    for number, (fault, size) in enumerate(CELLS):
        if fault.world == world and number % EVERY[rows] == 0:
            yield f"cell-{number:03d}", (fault, size)


def write_days(world: str, rows: int, seed: int, folder: Path) -> None:
    """Write the reference, the faultless days and each cell's first day."""
    (folder / "days").mkdir(parents=True, exist_ok=True)
    first, reference = PLANS[world].first, []
    for day, frame in days_of(world, rows, seed):
        if day >= first and (day - first).days % EVERY[rows] == 0:
            _write(local(world, frame), folder / "days" / f"clean-{day}.parquet")
        elif first > day >= first - timedelta(days=REFERENCE):
            reference.append(local(world, frame))
    _write(pd.concat(reference, ignore_index=True), folder / "reference.parquet")
    (folder / "columns.json").write_text(json.dumps(columns_of(world)))
    for name, (fault, size) in shown(world, rows):
        spoilt, _ = planted(fault, size, rows, seed)
        day = spoilt.predictions[spoilt.between(first, first)]
        day = day.drop(columns=[gone.column for gone in spoilt.missing])
        if len(day):
            _write(local(world, day), folder / "days" / f"{name}.parquet")


def _write(frame: pd.DataFrame, path: Path) -> None:
    """Without what pandas adds, which another version would not understand."""
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None), path)


def run(tool: str, interpreter: str, folder: Path) -> Seen:
    """Let a tool judge the days of a folder that it has not judged yet."""
    answer = folder / f"{tool}.json"
    known = json.loads(answer.read_text()) if answer.exists() else {"alerts": {}, "errors": {}}
    if {path.stem for path in (folder / "days").glob("*.parquet")} - {*known["alerts"], *known["errors"]}:
        quiet = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "PYTHONPATH": ""}
        subprocess.run(
            [interpreter, str(HERE / f"{tool}_rule.py"), str(folder)], check=True, env={**os.environ, **quiet}
        )
    return Seen(**json.loads(answer.read_text()))


def verdict(seen: Seen, name: str, world: str, column: str) -> tuple[str, int]:
    """Say whether the right column alerts because of the fault, and how many others alert that day.

    `yes`; `no`; `anyway` when it alerts on the same day without the fault too; `error` when the tool stops; `-` when there
    is no row or no column to look at.
    """
    if not column or (name not in seen.alerts and name not in seen.errors):
        return NOTHING, len(seen.alerts.get(name, ()))
    columns = seen.alerts.get(name, ())
    others = len([one for one in columns if one != column])
    if name in seen.errors and column not in columns:
        return "error", others
    if column not in columns:
        return "no", others
    return ("anyway" if column in seen.alerts.get(f"clean-{PLANS[world].first}", ()) else "yes"), others


def clean(seen: Seen) -> tuple[int, int, int]:
    """Give faultless days, those with an alert, and alerts."""
    alerts = [len(columns) for name, columns in seen.alerts.items() if name.startswith("clean-")]
    return len(alerts), sum(1 for count in alerts if count), sum(alerts)


def ours_clean(world: str, rows: int, seed: int) -> tuple[int, int, int]:
    """Give the same of Vitals: days judged one after the other, every line counted, also those that only inform."""
    base = ground_of(world, rows, seed)
    lines = [len(judged.findings) for day, judged in base.ground.judged.items() if day >= base.plan.first]
    return len(lines), sum(1 for count in lines if count), sum(lines)
