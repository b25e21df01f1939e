"""The fold of one column (or one segment of it): what is usual, whether today is, and which days may teach.

The state is a function of stored drift rows and of what was decided about incidents, so a fold may start again at any day.
Knows nothing of incidents (the caller says when the column is in quarantine), words, stores or calendars.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from vitals.judging.hardrules import Hard, hard_rule
from vitals.judging.kinds import Kinds
from vitals.judging.memory import RECENT_REACH_DAYS, REFERENCE_MIN_DAYS, Memory, Release, learning
from vitals.judging.scores import NONE, Basis, Scored, score_day, score_week
from vitals.judging.verdict import ColumnRule, Kind, Rule, Verdict
from vitals.profiles import CategoricalSummary, NumericSummary
from vitals.records import Day, Drift, DriftScore
from vitals.stats.atoms import Atom, new_atom
from vitals.stats.clusters import design_effect
from vitals.stats.parts import Counted, thinned
from vitals.stats.shareband import WEEK_MIN_DAYS, WINDOW_DAYS
from vitals.stats.thresholds import thresholds
from vitals.stats.unitfilter import THRESHOLD, Shifted, unit_filter

if TYPE_CHECKING:
    from vitals.stats.distances import Distances

_DISTINCT = 30  # anchors from which on the same values twice are no accident

__all__ = ["Column", "ColumnRule", "Kind", "Release", "Rule", "Verdict"]


def same_values(one: NumericSummary, other: NumericSummary) -> bool:
    """Whether two days hold the very same numbers, as far as their summaries tell."""
    if (one.n, one.nulls, one.total, one.squares) != (other.n, other.nulls, other.total, other.squares):
        return False
    return np.array_equal(one.anchors, other.anchors) and np.array_equal(one.le, other.le)


class Column:
    """Judges one column day by day.

    Parameters
    ----------
    past : stored rows of the last 180 days or more (fewer only when there are no others).
    releases : accepted incidents and false alarms of the column, dated up to the latest row.
    summaries : of each day, today's included when it is judged; a live mapping that must know what may be reference.
    on_calendar : whether a day is a public holiday or its neighbour.
    alike : of a segment, a number of its rows that tells copies of a row from others (the score), by day.
    """

    def __init__(
        self,
        rule: ColumnRule,
        past: Iterable[Drift | DriftScore],
        releases: Iterable[Release],
        summaries: Mapping[Day, NumericSummary | CategoricalSummary],
        on_calendar: Callable[[Day], bool],
        alike: Mapping[Day, NumericSummary | CategoricalSummary] | None = None,
    ) -> None:
        self.rule = rule
        self._memory = Memory(past, releases, on_calendar)
        self._on_calendar = on_calendar
        self._summaries = summaries
        self._kinds = Kinds(summaries, rare=rule.rare)
        self._alike = alike or {}

    def accept(self, opened_on: Day, today: Day) -> None:
        """Take the days since an incident opened as the new normal, a level of its own; call it before judging today."""
        self._memory.release(Release(opened_on, today))

    def dismiss(self, opened_on: Day, end: Day) -> None:
        """Take an incident for a false alarm: its days, up to the one before `end`, always were normal."""
        self._memory.release(Release(opened_on, end, new_level=False))

    def take_back(self, release: Release) -> None:
        """Take back an acceptance or a false alarm: its days are in quarantine after all."""
        self._memory.release(release)

    def judge(self, day: Day, *, not_judged: str | None = None, bad_days: Collection[Day] = frozenset()) -> Verdict:
        """Judge one day, later than all before.

        Parameters
        ----------
        not_judged : why the day cannot be judged (`partition incomplete`), None when it can.
        bad_days : days that people declared bad, as known today.
        """
        summary = self._summaries.get(day)
        level = self._memory.level
        if summary is None:
            return Verdict(day, 0, level, not_judged or "no profile")
        if reason := not_judged or self._unfit(day, summary.n, bad_days):
            return Verdict(day, summary.n, level, reason)
        days = [d for d in self._memory.reference(day, self.rule.reference_days, bad_days) if d in self._summaries]
        recent = [d for d in self._memory.recent(day, bad_days) if d in self._summaries]
        effect = self._effect(day, summary.n, bad_days)
        if effect > 1 and summary.n / effect < self.rule.min_rows:
            worth = max(1, round(summary.n / effect))
            return Verdict(day, summary.n, level, f"n={summary.n}, copies of about {worth} < {self.rule.min_rows}")
        hard = hard_rule(summary, [self._summaries[d] for d in days], learning=len(days) < REFERENCE_MIN_DAYS)
        kind = self._kinds.of(day, days)
        days, recent = self._kinds.alike(days, kind), self._kinds.alike(recent, kind)
        if len(days) < REFERENCE_MIN_DAYS:
            counted = self._kinds.count(kind, days, day, []) if days else None
            return self._learning(day, summary.n, days, hard or (Hard.far(counted, summary.n) if counted else None))
        counted = self._kinds.count(kind, days, day, [*recent, day])
        return self._scored(day, days, [*recent, day], counted, hard, effect)

    def settle(self, verdict: Verdict, *, quarantined: bool, distances: "Distances | None" = None) -> Drift:
        """Close the day: remember it and give its row.

        Parameters
        ----------
        quarantined : an incident on the column (or, for a segment, on its whole) is open after today.
        distances : the classical distances to show beside the score.
        """
        row = self._row(verdict, eligible=self._eligible(verdict, quarantined=quarantined), distances=distances)
        self._memory.add(row)
        return row

    def _unfit(self, day: Day, rows: int, bad_days: Collection[Day]) -> str | None:
        if day in bad_days:
            return "bad day"
        return f"n={rows} < {self.rule.min_rows}" if rows < self.rule.min_rows else None

    def _learning(self, day: Day, rows: int, reference: list[Day], hard: Hard | None) -> Verdict:
        return Verdict(
            day,
            rows,
            self._memory.level,
            learning(len(reference)),
            judged=True,
            learning=True,
            calendar=self._on_calendar(day),
            hard=hard.words if hard else None,
            hard_part=hard.part if hard else None,
            teaches=hard is None or hard.teaches,
            rule=Rule.HARD if hard else None,
            reference=tuple(reference),
        )

    def _scored(
        self, day: Day, reference: list[Day], recent: list[Day], counted: Counted, hard: Hard | None, effect: float
    ) -> Verdict:
        rows = self._summaries[day].n
        counted = thinned(counted, effect) if effect > 1 else counted
        basis = self._basis(day, reference, effect)
        one_day = score_day(counted, basis, rows / effect, rare=self.rule.rare)
        unit = self._unit(counted, basis, rows)
        atom, repeats = self._atom(day, reference), self._repeats(day, reference)
        rule = self._day_rule(day, one_day.z, len(reference))
        if rule is None and atom is not None and atom.news:
            rule = Rule.ATOM
        if hard is not None and not (hard.yields and rule):
            rule = Rule.HARD
        if rule is None and unit is not None and unit.z > THRESHOLD:
            rule = Rule.UNIT_FILTER
        if rule is None and repeats is not None:
            rule = Rule.REPEATED
        week = self._week(counted, basis, recent)
        if rule is None and abs(week.z) > thresholds(len(reference), segment=bool(self.rule.segment))[2]:
            rule = Rule.WEEK
        return Verdict(
            day,
            rows,
            self._memory.level,
            judged=True,
            calendar=self._on_calendar(day),
            day_score=one_day,
            week_score=week,
            unit=unit if rule is Rule.UNIT_FILTER else None,
            atom=atom,
            repeats=repeats,
            hard=hard.words if hard and rule is Rule.HARD else None,
            hard_part=hard.part if hard and rule is Rule.HARD else None,
            rule=rule,
            reference=tuple(reference),
        )

    def _day_rule(self, day: Day, z: float, reference_days: int) -> Rule | None:
        one_day, two_days, _ = thresholds(reference_days, segment=bool(self.rule.segment))
        if abs(z) > one_day:
            return Rule.DAY
        before = self._memory.yesterday(day)
        return Rule.TWO_DAYS if abs(z) > two_days and abs(before) > two_days and z * before > 0 else None

    def _effect(self, day: Day, rows: int, bad_days: Collection[Day]) -> float:
        """Tell by how much a segment's rows outnumber independent ones; of a whole column each row counts.

        Taught by recent days, whether they were judged or not: a segment of copies is never judged.
        """
        if not self.rule.segment:
            return 1.0
        recent = (day - timedelta(days=back) for back in range(RECENT_REACH_DAYS, 0, -1))
        days = [self._alike.get(one) for one in recent if one not in bad_days]
        return design_effect([one for one in days if isinstance(one, NumericSummary)], rows)

    def _basis(self, day: Day, reference: list[Day], effect: float) -> Basis:
        return Basis(
            rows=np.array([self._summaries[d].n for d in reference], dtype=np.float64) / effect,
            levels=np.array([self._memory.level_of(d) for d in reference]),
            weekdays=np.array([d.weekday() for d in reference]),
            today=day.weekday(),
        )

    def _unit(self, counted: Counted, basis: Basis, rows: int) -> Shifted | None:
        if counted.unit is None or self.rule.segment or not self.rule.unit_filter:
            return None
        nulls = (counted.reference[:, 0], float(counted.today[0]))
        return unit_filter(counted.unit, nulls, basis.rows, rows, basis.levels)

    def _atom(self, day: Day, reference: list[Day]) -> Atom | None:
        today, past = self._summaries[day], [self._summaries[d] for d in reference]
        numbers = [one for one in past if isinstance(one, NumericSummary)]
        if self.rule.segment or not isinstance(today, NumericSummary):
            return None
        return new_atom(today, numbers)

    def _repeats(self, day: Day, reference: list[Day]) -> Day | None:
        """Tell a day with the very same values as the day before, where those are many and no reference day did that.

        Not the same weekday before: schedules repeat by the week.
        """
        today = self._summaries[day]
        if self.rule.segment or not isinstance(today, NumericSummary) or today.anchors.size < _DISTINCT:
            return None
        if not self._as_yesterday(day) or any(self._as_yesterday(d) for d in reference):
            return None
        return day - timedelta(days=1)

    def _as_yesterday(self, day: Day) -> bool:
        today, before = self._summaries[day], self._summaries.get(day - timedelta(days=1))
        return isinstance(today, NumericSummary) and isinstance(before, NumericSummary) and same_values(today, before)

    def _week(self, counted: Counted, basis: Basis, recent: list[Day]) -> Scored:
        """Days of one level only, or a current level old enough; and seven days to sum."""
        current = int((basis.levels == basis.levels.max()).sum())
        settled = basis.levels.min() == basis.levels.max() or current >= REFERENCE_MIN_DAYS
        if len(basis.rows) < WEEK_MIN_DAYS or len(recent) < WINDOW_DAYS or not settled:
            return NONE
        rows = sum(self._summaries[d].n for d in recent)
        return score_week(counted, basis, rows, rare=self.rule.rare)

    def _eligible(self, verdict: Verdict, *, quarantined: bool) -> bool:
        """While learning every day teaches: else one early fault would keep the column from ever learning."""
        if not verdict.judged or verdict.calendar:
            return False
        return verdict.teaches if verdict.learning else not (verdict.finding or quarantined)

    def _row(self, verdict: Verdict, *, eligible: bool, distances: "Distances | None") -> Drift:
        part = verdict.hard_part if verdict.learning else next(iter(verdict.day_score.parts), None)
        return Drift(
            model=self.rule.model,
            day=verdict.day,
            subject=self.rule.subject,
            segment=self.rule.segment,
            score=verdict.score,
            score_week=verdict.score_week,
            part=part.name if part else None,
            share=part.share if part else None,
            expected_low=part.low if part else None,
            expected_high=part.high if part else None,
            rows_moved=round(verdict.n * abs(part.share - part.usual)) if part else None,
            fired=verdict.fired,
            eligible=eligible,
            level=verdict.level,
            ks=distances.ks if distances else None,
            tv=distances.tv if distances else None,
            psi=distances.psi if distances else None,
            cramers_v=distances.cramers_v if distances else None,
            wasserstein=distances.wasserstein if distances else None,
            jensen_shannon=distances.jensen_shannon if distances else None,
            n=verdict.n,
            reference_days=len(verdict.reference),
            reason=verdict.reason,
        )
