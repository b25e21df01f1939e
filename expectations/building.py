"""From a suite to Great Expectations' own objects; the only place that imports the library.

Importing it costs 3 s and 260 MB, so that happens inside the function that needs it, once in a process.
"""

import difflib
import importlib
import logging
import warnings
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from expectations import catalogue
from expectations.entries import Entry, meant
from expectations.loading import Suite
from vitals.errors import ConfigError

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation


_PLAIN = {
    "value is not a valid list": "must be a list, like [a, b]",
    "value is not a valid dict": "must be a mapping, like {key: value}",
    "value is not a valid float": "must be a number",
    "value is not a valid integer": "must be a whole number",
    "value could not be parsed to a boolean": "must be true or false",
    "str type expected": "must be text",
}


@cache
def library() -> ModuleType:
    """Import Great Expectations quietly.

    Its log is switched off for the process: it prints whole tracebacks for what `Validation.error` says.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own import of sre_constants
        import great_expectations

    log = logging.getLogger("great_expectations")
    log.addHandler(logging.NullHandler())
    log.setLevel(logging.CRITICAL)
    log.propagate = False  # one of its loggers sets its own level, so ours alone would not do
    return great_expectations


@lru_cache(maxsize=16)
def build(suite: Suite) -> dict[str, "Expectation"]:
    """Make the library's objects of a suite, by key; the same suite is built once in a process.

    Raises
    ------
    ConfigError : the library refuses arguments; one line per problem.
    """
    made = {entry.key: make(suite, entry) for entry in suite.entries}
    problems = [problem for _, found in made.values() for problem in found]
    if problems:
        raise ConfigError("\n".join(problems))
    return {key: expectation for key, (expectation, _) in made.items() if expectation is not None}


def make(suite: Suite, entry: Entry) -> tuple["Expectation | None", list[str]]:
    """Make one object, or None and all that is wrong with its arguments, with file and line."""
    library()
    from great_expectations.compatibility.pydantic import ValidationError
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    path = suite.path
    try:
        _own(suite.module)
        kind = get_expectation_impl(entry.type)
    except ConfigError as problem:
        return None, [f"{path}:{suite.module_line} {problem}"]
    except ExpectationNotFoundError:
        near = meant(entry.type, sorted(catalogue.SUPPORTED))
        return None, [f"{path}:{entry.line} neither the library nor {suite.module} has {entry.type}{near}"]
    try:
        arguments: dict[str, Any] = {**entry.kwargs, "severity": entry.severity.value, "meta": {"key": entry.key}}
        return kind(**arguments), []
    except ValidationError as problem:
        first = {error["loc"][0]: error["msg"] for error in reversed(problem.errors())}
        known = sorted(set(kind.__fields__) - set(catalogue.RESERVED))
        lines = [_said(entry, str(name), text, known) for name, text in reversed(first.items())]
        return None, [f"{path}:{entry.line} {line}" for line in lines]


@cache
def _own(module: str) -> None:
    """Import a suite's own module: its classes put themselves among the library's expectations."""
    if not module:
        return
    try:
        importlib.import_module(module)
    except ImportError as problem:
        message = f"module: {module} cannot be imported ({problem}); install it, or put its folder on PYTHONPATH"
        raise ConfigError(message) from None
    except (SyntaxError, NameError, AttributeError, TypeError, ValueError) as problem:
        message = f"module: {module} cannot be imported ({type(problem).__name__}: {problem}); correct it"
        raise ConfigError(message) from None


def _said(entry: Entry, name: str, text: str, known: list[str]) -> str:
    """Put one of the library's complaints into our form."""
    if name == "__root__":
        return f"{entry.type}: {text}"
    if text == "extra fields not permitted":
        close = difflib.get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"it takes {', '.join(known)}"
        return f"{entry.type}.{name}: unknown argument; {remedy}"
    if text == "field required":
        return f"{entry.type}.{name}: is missing; add it"
    return f"{entry.type}.{name}: {_PLAIN.get(text, text)}, got {entry.kwargs.get(name)!r}"
