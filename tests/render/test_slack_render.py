"""Slack messages: within every limit, deaf to hostile data, and nothing is lost between root, thread and file."""

import csv
import re
from dataclasses import replace
from functools import cache
from io import StringIO

import pytest

from tests.digest import samples
from tests.render.checks import check, nodes, shown
from vitals.digest import Digest
from vitals.render import slack
from vitals.render.messages import SlackMessage

OWNER = {"U02AB3CD4"}
CROWDS = [(0, 1), (1, 1), (7, 1), (7, 5), (100, 1), (100, 5), (100, 200)]
CROWDS += [pytest.param(10_000, models, marks=pytest.mark.slow) for models in (1, 5, 200)]


def messages(digest: Digest) -> list[SlackMessage]:
    """Give the root and its replies."""
    root = slack.render(digest)
    return [root, *root.thread]


@cache
def crowd(findings: int, models: int) -> tuple[Digest, SlackMessage]:
    """Give a crowd and its messages, rendered once for all tests."""
    digest = samples.crowd(findings, models)
    return digest, slack.render(digest)


def rows_of(message: SlackMessage) -> list[dict[str, str]]:
    """Give the rows of `findings.csv`, none where it is not there."""
    found = [file.content for file in message.files if file.name == "findings.csv"]
    return list(csv.DictReader(StringIO(found[0].decode(), newline=""), strict=True)) if found else []


@pytest.mark.parametrize(("findings", "models"), CROWDS)
def test_any_number_of_findings_stays_within_slacks_limits(findings: int, models: int) -> None:
    """From none to ten thousand findings over up to 200 models, every message is one that Slack takes."""
    check(crowd(findings, models)[1], OWNER)


@pytest.mark.parametrize(("findings", "models"), CROWDS)
def test_root_thread_and_file_together_name_every_finding(findings: int, models: int) -> None:
    """What the root cuts is in the thread or in the file: no finding and no incident is lost."""
    digest, message = crowd(findings, models)
    said = " ".join(map(shown, (message, *message.thread)))
    rows = rows_of(message)
    incidents = {one for item in digest.items for one in item.incidents}
    assert len(incidents) == findings
    assert {one for one in incidents if one[:8] in said} | {row["incident"] for row in rows} == incidents
    named = {int(number) for number in re.findall(r"feature_(\d+)", said)}
    assert named | {int(row["subject"].removeprefix("feature_")) for row in rows} == set(range(findings))
    assert len(rows) in {0, findings}


@pytest.mark.parametrize(("findings", "models"), CROWDS)
def test_a_thread_stays_short(findings: int, models: int) -> None:
    """Two messages of cards, three tables, a few lines: nobody scrolls through thirty messages."""
    message = crowd(findings, models)[1]
    tables = [block for one in message.thread for block in one.blocks if block["type"] == "table"]
    assert len(tables) <= 3
    assert len(message.thread) <= 2 + 3 + 4
    if findings == 10_000:
        assert re.search(r"[\d,]+ more problems: findings.csv, or vitals digest --day", message.thread[-1].text)


@pytest.mark.slow
def test_a_bad_day_of_many_models_is_two_cards_and_a_few_lines() -> None:
    """More than four problems of priority 1 and 2: the worst two in full, the others by what they share."""
    root = crowd(10_000, 200)[1]
    cards = [block for block in root.blocks if "What to do" in str(block)]
    text = shown(root)
    assert len(cards) == 2
    assert "errors — " in text
    assert "model_002, model_003 +198 models" not in text
    problems = sum(item.priority == 1 for item in crowd(10_000, 200)[0].items) - len(cards)
    assert re.search(rf"errors — +model_\d+, model_\d+ \+18 models *: {problems} problems, e.g. feature_", text)


def test_the_same_column_of_many_models_is_one_line() -> None:
    """`errors · feed — model_00, model_01 +6 models` beside the two cards."""
    news = []
    for number in range(10):
        name = f"model_{number:02}"
        found = samples.finding(samples.Symptom.ERRORS, "feed", f"feed: {number + 5} % of 900 rows failed", model=name)
        news.append(replace(samples.quiet_news(), model=samples.model(name), findings=(found,)))
    root = slack.render(samples.compose(samples.CHANNEL, samples.DAY, news, samples.yesterday()))
    assert "errors — model_02, model_03 +6 models : e.g. feed: 7 % of 900 rows failed" in " ".join(shown(root).split())
    check(root, OWNER)


