"""What only Great Expectations can say about a suite."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations import catalogue
from expectations.building import build, library
from expectations.checking import check_suite
from expectations.loading import load_suite
from vitals.errors import ConfigError

pytestmark = pytest.mark.gx
SUITES = Path(__file__).resolve().parents[2] / "expectations" / "suites"
Write = Callable[..., Path]


def test_every_registered_type_is_supported_or_refused_with_a_reason() -> None:
    """The catalogue equals the library's registry."""
    library()
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    registered = set(list_registered_expectation_implementations())

    assert catalogue.SUPPORTED | set(catalogue.REFUSED) == registered
    assert not catalogue.SUPPORTED & set(catalogue.REFUSED)


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_suites_that_come_along_are_right(path: Path) -> None:
    """No problem, and a severity and a description of its own for every expectation."""
    assert check_suite(path) == []
    assert path.read_text().count("description:") == len(load_suite(path).entries)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{column: a, max_value: 3, min_vale: 1}", "min_vale: unknown argument; did you mean min_value?"),
        ("{column: a, nonsense: 1, min_value: 1}", "nonsense: unknown argument; it takes column, max_value, min_value"),
        ("{min_value: 1}", "column: is missing; add it"),
        ("{column: a}", "without a bound it passes always; add min_value or max_value"),
        ("{column: a, min_value: [1]}", "got [1]"),
    ],
)
def test_a_wrong_argument_is_named_with_a_remedy(suite: Callable[..., Path], arguments: str, words: str) -> None:
    """The library's complaint comes with file, line, type and argument."""
    path = suite(f"  - expect_column_mean_to_be_between: {arguments}\n    severity: info\n")

    problems = check_suite(path)

    assert any(p.startswith(f"{path}:3 expect_column_mean_to_be_between") and words in p for p in problems), problems


def test_problems_of_both_kinds_come_together_in_the_files_order(suite: Write) -> None:
    """One list for what we find and for what the library finds."""
    path = suite(
        "  - expect_column_mean_to_be_between: {column: a, min_value: 1, max_vale: 2, strict: 1}\n    severity: info\n"
        "  - expect_column_to_exist: {column: a}\n    severity: bad\n"
        "  - expect_column_max_to_be_between: {colum: a, min_value: 1}\n    severity: info\n"
    )

    lines = [int(problem.removeprefix(f"{path}:").split()[0]) for problem in check_suite(path)]

    assert lines == sorted(lines)
    assert {3, 6, 7} == set(lines)
    assert lines.count(3) >= 2


def test_building_refuses_with_all_problems(suite: Write) -> None:
    """A run does not start with a suite that the library would change silently."""
    path = suite("  - expect_column_mean_to_be_between: {column: a, max_value: 3, min_vale: 1}\n    severity: info\n")

    with pytest.raises(ConfigError, match="did you mean min_value"):
        build(load_suite(path))


def test_a_missing_suite_is_one_problem(tmp_path: Path) -> None:
    """Checking never raises."""
    assert [p.split(": ")[1] for p in check_suite(tmp_path / "none.yaml")] == [
        "there is no such suite; write it, or take `expectations` out of the model file"
    ]


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("no_such_module_here", "module: no_such_module_here cannot be imported"),
        ("json", "neither the library nor json has expect_column_values_to_be_evn"),
    ],
)
def test_a_module_of_ones_own_must_bring_what_the_suite_uses(suite: Write, module: str, expected: str) -> None:
    """The file and what to do about it."""
    path = suite("  - expect_column_values_to_be_evn: {column: a}\n    severity: info\n")
    path.write_text(f"module: {module}\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    (problem,) = check_suite(path)

    assert expected in problem
