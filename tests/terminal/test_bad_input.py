"""Bad input: one message that names the place and the remedy, the right exit code, and the store as it was."""

import re

import pytest

from tests.terminal.bad_inputs import DECISIONS, FLAGS, MODEL_FILES, SETTINGS, SUITES, Case
from tests.terminal.bad_tables import COLUMNS, FILES, RULES
from tests.terminal.desk import FAULT, Desk

pytestmark = pytest.mark.slow

CASES = [*FLAGS, *DECISIONS, *SETTINGS, *MODEL_FILES, *SUITES, *FILES, *COLUMNS, *RULES]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name.replace(" ", "-"), marks=case.marks) for case in CASES]
)
def test_bad_input_is_one_message_and_leaves_the_store_as_it_was(case: Case, desk: Desk) -> None:
    """Whoever reads the message knows where to look and what to do; nothing was written."""
    before = desk.dump()
    incident = desk.incident("avoid")
    case.spoil(desk)

    ended = desk.run(*(_argument(part, incident) for part in case.command.split()))

    assert (ended.code, len(ended.errors)) == (case.code, 1), ended
    assert ended.err.splitlines() == ended.errors
    missing = [text for text in case.says if text not in ended.errors[0]]
    assert not missing, ended.errors[0]
    assert not re.search(r"Traceback|s3cret|\bat 0x|Error\b|None", ended.errors[0])
    assert desk.dump() == before


# Only rows show these; a check reads none.
IN_ROWS = {"mixed times in SQLite", "words among numbers in SQLite", "day that the zone does not have"}
CHECKED = [case for case in (*MODEL_FILES, *SUITES, *FILES, *COLUMNS, *RULES) if case.name not in IN_ROWS]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name.replace(" ", "-"), marks=case.marks) for case in CHECKED]
)
def test_a_check_finds_it_before_a_run_does(case: Case, desk: Desk) -> None:
    """`vitals check` names the same place, as a line of its output, and writes nothing."""
    before = desk.dump()
    case.spoil(desk)

    ended = desk.run("check")

    assert (ended.code, ended.err) == (case.code, "")
    assert any(all(text in line for text in case.says) for line in ended.out.splitlines()), ended.out
    assert desk.dump() == before


def _argument(text: str, incident: str) -> str:
    """Put an incident's name and empty arguments into a command."""
    fill = {"INCIDENT": incident, "INCIDENT1": incident.replace(str(FAULT), "2024-03-01"), "''": ""}
    return fill.get(text, text)
