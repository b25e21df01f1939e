"""The committed table of planted faults: its page says what its file says, and the code still finds what it says."""

import pytest

from tests.benchmarks.faults import cells, written
from tests.worlds.table import CELLS, FAULTS, SIZES, Fault, trial

ROWS = 1000
HEADS, TABLE, CLEAN = cells.read()


def test_the_page_says_what_the_file_says() -> None:
    """FAULTS.md is composed of FAULTS.csv and nothing else."""
    page = cells.TABLE.with_suffix(".md").read_text(encoding="utf-8")

    assert page == written.page(HEADS, TABLE, CLEAN)


def test_the_table_holds_every_cell_with_a_seed_and_versions() -> None:
    """Each fault at each size, at 1,000 and at 100,000 rows a day; peers where they were asked."""
    wanted = [(fault.name, f"{size:g}", str(rows)) for rows in (ROWS, 100_000) for fault, size in CELLS]
    asked = [one for one in TABLE if one.evidently or one.nannyml]

    assert [(one.fault, one.size, one.rows) for one in TABLE] == wanted
    assert len(FAULTS) >= 25
    assert [head.split()[0] for head in HEADS] == ["seed", "evidently", "nannyml"]
    assert [(one.fault, one.size) for one in asked if one.rows == "1000"] == [(f.name, f"{s:g}") for f, s in CELLS]
    assert len([one for one in asked if one.rows == "100000"]) == len(CELLS[::4])


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_the_committed_table_is_what_is_found_today(fault: Fault) -> None:
    """Day, subject, kind and cause of every cell at 1,000 rows a day, recomputed with the table's seed."""
    known = {one.size: one for one in TABLE if one.fault == fault.name and one.rows == str(ROWS)}

    found = {
        f"{size:g}": _told(cells.row("", trial(fault, size, ROWS, 7))) for size in (SIZES if fault.sized else (1.0,))
    }

    assert found == {size: _told(one) for size, one in known.items()}


def _told(one: cells.Row) -> tuple[str, ...]:
    return one.found_on, one.quiet, one.subject, one.named, one.cause
