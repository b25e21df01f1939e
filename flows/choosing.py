"""Which models and which days a run is about, the same for flows and terminal."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from flows.due import BACK_DAYS, due_days
from vitals import windows
from vitals.errors import ConfigError, InputError
from vitals.io.observing import unfinished
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import Day
from vitals.spec import Model, load_models


def chosen(settings: Settings, names: Sequence[str]) -> tuple[list[Model], Mapping[str, str]]:
    """Models by name (none: all), and why the files of others cannot be read, by name.

    Raises
    ------
    InputError : a name that no file has.
    ConfigError : no model can be read at all, or one asked for by name cannot.
    """
    loaded = load_models(settings.models_dir)
    known = {model.name: model for model in loaded.models}
    if not known:
        raise ConfigError("\n".join(loaded.problems) or nothing_to_watch(settings))
    if not names:
        return list(known.values()), {name: "\n".join(lines) for name, lines in loaded.broken.items()}
    for name in names:
        if name in known:
            continue
        if name in loaded.broken:
            raise ConfigError("\n".join(loaded.broken[name]))
        near = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(sorted(known))}"
        message = f"no model {name!r} in {settings.models_dir}{hint}"
        raise InputError(message)
    return [known[name] for name in dict.fromkeys(names)], {}


def audience(
    settings: Settings, watched: Sequence[Model], channel_of: Callable[[Model], str]
) -> tuple[list[Model], Mapping[str, str]]:
    """All models of the channels that some models report to, and why the files of others cannot be read, by name.

    A digest is about a whole channel, whichever of its models a run is about: one that were left out would be
    withdrawn from what the channel was told.
    """
    loaded, channels = load_models(settings.models_dir), {channel_of(model) for model in watched}
    known = {model.name: model for model in watched}
    members = [known.get(model.name, model) for model in loaded.models if channel_of(model) in channels]
    return members, {name: "\n".join(lines) for name, lines in loaded.broken.items()}


def nothing_to_watch(settings: Settings) -> str:
    """Say that there is no model file, and what to do."""
    return f"{settings.models_dir}: no model files (*.yaml); write one, see deployments/models/flight_late.yaml"


def due_now(world: World, model: Model, now: datetime) -> list[Day]:
    """Days of a model that are due and not done at an instant."""
    newest = windows.default_day(now, model.zone)
    first = newest - timedelta(days=BACK_DAYS)
    observed = world.store.observed(model.name, first, newest)
    return due_days(model, now, observed, unfinished(world, model, first, newest))


def todo(world: World, model: Model, first: Day, last: Day, *, force: bool) -> list[Day]:
    """Days of the range that must be observed.

    All when forced, else those not observed with the same spec and suite, and those of the last week that may still grow.
    """
    wanted = list(windows.days(first, last, model.zone))
    if force:
        return wanted
    done, same = world.store.observed(model.name, first, last), world.observation_hash(model)
    recent = max(first, windows.default_day(world.clock(), model.zone) - timedelta(days=BACK_DAYS))
    growing = unfinished(world, model, recent, last) if recent <= last else set()
    return [day for day in wanted if done.get(day) != same or day in growing]
