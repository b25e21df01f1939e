"""How the number of a finding went on the days before, and what it usually was on each of them.

Every usual range comes from the function that judged; a line that does not lead to the number that was said is no line.
"""

import math
from collections.abc import Callable, Mapping

from vitals.judging import traffic
from vitals.judging.alerts import DEFINITIONS
from vitals.judging.drift import PART
from vitals.judging.lookback import Lookback
from vitals.judging.measuredlines import MEASURED
from vitals.judging.partlines import DAYS, Line, before, leading, limit_line, median_line, part_line
from vitals.judging.service import SHARES
from vitals.records import WHOLE, Finding, Symptom

__all__ = ["DAYS", "Line", "before", "line_of"]

_COLUMNS = frozenset({Symptom.RESPONSE_DRIFT, Symptom.INPUT_DRIFT, Symptom.UNIT_CHANGE, Symptom.LATENCY})
_SHARE_WORDS = {
    Symptom.ERRORS: "errors, share of requests",
    Symptom.MISSING_ANSWERS: "answers without {subject}",
    Symptom.DEFAULT_ANSWERS: "answers with a default {subject}",
    Symptom.DUPLICATES: "rows that repeat an id",
}


def line_of(lookback: Lookback, finding: Finding) -> Line | None:
    """Give the line that ends with the number of a finding; None where no honest one can be drawn.

    Parameters
    ----------
    lookback : of the finding's day, with the profiles of its column.
    """
    if finding.day != lookback.day or finding.day not in lookback.facts:
        return None
    line = _column(lookback, finding) if finding.symptom in _COLUMNS else None
    if line is None and (rule := _RULES.get(finding.symptom)):
        line = rule(lookback, finding)
    return line


def _column(lookback: Lookback, finding: Finding) -> Line | None:
    part = next((one.subject for one in finding.evidence if one.text == PART), None)
    if part:
        days = before(finding.day)
        return part_line(lookback, finding, part, days, week=" over the last 7 days" in finding.statement)
    if finding.symptom is Symptom.UNIT_CHANGE:
        return median_line(lookback, finding)
    return _classical(lookback, finding) or limit_line(lookback, finding)


def _classical(lookback: Lookback, finding: Finding) -> Line | None:
    """A distance that the model file gives a limit for."""
    rows = lookback.drifts.get((finding.subject, finding.segment), {})
    for alert in lookback.model.alerts:
        if alert.method is None or alert.subject != finding.subject:
            continue
        found = {day: getattr(row, alert.method) for day, row in rows.items()}
        numbers = {day: number for day, number in found.items() if number is not None}
        if finding.value is not None and numbers.get(finding.day) == finding.value:
            what = f"{finding.subject}: {DEFINITIONS[alert.method]}"
            return Line(what, share=False, about=finding.day, numbers=numbers, limit=alert.above)
    return None


def _share(lookback: Lookback, finding: Finding) -> Line | None:
    """A share of the service: its stored rows have one part only."""
    signal = next(name for name, symptom in SHARES.items() if symptom is finding.symptom)
    rows = lookback.drifts.get((f"{signal}:{finding.subject}", WHOLE), {})
    numbers = {day: row.share for day, row in rows.items() if row.share is not None}
    ranges = {
        day: (row.expected_low, row.expected_high)
        for day, row in rows.items()
        if row.expected_low is not None and row.expected_high is not None
    }
    what = _SHARE_WORDS[finding.symptom].format(subject=finding.subject)
    return leading(Line(what, True, finding.day, numbers, ranges), finding)


def _rows(lookback: Lookback, finding: Finding) -> Line | None:
    """Rows of a day, or of the hours that a finding is about."""
    if finding.subject.startswith("hour="):
        return _hours(lookback, finding, int(finding.subject.removeprefix("hour=")))
    ranges = {}
    for day in before(finding.day):
        known = traffic.usual_total(lookback.today(day)) if day in lookback.facts else None
        if known is not None:
            ranges[day] = max(known[1], 0.0), known[2]
    numbers = {day: float(one.rows) for day, one in lookback.facts.items()}
    return leading(Line("rows of a day", share=False, about=finding.day, numbers=numbers, usual=ranges), finding)


def _hours(lookback: Lookback, finding: Finding, first: int) -> Line | None:
    """Rows of the hours from the first on that together give the number that was said; no usual range is known of them."""
    rows = traffic.per_hour(lookback.facts[finding.day])
    usual = traffic.usual_hours(lookback.today(), finding.day, traffic.HOUR_WEEKS)
    if usual is None or finding.value is None or finding.expected_high is None:
        return None
    for last in range(first, 24):
        said = float(rows[first : last + 1].sum()), float(usual[first : last + 1].sum())
        if math.isclose(said[0], finding.value) and math.isclose(said[1], finding.expected_high):
            sums = {day: float(traffic.per_hour(one)[first : last + 1].sum()) for day, one in lookback.facts.items()}
            numbers = {day: number for day, number in sums.items() if math.isfinite(number)}
            what = f"rows between {first:02d}:00-{last + 1:02d}:00"
            return Line(what, share=False, about=finding.day, numbers=numbers)
    return None


_RULES: Mapping[Symptom, Callable[[Lookback, Finding], Line | None]] = {
    **MEASURED,
    **dict.fromkeys(SHARES.values(), _share),
    Symptom.TRAFFIC: _rows,
    Symptom.PARTITION_INCOMPLETE: _rows,
    Symptom.INPUT_QUALITY: limit_line,
}
