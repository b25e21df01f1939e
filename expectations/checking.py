"""All that is wrong with a suite, including what only Great Expectations knows: which arguments a type takes."""

from pathlib import Path

from expectations.building import make
from expectations.loading import examine


def check_suite(path: Path) -> list[str]:
    """List all problems of a suite in the file's order, each with file, line and remedy; [] when it is right."""
    suite, problems = examine(path)
    refused = (problem for entry in suite.entries for problem in make(suite, entry)[1])
    return sorted([*problems, *refused], key=_line)


def _line(problem: str) -> int:
    place = problem.split(" ", maxsplit=1)[0].rpartition(":")[2]
    return int(place) if place.isdigit() else 0
