"""Label faults planted end to end: LABELS.md says what is found when, and a part of it is planted again here."""

from pathlib import Path

import pytest

from tests.worlds.labels import LOGS, NOT_FOUND, PAGE, STARTS, Log, rows_of
from tests.worlds.labels_faults import FAULTS, SILENCE
from tests.worlds.labels_trials import control, said, trial

CREDIT = LOGS[1]
AGAIN = ("15 % of the labels flipped", "labels 5 days late", "scores halved")


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
def test_the_page_has_the_faults_with_their_counts(log: Log) -> None:
    """A row per fault, a day or a dash per start, and the count is that of the days."""
    rows = rows_of(PAGE.read_text(encoding="utf-8"), log)

    assert {fault.name for fault in FAULTS} <= set(rows)
    for fault in FAULTS:
        right, found, _ = rows[fault.name]
        if fault.right == SILENCE:
            assert found == "silent"
            continue
        count, _, days = found.partition(": day ")
        assert right == " or ".join(sorted(fault.right))
        assert len(days.split()) == STARTS
        assert count == f"{STARTS - days.split().count(NOT_FOUND)} of {STARTS}"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_part_of_the_page_is_found_again(tmp_path: Path) -> None:
    """The first start of three faults on made-up loans, through files: the day that the page says, nothing of other kinds."""
    start, page = CREDIT.starts[0], rows_of(PAGE.read_text(encoding="utf-8"), CREDIT)

    known = control(CREDIT.world(), "labels", CREDIT.first, [start], tmp_path / "plain")

    assert not said(known)
    for fault in (one for one in FAULTS if one.name in AGAIN):
        found = trial(known, fault, start, tmp_path / "spoilt")
        written = page[fault.name][1].partition(": day ")[2].split()[0]
        assert str(NOT_FOUND if found.first is None else found.first) == written, fault.name
        assert not found.others, fault.name
