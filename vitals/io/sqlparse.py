"""What a user's expression consists of: its columns and aggregates, and the first thing in it that is not allowed.

An allow-list, not a deny-list: what DuckDB may learn to do tomorrow stays refused until someone adds it here. Left out
on purpose: whatever reads files, settings or the clock, differs between runs, or depends on the order of the rows.
Positions count characters from 1. Knows no table: whether a column exists is asked elsewhere.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import duckdb

from vitals.io.sqltext import enclosed, smuggling

_BEFORE = "SELECT "
_AFTER = " FROM t"
_UNKNOWN_PLACE = 2**63


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORDER_FREE = _words("count count_star count_if countif min max median quantile_cont quantile_disc bool_and bool_or")
ORDER_FREE_ON_INTEGERS = _words("sum avg mean")
AGGREGATES = ORDER_FREE.union(
    ORDER_FREE_ON_INTEGERS,
    _words(
        "stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp mad mode entropy skewness "
        "kurtosis max_by min_by arg_max arg_min"
    ),
)
_OPERATORS = _words(  # under the names that the parser gives them
    "+ - * / // % ^ ** || ~~ !~~ ~~* !~~* ~~~ = <> != < <= > >= regexp_matches regexp_full_match not_like_escape "
    "like_escape ilike_escape not_ilike_escape"
)
_ON_NUMBERS = _words(
    "abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log2 log10 pow power mod greatest least isnan isinf "
    "isfinite sin cos tan asin acos atan atan2 radians degrees pi add subtract multiply divide nullif if ifnull"
)
_ON_TEXT = _words(
    "lower upper lcase ucase trim ltrim rtrim length len strlen substring substr left right replace contains prefix "
    "suffix starts_with ends_with strpos instr position concat concat_ws regexp_extract regexp_replace split_part "
    "reverse lpad rpad levenshtein jaccard"
)
_ON_TIMES = _words(
    "date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub year month day hour minute second "
    "dayofweek isodow weekday dayofyear week quarter epoch epoch_ms epoch_us strftime make_date make_timestamp "
    "to_years to_months to_days to_hours to_minutes to_seconds to_milliseconds to_microseconds to_weeks timezone "
    "to_timestamp last_day time_bucket"
)
_SCALARS = _OPERATORS | _ON_NUMBERS | _ON_TEXT | _ON_TIMES
_TYPES = _words(
    "boolean bool tinyint smallint integer int bigint hugeint utinyint usmallint uinteger ubigint int1 int2 int4 int8 "
    "short long float real double float4 float8 decimal numeric varchar text string char bpchar date time timestamp "
    "datetime timestamptz interval"
) | {"timestamp with time zone"}
_CLASSES = {
    "COLUMN_REF": "",
    "CONSTANT": "",
    "COMPARISON": "",
    "CONJUNCTION": "",
    "OPERATOR": "",
    "FUNCTION": "",
    "CASE": "",
    "CAST": "",
    "BETWEEN": "",
    "COLLATE": "",
    "TYPE": "",
    "SUBQUERY": "a subquery is not allowed; only the rows of the day can be asked",
    "WINDOW": "a window function is not allowed; it gives a number per row",
    "STAR": "'*' is not allowed; name the columns",
    "PARAMETER": "a parameter is not allowed; write the value",
    "LAMBDA": "a lambda is not allowed",
    "POSITIONAL_REFERENCE": "'#' is not allowed; name the column",
    "DEFAULT": "'default' is not allowed",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in an expression and the character where it starts (from 1)."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression taken apart.

    Attributes
    ----------
    problem : the first thing that is not allowed, with its position; None when there is none.
    columns, aggregates : what it mentions, in order.
    summed : a query `SELECT a, b FROM t` of the arguments that are summed or averaged ('' when there are none).
    """

    problem: str | None
    columns: tuple[Mention, ...] = ()
    aggregates: tuple[Mention, ...] = ()
    summed: str = ""


