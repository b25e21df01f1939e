"""Incidents: findings that last. Opened, worsened, resolved, reopened, or declared something by people.

The state is a function of stored findings and transitions: nothing else is kept, so a replay may start at any day. Whether a day was
judged good, and what an accepted column does with its days, is decided elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from vitals.judging.quarantine import can_be_accepted
from vitals.records import Day, Finding, Incident, Severity, Symptom, Transition, TransitionKind, Triage, TriageKind

QUIET_DAYS = 2
REOPEN_DAYS = 7
ASK_DAYS = 14
ACCEPT_DAYS, ACCEPT_RELEASE_DAYS = 28, 7
ENDS = frozenset({TransitionKind.RESOLVED, TransitionKind.ACCEPTED, TransitionKind.FALSE_ALARM})
_ORDER = tuple(TransitionKind)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An incident, its good days in a row, and whether it may continue (it was resolved by good days)."""

    incident: Incident
    quiet: int = 0
    may_reopen: bool = False
    before: "_Entry | None" = None  # as it was before people ended it

    @property
    def open(self) -> bool:
        return self.incident.resolved_on is None


class IncidentBook:
    """All incidents of one model, followed day by day.

    Of each day: first `decide` (what people and time said), then judging, then `step`.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[str, Day], _Entry] = {}

    @classmethod
    def rebuild(
        cls, findings: Iterable[Finding], transitions: Iterable[Transition], before: Day | None = None
    ) -> "IncidentBook":
        """Put the state together from stored rows, in any order.

        Parameters
        ----------
        before : rows of this day and later are left out; None takes all.
        """
        book = cls()
        seen = _by_day(f for f in findings if before is None or f.day < before)
        changes: dict[Day, list[Transition]] = {}
        for change in in_order(transitions):
            if before is None or change.day < before:
                changes.setdefault(change.day, []).append(change)
        for day in sorted(seen.keys() | changes.keys()):
            book._replay(seen.get(day, {}), changes.get(day, []))
        return book

    def incidents(self) -> list[Incident]:
        """All incidents, by fingerprint and opening."""
        return [self._entries[key].incident for key in sorted(self._entries)]

    def open_incidents(self) -> list[Incident]:
        """Those that are not over."""
        return [incident for incident in self.incidents() if incident.resolved_on is None]

    def asking(self, day: Day) -> list[Incident]:
        """Those open for 14 days or more that could be accepted as the new normal."""
        return [i for i in self.open_incidents() if can_be_accepted(i) and (day - i.opened_on).days >= ASK_DAYS]

    def decide(
        self, day: Day, triage: Iterable[Triage], with_release: Callable[[Incident], bool] = lambda _: False
    ) -> list[Transition]:
        """Apply what people said on a day, and what time says, before the day is judged.

        Parameters
        ----------
        triage : of any day; those dated `day` about incidents are applied, in the order of kind, target and who; what
            is withdrawn comes first.
        with_release : whether an incident of the responses started with a release of the model.

        Returns
        -------
        Transitions. What ended as accepted or as false alarm concerns columns: `quarantine.releases`.

        Notes
        -----
        A false alarm may be said of a resolved incident too; what people ended may be withdrawn, unless its place has
        another incident since; all else needs an open one and is otherwise without effect.
        """
        said = sorted((t for t in triage if t.day == day), key=_saying_order)
        made = [change for one in said if (change := self._said(day, one)) is not None]
        for incident in self.open_incidents():
            after = self._accepts_itself_after(incident, with_release)
            if after is not None and (day - incident.opened_on).days >= after:
                made.append(
                    self._change(day, incident, TransitionKind.ACCEPTED, f"accepted by itself after {after} days")
                )
        return made

    def step(
        self,
        day: Day,
        findings: Iterable[Finding],
        judged_good: Callable[[Incident], bool],
        ended: Mapping[str, str] | None = None,
    ) -> list[Transition]:
        """Continue incidents with a day's findings.

        Parameters
        ----------
        findings : of the day; those of severity info neither open nor continue an incident, and leave it as it is.
        judged_good : whether an open incident's place was judged today, and found good.
        ended : fingerprints that are over at once, with the reason (`arrived late`).
        """
        made: list[Transition] = []
        about_today = [f for f in findings if f.day == day]
        today, unchanged = _by_day(about_today).get(day, {}), {f.fingerprint for f in about_today}
        for fingerprint in sorted(today):
            made += self._found(day, today[fingerprint])
        for incident in self.open_incidents():
            if incident.fingerprint in (ended or {}):
                made.append(self._change(day, incident, TransitionKind.RESOLVED, (ended or {})[incident.fingerprint]))
            elif incident.fingerprint not in unchanged and judged_good(incident):
                made.append(self._good_day(day, incident))
        return made

    def _found(self, day: Day, finding: Finding) -> list[Transition]:
        """Open, reopen, worsen or simply continue the incident of a finding."""
        entry = self._latest(finding.fingerprint)
        if entry is not None and entry.open:
            worse = finding.severity.rank > entry.incident.severity.rank
            kinds = [(TransitionKind.WORSENED, f"{entry.incident.severity} -> {finding.severity}")] if worse else []
        elif entry is not None and entry.may_reopen and self._ended_days_ago(entry, day) <= REOPEN_DAYS:
            ago = self._ended_days_ago(entry, day)
            kinds = [(TransitionKind.REOPENED, f"again {ago} {'day' if ago == 1 else 'days'} after it was resolved")]
            if finding.severity.rank > entry.incident.severity.rank:
                kinds.append((TransitionKind.WORSENED, f"{entry.incident.severity} -> {finding.severity}"))
        else:
            kinds = [(TransitionKind.OPENED, "first finding")]
        continues = entry is not None and TransitionKind.OPENED not in dict(kinds)
        opened_on = entry.incident.opened_on if entry is not None and continues else day
        made = [Transition(finding.model, day, kind, finding.fingerprint, opened_on, reason) for kind, reason in kinds]
        self._replay({finding.fingerprint: finding}, made)
        return made

    def _ended_days_ago(self, entry: _Entry, day: Day) -> int:
        return (day - (entry.incident.resolved_on or day)).days

    def _good_day(self, day: Day, incident: Incident) -> Transition:
        quiet = self._entries[incident.fingerprint, incident.opened_on].quiet + 1
        if quiet < QUIET_DAYS:
            return self._change(day, incident, TransitionKind.QUIET, "1 good day")
        return self._change(day, incident, TransitionKind.RESOLVED, f"{quiet} good days")

    def _said(self, day: Day, said: Triage) -> Transition | None:
        fingerprint, _, opened = said.target.partition("/")
        found = next((e for (f, o), e in self._entries.items() if f == fingerprint and o.isoformat() == opened), None)
        if found is None or said.kind not in _SAYINGS:
            return None
        if said.kind is TriageKind.WITHDRAW:
            if found is not self._latest(fingerprint) or not (found.open or found.before):
                return None
        elif not found.open and not (said.kind is TriageKind.FALSE_ALARM and found.may_reopen):
            return None
        kind, words = _SAYINGS[said.kind]
        until = f" until {said.until.isoformat()}" if said.until else ""
        return self._change(day, found.incident, kind, f"{words}{said.who}{until}: {said.why}")

    def _accepts_itself_after(self, incident: Incident, with_release: Callable[[Incident], bool]) -> int | None:
        if incident.priority == 1 or not can_be_accepted(incident):
            return None
        released = incident.symptom is Symptom.RESPONSE_DRIFT and with_release(incident)
        return ACCEPT_RELEASE_DAYS if released else ACCEPT_DAYS

    def _change(self, day: Day, incident: Incident, kind: TransitionKind, reason: str) -> Transition:
        change = Transition(incident.model, day, kind, incident.fingerprint, incident.opened_on, reason)
        self._replay({}, [change])
        return change

    def _latest(self, fingerprint: str) -> _Entry | None:
        openings = [opened for place, opened in self._entries if place == fingerprint]
        return self._entries[fingerprint, max(openings)] if openings else None

    def _replay(self, findings: Mapping[str, Finding], changes: Iterable[Transition]) -> None:
        """Apply one day's findings and transitions to the state; the only place that changes it."""
        ordered = list(changes)
        for change in (c for c in ordered if c.kind not in _AFTER_FINDINGS):
            self._apply(change)
        opened = {c.fingerprint: c for c in ordered if c.kind in {TransitionKind.OPENED, TransitionKind.REOPENED}}
        for fingerprint, finding in findings.items():
            entry = self._latest(fingerprint)
            opening = opened.get(fingerprint)
            if opening is not None and opening.kind is TransitionKind.OPENED:
                entry = _Entry(_opened(finding))
            if entry is not None and (entry.open or opening is not None):
                self._entries[fingerprint, entry.incident.opened_on] = _Entry(_continued(entry.incident, finding))
        for change in (c for c in ordered if c.kind in _AFTER_FINDINGS):
            self._apply(change)

    def _apply(self, change: Transition) -> None:
        key = (change.fingerprint, change.opened_on)
        entry = self._entries.get(key)
        if entry is None:
            return
        if change.kind in ENDS:
            resolved_on = entry.incident.resolved_on or change.day
            ended = replace(entry.incident, resolved_on=resolved_on, reason=change.reason)
            by_itself = change.kind is TransitionKind.RESOLVED
            self._entries[key] = _Entry(ended, may_reopen=by_itself, before=None if by_itself else entry)
        elif change.kind is TransitionKind.WITHDRAWN:
            standing = entry.before or entry
            self._entries[key] = replace(standing, incident=replace(standing.incident, acknowledged_by=None))
        elif change.kind is TransitionKind.QUIET:
            self._entries[key] = replace(entry, quiet=entry.quiet + 1)
        elif change.kind is TransitionKind.ACKNOWLEDGED:
            who = change.reason.partition(":")[0]
            self._entries[key] = replace(entry, incident=replace(entry.incident, acknowledged_by=who))


