"""Bad flags, settings, model files and suites: what is spoilt, the command that meets it, what its message must name."""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.terminal.desk import FIRST, LAST, NEW, Desk

MISTAKE, TROUBLE = 2, 3
RUN = f"run --day {NEW}"
RANGE = f"--first-day {FIRST} --last-day {LAST}"
CLOSED = "postgresql://ada:s3cret@127.0.0.1:1/nowhere"  # nobody listens on port 1
Spoil = Callable[[Desk], object]


@dataclass(frozen=True)
class Case:
    """One bad input.

    Attributes
    ----------
    command : split at blanks; `''` stands for an empty argument, `INCIDENT` for an incident of the store.
    says : texts that the message must hold: the place and the remedy.
    """

    name: str
    code: int
    command: str
    says: tuple[str, ...]
    spoil: Spoil
    marks: tuple[pytest.MarkDecorator, ...] = ()


def nothing(desk: Desk) -> None:
    """Spoil nothing: the command itself is wrong."""


def mistake(
    name: str, command: str, *says: str, spoil: Spoil = nothing, marks: tuple[pytest.MarkDecorator, ...] = ()
) -> Case:
    """Something that the user must correct: exit code 2."""
    return Case(name, MISTAKE, command, says, spoil, marks)


def trouble(name: str, command: str, *says: str, spoil: Spoil = nothing) -> Case:
    """Something outside that does not work now: exit code 3."""
    return Case(name, TROUBLE, command, says, spoil)


def change(old: str, new: str) -> Spoil:
    """Change the model's file."""
    return lambda desk: desk.change(old, new)


def environ(**variables: str) -> Spoil:
    """Change the environment."""
    return lambda desk: desk.environ(**variables)


def _folder_as_model(desk: Desk) -> None:
    desk.model.unlink()
    desk.model.mkdir()


def _suite(text: str) -> Spoil:
    def write(desk: Desk) -> None:
        desk.change("metrics:", "expectations: inputs\nmetrics:")
        (desk.folder / "suites" / "inputs.yaml").write_text(text)

    return write


def _newer_schema(desk: Desk) -> None:
    with sqlite3.connect(desk.store) as connection:
        connection.execute("UPDATE vitals_schema SET version_num = '9999'")
    connection.close()


def _store_in_a_file(desk: Desk) -> None:
    (desk.folder / "file").write_text("")
    desk.environ(VITALS_STORE_URL=f"sqlite:///{desk.folder}/file/vitals.db")


def _no_database(desk: Desk) -> None:
    (desk.folder / "notes.txt").write_text("these are my notes\n" * 100)
    desk.environ(VITALS_STORE_URL=f"sqlite:///{desk.folder}/notes.txt")


def _store_is_a_folder(desk: Desk) -> None:
    desk.environ(VITALS_STORE_URL=f"sqlite:///{desk.folder}/data")


