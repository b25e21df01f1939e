"""What stakeholders want to avoid, as counted by their rules.

Rules are SQL and are run elsewhere: here are only counts. Whether a rule is broken is judged later.
"""

from collections.abc import Mapping

from vitals.records import Day, Measurement, Symptom
from vitals.signals.entry import entry
from vitals.spec.model import AvoidRule, Model
from vitals.stats.estimate import Estimate, said, unsaid
from vitals.stats.intervals import share

ABOUT = "about so many"
"""Begins the method of a number that was scaled up from a sample."""


def measure(
    model: Model,
    day: Day,
    counts: Mapping[str, tuple[int, int]],
    *,
    age: int = 0,
    known_on: Day | None = None,
    one_in: int = 1,
) -> list[Measurement]:
    """Turn counts into measurements, in the order of the model file.

    Parameters
    ----------
    counts : by rule name (matching rows, eligible rows); a rule without counts is left out.
    age, known_on : for rules over outcomes the cohort's age, and the day it was known on (`day + age` unless said).
    one_in : N when only one in N rows was read: the number of matching rows is then about N times what was counted.

    Returns
    -------
    avoid : per rule the share of eligible rows that match (rules with `share`, Wilson), else the number of matching
    rows; n = eligible rows, and a reason when there are none.
    """
    return [
        entry(
            model,
            day,
            Symptom.AVOID,
            rule.name,
            _estimate(rule, *counts[rule.name], one_in),
            age=age,
            known_on=known_on,
        )
        for rule in model.avoid
        if rule.name in counts
    ]


def _estimate(rule: AvoidRule, matching: int, eligible: int, one_in: int) -> Estimate:
    if rule.share is not None:
        return share(matching, eligible)
    if not eligible:
        return unsaid("no rows", 0)
    method = "matching rows" if one_in == 1 else f"{ABOUT} matching rows, by one in {one_in}"
    return said(matching * one_in, None, eligible, method)
