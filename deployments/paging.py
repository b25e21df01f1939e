"""A recipe, to be run once and changed freely: when a priority-1 incident opens, page somebody.

In the UI make a block of type Webhook, say `pager`, with the address that pages (the address is a secret and stays in
the block); then, where PREFECT_API_URL is set:

    python -m deployments.paging --webhook pager

Run again it changes the automation that is there. Knows no more of Vitals than the labels of its events.
"""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from deployments import standing
from vitals.errors import ConfigError, VitalsError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

NAME = "Vitals: page when priority 1 opens"
TRIGGER = {
    "type": "event",
    "posture": "Reactive",
    "expect": ["vitals.incident.opened"],
    "match": {"prefect.resource.id": "vitals.incident.*", "vitals.priority": "1"},
    "for_each": ["prefect.resource.id"],
    "threshold": 1,
    "within": 0,
}
INCIDENT = """{
  "summary": {{ event.resource["prefect.resource.name"] | tojson }},
  "model": {{ event.resource["vitals.model"] | tojson }},
  "severity": {{ event.resource["vitals.severity"] | tojson }},
  "day": {{ event.payload.day | tojson }},
  "statement": {{ event.payload.statement | tojson }},
  "what_to_do": {{ event.payload.what_to_do | tojson }},
  "runbook": {{ event.resource["vitals.runbook"] | tojson }}
}"""
"""What is sent: values come from data, so each is quoted as JSON."""


def main(arguments: list[str] | None = None) -> int:
    """Make the automation, or change it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployments.paging", description=NAME)
    parser.add_argument("--webhook", metavar="BLOCK", required=True, help="name of a block of type Webhook")
    asked = parser.parse_args(arguments)
    try:
        with standing.server() as client:
            done = page_by(client, _calling(client, asked.webhook))
    except VitalsError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(f"automation {NAME!r}: {done}\n")
    return 0


def page_by(client: "SyncPrefectClient", action: dict[str, Any]) -> str:
    """Let the automation do this; gives what was done with it."""
    from prefect.events.schemas.automations import AutomationCore

    told = "An incident of priority 1 that is new to its channel. Made by `python -m deployments.paging`."
    new = AutomationCore.model_validate({"name": NAME, "description": told, "trigger": TRIGGER, "actions": [action]})
    there = client.read_automations_by_name(NAME)
    if there:
        client.update_automation(there[0].id, new.model_copy(update={"enabled": there[0].enabled}))
        return "changed"
    client.create_automation(new)
    return "created"


def _calling(client: "SyncPrefectClient", block: str) -> dict[str, Any]:
    from prefect.exceptions import ObjectNotFound

    try:
        found = client.read_block_document_by_name(block, "webhook", include_secrets=False)
    except ObjectNotFound:
        message = f"no block {block!r} of type Webhook; make it in the UI: Blocks, +, Webhook"
        raise ConfigError(message) from None
    return {"type": "call-webhook", "block_document_id": str(found.id), "payload": INCIDENT}


if __name__ == "__main__":
    sys.exit(main())
