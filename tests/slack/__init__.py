"""A Slack on loopback: keeps channels, threads, files and reactions, enforces documented limits, and fails on demand.

It is built from Slack's documentation and from what clients were seen to meet; it is not slack.com. `SlackServer` is
for tests, `python -m tests.slack` is for people.
"""

from tests.slack.calling import EVERY_SCOPE, Call
from tests.slack.faults import ANY, LOST_AFTER, LOST_BEFORE, Fault, Faults
from tests.slack.limits import counted, problems
from tests.slack.pings import Ping, links_of, pings_of
from tests.slack.server import CHANNEL, TOKEN, SlackServer
from tests.slack.workspace import BOT_USER, Channel, File, Person

__all__ = [
    "ANY",
    "BOT_USER",
    "CHANNEL",
    "EVERY_SCOPE",
    "LOST_AFTER",
    "LOST_BEFORE",
    "TOKEN",
    "Call",
    "Channel",
    "Fault",
    "Faults",
    "File",
    "Person",
    "Ping",
    "SlackServer",
    "counted",
    "links_of",
    "pings_of",
    "problems",
]
