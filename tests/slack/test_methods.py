"""Channels, threads, edits, files, reactions and scopes behave as documented, seen through the library's client."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack import BOT_USER, Channel, SlackServer
from tests.slack.conftest import Refusal

C = "C0123456789"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def picture(file_id: str) -> list[dict[str, object]]:
    return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "a line"}]


def test_a_thread_hangs_on_its_root(client: WebClient, slack: SlackServer, refused: Refusal) -> None:
    """Replies come oldest first after their root; history shows roots only, newest first, with the thread's figures."""
    first = client.chat_postMessage(channel=C, text="one")["ts"]
    second = client.chat_postMessage(channel=C, text="two")["ts"]
    reply = client.chat_postMessage(channel=C, text="reply", thread_ts=first)["ts"]
    client.chat_postMessage(channel=C, text="again", thread_ts=first)
    thread = client.conversations_replies(channel=C, ts=first)["messages"]
    history = client.conversations_history(channel=C)["messages"]
    assert [one["text"] for one in thread] == ["one", "reply", "again"]
    assert [one["text"] for one in history] == ["two", "one"]
    assert (history[1]["thread_ts"], history[1]["reply_count"]) == (first, 2)
    assert [one["text"] for one in slack.replies(first)] == ["reply", "again"]
    assert slack.replies(second) == []
    for bad in (reply, "1.000000"):
        answer = refused("chat.postMessage", channel=C, text="x", thread_ts=bad)
        assert answer["error"] == "cannot_reply_to_message"


def test_history_is_read_page_by_page_between_two_times(client: WebClient, slack: SlackServer) -> None:
    """Cursors lead through all pages; `oldest` and `latest` exclude their own message unless told otherwise."""
    stamps = [client.chat_postMessage(channel=C, text=str(number))["ts"] for number in range(5)]
    slack.app.page = 2
    seen, cursor = [], ""
    while True:
        page = client.conversations_history(channel=C, cursor=cursor)
        seen += [one["text"] for one in page["messages"]]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    between = client.conversations_history(channel=C, oldest=stamps[0], latest=stamps[2])["messages"]
    inclusive = client.conversations_history(channel=C, oldest=stamps[3], inclusive=True)["messages"]
    assert seen == ["4", "3", "2", "1", "0"]
    assert [one["text"] for one in between] == ["1"]
    assert [one["text"] for one in inclusive] == ["4", "3"]


def test_text_alone_removes_blocks_and_only_then_looks_edited(client: WebClient, slack: SlackServer) -> None:
    """An edit with blocks does not look like one; metadata stay unless replaced."""
    metadata = {"event_type": "a", "event_payload": {"k": 1}}
    blocks = [{"type": "divider"}]
    ts = client.chat_postMessage(channel=C, text="one", blocks=blocks, metadata=metadata)["ts"]
    client.chat_update(channel=C, ts=ts, text="two", blocks=blocks)
    assert "edited" not in slack.roots()[0]
    client.chat_update(channel=C, ts=ts, text="three")
    (root,) = slack.roots()
    assert (root["text"], root["blocks"], root["metadata"]) == ("three", [], metadata)
    assert root["edited"]["user"] == BOT_USER


def test_only_own_messages_are_edited_and_deleted(client: WebClient, slack: SlackServer, refused: Refusal) -> None:
    """Other people's messages are not for the app to change; a closed window and a missing message have their codes."""
    theirs = slack.say("hello")
    own = client.chat_postMessage(channel=C, text="mine")["ts"]
    assert refused("chat.update", channel=C, ts=theirs, text="x")["error"] == "cant_update_message"
    assert refused("chat.delete", channel=C, ts=theirs)["error"] == "cant_delete_message"
    assert refused("chat.update", channel=C, ts="1.000000", text="x")["error"] == "message_not_found"
    slack.app.edit_window_s = -1
    assert refused("chat.update", channel=C, ts=own, text="x")["error"] == "edit_window_closed"


def test_a_deleted_root_leaves_a_tombstone(client: WebClient, slack: SlackServer) -> None:
    """A message without replies is gone; one with replies keeps its place, and nobody can reply to it."""
    alone = client.chat_postMessage(channel=C, text="alone")["ts"]
    root = client.chat_postMessage(channel=C, text="root")["ts"]
    client.chat_postMessage(channel=C, text="reply", thread_ts=root)
    client.chat_delete(channel=C, ts=alone)
    client.chat_delete(channel=C, ts=root)
    assert [one.get("subtype") for one in slack.roots()] == ["tombstone"]
    assert len(slack.replies(root)) == 1
    with pytest.raises(SlackApiError, match="cannot_reply_to_message"):
        client.chat_postMessage(channel=C, text="x", thread_ts=root)


