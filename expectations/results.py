"""One result of Great Expectations in our four words: pass, fail, error, vacuous.

The library knows two: an expectation that could not be computed looks like a failed one, and one that
had no value to look at looks like a passed one. Neither may be taken for the other.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from numbers import Integral, Real
from typing import Any

from expectations import catalogue
from expectations.entries import Entry
from vitals import words
from vitals.records import EXAMPLES

PASS, FAIL, ERROR, VACUOUS = "pass", "fail", "error", "vacuous"
_LONGEST = 300
_SHOWN = 5
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one expectation.

    Attributes
    ----------
    status : pass | fail | error | vacuous.
    n : rows that were looked at (with a value, except where the expectation is about nulls).
    unexpected : rows against the expectation, None where it is one number for the column.
    share : unexpected / n.
    observed, error : short text, the same on every run over the same rows.
    """

    status: str
    observed: str | None = None
    n: int | None = None
    unexpected: int | None = None
    share: float | None = None
    error: str | None = None


def read(entry: Entry, result: Any, rows: int, values: Callable[[Entry], int]) -> Verdict:
    """Read the library's result of one expectation.

    Parameters
    ----------
    result : the library's `ExpectationValidationResult`.
    rows : rows of the day.
    values : counts the rows with a value that a column expectation looks at.
    """
    problem = _exception(result.exception_info)
    if problem:
        return Verdict(ERROR, error=problem)
    facts = result.result or {}
    passed = bool(result.success)  # a numpy.bool for some types
    if facts.get("element_count") is None:
        n = rows if entry.column is None or entry.type == catalogue.EXISTENCE else values(entry)
        status = _status(passed, n)
        return Verdict(status, observed=_observed(entry, facts, passed), n=n)
    n = int(facts["element_count"]) - int(facts.get("missing_count") or 0)
    unexpected = int(facts.get("unexpected_count") or 0)
    share = unexpected / n if n else None
    return Verdict(_status(passed, n), f"{unexpected} of {n}", n, unexpected, share)


def with_examples(verdict: Verdict, result: Any) -> Verdict:
    """Add the most frequent failing values to what was observed, whatever the order of the rows."""
    listed = (result.result or {}).get("unexpected_list") or []
    failing = [value for value in listed if value is not None and value == value]  # noqa: PLR0124 -- NaN is a null
    counted = sorted(Counter(map(text, failing)).items(), key=lambda pair: (-pair[1], pair[0]))
    if not counted:
        return verdict  # nulls alone have no value to show
    more = f" and {len(counted) - _EXAMPLES} more" if len(counted) > _EXAMPLES else ""
    said = ", ".join(f"{value} ({words.count(rows, 'row')})" for value, rows in counted[:_EXAMPLES])
    return replace(verdict, observed=f"{verdict.observed}{EXAMPLES}{said}{more}")


def _status(passed: bool, n: int) -> str:
    """Call a pass that saw no value vacuous."""
    if not passed:
        return FAIL
    return PASS if n else VACUOUS


def _observed(entry: Entry, facts: Mapping[str, Any], passed: bool) -> str:
    """Write down the one number (or the values) that an expectation compared."""
    if entry.type == catalogue.EXISTENCE:
        return "there" if passed else "not there"
    value = facts.get("observed_value")
    empty = value is None or (isinstance(value, list) and not value)
    return "no value" if empty else text(value)


def text(value: object) -> str:
    """Write an observed value shortly and stably.

    >>> text({"quantiles": [0.5], "values": [2.0]})
    'quantiles 0.5; values 2'
    """
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {text(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        more = f" … ({len(value)} values)" if len(value) > _SHOWN else ""
        return ", ".join(text(part) for part in value[:_SHOWN]) + more
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{float(value):.6g}"
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)[:_LONGEST]


def _exception(info: Any) -> str | None:
    """Find the message in one of the library's three shapes of exception_info; None when there is none."""
    if not isinstance(info, Mapping):
        return None
    if "raised_exception" in info:
        return short(str(info.get("exception_message"))) if info["raised_exception"] else None
    messages = [part.get("exception_message") for part in info.values() if isinstance(part, Mapping)]
    return short(str(messages[0])) if messages else None


def short(message: str) -> str:
    r"""Cut a message to one line without a traceback.

    >>> short("no such column\nTraceback (most recent call last): ...")
    'no such column'
    """
    line = " ".join(message.split("Traceback (most recent call last)", maxsplit=1)[0].split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