FLAGS = [
    mistake("day that no calendar has", "run --day 2013-02-30", "--day", "2013-02-30", "write it like"),
    mistake("day in words", "run --day yesterday", "--day", "yesterday", "write it like"),
    mistake("day in the future", "run --day 2199-01-01", "--day 2199-01-01", "not over", "newest whole day is"),
    mistake("day before all logs", "run --day 1492-10-12", "1492-10-12", "1900"),
    mistake(
        "last day before the first", f"backfill --all --first-day {LAST} --last-day {FIRST}", "--first-day", "swap"
    ),
    mistake(
        "range into the future", f"backfill --all --first-day {LAST} --last-day 2199-01-01", "--last-day", "newest"
    ),
    mistake("range from before all logs", f"backfill --all --first-day 1492-10-12 --last-day {LAST}", "1492-10-12"),
    mistake("range of a century", "backfill --all --first-day 1905-01-01 --last-day 2024-01-01", "--first-day", "days"),
    mistake("range without an end", f"backfill --all --first-day {FIRST}", "--last-day"),
    mistake("no range", "backfill --all", "--first-day", "--last 70d"),
    mistake("last no days", "backfill --all --last 0d", "--last", "70d", "'0d'"),
    mistake("last some days", "backfill --all --last x", "--last", "70d", "'x'"),
    mistake("last very many days", "backfill --all --last 99999999999d", "--last", "99999999999d"),
    mistake("last and first", f"backfill --all --last 7d --first-day {FIRST}", "--last", "one of them"),
    mistake("backfill of no model", f"backfill {RANGE}", "--all"),
    mistake("backfill of a model and all", f"backfill credit --all {RANGE}", "--all", "credit"),
    mistake("no workers", f"backfill --all {RANGE} --workers 0", "--workers", "1 to 64", "'0'"),
    mistake("workers in words", f"backfill --all {RANGE} --workers two", "--workers", "'two'"),
    mistake("model that nobody has", f"run credti --day {NEW}", "credti", "did you mean 'credit'"),
    mistake("model unlike any", f"backfill zzz {RANGE}", "zzz", "there are: credit"),
    mistake("show of an unknown model", "show findings credti", "credti", "did you mean 'credit'"),
    mistake("show of an unknown kind", "show nothing", "nothing", "findings"),
    mistake("show in an unknown format", "show findings --format xml", "--format", "xml", "csv"),
    mistake(
        "show of an upside-down range", f"show findings --first-day {LAST} --last-day {FIRST}", "--first-day", "swap"
    ),
    mistake("fail on an unknown severity", "run --fail-on grave", "--fail-on", "grave", "critical"),
    mistake("digest of an unknown channel", f"digest --day {LAST} --channel C0NOPE", "C0NOPE", "default"),
    mistake("digest that was never sent", f"digest --day {LAST} --as-sent", str(LAST), "vitals digest --day"),
    mistake("digest as sent and dry", f"digest --day {LAST} --as-sent --dry-run", "--as-sent", "--dry-run"),
    mistake("digest of the future", "digest --day 2199-01-01", "--day 2199-01-01", "newest"),
    mistake("prune of nearly all", "prune --keep-days 5", "--keep-days", "200", "'5'"),
    mistake("command that is none", "runn", "runn", "'run'"),
    mistake("option that is none", "run --dayy 2024-03-04", "--dayy", "--day"),
    mistake("option without its value", "run --day", "--day", "--help"),
    mistake("argument too many", "check everything", "everything", "vitals check --help"),
]

DECISIONS = [
    mistake("incident that is none", "decide accept abcdef --why seen", "abcdef", "vitals show incidents"),
    mistake("incident too short to be one", "decide accept 1 --why seen", "'1'", "vitals show incidents"),
    mistake("incident on another day", "decide accept INCIDENT1 --why seen", "vitals show incidents"),
    mistake("empty reason", "decide accept INCIDENT --why ''", "--why", "reason"),
    mistake("no reason", "decide accept INCIDENT", "--why"),
    mistake("snooze without an end", "decide snooze INCIDENT --why seen", "--until"),
    mistake(
        "snooze into the past", "decide snooze INCIDENT --until 2020-01-01 --why seen", "--until 2020-01-01", "later"
    ),
    mistake("decision dated in the future", "decide accept INCIDENT --why seen --day 2199-01-01", "--day 2199-01-01"),
    mistake("symptom that is none", "decide mute credit drift amount --why seen", "'drift'", "input_drift"),
    mistake("mute of an unknown model", "decide mute credti input_drift amount --why seen", "credti", "'credit'"),
    mistake("mute of an unknown subject", "decide mute credit input_drift amuont --why seen", "amuont", "'amount'"),
    mistake("bad day that is none", "decide bad-day credit 2013-02-30 --why seen", "2013-02-30"),
    mistake("bad day in the future", "decide bad-day credit 2199-01-01 --why seen", "2199-01-01", "future"),
]

