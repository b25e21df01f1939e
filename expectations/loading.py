"""Suites: a YAML file of expectations, read strictly and without Great Expectations.

    suite: flight_inputs                       # equal to the file's name
    expectations:
      - expect_column_values_to_not_be_null: {column: temp, mostly: 0.95}
        severity: warning                      # critical | warning | info
        description: What it protects, with the evidence behind its numbers.

One entry is one expectation, under the library's own name with the library's own arguments. The same
check may appear twice with different bounds and severities: two thresholds.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from expectations import arguments, catalogue
from expectations.describing import describe
from expectations.positions import Node, UnreadableError, read
from vitals.errors import ConfigError
from vitals.records import Severity
from vitals.spec.model import Model

_FILE_KEYS = ("suite", "expectations")
_ENTRY_KEYS = ("severity", "description")
_BOUNDS = {"min_value", "max_value", "quantile_ranges"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One expectation of a suite.

    Attributes
    ----------
    key : `type:column:hash` (`type:hash` for the table), the hash over type and arguments as written; it changes only when they do,
        never when other entries come or go.
    kwargs : the arguments as the library takes them.
    column : the column it is about (the first of several), None for the table.
    columns : every column it reads, its row condition's too.
    parameters : names of its run-time parameters.
    line : where it stands in its file, from 1.
    """

    key: str
    type: str
    kwargs: Mapping[str, Any] = field(hash=False)
    severity: Severity
    description: str
    column: str | None
    columns: tuple[str, ...]
    parameters: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Suite:
    """The expectations of one file, in its order."""

    name: str
    path: str
    entries: tuple[Entry, ...]


def load_suite(path: Path) -> Suite:
    """Read a suite.

    Raises
    ------
    ConfigError : the file is missing or wrong; one line per problem, each with file, line and remedy.
        What only the library knows (argument names) is found by `expectations.building`.
    """
    suite, problems = examine(path)
    if problems:
        raise ConfigError("\n".join(problems))
    return suite


def suite_columns(suite: Suite) -> tuple[str, ...]:
    """Name every column that a suite reads, each once, in the suite's order."""
    return tuple(dict.fromkeys(name for entry in suite.entries for name in entry.columns))


def suite_path(suites_dir: Path, model: Model) -> Path | None:
    """Say where the suite of a model is, None when it has none."""
    return suites_dir / f"{model.expectations}.yaml" if model.expectations else None


def model_suite_columns(suites_dir: Path, model: Model) -> tuple[str, ...]:
    """Name the columns that a model's suite reads; ConfigError as `load_suite`."""
    path = suite_path(suites_dir, model)
    return suite_columns(load_suite(path)) if path else ()


def model_suite_text(suites_dir: Path, model: Model) -> str:
    """Give the text of a model's suite; '' without one or when it cannot be read (`load_suite` says why)."""
    path = suite_path(suites_dir, model)
    try:
        return path.read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError):
        return ""


def suite_warnings(suite: Suite) -> list[str]:
    """List what is allowed and yet often misunderstood, with file and line."""
    return [f"{suite.path}:{entry.line} {entry.type}: {text}" for entry in suite.entries for text in _doubts(entry)]


def examine(path: Path) -> tuple[Suite, tuple[str, ...]]:
    """Read a suite as far as possible.

    Returns
    -------
    The suite of the entries that are right, and the problems of the others, in the file's order.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Suite(path.stem, str(path), ()), (_absent(path),)
    except (OSError, UnicodeDecodeError) as problem:
        return Suite(path.stem, str(path), ()), (f"{path}: cannot be read: {problem}",)
    return _examined(str(path), text)


@lru_cache(maxsize=32)
def _examined(path: str, text: str) -> tuple[Suite, tuple[str, ...]]:
    """Parse one version of a file; the same text is parsed once in a process."""
    name = Path(path).stem
    problems: list[tuple[int, str]] = []
    try:
        top, repeated = read(text)
    except UnreadableError as problem:
        return Suite(name, path, ()), (f"{path}:{problem.line} {problem}",)
    problems += repeated
    problems += _file_problems(top, name)
    entries = tuple(_unique(_entries(top, problems), problems))
    lines = tuple(f"{path}:{line} {what}" for line, what in sorted(problems, key=lambda problem: problem[0]))
    return Suite(name, path, entries), lines


def _file_problems(top: Node, name: str) -> Iterator[tuple[int, str]]:
    """Check the keys of the file itself."""
    if not isinstance(top.value, dict):
        yield top.line, "must hold the keys suite and expectations; see another suite"
        return
    for key, node in top.value.items():
        if key not in _FILE_KEYS:
            yield node.line, f"unknown key {key!r}{meant(key, _FILE_KEYS)}"
    if "suite" not in top.value:
        yield top.line, f"suite is missing; write suite: {name}"
    elif top.value["suite"].plain() != name:
        yield top.value["suite"].line, f"suite: must be the file's name {name!r}, got {top.value['suite'].plain()!r}"
    listed = top.value.get("expectations")
    if listed is None or not isinstance(listed.value, list) or not listed.value:
        yield (listed or top).line, "expectations: an empty suite passes always; list at least one expectation"


def _entries(top: Node, problems: list[tuple[int, str]]) -> Iterator[Entry]:
    """Read the entries, adding what is wrong to `problems`."""
    listed = top.value.get("expectations") if isinstance(top.value, dict) else None
    for node in listed.value if listed is not None and isinstance(listed.value, list) else []:
        found = list(_entry_problems(node))
        problems += found
        if not found:
            yield _entry(node)


def _entry_problems(node: Node) -> Iterator[tuple[int, str]]:
    """Find all that is wrong with one entry."""
    if not isinstance(node.value, dict):
        yield node.line, f"an entry must be `expect_...: {{arguments}}` with a severity, got {node.plain()!r}"
        return
    types = [key for key in node.value if key not in _ENTRY_KEYS and _looks_like_type(key)]
    for key, value in node.value.items():
        if key not in _ENTRY_KEYS and key not in types:
            yield value.line, f"unknown key {key!r}{meant(key, (*_ENTRY_KEYS, *sorted(catalogue.SUPPORTED)))}"
    if len(types) != 1:
        got = ", ".join(types) or "none"
        yield node.line, f"an entry needs exactly one expectation, got {got}; start a new entry with `-` for each"
    for kind in types:
        yield from _type_problems(kind, node.value[kind])
    yield from _severity_problems(node)
    described = node.value.get("description")
    if described is not None and not (isinstance(described.value, str) and described.value.strip()):
        yield described.line, f"description: must be text, got {described.plain()!r}"


def _type_problems(kind: str, given: Node) -> Iterator[tuple[int, str]]:
    """Check a type's name and its arguments."""
    if kind in catalogue.REFUSED:
        yield given.line, f"{kind}: {catalogue.REFUSED[kind]}"
        return
    if kind not in catalogue.SUPPORTED:
        yield given.line, f"unknown expectation {kind}{meant(kind, sorted(catalogue.SUPPORTED))}"
        return
    if not isinstance(given.value, dict):
        yield given.line, f"{kind}: its arguments must be a mapping, got {given.plain()!r}"
        return
    if kind.endswith("_to_be_between") and not _BOUNDS & given.value.keys():
        yield given.line, f"{kind}: without a bound it passes always; add min_value or max_value"
    for name, what in arguments.prepare(_plain(given))[1]:
        line = given.value[name].line if name in given.value else given.line
        yield line, f"{kind}.{name}: {what}"


