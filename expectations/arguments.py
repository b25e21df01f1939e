"""What can be wrong with the arguments of one expectation, found without Great Expectations.

The library itself accepts bounds that can never hold, reads dates as something it cannot compare and
drops what it does not know; here each of these is a problem with a remedy. Which argument names a type
takes is the library's to say (`expectations.checking`).
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from expectations import catalogue, conditions
from vitals.spec.rowcount import usual_parameters

LARGEST_EXACT = 2**53
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
Problem = tuple[str, str]  # argument (or '' for the whole), what is wrong with the remedy


def prepare(arguments: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Bring an expectation's arguments into the library's form.

    Times become aware (UTC when they name no zone) and `row_condition` becomes a nested mapping.

    Returns
    -------
    The arguments as the library takes them, and all that is wrong with them.
    """
    problems: list[Problem] = [
        (name, f"{reason}; remove it") for name, reason in catalogue.RESERVED.items() if name in arguments
    ]
    ready: dict[str, object] = {}
    for name, value in arguments.items():
        if name in catalogue.RESERVED:
            continue
        try:
            ready[name] = _prepared(name, value)
        except ValueError as problem:
            problems.append((name, str(problem)))
    problems += _wrong_order(ready)
    return ready, problems


def columns_of(arguments: Mapping[str, object]) -> tuple[str, ...]:
    """Name every column that an expectation reads, its row condition's too."""
    single = [arguments[name] for name in _COLUMN_ARGUMENTS if name in arguments]
    several = arguments.get("column_list", [])
    names = single + (several if isinstance(several, list) else [])
    names += conditions.columns_of(arguments.get("row_condition"))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def parameters_of(value: object) -> tuple[str, ...]:
    """Name the run-time parameters (`{$PARAMETER: name}`) anywhere in a value."""
    if isinstance(value, dict):
        if set(value) == {"$PARAMETER"}:
            return (str(value["$PARAMETER"]),)
        value = list(value.values())
    if isinstance(value, list):
        return tuple(dict.fromkeys(name for part in value for name in parameters_of(part)))
    return ()


def _prepared(name: str, value: object) -> object:
    """Check and convert one argument; ValueError says what is wrong."""
    for parameter in parameters_of(value):
        if not parameter.isidentifier() and not usual_parameters(value):
            msg = f"$PARAMETER must be a plain name (or usual_rows * 0.5, for a number of rows), got {parameter!r}"
            raise ValueError(msg)
    if parameters_of(value):
        return value
    check = _CHECKS.get(name)
    return check(value) if check else value


def _format(value: object) -> object:
    if not isinstance(value, str) or "%" not in value:
        msg = f"must be text such as %Y-%m-%d, got {value!r}"
        raise ValueError(msg)
    return value


def _values(value: object) -> object:
    """Check a set of values; an empty one allows everything or nothing."""
    if not isinstance(value, list) or not value:
        msg = f"must be a list of one value or more, like [a, b], got {value!r}"
        raise ValueError(msg)
    return value


def _quantiles(value: object) -> object:
    """Check that every quantile lies in 0..1 and has a range of two ends."""
    given = value if isinstance(value, dict) else {}
    quantiles, ranges = given.get("quantiles"), given.get("value_ranges")
    example = "write {quantiles: [0.5, 0.9], value_ranges: [[1, 2], [3, null]]}"
    if not isinstance(quantiles, list) or not isinstance(ranges, list) or not quantiles:
        msg = f"needs quantiles and value_ranges, got {value!r}; {example}"
        raise ValueError(msg)
    if len(quantiles) != len(ranges):
        msg = f"has {len(quantiles)} quantiles and {len(ranges)} value_ranges; give each quantile its range"
        raise ValueError(msg)
    if not all(isinstance(one, (int, float)) and 0 <= one <= 1 for one in quantiles):
        msg = f"quantiles must lie between 0 and 1, got {quantiles!r}; 0.9 is the 90th percentile"
        raise ValueError(msg)
    if not all(isinstance(one, list) and len(one) == 2 for one in ranges):
        msg = f"each of value_ranges must be a lower and an upper end, got {ranges!r}; {example}"
        raise ValueError(msg)
    return value


def _column(value: object) -> object:
    if not isinstance(value, str) or not value:
        msg = f"must be the name of a column, got {value!r}"
        raise ValueError(msg)
    return value


def _columns(value: object) -> object:
    if not isinstance(value, list) or len(value) < 2:
        msg = f"must be a list of two or more columns, got {value!r}"
        raise ValueError(msg)
    if len({str(name) for name in value}) < len(value):
        msg = f"names a column twice, got {value!r}; name each once"
        raise ValueError(msg)
    return [_column(name) for name in value]


def _mostly(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        meant = f"; did you mean {value / 100:g}?" if isinstance(value, (int, float)) and 1 < value <= 100 else ""
        msg = f"must be a share with 0 < mostly <= 1, got {value!r}{meant}"
        raise ValueError(msg)
    return value


def _bound(value: object) -> object:
    """Check a lower or upper bound: a finite number that keeps its value, or a full time."""
    if isinstance(value, str):
        value = _time(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        msg = f"a date alone cannot be compared with times; write {value.isoformat()} 00:00:00"
        raise ValueError(msg)  # noqa: TRY004 -- a problem of the file, reported with the others
    if isinstance(value, int) and abs(value) > LARGEST_EXACT:
        msg = f"whole numbers above 2^53 would be rounded, got {value}; compare a smaller number"
        raise ValueError(msg)
    if isinstance(value, float) and not math.isfinite(value):
        msg = f"must be finite, got {value}; leave the bound out instead"
        raise ValueError(msg)
    return value


def _time(text: str) -> date:
    """Read a bound given as text."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        msg = f"must be a number or a time such as 2013-04-01 00:00:00, got {text!r}"
        raise ValueError(msg) from None


def _expression(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as problem:
            msg = f"is no regular expression ({problem}), got {value!r}"
            raise ValueError(msg) from None
    return value


def _expressions(value: object) -> object:
    return [_expression(part) for part in value] if isinstance(value, list) else value


def _condition(value: object) -> object:
    if not isinstance(value, str):
        msg = f'must be text such as col("origin") == "JFK", got {value!r}'
        raise ValueError(msg)  # noqa: TRY004 -- a problem of the file, reported with the others
    return conditions.parse(value)


_CHECKS = {
    "column": _column,
    "column_A": _column,
    "column_B": _column,
    "column_list": _columns,
    "mostly": _mostly,
    "min_value": _bound,
    "max_value": _bound,
    "regex": _expression,
    "regex_list": _expressions,
    "row_condition": _condition,
    "strftime_format": _format,
    "value_set": _values,
    "quantile_ranges": _quantiles,
}


def _wrong_order(arguments: Mapping[str, object]) -> Iterator[Problem]:
    """Find lower bounds above their upper bounds."""
    yield from _crossed("min_value", arguments.get("min_value"), arguments.get("max_value"))
    quantiles = arguments.get("quantile_ranges")
    ranges = quantiles.get("value_ranges", []) if isinstance(quantiles, dict) else []
    for pair in ranges if isinstance(ranges, list) else []:
        if isinstance(pair, list) and len(pair) == 2:
            yield from _crossed("quantile_ranges", *pair)


def _crossed(name: str, low: object, high: object) -> Iterator[Problem]:
    numbers = isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high
    times = isinstance(low, datetime) and isinstance(high, datetime) and low > high
    if numbers or times:
        yield name, f"{low} is above the upper bound {high}, so nothing can pass; swap them"
