"""What observing a day writes down, and what judging reads of it; knows nothing of what is usual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from vitals.records.kinds import Day, Severity

if TYPE_CHECKING:
    import pyarrow as pa

    from vitals.profiles.types import Profile


@dataclass(frozen=True, slots=True)
class Window:
    """One local day as a half-open interval of instants.

    Attributes
    ----------
    start, end : aware UTC; `start <= instant < end`. Equal when the local day does not exist.
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """What was there when a day was read.

    Attributes
    ----------
    rows : distinct predictions (the first per id).
    duplicates : further rows of an id seen before on that day.
    first_time, last_time : of all rows, None on an empty day.
    hours : rows per local hour 0..23 (length 24); hours that the day does not have are 0.
    hour_lengths : length of each local hour in this day, in hours (0, 0.5, 1, 2 ...), length 24.
    columns : the source's columns that were read, in order.
    missing_columns : columns of the model file that the source does not have.
    previous_rows, previous_first_time, previous_last_time : the observation before, when it differed.
    """

    model: str
    day: Day
    window_start: datetime
    window_end: datetime
    rows: int
    duplicates: int
    first_time: datetime | None
    last_time: datetime | None
    hours: tuple[int, ...]
    hour_lengths: tuple[float, ...]
    columns: tuple[str, ...]
    missing_columns: tuple[str, ...] = ()
    previous_rows: int | None = None
    previous_first_time: datetime | None = None
    previous_last_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """One day of a prediction log: its facts and its rows (first per id) as Arrow.

    Attributes
    ----------
    table : one column per name in `facts.columns` (Arrow types after normalisation: int64, float64, bool,
        dictionary<int32, string>, timestamp[us, UTC]; NaN is null).
    one_in : N when the rows are a sample, one in N of the day's ids; the facts are about all of them. Else 1.
    """

    facts: PartitionFacts
    table: "pa.Table"
    one_in: int = 1

    def scaled(self, rows: int) -> int:
        """Say how many rows of the day there are about, when so many of those that were read are meant."""
        read = self.table.num_rows
        return rows if self.one_in == 1 or not read else round(rows * self.facts.rows / read)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The predictions of one day with the labels known at one age.

    Attributes
    ----------
    table : one row per counted prediction of the day (status ok, score not null, first of its id): the columns that
        metrics and outcome rules need, the label under the target's own name (null where unknown) and
        `__label_time` (timestamp[us, UTC]).
    excluded : predictions left out, by reason.
    relabelled, orphans, early : labels seen again with another value, without a prediction, before it.
    one_in : N when the rows are a sample, one in N of the day's ids; else 1.
    """

    model: str
    day: Day
    age: int
    known_on: Day
    table: "pa.Table"
    excluded: Mapping[str, int] = field(default_factory=dict)
    relabelled: int = 0
    orphans: int = 0
    early: int = 0
    one_in: int = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number about one day.

    Attributes
    ----------
    day : for metrics the cohort's day, else the day itself.
    age : days after `day` at which labels were looked at; 0 for what is no metric.
    known_on : the day it became known (`day + age` when on time).
    lower, upper : 95 % interval, None where there is none.
    n : rows behind it.
    reason : why `value` is None.
    """

    model: str
    day: Day
    age: int
    known_on: Day
    signal: str
    subject: str
    segment: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    method: str | None = None
    reason: str | None = None

    @property
    def late_days(self) -> int:
        """Days from the day on which the age was reached to the one on which this became known; 0 on time."""
        return (self.known_on - self.day).days - self.age


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of one expectation: status is pass | fail | error | vacuous."""

    model: str
    day: Day
    suite: str
    key: str
    column: str | None
    severity: Severity
    status: str
    observed: str | None
    n: int | None
    unexpected: int | None
    share: float | None
    description: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became known of cohorts on a day: measurements, and profiles of the scores by label (of that day)."""

    measurements: Sequence[Measurement]
    profiles: "Sequence[Profile]" = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """All that observing one day of one model wrote down."""

    facts: PartitionFacts
    validations: Sequence[Validation]
    profiles: "Sequence[Profile]"
    measurements: Sequence[Measurement]


@dataclass(frozen=True, slots=True)
class Observed:
    """One stored day, as judging reads it."""

    facts: PartitionFacts
    profiles: "Sequence[Profile]"
    measurements: Sequence[Measurement]
    validations: Sequence[Validation]

    @property
    def day(self) -> Day:
        """The observed day."""
        return self.facts.day