def _severity_problems(node: Node) -> Iterator[tuple[int, str]]:
    """Check that the severity is there and is one."""
    allowed = [severity.value for severity in Severity]
    severity = node.value.get("severity")
    if severity is None:
        yield node.line, f"severity is missing; choose {', '.join(allowed)}"
    elif severity.plain() not in allowed:
        got = severity.plain()
        yield severity.line, f"severity: must be {', '.join(allowed)}, got {got!r}{meant(str(got), allowed)}"


def _entry(node: Node) -> Entry:
    """Turn a checked node into an entry."""
    kind = next(key for key in node.value if key not in _ENTRY_KEYS)
    written = _plain(node.value[kind])
    kwargs, _ = arguments.prepare(written)
    columns = arguments.columns_of(kwargs)
    own = arguments.columns_of({name: value for name, value in kwargs.items() if name != "row_condition"})
    described = node.value.get("description")
    column = own[0] if own else None
    mark = hashlib.sha256(json.dumps([kind, written], sort_keys=True, default=str).encode()).hexdigest()[:8]
    return Entry(
        key=":".join(filter(None, (kind, column, mark))),
        type=kind,
        kwargs=kwargs,
        severity=Severity(node.value["severity"].plain()),
        description=" ".join(described.value.split()) if described else describe(kind, written),
        column=column,
        columns=columns,
        parameters=arguments.parameters_of(kwargs),
        line=node.value[kind].line,
    )


def _unique(entries: Iterable[Entry], problems: list[tuple[int, str]]) -> Iterator[Entry]:
    """Refuse an expectation that stands in the file twice with the same arguments."""
    lines: dict[str, int] = {}
    for entry in entries:
        if entry.key in lines:
            first = lines[entry.key]
            problems.append((entry.line, f"{entry.type}: the same as in line {first}; change an argument or remove it"))
        else:
            lines[entry.key] = entry.line
            yield entry


def _doubts(entry: Entry) -> Iterator[str]:
    """Say what deserves a second look."""
    if entry.type in catalogue.SEVERAL_COLUMNS and "ignore_row_if" not in entry.kwargs:
        which = "either" if "column_A" in entry.kwargs else "any"
        yield f"a row with a null counts as a failure; add `ignore_row_if: {which}_value_is_missing` if it should not"
    if entry.type in catalogue.ABOUT_TYPES:
        yield "a whole-number column with nulls is read as float64, and text as str; limits on values say more"


def _looks_like_type(key: str) -> bool:
    return key.startswith("expect_") or key in catalogue.REFUSED


def _plain(node: Node) -> dict[str, object]:
    plain = node.plain()
    return plain if isinstance(plain, dict) else {}


def _absent(path: Path) -> str:
    """Say that there is no such suite, and which was probably meant."""
    near = meant(path.stem, sorted(found.stem for found in path.parent.glob("*.yaml")))
    return f"{path}: there is no such suite{near or '; write it, or take `expectations` out of the model file'}"


def _in_order(word: str) -> str:
    """Sort the parts of a name: `not_to_be` is nearer to `to_not_be` than to its contrary `to_be`."""
    return "_".join(sorted(word.split("_")))


def meant(word: str, known: Sequence[str]) -> str:
    """Add a did-you-mean, or the whole list when it is short."""
    alike = {_in_order(one): one for one in known}
    close = difflib.get_close_matches(_in_order(word), alike, n=1)
    if close:
        return f"; did you mean {alike[close[0]]}?"
    return f"; use {' or '.join(known)}" if 0 < len(known) <= 4 else ""
