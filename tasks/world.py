"""Opening the world of a run: settings from the environment, and the expectations that the core may not import."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

from vitals.io.settings import Settings
from vitals.io.world import World


def now() -> datetime:
    """The present instant: the one clock that flows, tasks and the terminal hand to the core."""
    return datetime.now(UTC)


def open_world(settings: Settings, clock: Callable[[], datetime] = now) -> World:
    """Open the world for these settings; nothing is connected before it is used."""
    from expectations.loading import model_suite_columns, model_suite_text

    return World(
        settings,
        clock,
        suite_columns=partial(model_suite_columns, settings.suites_dir),
        suite_text=partial(model_suite_text, settings.suites_dir),
    )


@cache
def world() -> World:
    """This process's world, from its environment: tasks run where settings are, parameters carry none."""
    return open_world(Settings.from_env())
