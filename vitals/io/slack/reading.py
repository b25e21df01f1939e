"""What is read of Slack and changes nothing there: who the token is, channels, people, reactions under a message.

Errors are those of the line; everything here may be repeated without harm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vitals import words
from vitals.io.slack.client import Slack
from vitals.io.slack.refusals import RefusedError

REACTIONS, PEOPLE, CHANNELS = "reactions:read", "users:read", "channels:read"
_PAGE = 200
_MOST_PAGES = 5
_NAME = 40


@dataclass(frozen=True, slots=True)
class Token:
    """Whose the token is; `scopes` is None where Slack does not say."""

    team: str
    user: str
    user_id: str
    scopes: frozenset[str] | None

    def may(self, scope: str) -> bool:
        """Whether it has a scope; where Slack does not say, the call will tell."""
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True)
class Reacted:
    """A message and who reacted to it, in the order in which Slack lists them.

    Attributes
    ----------
    payload : of its metadata. reactions : (emoji as Slack names it, user id).
    """

    ts: str
    payload: Mapping[str, Any]
    reactions: tuple[tuple[str, str], ...]


def token_of(slack: Slack) -> Token:
    """Ask who the token is."""
    answer = slack.line.patiently("auth.test", {})
    said = str(answer.headers.get("x-oauth-scopes") or "").replace(" ", "")
    scopes = frozenset(said.split(",")) if said else None
    return Token(str(answer.get("team")), str(answer.get("user")), str(answer.get("user_id")), scopes)


def reacted(slack: Slack, channel_id: str, ts: str) -> list[Reacted]:
    """Read the reactions to a message and to its replies, the message first; one that is gone has none."""
    asked: dict[str, Any] = {"channel": channel_id, "ts": ts, "limit": _PAGE, "include_all_metadata": True}
    try:
        return [_reacted(slack, channel_id, one) for one in _messages(slack, asked)]
    except RefusedError as error:
        if error.code in {"thread_not_found", "message_not_found"}:
            return []
        if error.code != "missing_scope":
            raise
    answer = slack.line.patiently("reactions.get", {"channel": channel_id, "timestamp": ts, "full": True})
    return [_of(answer.get("message") or {"ts": ts})]


def name_of(slack: Slack, user_id: str) -> str:
    """Name a person, with the id; the id alone where the name cannot be had."""
    try:
        answer = slack.line.patiently("users.info", {"user": user_id})
    except RefusedError:
        return user_id
    user = answer.get("user") or {}
    profile = user.get("profile") or {}
    given = str(profile.get("display_name") or profile.get("real_name") or user.get("name") or "").strip()
    name = words.visible(given, _NAME).replace(":", " ").strip() if given else ""
    return f"{name} ({user_id})" if name else user_id


def _messages(slack: Slack, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for _ in range(_MOST_PAGES):
        answer = slack.line.patiently("conversations.replies", asked)
        yield from answer.get("messages") or ()
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
        asked = {**asked, "cursor": cursor}


def _reacted(slack: Slack, channel_id: str, message: Mapping[str, Any]) -> Reacted:
    """Take reactions from a message as it was listed; all of their people are asked for where the list is cut."""
    found = _of(message)
    if all(len(one.get("users") or ()) >= int(one.get("count") or 0) for one in message.get("reactions") or ()):
        return found
    answer = slack.line.patiently("reactions.get", {"channel": channel_id, "timestamp": found.ts, "full": True})
    return Reacted(found.ts, found.payload, _of(answer.get("message") or {}).reactions)


def _of(message: Mapping[str, Any]) -> Reacted:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    given = ((str(one["name"]), str(user)) for one in message.get("reactions") or () for user in one.get("users") or ())
    return Reacted(str(message.get("ts") or ""), payload, tuple(given))
