"""What is wrong with Slack before anything is told: token, scopes, every channel. Each with its remedy.

Reads only. What merely makes digests poorer is a note, what keeps them from a channel is a problem.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vitals import words
from vitals.errors import ConfigError, NotifyError, VitalsError
from vitals.io.slack.client import Slack
from vitals.io.slack.reading import CHANNELS, Token, token_of
from vitals.io.slack.refusals import RefusedError

_NEEDED = {"chat:write": "nothing can be told"}
_BETTER = {
    "files:write": "digests have no pictures and no table of all findings",
    "files:read": "pictures may come late, under the digest",
    "reactions:read": "reactions to a digest are not heard",
    "users:read": "who reacted is named by id",
}
_JOIN = "channels:join"
_INVITE = "invite it there: /invite @{user}"


@dataclass
class Found:
    """What was found: problems, and notes about what works less well."""

    problems: list[VitalsError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def look(slack: Slack, channels: Mapping[str, Sequence[str]], fallback: str | None) -> Found:
    """Look at token, scopes and channels.

    Parameters
    ----------
    channels : the models that report to each. fallback : channel for what others do not take.
    """
    found = Found()
    try:
        token = token_of(slack)
    except NotifyError as error:
        found.problems.append(error)
        return found
    found.problems += [
        ConfigError(f"VITALS_SLACK_TOKEN: lacks the scope {scope}: {why}; add it to the app and install it again")
        for scope, why in _NEEDED.items()
        if not token.may(scope)
    ]
    lacking = [f"{scope} ({why})" for scope, why in _BETTER.items() if not token.may(scope)]
    if lacking:
        found.notes.append(
            f"the Slack token lacks {words.listed(lacking)}; add what you want and install the app again"
        )
    places = {channel: f"channel {channel} ({_models(models)})" for channel, models in channels.items()}
    if fallback:
        places.setdefault(fallback, f"VITALS_SLACK_FALLBACK_CHANNEL {fallback}")
    for channel, place in places.items():
        try:
            found.problems += [ConfigError(f"{place}: {why}") for why in _of_channel(slack, token, channel)]
        except NotifyError as error:
            found.problems.append(NotifyError(f"{place}: {error}"))
    return found


def _of_channel(slack: Slack, token: Token, channel: str) -> Iterator[str]:
    """Say what is wrong with one channel: as Slack describes it, else as reading it goes."""
    described = _described(slack, token, channel)
    if isinstance(described, str):
        yield described
        return
    if described and described.get("is_archived"):
        yield "is archived; name another one or unarchive it"
        return
    joins = bool(described) and not (described or {}).get("is_private") and token.scopes and _JOIN in token.scopes
    if described and not described.get("is_member"):
        if not joins:
            yield f"the app is not a member; {_INVITE.format(user=token.user)}"
        return  # it joins by itself before it posts
    try:
        slack.line.patiently("conversations.history", {"channel": channel, "limit": 1})
    except RefusedError as error:
        if error.code == "channel_not_found":
            yield _unknown()
        elif error.code == "not_in_channel":
            yield f"the app is not a member; {_INVITE.format(user=token.user)}"
        elif error.code == "missing_scope":
            yield (
                "cannot be read, so that a digest whose reply was lost may come twice; add the scope "
                "channels:history (private channels: groups:history) to the app and install it again"
            )
        else:
            raise


def _described(slack: Slack, token: Token, channel: str) -> Mapping[str, object] | str | None:
    """Ask what a channel is; None where the token may not ask, a text where there is none."""
    if not token.may(CHANNELS):
        return None
    try:
        answer = slack.line.patiently("conversations.info", {"channel": channel})
    except RefusedError as error:
        if error.code == "channel_not_found":
            return _unknown()
        if error.code == "missing_scope":
            return None
        raise
    described: Mapping[str, object] = answer.get("channel") or {}
    return described


def _unknown() -> str:
    return (
        "Slack knows no such channel, or the app may not see it; take the id from the end of the channel's details "
        "in Slack, and invite the app if it is private"
    )


def _models(models: Sequence[str]) -> str:
    return f"{'model' if len(models) == 1 else 'models'} {words.listed(models, most=5)}"
