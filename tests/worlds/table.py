"""The planted faults as a table: fault, size, rows a day, seed -> found on which day, with the right subject, the right cause first.

`python -m tests.worlds.table` prints it. A size is the share of the rows that a fault touches; faults of one segment or
of a whole column have one size only.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from tests.worlds import faults
from tests.worlds.answering import stand_in
from tests.worlds.faults import Spoilt
from tests.worlds.flights import flights
from tests.worlds.synthetic import synthetic
from tests.worlds.trials import Ground
from tests.worlds.world import World
from vitals.records import Finding

WATCHED = 7
SIZES = (0.01, 0.05, 0.1, 1.0)
Plant = Callable[..., Spoilt]


@dataclass(frozen=True)
class Fault:
    """A fault of the table: how it is planted, and what a right line about it says.

    Attributes
    ----------
    plant : takes world, first, last, `share` (where it has sizes) and `seed`. names : words that the line must hold.
    """

    name: str
    world: str
    plant: Plant
    subject: str
    sized: bool = True
    names: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one planted fault.

    Attributes
    ----------
    found_on : 1 for its first day, None when not within seven days. said : the first right line.
    subject : that line is about the right column or signal. named : it says what kind of fault it is (or nothing is asked).
    cause_first : under the first moved answer the right column is the first cause; None when no answer moved.
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


@dataclass(frozen=True)
class Grounded:
    """A ground, its days of faults, and the model that answers spoilt inputs."""

    ground: Ground
    first: date
    positive: str
    other: str


@cache
def ground_of(world: str, rows: int, seed: int) -> Grounded:
    """Observe a faultless world once: the real flights (about 940 rows a day, whatever is asked), or made-up loans."""
    if world == "flights":
        first = date(2013, 7, 22)
        return Grounded(Ground(flights(), date(2013, 5, 10), date(2013, 7, 28)), first, "warn", "ok")
    start = date(2025, 2, 1)
    made = synthetic(start, 72, rows, seed)
    return Grounded(Ground(made, start, start + timedelta(days=71)), start + timedelta(days=65), "refer", "approve")


def trial(fault: Fault, size: float, rows: int, seed: int) -> Result:
    """Plant one fault for seven days, answer as the model would, judge each day, compare with the faultless days."""
    base = ground_of(fault.world, rows, seed)
    last = base.first + timedelta(days=WATCHED - 1)
    sizes = {"share": size} if fault.sized else {}
    true: World = base.ground.world
    spoilt, truth = fault.plant(true, base.first, last, **sizes)
    if len(spoilt.predictions) == len(true.predictions):
        model = stand_in(true, base.ground.model.predictions.inputs, base.positive, base.other)
        spoilt = model.answer(true, spoilt)
    new = base.ground.new(base.ground.watch(spoilt, base.first, last))
    right = [one for one in new if truth.fits(_row(one))]
    best = next((one for one in right if fault.names in one.statement), right[0] if right else None)
    moved = [one for one in new if one.priority == 2 and one.evidence and one.cohort_day is None]
    causes = [line.subject for one in moved[:1] for line in one.evidence if line.text.startswith("likely cause")]
    return Result(
        fault=fault.name,
        size=size,
        rows=rows,
        seed=seed,
        found_on=(right[0].day - base.first).days + 1 if right else None,
        subject=best is not None and best.subject == fault.subject,
        named=best is not None and fault.names in best.statement,
        cause_first=causes[0] == fault.subject if causes else None,
        said=best.statement if best else "",
    )


def _row(one: Finding) -> dict[str, object]:
    return {"symptom": one.symptom, "subject": one.subject, "segment": one.segment}


def _flights(name: str, plant: Plant, subject: str, names: str = "", *, sized: bool = False) -> Fault:
    return Fault(name, "flights", plant, subject, sized, names)


def _loans(name: str, plant: Plant, subject: str, names: str = "", *, sized: bool = True) -> Fault:
    return Fault(name, "loans", plant, subject, sized, names)


UA = ("carrier", "UA")
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
    _flights("the day before once more", partial(faults.day_loaded_again, column="distance"), "distance", "the very same values"),
    _flights("small letters", partial(faults.texts_changed, column="carrier", change={"UA": "ua"}), "carrier", "upper and lower case", sized=True),
    _flights("space before", partial(faults.texts_changed, column="origin", change=" {}"), "origin", "spaces around", sized=True),
    _flights("another code", partial(faults.texts_changed, column="carrier", change={"UA": "United"}), "carrier", "another code"),
    _flights("two airports exchanged", partial(faults.texts_changed, column="carrier", change={"UA": "AA", "AA": "UA"}), "carrier", "exchanged"),
    _flights("two columns exchanged", partial(faults.columns_exchanged, one="temp", other="pressure"), "temp", "exchanged with pressure"),
    _flights("hour in another zone", partial(faults.hours_moved, column="sched_hour", hours=4), "sched_hour", "4 hours later"),
    _flights("clock 4 hours later", partial(faults.clock_moved, hours=4), "hours", "4 hours later"),
    _flights("clock 4 hours earlier", partial(faults.clock_moved, hours=-4), "hours", "4 hours earlier"),
    _flights("rows twice", faults.duplicated, "id", "", sized=True),
    _loans("amount in cents", partial(faults.scaled, column="amount", factor=100.0), "amount"),
    _loans("amount x 3.28", partial(faults.scaled, column="amount", factor=3.28084), "amount"),
    _loans("tenure 0", partial(faults.filled, column="tenure", value=0.0), "tenure", "equal to 0"),
    _loans("age 999", partial(faults.filled, column="age", value=999.0), "age"),
    _loans("balance missing", partial(faults.nulls, column="balance"), "balance", "missing"),
    _loans("products in capitals", partial(faults.texts_changed, column="product", change={f"p{i:02d}": f"P{i:02d}" for i in range(12)}), "product", "upper and lower case"),
    _loans("balance missing in FR", partial(faults.nulls_of, column="balance", where=("country", "FR")), "balance", "only country FR", sized=False),
)  # fmt: skip


def cells(rows: int, seed: int) -> Iterator[Result]:
    """Give every fault at each of its sizes."""
    for fault in FAULTS:
        for size in SIZES if fault.sized else (1.0,):
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
