"""What a day's decisions tell without any label: the metrics that need none, on the day itself.

Cohorts give the same numbers again at each of their ages; who waits for labels there learns nothing more about these.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitals.records import Measurement, Partition, Symptom
from vitals.signals.entry import entry
from vitals.signals.outcomes import outcomes
from vitals.spec.model import Model, Task
from vitals.stats.metrics import METRICS


def needs_labels(metric: str) -> bool:
    """Whether a metric can be said only when labels are there; of one that is not known, yes."""
    return metric not in METRICS or "label" in METRICS[metric].needs


def measure(model: Model, partition: Partition) -> list[Measurement]:
    """Measure the metrics of the model file that need no labels.

    Returns
    -------
    performance of age 0 per such metric, of the rows that count in cohorts: status ok, answered, the first of its id.
    """
    names = [name for name in model.metrics if not needs_labels(name)] if model.task == Task.BINARY else []
    if not names or not partition.table.num_rows:
        return []
    rows = outcomes(model, _counted(model, partition.table), "")
    return [entry(model, partition.facts.day, Symptom.PERFORMANCE, name, rows.estimate(name)) for name in names]


def _counted(model: Model, table: "pa.Table") -> "pa.Table":
    """Leave the rows that were answered."""
    log, there = model.predictions, table.column_names
    counted = np.ones(table.num_rows, dtype=np.bool_)
    if log.status and log.status.column in there:
        column = table[log.status.column]
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else pa.string()
        plain = column.cast(kind)
        counted &= np.asarray(pc.is_in(plain, pa.array(log.status.ok, plain.type)))
    answer = log.score or log.decision
    if answer in there:
        counted &= np.asarray(pc.is_valid(table[answer]))
    return table.filter(pa.array(counted))
