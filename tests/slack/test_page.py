"""The page for people: what is drawn, that nothing in it is alive, and that a person can react."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient

from tests.slack import SlackServer
from tests.slack.picture import browser_path, picture

C = "C0123456789"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
HOSTILE = '<x-evil onload=alert(1)>" onmouseover="alert(2)\'<img src=x onerror=alert(3)>'


def text(value: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": value}


def inline(*elements: dict[str, Any], kind: str = "rich_text_section", **more: Any) -> dict[str, Any]:
    return {"type": kind, "elements": list(elements)} | more


def every_block(value: str, file: str) -> list[dict[str, Any]]:
    """Put a value wherever a block takes one."""
    return [
        {"type": "header", "text": text(value[:150], "plain_text")},
        {"type": "section", "text": text(value), "fields": [text(value), text(value, "plain_text")]},
        {
            "type": "context",
            "elements": [text(value), {"type": "image", "slack_file": {"id": file}, "alt_text": value}],
        },
        {"type": "image", "slack_file": {"id": file}, "alt_text": value, "title": text(value, "plain_text")},
        inline(
            inline(text(value, "text"), {"type": "link", "url": "javascript:alert(3)", "text": value}),
            inline(inline(text(value, "text")), kind="rich_text_list", style="bullet"),
            inline(text(value, "text"), kind="rich_text_preformatted"),
            kind="rich_text",
        ),
        {"type": "table", "rows": [[text(value, "raw_text")]]},
        {"type": "markdown", "text": value},
    ]


def fetch(slack: SlackServer, query: str = "") -> str:
    with urlopen(f"{slack.app.url}/?{query}") as answer:  # noqa: S310 (loopback)
        body: bytes = answer.read()
    return body.decode()


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def post(slack: SlackServer, client: WebClient, value: str) -> str:
    """Post a message that holds a value everywhere; gives its ts."""
    file = client.files_upload_v2(content=PNG, filename="a.png", alt_txt=value, title=value)["file"]["id"]
    client.files_upload_v2(content="a,b\n", filename=f"{value[:40]}.csv", title=value, channel=C)
    metadata = {"event_type": "a", "event_payload": {"k": value}}
    attached = [{"title": value, "text": value, "color": '"><b', "fields": [{"title": value, "value": value}]}]
    blocks = every_block(value, file)
    sent = client.chat_postMessage(channel=C, text=value, blocks=blocks, attachments=attached, metadata=metadata)
    slack.say(value, thread_ts=str(sent["ts"]))
    return str(sent["ts"])


def test_values_appear_and_none_is_alive(slack: SlackServer, client: WebClient) -> None:
    """Wherever a hostile value stands, it is shown and makes no element, attribute or address."""
    post(slack, client, HOSTILE)
    drawn = main_of(fetch(slack))
    assert drawn.count("&lt;x-evil") > 15
    assert not re.search(r"""<x-evil|" onmouseover|<img src=x|href=["']?javascript""", drawn)


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        ("*a* _b_ ~c~ `d*e*`", "<strong>a</strong> <em>b</em> <s>c</s> <code>d*e*</code>"),
        ("a_b_c 2*3*4", "a_b_c 2*3*4"),
        ("&lt;!channel&gt; &amp;amp;", "&lt;!channel&gt; &amp;amp;"),
        (
            "<!channel> <@U2> <#C0123456789>",
            '@channel</span> <span class="mention">@Grace</span> <span class="mention">#ml-',
        ),
        (
            "<https://a.example/?b&amp;c|d>",
            '<a href="https://a.example/?b&amp;c" rel="noreferrer noopener" target="_blank">d</a>',
        ),
        ("<javascript:alert(1)|d>", '<span class="badlink" title="not a web address">d</span>'),
        ("> q\nr", "<blockquote>q</blockquote>r"),
        ("```\na *b*\n```", "<pre>a *b*</pre>"),
        (":eyes: 🔴", 'href="#emoji-eyes"/></svg> <svg class="emoji" role="img" aria-label="red_circle">'),
        (":no_such: 12:30:45", ":no_such: 12:30:45"),
    ],
)
def test_mrkdwn_is_drawn_as_slack_reads_it(slack: SlackServer, client: WebClient, said: str, drawn: str) -> None:
    """Styles at word borders, tokens, quotes and code; escaped signs stay text."""
    client.chat_postMessage(channel=C, text=said)
    assert drawn in main_of(fetch(slack))


def test_only_a_text_looks_edited(slack: SlackServer, client: WebClient) -> None:
    """As in Slack, an edit with blocks leaves no mark."""
    blocks = [{"type": "section", "text": text("same")}]
    ts = client.chat_postMessage(channel=C, text="one", blocks=blocks)["ts"]
    client.chat_update(channel=C, ts=ts, text="one", blocks=blocks)
    assert "(edited)" not in fetch(slack)
    client.chat_update(channel=C, ts=ts, text="one")
    assert "(edited)" in fetch(slack)