def test_a_permalink_names_channel_and_message(client: WebClient, slack: SlackServer) -> None:
    """The address of a message has its ts without the point."""
    ts = client.chat_postMessage(channel=C, text="x")["ts"]
    link = client.chat_getPermalink(channel=C, message_ts=ts)["permalink"]
    assert link == f"{slack.app.url}/archives/{C}/p{ts.replace('.', '')}"


def test_channels_let_in_members_only() -> None:
    """Membership, archive and privacy each have their code; joining works for public channels, by id."""
    there = [Channel(C), Channel("C2", "other", member=False), Channel("C3", "old", archived=True)]
    with SlackServer([*there, Channel("C4", "secret", private=True, member=False)]) as slack:
        client = WebClient(token=slack.token, base_url=slack.url, retry_handlers=[])
        for channel, code in (("C2", "not_in_channel"), ("C3", "is_archived"), ("C4", "channel_not_found")):
            with pytest.raises(SlackApiError, match=code):
                client.chat_postMessage(channel=channel, text="x")
        with pytest.raises(SlackApiError, match="not_in_channel"):
            client.conversations_history(channel="C2")
        client.conversations_join(channel="C2")
        assert client.chat_postMessage(channel="#other", text="x")["channel"] == "C2"
        assert client.conversations_info(channel="C2")["channel"]["is_member"]
        listed = client.conversations_list(exclude_archived=True)["channels"]
        assert [one["name"] for one in listed] == ["ml-monitoring", "other"]


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("chat.postMessage", "chat:write"),
        ("chat.update", "chat:write"),
        ("conversations.history", "channels:history"),
        ("conversations.replies", "channels:history"),
        ("conversations.info", "channels:read"),
        ("conversations.join", "channels:join"),
        ("conversations.list", "channels:read"),
        ("files.getUploadURLExternal", "files:write"),
        ("files.completeUploadExternal", "files:write"),
        ("files.info", "files:read"),
        ("reactions.add", "reactions:write"),
        ("reactions.get", "reactions:read"),
        ("users.info", "users:read"),
        ("users.lookupByEmail", "users:read.email"),
    ],
)
def test_each_method_needs_its_scope(slack: SlackServer, refused: Refusal, method: str, needed: str) -> None:
    """A missing scope is named, beside what the token has."""
    slack.scopes = "something:else"
    answer = refused(method, channel=C, ts="1", text="x")
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, "something:else")


def test_the_token_is_told_and_checked(client: WebClient, slack: SlackServer) -> None:
    """auth.test says who it is, with the scopes in a header; another token is refused."""
    answer = client.auth_test()
    assert (answer["user_id"], answer.headers["x-oauth-scopes"]) == (BOT_USER, slack.scopes)
    for token, code in (("xoxb-other", "invalid_auth"), (None, "not_authed")):
        with pytest.raises(SlackApiError, match=code):
            WebClient(token=token, base_url=slack.url, retry_handlers=[]).auth_test()


def test_a_file_is_uploaded_in_three_steps(client: WebClient, slack: SlackServer) -> None:
    """The library's upload works; the bytes travel without a token; without a channel nothing is posted."""
    client.files_upload_v2(content=PNG, filename="a.png", alt_txt="a line", title="A")
    (file,) = slack.files.values()
    assert [one.method for one in slack.calls[-3:]] == [
        "files.getUploadURLExternal",
        "upload",
        "files.completeUploadExternal",
    ]
    assert [one.authorized for one in slack.calls[-3:]] == [True, False, True]
    assert (file.content, file.title, file.alt_txt, slack.roots()) == (PNG, "A", "a line", [])


def test_a_file_can_be_shared_in_a_thread(client: WebClient, slack: SlackServer) -> None:
    """With channel and thread the file is a reply of the app."""
    root = client.chat_postMessage(channel=C, text="root")["ts"]
    client.files_upload_v2(content="a,b\n", filename="a.csv", channel=C, thread_ts=root)
    (reply,) = slack.replies(root)
    shown = client.conversations_replies(channel=C, ts=root)["messages"][1]
    assert reply["files"] == list(slack.files)
    assert shown["files"][0]["mimetype"] == "text/csv"


