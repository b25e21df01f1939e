"""A channel as a PNG: `python -m tests.slack.picture STATE_OR_URL OUT.png --width 720`."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

from tests.slack.server import SlackServer


def picture(
    url: str,
    out: Path,
    width: int = 720,
    *,
    channel: str = "",
    only: str = "",
    scale: float = 2,
    thread: bool = True,
) -> None:
    """Draw a channel of a running stand-in.

    Parameters
    ----------
    url : of the page, without path. width : in CSS pixels. channel : id; "" is the first one.
    only : ts of a message to draw alone with its thread. scale : pixels per CSS pixel. thread : False leaves replies out.

    Raises
    ------
    FileNotFoundError : no chromium.
    """
    from playwright.sync_api import sync_playwright

    query = urlencode({"bare": 1} | ({"channel": channel} if channel else {}) | ({"only": only} if only else {}))
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 200}, device_scale_factor=scale)
        page.goto(f"{url}/?{query}")
        if not thread:
            page.add_style_tag(content=".thread { display: none }")
        page.screenshot(path=out, full_page=True)
        browser.close()


def browser_path() -> str:
    """Find chromium.

    Raises
    ------
    FileNotFoundError : there is none.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    message = "chromium is not on PATH; install it to draw pictures"
    raise FileNotFoundError(message)


def main(arguments: list[str] | None = None) -> int:
    """Draw a channel of a state file or a running stand-in."""
    parser = argparse.ArgumentParser(prog="python -m tests.slack.picture", description=__doc__)
    parser.add_argument("source", help="a file that --state wrote, or the address of a running stand-in")
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=720)
    parser.add_argument("--channel", default="", help="id; the first channel without")
    parser.add_argument("--only", default="", help="ts of one message, drawn with its thread")
    parser.add_argument("--scale", type=float, default=2)
    asked = parser.parse_args(arguments)
    try:
        if asked.source.startswith("http://"):
            picture(
                asked.source.rstrip("/"),
                asked.out,
                asked.width,
                channel=asked.channel,
                only=asked.only,
                scale=asked.scale,
            )
        else:
            with SlackServer() as slack:
                slack.workspace.restore(json.loads(Path(asked.source).read_text()))
                picture(
                    slack.app.url, asked.out, asked.width, channel=asked.channel, only=asked.only, scale=asked.scale
                )
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"error: {asked.source} cannot be drawn: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