def test_an_empty_channel_says_how_to_fill_it(slack: SlackServer) -> None:
    """The variables to set are on the page, and the banner says what it is."""
    page = fetch(slack)
    assert f"export VITALS_SLACK_BASE_URL={slack.url}" in page
    assert "not slack.com" in page


def test_a_table_of_values_is_downloaded_and_a_picture_shown(slack: SlackServer, client: WebClient) -> None:
    """Only pictures open in the browser; nothing is sniffed."""
    for name, content, how in (
        ("a.csv", b"a,b\n", "attachment"),
        ("a.png", PNG, "inline"),
        ("a.html", b"<p>", "attachment"),
    ):
        file = client.files_upload_v2(content=content, filename=name)["file"]["id"]
        with urlopen(f"{slack.app.url}/files/{file}") as answer:  # noqa: S310 (loopback)
            assert answer.read() == content
            assert answer.headers["Content-Disposition"] == f"{how}; filename*=UTF-8''{name}"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_press_reacts_and_a_second_one_takes_it_back(slack: SlackServer) -> None:
    """Without any script: a form post as the chosen person."""
    ts = slack.say("hello")
    form = urlencode({"channel": C, "ts": ts, "name": "eyes", "as": "U3"}).encode()
    seen = []
    for _ in range(2):
        urlopen(Request(f"{slack.app.url}/stand-in/react", form)).close()  # noqa: S310 (loopback)
        seen.append(slack.snapshot()["channels"][0]["messages"][0].get("reactions"))
    assert seen == [[{"name": "eyes", "users": ["U3"], "count": 1}], None]


def test_the_command_tells_what_to_set_and_keeps_its_state(tmp_path: Path) -> None:
    """What was posted is there after a restart; the printed lines are those that Vitals reads."""
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "tests.slack", "--port", "0", "--channel", "drift", "--state", str(state)]
    seen = []
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as served:
            assert served.stdout is not None
            told = {}
            for line in served.stdout:
                name, _, value = line.strip().removeprefix("export ").partition("=")
                told[name] = value
                if line.startswith("Ctrl-C"):
                    break
            client = WebClient(token=told["VITALS_SLACK_TOKEN"], base_url=told["VITALS_SLACK_BASE_URL"])
            client.chat_postMessage(channel=told["VITALS_SLACK_CHANNEL"], text="hello")
            seen.append(len(client.conversations_history(channel=told["VITALS_SLACK_CHANNEL"])["messages"]))
            served.send_signal(signal.SIGINT)
            assert served.wait(30) == 0
    assert seen == [1, 2]
    assert json.loads(state.read_text())["channels"][0]["name"] == "drift"


def test_a_taken_port_is_one_line(slack: SlackServer) -> None:
    """The error names the port and what to do."""
    port = slack.app.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.slack", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert re.fullmatch(rf"error: port {port} of 127.0.0.1 cannot be used: .*; take another --port\n", ended.stderr)


@pytest.mark.browser
def test_a_person_reads_reacts_and_sees_news(slack: SlackServer, client: WebClient) -> None:
    """Pressing an emoji reacts as the chosen person; a new message appears by itself; nothing runs, nothing is too wide."""
    from playwright.sync_api import Dialog, sync_playwright

    ts = post(slack, client, HOSTILE + "w" * 300)
    told: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        told.append(dialog.message)
        dialog.dismiss()

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.on("dialog", dismiss)
        page.on("console", lambda message: told.append(message.text))
        page.goto(slack.app.url)
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.get_by_role("link", name="Grace").click()
        page.locator(f"#p{ts.replace('.', '')} > .body .add[value=eyes]").click()
        mine = page.locator(f"#p{ts.replace('.', '')} > .body .mine").inner_text()
        client.chat_postMessage(channel=C, text="news for you")
        page.get_by_text("news for you").wait_for()
        browser.close()
    assert (wide, mine.strip(), told) == (360, "1", [])
    assert slack.roots()[1]["reactions"] == [{"name": "eyes", "users": ["U2"], "count": 1}]


@pytest.mark.browser
def test_a_channel_becomes_a_picture(slack: SlackServer, client: WebClient, tmp_path: Path) -> None:
    """The picture has the asked width, is as high as the channel, and holds nothing to press."""
    from PIL import Image

    for number in range(12):
        client.chat_postMessage(channel=C, text=f"message {number}")
    picture(slack.app.url, tmp_path / "a.png", 480, scale=1)
    with Image.open(tmp_path / "a.png") as drawn:
        assert (drawn.width, drawn.height > 600) == (480, True)
    assert "<button" not in fetch(slack, "bare=1")