SETTINGS = [
    mistake("no folder of models", RUN, "--models", spoil=lambda desk: shutil.rmtree(desk.model.parent)),
    mistake("no folder of models, said", f"--models elsewhere {RUN}", "elsewhere", "--models"),
    mistake("folder without models", RUN, "no model files", "*.yaml", spoil=lambda desk: desk.model.unlink()),
    mistake("models are a file", f"--models models/credit.yaml {RUN}", "credit.yaml", "is no directory"),
    mistake(
        "source without a URL", RUN, "VITALS_SOURCE_LOG_URL", "postgresql://", spoil=environ(VITALS_SOURCE_LOG_URL="")
    ),
    mistake(
        "source misspelt",
        RUN,
        "VITALS_SOURCE_LOGS_URL",
        "did you mean source 'log'",
        spoil=change("source: log", "source: logs"),
    ),
    mistake(
        "source of a strange kind",
        RUN,
        "VITALS_SOURCE_LOG_URL",
        "sqlite",
        spoil=environ(VITALS_SOURCE_LOG_URL="mysql://h/d"),
    ),
    mistake(
        "source that is no URL", RUN, "VITALS_SOURCE_LOG_URL", "file:///", spoil=environ(VITALS_SOURCE_LOG_URL="data")
    ),
    mistake("variable misspelt", RUN, "VITALS_STORE_ULR", "VITALS_STORE_URL", spoil=environ(VITALS_STORE_ULR="x")),
    mistake("channel by its name", RUN, "VITALS_SLACK_CHANNEL", "id", spoil=environ(VITALS_SLACK_CHANNEL="#ml")),
    mistake("store in files", RUN, "VITALS_STORE_URL", "sqlite", spoil=environ(VITALS_STORE_URL="file:///tmp")),
    mistake("store without a kind", "check", "VITALS_STORE_URL", "sqlite", spoil=environ(VITALS_STORE_URL="vitals.db")),
    trouble("store is a folder", RUN, "is a folder", "VITALS_STORE_URL", spoil=_store_is_a_folder),
    trouble(
        "store in a place that is none", RUN, "cannot create its folder", "VITALS_STORE_URL", spoil=_store_in_a_file
    ),
    trouble("store is no database", RUN, "notes.txt", "VITALS_STORE_URL", spoil=_no_database),
    trouble("store of a newer version", RUN, "9999", "install the version", spoil=_newer_schema),
    trouble("store of a newer version, shown", "show findings", "9999", "install", spoil=_newer_schema),
    trouble("store of a newer version, pruned", "prune", "9999", "install", spoil=_newer_schema),
    trouble("store out of reach", RUN, "127.0.0.1", "VITALS_STORE_URL", spoil=environ(VITALS_STORE_URL=CLOSED)),
    trouble("upgrade out of reach", "upgrade", "127.0.0.1", "VITALS_STORE_URL", spoil=environ(VITALS_STORE_URL=CLOSED)),
    trouble("source out of reach", RUN, "'log'", "127.0.0.1", spoil=environ(VITALS_SOURCE_LOG_URL=CLOSED)),
]

MODEL_FILES = [
    mistake("broken YAML", RUN, "credit.yaml:", spoil=change("task: binary", "task: [binary")),
    mistake(
        "unknown key", RUN, "credit.yaml:", "metric", "did you mean 'metrics'", spoil=change("metrics:", "metric:")
    ),
    mistake("wrong value", RUN, "credit.yaml:2 task", "binry", "'binary'", spoil=change("binary", "binry")),
    mistake("unknown zone", RUN, "credit.yaml:3 timezone", "New_Yrok", spoil=change("New_York", "New_Yrok")),
    mistake("part of a later version", RUN, "credit.yaml:2", "not supported yet", spoil=change("binary", "ranking")),
    mistake("no UTF-8", RUN, "credit.yaml", "UTF-8", spoil=lambda desk: desk.model.write_bytes(b"model: \xff\xfe")),
    mistake("empty file", RUN, "credit.yaml", spoil=lambda desk: desk.model.write_text("")),
    mistake("another name than its file's", RUN, "credit.yaml:1 model", "rename", spoil=change("credit", "loans")),
    mistake("asked for by name", f"run credit --day {NEW}", "credit.yaml:2 task", spoil=change("binary", "binry")),
    mistake("folder named like a model", RUN, "credit.yaml is a directory", "one file", spoil=_folder_as_model),
    mistake(
        "day that the zone does not have",
        "run --day 2011-12-30",
        "--day 2011-12-30",
        "Pacific/Apia",
        spoil=change("America/New_York", "Pacific/Apia"),
    ),
]

SUITES = [
    mistake(
        "no suite", RUN, "inputs.yaml", "no such suite", spoil=change("metrics:", "expectations: inputs\nmetrics:")
    ),
    mistake("suite that is no YAML", RUN, "inputs.yaml:1", spoil=_suite("suite: [")),
    mistake("suite without expectations", RUN, "inputs.yaml", "expectations", spoil=_suite("suite: inputs\n")),
    mistake(
        "unknown expectation",
        RUN,
        "inputs.yaml:3",
        "expect_column_values_to_not_be_null",
        spoil=_suite(
            "suite: inputs\nexpectations:\n  - expect_column_values_not_to_be_null: {column: age}\n    severity: info\n"
        ),
    ),
    mistake(
        "unknown severity",
        RUN,
        "inputs.yaml:4",
        "grave",
        spoil=_suite("suite: inputs\nexpectations:\n  - expect_column_to_exist: {column: age}\n    severity: grave\n"),
    ),
    mistake(
        "unknown argument",
        RUN,
        "inputs.yaml:3",
        "min_valu",
        "min_value",
        spoil=_suite(
            "suite: inputs\nexpectations:\n  - expect_column_values_to_be_between: {column: age, min_valu: 3, max_value: 9}\n    severity: info\n"
        ),
        marks=(pytest.mark.gx,),
    ),
]
