"""What a source of rows promises, whatever database or file stands behind it.

A session is one snapshot: what is read within it belongs together. Backends translate a `Query`; what a day or a cohort
is, which row counts and what its columns become is decided once, in `days`, `cohorts` and `arrays`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from vitals.errors import InputError
from vitals.io.sources.times import TimeForm
from vitals.records import Day, Partition
from vitals.spec.model import Model

if TYPE_CHECKING:
    import pyarrow as pa

Clock = Callable[[], datetime]


class Kind(StrEnum):
    """What a column holds, in the same word for every backend."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    INSTANT = "timestamp with time zone"
    NAIVE = "timestamp"
    DATE = "date"
    OTHER = "other"


NUMBERS = (Kind.INTEGER, Kind.FLOAT)
TIMES = (Kind.INSTANT, Kind.NAIVE, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, what it holds, and the type that the source itself gives it."""

    name: str
    kind: Kind
    declared: str


@dataclass(frozen=True, slots=True)
class Range:
    """Rows whose time lies in `lower <= time < upper` (aware instants, None = open). A null time lies in no range."""

    column: str
    form: TimeForm
    lower: datetime | None
    upper: datetime | None


@dataclass(frozen=True, slots=True)
class OneIn:
    """Which rows to read of too many: those whose id has a hash that is a multiple of n; without an id its time counts."""

    id: str
    time: str
    n: int


@dataclass(frozen=True, slots=True)
class Query:
    """Rows to read.

    Attributes
    ----------
    columns : in order, each once; all exist in the table.
    ranges : all must hold. A source may give rows just outside; they are filtered again exactly.
    where : the user's own predicate, in the source's dialect, already checked for smuggling.
    present : columns that must not be null.
    among : `(column, query)`: the column's value is among those of the query's first column. A source may ignore it.
    one_in : only a sample, of whole ids. limit : any rows, a few more than so many; a source may give all.
    """

    table: str
    columns: tuple[str, ...]
    ranges: tuple[Range, ...] = ()
    where: str | None = None
    present: tuple[str, ...] = ()
    among: "tuple[str, Query] | None" = None
    one_in: OneIn | None = None
    limit: int | None = None


class Session(Protocol):
    """One snapshot of a source."""

    def schema(self, table: str) -> Mapping[str, Column]:
        """Name the columns of a table or view, in its order; InputError when there is no such table."""

    def form(self, table: str, column: Column, zone: ZoneInfo, unit: str | None) -> TimeForm:
        """Find out how a column writes time; InputError when it holds no time."""

    def rows(self, query: Query) -> "pa.Table":
        """Read rows, in the source's own Arrow types."""


@runtime_checkable
class Asking(Session, Protocol):
    """A session of a database, which can answer more than which rows there are."""

    def relation(self, table: str) -> str:
        """Give a table's name as quoted SQL; InputError when there is no such table."""

    def chosen(self, sample: OneIn) -> str:
        """Write as SQL whether a row is in a sample."""

    def ask(self, statement: str, table: str, where: str | None) -> "pa.Table":
        """Run a statement that only reads; table and the user's predicate in it are for messages."""


class Source(ABC):
    """Somewhere tables are, only ever read.

    Parameters
    ----------
    name : as the model files call it; errors name it, and never its URL.
    clock : gives the present instant; unused by reading, which depends on its arguments only.
    """

    joins = False  # whether `Query.among` is honoured

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.clock = clock

    @property
    @abstractmethod
    def identity(self) -> str:
        """Equal for two sources of the same database; may hold secrets, so it is never shown."""

    @abstractmethod
    def session(self) -> AbstractContextManager[Session]:
        """Open one snapshot."""

    def columns(self, table: str) -> dict[str, str]:
        """Give the columns of a table with a word for what each holds (`integer`, `text`, `timestamp` ...).

        Raises
        ------
        InputError
            When there is no such table.
        SourceError
            When the source cannot be reached or refuses.
        """
        with self.session() as session:
            return {column.name: column.kind.value for column in session.schema(table).values()}

    def read_day(self, model: Model, day: Day, columns: Sequence[str], as_of: datetime | None) -> Partition:
        """Read one local day of a model's predictions, the first of each id.

        Parameters
        ----------
        columns : names to read, each once (see `needed_columns`). Inputs that the table lacks end up in
            `facts.missing_columns`; any other column must exist.
        as_of : only rows with `loaded_at` before this instant, when the model names that column.

        Returns
        -------
        Partition
            The order of its rows is the source's own: stable for an unchanged table, not sorted.

        Raises
        ------
        InputError
            A table, column, type or predicate is not what the model file says.
        SourceError
            The source is unreachable, too slow or forbids it.
        """
        from vitals.io.sources.days import read_partition

        with self.session() as session:
            return read_partition(self.name, session, model, day, columns=columns, as_of=as_of)


def wrong(source: str, table: str | None, what: str, column: str | None = None) -> InputError:
    """Build the one message of a user's mistake: where, what, remedy."""
    place = [f"source {source!r}"]
    place += [f"table {table!r}"] if table is not None else []
    place += [f"column {column!r}"] if column is not None else []
    return InputError(f"{', '.join(place)}: {what}")


def hint(name: str, names: Iterable[str]) -> str:
    """Suggest the nearest existing name, or list what there is."""
    there = sorted(names)
    same = [n for n in there if n.casefold() == name.casefold()]
    near = same or get_close_matches(name, there, 1, 0.7)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there is {', '.join(map(repr, there[:12]))}{' …' if len(there) > 12 else ''}" if there else "there is none"
