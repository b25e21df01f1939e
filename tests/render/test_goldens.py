"""Renderings of typical days, kept as files that people can read: `UPDATE_GOLDENS=1 pytest` writes them anew."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.digest import samples
from vitals.digest import Digest
from vitals.render import html, slack, text

GOLDEN = Path(__file__).parent / "golden"
DAYS: dict[str, Callable[[], Digest]] = {
    "quiet": samples.quiet,
    "busy": samples.busy,
    "not_monitored": samples.broken,
    "warm_up": samples.warming_up,
}


def as_json(digest: Digest) -> str:
    """Give what is sent to Slack: the root, then the thread."""
    message = slack.render(digest)
    sent = [one.root for one in (message, *message.thread)]
    return json.dumps(sent, indent=1, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Digest], str]] = {
    "txt": text.render,
    "html": html.render,
    "slack.json": as_json,
    "json": lambda digest: digest.to_json(indent=1) + "\n",
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", DAYS)
def test_a_day_reads_as_its_golden_file(name: str, suffix: str) -> None:
    """What people get for a typical day changes only on purpose."""
    path = GOLDEN / f"{name}.{suffix}"
    rendered = FORMATS[suffix](DAYS[name]())
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(rendered, encoding="utf-8")
    assert rendered == path.read_text(encoding="utf-8")