@lru_cache(maxsize=1024)
def parse(expression: str) -> Parsed:
    """Take an expression apart, without running anything.

    >>> parsed = parse("avg(score) FILTER (WHERE origin = 'LGA')")
    >>> [(c.name, c.at) for c in parsed.columns], [a.name for a in parsed.aggregates]
    ([('origin', 26), ('score', 5)], ['avg'])
    >>> parse("(SELECT 1)").problem
    'a subquery is not allowed; only the rows of the day can be asked, at 1'
    """
    problem = smuggling(expression)
    if problem:
        return Parsed(problem)
    tree = _tree(expression)
    if tree["error"]:
        place = f" at {_place(expression, int(tree['position']))}" if tree.get("position") else ""
        return Parsed(f"{tree['error_message']}{place}")
    if not _is_one_expression(tree):
        return Parsed("one expression is allowed, nothing beside it")
    nodes = list(_nodes(tree["statements"][0]["node"]["select_list"]))
    problems = sorted(filter(None, (_refusal(node, expression) for node in nodes)))
    if problems:
        return Parsed(problems[0][1])
    functions = [node for node in nodes if node["class"] == "FUNCTION"]
    return Parsed(
        None,
        tuple(Mention(n["column_names"][0], _at(n, expression)) for n in nodes if n["class"] == "COLUMN_REF"),
        tuple(Mention(n["function_name"], _at(n, expression)) for n in functions if n["function_name"] in AGGREGATES),
        _arguments(tree, [n for n in functions if n["function_name"] in ORDER_FREE_ON_INTEGERS]),
    )


def _tree(expression: str) -> dict[str, Any]:
    """DuckDB's own syntax tree of the expression in parentheses."""
    text = _ask("SELECT json_serialize_sql(?::VARCHAR)", _BEFORE + enclosed(expression) + _AFTER)
    tree: dict[str, Any] = json.loads(text)
    return tree


def _ask(query: str, text: str) -> str:
    with _parser(os.getpid()).cursor() as cursor:  # a cursor of one's own: threads may parse at the same time
        return str(cursor.execute(query, [text]).fetchall()[0][0])


@lru_cache(maxsize=1)
def _parser(process: int) -> duckdb.DuckDBPyConnection:
    """Open a database that only parses; a forked child opens its own."""
    del process
    return duckdb.connect(":memory:", config={"enable_external_access": "false", "threads": "1"})


def _arguments(tree: dict[str, Any], functions: list[dict[str, Any]]) -> str:
    """Write the query that selects what the given functions are applied to."""
    chosen = [argument["expression"] for function in functions for argument in function["arguments"]]
    if not chosen:
        return ""
    node = tree["statements"][0]["node"] | {"select_list": chosen}
    text = json.dumps({"error": False, "statements": [tree["statements"][0] | {"node": node}]})
    return _ask("SELECT json_deserialize_sql(?::JSON)", text)


@lru_cache(maxsize=1)
def _skeleton() -> dict[str, Any]:
    """Give what surrounds one expression in the tree."""
    return _frame(_tree("1"))


def _frame(tree: dict[str, Any]) -> dict[str, Any]:
    node = tree["statements"][0]["node"]
    frame: dict[str, Any] = _without_places({key: value for key, value in node.items() if key != "select_list"})
    return frame


def _is_one_expression(tree: dict[str, Any]) -> bool:
    one = len(tree["statements"]) == 1 and len(tree["statements"][0]["node"].get("select_list", ())) == 1
    return one and _frame(tree) == _skeleton()


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_places(v) for k, v in value.items() if not k.startswith("query_location")}
    return [_without_places(v) for v in value] if isinstance(value, list) else value


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """All expressions in the tree, parents first."""
    if isinstance(value, dict):
        if "class" in value:
            yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)


def _refusal(node: dict[str, Any], expression: str) -> tuple[int, str] | None:
    """Position and reason when a node is not allowed."""
    kind, at = node["class"], _at(node, expression)
    if kind not in _CLASSES or _CLASSES[kind]:
        return at, f"{_CLASSES.get(kind) or f'{kind.lower()} is not allowed'}, at {at}"
    if kind == "COLUMN_REF" and len(node["column_names"]) > 1:
        return at, f"{'.'.join(node['column_names'])!r} at {at}: write the column without a table or schema"
    if kind == "FUNCTION":
        return _refused_function(node, at)
    if kind == "TYPE" and node["type_name"].lower() not in _TYPES:
        return at, f"type {node['type_name']!r} is unknown or not allowed at {at}"
    return None


def _refused_function(node: dict[str, Any], at: int) -> tuple[int, str] | None:
    name = node["function_name"]
    if name in AGGREGATES or (name in _SCALARS and not node["schema"] and not node["catalog"]):
        return None
    near = get_close_matches(name.lower(), [n for n in sorted(AGGREGATES | _SCALARS) if n[0].isalpha()], 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return at, f"function {name!r} is unknown or not allowed at {at}{hint}"


def _at(node: dict[str, Any], expression: str) -> int:
    return _place(expression, node["query_location"])


def _place(expression: str, location: int) -> int:
    """Turn a byte position within the whole statement into a character of the expression, from 1."""
    if location > _UNKNOWN_PLACE:
        return 1
    before = (_BEFORE + enclosed(expression)).encode()[:location].decode(errors="ignore")
    start = len(_BEFORE + enclosed("")) - len("\n)")
    return min(max(len(before) - start + 1, 1), len(expression) + 1)
