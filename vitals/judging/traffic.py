"""Whether the usual number of predictions arrived, at the usual hours, up to the usual end of the day.

Four rules on counts alone: no rows or a truncated day (`partition_incomplete`: late load or outage), all hours moved
(`traffic` `hours`: time zone), the day's total (`traffic` `day`), and single hours (`traffic` `hour=07`). Usual is the median of the same weekday; calendar days are
information and teach nothing, nor do days without any rows.
"""

from collections.abc import Iterable
from datetime import timedelta
from statistics import median

import numpy as np
from numpy.typing import NDArray

from vitals import words
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.records import Day, Finding, PartitionFacts, Severity, Symptom, fingerprint
from vitals.stats.clock import moved_hours

DAY_WEEKS = 8
HOUR_WEEKS = 4
DAY_FLOOR = 0.15
YOUNG_FLOOR = 0.30  # with fewer than four same weekdays
HOUR_FLOOR = 0.30
EMPTY_HOUR_ROWS = 25.0  # rows usual in an hour whose silence speaks alone
MISSING_HOURS_ROWS = 20.0  # rows expected after the last one: a Poisson count of 0 there has chance e^-20
MISSING_HOURS_SHARE = 0.03

MOVED = "hours"
MOVED_DAYS, MOVED_LEAST, MOVED_ROWS = 28, 14, 200
MOVED_SIZE = 0.6  # of the usual rows: the hours over midnight are missing on the first day
ASK_FOR_THE_CLOCK = "Ask whether callers, loader or database changed the time zone; days and cohorts are cut wrongly."

Hours = NDArray[np.float64]


def judge(today: Today) -> Ruling:
    """Judge the day's total, its end, and its hours."""
    if today.facts.rows == 0:
        return Ruling([_no_rows(today)], {(Symptom.PARTITION_INCOMPLETE, "day", "")})
    moved = _moved(today)
    if moved.findings:
        return moved  # a day of usual size at other hours lacks nothing
    ruling = _end_of_day(today)
    if ruling.findings:
        return ruling
    ruling += moved
    total, hours = _total(today), _hours(today)
    ruling += total
    if total.findings:
        hours.findings.clear()  # the total says it; hours that are off stay unjudged
    ruling += hours
    return ruling


def _no_rows(today: Today) -> Finding:
    usual = usual_total(today)
    than = f" (usually {words.count(round(usual[0]), 'row')} on a {today.day:%A})" if usual else ""
    return finding(
        today,
        Symptom.PARTITION_INCOMPLETE,
        "day",
        Severity.CRITICAL,  # never explained away by a calendar
        f"no predictions on {words.day_words(today.day)}{than}: late load or outage",
        value=0.0,
        usual=(max(usual[1], 0.0), usual[2]) if usual else (None, None),
    )


def _usable(today: Today, days: Iterable[Day]) -> list[Day]:
    """Days that may say what traffic is usual, newest first: ordinary ones with rows, of the accepted level."""
    since = today.places.since(fingerprint(today.model.name, Symptom.TRAFFIC, "day", ""))
    return [d for d in reversed(today.ordinary(days)) if d >= since and today.history.facts[d].rows]


def _same_weekdays(today: Today, weeks: int, of: Day) -> list[Day]:
    """Usable days on the same weekday in the `weeks` weeks before `of`."""
    wanted = (of - timedelta(weeks=back) for back in range(1, weeks + 1))
    return _usable(today, [d for d in wanted if d in today.history.facts])


def _median_rows(today: Today, of: Day) -> tuple[float, int] | None:
    """Median rows of the same weekdays before a day, and how many those are; None with fewer than two."""
    same = [today.history.facts[d].rows for d in _same_weekdays(today, DAY_WEEKS, of)]
    return (float(median(same)), len(same)) if len(same) >= 2 else None


def usual_total(today: Today) -> tuple[float, float, float] | None:
    """Usual rows of this weekday: median, low, high; None with too little past."""
    known = _median_rows(today, today.day)
    if known is None:
        return None
    usual, weeks = known
    facts = today.history.facts
    recent = today.ordinary(d for d in facts if d >= today.day - timedelta(days=56))
    misses = [abs(facts[d].rows / before[0] - 1) for d in recent if (before := _median_rows(today, d))]
    spread = 5 * median(misses) if misses else 0.0
    floor = DAY_FLOOR if weeks >= 4 else YOUNG_FLOOR
    allowed = max(floor, spread, 5 / usual**0.5)
    return usual, usual * (1 - allowed), usual * (1 + allowed)


