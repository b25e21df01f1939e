"""Since which hour of the day a finding's fault is there, from how its columns were spread over the hours on past days.

Only adds to what other rules found; says nothing on the later days of a fault, and wherever the hour is not plain.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vitals import words
from vitals.judging.columnset import Columns, Key, touches
from vitals.judging.day import Place
from vitals.judging.drift import statement
from vitals.judging.service import SHARES
from vitals.judging.shifts import is_probability
from vitals.judging.verdict import Rule, Verdict
from vitals.profiles import CategoricalSummary, Hours, NumericSummary, Summary
from vitals.profiles.hours import bin_edges, texts
from vitals.records import WHOLE, Day, Evidence, Finding, Symptom
from vitals.stats.cdf import counts_at
from vitals.stats.onset import LEAST_DAYS, Onset, onset
from vitals.stats.unitpart import name_unit_of_part

SINCE = "since"
NULL, FAR = "null", "far"
_COLUMNS = frozenset({Symptom.INPUT_DRIFT, Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE})
_WITH_UNIT = _COLUMNS | {Symptom.LATENCY}
_SILENT = frozenset({Rule.WEEK, Rule.REPEATED})
_GAINED_SD, _GAINED = 2.0, 0.005
_EMPTY, _MOST_OF_IT = 0.002, 0.5
_UNIT_DAYS = 28
_ALONE = 0.9  # of the rows of its bin

Floats = NDArray[np.float64]
Days = Sequence[tuple[Summary, Hours]]


class Onsets:
    """Answers for the findings of one day.

    Parameters
    ----------
    verdicts : of that day. open_places : of incidents that were open before: their faults did not begin today.
    """

    def __init__(self, columns: Columns, verdicts: Mapping[Key, Verdict], open_places: Collection[Place]) -> None:
        self._columns = columns
        self._verdicts = verdicts
        self._open_places = open_places

    def __call__(self, finding: Finding) -> Finding:
        """Say since which hour what a finding is about is there; the same finding where that is not plain."""
        found = self._of(finding)
        if found is None:
            return finding
        since = f"since {found.hour:02d}:00"
        line = Evidence(SINCE, since.removeprefix("since "), found.share)
        verdict = self._verdicts.get((finding.subject, WHOLE))
        said = _with(finding, since, verdict)
        if verdict is not None and said.endswith(since) and finding.symptom in _WITH_UNIT:
            said += self._unit(finding.subject, verdict, found.hour)
        return replace(finding, statement=said, evidence=(*finding.evidence, line))

    def _unit(self, subject: str, verdict: Verdict, hour: int) -> str:
        """Name the unit that a whole column changed to at an hour: its quantiles, those of a mixture, do not say it."""
        days = self._columns.summaries[(subject, WHOLE)]
        today, rows = days[verdict.day], self._columns.hours[subject][verdict.day].rows
        past = [
            one for day in verdict.reference if isinstance(one := days.get(day), NumericSummary) and one.anchors.size
        ]
        if not isinstance(today, NumericSummary) or is_probability(self._columns.model, subject):
            return ""
        change = name_unit_of_part(today, past[-_UNIT_DAYS:], float(rows[hour:].sum() / rows.sum()))
        return f", from then on {words.number(change.factor)} times its usual: {change.words}" if change else ""

    def _of(self, finding: Finding) -> Onset | None:
        if finding.segment != WHOLE or finding.cohort_day is not None:
            return None
        model, subject = self._columns.model, finding.subject
        if finding.symptom is Symptom.MISSING_ANSWERS:
            return self._of_column(subject, NULL)
        if finding.symptom is Symptom.DEFAULT_ANSWERS:
            return self._of_column(subject, self._default(subject))
        if finding.symptom is Symptom.LATENCY:
            return self._of_column(model.predictions.latency_ms or "", "")
        verdict = self._verdicts.get((subject, WHOLE))
        if finding.symptom not in _COLUMNS or verdict is None or verdict.rule in _SILENT:
            return None
        part = verdict.part if finding.symptom is not Symptom.UNIT_CHANGE else None
        return self._of_column(subject, part or "")

    def _default(self, subject: str) -> str:
        """Name the value that means no answer, as a part; '' where there are several."""
        log, defaults = self._columns.model.predictions, self._columns.model.defaults
        roles = {"score": log.score, "decision": log.decision}
        values = [value for key, given in defaults.items() if (roles.get(key) or key) == subject for value in given]
        return f"={values[0]}" if len(values) == 1 else ""

    def _of_column(self, subject: str, part: str) -> Onset | None:
        """Find the hour from which on a part of a whole column (`null`, `=0`, a text; else what its values gained) is unusual."""
        verdict = self._verdicts.get((subject, WHOLE))
        if verdict is None or not verdict.reference or self._lasts(subject):
            return None
        days = self._columns.summaries[(subject, WHOLE)]
        hours: Mapping[Day, Hours] = self._columns.hours.get(subject, {})
        now, today = hours.get(verdict.day), days[verdict.day]
        past = [(days[day], hours[day]) for day in verdict.reference if day in hours and type(days[day]) is type(today)]
        if now is None or len(past) < LEAST_DAYS:
            return None
        shares = _shares(today, now, past, part)
        return None if shares is None else onset(shares[0], now.rows, shares[1:], [one.rows for _, one in past])

    def _lasts(self, subject: str) -> bool:
        places = self._open_places
        if any(touches(self._columns.model, place, (subject, WHOLE)) for place in places):
            return True
        return any(symptom in SHARES.values() and column == subject for symptom, column, _ in places)


def hour_of(finding: Finding) -> str:
    """Give the hour that a finding began at, as `08:00`; '' when it is not known."""
    return next((one.subject for one in finding.evidence if one.text == SINCE), "")


def _with(finding: Finding, since: str, verdict: Verdict | None) -> str:
    """Put the hour after the numbers of a statement, before what they look like."""
    told = finding.statement
    if finding.symptom is Symptom.UNIT_CHANGE and " (median " in told:
        return told.replace(" (median ", f" {since} (median ", 1)
    numbers = statement(finding.subject, WHOLE, verdict) if verdict else ""
    if numbers and told.startswith(numbers):
        return f"{numbers}, {since}{told.removeprefix(numbers)}"
    return f"{told}, {since}"


def _shares(today: Summary, now: Hours, past: Days, part: str) -> Floats | None:
    """Share of each hour's rows in a part: of today, then of each past day, shape (1 + R, 24)."""
    if part == NULL:
        return np.array([now.shares[-1], *(one.shares[-1] for _, one in past)])
    if isinstance(today, CategoricalSummary):
        return _of_texts(today, now, past, part)
    return _of_numbers(today, now, past, part) if isinstance(today, NumericSummary) else None


