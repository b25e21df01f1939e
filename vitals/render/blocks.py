"""Block Kit as dicts: the few blocks a digest needs, and what they cost of Slack's limits.

Values from data only ever become `rich_text` or `plain_text`, where Slack reads no mentions and no links. The one
mrkdwn string of a message, its `text`, is escaped.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vitals import words

Block = dict[str, Any]

MOST_BYTES = 12_000  # Slack refuses near 13,200 counted characters, undocumented
MOST_BLOCKS = 50
MOST_TEXT = 3_800  # bytes; chat.update refuses 4,000
_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")


def text(value: str, most: int = 600, **style: bool) -> Block:
    """Show a value literally, with a style (bold, italic, strike, code); blanks at its ends are kept."""
    bare = value.strip(" ")
    lead, trail = (" " * value.startswith(" "), " " * value.endswith(" ")) if bare else ("", "")
    element: Block = {"type": "text", "text": f"{lead}{words.visible(bare, most)}{trail}" if bare or not value else " "}
    return element | ({"style": style} if style else {})


def spoken(value: str, most: int = 600) -> list[Block]:
    """Show a sentence, what stands between backticks as code; that changes its look and nothing else."""
    parts = words.visible(value, most).split("`")
    if len(parts) % 2 == 0:
        return [text(value, most)]
    return [text(part, most, **({"code": True} if place % 2 else {})) for place, part in enumerate(parts) if part]


def link(address: str, label: str) -> Block:
    """Link to an address that `phrases.web_link` let through."""
    return {"type": "link", "url": address, "text": words.visible(label, 200)}


def mention(slack_id: str) -> Block | None:
    """Call a user or a user group; None for anything that is not an id of one."""
    if _USER.fullmatch(slack_id):
        return {"type": "user", "user_id": slack_id}
    if _GROUP.fullmatch(slack_id):
        return {"type": "usergroup", "usergroup_id": slack_id}
    return None


def mention_text(slack_id: str) -> str:
    """Call a user or a user group in mrkdwn; '' for anything else."""
    if _USER.fullmatch(slack_id):
        return f"<@{slack_id}>"
    return f"<!subteam^{slack_id}>" if _GROUP.fullmatch(slack_id) else ""


def section(elements: Iterable[Block]) -> Block:
    """Put elements into a line of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(sections: Iterable[Block]) -> Block:
    """Put lines into a bulleted list."""
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": list(sections)}


def rich(*parts: Block) -> Block:
    """Put lines and lists into a block."""
    return {"type": "rich_text", "elements": list(parts)}


def header(value: str) -> Block:
    """Show a headline of at most 150 characters."""
    return {"type": "header", "text": {"type": "plain_text", "text": words.visible(value, 150), "emoji": True}}


def context(values: Sequence[str]) -> Block:
    """Show small print: at most ten values."""
    shown = [{"type": "plain_text", "text": words.visible(value, 300), "emoji": False} for value in values[:10]]
    return {"type": "context", "elements": shown}


def size(block: Block | Sequence[Block]) -> int:
    """Count the bytes of blocks as they are sent, where every character beyond ASCII takes six or twelve."""
    return len(json.dumps(block))


def escaped(value: str) -> str:
    """Escape what mrkdwn would read as a mention or a link.

    >>> escaped("<!channel> & <https://evil|OK>")
    '&lt;!channel&gt; &amp; &lt;https://evil|OK&gt;'
    """
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fitting(lines: Sequence[str], most: int = MOST_TEXT) -> str:
    """Join lines of mrkdwn as long as they fit, cut between lines, and say how many were left out.

    Parameters
    ----------
    lines : already escaped. most : bytes of UTF-8.
    """
    kept: list[str] = []
    room = most - 40
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return "\n".join([*kept, *([f"+{words.count(left, 'more line')}"] if left else [])])


def metadata(key: str, revision: int, part: int) -> Mapping[str, Any]:
    """Name a message so that it can be found again; anyone in the workspace can read it, so it holds no data."""
    return {"event_type": "vitals_digest", "event_payload": {"key": key, "rev": revision, "part": part}}
