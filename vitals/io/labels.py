"""The labels that became known on one day, as a table of their own: what a suite of the feedback table looks at.

Which prediction they belong to, and what they are worth, is decided elsewhere (`sources.cohorts`).
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from vitals.io.observing import due_instant
from vitals.io.sources.base import Query
from vitals.io.sources.cohorts import feedback_of
from vitals.io.sources.days import Place, normal, required, time_range, within
from vitals.io.world import World
from vitals.records import Day, Partition, PartitionFacts
from vitals.spec import Model
from vitals.windows import local_hour_lengths, window


def read_labels(world: World, model: Model, day: Day, columns: Sequence[str]) -> Partition:
    """Read the rows of the feedback table with a time on a day, loaded before the day was due where rows say when.

    Parameters
    ----------
    columns : names to read; those that the table lacks end up in `facts.missing_columns`.

    Raises
    ------
    InputError : the table or its time is not what the model file says. SourceError : it cannot be reached.
    """
    spec = feedback_of(model)
    source, place, span = world.source(spec.source), Place(spec.source, spec.table), window(day, model.zone)
    with source.session() as session:
        schema = session.schema(spec.table)
        special = [spec.time, *([spec.loaded_at] if spec.loaded_at else [])]
        required(place, special, list(schema), " of feedback")
        ranges = [time_range(place, session, schema[spec.time], spec, (span.start, span.end))]
        if spec.loaded_at:
            bounds = (None, due_instant(model, day))
            ranges.append(time_range(place, session, schema[spec.loaded_at], spec, bounds))
        there = [name for name in columns if name in schema]
        query = Query(spec.table, tuple(dict.fromkeys([*there, *special])), tuple(ranges))
        raw, times = within(place, session.rows(query), query.ranges)
    zone = ZoneInfo(spec.time_zone)
    arrays = {name: normal(place, raw.column(name), schema[name], zone, name == spec.id) for name in there}
    instants = np.asarray(times[spec.time].cast(pa.int64()))
    table = pa.table({"__time": times[spec.time], **arrays}).select([*there] or ["__time"])
    facts = PartitionFacts(
        model=model.name,
        day=day,
        window_start=span.start,
        window_end=span.end,
        rows=len(instants),
        duplicates=0,
        first_time=None,
        last_time=None,
        hours=(0,) * 24,
        hour_lengths=local_hour_lengths(day, model.zone),
        columns=tuple(there),
        missing_columns=tuple(sorted(set(columns) - set(there))),
    )
    return Partition(facts, table)
