"""Expectations on the number of rows that go by the usual traffic: what they come to, now that other days are known.

Observing a day kept how many rows there were and what was asked of them (`vitals.spec.rowcount`). Usual is what the
rule on traffic calls so; a holiday makes the finding information. Nothing is read here but what was observed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vitals import words
from vitals.judging.day import Today
from vitals.judging.traffic import usual_total
from vitals.records import Validation
from vitals.spec.rowcount import Bound, RowCount

SUBJECT = "number of rows"
_LEARNING = "; how many are usual"


def judged(today: Today) -> list[Validation]:
    """Give today's expectations on the usual traffic with what they come to: pass, fail or vacuous."""
    asked = [(one, expected) for one in today.observed.validations if (expected := RowCount.of_key(one.key))]
    if not asked:
        return []
    usual = _usual(today)
    return [_judged(today, one, expected, usual) for one, expected in asked]


def with_judged(today: Today, counted: Sequence[Validation]) -> Today:
    """Put what expectations came to in place of what was observed of them."""
    known = {(one.suite, one.key): one for one in counted}
    validations = [known.get((one.suite, one.key), one) for one in today.observed.validations]
    return replace(today, observed=replace(today.observed, validations=validations))


def is_learning(one: Validation) -> bool:
    """Whether too little is known yet to say it: nothing is wrong with the suite or the day then."""
    return RowCount.of_key(one.key) is not None and one.status == "vacuous" and _LEARNING in (one.observed or "")


def _usual(today: Today) -> Mapping[str, float] | None:
    """The usual numbers of rows by their names; None with too little past."""
    known = usual_total(today)
    if known is None:
        return None
    middle, low, high = known
    return {"min_rows": float(max(math.ceil(low), 1)), "usual_rows": middle, "max_rows": float(math.floor(high))}


def _judged(today: Today, one: Validation, expected: RowCount, usual: Mapping[str, float] | None) -> Validation:
    rows = one.n or 0
    if not rows:
        return replace(one, status="vacuous", observed="no rows")
    seen, weekday = words.count(rows, "row"), f"{today.day:%A}"
    if usual is None:
        return replace(one, status="vacuous", observed=f"{seen}{_LEARNING} on a {weekday} is not known yet")
    status = "pass" if expected.holds(rows, usual) else "fail"
    holiday = f" ({today.calendar})" if today.calendar else ""
    return replace(one, status=status, observed=f"{seen}; {_wanted(expected, usual)}: usual for a {weekday}{holiday}")


def _wanted(expected: RowCount, usual: Mapping[str, float]) -> str:
    """Say the thresholds in numbers, like "at least 812"."""
    low = f"{'more than' if expected.above else 'at least'} {_number(expected.low, usual)}" if expected.low else ""
    high = f"{'less than' if expected.below else 'at most'} {_number(expected.high, usual)}" if expected.high else ""
    return " and ".join(filter(None, (low, high)))


def _number(bound: Bound, usual: Mapping[str, float]) -> str:
    rows = words.number(bound.rows(usual))
    return rows if bound.usual is None or bound.factor == 1 else f"{rows} ({bound.factor:g} x {bound.usual})"