def test_a_picture_waits_until_its_file_is_processed(client: WebClient, slack: SlackServer, refused: Refusal) -> None:
    """Before files.info shows a type the picture is refused with its place; after that it is taken."""
    slack.app.polls = 2
    file = client.files_upload_v2(content=PNG, filename="a.png")["file"]["id"]
    answer = refused("chat.postMessage", channel=C, text="x", blocks=picture(file))
    kinds = [client.files_info(file=file)["file"]["mimetype"] for _ in range(2)]
    assert answer["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    assert kinds == ["", "image/png"]
    assert client.chat_postMessage(channel=C, text="x", blocks=picture(file))["ok"]


def test_a_picture_must_be_an_uploaded_picture(client: WebClient, slack: SlackServer, refused: Refusal) -> None:
    """An unknown file, a table of values, and bytes that never came are no pictures."""
    csv = client.files_upload_v2(content="a", filename="a.csv")["file"]["id"]
    never = client.files_getUploadURLExternal(filename="b.png", length=4)["file_id"]
    for file in (csv, never, "F9"):
        assert refused("chat.postMessage", channel=C, text="x", blocks=picture(file))["error"] == "invalid_blocks"
    unfinished = refused("files.completeUploadExternal", files=[{"id": never}])
    assert (unfinished["error"], slack.roots()) == ("missing_file_data", [])
    assert refused("files.completeUploadExternal", files=[{"id": "F9"}])["error"] == "file_not_found"


def test_reactions_are_counted_by_person(client: WebClient, slack: SlackServer, refused: Refusal) -> None:
    """People and the app react once each; what is taken back is gone, and history shows the rest."""
    ts = client.chat_postMessage(channel=C, text="x")["ts"]
    slack.react(C, ts, "eyes", "U2")
    client.reactions_add(channel=C, timestamp=ts, name="eyes")
    again = refused("reactions.add", channel=C, timestamp=ts, name="eyes")
    seen = client.reactions_get(channel=C, timestamp=ts)["message"]["reactions"]
    slack.unreact(C, ts, "eyes", "U2")
    client.reactions_remove(channel=C, timestamp=ts, name="eyes")
    assert seen == [{"name": "eyes", "users": ["U2", BOT_USER], "count": 2}]
    assert again["error"] == "already_reacted"
    assert "reactions" not in client.conversations_history(channel=C)["messages"][0]
    assert refused("reactions.remove", channel=C, timestamp=ts, name="eyes")["error"] == "no_reaction"
    assert refused("reactions.add", channel=C, timestamp=ts, name="!")["error"] == "invalid_name"


def test_people_are_found_by_id_and_by_email(client: WebClient, slack: SlackServer) -> None:
    """An address is shown only to a token that may see it."""
    assert client.users_lookupByEmail(email="grace@example.com")["user"]["id"] == "U2"
    slack.scopes = "users:read"
    profile = client.users_info(user="U2")["user"]["profile"]
    assert profile == {"real_name": "Grace", "display_name": "Grace"}


def test_whoever_is_called_is_told(client: WebClient, slack: SlackServer) -> None:
    """Live tokens are found in text, blocks and attachments; escaped ones and allowed ids are not."""
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
    }
    client.chat_postMessage(
        channel=C, text="&lt;!channel&gt; @here <https://a.example|b>", blocks=[rich], link_names=False
    )
    assert slack.pings(allowed=["U1"]) == []
    assert slack.links() == [("https://a.example", "b")]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "<!here> <@U2|x>"}}
    client.chat_postMessage(channel=C, text="<!channel>", blocks=[section], attachments=[{"text": "<!subteam^S1>"}])
    assert [one.token for one in slack.pings(allowed=["U1"])] == ["<!channel>", "<!here>", "<@U2>", "<!subteam^S1>"]


def test_an_edit_at_its_defaults_looks_for_names(client: WebClient, slack: SlackServer) -> None:
    """`parse` is "client" in an edit unless told otherwise, so a plain @channel counts there."""
    ts = client.chat_postMessage(channel=C, text="@channel")["ts"]
    client.chat_update(channel=C, ts=ts, text="@channel", parse="none")
    assert slack.pings() == []
    client.chat_update(channel=C, ts=ts, text="@channel")
    assert [one.token for one in slack.pings()] == ["<!channel>"]


def test_state_survives_and_is_comparable(client: WebClient, slack: SlackServer) -> None:
    """A snapshot restores everything; what was told is equal for other times and ids."""
    root = client.chat_postMessage(channel=C, text="root")["ts"]
    client.files_upload_v2(content=PNG, filename="a.png", channel=C, thread_ts=root)
    with SlackServer(clock=lambda: 1.8e9) as other:
        other.workspace.restore(slack.snapshot())
        assert (other.snapshot(), other.files["F0000000001"].content) == (slack.snapshot(), PNG)
        assert other.workspace.next_ts() > root
    with SlackServer(clock=lambda: 1.8e9) as other:
        there = WebClient(token=other.token, base_url=other.url, retry_handlers=[])
        there.files_upload_v2(content=b"x", filename="b.png")
        later = there.chat_postMessage(channel=C, text="root")["ts"]
        there.files_upload_v2(content=PNG, filename="a.png", channel=C, thread_ts=later)
        assert other.told() == slack.told()
        there.chat_update(channel=C, ts=later, text="other")
        assert other.told() != slack.told()
