"""A Slack on loopback: keeps channels, threads, files and reactions, enforces documented limits, and fails on demand.

It is built from Slack's documentation and from what clients were seen to meet; it is not slack.com. For people:
`python -m tests.slack --port 8787 --state demo.json`, and `python -m tests.slack.picture demo.json out.png`.

>>> from slack_sdk import WebClient
>>> with SlackServer() as slack:
...     slack.faults.at("chat.update", 2, Fault(status=429, retry_after="7"))  # the second edit from now
...     client = WebClient(slack.token, slack.url, retry_handlers=[])
...     ts = client.chat_postMessage(channel=slack.channel, text="<@U2> *look*")["ts"]
...     slack.react(slack.channel, ts, "eyes", user="U1")
...     [one["text"] for one in slack.roots()], slack.replies(ts), slack.count("chat.postMessage")
...     [one.token for one in slack.pings()]
(['<@U2> *look*'], [], 1)
['<@U2>']
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
