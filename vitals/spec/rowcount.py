"""How many rows a suite expects of a day in terms of the usual traffic: its text and its meaning.

    expect_table_row_count_to_be_between: {min_value: {$PARAMETER: usual_rows * 0.5}}

Observing a day knows no other day, so it keeps what was asked in the expectation's key (`...:usual_rows*0.5<=rows`),
which changes only when the arguments do; judging, which knows the usual traffic, reads it there. Knows no suite and no
history.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

KIND = "expect_table_row_count_to_be_between"
USUAL = ("min_rows", "usual_rows", "max_rows")
"""The least, the middle and the most rows that are usual on this weekday."""

AWAITING = "; compared with the usual traffic when the day is judged"
"""After what was observed, until then."""

_PARAMETER = re.compile(rf"({'|'.join(USUAL)})(?:\s*\*\s*(\d+(?:\.\d+)?|\.\d+))?")
_KEY = re.compile(rf"{KIND}:(?:([^<]+)(<=?))?rows(?:(<=?)([^<]+))?")


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of the expected number of rows.

    Attributes
    ----------
    usual : which usual number it goes by, None for a plain number. factor : how many times that; or the number itself.
    """

    usual: str | None
    factor: float

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `min_rows`, `usual_rows * 0.5` or `500`; None for anything else.

        >>> Bound.parse("usual_rows * 0.5")
        Bound(usual='usual_rows', factor=0.5)
        """
        match = _PARAMETER.fullmatch(text.strip())
        if match:
            return cls(match[1], float(match[2] or 1))
        try:
            return cls(None, float(text))
        except ValueError:
            return None

    def __str__(self) -> str:
        """Write it as `parse` reads it, without spaces."""
        number = f"{self.factor:.12g}"
        return number if self.usual is None else self.usual if self.factor == 1 else f"{self.usual}*{number}"

    def rows(self, usual: Mapping[str, float]) -> float:
        """Give the number of rows, where `usual` has a number for each of `USUAL`."""
        return self.factor if self.usual is None else self.factor * usual[self.usual]


@dataclass(frozen=True, slots=True)
class RowCount:
    """The expected number of rows; `above` and `below` say that an end itself is too few or too many."""

    low: Bound | None
    high: Bound | None
    above: bool = False
    below: bool = False

    @classmethod
    def of_arguments(cls, arguments: Mapping[str, object]) -> Self:
        """Take the arguments of an expectation that are right."""
        return cls(
            _bound(arguments.get("min_value")),
            _bound(arguments.get("max_value")),
            bool(arguments.get("strict_min")),
            bool(arguments.get("strict_max")),
        )

    @classmethod
    def of_key(cls, key: str) -> Self | None:
        """Read the key of an expectation; None when it is not about the usual traffic.

        >>> str(RowCount.of_key("expect_table_row_count_to_be_between:min_rows<=rows<900").high)
        '900'
        """
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        low, above, below, high = match.groups()
        return cls(Bound.parse(low) if low else None, Bound.parse(high) if high else None, above == "<", below == "<")

    @property
    def key(self) -> str:
        """The key of such an expectation."""
        low = f"{self.low}{'<' if self.above else '<='}" if self.low else ""
        high = f"{'<' if self.below else '<='}{self.high}" if self.high else ""
        return f"{KIND}:{low}rows{high}"

    def holds(self, rows: int, usual: Mapping[str, float]) -> bool:
        """Whether a number of rows is neither too small nor too large."""
        least = self.low.rows(usual) if self.low else None
        most = self.high.rows(usual) if self.high else None
        enough = least is None or rows > least or (rows == least and not self.above)
        return enough and (most is None or rows < most or (rows == most and not self.below))


def usual_parameters(value: object) -> tuple[str, ...]:
    """Name the parameters among an argument's that mean the usual traffic.

    >>> usual_parameters({"$PARAMETER": "usual_rows * 2"}), usual_parameters(500)
    (('usual_rows * 2',), ())
    """
    if isinstance(value, Mapping) and set(value) == {"$PARAMETER"}:
        text = str(value["$PARAMETER"])
        return (text,) if _PARAMETER.fullmatch(text.strip()) else ()
    return ()


def _bound(value: object) -> Bound | None:
    text = next(iter(usual_parameters(value)), None)
    return Bound.parse(str(value) if text is None else text) if value is not None else None
