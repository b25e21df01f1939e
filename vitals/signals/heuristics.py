"""Sanity checks that a person understands: one number a day each, computed elsewhere by the user's SQL."""

import math
from collections.abc import Mapping

from vitals.records import Day, Measurement, Symptom
from vitals.signals.entry import entry
from vitals.spec.model import Model
from vitals.stats.estimate import Estimate, said, unsaid


def measure(model: Model, day: Day, values: Mapping[str, float | None], rows: int) -> list[Measurement]:
    """Turn the numbers of a day into measurements, in the order of the model file.

    Parameters
    ----------
    values : by heuristic name; None where the expression gave null. A heuristic without a value is left out.
    rows : of the day.
    """
    return [
        entry(model, day, Symptom.HEURISTIC, heuristic.name, _estimate(values[heuristic.name], rows))
        for heuristic in model.heuristics
        if heuristic.name in values
    ]


def _estimate(value: float | None, rows: int) -> Estimate:
    if rows == 0:
        return unsaid("no rows", 0)
    if value is None or math.isnan(value):
        return unsaid("the expression gives null on this day", rows)
    if math.isinf(value):
        return unsaid("the expression gives no finite number on this day", rows)
    return said(value, None, rows, "the user's expression over the day's rows")
