"""One YAML file as plain values, with the line of every key: what a model file says before it is understood.

Knows YAML and its traps (keys given twice, keys that are no text, tags, more than one document), no model.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vitals.errors import ConfigError

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.nodes import Node

Step = str | int
Place = tuple[Step, ...]
_MOST_BYTES = 1_000_000
_DEEPEST = 10
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_STANDARD = "tag:yaml.org,2002:"
_MOST_VALUES = 50_000  # a small file can grow without end through aliases of aliases


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a file.

    Attributes
    ----------
    place : the way of keys and list positions to it.
    line : where it stands when that is not the line of `place`.
    """

    place: Place
    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values and where they stand.

    Attributes
    ----------
    values : mappings, lists, texts, numbers, booleans; dates as they are written; keys without a value are left out.
    lines : the line (from 1) of each key and list item, by its place.
    problems : keys given twice, keys that are no text.
    """

    values: Mapping[str, object]
    lines: Mapping[Place, int]
    problems: tuple[Problem, ...]

    def line(self, place: Place) -> int:
        """Give the line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(path: Path) -> Document:
    """Read a YAML file that holds one mapping.

    Raises
    ------
    ConfigError
        When it cannot be read, is no UTF-8, no YAML or no mapping: one message, with the line where there is one.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = _text(path)
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        msg = f"{path}:{_line(error)} {_plainly(error)}"
        raise ConfigError(msg) from None
    except (YAMLError, RecursionError) as error:
        msg = f"{path}:1 is no valid YAML: {' '.join(str(error).split())[:200]}"
        raise ConfigError(msg) from None
    reading = _Reading(path)
    values = None if root is None else reading.value(root, ())
    if values is None:
        msg = f"{path}:1 is empty; a model file starts with 'model: {path.stem}'"
        raise ConfigError(msg)
    if not isinstance(values, dict):
        kind = "a list" if isinstance(values, list) else "a single value"
        msg = f"{path}:1 must be a mapping of keys to values, got {kind}; start with 'model: {path.stem}'"
        raise ConfigError(msg)
    return Document(values, reading.lines, tuple(reading.problems))


def _text(path: Path) -> str:
    """Read a file as UTF-8, or say why not."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        msg = f"{path} does not exist; check the path, or the folder of model files (--models)"
        raise ConfigError(msg) from None
    except IsADirectoryError:
        msg = f"{path} is a directory; a model is one file"
        raise ConfigError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise ConfigError(msg) from None
    if len(content) > _MOST_BYTES:
        msg = f"{path} is too large for a model file ({len(content):,} bytes); is it the right file?"
        raise ConfigError(msg)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"{path}:{line} is not UTF-8 text; save the file as UTF-8"
        raise ConfigError(msg) from None


class _Reading:
    """Turns YAML nodes into plain values, noting lines, and what YAML allows but Vitals does not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.values = 0

    def value(self, node: "Node", place: Place) -> object:
        """Give a node's value; mappings lose keys without a value."""
        line = node.start_mark.line + 1
        self.values += 1
        if self.values > _MOST_VALUES or len(place) > _DEEPEST:
            msg = f"{self.path}:{line} is nested too deeply or without end; write plain values, no aliases"
            raise ConfigError(msg)
        self.lines.setdefault(place, line)
        kind = (node.tag or "").removeprefix(_STANDARD)
        if kind == "seq":
            return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        if kind == "map":
            return self._mapping(node, place)
        if kind == "str" and _UNSTORABLE.search(node.value):
            self.problems.append(Problem(place, "holds a character that no database can store; remove it"))
            return None
        if kind in _SCALARS:
            return _SCALARS[kind](node.value)
        self.problems.append(Problem(place, f"has the tag {node.tag}, which is not read here; write a plain value"))
        return None

    def _mapping(self, node: "Node", place: Place) -> dict[str, object]:
        values: dict[str, object] = {}
        seen: dict[str, int] = {}
        for key, item in node.value:
            line, name = key.start_mark.line + 1, key.value
            if key.tag == _STANDARD + "merge":
                self.problems.append(Problem((*place, "<<"), "merge keys are not read; write the keys out", line))
            elif key.tag != _STANDARD + "str":
                shown = name if isinstance(name, str) else "(a list or mapping)"
                self.problems.append(Problem((*place, shown), "keys must be text; quote it if it is a name", line))
            elif name in seen:
                twice = f"is given twice, on lines {seen[name]} and {line}; keep one"
                self.problems.append(Problem((*place, name), twice, line))
            else:
                seen[name] = self.lines[*place, name] = line
                values[name] = self.value(item, (*place, name))
        return {name: value for name, value in values.items() if value is not None}


def _integer(text: str) -> int | str:
    """Read an integer; what is none in Python (60-based `6:00`, thousands of digits) stays text."""
    digits = text.replace("_", "").lower()
    try:
        return int(digits, 0) if digits.lstrip("+-")[:2] in {"0x", "0o", "0b"} else int(digits)
    except ValueError:
        return text


def _number(text: str) -> float | str:
    """Read a floating-point number, `.inf` and `.nan` included."""
    digits = text.replace("_", "").lower()
    try:
        return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


_SCALARS: dict[str, Callable[[str], object]] = {
    "str": str,
    "timestamp": str,
    "null": lambda _: None,
    "bool": lambda text: text.lower() in {"true", "yes", "on"},
    "int": _integer,
    "float": _number,
}


def _line(error: "MarkedYAMLError") -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _plainly(error: "MarkedYAMLError") -> str:
    """Say in one line what YAML stumbled over."""
    problem = (error.problem or "cannot be understood").strip().splitlines()[0]
    if "tab" in problem or "'\\t'" in problem:
        return "a tab where YAML wants spaces; indent with spaces"
    if "expected a single document" in str(error):
        return "a second document starts here (---); one file is one model"
    if "mapping values are not allowed" in problem:
        return "is no valid YAML: a colon where none can be; quote the text that holds it"
    return f"is no valid YAML: {problem}; check indentation, quotes and brackets"
