"""The golden signals of the service: traffic, errors, latency, saturation; and predictions logged twice.

Measures one day from its partition alone. What is usual is not known here.
"""

import numpy as np
from numpy.typing import NDArray

from vitals.profiles.segments import group
from vitals.records import Measurement, Partition, Symptom
from vitals.signals.entry import entry
from vitals.signals.values import equal_any, missing, numbers
from vitals.spec.model import Model
from vitals.stats.estimate import Estimate, said, unsaid
from vitals.stats.intervals import share

LATENCIES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def measure(model: Model, partition: Partition) -> list[Measurement]:
    """Measure what the model file names of the service.

    Returns
    -------
    traffic `day` and `hour=00` .. `hour=23` (rows; hours that the local day does not have are left out), traffic `day`
    per model version (so that releases can be seen), errors
    `status` (share), latency `p50 p95 p99` (milliseconds), saturation (share of the capacity), duplicates `id` (share).
    """
    found = [
        *_traffic(partition),
        *_errors(model, partition),
        *_latency(model, partition),
        *_saturation(model, partition),
        *_duplicates(model, partition),
    ]
    day = partition.facts.day
    whole = [entry(model, day, signal, subject, estimate) for signal, subject, estimate in found]
    return [*whole, *_versions(model, partition)]


Found = list[tuple[Symptom, str, Estimate]]


def _traffic(partition: Partition) -> Found:
    """Rows of the day, and of each local hour as if it had 60 minutes (`n` is what was counted)."""
    facts = partition.facts
    read, method = partition.table.num_rows, "rows of the day"
    if partition.one_in > 1:
        method += f"; one in {partition.one_in} was read"
    found: Found = [(Symptom.TRAFFIC, "day", said(facts.rows, None, read, method))]
    for hour, (rows, length) in enumerate(zip(facts.hours, facts.hour_lengths, strict=True)):
        if length > 0:
            per_hour = said(rows / length, None, rows, "rows of the local hour, per 60 minutes")
            found.append((Symptom.TRAFFIC, f"hour={hour:02d}", per_hour))
    return found


def _versions(model: Model, partition: Partition) -> list[Measurement]:
    """Rows of the day per version of the model; the smallest ones together."""
    column = model.predictions.version
    if column is None or column not in partition.table.column_names or not partition.facts.rows:
        return []
    groups = group(partition.table[column], "version")
    found = []
    for name, read in zip(groups.segments, np.diff(groups.bounds).tolist(), strict=True):
        rows, method = partition.scaled(read), "rows of the day"
        if partition.one_in > 1:
            method = f"about so many rows of the day, by one in {partition.one_in}"
        estimate = said(rows, None, read, method)
        found.append(entry(model, partition.facts.day, Symptom.TRAFFIC, "day", estimate, segment=name))
    return found


def _errors(model: Model, partition: Partition) -> Found:
    """Share of rows whose status is not a good one; no status at all is an error too."""
    status = model.predictions.status
    if status is None:
        return []
    if status.column not in partition.table.column_names:
        return [(Symptom.ERRORS, "status", unsaid(missing(status.column), 0))]
    good = equal_any(partition.table[status.column], status.ok)
    return [(Symptom.ERRORS, "status", share(len(good) - int(good.sum()), len(good)))]


def _latency(model: Model, partition: Partition) -> Found:
    """Exact quantiles over the rows that have a latency (linear between ranks)."""
    column = model.predictions.latency_ms
    if column is None:
        return []
    values = _finite(partition, column)
    return [(Symptom.LATENCY, name, _quantile(values, q, column)) for name, q in LATENCIES.items()]


def _saturation(model: Model, partition: Partition) -> Found:
    """95th percentile of the used share of the capacity."""
    saturation = model.predictions.saturation
    if saturation is None:
        return []
    values = _finite(partition, saturation.column)
    used = values if isinstance(values, str) else values / saturation.capacity
    return [(Symptom.SATURATION, saturation.column, _quantile(used, 0.95, saturation.column))]


def _duplicates(model: Model, partition: Partition) -> Found:
    """Share of rows that repeat an id of the day."""
    if model.predictions.id is None:
        return []
    facts = partition.facts
    return [(Symptom.DUPLICATES, "id", share(facts.duplicates, facts.rows + facts.duplicates))]


def _finite(partition: Partition, column: str) -> NDArray[np.float64] | str:
    values = numbers(partition.table, column)
    return values if isinstance(values, str) else values[np.isfinite(values)]


def _quantile(values: NDArray[np.float64] | str, q: float, column: str) -> Estimate:
    if isinstance(values, str):
        return unsaid(values, 0)
    if not len(values):
        return unsaid(f"no row has a value of {column}", 0)
    return said(float(np.quantile(values, q)), None, len(values), f"exact {100 * q:g} % quantile")
