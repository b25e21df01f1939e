"""Bad tables, columns and rules: what is spoilt, the command that meets it, what its message must name."""

import sqlite3
from datetime import datetime

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from tests.terminal.bad_inputs import RUN, Spoil, change, environ, mistake
from tests.terminal.desk import Desk, replace


def _column(**columns: object) -> Spoil:
    """Replace columns of the predictions; None drops one, a function computes one from its old values."""

    def spoil(desk: Desk) -> None:
        table = pq.read_table(desk.table())
        replace(desk.table(), {n: v(table[n]) if callable(v) else v for n, v in columns.items()})

    return spoil


def _label(**columns: object) -> Spoil:
    """Replace columns of the labels."""

    def spoil(desk: Desk) -> None:
        table = pq.read_table(desk.table("labels"))
        replace(desk.table("labels"), {n: v(table[n]) if callable(v) else v for n, v in columns.items()})

    return spoil


def _words(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([f"about {value}" for value in values.to_pylist()])


def _seconds(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([int(value.timestamp()) for value in values.to_pylist()])


def _bytes(content: bytes) -> Spoil:
    return lambda desk: desk.table().write_bytes(content)


def _truncated(desk: Desk) -> None:
    desk.table().write_bytes(desk.table().read_bytes()[:-2000])


def _folder_of_nothing(desk: Desk) -> None:
    desk.table().unlink()
    (desk.folder / "data" / "predictions").mkdir()


def _folder_named_parquet(desk: Desk) -> None:
    desk.table().unlink()
    desk.table().mkdir()


def _csv(*more: str, header: str | None = None) -> Spoil:
    """Turn the predictions into a CSV file with further lines, or with another header."""

    def spoil(desk: Desk) -> None:
        path = desk.table().with_suffix(".csv")
        pyarrow.csv.write_csv(pq.read_table(desk.table()), path)
        lines = path.read_text().splitlines()
        path.write_text("\n".join([header or lines[0], *lines[1:], *more]) + "\n")
        desk.table().unlink()

    return spoil


def _empty_csv(desk: Desk) -> None:
    desk.table().with_suffix(".csv").write_text("")
    desk.table().unlink()


def _sqlite(*statements: str) -> Spoil:
    """Move both tables into a SQLite file and change it."""

    def spoil(desk: Desk) -> None:
        path = desk.folder / "log.db"
        with sqlite3.connect(path) as connection:
            for name in ("predictions", "labels"):
                rows = pq.read_table(desk.table(name)).to_pylist()
                connection.execute(f"CREATE TABLE {name} ({', '.join(rows[0])})")
                values = [[_stored(value) for value in row.values()] for row in rows]
                connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", values)
            for statement in statements:
                connection.execute(statement)
        connection.close()
        desk.environ(VITALS_SOURCE_LOG_URL=f"sqlite:///{path}")

    return spoil


def _stored(value: object) -> object:
    return value.isoformat(" ") if isinstance(value, datetime) else value


def _no_sqlite(desk: Desk) -> None:
    desk.environ(VITALS_SOURCE_LOG_URL=f"sqlite:///{desk.folder}/absent.db")


def _notes_as_sqlite(desk: Desk) -> None:
    (desk.folder / "notes.db").write_text("these are my notes\n" * 100)
    desk.environ(VITALS_SOURCE_LOG_URL=f"sqlite:///{desk.folder}/notes.db")


def _where(predicate: str) -> Spoil:
    return change("  id: id\n", f"  where: {predicate}\n  id: id\n")


def _rule(predicate: str) -> Spoil:
    return change("decision = 'approve' AND score > 0.9", predicate)


def _number(expression: str) -> Spoil:
    return change("avg((decision = 'refer')::int)", expression)


FILES = [
    mistake("no directory of tables", RUN, "'log'", "/absent", spoil=environ(VITALS_SOURCE_LOG_URL="file:///absent")),
    mistake(
        "no such table", RUN, "'prediction'", "'predictions'", spoil=change("table: predictions", "table: prediction")
    ),
    mistake("no such table of labels", RUN, "'label'", "'labels'", spoil=change("table: labels", "table: label")),
    mistake("table outside", RUN, "credit.yaml", "table", spoil=change("table: predictions", "table: ../predictions")),
    mistake("folder without parts", RUN, "'predictions'", "predictions/*.parquet", spoil=_folder_of_nothing),
    mistake("folder named like a file", RUN, "'predictions'", "predictions.parquet", spoil=_folder_named_parquet),
    mistake(
        "parquet file of something else", RUN, "'predictions'", "write the file again", spoil=_bytes(b"no parquet" * 99)
    ),
    mistake("truncated parquet file", RUN, "'predictions'", "write the file again", spoil=_truncated),
    mistake("empty parquet file", RUN, "'predictions'", "write the file again", spoil=_bytes(b"")),
    mistake("ragged CSV file", RUN, "'predictions'", "header", spoil=_csv("p9,2024-03-12 10:00:00Z,0.5")),
    mistake("empty CSV file", RUN, "'predictions'", "header line", spoil=_empty_csv),
    mistake("CSV file without the columns", RUN, "column 'id'", spoil=_csv(header="a,b,c,d,e,f,g,h,i,j")),
    mistake("no SQLite file", RUN, "'log'", "absent.db", "correct its URL", spoil=_no_sqlite),
    mistake("SQLite file of something else", RUN, "'log'", "correct its URL", spoil=_notes_as_sqlite),
    mistake(
        "no such table in SQLite",
        RUN,
        "'predictions'",
        "'predicted'",
        spoil=_sqlite("ALTER TABLE predictions RENAME TO predicted"),
    ),
]

COLUMNS = [
    mistake("no id", RUN, "column 'id'", "no such column", spoil=_column(id=None)),
    mistake("no time", RUN, "column 'at'", "no such column", spoil=_column(at=None)),
    mistake("no score", RUN, "column 'scor'", "'score'", spoil=change("score: score", "score: scor")),
    mistake("no decision", RUN, "column 'decision'", "no such column", spoil=_column(decision=None)),
    mistake("no status", RUN, "column 'status'", "no such column", spoil=_column(status=None)),
    mistake("no latency", RUN, "column 'latency'", "no such column", spoil=_column(latency=None)),
    mistake("no version", RUN, "column 'version'", "no such column", spoil=_column(version=None)),
    mistake("no segment", RUN, "column 'region'", "no such column", spoil=change("[country]", "[region]")),
    mistake("time in words", RUN, "column 'at'", "ISO", spoil=_column(at=_words)),
    mistake("time as numbers without a unit", RUN, "column 'at'", "time_unit", spoil=_column(at=_seconds)),
    mistake(
        "time that is a truth", RUN, "column 'at'", "timestamp", spoil=_column(at=lambda v: pa.array([True] * len(v)))
    ),
    mistake("score as text", RUN, "column 'score'", "must be a number", spoil=_column(score=_words)),
    mistake("latency as text", RUN, "column 'latency'", "must be a number", spoil=_column(latency=_words)),
    mistake(
        "list as input",
        RUN,
        "column 'age'",
        "list",
        spoil=_column(age=lambda v: pa.array([[x] for x in v.to_pylist()])),
    ),
    mistake("bytes as input", RUN, "column 'age'", "binary", spoil=_column(age=lambda v: pa.array([b"\xff"] * len(v)))),
    mistake("labels without id", RUN, "'labels'", "column 'id'", spoil=_label(id=None)),
    mistake("labels without time", RUN, "'labels'", "column 'known_at'", spoil=_label(known_at=None)),
    mistake("labels without target", RUN, "'labels'", "column 'late'", spoil=_label(late=None)),
    mistake("labels with time in words", RUN, "'labels'", "column 'known_at'", "ISO", spoil=_label(known_at=_words)),
    mistake("labels named like a column", RUN, "'score'", spoil=change("target: late", "target: score")),
    mistake(
        "mixed times in SQLite",
        RUN,
        "column 'at'",
        "one format",
        spoil=_sqlite("UPDATE predictions SET at = replace(at, ' ', 'T') WHERE id > 'p00530'"),
    ),
    mistake(
        "words among numbers in SQLite",
        RUN,
        "column 'age'",
        spoil=_sqlite("UPDATE predictions SET age = 'unknown' WHERE id > 'p00530'"),
    ),
]

RULES = [
    mistake("where that does not parse", RUN, "predictions.where", "syntax", spoil=_where("age >")),
    mistake(
        "where with a second statement", RUN, "predictions.where", ";", spoil=_where("age > 3; DROP TABLE predictions")
    ),
    mistake("where that breaks out", RUN, "predictions.where", spoil=_where("1 = 1) OR (1 = 1")),
    mistake("where on an unknown column", RUN, "'agee'", "'age'", spoil=_where("agee > 3")),
    mistake(
        "where that does not parse in SQLite",
        RUN,
        "predictions.where",
        "age >",
        spoil=lambda desk: (_sqlite()(desk), _where("age >")(desk)),
    ),
    mistake(
        "where that changes SQLite",
        RUN,
        "predictions.where",
        spoil=lambda desk: (_sqlite()(desk), _where("id IN (DELETE FROM predictions RETURNING id)")(desk)),
    ),
    mistake("rule on an unknown column", RUN, "'scor'", "Approved above 0.9", "'score'", spoil=_rule("scor > 0.9")),
    mistake("rule on many rows", RUN, "avg", "Approved above 0.9", "one row", spoil=_rule("avg(score) > 0.9")),
    mistake("rule that does not parse", RUN, "Approved above 0.9", "at 9", spoil=_rule("score > > 0.9")),
    mistake(
        "rule that reads files",
        RUN,
        "Approved above 0.9",
        spoil=_rule("score > (SELECT 1 FROM read_csv('/etc/passwd'))"),
    ),
    mistake("rule that compares with words", RUN, "Approved above 0.9", "'high'", spoil=_rule("score > 'high'")),
    mistake("number of one row", RUN, "Share referred", "aggregate", spoil=_number("score")),
    mistake("number that is text", RUN, "Share referred", spoil=_number("max(decision)")),
    mistake("number of an unknown column", RUN, "Share referred", "'score'", spoil=_number("avg(scor)")),
]
