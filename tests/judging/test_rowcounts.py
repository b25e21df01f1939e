"""Expectations on the number of rows that go by the usual traffic."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.judging.building import OFFICE, day, facts, failing, folded, model, said
from vitals.io import judging
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import Judged, Observation, Observed, Severity, TriageKind, Validation
from vitals.spec.model import Model
from vitals.spec.rowcount import AWAITING

KIND = "expect_table_row_count_to_be_between"
USUAL = int(OFFICE.sum())
LOW = 30  # a Wednesday


def awaiting(index: int, rows: int, asked: str, severity: Severity = Severity.WARNING) -> Validation:
    """What observing a day leaves of such an expectation."""
    plain = failing(day(index), None, "vacuous", key=f"{KIND}:{asked}", severity=severity)
    return replace(plain, observed=f"{rows} rows{AWAITING}", n=rows, unexpected=None, share=None)


def days(asked: Sequence[tuple[str, Severity]], low: float = 0.6, count: int = LOW + 1) -> list[Observed]:
    """Alike days of a service, the day LOW with fewer rows."""
    made = []
    for index in range(count):
        hours = OFFICE * (low if index == LOW else 1.0)
        rows = int(hours.sum())
        made.append(Observed(facts(day(index), hours), (), (), [awaiting(index, rows, *each) for each in asked]))
    return made


def last(asked: str, low: float = 0.6, watched: Model | None = None) -> Judged:
    return folded(days([(asked, Severity.WARNING)], low), watched=watched)[-1]


def test_the_usual_traffic_gives_the_threshold_and_it_is_said() -> None:
    """A day with six tenths of its rows is too few for a usual Wednesday."""
    judged = last("min_rows<=rows")

    (row,) = judged.validations
    assert (row.status, row.observed) == ("fail", "636 rows; at least 898: usual for a Wednesday")
    (found,) = [each for each in judged.findings if each.subject == "number of rows"]
    assert found.severity is Severity.WARNING
    assert found.statement == "636 rows; at least 898: usual for a Wednesday (as it should)"


def test_factors_plain_numbers_and_both_ends() -> None:
    """Half of the usual rows are enough here; a plain number may be the other end."""
    assert last("usual_rows*0.5<=rows<=max_rows").validations[0].observed == (
        "636 rows; at least 530 (0.5 x usual_rows) and at most 1,222: usual for a Wednesday"
    )
    assert last("usual_rows*0.5<=rows<=max_rows").validations[0].status == "pass"
    assert last("700<rows<max_rows*0.9").validations[0].status == "fail"
    assert last("min_rows<=rows", low=1.0).validations[0].status == "pass"


def test_too_little_history_is_vacuous_and_no_finding() -> None:
    """Two same weekdays are needed: until then nothing is said to be wrong, and nothing passes."""
    judged = folded(days([("min_rows<=rows", Severity.CRITICAL)], count=15))

    assert [each.validations[0].status for each in judged] == ["vacuous"] * 14 + ["pass"]
    assert judged[13].validations[0].observed == f"{USUAL:,} rows; how many are usual on a Sunday is not known yet"
    assert not [found for each in judged for found in each.findings]


def test_the_worse_of_two_thresholds_speaks() -> None:
    """Warning below the usual range, critical below half of the usual rows: one finding, the other beneath."""
    asked = [("min_rows<=rows", Severity.WARNING), ("usual_rows*0.5<=rows", Severity.CRITICAL)]

    found = [each for each in folded(days(asked, low=0.3))[-1].findings if each.subject == "number of rows"]

    (worst,) = found
    assert worst.severity is Severity.CRITICAL
    assert "at least 898" in worst.evidence[0].text


def test_a_holiday_is_no_usual_day() -> None:
    """31 January 2024 is none in Berlin; a calendar in which it is makes the finding information."""
    judged = last("min_rows<=rows", watched=model(calendar="NR"))  # Nauru's Independence Day

    (found,) = [each for each in judged.findings if each.subject == "number of rows"]
    assert found.severity is Severity.INFO
    assert "usual for a Wednesday (" in judged.validations[0].observed


def test_a_bad_day_is_settled_and_brings_no_finding() -> None:
    """The row says what was there; nobody is told."""
    asked = days([("min_rows<=rows", Severity.WARNING)])

    judged = folded(asked, [said(TriageKind.BAD_DAY, day(LOW), day(LOW).isoformat())])[-1]

    assert judged.validations[0].status == "fail"
    assert not judged.findings


def test_what_was_settled_is_stored_and_the_same_day_observed_again_changes_nothing(tmp_path: Path) -> None:
    """Judging writes into the row that observing left open; observing the same again does not open it anew."""
    observed = days([("min_rows<=rows", Severity.WARNING)])
    settings = Settings.from_env({}, home=tmp_path)
    with World(settings, lambda: datetime(2024, 6, 1, tzinfo=UTC), lambda _: (), lambda _: "", run_id="r") as world:
        for each in observed:
            world.store.replace(Observation(each.facts, each.validations, (), ()), "hash")
        judging.judge(world, model())
        settled = world.store.dump("m")

        again = [world.store.replace(Observation(each.facts, each.validations, (), ()), "hash") for each in observed]
        fewer = replace(observed[-1].validations[0], n=9)
        changed = world.store.replace(Observation(observed[-1].facts, [fewer], (), ()), "hash")
        judging.judge(world, model())

        assert not any(again)
        assert changed
        assert {row["status"] for row in world.store.rows("validations", "m")} == {"vacuous", "pass", "fail"}
        assert world.store.rows("validations", "m")[-1]["observed"].startswith("9 rows; at least 898")
        assert settled["validation"] != world.store.dump("m")["validation"]
