"""Files as a source: parts, patterns, what is not read, and what goes wrong with files."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vitals.errors import InputError, SourceError
from vitals.io.sources import Source, open_source
from vitals.io.sources.base import Range
from vitals.io.sources.parquet import ParquetParts
from vitals.io.sources.times import Shape, TimeForm
from vitals.spec.model import Model

DAY = date(2013, 5, 1)
NOON = datetime(2013, 5, 1, 16, tzinfo=UTC)


def rows(day: int, **columns: object) -> pa.Table:
    at = NOON + timedelta(days=day)
    return pa.table({"id": [f"d{day}"], "at": pa.array([at], pa.timestamp("us", "UTC")), "score": [0.5], **columns})


def opened(folder: Path) -> Source:
    return open_source("w", folder.as_uri(), lambda: NOON)


@pytest.mark.parametrize("table", ["parts", "part-*.parquet", "part-1.parquet", "part-1"])
def test_parts(table: str, tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """A folder or a pattern of parts is one table; a column that only some parts have is null in the others."""
    parts = [rows(-1), rows(0, extra=pa.array([3], pa.int32())), rows(0).set_column(0, "id", [["other"]])]
    (tmp_path / "parts").mkdir()
    for number, part in enumerate(parts):
        pq.write_table(part, tmp_path / f"part-{number}.parquet")
        pq.write_table(part, tmp_path / "parts" / f"{number}.parquet")

    partition = opened(tmp_path).read_day(make_model(table=table), DAY, ["id", "at", "extra"], None)

    assert partition.table["extra"].to_pylist() == ([3] if "part-1" in table else [3, None])
    assert partition.table["extra"].type == pa.int64()


def test_only_the_row_groups_of_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups whose statistics exclude the day stay unread, and of the others only the asked columns are read."""
    path = tmp_path / "predictions.parquet"
    pq.write_table(pa.concat_tables([rows(day) for day in range(-5, 6)]), path, row_group_size=2)
    read: list[tuple[int, tuple[str, ...]]] = []
    original = pq.ParquetFile.read_row_group

    def counting(self: pq.ParquetFile, group: int, columns: list[str]) -> pa.Table:
        read.append((group, tuple(columns)))
        return original(self, group, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counting)
    start = datetime(2013, 5, 1, 4, tzinfo=UTC)
    span = Range("at", TimeForm(Shape.INSTANT), start, start + timedelta(days=1))

    table = ParquetParts([path]).read(["id", "at"], [span])

    assert table["id"].to_pylist() == ["d0"]
    assert read == [(2, ("at",)), (2, ("id",))]


def test_text_times_in_parquet(tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """Times as ISO text are read, as in a database."""
    table = rows(0).set_column(1, "at", [["2013-05-01T16:00:00Z"]])
    pq.write_table(table, tmp_path / "predictions.parquet")

    partition = opened(tmp_path).read_day(make_model(), DAY, ["id", "at"], None)

    assert partition.facts.first_time == NOON


def test_csv_types_come_from_all_rows(tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """One late letter makes a column text, however many numbers precede it."""
    lines = [f"r{i},2013-05-01 12:00:00,0.5,{i}" for i in range(30_000)]
    text = "\n".join(["id,at,score,code", *lines, "last,2013-05-01 12:00:00,0.5,x"])
    (tmp_path / "predictions.csv").write_text(text)

    partition = opened(tmp_path).read_day(make_model(), DAY, ["id", "code"], None)

    assert pa.types.is_dictionary(partition.table["code"].type)
    assert partition.facts.rows == 30_001


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("predictions.parquet", b"PAR1 this is no parquet file PAR1", "cannot be read: .*write the file again"),
        ("predictions.parquet", b"", "cannot be read"),
        ("predictions.csv", b"id,at,score\na,2013-05-01 12:00:00,1\nb,2013-05-01 12:00:00\n", "as the header"),
        ("predictions.csv", b"", "needs a header"),
        ("prediction.csv", b"id,at,score\n", "did you mean 'prediction'"),
        ("predictions.csv", b"id,time,score\n", "column 'at': the table has no such column"),
        ("predictions.csv", b"id,at,score\na,2013-05-01 12:00:00,high\n", "must be a number"),
        ("predictions.csv", b"id,at,score\na,soon,0.5\n", "'soon'"),
    ],
)
def test_bad_files(name: str, content: bytes, message: str, tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """A broken, ragged or misnamed file is one message that names source and table."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputError, match=message) as caught:
        opened(tmp_path).read_day(make_model(), DAY, ["id"], None)

    assert str(caught.value).startswith("source 'w', table 'predictions'")
    assert "\n" not in str(caught.value)


def test_truncated_parquet(tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """A parquet file with damaged pages is one message, too."""
    path = tmp_path / "predictions.parquet"
    pq.write_table(pa.concat_tables([rows(0)] * 5000), path, use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[60 : len(data) // 2] = os.urandom(len(data) // 2 - 60)
    path.write_bytes(data)

    with pytest.raises(InputError, match="cannot be read"):
        opened(tmp_path).read_day(make_model(), DAY, ["id", "score"], None)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """A file that may not be read is the outside's trouble."""
    (tmp_path / "predictions.csv").write_text("id,at,score\n")
    (tmp_path / "predictions.csv").chmod(0)

    with pytest.raises(SourceError, match="check permissions"):
        opened(tmp_path).read_day(make_model(), DAY, ["id"], None)


@pytest.mark.parametrize("table", ["../secrets", "/etc/passwd", "a/../../b"])
def test_tables_lie_within_the_directory(table: str, tmp_path: Path) -> None:
    """A table's name does not leave the directory."""
    with pytest.raises(InputError, match="within the source's directory"):
        opened(tmp_path).columns(table)


@pytest.mark.parametrize("url", ["file://{0}/a b", "file:{0}/a%20b", "file:a b", "file:./a%20b"])
def test_every_way_to_write_a_directory(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two slashes or none, absolute or relative, blanks quoted or not."""
    (tmp_path / "a b").mkdir()
    pq.write_table(rows(0), tmp_path / "a b" / "log.parquet")
    monkeypatch.chdir(tmp_path)

    source = open_source("log", url.format(tmp_path), lambda: NOON)

    assert "score" in source.columns("log")


def test_missing_directory(tmp_path: Path) -> None:
    """A directory that is not there is named."""
    with pytest.raises(InputError, match=r"there is no directory .*nowhere"):
        opened(tmp_path / "nowhere").columns("predictions")


@pytest.mark.parametrize(
    "where",
    ["id IN (SELECT id FROM read_csv('/etc/passwd'))", "1=1; DROP TABLE t", "id = 'a') OR (1=1", "nope > 1", "score >"],
)
def test_predicates_of_files_are_restricted(where: str, tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """A predicate over a file can ask its rows and nothing else."""
    pq.write_table(rows(0), tmp_path / "predictions.parquet")

    with pytest.raises(InputError, match=r"source 'w', table 'predictions'.*predictions.where"):
        opened(tmp_path).read_day(make_model(where=where), DAY, ["id"], None)
