"""What is timed, each run in a fresh process: `python -m tests.benchmarks.work KIND URL [STORE]` prints one JSON line.

`limit`: the physical floor L: read 20 columns as Arrow, one sort per numeric column, one group-by per column of texts, one thread.
`day`: Vitals observes the day: read, profile, measure, record (no expectations). `judge`: Vitals judges what a store holds unjudged.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import log

if TYPE_CHECKING:
    import pyarrow as pa

    from vitals.io.world import World

Phases = dict[str, float]


def limit(url: str, _: str) -> Phases:
    """Do the least that any profile of the day must do."""
    import numpy as np

    with _phase("read") as read:
        table = _floor_read(url)
    with _phase("work") as work:
        for name in log.NUMBERS:
            np.sort(table[name].to_numpy())
        for name in log.TEXTS:
            table[name].value_counts()
    return read | work


def _floor_read(url: str) -> "pa.Table":
    import pyarrow.parquet as pq

    if url.startswith("file://"):
        path = Path(url.removeprefix("file://")) / f"{log.TABLE}.parquet"
        return pq.read_table(path, columns=list(log.COLUMNS), read_dictionary=list(log.TEXTS), use_threads=False)
    if url.startswith("sqlite:"):
        import adbc_driver_sqlite.dbapi as adbc

        place = url.removeprefix("sqlite:///")
    else:
        import adbc_driver_postgresql.dbapi as adbc  # type: ignore[no-redef]

        place = url
    with adbc.connect(place) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(log.COLUMNS)} FROM {log.TABLE}")
        return cursor.fetch_arrow_table()


def day(url: str, store: str) -> Phases:
    """Observe the day with one segment column and store what was seen."""
    from vitals.io import observing
    from vitals.profiles import profile_partition
    from vitals.records import Observation

    watched = log.model()
    with opened(url, store) as world:
        with _phase("read") as read:
            partition = observing.read(world, watched, log.DAY)
        with _phase("profile") as profile:
            profiles = profile_partition(watched, partition)
        with _phase("measure") as measure:
            measurements = observing.measure(world, watched, partition)
        with _phase("record") as record:
            observing.record(world, watched, Observation(partition.facts, (), profiles, measurements))
    return read | profile | measure | record


def judge(url: str, store: str) -> Phases:
    """Judge whatever is not judged yet."""
    from vitals.io import judging

    with opened(url, store) as world, _phase("judge") as spent:
        judging.judge(world, log.model())
    return spent


def opened(url: str, store: str) -> "World":
    """Open Vitals over one source and one SQLite store, long after the days."""
    from vitals.io.settings import Settings
    from vitals.io.world import World

    settings = Settings.from_env({}, home=Path(store).parent, store_url=f"sqlite:///{store}", sources={"log": url})
    now = datetime.combine(log.later(1000), datetime.min.time(), UTC) + timedelta(hours=12)
    return World(settings, lambda: now, suite_columns=lambda _: (), suite_text=lambda _: "")


@contextmanager
def _phase(name: str) -> Iterator[Phases]:
    """CPU seconds of a block, under its name."""
    spent: Phases = {}
    before = time.process_time()
    yield spent
    spent[name] = time.process_time() - before


KINDS: dict[str, Callable[[str, str], Phases]] = {"limit": limit, "day": day, "judge": judge}


def main() -> None:
    """Run one kind of work and print what it took: CPU of the whole process, wall, peak memory, CPU by phase."""
    kind, url, store = sys.argv[1:4]
    start = time.perf_counter()
    phases = KINDS[kind](url, store)
    wall = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    sys.stdout.write(json.dumps({"cpu": cpu, "wall": wall, "peak_mb": _peak_mb(), "phases": phases}) + "\n")


def _peak_mb() -> float:
    """Peak resident memory of this program; getrusage would count its parent's before the exec."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