def _total(today: Today) -> Ruling:
    usual = usual_total(today)
    if usual is None:
        return Ruling()
    ruling = Ruling(judged={(Symptom.TRAFFIC, "day", "")})
    rows = today.facts.rows
    center, low, high = usual
    if low <= rows <= high:
        return ruling
    what = "late load, outage or fewer callers" if rows < low else "repeated load, a loop or more callers"
    severity = Severity.CRITICAL if rows < center / 2 else Severity.WARNING
    said = (
        f"{words.count(rows, 'row')}, {words.share(rows / center)} of a usual {today.day:%A}"
        f" (usually {words.number(round(max(low, 0)))}-{words.number(round(high))}): {today.calendar or what}"
    )
    ruling.findings.append(
        finding(
            today,
            Symptom.TRAFFIC,
            "day",
            calm(severity, today),
            said,
            value=float(rows),
            usual=(max(low, 0.0), high),
        )
    )
    return ruling


def per_hour(facts: PartitionFacts) -> Hours:
    """Rows per full local hour, shape (24,); NaN where the day lacks the hour."""
    lengths = np.asarray(facts.hour_lengths, dtype=np.float64)
    rows = np.asarray(facts.hours, dtype=np.float64)
    scaled = np.full(24, np.nan)
    np.divide(rows, lengths, out=scaled, where=lengths > 0)
    return scaled


def _median_hours(today: Today, days: Iterable[Day]) -> Hours:
    """Median rows per hour over days; NaN in an hour that none of them has."""
    table = np.stack([per_hour(today.history.facts[d]) for d in days])
    lacking = np.isnan(table)
    if not lacking.any():
        return np.asarray(np.median(table, axis=0))
    usual = np.full(24, np.nan)
    known = ~lacking.all(axis=0)
    usual[known] = np.nanmedian(table[:, known], axis=0)
    return usual


def usual_hours(today: Today, of: Day, weeks: int) -> Hours | None:
    """Median rows per hour on the same weekday, shape (24,); None without two of them."""
    same = _same_weekdays(today, weeks, of)
    return _median_hours(today, same) if len(same) >= 2 else None


def _any_week_hours(today: Today) -> Hours | None:
    """Median rows per hour of the last seven days or more, for a past without two same weekdays."""
    days = _usable(today, today.history.facts)[:14]
    return _median_hours(today, days) if len(days) >= 7 else None


def _moved(today: Today) -> Ruling:
    """Find a day whose pattern over the hours is the usual one, moved by whole hours."""
    usual = usual_total(today)
    days = _with_usual_hours(today)[:MOVED_DAYS]
    if usual is None or len(days) < MOVED_LEAST or today.facts.rows < MOVED_ROWS:
        return Ruling()
    ruling = Ruling(judged={(Symptom.TRAFFIC, MOVED, "")})
    past = np.array([today.history.facts[d].hours for d in days], dtype=np.float64)
    past = past[past.sum(axis=1) >= MOVED_ROWS]
    if len(past) < MOVED_LEAST or today.facts.rows < MOVED_SIZE * usual[0]:
        return ruling
    now = np.asarray(today.facts.hours, dtype=np.float64)
    shift = moved_hours(now, past) or moved_hours(now, past, cut=True)
    if shift is not None:
        ruling.findings.append(_moved_finding(today, shift))
    return ruling


def _with_usual_hours(today: Today) -> list[Day]:
    """Usable days, newest first, on which neither the hours had moved nor rows were missing."""
    days = {day: day for day in _usable(today, today.history.facts)}
    for symptom, subject in ((Symptom.TRAFFIC, MOVED), (Symptom.PARTITION_INCOMPLETE, "day")):
        kept = today.places.usable(fingerprint(today.model.name, symptom, subject, ""), days)
        days = {day: day for day in kept}
    return sorted(days, reverse=True)


def _moved_finding(today: Today, shift: int) -> Finding:
    later = "later" if shift > 0 else "earlier"
    said = f"predictions come {words.count(abs(shift), 'hour')} {later} than usual: another time zone?"
    severity = calm(Severity.WARNING, today)
    return finding(today, Symptom.TRAFFIC, MOVED, severity, said, value=float(shift), what_to_do=ASK_FOR_THE_CLOCK)


