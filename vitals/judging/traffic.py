"""Whether the usual number of predictions arrived, at the usual hours, up to the usual end of the day.

Three rules on counts alone: no rows or a truncated day (`partition_incomplete`: late load or outage), the day's total
(`traffic` `day`), and single hours (`traffic` `hour=07`). Usual is the median of the same weekday; calendar days are
information and teach nothing.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from vitals import words
from vitals.judging.advice import WHAT_TO_DO
from vitals.judging.day import Ruling, Today, calm
from vitals.records import Day, Finding, PartitionFacts, Severity, Symptom, fingerprint

DAY_WEEKS = 8
HOUR_WEEKS = 4
DAY_FLOOR = 0.15
YOUNG_FLOOR = 0.30  # with fewer than four same weekdays
HOUR_FLOOR = 0.30
MISSING_HOURS_ROWS = 20.0  # rows expected after the last one: a Poisson count of 0 there has chance e^-20
MISSING_HOURS_SHARE = 0.03


def judge(today: Today) -> Ruling:
    """Judge the day's total, its end, and its hours."""
    ruling = Ruling()
    facts = today.facts
    if facts.rows == 0:
        ruling.judged.add((Symptom.PARTITION_INCOMPLETE, "day", ""))
        ruling.findings.append(_no_rows(today))
        return ruling
    end = _end_of_day(today)
    ruling += end
    if end.findings:
        return ruling
    total = _total(today)
    ruling += total
    hours = _hours(today)
    ruling.judged |= hours.judged
    if not total.findings:
        ruling.findings += hours.findings
    return ruling


def _no_rows(today: Today) -> Finding:
    usual = _usual_total(today)
    than = f" (usually {words.count(round(usual[0]), 'row')} on a {today.day:%A})" if usual else ""
    return Finding(
        model=today.model.name,
        day=today.day,
        cohort_day=None,
        priority=1,
        severity=Severity.CRITICAL,  # never explained away by a calendar
        symptom=Symptom.PARTITION_INCOMPLETE,
        subject="day",
        segment="",
        statement=f"no predictions on {words.day_words(today.day)}{than}: late load or outage",
        what_to_do=WHAT_TO_DO[Symptom.PARTITION_INCOMPLETE],
        value=0.0,
        expected_low=usual[1] if usual else None,
        expected_high=usual[2] if usual else None,
    )


def _same_weekdays(today: Today, weeks: int, of: date, place: str) -> list[Day]:
    """Days with facts on the same weekday in the `weeks` weeks before `of`, newest first."""
    wanted = {of - timedelta(weeks=back) for back in range(1, weeks + 1)}
    return sorted((d for d in today.past_days(wanted & today.history.facts.keys())
                   if d >= today.places.since.get(place, d)), reverse=True)  # fmt: skip


def _day_place(today: Today) -> str:
    return fingerprint(today.model.name, Symptom.TRAFFIC, "day", "")


def _miss(today: Today, day: Day, rows: float, place: str) -> float | None:
    """Relative miss of a day against the median of its same weekdays; None without two of them."""
    same = _same_weekdays(today, DAY_WEEKS, day, place)
    if len(same) < 2:
        return None
    usual = float(np.median([today.history.facts[d].rows for d in same]))
    return rows / usual - 1 if usual > 0 else None


def _usual_total(today: Today) -> tuple[float, float, float] | None:
    """Usual rows of this weekday: median, low, high; None with too little past."""
    place = _day_place(today)
    same = _same_weekdays(today, DAY_WEEKS, today.day, place)
    if len(same) < 2:
        return None
    usual = float(np.median([today.history.facts[d].rows for d in same]))
    if usual <= 0:
        return None
    recent = today.past_days(d for d in today.history.facts if d >= today.day - timedelta(days=56))
    misses = [m for d in recent if (m := _miss(today, d, today.history.facts[d].rows, place)) is not None]
    spread = 5 * float(np.median(np.abs(misses))) if misses else 0.0
    floor = DAY_FLOOR if len(same) >= 4 else YOUNG_FLOOR
    allowed = max(floor, spread, 5 / np.sqrt(usual))
    return usual, usual * (1 - allowed), usual * (1 + allowed)


def _total(today: Today) -> Ruling:
    ruling = Ruling()
    usual = _usual_total(today)
    if usual is None:
        return ruling
    ruling.judged.add((Symptom.TRAFFIC, "day", ""))
    rows = today.facts.rows
    center, low, high = usual
    if low <= rows <= high:
        return ruling
    what = "late load, outage or fewer callers" if rows < low else "repeated load, a loop or more callers"
    severity = Severity.CRITICAL if rows < center / 2 else Severity.WARNING
    ruling.findings.append(
        Finding(
            model=today.model.name,
            day=today.day,
            cohort_day=None,
            priority=1,
            severity=calm(severity, today),
            symptom=Symptom.TRAFFIC,
            subject="day",
            segment="",
            statement=(
                f"{words.count(rows, 'row')}, {words.share(rows / center)} of a usual {today.day:%A}"
                f" (usually {words.number(round(max(low, 0)))}-{words.number(round(high))}): {today.calendar or what}"
            ),
            what_to_do=WHAT_TO_DO[Symptom.TRAFFIC],
            value=float(rows),
            expected_low=max(low, 0.0),
            expected_high=high,
        )
    )
    return ruling


def _per_hour(facts: PartitionFacts) -> NDArray[np.float64]:
    """Rows per full local hour, shape (24,); NaN where the day lacks the hour."""
    lengths = np.asarray(facts.hour_lengths, dtype=np.float64)
    rows = np.asarray(facts.hours, dtype=np.float64)
    scaled = np.full(24, np.nan)
    np.divide(rows, lengths, out=scaled, where=lengths > 0)
    return scaled


