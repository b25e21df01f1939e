"""Suites: a YAML file of expectations, read strictly and without Great Expectations.

    suite: flight_inputs                       # equal to the file's name
    owner: weather team                        # optional: whom to ask, said with every failure
    module: my_company.expectations            # optional: a Python module that registers expectations of your own
    expectations:
      - expect_column_values_to_not_be_null: {column: temp}
        severity: {warning: {mostly: 0.95}, critical: {mostly: 0.5}}
        description: What it protects, with the evidence behind its numbers.

One entry is one expectation, under the library's own name with the library's own arguments; a severity is one word, or
thresholds for several. A model may have several suites, and several models one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from expectations import entries
from expectations.entries import Entry, meant
from expectations.positions import Node, UnreadableError, read
from vitals.errors import ConfigError
from vitals.spec.model import Model

_FILE_KEYS = ("suite", "owner", "module", "expectations")


@dataclass(frozen=True, slots=True)
class Suite:
    """The expectations of one file, in its order."""

    name: str
    path: str
    entries: tuple[Entry, ...]
    module: str = ""
    module_line: int = 1


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


def suite_paths(suites_dir: Path, model: Model) -> tuple[Path, ...]:
    """Say where the suites of a model are, in its order."""
    return tuple(suites_dir / f"{name}.yaml" for name in model.expectations)


def model_suite_columns(suites_dir: Path, model: Model) -> tuple[str, ...]:
    """Name the columns that a model's suites read, each once; ConfigError as `load_suite`."""
    suites = [load_suite(path) for path in suite_paths(suites_dir, model)]
    return tuple(dict.fromkeys(name for suite in suites for name in suite_columns(suite)))


def label_suite_paths(suites_dir: Path, model: Model) -> tuple[Path, ...]:
    """Say where the suites of a model's labels are, in its order."""
    return tuple(suites_dir / f"{name}.yaml" for name in (model.feedback.expectations if model.feedback else ()))


def model_suite_text(suites_dir: Path, model: Model) -> str:
    """Give the text of a model's suites; '' without one, or for one that cannot be read (`load_suite` says why)."""
    paths = (*suite_paths(suites_dir, model), *label_suite_paths(suites_dir, model))
    return "\n".join(_text(path) for path in paths)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def suite_warnings(suite: Suite) -> list[str]:
    """List what is allowed and yet often misunderstood, with file and line."""
    return [
        f"{suite.path}:{entry.line} {entry.type}: {text}" for entry in suite.entries for text in entries.doubts(entry)
    ]


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
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        return Suite(path.stem, str(path), ()), (f"{path}:{line} is not UTF-8 text; save the file as UTF-8",)
    except OSError as problem:
        told = f"{path}: cannot be read: {problem.strerror}; check its permissions"
        return Suite(path.stem, str(path), ()), (told,)
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
    found = tuple(_unique(_entries(top, problems), problems))
    lines = tuple(f"{path}:{line} {what}" for line, what in sorted(problems, key=lambda problem: problem[0]))
    module = top.value.get("module") if isinstance(top.value, dict) else None
    return Suite(name, path, found, _word(top, "module"), module.line if module else 1), lines


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
    for key in ("owner", "module"):
        if key in top.value and not _word(top, key):
            yield top.value[key].line, f"{key}: must be text, got {top.value[key].plain()!r}"
    listed = top.value.get("expectations")
    if listed is None or not isinstance(listed.value, list) or not listed.value:
        yield (listed or top).line, "expectations: an empty suite passes always; list at least one expectation"


def _entries(top: Node, problems: list[tuple[int, str]]) -> Iterator[Entry]:
    """Read the entries, one for each severity, adding what is wrong to `problems`."""
    listed = top.value.get("expectations") if isinstance(top.value, dict) else None
    owner, others = _word(top, "owner"), bool(_word(top, "module"))
    for node in listed.value if listed is not None and isinstance(listed.value, list) else []:
        wrong = [*entries.threshold_problems(node), *entries.order_problems(node)]
        parts = entries.spread(node)
        wrong += dict.fromkeys(problem for part in parts for problem in entries.problems(part, others))
        problems += wrong
        for part in parts if not wrong else ():
            entry = entries.entry(part)
            yield replace(entry, description=f"{entry.description} (ask {owner})") if owner else entry


def _word(top: Node, key: str) -> str:
    """Give a text of the file's own keys, '' without it."""
    node = top.value.get(key) if isinstance(top.value, dict) else None
    return node.value.strip() if node is not None and isinstance(node.value, str) else ""


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


def _absent(path: Path) -> str:
    """Say that there is no such suite, and which was probably meant."""
    near = meant(path.stem, sorted(found.stem for found in path.parent.glob("*.yaml")))
    return f"{path}: there is no such suite{near or '; write it, or take `expectations` out of the model file'}"
