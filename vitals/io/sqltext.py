"""SQL as text, before any database sees it: quoted names, and whether an expression may stand inside parentheses.

Knows only what every dialect shares (quotes, comments, parentheses); what an expression means is the database's say.
"""

import re

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*")
      | (?P<line>--[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<escape>\b[eE]'|\$[A-Za-z_]*\$)
      | (?P<open>\() | (?P<close>\)) | (?P<end>;)
      | (?P<odd>'|"|/\*)""",
    re.VERBOSE | re.DOTALL,
)
_ODD = {"'": "a text in single quotes is not closed", '"': "a name in double quotes is not closed"}


def quoted(name: str) -> str:
    """Quote a name so that any text is one identifier.

    >>> print(quoted('my "best" column'))
    "my ""best"" column"
    """
    return '"' + name.replace('"', '""') + '"'


def enclosed(expression: str) -> str:
    """Put an expression into parentheses that a trailing comment cannot swallow."""
    return f"(\n{expression}\n)"


def smuggling(expression: str) -> str | None:
    """Say why an expression could not stand inside parentheses, or None when it can.

    Returns
    -------
    str or None
        What is wrong and at which character (counted from 1).

    >>> smuggling("a > 1) OR (1 = 1")
    'unbalanced parenthesis: nothing to close at 6'
    >>> smuggling("a = 'semi;colon)'") is None
    True
    """
    if not expression.strip():
        return "the expression is empty"
    opened: list[int] = []
    for token in _TOKEN.finditer(expression):
        place, kind, text = token.start() + 1, token.lastgroup, token.group()
        if kind == "open":
            opened.append(place)
        elif kind == "close":
            if not opened:
                return f"unbalanced parenthesis: nothing to close at {place}"
            opened.pop()
        elif kind == "end":
            return f"one expression is allowed, ';' ends it at {place}"
        elif kind == "odd":
            return f"{_ODD.get(text, 'a comment is not closed')} at {place}"
        elif kind == "escape" or (kind == "block" and "/*" in text[2:]):
            return (
                f"{text[:8]!r} at {place} is not allowed; write a plain text in single quotes, and no nested comments"
            )
    return f"unbalanced parenthesis: opened at {opened[-1]}, never closed" if opened else None
