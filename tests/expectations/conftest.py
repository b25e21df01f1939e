"""Suites and one-day partitions made by hand."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from vitals.records import Partition, PartitionFacts
from vitals.spec.model import Model

START = datetime(2013, 8, 14, 4, tzinfo=UTC)


@pytest.fixture
def suite(tmp_path: Path) -> Callable[..., Path]:
    """Write a suite file; the text is its list of expectations."""

    def write(entries: str, name: str = "s") -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"suite: {name}\nexpectations:\n{entries}", encoding="utf-8")
        return path

    return write


@pytest.fixture
def model() -> Model:
    """Make a model whose suite is `s`."""
    predictions = {"source": "w", "table": "t", "time": "at", "score": "score"}
    return Model(model="m", task="binary", timezone="America/New_York", expectations="s", predictions=predictions)


@pytest.fixture
def partition() -> Callable[..., Partition]:
    """Make a one-day partition of columns."""

    def make(columns: Mapping[str, object] | pa.Table, rows: int | None = None) -> Partition:
        table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
        facts = PartitionFacts(
            model="m",
            day=date(2013, 8, 14),
            window_start=START,
            window_end=START + timedelta(days=1),
            rows=table.num_rows if rows is None else rows,
            duplicates=0,
            first_time=START,
            last_time=START,
            hours=(0,) * 24,
            hour_lengths=(1.0,) * 24,
            columns=tuple(table.column_names),
        )
        return Partition(facts, table)

    return make