def test_models_are_counted_by_name_and_not_by_what_is_shown_of_it() -> None:
    """Two names that look alike once they are safe to show are two models."""
    news = [replace(samples.quiet_news(), model=samples.model("twin" + tail)) for tail in ("", "\u200b")]
    digest = samples.compose(samples.CHANNEL, samples.DAY, news, samples.yesterday())
    assert "2/2 models OK" in digest.headline


def test_wide_groups_name_every_column_and_model() -> None:
    """One line for 60 columns of 20 models still names each of them."""
    columns = [samples.missing(f"column_{number:02}_", 0.13) for number in range(60)]
    news = []
    for number in range(20):
        found = tuple(replace(one, model=f"m{number:02}_") for one in columns)
        news.append(samples.ModelNews(samples.model(f"m{number:02}_"), samples.DAY, "monitored", findings=found))
    digest = samples.compose(samples.CHANNEL, samples.DAY, news, None)
    root = slack.render(digest)
    said = " ".join(map(shown, (root, *root.thread)))
    assert len(digest.items) == 1
    assert [name for name in (one.subject for one in columns) if name not in said] == []
    assert [one.model.name for one in news if one.model.name not in said] == []
    assert len(rows_of(root)) == 60 * 20


@pytest.mark.parametrize("text", [*samples.HOSTILE, "🛫" * 3_000, "\ud800" * 500])
def test_long_and_wide_texts_stay_within_the_limits(text: str) -> None:
    """A digest in which every name is the same attack is one that Slack takes, and it attacks nobody."""
    check(slack.render(samples.crowd(40, 3, text.replace("{", "").replace("}", "") + "{}")), OWNER)


def test_hostile_names_neither_ping_nor_forge_nor_break() -> None:
    """Names, segments, advice, evidence, owners and runbooks from hell change nothing but the words shown."""
    check(slack.render(samples.hostile()), OWNER)


@pytest.mark.parametrize("sample", [samples.quiet, samples.busy, samples.broken, samples.warming_up])
def test_usual_days_are_taken_by_every_validator(sample) -> None:
    """What people get every day holds too."""
    check(slack.render(sample()), OWNER)


def test_a_quiet_day_is_two_blocks() -> None:
    """A quiet day is one line and its small print."""
    (message,) = messages(samples.quiet())
    assert (len(message.blocks), message.files) == (2, ())


def test_a_busy_day_fits_the_root() -> None:
    """A usual bad day is read in one message: its thread only has the metrics at every age."""
    message, details = messages(samples.busy())
    assert message.files == ()
    assert {block["type"] for block in details.blocks} == {"context", "table"}


def test_the_root_has_one_line_of_metrics_for_each_model() -> None:
    """The primary metric at the last age is read in two lines of a phone; every age and metric is in the thread."""
    message, details = messages(samples.busy())
    lines = [one for one in shown(message).split("\n") if "roc_auc" in one]
    assert len(lines) <= 1
    assert "flight_late: roc_auc 0.712 (usually 0.690-0.750); predictions of Thu 8 Aug, seen 14 days later" in shown(
        message
    )
    assert "precision" not in shown(message)
    assert "precision" in shown(details)


def test_many_models_are_summed_up() -> None:
    """Of two hundred models the root says how many are as usual, not each of them."""
    root = shown(messages(crowd(100, 200)[0])[0])
    assert "primary metric of 200 models at the last age" in root
    assert root.count("roc_auc") == 0


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
    pieces = crowd(10_000, 200)[1].plain
    assert max(len(piece.encode()) for piece in pieces) <= 3_800
    assert re.search(r"\+[\d,]+ more lines$", pieces[-1])
    assert "13.1-14.8 % missing" in slack.render(samples.busy()).plain[0]


def test_replies_can_be_heard_without_their_blocks() -> None:
    """Screen readers get a message's text alone, so it holds what the blocks show."""
    first = crowd(100, 5)[1].thread[0]
    assert "feature_" in first.text
    assert "What to do: " in first.text
