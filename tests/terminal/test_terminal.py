"""The terminal on a small real world: what it prints, what its exit codes say, and that decisions are honoured."""

import csv
import io
import json
import re
import sqlite3
from dataclasses import fields

import pytest

from tests.terminal.desk import FAULT, FIRST, LAST, NEW, Desk
from vitals.records import Drift, Finding, Incident, Measurement, Validation

RECORDS = {
    "measurements": Measurement,
    "drift": Drift,
    "findings": Finding,
    "incidents": Incident,
    "validations": Validation,
}
RULE = "Approved above 0.9"


def shown(desk: Desk, what: str, *arguments: str) -> list[dict[str, object]]:
    ended = desk.run("show", what, *arguments, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


def told(desk: Desk) -> list[tuple[object, ...]]:
    """Digests and deliveries of the store."""
    with sqlite3.connect(desk.store) as connection:
        rows = [*connection.execute("SELECT * FROM digest"), *connection.execute("SELECT * FROM delivery")]
    connection.close()
    return rows


@pytest.mark.parametrize("what", ["measurements", "drift", "findings", "incidents"])
def test_rows_as_json_are_objects_with_exactly_the_record_s_fields(desk: Desk, what: str) -> None:
    """A machine finds every field in every row: null where nothing is known, days as YYYY-MM-DD."""
    rows = shown(desk, what)

    names = [field.name for field in fields(RECORDS[what])] + (["fingerprint"] if what == "findings" else [])
    assert rows
    assert {tuple(row) for row in rows} == {tuple(names)}
    days = [value for row in rows for name, value in row.items() if name in {"day", "opened_on", "known_on"}]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(day)) for day in days)
    assert "NaN" not in json.dumps(rows)


def test_nothing_to_show_is_an_empty_list(desk: Desk) -> None:
    """A machine gets a list all the same."""
    assert shown(desk, "validations") == []


@pytest.mark.parametrize("what", ["measurements", "drift", "findings", "incidents"])
def test_rows_as_csv_are_the_rows_as_json(desk: Desk, what: str) -> None:
    """The same fields in the same order, a line each."""
    ended = desk.run("show", what, "credit", "--format", "csv")

    lines = list(csv.reader(io.StringIO(ended.out)))
    rows = shown(desk, what)
    assert lines[0] == list(rows[0])
    assert len(lines) == len(rows) + 1
    lists = [json.loads(line[lines[0].index("evidence")]) for line in lines[1:] if "evidence" in lines[0]]
    assert lists == [row["evidence"] for row in rows if "evidence" in row]


def test_rows_of_a_range(desk: Desk) -> None:
    """Both ends of a range are in it; an incident belongs to every day on which it was open."""
    found = shown(desk, "findings", "--first-day", str(FAULT), "--last-day", str(FAULT))
    open_then = shown(desk, "incidents", "credit", "--first-day", str(LAST), "--last-day", str(LAST))

    assert {row["day"] for row in found} == {str(FAULT)}
    assert {row["opened_on"] for row in open_then} == {str(FAULT)}
    assert shown(desk, "incidents", "--last-day", str(FIRST)) == []


def test_rows_as_a_table_name_what_is_open(desk: Desk) -> None:
    """A person reads the rule's name and how to refer to the incident."""
    ended = desk.run("show", "incidents")

    assert desk.incident("avoid") in ended.out
    assert RULE in ended.out


@pytest.mark.parametrize(("fail_on", "code"), [("never", 0), ("critical", 1), ("warning", 1)])
def test_exit_codes_say_what_a_run_found(desk: Desk, fail_on: str, code: int) -> None:
    """Findings fail a run only when asked to."""
    ended = desk.run("run", "--day", str(NEW), "--fail-on", fail_on, "--format", "json")

    digests = json.loads(ended.out)
    assert (ended.code, ended.err) == (code, "")
    assert [digest["day"] for digest in digests] == [str(NEW)]
    assert RULE in {subject for item in digests[0]["items"] for subject in item["subjects"]}


