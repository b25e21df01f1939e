"""Slack: posting a digest at most once, whatever happens to the line."""

from vitals.io.slack.client import Posted, Slack
from vitals.io.slack.delivery import deliver
from vitals.io.slack.log import Receipt
from vitals.io.slack.turn import Way, tell_channel

__all__ = ["Posted", "Receipt", "Slack", "Way", "deliver", "tell_channel"]