def _end_of_day(today: Today) -> Ruling:
    """Find a day whose last hours are missing."""
    usual, young = usual_hours(today, today.day, DAY_WEEKS), False
    if usual is None:
        usual, young = _any_week_hours(today), True
    if usual is None:
        return Ruling()
    ruling = Ruling(judged={(Symptom.PARTITION_INCOMPLETE, "day", "")})
    expected = np.nan_to_num(usual) * np.asarray(today.facts.hour_lengths)
    after = int(np.flatnonzero(today.facts.hours)[-1]) + 1
    missing, whole = float(expected[after:].sum()), float(expected.sum())
    least = max(MISSING_HOURS_ROWS * (2.5 if young else 1), MISSING_HOURS_SHARE * (3 if young else 1) * whole)
    if missing >= least:
        ruling.findings.append(_truncated(today, missing, whole))
    return ruling


def _truncated(today: Today, missing: float, whole: float) -> Finding:
    last = today.facts.last_time
    clock = f"{last.astimezone(today.model.zone):%H:%M}" if last else "?"
    share = today.facts.rows / whole
    severity = Severity.CRITICAL if share < 0.5 else Severity.WARNING
    said = (
        f"last row at {clock}; {words.count(today.facts.rows, 'row')}, {words.share(share)} of a usual"
        f" {today.day:%A} (about {words.number(round(missing))} usually come later): late load or outage"
    )
    return finding(
        today,
        Symptom.PARTITION_INCOMPLETE,
        "day",
        calm(severity, today) if missing < 0.2 * whole else severity,
        said,
        value=float(today.facts.rows),
        usual=(None, whole),
    )


def _hours(today: Today) -> Ruling:
    """Find hours with far too few or too many rows: two running, or one without any.

    An hour that is off has no good day, whether it is said or not.
    """
    usual = usual_hours(today, today.day, HOUR_WEEKS)
    if usual is None:
        return Ruling()
    rows = per_hour(today.facts)
    with np.errstate(divide="ignore", invalid="ignore"):
        miss = rows / usual - 1
    off = np.isfinite(miss) & (np.abs(miss) > _allowed(today, usual))
    runs = [
        (first, last)
        for first, last in _runs(off, miss)
        if last > first or (rows[first] == 0 and usual[first] >= EMPTY_HOUR_ROWS)
    ]
    unsaid = {hour for first, last in runs for hour in range(first, last + 1)}
    good = [int(hour) for hour in np.flatnonzero(np.isfinite(miss)) if hour not in unsaid]
    ruling = Ruling(judged={(Symptom.TRAFFIC, f"hour={hour:02d}", "") for hour in good})
    ruling.findings += [_hour_finding(today, first, last, rows, usual) for first, last in runs]
    return ruling


def _allowed(today: Today, usual: Hours) -> Hours:
    """Largest ordinary relative miss per hour: max(30 %, 2 q95 of the misses of 28 days at h-1..h+1, 5 / sqrt(m))."""
    facts, misses = today.history.facts, []
    for day in _usable(today, (d for d in facts if d >= today.day - timedelta(days=28))):
        before = usual_hours(today, day, HOUR_WEEKS)
        if before is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                misses.append(np.abs(per_hour(facts[day]) / before - 1))
    spread = np.full(24, 2 * HOUR_FLOOR)
    if len(misses) >= 7:
        table = np.where(np.isfinite(misses), misses, np.nan)
        for hour in range(24):
            near = table[:, max(hour - 1, 0) : hour + 2]
            near = near[np.isfinite(near)]
            spread[hour] = 2 * np.quantile(near, 0.95) if near.size else 0.0
    with np.errstate(divide="ignore"):
        return np.asarray(np.maximum(np.maximum(HOUR_FLOOR, spread), 5 / np.sqrt(usual)))


def _runs(off: NDArray[np.bool_], miss: Hours) -> list[tuple[int, int]]:
    """Runs of hours that are off in the same direction, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for hour in map(int, np.flatnonzero(off)):
        if runs and runs[-1][1] == hour - 1 and np.sign(miss[hour]) == np.sign(miss[hour - 1]):
            runs[-1] = (runs[-1][0], hour)
        else:
            runs.append((hour, hour))
    return runs


def _hour_finding(today: Today, first: int, last: int, rows: Hours, usual: Hours) -> Finding:
    seen, expected = float(rows[first : last + 1].sum()), float(usual[first : last + 1].sum())
    said = (
        f"{words.count(round(seen), 'row')} between {first:02d}:00-{last + 1:02d}:00,"
        f" usually about {words.number(round(expected))} on a {today.day:%A}"
    )
    severity = calm(Severity.WARNING, today)
    return finding(today, Symptom.TRAFFIC, f"hour={first:02d}", severity, said, value=seen, usual=(None, expected))