def _usual_hours(today: Today, of: Day, weeks: int) -> NDArray[np.float64] | None:
    """Median rows per hour on the same weekday, shape (24,); None without two of them."""
    same = _same_weekdays(today, weeks, of, _day_place(today))
    if len(same) < 2:
        return None
    return np.nanmedian(np.stack([_per_hour(today.history.facts[d]) for d in same]), axis=0)


def _any_week_hours(today: Today) -> NDArray[np.float64] | None:
    """Median rows per hour of the last seven days or more, for a past without two same weekdays."""
    days = today.past_days(today.history.facts)[-14:]
    if len(days) < 7:
        return None
    return np.nanmedian(np.stack([_per_hour(today.history.facts[d]) for d in days]), axis=0)


def _end_of_day(today: Today) -> Ruling:
    """Find a day whose last hours are missing."""
    ruling = Ruling()
    usual, young = _usual_hours(today, today.day, DAY_WEEKS), False
    if usual is None:
        usual, young = _any_week_hours(today), True
    if usual is None:
        return ruling
    ruling.judged.add((Symptom.PARTITION_INCOMPLETE, "day", ""))
    lengths = np.asarray(today.facts.hour_lengths)
    expected = np.nan_to_num(usual) * lengths
    rows = np.asarray(today.facts.hours)
    after = int(np.flatnonzero(rows)[-1]) + 1
    missing, whole = float(expected[after:].sum()), float(expected.sum())
    least = max(MISSING_HOURS_ROWS * (2.5 if young else 1), MISSING_HOURS_SHARE * (3 if young else 1) * whole)
    if missing < least or whole <= 0:
        return ruling
    last = today.facts.last_time
    clock = f"{last.astimezone(today.model.zone):%H:%M}" if last else "?"
    share = today.facts.rows / whole
    severity = Severity.CRITICAL if share < 0.5 else Severity.WARNING
    ruling.findings.append(
        Finding(
            model=today.model.name,
            day=today.day,
            cohort_day=None,
            priority=1,
            severity=calm(severity, today) if missing < 0.2 * whole else severity,
            symptom=Symptom.PARTITION_INCOMPLETE,
            subject="day",
            segment="",
            statement=(
                f"last row at {clock}; {words.count(today.facts.rows, 'row')}, {words.share(share)} of a usual"
                f" {today.day:%A} (about {words.number(round(missing))} usually come later): late load or outage"
            ),
            what_to_do=WHAT_TO_DO[Symptom.PARTITION_INCOMPLETE],
            value=float(today.facts.rows),
            expected_low=None,
            expected_high=whole,
        )
    )
    return ruling


def _hours(today: Today) -> Ruling:
    """Find hours with far too few or too many rows: two running, or one without any."""
    ruling = Ruling()
    usual = _usual_hours(today, today.day, HOUR_WEEKS)
    if usual is None:
        return ruling
    rows = _per_hour(today.facts)
    allowed = _allowed(today, usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        miss = rows / usual - 1
    judgeable = np.isfinite(miss)
    off = judgeable & (np.abs(miss) > allowed)
    ruling.judged |= {(Symptom.TRAFFIC, f"hour={hour:02d}", "") for hour in np.flatnonzero(judgeable)}
    for first, last in _runs(off, miss):
        empty = bool(np.any((rows[first : last + 1] == 0) & (usual[first : last + 1] >= 25)))
        if last > first or empty:
            ruling.findings.append(_hour_finding(today, first, last, rows, usual))
    return ruling


def _allowed(today: Today, usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest ordinary relative miss per hour: max(30 %, 2 q95 of the misses of 28 days at h-1..h+1, 5 / sqrt(m))."""
    misses = []
    for day in today.past_days(d for d in today.history.facts if d >= today.day - timedelta(days=28)):
        before = _usual_hours(today, day, HOUR_WEEKS)
        if before is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                misses.append(np.abs(_per_hour(today.history.facts[day]) / before - 1))
    spread = np.zeros(24)
    if len(misses) >= 7:
        table = np.where(np.isfinite(misses), misses, np.nan)
        for hour in range(24):
            near = table[:, max(hour - 1, 0) : hour + 2]
            near = near[np.isfinite(near)]
            spread[hour] = 2 * np.quantile(near, 0.95) if near.size else 0.0
    else:
        spread[:] = 2 * HOUR_FLOOR
    with np.errstate(divide="ignore"):
        return np.maximum(np.maximum(HOUR_FLOOR, spread), 5 / np.sqrt(usual))


def _runs(off: NDArray[np.bool_], miss: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Runs of hours that are off in the same direction, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for hour in np.flatnonzero(off):
        if runs and runs[-1][1] == hour - 1 and np.sign(miss[hour]) == np.sign(miss[hour - 1]):
            runs[-1] = (runs[-1][0], int(hour))
        else:
            runs.append((int(hour), int(hour)))
    return runs


def _hour_finding(
    today: Today, first: int, last: int, rows: NDArray[np.float64], usual: NDArray[np.float64]
) -> Finding:
    seen, expected = float(rows[first : last + 1].sum()), float(usual[first : last + 1].sum())
    span = f"{first:02d}:00-{last + 1:02d}:00"
    return Finding(
        model=today.model.name,
        day=today.day,
        cohort_day=None,
        priority=1,
        severity=calm(Severity.WARNING, today),
        symptom=Symptom.TRAFFIC,
        subject=f"hour={first:02d}",
        segment="",
        statement=(
            f"{words.count(round(seen), 'row')} between {span}, usually about {words.number(round(expected))}"
            f" on a {today.day:%A}"
        ),
        what_to_do=WHAT_TO_DO[Symptom.TRAFFIC],
        value=seen,
        expected_low=None,
        expected_high=expected,
    )
