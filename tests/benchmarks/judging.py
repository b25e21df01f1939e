"""Stores with a history of observed and judged days and one more day observed: what `judge` has to judge."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import log, work


def judged_days(days: int, rows: int, runs: int, folder: Path, run: Callable[[str, str, Path], dict]) -> list[dict]:
    """Prepare a store of so many judged days, then time the judging of the next one in fresh processes."""
    ready = folder / f"history-{days}.db"
    _observe(ready, folder / "absent", 0, days, rows)
    run("judge", f"file://{folder / 'absent'}", ready)
    _observe(ready, folder / "absent", days, days + 1, rows)
    results = []
    for _ in range(runs):
        copy = folder / "judged.db"
        shutil.copy(ready, copy)
        results.append(run("judge", f"file://{folder / 'absent'}", copy))
        copy.unlink()
    return results


def _observe(store: Path, folder: Path, first: int, last: int, rows: int) -> None:
    """Observe the days first..last-1, each from a file that is gone afterwards."""
    from vitals.io import observing
    from vitals.profiles import profile_partition
    from vitals.records import Observation

    watched = log.model()
    with work.opened(f"file://{folder}", str(store)) as world:
        for number in range(first, last):
            day = log.later(number)
            log.write_parquet(log.rows(rows, day), folder)
            partition = observing.read(world, watched, day)
            profiles = profile_partition(watched, partition)
            measurements = observing.measure(world, watched, partition)
            observing.record(world, watched, Observation(partition.facts, (), profiles, measurements))
    shutil.rmtree(folder)
