"""What a message may hold: the documented numbers, each from both sides, and what Slack answers beyond them."""

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.slack import SlackServer, counted, problems
from tests.slack.conftest import Refusal


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text)}


def header(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": "header", "text": {"type": kind, "text": text}}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [mrkdwn("x")] * count}


def table(rows: int, columns: int, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows}


def fields(count: int, length: int) -> dict[str, Any]:
    return {"type": "section", "fields": [mrkdwn("x" * length)] * count}


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "alt_text": "a line"} | more


def rich(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


URL = {"image_url": "https://example.com/a.png"}
FITS = [
    section("x" * 3_000),
    fields(10, 2_000),
    header("x" * 150),
    context(10),
    {"type": "divider"},
    table(100, 20),
    table(1, 1, "x" * 10_000),
    image(**URL),
    {"type": "markdown", "text": "x" * 12_000},
    rich({"type": "text", "text": "a", "style": {"bold": True}}),
    rich({"type": "user", "user_id": "U1"}),
]
BEYOND = [
    (section("x" * 3_001), "/blocks/0/text/text"),
    (section(""), "/blocks/0/text/text"),
    (fields(11, 1), "/blocks/0/fields"),
    (fields(1, 2_001), "/blocks/0/fields/0/text"),
    ({"type": "section"}, "/blocks/0"),
    (header("x" * 151), "/blocks/0/text/text"),
    (header("x", "mrkdwn"), "/blocks/0/text"),
    (context(11), "/blocks/0/elements"),
    (context(0), "/blocks/0/elements"),
    ({"type": "context", "elements": [mrkdwn("x" * 3_001)]}, "/blocks/0/elements/0/text"),
    (table(101, 1), "/blocks/0/rows"),
    (table(1, 21), "/blocks/0/rows/0"),
    (table(1, 1, ""), "/blocks/0/rows/0/0/text"),
    (table(2, 10, "x" * 501), "/blocks"),
    (image(), "/blocks/0"),
    (image(**URL, slack_file={"id": "F1"}), "/blocks/0"),
    ({"type": "image", **URL}, "/blocks/0/alt_text"),
    (image(image_url="ftp://a"), "/blocks/0/image_url"),
    (rich({"type": "text", "text": ""}), "/blocks/0/elements/0/elements/0/text"),
    (rich({"type": "mrkdwn", "text": "x"}), "/blocks/0/elements/0/elements/0/type"),
    (rich({"type": "text", "text": "x", "style": {"red": True}}), "/blocks/0/elements/0/elements/0/style"),
    ({"type": "markdown", "text": "x" * 12_001}, "/blocks/0/text"),
    ({"type": "alert", "text": mrkdwn("x")}, "/blocks/0/type"),
    ({"type": "no_such_block"}, "/blocks/0/type"),
]


@pytest.mark.parametrize("block", FITS, ids=lambda block: block["type"])
def test_what_is_at_a_limit_fits(block: dict[str, Any]) -> None:
    """The largest documented block has no problem, and the library's models take it too."""
    assert problems([block]) == []
    parsed = Block.parse(block)
    assert parsed is not None
    parsed.validate_json()


@pytest.mark.parametrize(("block", "where"), BEYOND, ids=[f"{block['type']} {at}" for block, at in BEYOND])
def test_what_is_beyond_a_limit_is_found_where_it_is(block: dict[str, Any], where: str) -> None:
    """One character, item or source too many or too few is a problem with its json-pointer."""
    assert [at for _, at in problems([block])] == [where]


@pytest.mark.parametrize("block", [section("x" * 3_001), header("x" * 151), context(11), fields(11, 1)])
def test_what_the_library_refuses_is_refused(block: dict[str, Any]) -> None:
    """Where the library's models check a number, it is the same number."""
    with pytest.raises(SlackObjectFormationError):
        Block.parse(block).validate_json()  # type: ignore[union-attr]
    assert problems([block])


def test_a_message_has_at_most_50_blocks(client: WebClient, refused: Refusal) -> None:
    """Fifty blocks are posted; one more is refused as a whole."""
    divider = {"type": "divider"}
    assert client.chat_postMessage(channel="C0123456789", text="x", blocks=[divider] * 50)["ok"]
    answer = refused("chat.postMessage", channel="C0123456789", text="x", blocks=[divider] * 51)
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"] == {"messages": ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]}


def test_a_message_has_about_13200_characters(slack: SlackServer, client: WebClient, refused: Refusal) -> None:
    """Blocks are counted as JSON; what is over is refused and nothing is posted."""
    blocks = [section("x" * 3_000)] * 4
    left = 13_200 - counted([*blocks, section("x")])
    fits, over = [*blocks, section("x" * (left + 1))], [*blocks, section("x" * (left + 2))]
    assert client.chat_postMessage(channel=slack.channel, text="x", blocks=fits)["ok"]
    assert refused("chat.postMessage", channel=slack.channel, text="x", blocks=over)["error"] == "msg_blocks_too_long"
    assert len(slack.roots()) == 1


def test_every_problem_of_a_message_is_told(refused: Refusal) -> None:
    """The answer lists all problems, each with its place."""
    answer = refused("chat.postMessage", channel="C0123456789", text="x", blocks=[section(""), header("x" * 151)])
    assert answer["errors"] == [
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        "must be less than 151 characters [json-pointer:/blocks/1/text/text]",
    ]


def test_an_edit_takes_4000_bytes_of_text(slack: SlackServer, client: WebClient, refused: Refusal) -> None:
    """Bytes count, not characters; posting takes more and cuts at 40,000."""
    ts = client.chat_postMessage(channel="C0123456789", text="ä" * 40_001)["ts"]
    assert slack.roots()[0]["text"] == "ä" * 40_000
    assert client.chat_update(channel="C0123456789", ts=ts, text="ä" * 2_000)["ok"]
    assert refused("chat.update", channel="C0123456789", ts=ts, text="ä" * 2_000 + "x")["error"] == "msg_too_long"


def test_a_message_needs_content(refused: Refusal) -> None:
    """Neither text nor blocks nor attachments is no message; both kinds of text are a conflict."""
    assert refused("chat.postMessage", channel="C0123456789")["error"] == "no_text"
    both = refused("chat.postMessage", channel="C0123456789", text="x", markdown_text="y")
    assert both["error"] == "markdown_text_conflict"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"event_type": "a"}, "invalid_metadata_format"),
        ({"event_type": "a", "event_payload": {"k": ["text"]}}, "invalid_metadata_format"),
        ({"event_type": "a", "event_payload": {"k": {"deep": {"x": 1}}}}, "invalid_metadata_format"),
        ({"event_type": "a", "event_payload": {"k": None}}, "invalid_metadata_format"),
        ({"event_type": "a", "event_payload": {"k": "x" * 8_000}}, "metadata_too_large"),
    ],
)
def test_metadata_are_flat_and_small(refused: Refusal, metadata: dict[str, Any], code: str) -> None:
    """Values are text, numbers, flat objects or lists of those."""
    assert refused("chat.postMessage", channel="C0123456789", text="x", metadata=metadata)["error"] == code


def test_metadata_of_every_allowed_shape_are_kept(slack: SlackServer, client: WebClient) -> None:
    """Text, number, boolean, flat object and list of flat objects come back as they were sent."""
    payload = {"a": "x", "b": 1, "c": True, "d": {"e": 1.5}, "f": [{"g": "h"}]}
    sent = {"event_type": "digest", "event_payload": payload}
    client.chat_postMessage(channel=slack.channel, text="x", metadata=sent)
    (shown,) = client.conversations_history(channel=slack.channel, include_all_metadata=True)["messages"]
    (bare,) = client.conversations_history(channel=slack.channel)["messages"]
    assert (shown["metadata"], "metadata" in bare) == (sent, False)


def test_nan_is_no_json(slack: SlackServer) -> None:
    """What Python writes as NaN is refused, as any strict reader would."""
    data = json.dumps(
        {"channel": slack.channel, "text": "x", "metadata": {"event_type": "a", "event_payload": {"k": float("nan")}}}
    )
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {slack.token}"}
    with urlopen(Request(f"{slack.url}/chat.postMessage", data.encode(), headers)) as answer:  # noqa: S310 (loopback)
        assert json.load(answer)["error"] == "invalid_json"
    assert slack.roots() == []