def _of_texts(today: CategoricalSummary, now: Hours, past: Days, part: str) -> Floats | None:
    known = [(_by_text(summary, hours)) for summary, hours in past if isinstance(summary, CategoricalSummary)]
    mine = _by_text(today, now)
    name = part.removeprefix("=")
    wanted = [name] if part.startswith("=") and name in mine else _gained_texts(today, mine, past)
    if not wanted:
        return None
    nothing = np.zeros(len(now.rows))
    return np.array([sum((day.get(text, nothing) for text in wanted), nothing) for day in (mine, *known)])


def _by_text(summary: CategoricalSummary, hours: Hours) -> dict[str, Floats]:
    return dict(zip(texts(summary), hours.shares, strict=False))


def _gained_texts(today: CategoricalSummary, mine: Mapping[str, Floats], past: Days) -> list[str]:
    """Texts that hold more rows than usual."""
    shares = [
        {text: int(count) / one.n for text, count in zip(one.values, one.counts.tolist(), strict=True)}
        for one, _ in past
        if isinstance(one, CategoricalSummary) and one.n
    ]
    own = {text: int(count) / today.n for text, count in zip(today.values, today.counts.tolist(), strict=True)}
    found = []
    for text in mine:
        usual = np.array([day.get(text, 0.0) for day in shares])
        if own[text] - usual.mean() > max(_GAINED, _GAINED_SD * float(usual.std())):
            found.append(text)
    return found


def _of_numbers(today: NumericSummary, now: Hours, past: Days, part: str) -> Floats | None:
    edges = bin_edges(today)
    if not edges.size:
        return None
    known = [(one, hours) for one, hours in past if isinstance(one, NumericSummary)]
    usual = np.array([_at_edges(one, hours, edges) for one, hours in known])
    mine = np.cumsum(now.shares[:-1], axis=0)
    bins = np.diff(
        np.concatenate([np.zeros((len(known) + 1, 1, mine.shape[1])), np.array([mine, *usual])], axis=1), axis=1
    )
    wanted = _bin_of(today, edges, part)
    if wanted is None:
        wanted = _gained_bins(today, [one for one, _ in known], edges, part)
    return bins[:, wanted].sum(axis=1).clip(0.0, 1.0) if wanted.any() else None


def _at_edges(summary: NumericSummary, hours: Hours, edges: Floats) -> Floats:
    """Share of each hour's rows up to some values, shape (edges, 24); rows of a bin are spread over its hours alike."""
    own = bin_edges(summary)
    upto = np.cumsum(hours.shares[:-1], axis=0)
    if not own.size:
        return np.zeros((len(edges), upto.shape[1]))
    at, known = counts_at([summary], edges)[0], counts_at([summary], own)[0]
    return np.array([np.interp(at, known, of_hour, left=0.0) for of_hour in upto.T]).T


def _bin_of(today: NumericSummary, edges: Floats, part: str) -> NDArray[np.bool_] | None:
    """The bin that holds one value alone; None for other parts."""
    try:
        value = float(part.removeprefix("=")) if part.startswith("=") else np.nan
    except ValueError:
        return None
    near = np.flatnonzero(np.isclose(today.values, value, rtol=1e-3, atol=0.0))
    if not near.size:
        return None
    at = int(edges.searchsorted(today.values[near[0]], "left"))
    upto = np.concatenate([[0.0], counts_at([today], edges)[0]])
    if at >= len(edges) or today.counts[near[0]] < _ALONE * (upto[at + 1] - upto[at]):
        return None
    return np.asarray(np.arange(len(edges)) == at)


def _gained_bins(today: NumericSummary, past: Sequence[NumericSummary], edges: Floats, part: str) -> NDArray[np.bool_]:
    """Bins that hold more rows than usual; of these only the ones that are usually empty, where they are what is said or half of it."""
    rows = np.array([[float(one.n)] for one in (today, *past)])
    upto = counts_at([today, *past], edges) / rows
    bins = np.diff(np.concatenate([np.zeros_like(rows), upto], axis=1), axis=1)
    mean, spread = bins[1:].mean(axis=0), bins[1:].std(axis=0)
    more = bins[0] - mean
    gained = more > np.maximum(_GAINED, _GAINED_SD * spread)
    new = gained & (mean <= _EMPTY)
    said = new.any() and (part == FAR or more[new].sum() >= _MOST_OF_IT * more[gained].sum())
    return np.asarray(new if said else gained)
