"""The step that judges: under the model's lease, replay from the first changed day, write what was said.

What is said is decided in `vitals.judging`; no source is touched here, only stored days.
"""

from collections.abc import Sequence
from datetime import timedelta

from vitals.io.world import World
from vitals.judging.fold import PAST_DAYS, Fold, first_needed
from vitals.records import Judged, Transition
from vitals.spec import Model


def judge(world: World, model: Model) -> Sequence[Transition]:
    """Judge a model from its first changed day on; gives the transitions of the days that were judged."""
    store = world.store
    with store.lease(model.name, world.run_id) as lease:
        first = store.begin_judging(model.name, lease)
        if first is None:
            return []
        past = store.past(model.name, first, first - timedelta(days=PAST_DAYS))
        triage = store.triage(model.name)
        since = first_needed(model, past, triage)
        profiles = store.profiles(model.name, since, first - timedelta(days=1)) if since else ()
        fold = Fold(model, past, profiles, triage)
        judged: list[Judged] = []
        for observed in store.observed_days_from(model.name, first):
            judged.append(fold.judge(observed))
            lease.check()
        store.replace_judgement(model.name, first, judged, fold.incidents, lease)
    return [change for day in judged for change in day.transitions]
