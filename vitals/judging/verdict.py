"""What the fold of a column answers about one day, and which column it is asked about.

Numbers and names only; severity and wording are said elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum

from vitals.judging.scores import NONE, PartScore, Scored
from vitals.records import WHOLE, Day
from vitals.stats.atoms import SENTINELS, Atom
from vitals.stats.parts import number
from vitals.stats.unitfilter import Shifted

_MIN_ROWS, _MIN_SEGMENT_ROWS = 30, 100
_MOST_OF_IT = 0.5
REPEATED = "repeated"


class Kind(StrEnum):
    """What a column is to the model; rare shares matter in what it answers."""

    INPUT = "input"
    RESPONSE = "response"
    DECISION = "decision"
    LATENCY = "latency"


class Rule(StrEnum):
    """What made a verdict a finding."""

    HARD = "hard"
    DAY = "day"
    TWO_DAYS = "two days"
    UNIT_FILTER = "unit filter"
    ATOM = "new value"
    REPEATED = "repeated"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Which column is judged, and how.

    Attributes
    ----------
    segment : '' for the whole column; segments are judged wider and without week rule and unit filter.
    reference_days : how many eligible days make the usual, 14..180.
    """

    model: str
    subject: str
    segment: str = WHOLE
    kind: Kind = Kind.INPUT
    reference_days: int = 56
    unit_filter: bool = True

    @property
    def rare(self) -> bool:
        """Whether rare shares are material."""
        return self.kind in {Kind.RESPONSE, Kind.DECISION}

    @property
    def min_rows(self) -> int:
        """Rows below which a day is not judged."""
        return _MIN_SEGMENT_ROWS if self.segment else _MIN_ROWS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the fold says about one day of a column.

    Attributes
    ----------
    reason : why there is no score; the day may have been judged by hard rules while learning.
    judged : the day counts (it can resolve an incident); `learning` : by the hard rules only.
    day_score, week_score : winning parts of the day and of the week window.
    unit : what the unit filter saw, if it fired.
    atom : the value that rose most above its past days, if any did; repeats : the past day whose values today's are, one by one.
    hard : what a hard rule says, in words; `hard_part` with the numbers, if it has some.
    rule : what made it unusual, None on an ordinary day.
    calendar : a public holiday or its neighbour: what is unusual is `info`, no `finding`.
    reference : the days it was compared with.
    """

    day: Day
    n: int
    level: int
    reason: str | None = None
    judged: bool = False
    learning: bool = False
    calendar: bool = False
    day_score: Scored = NONE
    week_score: Scored = NONE
    unit: Shifted | None = None
    atom: Atom | None = None
    repeats: Day | None = None
    hard: str | None = None
    hard_part: PartScore | None = None
    teaches: bool = True
    rule: Rule | None = None
    reference: tuple[Day, ...] = ()

    @property
    def fired(self) -> bool:
        """Any rule but the week's fired, or anything at all on a calendar day."""
        return self.rule is not None and (self.rule is not Rule.WEEK or self.calendar)

    @property
    def finding(self) -> bool:
        """Whether the day is a finding of the column."""
        return self.rule is not None and not self.calendar

    @property
    def info(self) -> bool:
        """Whether the day is unusual but excused by the calendar."""
        return self.rule is not None and self.calendar

    @property
    def score(self) -> float:
        """Signed z of the day."""
        return self.day_score.z

    @property
    def score_week(self) -> float:
        """Signed z of the week window."""
        return self.week_score.z

    @property
    def table(self) -> tuple[PartScore, ...]:
        """The parts that say most, of the rule that fired."""
        return self.week_score.parts if self.rule is Rule.WEEK else self.day_score.parts

    @property
    def told(self) -> PartScore | None:
        """The part that the verdict is about."""
        if self.rule is Rule.HARD and self.hard_part is not None:
            return self.hard_part
        if self.rule is Rule.REPEATED:
            return PartScore(REPEATED, 1.0, 0.0, 0.0, 0.0, 0.0)
        first = self.table[0] if self.table else None
        return self._atom_part(first) or first

    @property
    def atom_name(self) -> str:
        """Name of the part that is the value which holds more rows than ever; '' without one."""
        return f"={number(self.atom.value)}" if self.atom else ""

    def _atom_part(self, first: PartScore | None) -> PartScore | None:
        """Name the value that holds the rows, where it makes most of what the winning part moved."""
        atom = self.atom
        if atom is None or self.rule not in {Rule.DAY, Rule.TWO_DAYS, Rule.ATOM}:
            return None
        if atom.z < 1 and atom.value not in SENTINELS:
            return None  # rain of 0.24 inch is rain
        moved = abs(first.share - first.usual) if first else 0.0
        if self.rule is not Rule.ATOM and (atom.share - atom.most < _MOST_OF_IT * moved or first is None):
            return None
        return PartScore(self.atom_name, atom.share, atom.most, 0.0, atom.most, first.z if first else 0.0)

    @property
    def part(self) -> str | None:
        """Name of that part."""
        return self.told.name if self.told else None

    @property
    def share(self) -> float | None:
        """Its share of the rows; for the unit filter the fraction of rows that look multiplied."""
        if self.rule is Rule.UNIT_FILTER and self.unit is not None:
            return self.unit.fraction
        return self.told.share if self.told else None

    @property
    def expected_low(self) -> float | None:
        """Lower end of its usual range; None for the unit filter."""
        return self.told.low if self.told and self.rule is not Rule.UNIT_FILTER else None

    @property
    def expected_high(self) -> float | None:
        """Upper end of its usual range; None for the unit filter."""
        return self.told.high if self.told and self.rule is not Rule.UNIT_FILTER else None