def test_a_quiet_run_fails_on_nothing(desk: Desk) -> None:
    """No finding, exit code 0, whatever is asked."""
    ended = desk.run("run", "--day", str(FIRST), "--fail-on", "warning")

    assert (ended.code, ended.err) == (0, "")


def test_running_twice_changes_nothing(desk: Desk) -> None:
    """The same rows, run ids included, and one digest."""
    first = desk.run("run", "--day", str(NEW))
    before, digests = desk.dump(), told(desk)

    again = desk.run("run", "--day", str(NEW))

    assert (again.code, again.out) == (first.code, first.out)
    assert desk.dump() == before
    assert told(desk) == digests


def test_a_digest_is_printed_and_written_without_slack(desk: Desk) -> None:
    """Text, page, blocks and JSON say the same rule is broken; a dry run stores nothing, what was sent can be seen again."""
    dry = {form: desk.run("digest", "--day", str(LAST), "--dry-run", "--format", form) for form in ("text", "html")}
    assert told(desk) == []
    sent = desk.run("digest", "--day", str(LAST))
    forms = [desk.run("digest", "--day", str(LAST), "--as-sent", "--format", form) for form in ("blocks", "json")]

    assert all(RULE in ended.out and ended.code == 0 for ended in [*dry.values(), sent, *forms])
    assert "no Slack token" in sent.out
    page = desk.folder / "home" / "digests" / f"{LAST}-default.html"
    assert page.read_text() == dry["html"].out.removesuffix("\n")


def test_an_accepted_level_is_the_new_normal(desk: Desk) -> None:
    """The incident ends, named after who accepted it, and the same values are no finding any more."""
    assert desk.run("decide", "accept", desk.incident("input_drift"), "--why", "left out", "--who", "ada").code == 0

    desk.run("run", "--day", str(NEW))

    incident = next(row for row in shown(desk, "incidents") if row["subject"] == "amount")
    assert (incident["resolved_on"], incident["reason"]) == (str(NEW), "accepted by ada: left out")
    assert "amount" not in {row["subject"] for row in shown(desk, "findings", "--first-day", str(NEW))}


def test_a_false_alarm_ends_at_once(desk: Desk) -> None:
    """Its days become usual ones."""
    assert desk.run("decide", "false-alarm", desk.incident("input_drift")[:6], "--why", "meant so").code == 0

    desk.run("run", "--day", str(NEW))

    incident = next(row for row in shown(desk, "incidents") if row["subject"] == "amount")
    assert incident["resolved_on"] == str(NEW)
    assert "meant so" in str(incident["reason"])


def test_muted_is_not_reported(desk: Desk) -> None:
    """Nothing of that symptom on that subject, from the next day on; earlier findings stay."""
    before = shown(desk, "findings")
    assert desk.run("decide", "mute", "credit", "avoid", RULE, "--why", "known").code == 0

    desk.run("run", "--day", str(NEW))

    found = shown(desk, "findings")
    assert [row for row in found if row["day"] != str(NEW)] == before
    assert "avoid" not in {row["symptom"] for row in found if row["day"] == str(NEW)}


def test_snoozed_is_a_note_and_no_problem(desk: Desk) -> None:
    """The digest says that something is snoozed, not what it is about; it comes back on its own."""
    assert desk.run("decide", "snooze", desk.incident("avoid"), "--until", str(NEW), "--why", "next week").code == 0

    digest = json.loads(desk.run("run", "--day", str(NEW), "--format", "json").out)[0]

    assert "avoid" not in {item["symptom"] for item in digest["items"]}
    assert "snoozed" in {note["kind"] for note in digest["notes"]}
    assert shown(desk, "incidents", "--first-day", str(NEW))[0]["resolved_on"] is None


def test_acknowledged_says_by_whom(desk: Desk) -> None:
    """The digest names who looks at it."""
    assert desk.run("decide", "acknowledge", desk.incident("avoid"), "--why", "on it", "--who", "ada").code == 0

    ended = desk.run("run", "--day", str(NEW))

    assert "acknowledged by ada" in ended.out


