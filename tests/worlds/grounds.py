"""The two faultless worlds on which the table plants its faults, at any number of rows a day; days are made and observed one by one.

`flights` is the demo's real log, about 940 rows a day; more rows are drawn from each real day with replacement, so that days
differ as really as they do and only the sampling noise shrinks. `loans` is made up. Only the rows around the faults are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from tests.worlds.answering import StandIn
from tests.worlds.flights import flights
from tests.worlds.synthetic import by_day, log, synthetic
from tests.worlds.trials import Ground, observe, read_model
from tests.worlds.world import ONE_DAY, World

WATCHED, CLEAN, REFERENCE = 7, 28, 28
"""days a fault lasts; faultless days judged from its first day on; days before it that a fixed reference holds"""
REAL_ROWS = 940


@dataclass(frozen=True)
class Plan:
    """When a world begins to be observed, when its faults begin, and which answer is which."""

    start: date
    first: date
    positive: str
    other: str

    @property
    def end(self) -> date:
        """The last day observed."""
        return self.first + timedelta(days=CLEAN - 1)


PLANS = {
    "flights": Plan(date(2013, 5, 10), date(2013, 7, 22), "warn", "ok"),
    "loans": Plan(date(2025, 2, 1), date(2025, 4, 7), "refer", "approve"),
}


@dataclass(frozen=True)
class Grounded:
    """A world observed once: the rows around its faults, and the model that answers spoilt inputs."""

    plan: Plan
    world: World
    ground: Ground
    model: StandIn


def days_of(world: str, rows: int, seed: int) -> Iterator[tuple[date, pd.DataFrame]]:
    """Give every day of a world's plan with its predictions."""
    plan = PLANS[world]
    count = (plan.end - plan.start).days + 1
    if world == "loans":
        for number, frame in enumerate(by_day(plan.start, count, rows, np.random.default_rng(seed))):
            yield plan.start + timedelta(days=number), frame
        return
    real = flights()
    for day in (plan.start + timedelta(days=number) for number in range(count)):
        frame = real.predictions[real.between(day, day)]
        yield day, frame if rows <= 1000 else _drawn(frame, rows, np.random.default_rng((seed, day.toordinal())))


def _drawn(frame: pd.DataFrame, rows: int, generator: np.random.Generator) -> pd.DataFrame:
    """Draw a real day's rows with replacement, each with an id of its own."""
    chosen = np.sort(generator.integers(0, len(frame), round(len(frame) * rows / REAL_ROWS)))
    drawn = frame.iloc[chosen].reset_index(drop=True)
    drawn["prediction_id"] = drawn["prediction_id"] + "-" + drawn.index.astype("str")
    return drawn


@cache
def ground_of(world: str, rows: int, seed: int) -> Grounded:
    """Observe and judge a faultless world once."""
    plan = PLANS[world]
    whole = _whole(world)
    model = read_model(whole)
    observed, kept = {}, []
    for day, frame in days_of(world, rows, seed):
        observed[day] = observe(model, frame, day)
        if plan.first - ONE_DAY <= day <= plan.first + timedelta(days=WATCHED):
            kept.append(frame)
    around = replace(whole, predictions=pd.concat(kept, ignore_index=True))
    ground = Ground(around, plan.start, plan.end, observed)
    return Grounded(plan, around, ground, _answering(world, model.predictions.inputs, seed))


@cache
def _answering(world: str, inputs: tuple[str, ...], seed: int) -> StandIn:
    """The model of a world, the same at any number of rows."""
    plan = PLANS[world]
    days = (plan.first - plan.start).days
    learnt = flights() if world == "flights" else synthetic(plan.start, days, 1000, seed)
    return StandIn(learnt, inputs, plan.positive, plan.other)


@cache
def columns_of(world: str) -> dict[str, list[str]]:
    """Name the columns of a world that someone who looks at columns would watch: inputs and answers, by kind."""
    sample = flights().predictions if world == "flights" else synthetic(PLANS[world].start, 1, 100).predictions
    names = [*read_model(_whole(world)).predictions.inputs, "score", "decision", "latency_ms", "status"]
    numeric = [name for name in names if sample[name].dtype.kind in "fiu"]
    return {"numeric": numeric, "texts": [name for name in names if name not in numeric]}


def local(world: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give the watched columns of some rows with their local time `at`, without a zone."""
    kinds = columns_of(world)
    kept = [name for name in (*kinds["numeric"], *kinds["texts"]) if name in frame.columns]
    at = frame["predicted_at"].dt.tz_convert(_whole(world).zone).dt.tz_localize(None)
    return frame[kept].assign(at=at).reset_index(drop=True)


def _whole(world: str) -> World:
    return flights() if world == "flights" else log(pd.DataFrame(), pd.DataFrame())
