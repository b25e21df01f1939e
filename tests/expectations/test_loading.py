"""Reading suites: strict, every problem at once, without Great Expectations."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.loading import examine, load_suite, suite_columns, suite_warnings
from vitals.errors import ConfigError
from vitals.records import Severity
from vitals.spec.rowcount import Bound, RowCount

NOT_NULL = "expect_column_values_to_not_be_null"
QUANTILES = "expect_column_quantile_values_to_be_between"
ROWS = "expect_table_row_count_to_be_between"
Write = Callable[..., Path]


def test_an_entry_becomes_one_expectation(suite: Write) -> None:
    """An entry keeps its type, arguments, severity, column and line; the description loses its line breaks."""
    path = suite(
        f"  - {NOT_NULL}: {{column: temp, mostly: 0.9}}\n    severity: info\n    description: >-\n      a\n      b\n"
    )

    (entry,) = load_suite(path).entries

    assert (entry.type, entry.column, entry.kwargs) == (NOT_NULL, "temp", {"column": "temp", "mostly": 0.9})
    assert (entry.severity, entry.description, entry.line) == (Severity.INFO, "a b", 3)


def test_keys_do_not_move_when_an_entry_is_inserted(suite: Write) -> None:
    """The key of an expectation depends on its own type and arguments only."""
    last = f"  - {NOT_NULL}: {{column: temp, mostly: 0.9}}\n    severity: info\n"
    before = load_suite(suite(last)).entries[0].key

    after = load_suite(suite(f"  - {NOT_NULL}: {{column: b}}\n    severity: info\n" + last)).entries[1].key

    assert before == after
    assert before.startswith(f"{NOT_NULL}:temp:")


def test_two_thresholds_on_one_check_have_different_keys(suite: Write) -> None:
    """The same check with another bound and severity is another expectation."""
    path = suite(
        f"  - {NOT_NULL}: {{column: t, mostly: 0.97}}\n    severity: info\n"
        f"  - {NOT_NULL}: {{column: t, mostly: 0.9}}\n    severity: critical\n"
    )

    first, second = load_suite(path).entries

    assert first.key != second.key
    assert (first.severity, second.severity) == (Severity.INFO, Severity.CRITICAL)


def test_a_severity_may_hold_thresholds_of_its_own(suite: Write) -> None:
    """One check with two thresholds is two expectations, with keys and lines as if written out."""
    path = suite(
        f"  - {NOT_NULL}: {{column: t}}\n    severity:\n      warning: {{mostly: 0.97}}\n      critical: {{mostly: 0.9}}\n"
    )
    out = suite(
        f"  - {NOT_NULL}: {{column: t, mostly: 0.97}}\n    severity: warning\n"
        f"  - {NOT_NULL}: {{column: t, mostly: 0.9}}\n    severity: critical\n",
        "out",
    )

    found, written = load_suite(path).entries, load_suite(out).entries

    assert [(one.key, one.severity) for one in found] == [(one.key, one.severity) for one in written]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("{warning: 0.9}", ":4 severity.warning: must hold its own arguments, like {mostly: 0.9}, got 0.9"),
        (
            "{warnin: {mostly: 0.9}}",
            ":4 severity: must be critical, warning, info, got 'warnin'; did you mean warning?",
        ),
        ("{}", ":4 severity: must be critical, warning, info, got {}"),
        ("{warning: {mostly: 9}}", f":4 {NOT_NULL}.mostly: must be a share with 0 < mostly <= 1, got 9"),
    ],
)
def test_thresholds_that_are_none_are_refused(suite: Write, severity: str, expected: str) -> None:
    """The line, what was written and the remedy."""
    path = suite(f"  - {NOT_NULL}: {{column: t}}\n    severity: {severity}\n")

    _, problems = examine(path)

    assert any(expected in problem for problem in problems), problems


def test_an_owner_is_said_with_every_expectation(suite: Write) -> None:
    """Whoever reads the failure knows whom to ask."""
    path = suite(f"  - {NOT_NULL}: {{column: t}}\n    severity: info\n    description: Must be there.\n")
    path.write_text("owner: weather team\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    assert load_suite(path).entries[0].description == "Must be there. (ask weather team)"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            f"{ROWS}: {{min_value: {{$PARAMETER: n}}}}",
            "the parameter 'n' has no value; use min_rows or usual_rows or max_rows; or write a number",
        ),
        (
            f"{ROWS}: {{min_value: {{$PARAMETER: 2 * n}}}}",
            "$PARAMETER must be a plain name (or usual_rows * 0.5, for a number of rows), got '2 * n'",
        ),
        (
            "expect_column_mean_to_be_between: {column: a, min_value: {$PARAMETER: min_rows}}",
            f"_mean_to_be_between.min_value: the parameter 'min_rows' is a number of rows; use it for min_value or max_value of {ROWS}",
        ),
        (
            "expect_table_row_count_to_equal: {value: {$PARAMETER: usual_rows}}",
            f"use it for min_value or max_value of {ROWS}, or write a number",
        ),
        (
            f"{ROWS}: {{min_value: {{$PARAMETER: min_rows}}, row_condition: 'col(\"a\") == 1'}}",
            "is about all rows of a day; remove row_condition, or write a number",
        ),
    ],
)
def test_a_parameter_without_a_value_is_refused(suite: Write, entry: str, said: str) -> None:
    """The day itself and, for the number of its rows, the usual traffic: nothing else has a value."""
    path = suite(f"  - {entry}\n    severity: info\n")

    _, problems = examine(path)

    (problem,) = dict.fromkeys(problems)
    assert problem.startswith(f"{path}:3 ")
    assert said in problem


def test_the_usual_number_of_rows_is_kept_in_the_key(suite: Write) -> None:
    """Judging reads there what was asked; nothing else has such a key."""
    path = suite(
        f"""  - {ROWS}: {{max_value: {{$PARAMETER: max_rows}}, strict_max: true}}
    severity: {{warning: {{min_value: {{$PARAMETER: min_rows}}}}, critical: {{min_value: {{$PARAMETER: usual_rows * 0.50}}}}}}
  - {ROWS}: {{min_value: 10}}
    severity: info
