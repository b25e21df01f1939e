"""Records to rows and back, value for value.

Plain Python values go in, whatever subclass (enum, numpy) came: drivers treat those differently. Knows the columns of
`tables` and the fields of `vitals.records`, nothing of transactions.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Double,
    Integer,
    LargeBinary,
    Table,
    Text,
    select,
)

from vitals.errors import StoreError
from vitals.io.store import tables
from vitals.io.store.tables import Instant
from vitals.records import (
    Drift,
    DriftScore,
    Evidence,
    Finding,
    Incident,
    Measurement,
    PartitionFacts,
    Severity,
    Symptom,
    Transition,
    TransitionKind,
    Triage,
    TriageKind,
    Validation,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    R = TypeVar("R", bound=DataclassInstance | DriftScore)
else:
    R = TypeVar("R")

Row = dict[str, Any]
_AT_ONCE = 200  # rows: fetched singly they cost twice as much, all at once they wake the garbage collector

TABLES: Mapping[type, Table] = {
    PartitionFacts: tables.partition,
    Measurement: tables.measurement,
    Validation: tables.validation,
    Drift: tables.drift,
    DriftScore: tables.drift,
    Finding: tables.finding,
    Incident: tables.incident,
    Transition: tables.transition,
    Triage: tables.triage,
}


def row(record: "DataclassInstance", **further: Any) -> Row:
    """Make the row of a record: its fields, and what its table has beside them.

    Raises
    ------
    StoreError
        For NaN and for an instant without zone: neither may be stored.
    """
    table = TABLES[type(record)]
    values = {field.name: getattr(record, field.name) for field in fields(record)} | further
    return {column.name: _plain(table, column, values[column.name]) for column in table.columns}


def finding_row(finding: Finding, run_id: str) -> Row:
    """Make the row of a finding, under its fingerprint and the day it is about."""
    return row(finding, fingerprint=finding.fingerprint, about_day=finding.cohort_day or finding.day, run_id=run_id)


def records(connection: Connection, kind: type[R], *where: ColumnElement[bool]) -> list[R]:
    """All records of a kind that meet the conditions, in the order of their key."""
    table = TABLES[kind]
    names = _names(kind)
    statement = select(*(table.c[name] for name in names)).where(*where).order_by(*table.primary_key.columns)
    restore = _FROM | {"kind": _KINDS.get(kind, str)}
    special = [(i, restore[name]) for i, name in enumerate(names) if name in restore]
    parts = connection.execute(statement).partitions(_AT_ONCE)
    if not special:
        return [kind(*values) for part in parts for values in part]
    return [kind(*_restored(values, special)) for part in parts for values in part]


def _names(kind: type[Any]) -> Sequence[str]:
    return DriftScore._fields if kind is DriftScore else [field.name for field in fields(kind)]


def _restored(found: Sequence[Any], special: Sequence[tuple[int, Callable[[Any], Any]]]) -> Sequence[Any]:
    values = list(found)
    for i, convert in special:
        values[i] = convert(values[i])
    return values


def _tuple_of(kind: Callable[[Any], Any]) -> Callable[[str], tuple[Any, ...]]:
    def restore(text: str) -> tuple[Any, ...]:
        return tuple(kind(value) for value in json.loads(text))

    return restore


def _evidence(text: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(**line) for line in json.loads(text))


def _json_of(kind: Callable[[Any], Any]) -> Callable[[Sequence[Any]], str]:
    def write(values: Sequence[Any]) -> str:
        plain = [kind(value) for value in values]
        return json.dumps(plain, separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    return write


# Columns that hold a tuple as JSON text, and words that are members of an enum.
_TO: Mapping[str, Callable[[Any], str]] = {
    "hours": _json_of(int),
    "hour_lengths": _json_of(float),
    "columns": _json_of(str),
    "missing_columns": _json_of(str),
    "evidence": _json_of(asdict),
}
_FROM: dict[str, Callable[[Any], Any]] = {
    "hours": _tuple_of(int),
    "hour_lengths": _tuple_of(float),
    "columns": _tuple_of(str),
    "missing_columns": _tuple_of(str),
    "evidence": _evidence,
    "severity": Severity,
    "symptom": Symptom,
}
_KINDS: Mapping[type, Callable[[Any], Any]] = {Transition: TransitionKind, Triage: TriageKind}


def _plain(table: Table, column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    try:
        return (_TO.get(column.name) or _PLAIN[type(column.type)])(value)
    except ValueError as error:
        raise StoreError(f"{table.name}.{column.name}: {error}; it cannot be stored") from None


def _number(value: Any) -> float:
    number = float(value)
    if math.isnan(number):
        raise ValueError("NaN never means fine, None with a reason does")
    return number + 0.0  # SQLite drops the sign of -0.0, so that no store may keep it


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"an instant without time zone: {value}")
    return value


def _text(value: Any) -> str:
    return str(value).replace("\x00", "␀")  # PostgreSQL has no such character


def _day(value: Any) -> date:
    return date(value.year, value.month, value.day)


_PLAIN: Mapping[type, Callable[[Any], Any]] = {
    Text: _text,
    Date: _day,
    Double: _number,
    Integer: int,
    BigInteger: int,
    Boolean: bool,
    Instant: _instant,
    LargeBinary: bytes,
}
