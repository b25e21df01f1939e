"""Small summaries of a column on one day, exact where it counts: types only."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitals.records.kinds import Day

HOURS = 24


@dataclass(frozen=True, slots=True, eq=False)
class NumericSummary:
    """An anchored CDF with exact counts.

    Attributes
    ----------
    n : rows, nulls included. nulls, infinite : rows that are null, or +-inf (infinite ones are in no anchor).
    anchors : distinct finite values, ascending, shape (k,); the first is the minimum, the last the maximum.
    lt, le : exact counts of finite rows below / up to each anchor, shape (k,).
    total, squares : sum and sum of squares of the finite rows (added in ascending order).
    values, counts : up to 20 most frequent finite values (ties: smaller first), with exact counts.
    """

    n: int
    nulls: int
    infinite: int
    anchors: NDArray[np.float64]
    lt: NDArray[np.int64]
    le: NDArray[np.int64]
    total: float
    squares: float
    values: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CategoricalSummary:
    """Exact counts of the most frequent values.

    Attributes
    ----------
    n : rows, nulls included. nulls : null rows.
    values, counts : up to 200 most frequent values (ties: smaller text first), with exact counts.
    other : rows of all further values. distinct : number of distinct non-null values.
    """

    n: int
    nulls: int
    values: tuple[str, ...]
    counts: NDArray[np.int64]
    other: int
    distinct: int


Summary: TypeAlias = NumericSummary | CategoricalSummary


@dataclass(frozen=True, slots=True)
class Mini:
    """An input within one segment value: enough to name where a fault lives.

    Attributes
    ----------
    quantiles : values at 5, 25, 50, 75, 95 % of the finite rows (smallest value with at least that share of rows up to
        it); None for a text or without finite rows.
    atom, atom_count : the most frequent value as text (ties: smaller first), and its rows; None and 0 without any.
    """

    segment: str
    n: int
    nulls: int
    quantiles: tuple[float, ...] | None
    atom: str | None
    atom_count: int


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the model answered within bins of an input: enough to say how much of a change its mix explains.

    Attributes
    ----------
    edges : numbers only: right-closed ends of the bins, ascending, shape (e,), the first the minimum, the last the maximum.
        The first bin holds what equals the first edge.
    texts : texts only: the day's most frequent ones, in their order in the summary.
    names : of the answers, each a column (its mean) or `column=value` (a share).
    rows : rows with that answer, shape (names, bins): numbers e bins, texts t bins and all other texts, then in both null.
    sums : sum of the answer over these rows (of a share: rows that have the value), of the same shape.
    """

    edges: NDArray[np.float64]
    texts: tuple[str, ...]
    names: tuple[str, ...]
    rows: NDArray[np.int64]
    sums: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """A column's parts over the local hours of a day: enough to tell since which hour one of them is other than usual.

    Attributes
    ----------
    rows : counted rows per hour, shape (24,).
    codes : share of each hour's rows per part, shape (parts, 24), as round(255 * 2/pi * asin(sqrt(share))): fine where
        shares are small. Parts of numbers: right-closed bins at `hours.bin_edges`, then null; of texts: those of
        `hours.texts`, all others, null.
    """

    rows: NDArray[np.int64]
    codes: NDArray[np.uint8]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of each hour's rows per part, shape (parts, 24); 0 in an hour without rows."""
        shares: NDArray[np.float64] = np.sin(self.codes * (np.pi / (2 * 255))) ** 2
        return shares


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One column (or one column within a segment) on one day; `answers` and `hours` of the whole day only."""

    model: str
    day: Day
    subject: str
    segment: str
    summary: Summary
    minis: tuple[Mini, ...] = ()
    answers: Answers | None = None
    hours: Hours | None = None
