"""Slack messages: within every limit, deaf to hostile data, and nothing is lost between root and thread."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from tests.digest import samples
from vitals.digest import Digest
from vitals.render import slack
from vitals.render.slack import SlackMessage

CROWDS = [(0, 1), (1, 1), (7, 1), (7, 5), (100, 1), (100, 5), (100, 200), (10_000, 200)]
CROWDS += [pytest.param(10_000, models, marks=pytest.mark.slow) for models in (1, 5)]


def messages(digest: Digest) -> list[SlackMessage]:
    """Give the root and its replies."""
    root = slack.render(digest)
    return [root, *root.thread]


@cache
def crowd_messages(findings: int, models: int) -> list[SlackMessage]:
    """Give the messages of a crowd, rendered once for all tests."""
    return messages(samples.crowd(findings, models))


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


def check_limits(message: SlackMessage) -> None:
    """Hold a message against the limits that Slack documents, and against the ones it does not."""
    assert 1 <= len(message.blocks) <= 50
    assert len(json.dumps(message.blocks, allow_nan=False)) <= 12_000
    assert 1 <= len(message.text.encode()) <= 3_800
    assert len(json.dumps(message.metadata)) <= 500
    for block in message.blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        assert set(block) <= {"type", "text", "elements"}
        if block["type"] == "header":
            assert len(block["text"]["text"]) <= 150
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
    for node in nodes(message.blocks):
        assert node.get("type") not in {"mrkdwn", "markdown", "image"}
        if "elements" in node:
            assert node["elements"]
        if isinstance(node.get("text"), str):
            assert 1 <= len(node["text"]) <= 3_000


def check_deaf(message: SlackMessage, ids: set[str] = frozenset()) -> None:
    """Refuse everything that pings, links or hides, other than what the configuration asks for."""
    plain = [re.sub("|".join(f"<@{one}>" for one in ids) or "$^", "", piece) for piece in message.plain]
    for said in (message.text, *plain):
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", said)
    for node in nodes(message.blocks):
        kind = node.get("type")
        assert kind not in {"broadcast", "channel", "date", "emoji"}
        if kind in {"user", "usergroup"}:
            assert node.get("user_id", node.get("usergroup_id")) in ids
        if kind == "link":
            assert re.fullmatch(r"https?://[^\s<>|\"]+", node["url"])
        if isinstance(node.get("text"), str):
            assert not re.search(
                "[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", node["text"]
            )


@pytest.mark.parametrize(("findings", "models"), CROWDS)
def test_any_number_of_findings_stays_within_slacks_limits(findings: int, models: int) -> None:
    """From none to ten thousand findings over up to 200 models, every message is one that Slack takes."""
    for message in crowd_messages(findings, models):
        check_limits(message)
        check_deaf(message, {"U02AB3CD4"})


@pytest.mark.parametrize(("findings", "models"), CROWDS)
def test_root_and_thread_together_name_every_finding(findings: int, models: int) -> None:
    """What the root cuts is in the thread: no finding is lost."""
    said = " ".join(map(shown, crowd_messages(findings, models)))
    named = {int(number) for number in re.findall(r"feature_(\d+)", said)}
    assert named == set(range(findings))


def test_wide_groups_name_every_column_and_model() -> None:
    """One line for 60 columns of 20 models still names each of them."""
    columns = [samples.missing(f"column_{number:02}_", 0.13) for number in range(60)]
    news = []
    for number in range(20):
        found = tuple(replace(one, model=f"m{number:02}_") for one in columns)
        news.append(samples.ModelNews(samples.model(f"m{number:02}_"), samples.DAY, "monitored", findings=found))
    digest = samples.compose(samples.CHANNEL, samples.DAY, news, None)
    said = " ".join(map(shown, messages(digest)))
    assert len(digest.items) == 1
    assert [name for name in (one.subject for one in columns) if name not in said] == []
    assert [one.model.name for one in news if one.model.name not in said] == []


@pytest.mark.parametrize("text", [*samples.HOSTILE, "🛫" * 3_000, "\ud800" * 500])
def test_long_and_wide_texts_stay_within_the_limits(text: str) -> None:
    """A digest in which every name is the same attack is one that Slack takes, and it attacks nobody."""
    for message in messages(samples.crowd(40, 3, text.replace("{", "").replace("}", "") + "{}")):
        check_limits(message)
        check_deaf(message, {"U02AB3CD4"})


def test_hostile_names_neither_ping_nor_forge_nor_break() -> None:
    """Names, segments, advice, evidence, owners and runbooks from hell change nothing but the words shown."""
    for message in messages(samples.hostile()):
        check_limits(message)
        check_deaf(message, {"U02AB3CD4"})


def test_a_quiet_day_is_two_blocks() -> None:
    """A quiet day is one line and its small print."""
    (message,) = messages(samples.quiet())
    assert len(message.blocks) == 2
    check_limits(message)


def test_a_busy_day_fits_the_root_without_a_thread() -> None:
    """A usual bad day is read in one message."""
    (message,) = messages(samples.busy())
    check_limits(message)


def test_owners_are_mentioned_where_they_are_called_and_only_there() -> None:
    """The owner's id is a mention once, in the root; an id that is none stays out."""
    found = [
        node for message in messages(samples.busy()) for node in nodes(message.blocks) if node.get("type") == "user"
    ]
    assert [node["user_id"] for node in found] == ["U02AB3CD4"]
    assert not [node for node in nodes(slack.render(samples.quiet()).blocks) if node.get("type") == "user"]


def test_user_groups_are_called_as_groups() -> None:
    """An id that begins with S is a user group."""
    message = slack.render(replace(samples.busy(), mentions=("S0123ABC", "<!channel>")))
    called = [node for node in nodes(message.blocks) if node.get("type") in {"user", "usergroup"}]
    assert called == [{"type": "usergroup", "usergroup_id": "S0123ABC"}]
    assert message.plain[0].startswith("Owners: <!subteam^S0123ABC>\n")


def test_the_metadata_names_digest_revision_and_part_and_no_data() -> None:
    """What anyone in the workspace can read is a key, a revision and a part."""
    root, *replies = messages(samples.crowd(100, 5))
    assert root.metadata["event_payload"] == {"key": "digest/2013-08-22/C0123456789", "rev": 1, "part": 0}
    assert [one.metadata["event_payload"]["part"] for one in replies] == list(range(1, len(replies) + 1))


def test_without_blocks_the_digest_is_still_told() -> None:
    """The plain pieces fit the text limit and hold the digest's lines, with a count of what was cut."""
    pieces = crowd_messages(10_000, 200)[0].plain
    assert max(len(piece.encode()) for piece in pieces) <= 3_800
    assert re.search(r"\+[\d,]+ more lines$", pieces[-1])
    assert "13.1-14.8 % missing" in slack.render(samples.busy()).plain[0]