_SAYINGS = {
    TriageKind.ACCEPT: (TransitionKind.ACCEPTED, "accepted by "),
    TriageKind.FALSE_ALARM: (TransitionKind.FALSE_ALARM, "false alarm, says "),
    TriageKind.ACKNOWLEDGE: (TransitionKind.ACKNOWLEDGED, ""),
    TriageKind.SNOOZE: (TransitionKind.SNOOZED, "snoozed by "),
    TriageKind.WITHDRAW: (TransitionKind.WITHDRAWN, "taken back by "),
}
_AFTER_FINDINGS = frozenset({TransitionKind.QUIET, TransitionKind.RESOLVED})


def in_order(transitions: Iterable[Transition]) -> list[Transition]:
    """Sort transitions as they happened: by day, and within a day what is withdrawn before what is said anew."""
    return sorted(transitions, key=lambda one: (one.day, _ORDER.index(one.kind)))


def last_words(triage: Iterable[Triage]) -> list[Triage]:
    """Leave, of what was said over several days that are judged as one, what still holds: a day has one of a kind."""
    held: dict[tuple[TriageKind, str], Triage] = {}
    for one in sorted(triage, key=lambda t: (t.day, *_saying_order(t))):
        if one.kind is TriageKind.WITHDRAW:
            held = {key: said for key, said in held.items() if said.target != one.target}
        held[one.kind, one.target] = one
    return list(held.values())


