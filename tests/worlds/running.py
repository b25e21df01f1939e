"""Lets Vitals watch a world: the only place here that knows how a range of days is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.worlds.world import World, stages, write

if TYPE_CHECKING:
    from vitals.io.world import World as Vitals

SUITES = Path(__file__).resolve().parents[2] / "expectations" / "suites"
Row = Mapping[str, object]


@dataclass(frozen=True)
class Seen:
    """What Vitals stored about a range of days: findings and incidents with the fields of its records."""

    findings: tuple[Row, ...]
    incidents: tuple[Row, ...]


def watch(world: World, folder: Path, first: date, last: date) -> Seen:
    """Write a world's files and observe and judge first..last, going on from what `folder` holds already.

    The files are written anew whenever their columns change.
    """
    for start, end in stages(world, first, last):
        write(world, folder, start)
        run(folder, world.name, start, end)
    return seen(folder, world.name, first, last)


def run(folder: Path, model: str, first: date, last: date) -> None:
    """Observe and judge the days first..last of a model plainly, as known long after."""
    from flows.plain import steps
    from flows.story import monitor
    from vitals import spec
    from vitals.windows import days

    watched = spec.load_model(folder / "models" / f"{model}.yaml")
    with _open(folder, last) as world:
        outcome = monitor([watched], {model: list(days(first, last, watched.zone))}, steps(world))
    if outcome.problems:
        raise AssertionError(outcome.problems)


def seen(folder: Path, model: str, first: date, last: date) -> Seen:
    """Read what is stored about first..last."""
    with _open(folder, last) as world:
        return Seen(
            tuple(world.store.rows("findings", model, first, last)),
            tuple(world.store.rows("incidents", model, first, last)),
        )


def _open(folder: Path, last: date) -> "Vitals":
    """Open the outside world over one folder: its parquet files, its model and its own SQLite store."""
    from tasks.world import open_world
    from vitals.io.settings import Settings

    settings = Settings.from_env(
        {},
        home=folder / "home",
        models_dir=folder / "models",
        suites_dir=SUITES,
        sources=dict.fromkeys(("flights", "warehouse"), f"file://{folder}"),
    )
    moment = datetime.combine(last + timedelta(days=1), time(12), tzinfo=UTC)
    return open_world(settings, lambda: moment)
