"""What is found when, if labels go wrong: `python -m tests.worlds.labels` writes LABELS.md beside this file.

Rows that the page has are kept; delete it to begin anew. All of it takes about a quarter of an hour on a quiet machine. A cheap part
of the table is checked by a test.
"""

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.worlds.flights import flights
from tests.worlds.labels_faults import FAULTS, SILENCE, LabelFault
from tests.worlds.labels_trials import Trial, control, said, trial
from tests.worlds.synthetic import synthetic
from tests.worlds.world import World

PAGE = Path(__file__).with_name("LABELS.md")
SEED = 7
STARTS = 8
NOT_FOUND = "–"


@dataclass(frozen=True)
class Log:
    """A log, the first day that is watched and the starts of faults."""

    name: str
    title: str
    first: date
    starts: tuple[date, ...]

    def world(self) -> World:
        """Make the log with nothing planted."""
        return flights() if self.name == "flights" else synthetic(self.first, 140, 1000, SEED)


def _every_six_days(first: date) -> tuple[date, ...]:
    """Starts on every weekday but one."""
    return tuple(first + timedelta(days=6 * number) for number in range(STARTS))


LOGS = (
    Log(
        "flights",
        "Real flights (the demo's log, about 940 rows a day)",
        date(2013, 4, 1),
        _every_six_days(date(2013, 6, 26)),
    ),
    Log(
        "credit",
        f"Made-up loans (`tests/worlds/synthetic.py`, 1,000 rows a day, seed {SEED})",
        date(2025, 2, 1),
        _every_six_days(date(2025, 4, 15)),
    ),
)


def run(log: Log, faults: Iterable[LabelFault], starts: tuple[date, ...], folder: Path) -> Iterator[str]:
    """Give a log's rows of the table: of each setting first what is said with nothing planted, then one per fault."""
    world, chosen = log.world(), list(faults)
    for setting in dict.fromkeys(fault.setting for fault in chosen):
        known = control(world, setting, log.first, list(starts), folder / log.name / setting)
        days = (max(known.observed) - min(starts)).days + 1
        said_of = ", ".join(f"{n} {symptom}" for symptom, n in sorted(said(known).items())) or "nothing"
        yield f"| nothing planted ({setting}), {days} days | nothing | | {said_of} |"
        for fault in (one for one in chosen if one.setting == setting):
            yield row(fault, [trial(known, fault, start, folder / log.name / "spoilt") for start in starts])


def row(fault: LabelFault, trials: list[Trial]) -> str:
    """Put a fault's trials into one row."""
    right = " or ".join(sorted(fault.right)) or "nothing"
    found = [one.first for one in trials if one.first is not None]
    days = " ".join(NOT_FOUND if one.first is None else str(one.first) for one in trials)
    others: dict[str, int] = {}
    for one in trials:
        for symptom in one.others:
            others[symptom] = others.get(symptom, 0) + 1
    besides = ", ".join(f"{symptom} in {n} of {len(trials)}" for symptom, n in sorted(others.items())) or "nothing"
    share = "silent" if fault.right == SILENCE else f"{len(found)} of {len(trials)}: day {days}"
    return f"| {fault.name} | {right} | {share} | {besides} |"


def page(sections: Mapping[Log, Iterable[str]]) -> str:
    """Write the page, each log's rows in the order of the faults."""
    parts = [HEAD]
    for log, rows in sections.items():
        starts = ", ".join(str(day) for day in log.starts)
        parts.append(f"## {log.title}\n\nStarts: {starts}.\n\n{COLUMNS}\n" + "\n".join(sorted(rows, key=_order)))
    return "\n\n".join(parts) + "\n"


def rows_of(text: str, log: Log) -> dict[str, list[str]]:
    """Read a log's rows back: per first cell, the others."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines_of(text, log)]
    return {_name(first): rest for first, *rest in cells}


def lines_of(text: str, log: Log) -> list[str]:
    """Give a log's rows as they are written."""
    section = text.partition(f"## {log.title}")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def _name(cell: str) -> str:
    """Name a row by its first cell, without the days of a control."""
    return re.sub(r", \d+ days$", "", cell)


def _order(line: str) -> tuple[int, str]:
    names = [fault.name for fault in FAULTS]
    name = line.strip("|").split("|")[0].strip()
    return (names.index(name), "") if name in names else (-1, name)


HEAD = f"""# What is found when labels go wrong

Written by `python -m tests.worlds.labels` (deterministic; seed {SEED}); a part is checked by `tests/worlds/test_labels.py`.
Each fault is planted from {STARTS} starts, six days apart, for seven days, and watched for three weeks. *Found* counts starts with a
finding of the right kind that the same days without the fault do not have, and on which day after the start it came (0 is the
fault's first day, {NOT_FOUND} is never). *Besides* counts the starts with other new findings. Information (a cohort told about
before, a holiday) does not count. Watched are answers, service and labels, without inputs, avoid rules and expectations.
"loaded" logs say when each label was loaded; "events" have labels only of what happened."""
COLUMNS = "| planted | what should be said | found | besides |\n|---|---|---|---|"


def main() -> None:
    """Write the page, row by row as they come; rows that it has are kept, so that it may be stopped and goes on."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sections = {log: lines_of(text, log) for log in LOGS}
    with tempfile.TemporaryDirectory() as folder:
        for log in LOGS:
            missing = [fault for fault in FAULTS if fault.name not in rows_of(text, log)]
            for line in run(log, missing, log.starts, Path(folder)):
                sys.stdout.write(f"{line}\n")
                name = _name(line.strip("|").split("|")[0].strip())
                kept = [one for one in sections[log] if _name(one.strip("|").split("|")[0].strip()) != name]
                sections[log] = [*kept, line]
                PAGE.write_text(page(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
