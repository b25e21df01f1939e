"""Incidents as Prefect events, so that Automations may start a flow, call a webhook or page somebody.

An event follows a digest: what is new, worse or over in it. Its id is made from what it says, and one that the server
knows is not sent again, so a run that is repeated pages nobody twice. Without a server nothing is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.settings import get_current_settings

from tasks.world import now
from vitals.digest import Digest
from vitals.digest.content import Item, Opened, Resolved
from vitals.records import fingerprint

PREFIX = "vitals.incident"
AT_ONCE = 50
KINDS = {"new": "opened", "reopened": "opened", "worse": "worsened"}


@dataclass(frozen=True)
class Event:
    """What happened to one incident; labels are what an Automation can match."""

    id: UUID
    name: str
    resource: Mapping[str, str]
    model: str
    payload: Mapping[str, str]


def announce(digest: Digest) -> int:
    """Send what a digest says is new, worse or over; gives how many events were sent."""
    if not get_current_settings().api.url:
        return 0
    events = [*opened(digest), *resolved(digest)]
    known = _known([event.id for event in events])
    sent = [event for event in events if event.id not in known]
    for event in sent:
        related = [{"prefect.resource.id": f"vitals.model.{event.model}", "prefect.resource.role": "model"}]
        emit_event(
            event.name, dict(event.resource), occurred=now(), related=related, payload=dict(event.payload), id=event.id
        )
    return len(sent)


def opened(digest: Digest) -> Iterator[Event]:
    """Incidents that opened (again) or got worse, without those for information only."""
    standing = {f"{one.fingerprint}/{one.opened_on}": one for one in digest.open}
    for item in digest.items:
        if item.info or item.state not in KINDS:
            continue
        for incident in item.incidents:
            if incident in standing:
                yield _opened(digest, item, standing[incident])


def resolved(digest: Digest) -> Iterator[Event]:
    """Incidents that ended."""
    for one in digest.resolved:
        for subject in one.subjects or ("",):
            yield _resolved(digest, one, subject)


def _opened(digest: Digest, item: Item, one: Opened) -> Event:
    symptom = str(one.symptom or item.symptom)
    labels = {
        "vitals.priority": str(one.priority),
        "vitals.severity": str(one.severity),
        "vitals.runbook": item.runbooks[0] if item.runbooks else "",
    }
    model = one.model or item.models[0]
    payload = {"statement": item.statement, "what_to_do": item.what_to_do}
    incident = f"{one.fingerprint}.{one.opened_on}"
    return _event(digest, KINDS[item.state], incident, model, symptom, one.subject, labels, payload)


def _resolved(digest: Digest, one: Resolved, subject: str) -> Event:
    incident = f"{fingerprint(one.model, one.symptom, subject, one.segment)}.{one.opened_on}"
    labels = {"vitals.priority": str(one.priority)}
    return _event(digest, "resolved", incident, one.model, one.symptom, subject, labels, {"reason": one.reason})


def _event(
    digest: Digest,
    kind: str,
    incident: str,
    model: str,
    symptom: str,
    subject: str,
    labels: Mapping[str, str],
    payload: Mapping[str, str],
) -> Event:
    name, id_ = f"{PREFIX}.{kind}", f"{PREFIX}.{incident}"
    resource = {
        "prefect.resource.id": id_,
        "prefect.resource.name": " ".join(part for part in (model, symptom.replace("_", " "), subject) if part),
        "vitals.model": model,
        "vitals.symptom": symptom,
        "vitals.subject": subject,
        "vitals.channel": digest.channel,
        **labels,
    }
    said = f"{name}/{id_}/{digest.channel}/{digest.day}/{labels.get('vitals.severity', '')}"
    return Event(uuid5(NAMESPACE_URL, said), name, resource, model, {"day": str(digest.day), **payload})


def _known(ids: Sequence[UUID]) -> set[UUID]:
    """Which of these events the server has; when it cannot say, none: a second page is better than no page."""
    found: set[UUID] = set()
    try:
        with get_client(sync_client=True) as client:
            for start in range(0, len(ids), AT_ONCE):
                wanted = [str(one) for one in ids[start : start + AT_ONCE]]
                body = {"filter": {"id": {"id": wanted}}, "limit": AT_ONCE}
                answer = client.request("POST", "/events/filter", json=body)
                found |= {UUID(one["id"]) for one in answer.json()["events"]}
    except httpx.HTTPError as error:
        get_run_logger().warning("events already sent are not known: %s", type(error).__name__)
    return found