"""
    )

    first, second, plain = load_suite(path).entries

    assert [first.key, second.key] == [f"{ROWS}:min_rows<=rows<max_rows", f"{ROWS}:usual_rows*0.5<=rows<max_rows"]
    assert RowCount.of_key(second.key) == RowCount(Bound("usual_rows", 0.5), Bound("max_rows", 1.0), below=True)
    assert RowCount.of_key(plain.key) is None


def test_all_columns_that_a_suite_reads_are_named(suite: Write) -> None:
    """Pairs, lists and row conditions count as well, each column once."""
    path = suite(
        f"""  - {NOT_NULL}: {{column: a, row_condition: 'col("z") == "JFK" and col("y").is_not_null()'}}
    severity: info
  - expect_column_pair_values_to_be_equal: {{column_A: a, column_B: b, ignore_row_if: either_value_is_missing}}
    severity: info
  - expect_compound_columns_to_be_unique: {{column_list: [b, c]}}
    severity: info
"""
    )

    assert suite_columns(load_suite(path)) == ("a", "z", "y", "b", "c")


def test_reading_a_suite_imports_neither_great_expectations_nor_pandas(suite: Write) -> None:
    """The columns are known before three seconds are spent."""
    path = suite(f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n")
    code = (
        "import sys; from pathlib import Path; from expectations.loading import load_suite, suite_columns;"
        f"suite_columns(load_suite(Path({str(path)!r})));"
        "print([m for m in ('great_expectations', 'pandas', 'pyarrow') if m in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("entries", "line", "words"),
    [
        (f"  - {NOT_NULL[:-1]}: {{column: a}}\n    severity: info\n", 3, f"did you mean {NOT_NULL}?"),
        (f"  - {NOT_NULL}: {{column: a}}\n    severty: info\n", 4, "unknown key 'severty'; did you mean severity?"),
        (f"  - {NOT_NULL}: {{column: a}}\n", 3, "severity is missing; choose critical, warning, info"),
        (f"  - {NOT_NULL}: {{column: a}}\n    severity: warn\n", 4, "got 'warn'; did you mean warning?"),
        (f"  - {NOT_NULL}: {{column: a, mostly: 95}}\n    severity: info\n", 3, "got 95; did you mean 0.95?"),
        (f"  - {NOT_NULL}: {{column: a, mostly: 0}}\n    severity: info\n", 3, "0 < mostly <= 1, got 0"),
        (f"  - {NOT_NULL}: {{column: a, mostly: true}}\n    severity: info\n", 3, "got True"),
        (f"  - {NOT_NULL}: {{column: 3}}\n    severity: info\n", 3, "must be the name of a column, got 3"),
        (f"  - {NOT_NULL}: [a]\n    severity: info\n", 3, "its arguments must be a mapping, got ['a']"),
        (f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n    description: 3\n", 5, "must be text, got 3"),
        (f"  - {NOT_NULL}: {{column: a, severity: info}}\n    severity: info\n", 3, "belongs beside the expectation"),
        (f"  - {NOT_NULL}: {{column: a, meta: {{}}}}\n    severity: info\n", 3, "is set by Vitals; remove it"),
        (f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n    notes: x\n", 5, "unknown key 'notes'"),
        ("  - just a word\n", 3, "an entry must be"),
        ("  - severity: info\n", 3, "exactly one expectation, got none"),
        (
            f"  - {NOT_NULL}: {{column: a}}\n    expect_column_to_exist: {{column: a}}\n    severity: info\n",
            3,
            "exactly one expectation, got expect_column_values_to_not_be_null, expect_column_to_exist",
        ),
        (
            f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n  - {NOT_NULL}: {{column: a}}\n    severity: critical\n",
            5,
            "the same as in line 3",
        ),
        (
            "  - expect_column_mean_to_be_between: {column: a, min_value: 2, max_value: 1}\n    severity: info\n",
            3,
            "swap",
        ),
        (
            "  - expect_column_values_to_be_between:\n      column: a\n      min_value: 2013-04-01\n    severity: info\n",
            5,
            "write 2013-04-01 00:00:00",
        ),
        (
            "  - expect_column_values_to_be_between: {column: a, min_value: '2013-04-01'}\n    severity: info\n",
            3,
            "write 2013-04-01 00:00:00",
        ),
        (
            "  - expect_column_values_to_be_between: {column: a, min_value: low}\n    severity: info\n",
            3,
            "must be a number or a time such as 2013-04-01 00:00:00, got 'low'",
        ),
        (
            "  - expect_column_values_to_be_between: {column: a, max_value: 9007199254740993}\n    severity: info\n",
            3,
            "above 2^53 would be rounded",
        ),
        (
            "  - expect_column_values_to_be_between: {column: a, max_value: .nan}\n    severity: info\n",
            3,
            "must be finite, got nan",
        ),
        (
            (
                "  - expect_column_quantile_values_to_be_between:\n"
                "      {column: a, quantile_ranges: {quantiles: [0.5], value_ranges: [[3, 1]]}}\n    severity: info\n"
            ),
            4,
            "3 is above the upper bound 1",
        ),
        (
            "  - expect_column_values_to_match_regex: {column: a, regex: '['}\n    severity: info\n",
            3,
            "is no regular expression",
        ),
        (
            f"  - {NOT_NULL}: {{column: a, row_condition: origin = 3}}\n    severity: info\n",
            3,
            'cannot be read at character 8; write col("origin") == "JFK"',
        ),
        (
            "  - unexpected_rows_expectation: {unexpected_rows_query: SELECT 1}\n    severity: info\n",
            3,
            "use an avoid rule or a heuristic",
        ),
        (
            "  - expect_column_values_to_be_increasing: {column: a}\n    severity: info\n",
            3,
            "the rows of a day have no order",
        ),
        (
            f"  - {NOT_NULL}: {{column: a, column: b}}\n    severity: info\n",
            3,
            "the key 'column' is repeated (first in line 3)",
        ),
        (f"  - {NOT_NULL}: {{column: a\n    severity: info\n", 4, "is no YAML"),
        ("  []\n", 2, "an empty suite passes always"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line_and_a_remedy(suite: Write, entries: str, line: int, words: str) -> None:
    """One message says which line, what came and what to do."""
    path = suite(entries)

    with pytest.raises(ConfigError) as caught:
        load_suite(path)

    assert words in str(caught.value)
    assert any(text.startswith(f"{path}:{line} ") and words in text for text in str(caught.value).splitlines())


def test_all_problems_of_a_file_come_together_in_its_order(tmp_path: Path) -> None:
    """Five mistakes in one file are five lines of one error."""
    path = tmp_path / "s.yaml"
    path.write_text(
        "suit: s\nexpectations:\n"
        "  - expect_column_mean_to_be_betwen: {column: a}\n    severity: bad\n"
        "  - expect_column_mean_to_be_between: {column: a, min_value: 2, max_value: 1, mostly: 3}\n    severity: info\n"
    )

    suite, problems = examine(path)

    assert [int(problem.removeprefix(f"{path}:").split()[0]) for problem in problems] == [1, 1, 3, 4, 5, 5]
    assert "unknown key 'suit'; did you mean suite?" in problems[0] + problems[1]
    assert suite.entries == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must hold the keys suite and expectations"),
        ("- a", "must hold the keys suite and expectations"),
        (
            "suite: other\nexpectations: [{expect_column_to_exist: {column: a}, severity: info}]",
            "must be the file's name 's'",
        ),
        ("expectations: [{expect_column_to_exist: {column: a}, severity: info}]", "suite is missing; write suite: s"),
        ("suite: s\n", "an empty suite passes always"),
        ("suite: s\nexpectations: 3\n", "an empty suite passes always"),
        ("suite: s\nsuite: s\nexpectations: []\n", "the key 'suite' is repeated"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """The file itself has a form."""
    path = tmp_path / "s.yaml"
    path.write_text(text)

    assert words in "\n".join(examine(path)[1])


def test_a_missing_suite_names_the_nearest_one(suite: Write) -> None:
    """A mistyped suite name gets a suggestion."""
    path = suite("  []\n", "flight_inputs")

    with pytest.raises(ConfigError, match=r"there is no such suite; did you mean flight_inputs\?"):
        load_suite(path.with_name("flight_input.yaml"))


def test_a_suite_that_is_a_folder_or_no_text_is_one_problem(tmp_path: Path) -> None:
    """What cannot be read is named, without a traceback."""
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")

    assert "cannot be read" in examine(tmp_path / "folder.yaml")[1][0]
    assert (
        examine(tmp_path / "bytes.yaml")[1][0]
        == f"{tmp_path / 'bytes.yaml'}:1 is not UTF-8 text; save the file as UTF-8"
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            f"{QUANTILES}: {{column: a, quantile_ranges: {{quantiles: [0.5, 0.9], value_ranges: [[0, 1]]}}}}",
            "quantile_ranges: has 2 quantiles and 1 value_ranges; give each quantile its range",
        ),
        (
            f"{QUANTILES}: {{column: a, quantile_ranges: {{quantiles: [90], value_ranges: [[0, 1]]}}}}",
            "quantiles must lie between 0 and 1, got [90]; 0.9 is the 90th percentile",
        ),
        (
            "expect_column_values_to_be_in_set: {column: a, value_set: []}",
            "value_set: must be a list of one value or more, like [a, b], got []",
        ),
        (
            "expect_column_values_to_match_strftime_format: {column: a, strftime_format: 3}",
            "strftime_format: must be text such as %Y-%m-%d, got 3",
        ),
    ],
)
def test_what_nothing_could_meet_is_refused(suite: Write, entry: str, said: str) -> None:
    """The library takes these and fails every day, or passes always."""
    path = suite(f"  - {entry}\n    severity: info\n")

    (problem,) = examine(path)[1]

    assert problem.startswith(f"{path}:3 {entry.partition(':')[0]}.")
    assert said in problem


def test_a_critical_threshold_is_looser_than_the_warning(suite: Write) -> None:
    """Else every failure were critical, and the warning were never seen."""
    swapped = "{warning: {mostly: 0.9}, critical: {mostly: 0.99}}"
    counts = "{info: {max_value: 9}, warning: {max_value: 8}}"
    path = suite(
        f"  - {NOT_NULL}: {{column: a}}\n    severity: {swapped}\n  - {ROWS}: {{min_value: 1}}\n    severity: {counts}\n"
    )

    assert list(examine(path)[1]) == [
        f"{path}:4 severity.critical: mostly 0.99 of critical is not looser than 0.9 of warning, which it would hide; swap them",
        f"{path}:6 severity.warning: max_value 8 of warning is not looser than 9 of info, which it would hide; swap them",
    ]


def test_a_changed_file_is_read_again(suite: Write) -> None:
    """The cache is keyed by what the file says, not by its name."""
    first = load_suite(suite(f"  - {NOT_NULL}: {{column: a}}\n    severity: info\n"))

    second = load_suite(suite(f"  - {NOT_NULL}: {{column: b}}\n    severity: info\n"))

    assert (first.entries[0].column, second.entries[0].column) == ("a", "b")


def test_a_missing_description_is_put_in_plain_words(suite: Write) -> None:
    """Nobody reads a function's name in a digest."""
    (entry,) = load_suite(suite(f"  - {NOT_NULL}: {{column: temp, mostly: 0.9}}\n    severity: info\n")).entries

    assert entry.description == "temp is not null in at least 90 % of rows"


def test_nulls_in_pairs_and_types_deserve_a_warning(suite: Write) -> None:
    """What is allowed but often misunderstood is said apart from the problems."""
    path = suite(
        """  - expect_column_pair_values_to_be_equal: {column_A: a, column_B: b}
    severity: info
  - expect_compound_columns_to_be_unique: {column_list: [a, b]}
    severity: info
  - expect_column_type_to_be: {column: a, type_: str}
    severity: info
  - expect_column_pair_values_to_be_equal: {column_A: a, column_B: c, ignore_row_if: either_value_is_missing}
    severity: info
"""
    )

    pair, several, types = suite_warnings(load_suite(path))

    assert f"{path}:3 " in pair
    assert "ignore_row_if: either_value_is_missing" in pair
    assert "ignore_row_if: any_value_is_missing" in several
    assert "float64" in types
