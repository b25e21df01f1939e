"""How each finding and each open incident stands to what the channel was last told.

Knows nothing of grouping or of what is shown.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from vitals import words
from vitals.digest.content import Opened, State, Told
from vitals.digest.grouping import NAME, Case
from vitals.digest.news import ModelNews
from vitals.records import Day, Finding, Incident, Severity, Symptom, Transition, TransitionKind, fingerprint

Key = tuple[str, Day]
"""fingerprint, opened_on"""
Known = Mapping[Key, Opened]
"""what the channel was last told to be open"""


def cases_of(news: ModelNews, told: Told | None, known: Known) -> list[Case]:
    """Give every finding of the day and every open incident without one, snoozed ones left out."""
    findings = list(news.findings)
    if news.status == "not_monitored" and not any(f.symptom is Symptom.NOT_MONITORED for f in findings):
        findings.append(_not_monitored(news))
    snoozed = {one.fingerprint for one in news.snoozed}
    incidents = {one.fingerprint: one for one in news.incidents if one.resolved_on is None}
    changes: dict[Key, list[Transition]] = defaultdict(list)
    for change in news.transitions:
        changes[change.fingerprint, change.opened_on].append(change)
    cases = []
    for finding in findings:
        if finding.fingerprint not in snoozed:
            incident = incidents.pop(finding.fingerprint, None) or _implied(finding, news, told)
            cases.append(_case(news, finding, incident, known, changes))
    unseen = [one for one in incidents.values() if one.fingerprint not in snoozed]
    return cases + [_case(news, None, incident, known, changes) for incident in unseen]


def _not_monitored(news: ModelNews) -> Finding:
    """Say that a model could not be watched, where judging could not say it itself."""
    name, why = news.model.name, news.problem or "the reason is in the log"
    return Finding(
        model=name,
        day=news.day,
        cohort_day=None,
        priority=1,
        severity=Severity.CRITICAL,
        symptom=Symptom.NOT_MONITORED,
        subject="",
        segment="",
        statement=why if news.facts else f"nothing is known about this day: {why}",
        what_to_do="Fix the cause; the next run reads the days of a week again, and a backfill older ones."
        if news.facts
        else f"Fix the cause, then `vitals run --day {news.day.isoformat()}`.",
    )


def _implied(finding: Finding, news: ModelNews, told: Told | None) -> Incident | None:
    """Give a `not_monitored` finding that no judging could open an incident, so that it is new only once."""
    if finding.symptom is not Symptom.NOT_MONITORED:
        return None
    mark = fingerprint(news.model.name, finding.symptom, finding.subject, finding.segment)
    opened = next((one.opened_on for one in told.open if one.fingerprint == mark), news.day) if told else news.day
    return Incident(
        fingerprint=mark,
        opened_on=opened,
        model=news.model.name,
        priority=1,
        severity=finding.severity,
        symptom=finding.symptom,
        subject=finding.subject,
        segment=finding.segment,
        last_seen_on=news.day,
        resolved_on=None,
        reason=None,
        days=(news.day - opened).days + 1,
    )


def _case(
    news: ModelNews,
    finding: Finding | None,
    incident: Incident | None,
    known: Known,
    changes: Mapping[Key, Sequence[Transition]],
) -> Case:
    """Compare a problem with what the channel knows of it."""
    if incident is None:
        again = finding is not None and finding.cohort_day is not None and finding.severity is Severity.INFO
        return Case(
            news.model, finding, None, "unchanged" if again else "new", ""
        )  # a cohort that got older is no news
    key = (incident.fingerprint, incident.opened_on)
    own, before = changes.get(key, ()), known.get(key)
    remarks = [f"acknowledged by {words.visible(incident.acknowledged_by, NAME)}"] if incident.acknowledged_by else []
    if before is None:
        again = any(t.kind is TransitionKind.REOPENED for t in own)
        state: State = "reopened" if again else "new"
    elif incident.severity.rank > before.severity.rank:
        state = "worse"
        remarks.insert(0, f"was {before.severity}{' and snoozed' if before.snoozed else ''}")
    else:
        state = "unchanged"
        remarks = ["its snooze ended", *remarks] if before.snoozed else remarks
    if finding is None:
        quiet = any(t.kind is TransitionKind.QUIET and t.day == news.day for t in own)
        remarks.append("one good day, a second resolves it" if quiet else "not judged today")
        state = "unseen" if state == "unchanged" else state
    return Case(news.model, finding, incident, state, ", ".join(remarks), woken=before is not None and before.snoozed)
