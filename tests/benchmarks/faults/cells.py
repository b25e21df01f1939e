"""The table as rows of a file: what became of each cell under each of three rules, and the faultless days; no judging here."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tests.worlds.table import Result

YES = {True: "yes", False: "no", None: ""}
TABLE = Path(__file__).parents[2] / "worlds" / "FAULTS.csv"


@dataclass(frozen=True)
class Row:
    """One cell: fault, size, rows a day, and what became of it.

    Attributes
    ----------
    found_on : first day with a right line, "" when not within seven. quiet : that line only informs. cause : `yes`, `no`,
        or "" when no answer moved by then. others : other subjects spoken of on the first day.
    said : the line that found it.
    evidently, nannyml : `yes`, `no`, `anyway`, `error`, `-` (nothing to look at) or "" (not run), on the first day.
    """

    fault: str
    world: str
    size: str
    rows: str
    seed: str
    found_on: str
    quiet: str
    subject: str
    named: str
    cause: str
    others: str
    evidently: str = ""
    evidently_others: str = ""
    nannyml: str = ""
    nannyml_others: str = ""
    said: str = ""


@dataclass(frozen=True)
class Clean:
    """What one rule said on faultless days."""

    rule: str
    world: str
    rows: str
    columns: str
    days: str
    days_with_alert: str
    alerts: str


def row(world: str, one: Result) -> Row:
    """Give a cell's row, without the peers."""
    return Row(
        fault=one.fault,
        world=world,
        size=f"{one.size:g}",
        rows=str(one.rows),
        seed=str(one.seed),
        found_on=str(one.found_on or ""),
        quiet=YES[one.quiet],
        subject=YES[one.subject],
        named=YES[one.named],
        cause=YES[one.cause_first],
        others=str(one.others),
        said=one.said,
    )


def text(heads: Sequence[str], rows: Iterable[Row], clean: Iterable[Clean]) -> str:
    """Give both tables as one CSV: heads as `#` lines, the cells, an empty line, the faultless days."""
    out = io.StringIO()
    for head in heads:
        out.write(f"# {head}\n")
    for kind, found in ((Row, rows), (Clean, clean)):
        writer = csv.DictWriter(out, [one.name for one in fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in found)
        out.write("\n")
    return out.getvalue().rstrip("\n") + "\n"


def read(path: Path = TABLE) -> tuple[list[str], list[Row], list[Clean]]:
    """Read what `text` gave: heads, cells, faultless days."""
    lines = path.read_text(encoding="utf-8").splitlines()
    heads = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    rest = lines[len(heads) :]
    cut = rest.index("")
    rows = [Row(**one) for one in csv.DictReader(rest[:cut])]
    return heads, rows, [Clean(**one) for one in csv.DictReader(rest[cut + 1 :])]
