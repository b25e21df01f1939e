"""The planted faults as a table: fault, size, rows a day, seed -> found on which day, with the right subject, the right cause first.

`python -m tests.worlds.table` prints it, `tests.benchmarks.faults` writes it beside what others find. A size is the share of
the rows that a fault touches; faults of one segment, of a whole column or of the traffic have one size only.
"""

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np

from tests.worlds import faults
from tests.worlds.faults import Spoilt
from tests.worlds.grounds import WATCHED, ground_of
from vitals.records import Finding, Severity

SIZES = (0.01, 0.05, 0.1, 1.0)
Plant = Callable[..., Spoilt]


@dataclass(frozen=True)
class Fault:
    """A fault of the table: how it is planted, and what a right line about it says.

    Attributes
    ----------
    plant : takes world, first, last, `share` (where it has sizes) and `seed`. names : words that the line must hold.
    subject : of the right line, a whole regular expression. column : where someone who sees columns only could find it.
    """

    name: str
    world: str
    plant: Plant
    subject: str
    sized: bool = True
    names: str = ""
    column: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one planted fault.

    Attributes
    ----------
    found_on : 1 for its first day, None when not within seven days. said : the first right line.
    subject : that line is about the right column or signal. named : it says what kind of fault it is (or nothing is asked).
    cause_first : under the first moved answer the right column is the first cause; None when no answer moved by then, or
        the fault is not in an input.
    quiet : the line that found it is information only. others : other subjects that the fault's first day speaks of.
    """

    fault: str
    size: float
    rows: int
    seed: int
    found_on: int | None
    subject: bool
    named: bool
    cause_first: bool | None
    said: str
    quiet: bool
    others: int


def planted(fault: Fault, size: float, rows: int, seed: int) -> Spoilt:
    """Plant one fault for seven days and answer as the model would."""
    base = ground_of(fault.world, rows, seed)
    sizes = {"share": size} if fault.sized else {}
    last = base.plan.first + timedelta(days=WATCHED - 1)
    spoilt, truth = fault.plant(base.world, base.plan.first, last, **sizes)
    if len(spoilt.predictions) == len(base.world.predictions):
        spoilt = base.model.answer(base.world, spoilt)
    return spoilt, truth


def trial(fault: Fault, size: float, rows: int, seed: int) -> Result:
    """Plant one fault, judge its seven days until it is found and named, and leave out what the faultless days have too."""
    base = ground_of(fault.world, rows, seed)
    first, last = base.plan.first, base.plan.first + timedelta(days=WATCHED - 1)
    spoilt, truth = planted(fault, size, rows, seed)
    new: list[Finding] = []
    right: list[Finding] = []
    others: set[str] = set()
    for judged in base.ground.watch(spoilt, first, last):
        if judged.day == first:
            others = {one.subject for one in judged.findings if not truth.fits(_row(one))}
        new += base.ground.new([judged])
        right = [one for one in new if truth.fits(_row(one))]
        if any(fault.names in one.statement for one in right):
            break
    best = next((one for one in right if fault.names in one.statement), right[0] if right else None)
    moved = [one for one in new if one.priority == 2 and one.evidence and one.cohort_day is None]
    causes = [line.subject for one in moved[:1] for line in one.evidence if line.text.startswith("likely cause")]
    return Result(
        fault=fault.name,
        size=size,
        rows=rows,
        seed=seed,
        found_on=(right[0].day - first).days + 1 if right else None,
        subject=best is not None and re.fullmatch(fault.subject, best.subject) is not None,
        named=best is not None and fault.names in best.statement,
        cause_first=causes[:1] == [fault.subject]
        if moved and fault.subject in base.ground.model.predictions.inputs
        else None,
        said=best.statement if best else "",
        quiet=bool(right) and all(one.severity is Severity.INFO for one in right if one.day == right[0].day),
        others=len(others),
    )


def _is_cause(fault: Fault, causes: list[str]) -> bool:
    return bool(causes) and re.fullmatch(fault.subject, causes[0]) is not None


def _row(one: Finding) -> dict[str, object]:
    return {"symptom": one.symptom, "subject": one.subject, "segment": one.segment}


def _flights(
    name: str, plant: Plant, subject: str, names: str = "", *, sized: bool = False, column: str | None = None
) -> Fault:
    return Fault(name, "flights", plant, subject, sized, names, subject if column is None else column)


def _loans(name: str, plant: Plant, subject: str, names: str = "", *, sized: bool = True) -> Fault:
    return Fault(name, "loans", plant, subject, sized, names, subject)


UA = ("carrier", "UA")
ANY_INPUT = "carrier|origin|dest|sched_hour|distance|temp|wind_speed|precip|visib|pressure"
FAULTS = (
    _flights("miles to km, one carrier", partial(faults.scaled, column="distance", factor=1.609344, where=UA), "distance", "for carrier UA"),
    _flights("miles to km, part", partial(faults.scaled, column="distance", factor=1.609344), "distance", sized=True),
    _flights("Fahrenheit to Celsius", partial(faults.scaled, column="temp", factor=1 / 1.8, offset=-32 / 1.8), "temp", "Celsius"),
    _flights("m to feet, one airport", partial(faults.scaled, column="distance", factor=3.28084, where=("origin", "LGA")), "distance", "for origin LGA"),
    _flights("-1 filled in", partial(faults.filled, column="distance", value=-1.0), "distance", "-1", sized=True),
    _flights("999 filled in", partial(faults.filled, column="distance", value=999.0), "distance", "equal to 999", sized=True),
    _flights("9999 filled in", partial(faults.filled, column="temp", value=9999.0), "temp", "equal to 9999", sized=True),
    _flights("0 filled in", partial(faults.filled, column="pressure", value=0.0), "pressure", "equal to 0", sized=True),
    _flights("temperature frozen", partial(faults.filled, column="temp", value=77.0), "temp", "equal to 77"),
    _flights("nulls", partial(faults.nulls, column="distance"), "distance", "missing", sized=True),
    _flights("nulls of one carrier", partial(faults.nulls_of, column="temp", where=UA), "temp", "only carrier UA"),
    _flights("the day before once more", partial(faults.day_loaded_again, column="distance"), ANY_INPUT, "the very same values", column="distance"),
    _flights("small letters", partial(faults.texts_changed, column="carrier", change={"UA": "ua"}), "carrier", "upper and lower case", sized=True),
    _flights("space before", partial(faults.texts_changed, column="origin", change=" {}"), "origin", "spaces around", sized=True),
    _flights("another code", partial(faults.texts_changed, column="carrier", change={"UA": "United"}), "carrier", "another code"),
    _flights("two airports exchanged", partial(faults.texts_changed, column="carrier", change={"UA": "AA", "AA": "UA"}), "carrier", "exchanged"),
    _flights("two columns exchanged", partial(faults.columns_exchanged, one="temp", other="pressure"), "temp", "exchanged with pressure"),
    _flights("hour in another zone", partial(faults.hours_moved, column="sched_hour", hours=4), "sched_hour", "4 hours later"),
    _flights("clock 4 hours later", partial(faults.clock_moved, hours=4), "hours", "4 hours later", column=""),
    _flights("clock 4 hours earlier", partial(faults.clock_moved, hours=-4), "hours", "4 hours earlier", column=""),
    _flights("rows twice", faults.duplicated, "id", sized=True, column=""),
    _flights("half of the rows lost", faults.traffic_halved, "rows|day|hours", column=""),
    _flights("nothing after 15 h", partial(faults.nothing_after, hour=15), "rows|day|hours", column=""),
    _flights("no rows", faults.no_rows, "rows|day|hours", column=""),
    _flights("errors", faults.errors, "status", sized=True),
    _flights("latency in seconds", faults.latency_in_seconds, "p50|p95|p99|latency_ms", column="latency_ms"),
    _flights("always ok, one airport", partial(faults.always, decision="ok", where=("origin", "LGA")), "decision|Passengers told.*|Share of.*", column="decision"),
    _flights("scores halved", faults.score_halved, "score"),
    _flights("column missing", partial(faults.column_missing, column="visib"), "visib"),
    _flights("one carrier lost", partial(faults.category_dropped, column="carrier", value="UA"), "carrier|rows|day|hours", column="carrier"),
    _loans("amount in cents", partial(faults.scaled, column="amount", factor=100.0), "amount"),
    _loans("amount x 3.28", partial(faults.scaled, column="amount", factor=3.28084), "amount"),
    _loans("tenure 0", partial(faults.filled, column="tenure", value=0.0), "tenure", "equal to 0"),
    _loans("age 999", partial(faults.filled, column="age", value=999.0), "age"),
    _loans("age in months", partial(faults.scaled, column="age", factor=12.0), "age"),
    _loans("age 0", partial(faults.filled, column="age", value=0.0), "age", "equal to 0"),
    _loans("age missing", partial(faults.nulls, column="age"), "age", "missing"),
    _loans("age in months in DE", partial(faults.scaled, column="age", factor=12.0, where=("country", "DE")), "age", "for country DE", sized=False),
    _loans("balance missing", partial(faults.nulls, column="balance"), "balance", "missing"),
    _loans("products in capitals", partial(faults.texts_changed, column="product", change={f"p{i:02d}": f"P{i:02d}" for i in range(12)}), "product", "upper and lower case"),
    _loans("balance missing in FR", partial(faults.nulls_of, column="balance", where=("country", "FR")), "balance", "only country FR", sized=False),
    _loans("balance without sign", partial(faults.changed, column="balance", how=np.abs), "balance"),
    _loans("tenure 30 filled in", partial(faults.filled, column="tenure", value=30.0), "tenure", "equal to 30"),
    _loans("amount cut at 10,000", partial(faults.changed, column="amount", how=partial(np.minimum, 10_000.0)), "amount", sized=False),
    _loans("amount rounded to 100", partial(faults.changed, column="amount", how=partial(np.round, decimals=-2)), "amount", sized=False),
    _loans("a year older", partial(faults.changed, column="age", how=partial(np.add, 1)), "age", sized=False),
    _loans("age of other rows", partial(faults.of_other_rows, column="age"), "age", sized=False),
    _loans("two countries exchanged", partial(faults.texts_changed, column="country", change={"DE": "FR", "FR": "DE"}), "country", "exchanged", sized=False),
)  # fmt: skip


CELLS = tuple((fault, size) for fault in FAULTS for size in (SIZES if fault.sized else (1.0,)))


def cells(rows: int, seed: int) -> Iterator[Result]:
    """Try every fault at each of its sizes."""
    for fault, size in CELLS:
        yield trial(fault, size, rows, seed)


def line(one: Result) -> str:
    """Give a row of a Markdown table."""
    cause = {None: "no answer moved", True: "yes", False: "no"}[one.cause_first]
    found = f"day {one.found_on}" if one.found_on else "no"
    yes = {True: "yes", False: "no"}
    return f"| {one.fault} | {one.size:.0%} | {found} | {yes[one.subject]} | {yes[one.named]} | {cause} | {one.said} |"


def main() -> None:
    """Print the table."""
    import sys

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    sys.stdout.write("| fault | size | found | subject | named | cause first | said |\n|---|---|---|---|---|---|---|\n")
    for one in cells(options.rows, options.seed):
        sys.stdout.write(line(one) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
