"""Plant every fault of `tests.worlds.table`, ask three rules, write tests/worlds/FAULTS.csv and FAULTS.md.

`python -m tests.benchmarks.faults --evidently PYTHON --nannyml PYTHON`; without these two only Vitals is asked and nothing
of the others is in the tables. Steps whose result lies in `--folder` already are not done again. `--page` composes the page
anew from the file that is there.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.faults import cells, peers, written
from tests.benchmarks.faults.cells import Clean, Row
from tests.worlds.grounds import PLANS, columns_of
from tests.worlds.table import CELLS, trial

WORLDS = tuple(PLANS)


def ours(rows: int, seed: int, folder: Path) -> tuple[list[Row], list[Clean]]:
    """Try every cell and count the lines of faultless days."""
    kept = folder / f"vitals-{rows}-{seed}.jsonl"
    known = [Row(**json.loads(line)) for line in kept.read_text().splitlines()] if kept.exists() else []
    done = {(one.fault, one.size) for one in known}
    for fault, size in CELLS:
        if (fault.name, f"{size:g}") not in done:
            began = time.perf_counter()
            known.append(cells.row(fault.world, trial(fault, size, rows, seed)))
            with kept.open("a") as file:
                file.write(json.dumps(asdict(known[-1])) + "\n")
            _say(
                f"{rows:,} rows, {time.perf_counter() - began:.1f} s: {fault.name} {size:.0%}: {known[-1].found_on} {known[-1].said}"
            )
    clean = [_clean("vitals", world, rows, peers.ours_clean(world, rows, seed)) for world in WORLDS]
    order = {(fault.name, f"{size:g}"): place for place, (fault, size) in enumerate(CELLS)}
    return sorted(known, key=lambda one: order[one.fault, one.size]), clean


def theirs(
    rule: str, interpreter: str, rows: int, seed: int, folder: Path, table: list[Row]
) -> tuple[list[Row], list[Clean], str]:
    """Let a peer judge its cells; give the table with its verdicts, its faultless days and its version."""
    clean, version, found = [], "", {(one.fault, one.size): one for one in table}
    for world in WORLDS:
        days = folder / f"{world}-{rows}-{seed}"
        if not (days / "columns.json").exists():
            peers.write_days(world, rows, seed, days)
        _say(f"{rows:,} rows: {rule} on {world}")
        seen = peers.run(rule, interpreter, days)
        version = seen.version
        clean.append(_clean(rule, world, rows, peers.clean(seen)))
        for name, (fault, size) in peers.shown(world, rows):
            answer, others = peers.verdict(seen, name, world, fault.column)
            key = (fault.name, f"{size:g}")
            found[key] = replace(found[key], **{rule: answer, f"{rule}_others": str(others)})
    return list(found.values()), clean, version


def _clean(rule: str, world: str, rows: int, counted: tuple[int, int, int]) -> Clean:
    columns = sum(len(names) for names in columns_of(world).values())
    return Clean(rule, world, str(rows), str(columns), *map(str, counted))


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    """Do all steps and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--evidently", help="its interpreter")
    parser.add_argument("--nannyml", help="its interpreter")
    parser.add_argument("--folder", type=Path, help="keep what was done here")
    parser.add_argument("--to", type=Path, default=cells.TABLE)
    parser.add_argument("--page", action="store_true", help="only compose the page")
    options = parser.parse_args()
    if options.page:
        options.to.with_suffix(".md").write_text(written.page(*cells.read(options.to)), encoding="utf-8")
        return
    with TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found: dict[int, tuple[list[Row], list[Clean]]] = {}
        versions: dict[str, str] = {}
        for rows in options.rows:
            found[rows] = ours(rows, options.seed, folder)
            _write(options.to, options.seed, versions, found)
        for rows in options.rows:
            for rule in (rule for rule in written.RULES if getattr(options, rule)):
                table, quiet = found[rows]
                table, more, versions[rule] = theirs(rule, getattr(options, rule), rows, options.seed, folder, table)
                found[rows] = table, quiet + more
                _write(options.to, options.seed, versions, found)


def _write(to: Path, seed: int, versions: dict[str, str], found: dict[int, tuple[list[Row], list[Clean]]]) -> None:
    """Write both files as far as they are known."""
    heads = [f"seed {seed}", *(f"{rule} {version}" for rule, version in versions.items())]
    table = [one for rows, _ in found.values() for one in rows]
    clean = [one for _, quiet in found.values() for one in quiet]
    to.write_text(cells.text(heads, table, clean), encoding="utf-8")
    to.with_suffix(".md").write_text(written.page(heads, table, clean), encoding="utf-8")


if __name__ == "__main__":
    main()
