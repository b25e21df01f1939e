"""What every message must hold against: slack-sdk's models, slackblocks, the stand-in's limits, and our own look."""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

import slackblocks
from slack_sdk.models.blocks import Block

from tests import slack as standin
from vitals.render import tokens
from vitals.render.messages import SlackMessage

MOST_BYTES, MOST_EDITED = 12_000, 4_000


def check(message: SlackMessage, allowed: Collection[str] = ()) -> None:
    """Hold a root, its thread and its files against every limit, and against every token that would come to life."""
    assert tokens.live(message, allowed) == []
    for one in (message, *message.thread):
        check_limits(one)
        check_deaf(one, allowed)
    names = [file.name for file in message.files]
    assert len(set(names)) == len(names)
    pictured = [node["slack_file"]["id"] for node in nodes(message.blocks) if "slack_file" in node]
    assert pictured == [file.name for file in message.files if file.in_root]


def check_limits(message: SlackMessage) -> None:
    """Hold a message against the limits that Slack documents, and against the ones it does not."""
    blocks = [_sent(block) for block in message.blocks]
    assert blocks
    assert standin.problems(blocks) == []
    assert standin.counted(blocks) <= len(json.dumps(blocks, allow_nan=False)) <= MOST_BYTES
    assert sum(block["type"] == "table" for block in blocks) <= 1
    assert 1 <= len(message.text.encode()) < MOST_EDITED
    assert all(1 <= len(piece.encode()) < MOST_EDITED for piece in message.plain)
    assert len(json.dumps(dict(message.metadata))) <= 500
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        assert parsed.to_dict() == block  # it drops what it does not know
        assert second_opinion(block) == _without_defaults(block)
    for node in nodes(blocks):
        assert node.get("type") not in {"mrkdwn", "markdown"}
        assert node.get("elements") != []
        if isinstance(node.get("text"), str):
            assert 1 <= len(node["text"]) <= 3_000


def check_deaf(message: SlackMessage, allowed: Collection[str]) -> None:
    """Send it to a stand-in's ears: it calls nobody but owners, and every link leads where it says."""
    for body in (message.root, *({"text": piece} for piece in message.plain)):
        for edit in (False, True):
            body_sent = {**body, "parse": "none", "link_names": False}
            called = {
                token.strip("<>@!").removeprefix("subteam^") for token, _ in standin.pings_of(body_sent, edit=edit)
            }
            assert called <= set(allowed)
        assert all(url.startswith(("http://", "https://")) for url, _ in standin.links_of(body))
    assert standin.links_of({"text": message.text}) == []


def second_opinion(block: dict[str, Any]) -> Any:
    """Build a block again with slackblocks, which refuses by rules of its own."""
    made = _BUILDERS[block["type"]](block)._resolve()
    return {key: value for key, value in made.items() if key != "block_id"}


def _sent(block: dict[str, Any]) -> dict[str, Any]:
    """Put a file's id for its name, as the sender does."""
    return {**block, "slack_file": {"id": "F0123456789"}} if block["type"] == "image" else block


def _without_defaults(value: Any) -> Any:
    """Leave out `"emoji": false`, which slackblocks never says."""
    if isinstance(value, dict):
        return {key: _without_defaults(one) for key, one in value.items() if (key, one) != ("emoji", False)}
    return [_without_defaults(one) for one in value] if isinstance(value, list) else value


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Give every object inside blocks."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from nodes(inner)


def shown(message: SlackMessage) -> str:
    """Give the text that a message's blocks show."""
    return " ".join(str(node["text"]) for node in nodes(message.blocks) if isinstance(node.get("text"), str))


def _element(one: dict[str, Any]) -> Any:
    style = one.get("style", {})
    if one["type"] == "text":
        return slackblocks.RichText(one["text"], **style)
    if one["type"] == "link":
        return slackblocks.RichTextLink(one["url"], one["text"], **style)
    if one["type"] == "user":
        return slackblocks.RichTextUser(one["user_id"])
    return slackblocks.RichTextUserGroup(one["usergroup_id"])


def _part(one: dict[str, Any]) -> Any:
    if one["type"] == "rich_text_section":
        return slackblocks.RichTextSection([_element(each) for each in one["elements"]])
    return slackblocks.RichTextList(
        one["style"], [_part(each) for each in one["elements"]], indent=one["indent"], offset=None, border=None
    )


def _text(one: dict[str, Any]) -> Any:
    return slackblocks.PlainText(one["text"], emoji=one.get("emoji", False))


def _table(block: dict[str, Any]) -> Any:
    rows = [[slackblocks.RawText(cell["text"]) for cell in row] for row in block["rows"]]
    return slackblocks.TableBlock(rows, [slackblocks.ColumnSettings(**one) for one in block["column_settings"]])


_BUILDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "header": lambda block: slackblocks.HeaderBlock(_text(block["text"])),
    "context": lambda block: slackblocks.ContextBlock([_text(one) for one in block["elements"]]),
    "rich_text": lambda block: slackblocks.RichTextBlock([_part(one) for one in block["elements"]]),
    "table": _table,
    "image": lambda block: slackblocks.ImageBlock(
        alt_text=block["alt_text"], slack_file=slackblocks.SlackFile(None, block["slack_file"]["id"])
    ),
}
