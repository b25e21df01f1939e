"""YAML with line numbers: every value remembers where it stands, and a repeated key is a problem."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode


class UnreadableError(ValueError):
    """The text is no YAML; `line` says where, from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file.

    Attributes
    ----------
    value : a mapping of Nodes by key, a list of Nodes, or a scalar.
    line : where the value stands (for a value in a mapping: where its key stands), from 1.
    """

    value: Any
    line: int

    def plain(self) -> object:
        """Give the value without positions."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


def read(text: str) -> tuple[Node, list[tuple[int, str]]]:
    r"""Read YAML 1.2.

    Returns
    -------
    The whole as a Node, and (line, problem) for every key that is repeated (its first value counts).

    Raises
    ------
    UnreadableError : the text is no YAML.

    >>> read("a: 1\na: 2")
    (Node(value={'a': Node(value=1, line=1)}, line=1), [(2, "the key 'a' is repeated (first in line 1); remove one")])
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True
    try:
        root = yaml.compose(text)
        constructor = yaml.constructor
        problems: list[tuple[int, str]] = []
        return (_node(root, constructor, problems) if root else Node(None, 1)), problems
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        if "'\\t'" in (problem.problem or ""):
            msg = "a tab where YAML wants spaces; indent with spaces"
            raise UnreadableError(msg, mark.line + 1 if mark else 1) from None
        msg = f"is no YAML: {problem.problem or problem.context}; check indentation, quotes and brackets"
        raise UnreadableError(msg, mark.line + 1 if mark else 1) from None
    except YAMLError as problem:
        msg = f"is no YAML: {str(problem).splitlines()[0]}; remove what is no text"
        raise UnreadableError(msg, 1) from None


def _node(node: Any, constructor: SafeConstructor, problems: list[tuple[int, str]]) -> Node:
    """Convert a node of the library's graph."""
    line = node.start_mark.line + 1
    if isinstance(node, ScalarNode):
        return Node(constructor.construct_object(node), line)
    if isinstance(node, SequenceNode):
        return Node([_node(part, constructor, problems) for part in node.value], line)
    return Node(dict(_pairs(node, constructor, problems)), line)


def _pairs(
    mapping: MappingNode, constructor: SafeConstructor, problems: list[tuple[int, str]]
) -> Iterator[tuple[str, Node]]:
    """Convert the pairs of a mapping, each value with its key's line, and report repeated keys."""
    lines: dict[str, int] = {}
    for key_node, value_node in mapping.value:
        key = str(constructor.construct_object(key_node))
        line = key_node.start_mark.line + 1
        if key in lines:
            problems.append((line, f"the key {key!r} is repeated (first in line {lines[key]}); remove one"))
            continue
        lines[key] = line
        yield key, Node(_node(value_node, constructor, problems).value, line)
