"""From stored rows to the news of one model: what stands at the end of a day, as known then.

Pure selection; what is new against what a channel was told is decided in `vitals.digest.compose`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from vitals import words
from vitals.digest import cohorts
from vitals.digest.cohorts import NEEDED_DAYS
from vitals.digest.content import Told
from vitals.digest.news import ModelNews
from vitals.judging.history import History
from vitals.judging.memory import was_judged
from vitals.judging.past import Past
from vitals.judging.releases import releases
from vitals.records import (
    HOLDOUT,
    WHOLE,
    Day,
    Drift,
    Incident,
    Measurement,
    Severity,
    Symptom,
    Transition,
    TransitionKind,
    Triage,
    TriageKind,
)
from vitals.spec import Model

BUDGET_DAYS = 28


def standing(
    model: Model,
    day: Day,
    past: Past,
    triage: Sequence[Triage],
    told: Told | None,
    *,
    calendar: str | None,
    problem: str | None,
) -> ModelNews:
    """Select the news of a model.

    Parameters
    ----------
    past : what was known at the end of `day` (its `before` is the next day).
    told : what the channel was last told, None for its first digest.
    problem : why the model could not be monitored, if so.
    """
    facts = next((one for one in past.facts if one.day == day), None)
    held = _snoozes(past.transitions, triage, day)
    snoozed = [one for one in past.incidents if _target(one) in held and one.resolved_on is None]
    since = told.day if told else day - timedelta(days=1)
    known = {(one.fingerprint, one.opened_on) for one in told.open} if told else set()
    recent = [
        i
        for i in past.incidents
        if i.resolved_on is None or i.resolved_on > since or (i.fingerprint, i.opened_on) in known
    ]
    opened = [
        i for i in past.incidents if i.opened_on > day - timedelta(days=BUDGET_DAYS) and i.severity != Severity.INFO
    ]
    metrics = cohorts.newest(past.measurements, day)
    return ModelNews(
        model=model,
        day=day,
        status="not_monitored" if problem else "monitored" if facts else "waiting",
        facts=facts,
        findings=tuple(one for one in past.findings if one.day == day and not _is_muted(one.fingerprint, snoozed)),
        incidents=tuple(one for one in recent if one not in snoozed),
        transitions=tuple(one for one in past.transitions if since < one.day <= day),
        metrics=metrics,
        usual=cohorts.usual_ranges(model, past.measurements, metrics),
        usual_holdout=cohorts.usual_ranges(model, past.measurements, metrics, HOLDOUT),
        revised=(
            *cohorts.delay_curve(past.measurements, past.findings, day),
            *cohorts.revisions(model, past.measurements, since, day),
        ),
        warm_up=_warm_up(past.drifts, day) if facts else None,
        not_judged=tuple(_not_judged(past.drifts, day)) if facts else (),
        notes=tuple(_releases(past.measurements, day)),
        sampled=next(_sampled(past.measurements, day), None),
        snoozed=tuple(snoozed),
        snoozed_until={_target(one): held[_target(one)] for one in snoozed},
        incidents_28d=len(opened),
        noisiest=_noisiest(opened),
        noisy_input=_noisy_input(opened),
        calendar=calendar,
        problem=problem,
    )


def _sampled(measurements: Iterable[Measurement], day: Day) -> Iterator[str]:
    """Say that only a part of a day's rows was read."""
    for one in measurements:
        if (one.day, one.signal, one.subject, one.segment) == (day, "traffic", "day", WHOLE) and one.value and one.n:
            many = round(one.value / one.n)
            if many > 1:
                yield (
                    f"1 in {many}: {one.n:,} of {words.count(round(one.value), 'row')} were read (max_rows); traffic and"
                    " duplicates are exact, all else is about the sample"
                )


def _snoozes(transitions: Iterable[Transition], triage: Iterable[Triage], day: Day) -> dict[str, Day]:
    """Give the last day of each snooze that holds on a day; what was said last counts.

    A snooze is about what was known when it was said: an incident that got worse since then is shown.
    """
    kinds = {TriageKind.SNOOZE, TriageKind.WITHDRAW}
    said = sorted((t for t in triage if t.kind in kinds and t.day <= day), key=lambda t: (t.day, t.kind == "snooze"))
    last = {t.target: t for t in said}  # what is withdrawn on a day comes before what is said anew, and has no end
    worse: dict[str, Day] = {}
    for one in transitions:
        if one.kind is TransitionKind.WORSENED and one.day <= day:
            worse[_target(one)] = max(one.day, worse.get(_target(one), one.day))
    return {
        target: one.until
        for target, one in last.items()
        if one.until is not None and one.until >= day and (target not in worse or worse[target] < one.day)
    }


def _target(one: Incident | Transition) -> str:
    """Name an incident as triage does."""
    return f"{one.fingerprint}/{one.opened_on.isoformat()}"


def _is_muted(fingerprint: str, snoozed: Iterable[Incident]) -> bool:
    return any(one.fingerprint == fingerprint for one in snoozed)


def _warm_up(drifts: Iterable[Drift], day: Day) -> tuple[int, int] | None:
    """How far the column with most eligible days has come; None once it is judged against its usual, or where none was judged."""
    days = [
        one.reference_days
        for one in drifts
        if one.day == day and one.segment == WHOLE and ":" not in one.subject and was_judged(one)
    ]
    most = max(days, default=NEEDED_DAYS)
    return (most + 1, NEEDED_DAYS) if most < NEEDED_DAYS else None


def _not_judged(drifts: Iterable[Drift], day: Day) -> Iterable[str]:
    """Columns without a judgement, alike reasons together; warm-up has its own line."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in drifts:
        if one.day == day and one.reason and one.segment == WHOLE and not was_judged(one):
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


def _noisy_input(incidents: Sequence[Incident]) -> tuple[Symptom, str] | None:
    """Name the noisiest subject as it can be muted: an input that opened several incidents."""
    noisiest = _noisiest(incidents)
    kinds = Counter(one.symptom for one in incidents if one.subject == noisiest and one.symptom.priority == 3)
    if noisiest is None or kinds.total() < 2:
        return None
    return min(kinds, key=lambda kind: (-kinds[kind], kind)), noisiest
