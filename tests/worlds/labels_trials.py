"""Watches a log with and without a fault in its labels, from many starts, in memory: what is said on which day.

Only what labels need is watched: the answers, the service and the cohorts, without inputs, rules or suites. Cohorts are read
from parquet files as always; what was observed before a fault begins is judged once.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.worlds.labels_faults import DAYS, LabelFault, events, loaded
from tests.worlds.world import ONE_DAY, World, write
from vitals.judging.fold import Fold
from vitals.records import Day, Finding, Observed, Severity, Symptom

if TYPE_CHECKING:
    from vitals.io.world import World as Vitals
    from vitals.spec import Model

AFTER_DAYS = DAYS + 15  # watched from a fault's start on: until its last cohort has reached its last age
REACH_DAYS = 22  # how far back a day looks at cohorts
VARIANTS: dict[str, Callable[[World], World]] = {"labels": lambda world: world, "loaded": loaded, "events": events}
OF_LABELS = frozenset({Symptom.PERFORMANCE, Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY})

Place = tuple[Day, str, Day | None]
"""when, fingerprint, cohort"""


@dataclass(frozen=True)
class Trial:
    """What one planting brought: days after the start of the first right finding, and how many others of which kind."""

    start: date
    first: int | None
    others: Counter[str]


@dataclass(frozen=True)
class Control:
    """A log with nothing planted: what was said of each day, and the judge as he stood before each start."""

    world: World
    observed: dict[Day, Observed]
    findings: list[Finding]
    before: dict[Day, Fold]


def control(plain: World, setting: str, first: date, starts: list[date], folder: Path) -> Control:
    """Watch a log with nothing planted from its first day until the last fault would have shown."""
    world = VARIANTS[setting](plain)
    observed: dict[Day, Observed] = {}
    before: dict[Day, Fold] = {}
    findings: list[Finding] = []
    with _watching(world, folder) as (vitals, model):
        fold = Fold(model, _Nothing(first), (), ())
        for day in _days(first, max(starts) + timedelta(days=AFTER_DAYS)):
            if day in starts:
                before[day] = deepcopy(fold)
            observed[day] = _observe(vitals, model, day)
            findings += fold.judge(observed[day]).findings
    return Control(world, observed, findings, before)


def trial(known: Control, fault: LabelFault, start: date, folder: Path) -> Trial:
    """Plant a fault for a week from a start on and watch until its last cohort has reached its last age."""
    last, end = start + timedelta(days=DAYS - 1), start + timedelta(days=AFTER_DAYS)
    spoilt = fault.spoil(_around(known.world, start, end), start, last)
    usual = {_place(one) for one in known.findings}
    new: list[Finding] = []
    with _watching(spoilt, folder) as (vitals, model):
        fold = deepcopy(known.before[start])
        for day in _days(start, end):
            new += [one for one in fold.judge(_observe(vitals, model, day)).findings if _place(one) not in usual]
    loud = [one for one in new if one.severity is not Severity.INFO]
    right = sorted(one.day for one in loud if one.symptom in fault.right)
    others = Counter(str(one.symptom) for one in loud if one.symptom not in fault.right)
    return Trial(start, (right[0] - start).days if right else None, others)


def said(known: Control) -> Counter[str]:
    """Count what was said of labels and metrics with nothing planted, from the first start on."""
    first = min(known.before)
    loud = [one for one in known.findings if one.severity is not Severity.INFO and one.day >= first]
    return Counter(str(one.symptom) for one in loud if one.symptom in OF_LABELS)


@dataclass(frozen=True)
class _Nothing:
    """A past in which nothing was known."""

    before: Day
    facts: tuple[()] = ()
    measurements: tuple[()] = ()
    drifts: tuple[()] = ()
    findings: tuple[()] = ()
    transitions: tuple[()] = ()
    incidents: tuple[()] = ()

    @property
    def since(self) -> Day:
        return self.before


@contextmanager
def _watching(world: World, folder: Path) -> Iterator[tuple["Vitals", "Model"]]:
    from tasks.world import open_world
    from vitals import spec
    from vitals.io.settings import Settings

    models = write(world, folder)
    for table, column in (
        (world.predictions, "predicted_at"),
        (world.feedback, "observed_at"),
    ):  # small groups are read fast
        name = "predictions" if column == "predicted_at" else "feedback"
        table.sort_values(column, kind="stable").to_parquet(
            folder / f"{name}.parquet", index=False, row_group_size=2000
        )
    settings = Settings.from_env(
        {},
        home=folder / "home",
        models_dir=models,
        suites_dir=models,
        sources=dict.fromkeys(("flights", "warehouse"), f"file://{folder}"),
    )
    whole = spec.load_model(models / f"{world.name}.yaml")
    predictions = whole.predictions.model_copy(update={"inputs": ()})
    bare = {"expectations": (), "heuristics": (), "limits": (), "avoid": (), "predictions": predictions}
    moment = datetime.combine(world.days.max().date() + timedelta(days=40), time(12), tzinfo=UTC)
    with open_world(settings, lambda: moment) as vitals:
        yield vitals, whole.model_copy(update=bare)


def _observe(vitals: "Vitals", model: "Model", day: Day) -> Observed:
    """What a day's observation would store."""
    from vitals.io import evaluating, observing
    from vitals.signals import scored

    partition = observing.read(vitals, model, day)
    evaluated = evaluating.evaluate(vitals, model, day)
    profiles = [*scored.profile(model, partition), *evaluated.profiles]
    measured = [*observing.measure(vitals, model, partition), *evaluated.measurements]
    return Observed(partition.facts, profiles, measured, ())


def _around(world: World, start: date, end: date) -> World:
    """The part of a log that the days from a start on look at."""
    rows = world.between(start - timedelta(days=REACH_DAYS), end)
    predictions = world.predictions[rows].reset_index(drop=True)
    kept = world.feedback["prediction_id"].isin(predictions["prediction_id"])
    return replace(world, predictions=predictions, feedback=world.feedback[kept].reset_index(drop=True))


def _place(one: Finding) -> Place:
    return one.day, one.fingerprint, one.cohort_day


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY
