"""Slow drift: once a week, each column's last seven days against days that people approved as its baseline.

The daily rule compares with the last eight weeks and moves along with what moves slowly; this does not. It only
informs: a season moves inputs too. Without a `reference.baseline` in the model file it is silent.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from vitals import words
from vitals.judging.day import Ruling, Today, finding
from vitals.judging.drift import symptom_of
from vitals.profiles import Profile, Summary
from vitals.records import BASELINE, WHOLE, Day, Severity
from vitals.spec import Model
from vitals.stats.distances import several

SUNDAY = 6
WEEK_DAYS, LEAST_OF_WEEK = 7, 5
LEAST_OF_BASELINE = 7
LEAST_MOVED = 0.1  # of the rows


class SlowDrift:
    """Remembers the baseline's days and the last seven of each watched column, and compares them on Sundays."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._span = model.reference.baseline
        self._days: dict[str, dict[Day, Summary]] = defaultdict(dict)

    def remember(self, profiles: Iterable[Profile]) -> None:
        """Take in the profiles of whole columns."""
        if self._span is None:
            return
        for one in profiles:
            if one.segment == WHOLE and one.summary.n:
                self._days[one.subject][one.day] = one.summary

    def forget(self, today: Day) -> None:
        """Drop what is neither of the baseline nor of the last week."""
        for days in self._days.values():
            for day in [day for day in days if not self._is_baseline(day) and day <= today - timedelta(WEEK_DAYS)]:
                del days[day]

    def judge(self, today: Today) -> Ruling:
        """Compare the week that ends today, a Sunday."""
        ruling = Ruling()
        if self._span is None or today.day.weekday() != SUNDAY or today.day <= self._span.last_day:
            return ruling
        if self._span.since is not None and today.day < self._span.since:
            return ruling
        for column in self._model.watched:
            self._compare(today, column, ruling)
        return ruling

    def _compare(self, today: Today, column: str, ruling: Ruling) -> None:
        first = today.day - timedelta(days=WEEK_DAYS - 1)
        known = {day: one for day, one in self._days[column].items() if day not in today.unfit}
        baseline = [known[day] for day in sorted(known) if self._is_baseline(day)]
        week = [known[day] for day in sorted(known) if first <= day <= today.day and not self._is_baseline(day)]
        if len(week) < LEAST_OF_WEEK or len(baseline) < LEAST_OF_BASELINE:
            return
        moved = several(week, baseline)
        if moved is None:
            return
        symptom = symptom_of(self._model, column)
        ruling.judged.add((symptom, column, BASELINE))
        if moved >= LEAST_MOVED:
            ruling.findings.append(
                finding(
                    today,
                    symptom,
                    column,
                    Severity.INFO,
                    f"{column}: {words.share(moved)} of the rows of the last {WEEK_DAYS} days lie elsewhere than in the"
                    f" approved days {self._said()} (total variation)",
                    segment=BASELINE,
                    value=moved,
                    usual=(0.0, LEAST_MOVED),
                    what_to_do="Retrain, or approve later days as reference.baseline, if the change is meant to stay.",
                )
            )

    def _is_baseline(self, day: Day) -> bool:
        return self._span is not None and self._span.first_day <= day <= self._span.last_day

    def _said(self) -> str:
        if self._span is None:
            return ""
        return f"{words.short_day(self._span.first_day)} to {words.day_words(self._span.last_day)}"


def baseline_days(model: Model, before: Day) -> tuple[Day, Day] | None:
    """Which stored days judging from `before` on needs for its baseline; None without one."""
    span = model.reference.baseline
    if span is None or span.first_day >= before:
        return None
    return span.first_day, min(span.last_day, before - timedelta(days=1))
