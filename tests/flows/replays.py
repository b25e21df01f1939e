"""Support for replay tests: the demo model over a chosen store, observed live, in any order, or killed and resumed."""

import dataclasses
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from flows import plain, story
from tasks.world import open_world
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import Day
from vitals.spec import Model, load_model

ROOT = Path(__file__).resolve().parents[2]
CLOCK = datetime(2013, 9, 15, 12, tzinfo=UTC)


def days_from(first: Day, count: int) -> list[Day]:
    """That many days, oldest first."""
    return [first + timedelta(days=i) for i in range(count)]


def settings(home: Path, store_url: str | None, data: Path) -> Settings:
    """Settings of a world of its own."""
    environ = {"VITALS_HOME": str(home), "VITALS_SOURCE_FLIGHTS_URL": f"file://{data}"}
    if store_url:
        environ["VITALS_STORE_URL"] = store_url
    return Settings.from_env(
        environ, models_dir=ROOT / "deployments" / "models", suites_dir=ROOT / "expectations" / "suites"
    )


def flight_late() -> Model:
    """The demo model."""
    return load_model(ROOT / "deployments" / "models" / "flight_late.yaml")


def world_of(config: Settings) -> World:
    """A world whose clock stands still."""
    return open_world(config, lambda: CLOCK)


def steps_of(world: World, *, validate: bool = True) -> story.Steps:
    """The plain steps; without Great Expectations where a test is not about it."""
    steps = plain.steps(world)
    return steps if validate else dataclasses.replace(steps, validate=lambda _model, _partition: ())


def live(config: Settings, model: Model, days: Sequence[Day], *, validate: bool = True) -> None:
    """Run days one by one through the story, as a scheduler would."""
    with world_of(config) as world:
        steps = steps_of(world, validate=validate)
        for day in days:
            outcome = story.monitor([model], {model.name: [day]}, steps)
            assert not outcome.problems


def _observe(config: Settings, model: Model, days: Sequence[Day], validate: bool) -> None:
    with world_of(config) as world:
        steps = steps_of(world, validate=validate)
        for day in days:
            story.observe(model, day, steps)


def shuffled(
    config: Settings, model: Model, days: Sequence[Day], seed: int, workers: int = 4, *, validate: bool = True
) -> None:
    """Observe days in random order in several processes, then judge once."""
    order = list(days)
    random.Random(seed).shuffle(order)
    shares = [order[i::workers] for i in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(_observe, [config] * workers, [model] * workers, shares, [validate] * workers))
    with world_of(config) as world:
        plain.steps(world).judge(model)


def resumable(config: Settings, model: Model, days: Sequence[Day], seed: int, *, validate: bool) -> None:
    """What a backfill does: observe what is missing, in a random order, and judge in between and at the end."""
    random_order = random.Random(seed)
    later = CLOCK + timedelta(minutes=2 * (seed % 10_000))  # seeds count attempts: a killed one's lease has run out
    with open_world(config, lambda: later) as world:
        steps = steps_of(world, validate=validate)
        done = world.store.observed(model.name, days[0], days[-1])
        missing = [day for day in days if day not in done]
        random_order.shuffle(missing)
        for number, day in enumerate(missing):
            story.observe(model, day, steps)
            if number % 7 == 3:
                steps.judge(model)
        steps.judge(model)


def killed(work: Callable[[int], None], kills: int, seed: int, longest_s: float) -> int:
    """Fork a child that works, kill it at a random instant, as often as asked; then let one finish. Gives the kills."""
    instants = random.Random(seed)
    done = 0
    for attempt in range(kills * 10):
        child = os.fork()
        if child == 0:
            _work_and_exit(work, attempt)
        if done >= kills:
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
            return done
        time.sleep(instants.uniform(0.01, longest_s))
        finished, status = os.waitpid(child, os.WNOHANG)
        if finished:
            assert os.waitstatus_to_exitcode(status) == 0
            return done
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        done += 1
    return done


def _work_and_exit(work: Callable[[int], None], attempt: int) -> None:
    code = 1
    try:
        work(attempt)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def first_day() -> date:
    """A Monday from which on every cohort of the first weeks exists."""
    return date(2013, 6, 3)
