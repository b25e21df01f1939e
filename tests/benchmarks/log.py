"""A made-up prediction log of any size: n rows of one day, 20 columns and id, score, decision.

12 numeric columns (7 continuous, 3 mostly zero, 2 integer), 6 of texts (3 to 1000 values), a boolean, a timestamp; 2 % nulls in all
but the timestamp. The same seed gives the same rows in parquet, SQLite and PostgreSQL.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vitals.spec import Model

DAY = date(2026, 3, 2)
TABLE = "predictions"
CONTINUOUS = tuple(f"real_{i}" for i in range(7))
SPARSE = tuple(f"sparse_{i}" for i in range(3))
WHOLE = ("count_0", "count_1")
NUMBERS = (*CONTINUOUS, *SPARSE, *WHOLE)
SIZES = {"text_3": 3, "text_12": 12, "text_21": 21, "text_60": 60, "text_300": 300, "text_1000": 1000}
TEXTS = tuple(SIZES)
COLUMNS = (*NUMBERS, *TEXTS, "flag", "at")
_DDL = {"double": ("REAL", "double precision"), "int64": ("INTEGER", "bigint"), "string": ("TEXT", "text")}
_OTHER_DDL = {"bool": ("BOOLEAN", "boolean"), "timestamp[us, tz=UTC]": ("TIMESTAMP", "timestamptz")}


def rows(n: int, day: date = DAY, seed: int = 1) -> pa.Table:
    """Make one day of n rows."""
    rng = np.random.default_rng((seed, day.toordinal()))
    columns: dict[str, pa.Array] = {"id": pa.array(np.arange(n) + day.toordinal() * 10_000_000)}
    columns |= {name: _holed(rng, rng.lognormal(0, 1 + i / 10, n)) for i, name in enumerate(CONTINUOUS)}
    for name in SPARSE:
        columns[name] = _holed(rng, np.where(rng.random(n) < 0.8, 0.0, rng.gamma(2, 1, n)))
    columns |= {name: _holed(rng, rng.poisson(40 * (i + 1), n)) for i, name in enumerate(WHOLE)}
    columns |= {name: _texts(rng, n, size) for name, size in SIZES.items()}
    columns["flag"] = _holed(rng, rng.random(n) < 0.3)
    start = int(datetime.combine(day, time(), UTC).timestamp() * 1e6)
    instants = np.sort(rng.integers(0, 86_400_000_000, n)) + start
    columns["at"] = pa.array(instants, pa.timestamp("us", "UTC"))
    score = rng.beta(2, 5, n)
    columns["score"] = pa.array(score)
    columns["decision"] = pa.array(np.where(score > 0.5, "yes", "no"))
    return pa.table(columns)


def model(segments: tuple[str, ...] = ("text_21",)) -> Model:
    """The model that watches all of it: 19 inputs (the timestamp is its time), score, decision."""
    inputs = [name for name in COLUMNS if name != "at"]
    log = {"source": "log", "table": TABLE, "time": "at", "score": "score", "decision": "decision"}
    predictions = log | {"id": "id", "segments": segments, "inputs": inputs}
    return Model.model_validate({"model": "wide", "task": "binary", "timezone": "UTC", "predictions": predictions})


def write_parquet(table: pa.Table, folder: Path) -> str:
    """Write a folder of one file; gives its URL as a source."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / f"{TABLE}.parquet")
    return f"file://{folder}"


def write_sqlite(table: pa.Table, path: Path) -> str:
    """Write an SQLite file; gives its URL as a source."""
    import adbc_driver_sqlite.dbapi as adbc

    with adbc.connect(str(path)) as connection, connection.cursor() as cursor:
        cursor.execute(_create(table, 0))
        flag = table.column_names.index("flag")
        cursor.adbc_ingest(TABLE, table.set_column(flag, "flag", table["flag"].cast(pa.int64())), mode="append")
        connection.commit()
    return f"sqlite:///{path}"


def write_postgres(table: pa.Table, url: str) -> str:
    """Write a table of an empty PostgreSQL database; gives its URL as a source."""
    import adbc_driver_postgresql.dbapi as adbc

    with adbc.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(_create(table, 1))
        cursor.adbc_ingest(TABLE, table, mode="append")
        connection.commit()
    return url


def later(days: int) -> date:
    """The day so many days after the first."""
    return DAY + timedelta(days=days)


def _create(table: pa.Table, dialect: int) -> str:
    types: Mapping[str, tuple[str, str]] = _DDL | _OTHER_DDL
    fields = ", ".join(f'"{field.name}" {types[str(field.type)][dialect]}' for field in table.schema)
    return f"CREATE TABLE {TABLE} ({fields})"


def _holed(rng: np.random.Generator, values: NDArray[np.generic]) -> pa.Array:
    return pa.array(values, mask=rng.random(values.size) < 0.02)


def _texts(rng: np.random.Generator, n: int, size: int) -> pa.Array:
    weights = 1 / np.arange(1, size + 1)
    codes = rng.choice(size, n, p=weights / weights.sum()).astype(np.int32)
    words = pa.array([f"value {i:04}" for i in range(size)])
    return pa.DictionaryArray.from_arrays(_holed(rng, codes), words).cast(pa.string())
