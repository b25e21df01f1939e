"""Which cohorts are to be evaluated again on a day: those of which more became known after they reached an age.

Where rows say when they were loaded, this is a function of the source alone: a replay finds what a live run found.
Where labels do not say it, what the source holds now is compared with what was counted when a cohort was stored, so
that late labels are found whenever they come, without a watermark that a crash could lose.
"""

from collections.abc import Iterator
from datetime import timedelta

from vitals import windows
from vitals.io.observing import due_instant
from vitals.io.sources.arrivals import arrivals
from vitals.io.sources.counts import Counts, label_counts
from vitals.io.world import World
from vitals.records import FURTHER_DAYS, Day
from vitals.spec import Model

_SAMPLED_FROM = 4  # a sample has half of max_rows or more, and most of its rows count


def arrived(world: World, model: Model, day: Day) -> Iterator[tuple[Day, int]]:
    """Give the cohorts and ages reached before the day of which a row was loaded between the day before and the day.

    Only where predictions or labels have `loaded_at`; oldest cohort first.
    """
    feedback = model.feedback
    if feedback is None or not (feedback.loaded_at or model.predictions.loaded_at):
        return
    days = _cohort_days(model, day)
    before = day_before(model, day)
    span = due_instant(model, before), due_instant(model, day)
    source, labels = world.source(model.predictions.source), world.source(feedback.source)
    for cohort_day, earliest in sorted(arrivals(source, labels, model, days, span).items()):
        for age in feedback.ages:
            reached = cohort_day + timedelta(days=age)
            if reached < day and earliest < windows.window(reached, model.zone).end:
                yield cohort_day, age


def recounted(world: World, model: Model, day: Day) -> Iterator[tuple[Day, int, Day]]:
    """Give the stored cohorts and ages with another number of labels than when they were stored, and when that was.

    Only where labels have no `loaded_at`. What this very run stored was read a moment ago and is not counted again.
    """
    feedback = model.feedback
    if feedback is None or feedback.loaded_at:
        return
    days = _cohort_days(model, day)
    same = world.observation_hash(model)
    known = world.store.cohorts(model.name, days[0], days[-1], day, same) if days else {}
    older = {key: one for key, one in known.items() if one.run_id != world.run_id}
    if not older:
        return
    source, labels = world.source(model.predictions.source), world.source(feedback.source)
    days = [one for one in days if one in {cohort_day for cohort_day, _ in older}]
    until = due_instant(model, day)
    counts = label_counts(source, labels, model, days, day, until)
    known = {key: one for key, one in older.items() if key[0] + timedelta(days=key[1]) < day}
    changed = {key for key, one in known.items() if one.labels != _by_age(counts, *key)}
    for one in sorted({key[0] for key in changed if known[key].n * _SAMPLED_FROM >= model.max_rows}):
        counts |= label_counts(source, labels, model, [one], day, until, sampled=True)  # perhaps a sample of its own
    for cohort_day, age in sorted(changed):
        if known[cohort_day, age].labels != _by_age(counts, cohort_day, age):
            yield cohort_day, age, known[cohort_day, age].known_on


def _by_age(counts: Counts, cohort_day: Day, age: int) -> int:
    """Count the labels of a cohort that were visible at an age."""
    return sum(n for seen, n in counts[cohort_day].items() if seen <= cohort_day + timedelta(days=age))


def day_before(model: Model, day: Day) -> Day:
    """Give the last day before that the model's zone had."""
    return list(windows.days(day - timedelta(days=3), day - timedelta(days=1), model.zone))[-1]


def _cohort_days(model: Model, day: Day) -> list[Day]:
    """Days whose cohorts may be said again: old enough for the first age, not older than the window and a week."""
    feedback = model.feedback
    assert feedback is not None  # noqa: S101  callers have looked
    reach = max(feedback.window, *feedback.ages) + FURTHER_DAYS
    first, last = day - timedelta(days=reach), day - timedelta(days=1 + min(feedback.ages))
    return list(windows.days(first, last, model.zone))
