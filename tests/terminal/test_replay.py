"""A changed policy beside what was said, through the terminal."""

import json
from pathlib import Path

import pytest

from tests.terminal.desk import FIRST, LAST, Desk


def policy(desk: Desk, text: str) -> Path:
    """Write a policy file."""
    path = desk.folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mute_takes_away_what_it_would_have_hidden_and_stores_nothing(desk: Desk) -> None:
    """The incident is in the list of differences, the numbers follow, and the tables are as they were."""
    path = policy(desk, "alerts:\n- {symptom: avoid, subject: Approved above 0.9, mute: true, why: known}\n")
    before = desk.dump()

    ended = desk.run("replay", "credit", "--alerts", str(path), "--format", "json")

    found = json.loads(ended.out)
    assert (ended.code, found["first_day"] <= str(FIRST), found["last_day"]) == (0, True, str(LAST))
    assert found["incidents"]["would_be"] == found["incidents"]["said"] - 1
    (change,) = found["changes"]
    assert (change["would_be"], change["said"]["symptom"], change["said"]["subject"]) == (
        None,
        "avoid",
        "Approved above 0.9",
    )
    assert desk.dump() == before


def test_a_limit_adds_what_it_would_have_said(desk: Desk) -> None:
    """What is new stands on the other side."""
    path = policy(desk, "limits:\n- {column: age, max: 1}\n")

    ended = desk.run("replay", "credit", "--alerts", str(path))

    assert ended.code == 0
    assert "input quality: age" in ended.out
    assert "P3 warning" in ended.out


def test_the_same_policy_changes_nothing(desk: Desk) -> None:
    """The fold over stored days says again what was said."""
    path = policy(desk, "reference: {days: 56}\n")

    ended = desk.run("replay", "credit", "--alerts", str(path))

    assert "the policy changes nothing on these days" in ended.out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("avoid: []\n", "policy.yaml:1 avoid: is no key of a policy; use alerts, limits, reference or calendar"),
        ("alerts:\n- {symptom: inputdrift, mute: true, why: x}\n", "policy.yaml:2 alerts.0.symptom: "),
        ("limits:\n- {column: age, min: 5, max: 1}\n", "policy.yaml:2 limits.0.min: "),
        ("{}\n", "policy.yaml"),
    ],
)
def test_a_wrong_policy_is_one_clear_error(desk: Desk, text: str, expected: str) -> None:
    """The policy's own file and line, never the model's."""
    ended = desk.run("replay", "credit", "--alerts", str(policy(desk, text)))

    assert ended.code == 2
    assert expected in ended.err


def test_days_that_are_not_stored_cannot_be_replayed(desk: Desk) -> None:
    """The error says how to store them."""
    path = policy(desk, "limits: []\n")

    ended = desk.run("replay", "credit", "--alerts", str(path), "--first-day", "2020-01-01", "--last-day", "2020-01-09")

    assert ended.code == 2
    assert "no stored day of credit from 2020-01-01 to 2020-01-09; `vitals backfill credit` reads them" in ended.err
