"""The documented limits of a message, and what Slack answers beyond them.

Sources: docs.slack.dev/reference/block-kit/blocks, /reference/methods/chat.postMessage and chat.update. Two numbers are
nobody's promise: about 13,200 characters of blocks were seen to pass (slackapi/bolt-js#2509), counted here in the
strictest way, as JSON; and the size of metadata is documented as limited, not with a number. Whatever this lets pass
may still be refused by slack.com; whatever it refuses is beyond a documented limit.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.slack.block_rules import RULES, Problem, counted_cells
from tests.slack.workspace import RefusedCallError

MOST_BLOCKS, MOST_COUNTED, MOST_TEXT, MOST_EDITED_BYTES = 50, 13_200, 40_000, 4_000
MOST_MARKDOWN, MOST_TABLE, MOST_ATTACHMENTS, MOST_METADATA = 12_000, 10_000, 100, 8_000
_AT_MOST_TWO = "data_visualization"

ImageCheck = Callable[[dict[str, Any]], str]


def problems(blocks: Any, image: ImageCheck = lambda _: "") -> list[Problem]:
    """List what Slack would refuse about blocks, each as (words, json-pointer).

    Parameters
    ----------
    image : says why a `slack_file` cannot be used, "" if it can.
    """
    if not isinstance(blocks, list):
        return [("must be an array", "/blocks")]
    if len(blocks) > MOST_BLOCKS:
        return [(f"no more than {MOST_BLOCKS} items allowed", "/blocks")]
    found = [one for number, block in enumerate(blocks) for one in _block(block, f"/blocks/{number}", image)]
    if not found:
        found += _together(blocks)
    return found


def check_blocks(blocks: Any, image: ImageCheck = lambda _: "") -> None:
    """Refuse blocks as Slack does, with the place of each problem.

    Raises
    ------
    RefusedCallError : `invalid_blocks`, `msg_blocks_too_long`.
    """
    found = problems(blocks, image)
    if found:
        told = [f"{words} [json-pointer:{where}]" for words, where in found]
        raise RefusedCallError(
            "invalid_blocks", errors=told, response_metadata={"messages": [f"[ERROR] {one}" for one in told]}
        )
    if counted(blocks) > MOST_COUNTED:
        raise RefusedCallError("msg_blocks_too_long")


def counted(blocks: Any) -> int:
    """Count a message's characters as its JSON without spaces."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def check_text(body: dict[str, Any], *, edit: bool) -> None:
    """Refuse a message without content, and too much text in an edit.

    Raises
    ------
    RefusedCallError : `no_text`, `msg_too_long`, `markdown_text_conflict`.
    """
    text, blocks = body.get("text") or "", body.get("blocks")
    if body.get("markdown_text"):
        if text or blocks:
            raise RefusedCallError("markdown_text_conflict")
        text = body["markdown_text"]
    if not (text or blocks or body.get("attachments")):
        raise RefusedCallError("no_text")
    if edit and len(text.encode("utf-8", "surrogatepass")) > MOST_EDITED_BYTES:
        raise RefusedCallError("msg_too_long")


def check_attachments(attachments: Any) -> None:
    """Refuse attachments that are no list, too many, or hold bad blocks.

    Raises
    ------
    RefusedCallError : `invalid_attachments`, `too_many_attachments`.
    """
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise RefusedCallError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise RefusedCallError("too_many_attachments")
    if any(len(one.get("blocks", [])) > 20 or problems(one.get("blocks", [])) for one in attachments):
        raise RefusedCallError("invalid_attachments")


def check_metadata(metadata: Any) -> None:
    """Refuse metadata of another shape than an event type and flat values, or too large.

    Raises
    ------
    RefusedCallError : `invalid_metadata_format`, `metadata_too_large`.
    """
    if not isinstance(metadata, dict) or not set(metadata) <= {"event_type", "event_payload", "entities"}:
        raise RefusedCallError("invalid_metadata_format")
    name, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not (isinstance(name, str) and name and isinstance(payload, dict) and all(map(_value, payload.values()))):
        raise RefusedCallError("invalid_metadata_format")
    if counted(metadata) > MOST_METADATA:
        raise RefusedCallError("metadata_too_large")


def _value(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, dict) and _flat(one) for one in value)
    return _flat(value) if isinstance(value, dict) else isinstance(value, str | int | float)


def _flat(value: dict[str, Any]) -> bool:
    return all(isinstance(one, str | int | float) for one in value.values())


def _block(block: Any, where: str, image: ImageCheck) -> Iterator[Problem]:
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        yield "missing required field: type", where
        return
    rule = RULES.get(block["type"])
    if rule is None:
        yield f"unsupported type: {block['type']}", f"{where}/type"
        return
    if len(str(block.get("block_id", ""))) > 255:
        yield "must be less than 256 characters", f"{where}/block_id"
    yield from rule(block, where)
    for pointer, given in slack_files(block, where):
        told = image(given)
        if told:
            yield told, pointer


def slack_files(value: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Find what blocks use as `slack_file`, with its json-pointer."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "slack_file" and isinstance(one, dict):
                yield f"{where}/slack_file", one
            else:
                yield from slack_files(one, f"{where}/{key}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from slack_files(one, f"{where}/{number}")


def _together(blocks: list[dict[str, Any]]) -> Iterator[Problem]:
    """Check what holds for all blocks of a message together."""
    ids = [one["block_id"] for one in blocks if one.get("block_id")]
    if len(ids) != len(set(ids)):
        yield "block_ids must be unique", "/blocks"
    if sum(len(one["text"]) for one in blocks if one["type"] == "markdown") > MOST_MARKDOWN:
        yield f"markdown blocks must be less than {MOST_MARKDOWN + 1} characters together", "/blocks"
    if sum(one["type"] == _AT_MOST_TWO for one in blocks) > 2:
        yield "no more than 2 data_visualization blocks allowed", "/blocks"
    if sum(map(counted_cells, (one for one in blocks if one["type"] == "table"))) > MOST_TABLE:
        yield f"tables must be less than {MOST_TABLE + 1} characters together", "/blocks"
