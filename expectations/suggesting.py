"""Writing proposals down as a suite that people review: YAML with the evidence of each as a comment, or a comparison.

Never overwrites a file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.entries import Entry
from expectations.loading import Suite
from expectations.proposing import Proposal
from vitals import words
from vitals.errors import InputError
from vitals.records import Day
from vitals.spec.rowcount import RowCount

SEVERITY = "warning"
_DAYS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """Proposals beside an existing suite: what it lacks, and what it says otherwise."""

    lacking: tuple[Proposal, ...]
    otherwise: tuple[tuple[Proposal, tuple[Entry, ...]], ...]
    alike: int


def as_yaml(suite: str, model: str, proposals: Sequence[Proposal], good: Sequence[Day]) -> str:
    """Write a suite with its evidence; `good` are the days it comes from, at least one."""
    head = (
        f"# Suggested for {model} from {words.count(len(good), 'good day')}, {good[0]} to {good[-1]}."
        " Read it, tighten it, keep it."
    )
    lines = [head, f"suite: {suite}", "expectations:"]
    for proposal in proposals:
        lines += _entry(proposal)
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """Write a new suite; the file must not exist.

    Raises
    ------
    InputError : it exists, or its folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        message = f"{path} exists and is left as it is; choose another name with --suite"
        raise InputError(message) from None
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; choose another folder with --suites"
        raise InputError(message) from None


def compare(proposals: Sequence[Proposal], suite: Suite) -> Compared:
    """Hold proposals against a suite, by expectation and column; what goes by the usual traffic needs no numbers."""
    there: dict[tuple[str, str | None], list[Entry]] = {}
    for entry in suite.entries:
        there.setdefault((entry.type, entry.column), []).append(entry)
    lacking, otherwise, alike = [], [], 0
    for one in proposals:
        found = there.get((one.kind, one.column), [])
        if not found:
            lacking.append(one)
        elif any(dict(entry.kwargs) == dict(one.arguments) or RowCount.of_key(entry.key) for entry in found):
            alike += 1
        else:
            otherwise.append((one, tuple(found)))
    return Compared(tuple(lacking), tuple(otherwise), alike)


def as_diff(compared: Compared, suite: Suite) -> str:
    """Show what would change in a suite: `-` stands there now, `+` is proposed, `#` why."""
    lines = [f"--- {suite.path}", "+++ suggested"]
    for proposal, found in compared.otherwise:
        lines += [f"- {_line(entry.type, entry.kwargs)}    # line {entry.line}" for entry in found]
        lines += [f"+ {line.removeprefix('  ')}" for line in _entry(proposal)]
    for proposal in compared.lacking:
        lines += [f"+ {line.removeprefix('  ')}" for line in _entry(proposal)]
    rest = len(suite.entries) - compared.alike - sum(len(found) for _, found in compared.otherwise)
    lines.append(f"# {compared.alike} alike; {rest} of the suite's have no counterpart and stay")
    return "\n".join(lines) + "\n"


def _entry(proposal: Proposal) -> Iterator[str]:
    yield f"  # {proposal.evidence}; {_tried(proposal)}"
    yield f"  - {_line(proposal.kind, proposal.arguments)}"
    yield f"    severity: {SEVERITY}"
    yield f"    description: {_text(proposal.description)}"


def _tried(proposal: Proposal) -> str:
    """Say how often it would have failed so far."""
    if not proposal.failed:
        return f"fails on none of {words.count(proposal.of, 'stored day')}"
    named = words.listed([str(day) for day in proposal.failed], most=_DAYS_NAMED)
    return f"fails on {len(proposal.failed)} of {words.count(proposal.of, 'stored day')}: {named}"


def _line(kind: str, arguments: Mapping[str, object]) -> str:
    return f"{kind}: {{{', '.join(f'{name}: {_text(value)}' for name, value in arguments.items())}}}"


def _text(value: object) -> str:
    """Write a value as YAML in one line; texts are quoted, since a bare `NO` or `9E` is something else to some readers."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)
