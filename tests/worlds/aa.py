"""False alarms where nothing happens: twenty columns drawn as counts, so that a million rows a day cost as much as a thousand.

The base world of the measured rule: calm, lively and wild numbers, texts of 3 to 1000 categories, weekdays, autocorrelated
days with a shared shock, a random walk, growth, thin weekends; no holidays. `python -m tests.worlds.aa` writes FALSE_ALARMS.md.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

import numpy as np
from scipy import special

from vitals.judging.columns import Column, ColumnRule
from vitals.profiles import CategoricalSummary, NumericSummary, Summary

FIRST, LEARNING, JUDGED = date(2024, 1, 1), 56, 84
COLUMNS = (
    *(("calm", 0.03, 0.02, 0),) * 8,
    *(("lively", 0.07, 0.06, 0),) * 5,
    ("heavy tails", 0.07, 0.06, -1),
    *(("wild", 0.05, 0.35, 0),) * 2,
    *(("texts", 0.05, 0.05, k) for k in (2, 8, 100, 1000)),
)
_CELLS = 400
_GAP_DAYS = 9  # quiet days after which a finding is a new incident: 2 resolve, 7 may reopen


@dataclass(frozen=True)
class Nature:
    """How the world moves; the base unless said."""

    name: str = "base"
    rho: float = 0.35
    shared: float = 0.4
    day: float = 1.0
    weekday: float = 1.0
    walk: float = 0.002
    nulls: float = 0.3  # log-sd of a null rate from day to day
    bumps: float = 0.25  # noise of a day's shape (probit scale), in parts of its movement


@dataclass
class Alarms:
    """What was said in one world of 84 quiet days."""

    incidents: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)


def world(rows: int, seed: int, nature: Nature) -> list[dict[date, Summary]]:
    """Draw the days of all columns."""
    rng = np.random.default_rng((seed, rows))
    shared = _series(rng, nature.rho)
    return [_column(rng, rows, nature, shared, *column[1:]) for column in COLUMNS]


def _series(rng: np.random.Generator, rho: float) -> np.ndarray:
    found, state = np.empty(LEARNING + JUDGED), rng.normal()
    for i in range(len(found)):
        state = rho * state + sqrt(1 - rho**2) * rng.normal()
        found[i] = state
    return found


def _column(
    rng: np.random.Generator, rows: int, nature: Nature, shared: np.ndarray, weekday: float, day: float, k: int
) -> dict[date, Summary]:
    own = _series(rng, nature.rho)
    shock = sqrt(nature.shared) * shared + sqrt(1 - nature.shared) * own
    widths = np.exp(0.3 * day * nature.day * _series(rng, nature.rho))  # days differ in shape too, not in place only
    weekdays, walk = rng.normal(0, weekday * nature.weekday, 7), np.cumsum(rng.normal(0, nature.walk, len(shock)))
    atom, nulls = rng.choice([0.0, 0.1, 0.3]), rng.choice([0.0, 0.005, 0.02])
    base, load = np.log(rng.dirichlet(np.full(max(k, 1), 2.0)) + 1e-4), rng.normal(0, 1, max(k, 1))
    found: dict[date, Summary] = {}
    for i, moved in enumerate(day * nature.day * shock + walk):
        at = FIRST + timedelta(days=i)
        n = max(1, int(rows * 1.002**i * (0.7 if at.weekday() >= 5 else 1.0) * np.exp(rng.normal(0, 0.04))))
        place = float(moved + weekdays[at.weekday()])
        rates = atom * np.exp(day * rng.normal()), nulls * np.exp(nature.nulls * rng.normal())
        found[at] = (
            _texts(rng, n, base + load * place)
            if k > 0
            else _numbers(rng, n, (place, widths[i], nature.bumps * day), *rates, heavy=k < 0)
        )
    return found


def _numbers(
    rng: np.random.Generator, n: int, moved: tuple[float, float, float], atom: float, nulls: float, *, heavy: bool
) -> Summary:
    """Counts in 400 cells of a log-normal (or a Pareto-tailed) column, an atom at 0 and nulls; evenly spread within a cell."""
    levels = np.linspace(-4.5, 4.5, _CELLS - 1)
    ends = np.exp(levels * (2.0 if heavy else 1.0))
    place, width, bump = moved
    bumps = sum(rng.normal(0, bump) * np.sin(wave * levels) for wave in (1.0, 1.7, 3.1, 5.3))
    below = np.maximum.accumulate(special.ndtr((levels - place) / width + bumps))
    inside = np.diff(np.concatenate([[0.0], below, [1.0]])) * max(0.0, 1 - atom - nulls)
    share = np.concatenate([[min(nulls, 0.5), min(atom, 0.5)], inside])
    counts = rng.multinomial(n, share / share.sum())
    zeros, cells = int(counts[1]), counts[2:]
    anchors = np.concatenate([[0.0], ends, [ends[-1] * 1.5]])
    le = zeros + np.concatenate([[0], np.cumsum(cells[:-1]), [cells.sum()]])
    lt = np.concatenate([[0], le[1:]])
    mids = (anchors[1:] + anchors[:-1]) / 2
    return NumericSummary(
        n=n,
        nulls=int(counts[0]),
        infinite=0,
        anchors=anchors,
        lt=lt.astype(np.int64),
        le=le.astype(np.int64),
        total=float(cells @ mids),
        squares=float(cells @ mids**2),
        values=np.array([0.0] if zeros else []),
        counts=np.array([zeros] if zeros else [], dtype=np.int64),
    )


def _texts(rng: np.random.Generator, n: int, logits: np.ndarray) -> Summary:
    weights = np.exp(logits)
    counts = rng.multinomial(n, weights / weights.sum())
    order = np.lexsort((np.arange(len(counts)), -counts))
    kept = [i for i in order[:200] if counts[i]]
    texts = tuple(f"c{i:04d}" for i in kept)
    return CategoricalSummary(
        n, 0, texts, counts[kept].astype(np.int64), int(n - counts[kept].sum()), int((counts > 0).sum())
    )


def alarms(rows: int, seed: int, nature: Nature) -> Alarms:
    """Judge one world; findings of a column within nine days of another are one incident."""
    found = Alarms()
    for days in world(rows, seed, nature):
        column, last = Column(ColumnRule("m", "x"), [], [], days, lambda _: False), None
        for i, at in enumerate(days):
            verdict = column.judge(at)
            column.settle(verdict, quarantined=verdict.finding)
            if verdict.finding and i >= LEARNING:
                found.incidents += last is None or (at - last).days > _GAP_DAYS
                found.rules[str(verdict.rule)] += 1
                last = at
    found.incidents *= 28 / JUDGED
    return found


def measured(rows: int, worlds: int, nature: Nature, seed: int) -> tuple[float, float, Counter[str]]:
    """Give incidents per 28 days and model on average, their standard error, and which rules spoke."""
    found = [alarms(rows, seed * 1000 + number, nature) for number in range(worlds)]
    per = np.array([one.incidents for one in found])
    rules: Counter[str] = Counter()
    for one in found:
        rules.update(one.rules)
    return float(per.mean()), float(per.std(ddof=1) / sqrt(worlds)) if worlds > 1 else float("nan"), rules


NATURES = (
    Nature(),
    Nature("days correlated 0.8", rho=0.8),
    Nature("day-to-day movement x2", day=2.0),
    Nature("weekdays x3", weekday=3.0),
    Nature("random walk x4", walk=0.008),
    Nature("null rates with log-sd 1", nulls=1.0),
    Nature("days differ in place and width only", bumps=0.03),
)
ROWS = (30, 1000, 100_000, 1_000_000)


def main() -> None:
    """Measure every cell and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--lines", type=int, default=len(NATURES), help="how many of the worlds, the base first")
    parser.add_argument("--to", type=Path, default=Path(__file__).with_name("FALSE_ALARMS.md"))
    options = parser.parse_args()
    heads = "".join(f" {rows:,} rows a day |" for rows in ROWS)
    lines = [
        "# Incidents per 28 days of a 20-column model where nothing happens",
        "",
        f"Mean ± standard error over {options.worlds} worlds of 84 judged days after 56 of learning; seed {options.seed}; no holidays.",
        "Written by `python -m tests.worlds.aa`. Tests bound the first world by 0.6 at 1,000, 100,000 and 1,000,000 rows. Others are shown.",
        "",
        f"| world |{heads} rules that spoke (column-days) |",
        "|---|" + "---|" * (len(ROWS) + 1),
    ]
    for nature in NATURES[: options.lines]:
        cells, rules = [], Counter[str]()
        for rows in ROWS:
            mean, error, spoken = measured(rows, options.worlds, nature, options.seed)
            rules.update(spoken)
            cells.append(f"{mean:.2f} ± {error:.2f}")
        said = ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items()))
        lines.append(f"| {nature.name} | " + " | ".join(cells) + f" | {said or 'none'} |")
    options.to.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
