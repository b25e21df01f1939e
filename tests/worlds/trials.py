"""One planted fault after another, fast: observed and judged in memory, without files, suites or labels.

`Ground` is a faultless world observed once; `Ground.watch` judges its last days with a fault in them. What it gives is what the
terminal gives but for expectations and metrics: `test_planted_faults` asks those, through files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from tests.worlds.world import ONE_DAY, World
from vitals import spec
from vitals.judging.fold import Fold
from vitals.profiles import Profile
from vitals.records import (
    Day,
    Drift,
    Finding,
    Incident,
    Judged,
    Measurement,
    Observed,
    Partition,
    PartitionFacts,
    Transition,
)
from vitals.signals import answers, avoid, heuristics, scored, service
from vitals.spec import Model
from vitals.windows import local_hour_lengths, window


@dataclass
class Remembered:
    """What a store would hold of the days before, as `vitals.judging.past` asks for it."""

    before: Day
    since: Day = date(2000, 1, 1)
    facts: list[PartitionFacts] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    incidents: Sequence[Incident] = ()


def partition(model: Model, predictions: pd.DataFrame, day: date) -> Partition:
    """Read one local day out of a data frame, as a source does: the first row per id, texts as dictionaries."""
    span, zone = window(day, model.zone), ZoneInfo(model.timezone)
    at = predictions["predicted_at"]
    rows = predictions[(at >= span.start) & (at < span.end)]
    first = rows[~rows["prediction_id"].duplicated()] if model.predictions.id else rows
    hours = np.bincount(first["predicted_at"].dt.tz_convert(zone).dt.hour, minlength=24)
    table = pa.Table.from_pandas(first.reset_index(drop=True), preserve_index=False)
    arrays = {name: _as_read(table[name].combine_chunks()) for name in table.column_names}
    facts = PartitionFacts(
        model=model.name,
        day=day,
        window_start=span.start,
        window_end=span.end,
        rows=len(first),
        duplicates=len(rows) - len(first),
        first_time=rows["predicted_at"].min().to_pydatetime() if len(rows) else None,
        last_time=rows["predicted_at"].max().to_pydatetime() if len(rows) else None,
        hours=tuple(hours.tolist()),
        hour_lengths=local_hour_lengths(day, model.zone),
        columns=tuple(arrays),
        missing_columns=tuple(name for name in model.predictions.inputs if name not in arrays),
    )
    return Partition(facts, pa.table(arrays))


def _as_read(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string()).dictionary_encode()
    return column.cast(pa.float64() if pa.types.is_floating(kind) else pa.int64()) if _is_number(kind) else column


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def observe(model: Model, predictions: pd.DataFrame, day: date) -> Observed:
    """Profile and measure one day; rules of the model file that need SQL are run as everywhere."""
    from vitals.io.rules import Rules

    read = partition(model, predictions, day)
    rows = read.facts.rows
    with Rules(read.table, zone=model.timezone) as users:
        counts = {rule.name: (users.count(rule.where), rows) for rule in model.avoid if rule.over == "predictions"}
        values = {one.name: users.value(one.value) for one in model.heuristics}
    measured = [
        *service.measure(model, read),
        *answers.measure(model, read),
        *avoid.measure(model, day, counts),
        *heuristics.measure(model, day, values, rows),
    ]
    return Observed(read.facts, scored.profile(model, read), measured, ())


class Ground:
    """A faultless world, observed and judged once, on which faults are planted again and again.

    Parameters
    ----------
    world : must hold every day of first..last, or the days of `observed` are given and it holds those that will be spoilt.
    """

    def __init__(self, world: World, first: date, last: date, observed: Mapping[Day, Observed] | None = None) -> None:
        self.world = world
        self.model = read_model(world)
        self.days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        self.observed = observed or {day: observe(self.model, world.predictions, day) for day in self.days}
        fold = Fold(self.model, Remembered(first), (), ())
        self.judged: dict[Day, Judged] = {}
        self._incidents: dict[Day, Sequence[Incident]] = {}
        for day in self.days:
            self.judged[day] = fold.judge(self.observed[day])
            self._incidents[day] = fold.incidents

    def watch(self, spoilt: World, first: date, last: date) -> Iterator[Judged]:
        """Judge first..last of a spoilt world after the faultless days before, one day after the other."""
        fold = Fold(self.model, self._past(first), self._profiles(first), ())
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            gone = [one.column for one in spoilt.missing if one.first <= day <= one.last]
            yield fold.judge(observe(self.model, spoilt.predictions.drop(columns=gone), day))

    def new(self, judged: Iterable[Judged]) -> list[Finding]:
        """Give the findings that the faultless days do not have, in their order."""
        usual = {(day, one.fingerprint) for day, known in self.judged.items() for one in known.findings}
        return [one for day in judged for one in day.findings if (day.day, one.fingerprint) not in usual]

    def _past(self, before: Day) -> Remembered:
        past = Remembered(before)
        for day in self.days:
            if day >= before:
                break
            past.facts.append(self.observed[day].facts)
            past.measurements += [*self.observed[day].measurements, *self.judged[day].estimates]
            past.drifts += self.judged[day].drifts
            past.findings += self.judged[day].findings
            past.transitions += self.judged[day].transitions
        past.incidents = self._incidents.get(before - ONE_DAY, ())
        return past

    def _profiles(self, before: Day) -> list[Profile]:
        return [profile for day in self.days if day < before for profile in self.observed[day].profiles]


def read_model(world: World) -> Model:
    """Read a world's model as the terminal would."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{world.name}.yaml"
        path.write_text(world.model, encoding="utf-8")
        return spec.load_model(path)


def texts(findings: Sequence[Finding]) -> Mapping[str, str]:
    """Say findings shortly, for people."""
    return {f"{one.day} {one.symptom} {one.subject} {one.segment}": one.statement for one in findings}
