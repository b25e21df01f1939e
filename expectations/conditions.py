"""Row conditions of a suite: a small text such as `col("origin") == "JFK" and col("temp").is_not_null()`.

The text is the library's own older notation, which it has deprecated in favour of objects; this module
reads it with Python's parser (nothing is evaluated) and gives the nested mapping those objects come from.
"""

import ast

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "IN",
    ast.NotIn: "NOT_IN",
}
_NULLITY = {"is_null": True, "isNull": True, "is_not_null": False, "notNull": False, "isNotNull": False}
_EXAMPLE = 'write col("origin") == "JFK", col("temp").is_not_null(), or several joined by `and` / `or`'


def parse(text: str) -> dict[str, object]:
    """Read a row condition.

    Returns
    -------
    The condition as Great Expectations serialises it: `type` is comparison, nullity, and, or.

    Raises
    ------
    ValueError : the text is not such a condition; the message names the part.

    >>> parse('col("origin") == "JFK"')
    {'type': 'comparison', 'column': {'name': 'origin'}, 'operator': '==', 'parameter': 'JFK'}
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as problem:
        msg = f"cannot be read at character {problem.offset}; {_EXAMPLE}"
        raise ValueError(msg) from None
    return _condition(tree.body)


def columns_of(condition: object) -> tuple[str, ...]:
    """Name the columns of a parsed condition, each once, in order.

    >>> columns_of(parse('col("a") > 1 and col("b").is_null()'))
    ('a', 'b')
    """
    if not isinstance(condition, dict):
        return ()
    if "column" in condition:
        return (condition["column"]["name"],)
    return tuple(dict.fromkeys(name for part in condition["conditions"] for name in columns_of(part)))


def _condition(node: ast.expr) -> dict[str, object]:
    """Translate one node, recursively."""
    if isinstance(node, ast.BoolOp):
        kind = "and" if isinstance(node.op, ast.And) else "or"
        return {"type": kind, "conditions": [_condition(value) for value in node.values]}
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
        return {
            "type": "comparison",
            "column": {"name": _column(node.left)},
            "operator": _OPERATORS[type(node.ops[0])],
            "parameter": _literal(node.comparators[0]),
        }
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NULLITY:
        return {
            "type": "nullity",
            "column": {"name": _column(node.func.value)},
            "is_null": _NULLITY[node.func.attr],
        }
    raise _unreadable(node)


def _column(node: ast.expr) -> str:
    """Give the name in `col("name")`."""
    match node:
        case ast.Call(func=ast.Name(id="col"), args=[ast.Constant(value=str(name))], keywords=[]):
            return name
    raise _unreadable(node)


def _literal(node: ast.expr) -> object:
    """Give a number, text, truth value, or a list of them."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        raise _unreadable(node) from None
    return list(value) if isinstance(value, (tuple, set)) else value


def _unreadable(node: ast.expr) -> ValueError:
    """Say which part is not understood."""
    return ValueError(f"cannot use `{ast.unparse(node)}`; {_EXAMPLE}")
