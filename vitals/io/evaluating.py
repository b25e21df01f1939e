"""The step that evaluates: cohorts that reach one of their ages on a day, and older ones whose labels changed since.

What a cohort is worth is computed in `vitals.signals.performance`; here it is read, as it was known on the day, and
users' rules run on it. Which older cohorts changed is found in `vitals.io.revising`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vitals import windows
from vitals.io import asking, revising, rules
from vitals.io.observing import due_instant
from vitals.io.sources import LABEL_TIME, read_cohort
from vitals.io.world import World
from vitals.profiles import Profile
from vitals.records import Cohort, Day, Evaluated, Measurement
from vitals.signals import avoid, performance, scored
from vitals.spec import Model
from vitals.spec.model import AvoidRule, Feedback, Positive


def evaluate(world: World, model: Model, day: Day) -> Evaluated:
    """Evaluate the cohorts that reach one of their ages on this day, and those of which more became known on it.

    Returns
    -------
    All with `known_on` = day. A cohort whose labels changed after it reached an age is said again in full, so that what
    is known on a later day is what became known last; so are the scores by label, which cohorts have at their last age.
    """
    feedback = model.feedback
    if feedback is None:
        return Evaluated(())
    found: list[Measurement] = []
    profiles: list[Profile] = []
    for age in feedback.ages:
        cohort_day = day - timedelta(days=age)
        if windows.exists(cohort_day, model.zone):
            reached = _evaluated(world, model, cohort_day, age, day)
            found += reached.measurements
            profiles += reached.profiles
    for cohort_day, age in revising.arrived(world, model, day):
        before = evaluated(world, model, cohort_day, age, revising.day_before(model, day))
        again = _evaluated(world, model, cohort_day, age, day)
        if _are_news(before, again.measurements):
            found += again.measurements
            profiles += again.profiles
    for cohort_day, age, known_on in revising.recounted(world, model, day):
        stored = world.store.cohort(model.name, cohort_day, age, known_on)
        if _are_news(stored, evaluated(world, model, cohort_day, age, known_on)):
            again = _evaluated(world, model, cohort_day, age, day)
            found += again.measurements
            profiles += again.profiles
    return Evaluated(list({_key(one): one for one in found}.values()), profiles)


def evaluated(world: World, model: Model, cohort_day: Day, age: int, known_on: Day) -> list[Measurement]:
    """Evaluate a cohort at an age, with what was loaded when `known_on` was due."""
    return list(_evaluated(world, model, cohort_day, age, known_on).measurements)


def _evaluated(world: World, model: Model, cohort_day: Day, age: int, known_on: Day) -> Evaluated:
    """Evaluate a cohort; at the last age also its scores by label."""
    feedback = model.feedback
    assert feedback is not None  # noqa: S101  callers have looked
    cohort, missing = _cohort(world, model, cohort_day, age, known_on)
    profiles = scored.of_labels(model, cohort) if age == max(feedback.ages) else []
    return Evaluated(_measured(model, feedback, cohort, missing), profiles)


def _cohort(world: World, model: Model, cohort_day: Day, age: int, known_on: Day) -> tuple[Cohort, set[str]]:
    """Read a cohort with the columns that users' rules need; also gives the inputs that the source does not have."""
    feedback = model.feedback
    assert feedback is not None  # noqa: S101  callers have looked
    source, labels = world.source(model.predictions.source), world.source(feedback.source)
    wishes = asking.of_holdout(model)
    if age == max(feedback.ages):
        wishes += asking.of_outcomes(model)
    missing: set[str] = set()
    if wishes:
        missing = set(model.predictions.inputs) - source.columns(model.predictions.table).keys()
        wishes = [(who, set(asked) - missing) for who, asked in wishes]
    as_of = _known_until(model, known_on)
    with asking.blamed(source, model, wishes):
        columns = asking.columns(wishes)
        return read_cohort(source, labels, model, cohort_day, age, columns, known_on, as_of), missing


def _measured(model: Model, feedback: Feedback, cohort: Cohort, missing: Collection[str]) -> list[Measurement]:
    if not cohort.table.num_rows:
        return []
    measured = performance.measure(model, cohort, _holdout(model, feedback, cohort, missing))
    if cohort.age == max(feedback.ages):
        measured += _avoided(model, feedback, cohort, missing)
    return measured


def _known_until(model: Model, known_on: Day) -> datetime | None:
    """When what is known on a day was read: when the day was due, as its own rows are.

    Rows are loaded by night: what was read at midnight would not hold the day's own labels.
    """
    feedback = model.feedback
    by_load = model.predictions.loaded_at or (feedback and feedback.loaded_at)
    return due_instant(model, known_on) if by_load else None


def _holdout(model: Model, feedback: Feedback, cohort: Cohort, missing: Collection[str]) -> NDArray[np.bool_] | None:
    """Mark the rows that the model did not influence; none where an input that says so is missing."""
    if feedback.holdout is None:
        return None
    if not asking.can_run(feedback.holdout, missing):
        return np.zeros(cohort.table.num_rows, dtype=np.bool_)
    with (
        rules.Rules(predictions_of(feedback, cohort.table), zone=model.timezone) as users,
        asking.named(asking.HOLDOUT),
    ):
        return np.asarray(users.holds(feedback.holdout), dtype=np.bool_)


def predictions_of(feedback: Feedback, table: pa.Table) -> pa.Table:
    """Give a cohort's columns of the prediction log: a holdout is chosen before anything comes true."""
    return table.drop_columns([name for name in (feedback.target, LABEL_TIME) if name in table.column_names])


def _avoided(model: Model, feedback: Feedback, cohort: Cohort, missing: Collection[str]) -> list[Measurement]:
    """Count what rules over outcomes match, of the rows whose outcome is known."""
    over = [rule for rule in model.avoid if rule.over == "outcomes" and asking.can_run(rule.where, missing)]
    if not over:
        return []
    known = _outcomes(model, feedback, cohort.table)
    with rules.Rules(known, zone=model.timezone) as users:
        counts = {rule.name: (_count(users, rule), known.num_rows) for rule in over}
    return avoid.measure(model, cohort.day, counts, age=cohort.age, known_on=cohort.known_on, one_in=cohort.one_in)


def _outcomes(model: Model, feedback: Feedback, table: pa.Table) -> pa.Table:
    """Keep the rows with an outcome; for event labels that is every row, 0 or false where nothing happened."""
    place = table.column_names.index(feedback.target)
    label = table.column(place)
    if feedback.labels == "explicit":
        return table.filter(pc.is_valid(label))
    kind, positive = label.type, (model.positive or Positive()).target
    if pa.types.is_boolean(kind):
        nothing = pa.scalar(positive in (0, False), kind)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        nothing = pa.scalar(1 if positive == 0 else 0, kind)
    else:
        return table  # a word for "nothing happened" is not known: rules say `late IS NULL`
    return table.set_column(place, feedback.target, pc.fill_null(label, nothing))


def _count(users: rules.Rules, rule: AvoidRule) -> int:
    with asking.named(asking.rule_words(rule.name)):
        return users.count(rule.where)


def _are_news(before: Sequence[Measurement], after: Sequence[Measurement]) -> bool:
    """Tell whether anything of what is said of a cohort now is not what was said before."""
    return {_said(one) for one in before} != {_said(one) for one in after}


def _said(one: Measurement) -> tuple[object, ...]:
    return (*_key(one), one.value, one.lower, one.upper, one.n, one.method, one.reason)


def _key(one: Measurement) -> tuple[object, ...]:
    return one.day, one.age, one.signal, one.subject, one.segment
