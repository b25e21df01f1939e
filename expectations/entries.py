"""One entry of a suite: an expectation with its arguments, severity and description, checked without the library.

    - expect_column_values_to_not_be_null: {column: temp}
      severity: {warning: {mostly: 0.97}, critical: {mostly: 0.8}}   # two thresholds on one check
      description: What it protects, with the evidence behind its numbers.

Knows nothing of files; the library's own rules for arguments are found by `expectations.building`.
"""

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from expectations import arguments, catalogue
from expectations.describing import describe
from expectations.positions import Node
from vitals.records import Severity
from vitals.spec import rowcount
from vitals.spec.rowcount import RowCount, usual_parameters

_KEYS = ("severity", "description")
_BOUNDS = {"min_value", "max_value", "quantile_ranges"}
_BY_RANK = ("critical", "warning", "info")
_ROW_BOUNDS = ("min_value", "max_value")
PARAMETERS = ("day_start", "day_end")
"""Run-time parameters of every suite: the first instant of the day and the first after it.

How many rows are usual is known when the day is judged (`vitals.spec.rowcount`).
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One expectation of a suite.

    Attributes
    ----------
    key : `type:column:hash` (`type:hash` for the table), the hash over type and arguments as written; it changes only when they do,
        never when other entries come or go. Of a number of rows that goes by the usual traffic: `type:min_rows<=rows`.
    kwargs : the arguments as the library takes them.
    column : the column it is about (the first of several), None for the table.
    columns : every column it reads, its row condition's too.
    parameters : names of its run-time parameters.
    line : where it stands in its file, from 1.
    """

    key: str
    type: str
    kwargs: Mapping[str, Any] = field(hash=False)
    severity: Severity
    description: str
    column: str | None
    columns: tuple[str, ...]
    parameters: tuple[str, ...]
    line: int


def spread(node: Node) -> list[Node]:
    """Make one node of each severity where the severity holds thresholds of its own, else give the node alone."""
    severity = node.value.get("severity") if isinstance(node.value, dict) else None
    if severity is None or not isinstance(severity.value, dict) or not severity.value:
        return [node]
    return [_with(node, name, given) for name, given in severity.value.items()]


def threshold_problems(node: Node) -> Iterator[tuple[int, str]]:
    """Find severities whose thresholds are no arguments."""
    severity = node.value.get("severity") if isinstance(node.value, dict) else None
    for name, given in severity.value.items() if severity and isinstance(severity.value, dict) else ():
        if not isinstance(given.value, dict) or not given.value:
            yield (
                given.line,
                f"severity.{name}: must hold its own arguments, like {{mostly: 0.9}}, got {given.plain()!r}",
            )


_STRICTER = {"mostly": 1, "min_value": 1, "max_value": -1}


def order_problems(node: Node) -> Iterator[tuple[int, str]]:
    """Find a critical threshold that is broken before the warning's: it would never be a warning."""
    severity = node.value.get("severity") if isinstance(node.value, dict) else None
    if severity is None or not isinstance(severity.value, dict):
        return
    given = {name: node.plain() for name, node in severity.value.items()}
    for (worse, hard), (milder, soft) in pairwise([(name, given[name]) for name in _BY_RANK if name in given]):
        for name, sign in _STRICTER.items():
            ends = [part.get(name) if isinstance(part, dict) else None for part in (hard, soft)]
            first, second = (end if isinstance(end, (int, float)) else None for end in ends)
            if first is not None and second is not None and sign * first >= sign * second:
                told = f"{name} {first} of {worse} is not looser than {second} of {milder}, which it would hide"
                yield severity.value[worse].line, f"severity.{worse}: {told}; swap them"


def _with(node: Node, severity: str, given: Node) -> Node:
    """Give an entry with a severity's own arguments among those of its expectation."""
    value = {**node.value, "severity": Node(severity, given.line)}
    for key, its in node.value.items():
        if key not in _KEYS and isinstance(its.value, dict) and isinstance(given.value, dict):
            value[key] = Node({**its.value, **given.value}, its.line)
    return Node(value, node.line)


def problems(node: Node, also_others: bool = False) -> Iterator[tuple[int, str]]:
    """Find all that is wrong with one entry (of one severity), each with its line.

    Parameters
    ----------
    also_others : whether types may be used that the library does not have (a module of the suite's brings them).
    """
    if not isinstance(node.value, dict):
        yield node.line, f"an entry must be `expect_...: {{arguments}}` with a severity, got {node.plain()!r}"
        return
    types = [key for key in node.value if key not in _KEYS and _looks_like_type(key)]
    for key, value in node.value.items():
        if key not in _KEYS and key not in types:
            yield value.line, f"unknown key {key!r}{meant(key, (*_KEYS, *sorted(catalogue.SUPPORTED)))}"
    if len(types) != 1:
        got = ", ".join(types) or "none"
        yield node.line, f"an entry needs exactly one expectation, got {got}; start a new entry with `-` for each"
    for kind in types:
        yield from _type_problems(kind, node.value[kind], also_others)
    yield from _severity_problems(node)
    described = node.value.get("description")
    if described is not None and not (isinstance(described.value, str) and described.value.strip()):
        yield described.line, f"description: must be text, got {described.plain()!r}"


