"""Answers that are none: nothing was filled in, or a value that only stands for "no real answer".

Counts over all rows of the day, failed ones too: whoever asked got no answer either way.
"""

from vitals.records import Measurement, Partition, Symptom
from vitals.signals.entry import entry
from vitals.signals.values import equal_any, missing
from vitals.spec.model import Model
from vitals.spec.parts import Value
from vitals.stats.estimate import unsaid
from vitals.stats.intervals import share


def measure(model: Model, partition: Partition) -> list[Measurement]:
    """Measure missing and defaulted answers.

    Returns
    -------
    missing_answers per response column (share of rows that are null); default_answers per column under the model
    file's `defaults` (share of rows that equal one of the values).
    """
    day, table = partition.facts.day, partition.table
    found = []
    for column in model.responses:
        absent = column not in table.column_names
        nulls = unsaid(missing(column), 0) if absent else share(table[column].null_count, table.num_rows)
        found.append(entry(model, day, Symptom.MISSING_ANSWERS, column, nulls))
    for column, values in _defaults(model).items():
        if column in table.column_names:
            defaulted = share(int(equal_any(table[column], values).sum()), table.num_rows)
        else:
            defaulted = unsaid(missing(column), 0)
        found.append(entry(model, day, Symptom.DEFAULT_ANSWERS, column, defaulted))
    return found


def _defaults(model: Model) -> dict[str, tuple[Value, ...]]:
    """Default values per column; `score` and `decision` mean the columns in those roles."""
    roles = {"score": model.predictions.score, "decision": model.predictions.decision}
    by_column: dict[str, tuple[Value, ...]] = {}
    for key, values in model.defaults.items():
        column = roles.get(key) or key
        by_column[column] = (*by_column.get(column, ()), *values)
    return by_column
