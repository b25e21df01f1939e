"""One table planted in every kind of source, and models that read it."""

import math
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vitals.io.sources import Source, open_source
from vitals.io.sqltext import quoted
from vitals.spec.model import Model

KINDS = ["parquet", "csv", "sqlite", pytest.param("postgresql", marks=pytest.mark.sql)]
Plant = Callable[..., Source]


@pytest.fixture
def make_model() -> Callable[..., Model]:
    """Build a model; keywords go into `predictions`, `feedback` and `top` replace or add blocks."""

    def build(feedback: dict[str, Any] | None = None, top: dict[str, Any] | None = None, **log: Any) -> Model:
        predictions = {"source": "warehouse", "table": "predictions", "id": "id", "time": "at", "score": "score", **log}
        block = {"source": "warehouse", "table": "feedback", "id": "id", "time": "seen", "target": "late"}
        fields = {"model": "m", "task": "binary", "timezone": "America/New_York", "predictions": predictions}
        with_feedback = {"feedback": {**block, **feedback}} if feedback is not None else {}
        return Model.model_validate({**fields, **with_feedback, **(top or {})})

    return build


@pytest.fixture(params=KINDS)
def plant(request: pytest.FixtureRequest, tmp_path: Path) -> Plant:
    """Write tables into a source of the given kind and open it: `plant(predictions=table, feedback=table)`."""
    kind = request.param
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    return lambda **tables: planted(kind, tmp_path, url, tables)


@pytest.fixture
def plant_as(tmp_path: Path) -> Callable[..., Source]:
    """Write tables into a source of a named kind: `plant_as("sqlite", predictions=table)`."""
    return lambda kind, **tables: planted(kind, tmp_path / kind, None, tables)


def planted(kind: str, folder: Path, url: str | None, tables: dict[str, pa.Table]) -> Source:
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        if kind == "parquet":
            pq.write_table(table, folder / f"{name}.parquet", row_group_size=4)
        elif kind == "csv":
            _write_csv(table, folder / f"{name}.csv")
        elif kind == "sqlite":
            _write_sqlite(table, folder / "w.db", name)
        else:
            assert url is not None
            _write_postgres(table, url, name)
    urls = {"parquet": folder.as_uri(), "csv": folder.as_uri(), "sqlite": f"sqlite:///{folder / 'w.db'}"}
    return open_source("warehouse", url or urls[kind], lambda: datetime(2026, 1, 1, tzinfo=UTC))


def _write_csv(table: pa.Table, path: Path) -> None:
    lines = [",".join(map(quoted, table.column_names))]
    lines += [",".join(_csv_value(v) for v in row.values()) for row in table.to_pylist()]
    path.write_text("\n".join(lines) + "\n")


def _csv_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value).lower()


def _write_sqlite(table: pa.Table, path: Path, name: str) -> None:
    columns = ", ".join(f"{quoted(f.name)} {_sqlite_type(f.type)}" for f in table.schema)
    rows = [[_sqlite_value(v) for v in row.values()] for row in table.to_pylist()]
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {quoted(name)} ({columns})")
        connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({', '.join('?' * table.num_columns)})", rows)
    connection.close()


def _sqlite_type(kind: pa.DataType) -> str:
    types = pa.types
    return (
        "INTEGER" if types.is_integer(kind)
        else "REAL" if types.is_floating(kind)
        else "DECIMAL(10, 2)" if types.is_decimal(kind)
        else "BOOLEAN" if types.is_boolean(kind)
        else "DATETIME" if types.is_timestamp(kind)
        else "DATE" if types.is_date(kind)
        else "TEXT"
    )  # fmt: skip


def _sqlite_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _write_postgres(table: pa.Table, url: str, name: str) -> None:
    import psycopg

    types = pa.types
    words = {
        "int8": "smallint", "int32": "integer", "int64": "bigint", "float": "real", "double": "double precision",
        "bool": "boolean", "date32[day]": "date", "null": "double precision",
    }  # fmt: skip

    def word(kind: pa.DataType) -> str:
        if types.is_timestamp(kind):
            return "timestamptz" if kind.tz else "timestamp"
        return "numeric(10, 2)" if types.is_decimal(kind) else words.get(str(kind), "text")

    columns = ", ".join(f"{quoted(f.name)} {word(f.type)}" for f in table.schema)
    values = ", ".join(["%s"] * table.num_columns)
    with psycopg.connect(url) as connection:
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
        with connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{name}" VALUES ({values})', [list(r.values()) for r in table.to_pylist()])


@pytest.fixture
def contract_table() -> pa.Table:
    """Twelve rows around 1 May 2013 in New York with everything that databases write differently."""
    day = datetime(2013, 5, 1, 4, tzinfo=UTC)
    second = timedelta(seconds=1)
    minutes = [
        -second,
        timedelta(0),
        second,
        *(timedelta(hours=h, microseconds=1) for h in range(1, 8)),
        24 * 3600 * second - second,
        24 * 3600 * second,
    ]
    at = [day + m for m in minutes]
    n = len(at)
    return pa.table(
        {
            "id": [f"r{i:02d}" for i in range(n)],
            "at": pa.array(at, pa.timestamp("us", "UTC")),
            "naive": pa.array([t.replace(tzinfo=None) for t in at], pa.timestamp("us")),
            "score": pa.array(
                [0.25, 0.1, math.nan, math.inf, -math.inf, None, 1 / 3, 0.5, 0.5, 1e-300, 0.125, 0.75], pa.float64()
            ),
            "big": pa.array([2**53 + 1 + i for i in range(n)], pa.int64()),
            "small": pa.array([-3, None, *range(n - 2)], pa.int8()),
            "middle": pa.array([None, *range(n - 1)], pa.int32()),
            "single": pa.array([1.25 * i for i in range(n)], pa.float32()),
            "money": pa.array([Decimal(i) / 4 if i % 3 else None for i in range(n)], pa.decimal128(10, 2)),
            "flag": pa.array([None, *(i % 2 == 0 for i in range(n - 1))], pa.bool_()),
            "wörd's \"x": pa.array(["é, ü", None, "日本", "a'b", 'c"d', "O;--", *"ABCDEF"]).dictionary_encode(),
            "digits": pa.array([f"{i}" for i in range(n)], pa.large_string()),
            "on": pa.array([date(2013, 4, 1) + timedelta(days=i) for i in range(n)], pa.date32()),
            "none": pa.array([None] * n, pa.float64()),
        }
    )


@pytest.fixture
def plant_postgres() -> Callable[..., None]:
    """Write tables into a PostgreSQL database: `plant_postgres(url, predictions=table)`."""

    def write(url: str, **tables: pa.Table) -> None:
        for name, table in tables.items():
            _write_postgres(table, url, name)

    return write