def test_a_bad_day_teaches_nothing(desk: Desk) -> None:
    """One day less to compare with, from the next day on."""
    assert desk.run("decide", "bad-day", "credit", str(FIRST), "--why", "rehearsal").code == 0

    desk.run("run", "--day", str(NEW))

    days = {row["day"]: row["reference_days"] for row in shown(desk, "drift", "credit") if row["subject"] == "age"}
    assert (days[str(LAST)], days[str(NEW)]) == (7, 7)


SAID_AND_TAKEN = {
    "acknowledge": ("acknowledge", "{avoid}", "--why", "on it"),
    "snooze": ("snooze", "{avoid}", "--until", str(NEW), "--why", "later"),
    "accept": ("accept", "{drift}", "--why", "meant"),
    "false alarm": ("false-alarm", "{drift}", "--why", "none"),
    "mute": ("mute", "credit", "avoid", RULE, "--why", "known"),
    "bad day": ("bad-day", "credit", str(FIRST), "--why", "rehearsal"),
}


@pytest.mark.parametrize("kind", SAID_AND_TAKEN)
def test_what_was_said_is_taken_back_as_it_was_said(desk: Desk, kind: str) -> None:
    """Before a day was judged with it nothing is left of it; after that it is a dated row of its own."""
    places = {"avoid": desk.incident("avoid"), "drift": desk.incident("input_drift")}
    verb, *said = (word.format(**places) for word in SAID_AND_TAKEN[kind])
    named = said[: next(at for at, word in enumerate(said) if word.startswith("--"))]
    assert desk.run("decide", verb, *said).code == 0

    taken = desk.run("decide", "withdraw", *named, "--why", "a mistake", "--who", "ada")

    assert (taken.code, taken.out.partition(" of ")[0]) == (0, f"taken back: {kind}")
    assert shown(desk, "triage") == []
    assert desk.run("decide", verb, *said, "--day", str(LAST)).code == 0
    assert desk.run("decide", "withdraw", *named, "--why", "a mistake", "--who", "ada").code == 0
    rows = [(row["day"], row["kind"], row["who"]) for row in shown(desk, "triage", "credit")]
    assert rows[1:] == [(str(NEW), "withdraw", "ada")]
    assert rows[0][:2] == (str(LAST), kind.replace(" ", "_"))


def test_only_what_stands_can_be_taken_back(desk: Desk) -> None:
    """One sentence each, and nothing is written."""
    place = desk.incident("avoid")
    desk.run("decide", "acknowledge", place, "--why", "on it", "--day", str(LAST))
    tries = {
        ("credit", "avoid", "other rule"): "nothing stands of credit avoid other rule",
        ("credit", "yesterday"): "'yesterday' is no day; give MODEL YYYY-MM-DD",
        ("a", "b", "c", "d"): "what is taken back? give INCIDENT",
        (place, "--day", str(FIRST)): f"{LAST} is when that was said",
    }

    for words, message in tries.items():
        ended = desk.run("decide", "withdraw", *words, "--why", "x")
        assert (ended.code, message in ended.err) == (2, True), ended.err
    assert [row["kind"] for row in shown(desk, "triage")] == ["acknowledge"]


def test_a_mute_taken_back_is_heard_again_and_a_bad_day_teaches_again(desk: Desk) -> None:
    """From the day on which it was taken back; what was judged before that stays."""
    for said in (("mute", "credit", "avoid", RULE), ("bad-day", "credit", str(FIRST))):
        desk.run("decide", *said, "--why", "so", "--day", str(LAST))
        desk.run("decide", "withdraw", *said[1:], "--why", "not so", "--day", str(NEW))

    desk.run("run", "--day", str(NEW))

    avoided = {row["day"] for row in shown(desk, "findings") if row["symptom"] == "avoid"}
    days = {row["day"]: row["reference_days"] for row in shown(desk, "drift", "credit") if row["subject"] == "age"}
    assert (str(LAST) in avoided, str(NEW) in avoided) == (False, True)
    assert (days[str(LAST)], days[str(NEW)]) == (6, 8)


