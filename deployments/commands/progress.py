"""Observing days with a progress bar, in this process or in several.

Workers are fresh processes (not forks: libraries below us own threads); each opens its own world from the same
settings. Observing takes no lease and each day is one transaction, so their order does not matter.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from flows import plain
from flows.story import ObserveDays, Steps, each_day, observe, observe_each
from tasks.world import open_world
from vitals.errors import BrokenDaysError, InputError
from vitals.io.settings import Settings
from vitals.records import Day
from vitals.spec import Model

CHUNK_DAYS = 4


@contextmanager
def observing(settings: Settings, total: int, workers: int) -> Iterator[ObserveDays]:
    """Give a function that observes days and moves the bar; the bar goes to stderr."""
    columns = (TextColumn("observing {task.fields[what]}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (total and console.is_terminal)) as bar:
        task = bar.add_task("observing", total=total, what="")

        def advance(model: Model, day: Day) -> None:
            bar.update(task, advance=1, what=f"{model.name} {day}")

        if workers == 1 or total < 2 * CHUNK_DAYS:
            yield _here(advance)
            return
        spawning = get_context("spawn")
        with ProcessPoolExecutor(min(workers, total // CHUNK_DAYS), spawning, _leave_interrupts) as pool:
            yield _spread(pool, settings, advance)


Advance = Callable[[Model, Day], None]


def _here(advance: Advance) -> ObserveDays:
    def observe_days(model: Model, days: Sequence[Day], steps: Steps) -> None:
        def observe_day(day: Day) -> None:
            observe(model, day, steps)
            advance(model, day)

        each_day(days, observe_day)

    return observe_days


def _spread(pool: ProcessPoolExecutor, settings: Settings, advance: Advance) -> ObserveDays:
    def observe_days(model: Model, days: Sequence[Day], steps: Steps) -> None:
        del steps  # each worker binds its own
        chunks = [list(days[i : i + CHUNK_DAYS]) for i in range(0, len(days), CHUNK_DAYS)]
        waiting = {pool.submit(_observe_chunk, settings, model, chunk): chunk for chunk in chunks}
        broken: dict[str, str] = {}
        try:
            for done in as_completed(waiting):
                try:
                    done.result()
                except InputError as error:
                    broken |= BrokenDaysError.reasons(error, waiting[done])
                for day in waiting[done]:
                    advance(model, day)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
        if broken:
            raise BrokenDaysError(dict(sorted(broken.items())))

    return observe_days


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; whoever waits for the workers decides, they finish their chunk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _observe_chunk(settings: Settings, model: Model, days: Sequence[Day]) -> None:
    with open_world(settings) as world:
        observe_each(model, days, plain.steps(world))


def telling(days: Sequence[Day]) -> Iterator[Day]:
    """Give days one by one and move a bar on stderr."""
    columns = (TextColumn("composing digests"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield from bar.track(days)
