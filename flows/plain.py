"""The steps of the story bound as plain functions: what the terminal runs, without Prefect."""

from contextlib import AbstractContextManager
from functools import partial

from expectations.labels import validate_all
from flows.story import Steps
from vitals.io import evaluating, judging, observing, telling
from vitals.io.world import World
from vitals.signals import scored
from vitals.spec import Model


def steps(world: World) -> Steps:
    """Bind every step to one world."""
    return Steps(
        read=partial(observing.read, world),
        validate=partial(validate_all, world),
        profile=scored.profile,
        measure=partial(observing.measure, world),
        evaluate=partial(evaluating.evaluate, world),
        record=partial(observing.record, world),
        judge=partial(judging.judge, world),
        tell=partial(telling.tell, world),
        announce=partial(announce, world),
    )


def announce(world: World, model: Model) -> AbstractContextManager[None]:
    """Let other processes see that this one works on a model."""
    return world.store.announce(model.name, world.asker("vitals"))
