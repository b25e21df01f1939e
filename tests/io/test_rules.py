"""Users' SQL: what it answers, what it cannot do, and how a mistake in it is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from vitals.errors import InputError
from vitals.io.rules import Rules, check, columns_of
from vitals.io.sqltext import quoted, smuggling

TYPES = {
    "score": pa.float64(),
    "decision": pa.dictionary(pa.int32(), pa.string()),
    "sched_hour": pa.int64(),
    "late": pa.bool_(),
    "seen": pa.timestamp("us", "UTC"),
    'odd "name"': pa.float64(),
}


@pytest.fixture
def rules() -> Iterator[Rules]:
    at = datetime(2013, 5, 1, 22, tzinfo=UTC)
    table = pa.table(
        {
            "score": pa.array([0.1, 0.6, 0.9, None], pa.float64()),
            "decision": pa.array(["ok", "ok", "warn", None]).dictionary_encode(),
            "sched_hour": [17, 18, 19, 20],
            "late": [True, False, None, True],
            "seen": pa.array([at + timedelta(hours=i) for i in range(4)], pa.timestamp("us", "UTC")),
            'odd "name"': [1.0, 2.0, np.inf, None],
        }
    )
    with Rules(table) as opened:
        yield opened


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("decision = 'ok' AND score > 0.5", 1),
        ("score > 0.5 OR decision = 'ok'", 3),
        ("score IS NULL", 1),
        ("NOT score > 0.5", 1),  # unknown is not true
        ("late", 2),
        ("decision IN ('ok', 'warn') AND sched_hour BETWEEN 18 AND 19", 2),
        ("CASE WHEN late THEN score > 0.05 ELSE false END", 1),
        ("lower(decision) LIKE 'w%'", 1),
        ("decision ~ '^o' AND coalesce(score, 0) < 0.5", 1),
        ("extract(hour FROM seen) >= 23", 1),
        ("seen < TIMESTAMPTZ '2013-05-02 00:00:00+00'", 2),
        ("seen - INTERVAL 1 DAY < TIMESTAMPTZ '2013-05-01 00:00:00+00'", 2),
        ('"odd ""name""" > 1', 2),
        ("score > 0.5 -- above the middle", 2),
        ("/* why */ score > 0.5", 2),
        ("1 = 1", 4),
        ("decision = 'a;b)--'", 0),
    ],
)
def test_count(rules: Rules, where: str, rows: int) -> None:
    """A predicate counts the rows for which it is true."""
    assert rules.count(where) == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("avg((decision = 'warn')::int) FILTER (WHERE sched_hour >= 18)", 0.5),
        ("count(*)", 4.0),
        ("count(DISTINCT decision)", 2.0),
        ("sum(score) / count(score)", 1.6 / 3),
        ("quantile_cont(score, 0.5)", 0.6),
        ("avg(CASE WHEN late THEN 1 ELSE 0 END)", 0.5),
        ("max(score) - min(score)", 0.8),
        ("bool_or(late)", 1.0),
        ("sum(score) FILTER (WHERE score > 2)", None),  # null
        ('max("odd ""name""")', None),  # infinite
        ("sum(sched_hour) / 0", None),
        ("count(*) FILTER (WHERE late)", 2.0),
    ],
)
def test_value(rules: Rules, expression: str, value: float | None) -> None:
    """An aggregate gives one number; null and not finite are None."""
    found = rules.value(expression)

    assert found == (None if value is None else pytest.approx(value, rel=1e-15))


def test_rows_for_which_a_predicate_holds(rules: Rules) -> None:
    """Row by row, in the order of the table."""
    assert rules.holds("score > 0.5").to_pylist() == [False, True, True, False]


def test_no_rows() -> None:
    """An empty table has no matching rows and no averages."""
    with Rules(pa.table({name: pa.array([], kind) for name, kind in TYPES.items()})) as rules:
        assert rules.count("score > 0.5") == 0
        assert rules.count("1 = 1") == 0
        assert rules.value("avg(score)") is None
        assert rules.value("count(*)") == 0.0