def _type_problems(kind: str, given: Node, also_others: bool) -> Iterator[tuple[int, str]]:
    """Check a type's name and its arguments."""
    if kind in catalogue.REFUSED:
        yield given.line, f"{kind}: {catalogue.REFUSED[kind]}"
        return
    if kind not in catalogue.SUPPORTED and not also_others:
        yield given.line, f"unknown expectation {kind}{meant(kind, sorted(catalogue.SUPPORTED))}"
        return
    if not isinstance(given.value, dict):
        yield given.line, f"{kind}: its arguments must be a mapping, got {given.plain()!r}"
        return
    if kind.endswith("_to_be_between") and not _BOUNDS & given.value.keys():
        yield given.line, f"{kind}: without a bound it passes always; add min_value or max_value"
    for name, what in arguments.prepare(_plain(given))[1]:
        line = given.value[name].line if name in given.value else given.line
        yield line, f"{kind}.{name}: {what}"
    yield from _parameter_problems(kind, given)


def _parameter_problems(kind: str, given: Node) -> Iterator[tuple[int, str]]:
    """Check that every parameter has a value here: the usual traffic bounds the number of all rows and nothing else."""
    for argument, node in given.value.items():
        plain = node.plain()
        for name in arguments.parameters_of(plain):
            place = f"{kind}.{argument}: the parameter {name!r}"
            if usual_parameters(plain) and (kind != rowcount.KIND or argument not in _ROW_BOUNDS):
                told = f"is a number of rows; use it for min_value or max_value of {rowcount.KIND}"
                yield node.line, f"{place} {told}, or write a number"
            elif usual_parameters(plain) and "row_condition" in given.value:
                yield node.line, f"{place} is about all rows of a day; remove row_condition, or write a number"
            elif name.isidentifier() and name not in PARAMETERS and not usual_parameters(plain):
                known = rowcount.USUAL if kind == rowcount.KIND else PARAMETERS
                told = f"has no value{meant(name, known)}; or write a number (`vitals suggest` proposes them)"
                yield node.line, f"{place} {told}"


def _severity_problems(node: Node) -> Iterator[tuple[int, str]]:
    """Check that the severity is there and is one."""
    allowed = [severity.value for severity in Severity]
    severity = node.value.get("severity")
    if severity is None:
        yield node.line, f"severity is missing; choose {', '.join(allowed)}"
    elif not isinstance(severity.plain(), str) or severity.plain() not in allowed:
        got = severity.plain()
        yield severity.line, f"severity: must be {', '.join(allowed)}, got {got!r}{meant(str(got), allowed)}"


def entry(node: Node) -> Entry:
    """Turn a node without problems into an entry."""
    kind = next(key for key in node.value if key not in _KEYS)
    written = _plain(node.value[kind])
    kwargs, _ = arguments.prepare(written)
    columns = arguments.columns_of(kwargs)
    own = arguments.columns_of({name: value for name, value in kwargs.items() if name != "row_condition"})
    described = node.value.get("description")
    column = own[0] if own else None
    mark = hashlib.sha256(json.dumps([kind, written], sort_keys=True, default=str).encode()).hexdigest()[:8]
    parameters = arguments.parameters_of(kwargs)
    by_traffic = kind == rowcount.KIND and any(usual_parameters(kwargs.get(end)) for end in _ROW_BOUNDS)
    return Entry(
        key=RowCount.of_arguments(kwargs).key if by_traffic else ":".join(filter(None, (kind, column, mark))),
        type=kind,
        kwargs=kwargs,
        severity=Severity(node.value["severity"].plain()),
        description=" ".join(described.value.split()) if described else describe(kind, written),
        column=column,
        columns=columns,
        parameters=parameters,
        line=node.value[kind].line,
    )


def doubts(entry: Entry) -> Iterator[str]:
    """Say what deserves a second look."""
    if entry.type in catalogue.SEVERAL_COLUMNS and "ignore_row_if" not in entry.kwargs:
        which = "either" if "column_A" in entry.kwargs else "any"
        yield f"a row with a null counts as a failure; add `ignore_row_if: {which}_value_is_missing` if it should not"
    if entry.type in catalogue.ABOUT_TYPES:
        yield "a whole-number column with nulls is read as float64, and text as str; limits on values say more"


def _looks_like_type(key: str) -> bool:
    return key.startswith("expect_") or key in catalogue.REFUSED


def _plain(node: Node) -> dict[str, object]:
    plain = node.plain()
    return plain if isinstance(plain, dict) else {}


def _in_order(word: str) -> str:
    """Sort the parts of a name: `not_to_be` is nearer to `to_not_be` than to its contrary `to_be`."""
    return "_".join(sorted(word.split("_")))


def meant(word: str, known: Sequence[str]) -> str:
    """Add a did-you-mean, or the whole list when it is short."""
    alike = {_in_order(one): one for one in known}
    close = difflib.get_close_matches(_in_order(word), alike, n=1)
    if close:
        return f"; did you mean {alike[close[0]]}?"
    return f"; use {' or '.join(known)}" if 0 < len(known) <= 4 else ""
