"""Which problems of a digest get a chart, and what it shows: the line of the finding, titled and in words.

Pure; the numbers come from `vitals.judging.lines`, what is stored is loaded by `vitals.io.charting`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from vitals import words
from vitals.digest.content import Chart, Digest
from vitals.digest.news import ModelNews
from vitals.judging.lines import DAYS, Line, line_of
from vitals.judging.lookback import Lookback
from vitals.records import Day, Finding
from vitals.spec.model import Model

MOST = 12
_LEAST_DAYS = 14
_NAME, _ALT = 200, 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A problem that should get a chart; `item` is its place in the digest, `opened_on` the day its incident opened."""

    item: int
    model: Model
    finding: Finding
    opened_on: Day | None


def wanted(digest: Digest, news: Sequence[ModelNews]) -> list[Wanted]:
    """Give the cards of a digest that should get a chart, most urgent first, at most twelve; a group shows its first finding."""
    findings: dict[str, tuple[Model, Finding]] = {}
    for one in news:
        for finding in one.findings:
            findings.setdefault(finding.fingerprint, (one.model, finding))  # the first has the incident
    cards = [place for place, item in enumerate(digest.items) if item.shown == "card" and item.incidents]
    cards.sort(key=lambda place: digest.items[place].priority)
    chosen = []
    for place in cards:
        fingerprint, _, opened_on = digest.items[place].incidents[0].partition("/")
        if fingerprint in findings:
            chosen.append(Wanted(place, *findings[fingerprint], Day.fromisoformat(opened_on)))
    return chosen[:MOST]


def with_charts(digest: Digest, charts: Mapping[int, Chart]) -> Digest:
    """Give the items at some places of a digest their charts."""
    items = tuple(replace(item, chart=charts.get(place, item.chart)) for place, item in enumerate(digest.items))
    return replace(digest, items=items)


def chart_of(lookback: Lookback, finding: Finding, opened_on: Day | None = None) -> Chart | None:
    """Draw up the chart of a finding; None where there is no honest line to show.

    Parameters
    ----------
    lookback : of the finding's day. opened_on : when its incident opened.
    """
    line = line_of(lookback, finding)
    if line is None:
        return None
    days = _days(line)
    values = tuple(_finite(line.numbers.get(day)) for day in days)
    if sum(value is not None for value in values) < 2:
        return None
    usual: dict[Day, tuple[float | None, float | None]] = {**line.usual}
    if line.about in usual and finding.expected_low is not None and finding.expected_high is not None:
        usual[line.about] = finding.expected_low, finding.expected_high  # as it was said
    ranges = [usual.get(day, (None, None)) for day in days]
    since = _since(lookback, finding, opened_on)
    chart = Chart(
        title=words.visible(f"{lookback.model.name} · {line.what}", _NAME),
        share=line.share,
        days=days,
        values=values,
        low=tuple(_finite(low) for low, _ in ranges),
        high=tuple(_finite(high) for _, high in ranges),
        marked=line.about,
        alt="",
        limit=_finite(line.limit),
        since=since if since in days else None,
        cohorts=finding.cohort_day is not None,
    )
    return replace(chart, alt=words.visible("; ".join(_words(chart)), _ALT))


def _days(line: Line) -> tuple[Day, ...]:
    """Eight weeks up to the day in question, without the days before the first number, but two weeks at least."""
    first = line.about - timedelta(days=DAYS - 1)
    known = min((day for day in line.numbers if first <= day <= line.about), default=line.about)
    start = min(max(known, first), line.about - timedelta(days=_LEAST_DAYS - 1))
    return tuple(start + timedelta(days=after) for after in range((line.about - start).days + 1))


def _since(lookback: Lookback, finding: Finding, opened_on: Day | None) -> Day | None:
    """The day on the line's own axis on which the trouble began: of cohorts, the day of their predictions."""
    if finding.cohort_day is None:
        return opened_on
    opening = lookback.opening(finding)
    return opening.cohort_day if opening else None


def _words(chart: Chart) -> Iterator[str]:
    """Say what the picture shows."""
    said, said_range = (words.share, words.share_range) if chart.share else (words.number, words.number_range)
    at = chart.days.index(chart.marked)
    of = "predictions of " if chart.cohorts else ""
    yield f"{chart.title}: {said(chart.values[at])} on {of}{words.day_words(chart.marked)}"
    if chart.low[at] is not None and chart.high[at] is not None:
        yield f"usually {said_range(chart.low[at], chart.high[at])}"
    if chart.limit is not None:
        yield f"limit {said(chart.limit)}"
    if chart.since is not None and chart.since != chart.marked:
        yield f"since {words.short_day(chart.since)}"
    before = [value for value in chart.values[:at] if value is not None]
    gaps = at - len(before)
    without = f", {words.count(gaps, 'day')} without a number" if gaps else ""
    if before:
        yield f"{said_range(min(before), max(before))} on the {words.count(at, 'day')} before{without}"


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else float(number)
