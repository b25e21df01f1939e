"""The fold of one share of the service (errors, missing answers): whether it rose above how it moved on past days.

The share band with a single part, upward only, one day at a time. Keeps the same rows as a column and may start again at any
day; hard limits of the model file are judged elsewhere.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from vitals.judging.memory import REFERENCE_MIN_DAYS, Memory, Release, learning
from vitals.records import WHOLE, Day, Drift, DriftScore
from vitals.stats.shareband import deviation, from_arcsine, usual
from vitals.stats.thresholds import FLOOR, thresholds

_MIN_ROWS = 30
PART = "share"


@dataclass(frozen=True, slots=True)
class ShareRule:
    """Which share is judged: `subject` is `signal:subject`, as `errors:status`."""

    model: str
    subject: str
    reference_days: int = 56


@dataclass(frozen=True, slots=True)
class ShareVerdict:
    """What the fold says about one day of a share.

    Attributes
    ----------
    rows : of the share today. n : all rows. share : rows / n, 0 without rows.
    usual, expected_low, expected_high : the usual share and its range, about 95 %; today's own share while learning.
    z : signed. unusual : it rose beyond the threshold, which is a finding on a holiday too. calendar : the day never teaches.
    """

    day: Day
    rows: int
    n: int
    level: int
    reason: str | None = None
    judged: bool = False
    calendar: bool = False
    share: float = 0.0
    usual: float = 0.0
    expected_low: float = 0.0
    expected_high: float = 0.0
    z: float = 0.0
    unusual: bool = False
    reference: tuple[Day, ...] = ()


class Share:
    """Judges one share day by day.

    Parameters
    ----------
    past : stored rows of the last 180 days or more (fewer only when there are no others).
    releases : accepted incidents and false alarms of the share, dated up to the latest row.
    counts : rows of the share and all rows of each past day; a live mapping that must know what may be reference.
    on_calendar : whether a day is a public holiday or its neighbour; such a day never teaches, and excuses nothing.
    """

    def __init__(
        self,
        rule: ShareRule,
        past: Iterable[Drift | DriftScore],
        releases: Iterable[Release],
        counts: Mapping[Day, tuple[int, int]],
        on_calendar: Callable[[Day], bool],
    ) -> None:
        self.rule = rule
        self._memory = Memory(past, releases, on_calendar)
        self._counts = counts
        self._on_calendar = on_calendar

    def accept(self, opened_on: Day, today: Day) -> None:
        """Take the days since an incident opened as the new normal, a level of its own; call it before judging today."""
        self._memory.release(Release(opened_on, today))

    def dismiss(self, opened_on: Day, end: Day) -> None:
        """Take an incident for a false alarm: its days, up to the one before `end`, always were normal."""
        self._memory.release(Release(opened_on, end, new_level=False))

    def take_back(self, release: Release) -> None:
        """Take back an acceptance or a false alarm: its days are in quarantine after all."""
        self._memory.release(release)

    def judge(
        self, day: Day, k: int, n: int, *, not_judged: str | None = None, bad_days: Collection[Day] = frozenset()
    ) -> ShareVerdict:
        """Judge one day, later than all before.

        Parameters
        ----------
        k, n : rows of the share, and all rows; 0 <= k <= n.
        not_judged : why the day cannot be judged, None when it can. bad_days : declared bad, as known today.
        """
        share, level = k / n if n else 0.0, self._memory.level
        reason = not_judged or ("bad day" if day in bad_days else f"n={n} < {_MIN_ROWS}" if n < _MIN_ROWS else None)
        if reason:
            return ShareVerdict(day, k, n, level, reason, share=share)
        days = [d for d in self._memory.reference(day, self.rule.reference_days, bad_days) if d in self._counts]
        calendar = self._on_calendar(day)
        if len(days) < REFERENCE_MIN_DAYS:
            reason = learning(len(days))
            return ShareVerdict(
                day, k, n, level, reason, True, calendar, share, share, share, share, reference=tuple(days)
            )
        rows, totals = np.array([self._counts[d] for d in days], dtype=np.float64).T
        known = usual(rows[:, None], totals, np.array([self._memory.level_of(d) for d in days]))
        z, sd = deviation(known, np.array([float(k)]), n)
        rose = share - float(known.share[0])
        return ShareVerdict(
            day,
            k,
            n,
            level,
            judged=True,
            calendar=calendar,
            share=share,
            usual=float(known.share[0]),
            expected_low=float(from_arcsine(known.mean - 2 * sd)[0]),
            expected_high=float(from_arcsine(known.mean + 2 * sd)[0]),
            z=float(z[0]) if abs(rose) >= FLOOR else 0.0,
            # One day of a share speaks where a column needs two days running: a service's share is watched alone.
            unusual=rose >= FLOOR and float(z[0]) > thresholds(len(days))[1],
            reference=tuple(days),
        )

    def settle(self, verdict: ShareVerdict, *, quarantined: bool) -> Drift:
        """Close the day: remember it and give its row.

        Parameters
        ----------
        quarantined : an incident on the share is open after today.
        """
        row = self._row(verdict, eligible=self._eligible(verdict, quarantined=quarantined))
        self._memory.add(row)
        return row

    def _eligible(self, verdict: ShareVerdict, *, quarantined: bool) -> bool:
        """While learning every day teaches."""
        if not verdict.judged or verdict.calendar:
            return False
        return verdict.reason is not None or not (verdict.unusual or quarantined)

    def _row(self, verdict: ShareVerdict, *, eligible: bool) -> Drift:
        scored = verdict.judged and verdict.reason is None
        return Drift(
            model=self.rule.model,
            day=verdict.day,
            subject=self.rule.subject,
            segment=WHOLE,
            score=verdict.z,
            score_week=0.0,
            part=PART,
            share=verdict.share if verdict.n else None,
            expected_low=verdict.expected_low if scored else None,
            expected_high=verdict.expected_high if scored else None,
            rows_moved=round(verdict.n * abs(verdict.share - verdict.usual)) if scored else None,
            fired=verdict.unusual,
            eligible=eligible,
            level=verdict.level,
            ks=None,
            tv=None,
            psi=None,
            cramers_v=None,
            wasserstein=None,
            jensen_shannon=None,
            n=verdict.n,
            reference_days=len(verdict.reference),
            reason=verdict.reason,
        )
