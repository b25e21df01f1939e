"""The step that judges: under the model's lease, replay from the first changed day, write what was said.

What is said is decided in `vitals.judging`; no source is touched here, only stored days.
"""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from vitals.io.store import Store
from vitals.io.store.lease import LEASE_S, WAIT_S
from vitals.io.world import World
from vitals.judging.estimates import learned_since
from vitals.judging.fold import PAST_DAYS, Fold
from vitals.judging.needed import needed_since
from vitals.judging.past import ScoredPast
from vitals.judging.slow import baseline_days
from vitals.profiles import Profile
from vitals.records import WHOLE, Day, Judged, Transition, Triage
from vitals.spec import Model


def judge(world: World, model: Model, run: str = "vitals") -> Sequence[Transition]:
    """Judge a model from its first changed day on; gives the transitions of the days that were judged.

    Parameters
    ----------
    run : who judges, for others that have to wait meanwhile.

    Raises
    ------
    StoreError : the store cannot be used, or somebody else judges for longer than a killed one would hold the lease.
    """
    store = world.store
    with store.lease(model.name, world.asker(run), LEASE_S, WAIT_S) as lease:
        first = store.begin_judging(model.name, lease)
        if first is None:
            return []
        fold = fold_before(store, model, first)
        judged: list[Judged] = []
        for observed in store.observed_days_from(model.name, first):
            judged.append(fold.judge(observed))
            lease.check()
        store.replace_judgement(model.name, first, judged, fold.incidents, lease)
    return [change for day in judged for change in day.transitions]


def fold_before(store: Store, model: Model, first: Day) -> Fold:
    """Read what judging from a day on remembers of the days before it."""
    with _uncollected():
        return _fold_before(store, model, first)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking, over and over, ten thousands of rows that all stay."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _fold_before(store: Store, model: Model, first: Day) -> Fold:
    past = store.scored_past(model.name, first, first - timedelta(days=PAST_DAYS))
    triage = store.triage(model.name)
    return Fold(model, past, _profiles_before(store, model, past, triage), triage, _baseline(store, model, first))


def _baseline(store: Store, model: Model, before: Day) -> Iterable[Profile]:
    """The stored profiles of the days that people approved, as far as they lie before a day."""
    span = baseline_days(model, before)
    watched = set(model.watched)
    if span is None:
        return ()
    return store.profiles(model.name, *span, lambda _, subject, segment: segment == WHOLE and subject in watched)


def _profiles_before(store: Store, model: Model, past: ScoredPast, triage: Sequence[Triage]) -> Iterable[Profile]:
    """The stored profiles that judging from `past.before` on may need."""
    since = {**needed_since(model, past, triage), **learned_since(model, past.before)}
    if not since:
        return ()
    first, last = min(since.values()), past.before - timedelta(days=1)
    return store.profiles(
        model.name, first, last, lambda day, subject, segment: day >= since.get((subject, segment), Day.max)
    )