def test_hours_of_a_zone() -> None:
    """Hours and dates are read in the zone that is asked for."""
    table = pa.table({"seen": pa.array([datetime(2013, 5, 1, 3, tzinfo=UTC)], pa.timestamp("us", "UTC"))})

    with Rules(table, zone="America/New_York") as rules:
        assert rules.value("max(extract(hour FROM seen))") == 23.0


@pytest.mark.parametrize(
    "expression",
    [
        "avg(score)",
        "sum(score)",
        "stddev(score) FILTER (WHERE decision = 'a')",
        "corr(score, other)",
        "sum(score * other) / sum(other)",
        "max_by(other, whole)",
        "avg(whole)",
    ],
)
def test_same_bits_in_any_order_of_rows(expression: str) -> None:
    """Sums of floating-point numbers are the same to the last bit, however the rows are ordered and chunked."""
    rng = np.random.default_rng(7)
    n = 10_000
    table = pa.table(
        {
            "score": rng.normal(size=n) * 10.0 ** rng.integers(-8, 8, n),
            "other": rng.normal(size=n),
            "whole": rng.integers(0, 50, n),
            "decision": pa.array(rng.choice(["a", "b"], n)),
        }
    )
    found = set()
    for _ in range(4):
        table = table.take(pa.array(rng.permutation(n)))
        table = pa.concat_tables([table.slice(0, n // 3), table.slice(n // 3)])
        with Rules(table) as rules:
            found.add(rules.value(expression))

    assert len(found) == 1


HOSTILE = [
    "1=1; DROP TABLE u0",
    "1=1) FROM t; COPY t TO '/tmp/x'; SELECT (1",
    "1=1) UNION SELECT 1 FROM (SELECT 1",
    "(SELECT count(*) FROM read_csv('/etc/passwd')) > 0",
    "(SELECT content FROM read_text('/etc/passwd')) IS NOT NULL",
    "EXISTS (SELECT 1 FROM '/etc/passwd')",
    "EXISTS (FROM glob('/*'))",
    "score IN (SELECT 1)",
    "score = ANY (SELECT 1)",
    "score = ANY ([1, 2])",
    "(SELECT sum(score) FROM u0) > 0",
    "EXISTS (SELECT 1 FROM duckdb_settings())",
    "EXISTS (SELECT 1 FROM information_schema.tables)",
    "getenv('HOME') IS NOT NULL",
    "current_setting('threads') = '1'",
    "read_blob('/etc/passwd') IS NOT NULL",
    "getvariable('x') IS NULL",
    "nextval('s') > 0",
    "setseed(0.5) IS NULL",
    "write_log('x') IS NULL",
    "sleep_ms(10000) IS NULL",
    "random() > 0.5",
    "now() > seen",
    "today() > seen",
    "uuid() = decision",
    "pg_catalog.pg_table_size('u0') > 0",
    "system.main.current_query() IS NULL",
    "error('boom')",
    "query('SELECT 1') IS NULL",
    "row_number() OVER () > 1",
    "COLUMNS(*) > 1",
    "*",
    "#1 > 1",
    "$1 > 1",
    "? > 1",
    "list_filter([score], x -> x > 1) IS NULL",
    "t.score > 1",
    "repeat('x', 1000000000) = decision",
    "range(1000000000) IS NULL",
    "score > 0.5) -- ",
    "score > 0.5 /*",
    "score > 0.5 /* /* */ */",
    "decision = 'x",
    '"score > 1',
    "$$a$$ = decision",
    "E'\\') OR (1=1' = decision",
    "",
    "  ",
    "-- nothing",
    "score > 0.5 ORDER BY 1",
    "score > 0.5, 1",
    "score > 0.5 FROM t WHERE (1=1",
    "SET threads = 4",
    "ATTACH 'x.db'",
    "INSTALL httpfs",
    "PRAGMA database_list",
    "score::regclass IS NULL",
    "score::STRUCT(x INT) IS NULL",
]


@pytest.mark.parametrize("where", HOSTILE)
def test_hostile_expressions_are_refused(rules: Rules, where: str) -> None:
    """What is no plain question about the rows is refused before it runs, by every entry."""
    problem = check(where, TYPES, "where")

    assert problem
    assert "\n" not in problem
    with pytest.raises(InputError):
        rules.count(where)
    with pytest.raises(InputError):
        columns_of(where)


def test_the_database_is_closed_off(rules: Rules, tmp_path: Path) -> None:
    """Even a statement that got past the parser could not read, write, load, attach or unlock."""
    import duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n")
    statements = [
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"SELECT * FROM '{tmp_path}/secret.csv'",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/out.db'",
        f"EXPORT DATABASE '{tmp_path}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM 'https://example.com/x.parquet'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET threads = 8",
        "SELECT * FROM rules",
    ]
    for statement in statements:
        with pytest.raises(duckdb.Error):
            rules._connection.execute(statement).fetchall()

    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    ("expression", "kind", "problem"),
    [
        ("scor > 0.5", "where", "unknown column 'scor' at 1; did you mean 'score'?"),
        ("decision = 'ü' AND scor > 0.5", "where", "unknown column 'scor' at 20; did you mean 'score'?"),
        ("Score > 0.5", "where", "unknown column 'Score' at 1; did you mean 'score'?"),
        (
            "xyz > 0.5",
            "where",
            "unknown column 'xyz' at 1; there is score, decision, sched_hour, late, seen, odd \"name\"",
        ),
        ("avg(score) > 0.5", "where", "'avg' at 1 counts many rows; a predicate looks at one row"),
        ("score", "value", "must give one number for the day; use an aggregate such as avg(...) or count(*)"),
        ("max(decision)", "value", "must give one number, gives VARCHAR"),
        ("decision", "where", "must be true or false for a row, gives VARCHAR"),
        ("averge(score)", "value", "function 'averge' is unknown or not allowed at 1; did you mean 'avg'?"),
        ("score > 0.5)", "where", "unbalanced parenthesis: nothing to close at 12"),
        ("(score > 0.5", "where", "unbalanced parenthesis: opened at 1, never closed"),
        ("score > > 0.5", "where", 'syntax error at or near ">" at 9'),
        ("score >", "where", 'syntax error at or near ")" at 8'),
        ("score > 'high'", "where", "Could not convert string 'high' to DOUBLE at 9"),
        (
            "sum(decision)",
            "value",
            "No function matches the given name and argument types 'sum(VARCHAR)' at 1",
        ),
    ],
)
def test_mistakes_are_told_with_their_position(expression: str, kind: str, problem: str) -> None:
    """A bad expression is one line with the character and, for names, the nearest one."""
    assert check(expression, TYPES, kind) == problem


def test_mixed_aggregate_names_the_column() -> None:
    """A column outside an aggregate is named with its place."""
    problem = check("avg(score) + sched_hour", TYPES, "value")

    assert problem is not None
    assert '"sched_hour" must appear in the GROUP BY' in problem
    assert problem.endswith("at 14")


@pytest.mark.parametrize("where", ["score > 0.5", 'late AND "odd ""name""" < 3', "1 = 1"])
def test_good_expressions_have_no_problem(where: str) -> None:
    """Nothing to say about what is right."""
    assert check(where, TYPES, "where") is None


def test_values_that_do_not_convert(rules: Rules) -> None:
    """What only the data shows to be wrong is told when it runs."""
    with pytest.raises(InputError, match=r"expression decision::int > 1: Could not convert string 'ok' to INT32"):
        rules.count("decision::int > 1")


def test_columns_of() -> None:
    """Names as written, quoted ones unquoted, none twice, none from texts or comments."""
    assert columns_of('"odd ""name""" > 1 AND b = \'c\' AND b < d -- e') == {'odd "name"', "b", "d"}
    assert columns_of("count(*)") == frozenset()


@pytest.mark.parametrize("name", ["a", 'a"b', "a b", "ü", '""'])
def test_quoted_names_are_one_identifier(name: str) -> None:
    """Any text becomes exactly one name."""
    assert columns_of(f"{quoted(name)} > 1") == {name}
    assert smuggling(f"{quoted(name)} > 1") is None