def _saying_order(said: Triage) -> tuple[bool, str, str, str]:
    return said.kind is not TriageKind.WITHDRAW, said.kind, said.target, said.who


def _by_day(findings: Iterable[Finding]) -> dict[Day, dict[str, Finding]]:
    """The worst finding of each place and day, info left out."""
    found: dict[Day, dict[str, Finding]] = {}
    for finding in findings:
        if finding.severity is Severity.INFO:
            continue
        places = found.setdefault(finding.day, {})
        known = places.get(finding.fingerprint)
        if known is None or finding.severity.rank > known.severity.rank:
            places[finding.fingerprint] = finding
    return found


def _opened(finding: Finding) -> Incident:
    return Incident(
        fingerprint=finding.fingerprint,
        opened_on=finding.day,
        model=finding.model,
        priority=finding.priority,
        severity=finding.severity,
        symptom=finding.symptom,
        subject=finding.subject,
        segment=finding.segment,
        last_seen_on=finding.day,
        resolved_on=None,
        reason=None,
        days=0,
    )


def _continued(incident: Incident, finding: Finding) -> Incident:
    """One more day with a finding, whatever went before: open again, no quiet day."""
    worst = max(incident.severity, finding.severity, key=lambda severity: severity.rank)
    priority = min(incident.priority, finding.priority)
    days, seen = incident.days + 1, finding.day
    return replace(
        incident, severity=worst, priority=priority, days=days, last_seen_on=seen, resolved_on=None, reason=None
    )