@pytest.mark.slow
def test_a_backfill_skips_what_was_observed_and_says_so(desk: Desk) -> None:
    """Only the new day is observed; with --force all are, and give the same rows."""
    before = desk.dump()
    span = ["backfill", "credit", "--first-day", str(FIRST), "--last-day", str(LAST)]

    again = desk.run(*span)
    forced = desk.run(*span, "--force")

    assert again.err.startswith("8 model-days observed before with the same spec, skipped (--force observes again)\n0 ")
    assert forced.err.startswith("8 model-days observed and judged in ")
    assert desk.dump() == before


@pytest.mark.slow
def test_a_changed_model_file_is_observed_again(desk: Desk) -> None:
    """What the file changes about an observation makes its days undone."""
    desk.change("inputs: [country, age, amount]", "inputs: [country, age]")

    ended = desk.run("backfill", "--all", "--first-day", str(FIRST), "--last-day", str(LAST), "--format", "json")

    assert ended.err.startswith("8 model-days observed")
    assert {row["subject"] for row in json.loads(ended.out)} == {RULE}


def test_a_check_tells_all_problems_at_once(desk: Desk) -> None:
    """One line each: a broken file, two rules, a missing table of labels; and what to do."""
    (desk.model.parent / "other.yaml").write_text("model: other\ntask: binry\n")
    desk.change("score > 0.9", "scor > 0.9")
    desk.change("avg((decision = 'refer')::int)", "avg(")
    desk.change("table: labels", "table: label")

    ended = desk.run("check", "--format", "json")

    problems = json.loads(ended.out)
    assert (ended.code, ended.err) == (2, "")
    for text in ("other.yaml:2 task", "credit avoid.0.where", "credit heuristics.0.value", "credit feedback"):
        assert sum(text in problem for problem in problems) == 1, problems


def test_a_sound_world_has_no_problems(desk: Desk) -> None:
    """And the check says how much it looked at."""
    ended = desk.run("check")

    assert (ended.code, ended.out, ended.err) == (0, "1 model checked: no problems\n", "")


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [("task: binary", 2, "other.yaml:2 task"), ("source: log", 2, "VITALS_SOURCE_ABSENT_URL")],
)
def test_a_broken_model_never_stops_the_others(desk: Desk, text: str, code: int, place: str) -> None:
    """The healthy one is monitored, the digest names the broken one, the exit code says whose business it is."""
    spoilt = (
        desk.model.read_text()
        .replace("model: credit", "model: other")
        .replace(text, text.split(maxsplit=1)[0] + " absent", 1)
    )
    (desk.model.parent / "other.yaml").write_text(spoilt)

    ended = desk.run("run", "--day", str(NEW))

    assert (ended.code, len(ended.errors)) == (code, 1)
    assert place in ended.errors[0]
    assert "other · not monitored" in ended.out
    assert str(NEW) in {row["day"] for row in shown(desk, "measurements", "credit")}


def test_a_missing_input_is_a_finding_and_no_error(desk: Desk) -> None:
    """The day is monitored without the column, and without the rules that ask for it."""
    desk.change("avg((decision = 'refer')::int)", "avg(age)")
    desk.rewrite(age=None)

    ended = desk.run("run", "--day", str(NEW))

    found = shown(desk, "findings", "--first-day", str(NEW))
    assert (ended.code, ended.err) == (0, "")
    assert [row["severity"] for row in found if row["subject"] == "age"] == ["critical"]
    assert "heuristic" not in {row["signal"] for row in shown(desk, "measurements", "--first-day", str(NEW))}


def test_an_unforeseen_failure_is_one_line_and_its_traceback_is_for_debugging(desk: Desk) -> None:
    """Whoever meets a bug gets its name, and the place when asking for it."""
    with sqlite3.connect(desk.store) as connection:
        connection.execute("UPDATE partition SET hours = 'spoilt'")
    connection.close()

    plain, debugged = desk.run("run", "--day", str(NEW)), desk.run("--debug", "run", "--day", str(NEW))

    assert plain.code == 3
    assert plain.err.splitlines() == plain.errors  # of judging and of telling, which met the same
    assert all("unexpected JSONDecodeError: Expecting value" in line and "a bug" in line for line in plain.errors)
    assert "Traceback" in debugged.err
