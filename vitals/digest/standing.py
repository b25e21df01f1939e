"""From stored rows to the news of one model: what stands at the end of a day, as known then.

Pure selection; what is new against what a channel was told is decided in `vitals.digest.compose`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from vitals import words
from vitals.digest.news import ModelNews
from vitals.judging.history import History
from vitals.judging.past import Past
from vitals.judging.performance import usual
from vitals.judging.releases import releases
from vitals.records import WHOLE, Day, Drift, Incident, Measurement, Severity, Triage, TriageKind
from vitals.spec import Model
from vitals.stats.metrics import METRICS

NEEDED_DAYS = 14
BUDGET_DAYS = 28


def standing(
    model: Model,
    day: Day,
    past: Past,
    triage: Sequence[Triage],
    told_on: Day | None,
    *,
    calendar: str | None,
    problem: str | None,
) -> ModelNews:
    """Select the news of a model.

    Parameters
    ----------
    past : what was known at the end of `day` (its `before` is the next day).
    told_on : day of the digest before, None for a channel's first.
    problem : why the model could not be monitored, if so.
    """
    facts = next((one for one in past.facts if one.day == day), None)
    snoozed = _snoozed(past.incidents, triage, day)
    since = told_on or day - timedelta(days=1)
    recent = [i for i in past.incidents if i.resolved_on is None or i.resolved_on > since]
    opened = [
        i for i in past.incidents if i.opened_on > day - timedelta(days=BUDGET_DAYS) and i.severity != Severity.INFO
    ]
    metrics = _newest(past.measurements, day)
    return ModelNews(
        model=model,
        day=day,
        status="not_monitored" if problem else "monitored" if facts else "waiting",
        facts=facts,
        findings=tuple(one for one in past.findings if one.day == day and not _is_muted(one.fingerprint, snoozed)),
        incidents=tuple(one for one in recent if one not in snoozed),
        transitions=tuple(one for one in past.transitions if since < one.day <= day),
        metrics=metrics,
        usual=_usual(past.measurements, metrics),
        warm_up=_warm_up(past.drifts, day) if facts else None,
        not_judged=tuple(_not_judged(past.drifts, day)) if facts else (),
        notes=tuple(_releases(past.measurements, day)),
        snoozed=tuple(snoozed),
        incidents_28d=len(opened),
        noisiest=_noisiest(opened),
        calendar=calendar,
        problem=problem,
    )


def _snoozed(incidents: Iterable[Incident], triage: Iterable[Triage], day: Day) -> list[Incident]:
    until = {
        t.target: t.until for t in triage if t.kind is TriageKind.SNOOZE and t.day <= day and t.until and t.until >= day
    }
    return [one for one in incidents if f"{one.fingerprint}/{one.opened_on}" in until and one.resolved_on is None]


def _is_muted(fingerprint: str, snoozed: Iterable[Incident]) -> bool:
    return any(one.fingerprint == fingerprint for one in snoozed)


def _newest(measurements: Iterable[Measurement], day: Day) -> tuple[Measurement, ...]:
    """The newest cohort per metric and age that became known by `day`."""
    newest: dict[tuple[str, str, int], Measurement] = {}
    for one in measurements:
        if one.signal not in {"performance", "label_coverage"} or one.segment or one.known_on > day:
            continue
        key = (one.signal, one.subject, one.age)
        held = newest.get(key)
        if held is None or (one.day, one.known_on) > (held.day, held.known_on):
            newest[key] = one
    return tuple(newest[key] for key in sorted(newest))


def _usual(
    measurements: Iterable[Measurement], shown: Iterable[Measurement]
) -> Mapping[tuple[str, int], tuple[float, float]]:
    """Usual range per (metric, age), from the cohorts before the one shown."""
    by_key: dict[tuple[str, str, int], list[Measurement]] = defaultdict(list)
    for one in measurements:
        if not one.segment and one.value is not None:
            by_key[(one.signal, one.subject, one.age)].append(one)
    ranges = {}
    for one in shown:
        before = [m for m in by_key[(one.signal, one.subject, one.age)] if m.day < one.day]
        metric = METRICS.get(one.subject)
        known = usual(metric, before[-56:], one) if metric is not None and len(before) >= NEEDED_DAYS else None
        if known is not None:
            ranges[(one.subject or one.signal, one.age)] = (known.low, known.high)
    return ranges


def _warm_up(drifts: Iterable[Drift], day: Day) -> tuple[int, int] | None:
    """Eligible days of the column that has most; None once one of them is judged against its usual."""
    days = [one.reference_days for one in drifts if one.day == day and one.segment == WHOLE and ":" not in one.subject]
    most = max(days, default=0)
    return (most, NEEDED_DAYS) if days and most < NEEDED_DAYS else None


def _not_judged(drifts: Iterable[Drift], day: Day) -> Iterable[str]:
    """Columns without a judgement, alike reasons together; warm-up has its own line."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in drifts:
        if one.day == day and one.reason and one.segment == WHOLE and one.reference_days >= NEEDED_DAYS:
            reasons[one.reason].append(one.subject)
    for reason, subjects in sorted(reasons.items()):
        yield f"{words.listed(sorted(subjects), 4)}: {reason}"


def _releases(measurements: Sequence[Measurement], day: Day) -> Iterable[str]:
    """New model versions, as notes."""
    for new in releases(History(measurements), day):
        version = words.visible(new.version, 40)
        yield f"new version {version}: {words.share(new.share)} of rows, none in the 7 days before"


def _noisiest(incidents: Sequence[Incident]) -> str | None:
    counted = Counter(one.subject for one in incidents)
    if not counted:
        return None
    return min(counted, key=lambda subject: (-counted[subject], subject))
