"""A chart's numbers made fit to be drawn, and where a label has room; knows nothing of how things are drawn.

Days without a number stay gaps, and so does what is not finite.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from vitals import words
from vitals.digest.content import Chart

_TINY, _HUGE = 1e-100, 1e100

Point: TypeAlias = tuple[float, float]
Run: TypeAlias = tuple[list[int], list[list[float]]]
"""consecutive days, as places in the chart, and the numbers of each series on them"""


@dataclass(frozen=True, slots=True)
class Drawable:
    """A chart's numbers as they can be drawn: finite, and of a size that sums do not overflow.

    Attributes
    ----------
    scale : what the numbers were divided by. marked, since : places in the chart, None when they are not in it.
    """

    values: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    limit: float | None
    marked: int | None
    since: int | None
    scale: float

    @property
    def numbers(self) -> list[float]:
        """Everything that has to fit into the picture."""
        return [one for one in (*self.values, *self.low, *self.high, self.limit) if one is not None]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the picture shows: the ends of both axes, and their lengths in points."""

    across: Point
    along: Point
    size: Point

    @property
    def scales(self) -> Point:
        """Points per day, and per unit of the numbers."""
        return self.size[0] / (self.across[1] - self.across[0]), self.size[1] / (self.along[1] - self.along[0])


def drawable(chart: Chart) -> Drawable:
    """Give the numbers of a chart as they can be drawn; what is not finite becomes a gap."""
    given = [one for one in (*chart.values, *chart.low, *chart.high, chart.limit) if one is not None]
    biggest = max((abs(one) for one in given if math.isfinite(one)), default=0.0)
    scale = biggest if biggest > _HUGE or 0 < biggest < _TINY else 1.0

    def scaled(numbers: Sequence[float | None]) -> tuple[float | None, ...]:
        fitting = (*numbers, *[None] * len(chart.days))[: len(chart.days)]
        return tuple(None if one is None or not math.isfinite(one) else one / scale for one in fitting)

    place = {day: at for at, day in enumerate(chart.days)}
    limit = scaled([chart.limit])[0] if chart.days else None
    return Drawable(
        scaled(chart.values),
        scaled(chart.low),
        scaled(chart.high),
        limit,
        place.get(chart.marked),
        place.get(chart.since) if chart.since else None,
        scale,
    )


def runs(*series: Sequence[float | None]) -> list[Run]:
    """Give the stretches of days on which every series has a number: their places, and per series their numbers."""
    found: list[Run] = []
    for at, numbers in enumerate(zip(*series, strict=True)):
        if any(one is None for one in numbers):
            continue
        if not found or found[-1][0][-1] != at - 1:
            found.append(([], [[] for _ in series]))
        found[-1][0].append(at)
        for kept, one in zip(found[-1][1], numbers, strict=True):
            kept.append(float(one or 0.0))
    return found


def amount(value: float, share: bool) -> str:
    """Say a number in few characters."""
    if share:
        return words.share(value)
    for size, sign in ((1e12, ""), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            unit = {"G": 1e9, "M": 1e6, "k": 1e3}.get(sign, 1.0)
            return f"{value:.2g}" if not sign else f"{words.number(value / unit)}{sign}"
    return words.number(value) if value == 0 or abs(value) >= 1e-3 else f"{value:.2g}"


def free_side(known: Drawable, point: Point, size: Point, frame: Frame) -> tuple[int, int]:
    """Choose where the number of a point hides least of the line: right (1) or left (-1), up (1) or down (-1).

    Parameters
    ----------
    size : width and height of the number, in points. frame : what the picture shows.
    """
    (left, right), (bottom, top) = frame.across, frame.along
    across, along = frame.scales
    line = [((x - point[0]) * across, (y - point[1]) * along) for x, y in dense(known)]

    def hidden(side: tuple[int, int]) -> float:
        half = size[0] / 2 + 2, size[1] / 2 + 2
        middle = side[0] * (9 + size[0] / 2), side[1] * ((8 if side[0] else 10) + size[1] / 2)
        covered = sum(abs(x - middle[0]) < half[0] and abs(y - middle[1]) < half[1] for x, y in line)
        x, y = point[0] + middle[0] / across, point[1] + middle[1] / along
        outside = not left + half[0] / across <= x <= right - half[0] / across
        outside |= not bottom + half[1] / along <= y <= top + 4 / along
        crossed = known.limit is not None and abs((known.limit - point[1]) * along - middle[1]) < half[1]
        return covered + 1_000 * outside + 20 * crossed

    return min([(-1, 0), (-1, 1), (1, 0), (1, 1), (0, 1), (-1, -1), (1, -1), (0, -1)], key=hidden)


def dense(known: Drawable) -> Iterator[tuple[float, float]]:
    """Give points along the line, eight to a day."""
    for places, (numbers,) in runs(known.values):
        yield places[0], numbers[0]
        for (x, y), (_, then) in pairwise(zip(places, numbers, strict=True)):
            yield from ((x + part / 8, y + (then - y) * part / 8) for part in range(1, 9))
