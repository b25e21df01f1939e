"""Serve the stand-in for people: `python -m tests.slack --port 8787 [--state demo.json]`."""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.slack.page import environment
from tests.slack.server import CHANNEL, SlackServer
from tests.slack.workspace import Channel

_EVERY_S = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; with `--state`, go on where the last one ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=8787, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="JSON file to start from, if it is there, and to keep up to date")
    parser.add_argument("--channel", action="append", metavar="NAME", help="name of a channel (can be repeated)")
    asked = parser.parse_args(arguments)
    channels = [
        Channel(f"{CHANNEL[:-2]}{89 + number:02}", name)
        for number, name in enumerate(asked.channel or ["ml-monitoring"])
    ]
    try:
        slack = SlackServer(channels, clock=time.time, port=asked.port)
    except OSError as error:
        sys.stderr.write(
            f"error: port {asked.port} of 127.0.0.1 cannot be used: {error.strerror}; take another --port\n"
        )
        return 2
    if asked.state and asked.state.exists():
        slack.workspace.restore(json.loads(asked.state.read_text()))
    with slack:
        _tell(slack)
        _keep(slack, asked.state)
    return 0


def _tell(slack: SlackServer) -> None:
    lines = [f"A stand-in for Slack (not slack.com): {slack.app.url}/", "To send real digests there:"]
    lines += [f"  export {name}={value}" for name, value in environment(slack, slack.channel).items()]
    print("\n".join([*lines, "Ctrl-C ends it."]), flush=True)  # noqa: T201


def _keep(slack: SlackServer, state: Path | None) -> None:
    """Wait for Ctrl-C, and write what changed."""
    last = ""
    try:
        while True:
            time.sleep(_EVERY_S)
            last = _save(slack, state, last)
    except KeyboardInterrupt:
        _save(slack, state, last)


def _save(slack: SlackServer, state: Path | None, last: str) -> str:
    if state is None:
        return last
    text = json.dumps(slack.snapshot(), ensure_ascii=False, indent=1)
    if text != last:
        partial = state.with_name(f"{state.name}.part")
        partial.write_text(text)
        partial.replace(state)
    return text


if __name__ == "__main__":
    raise SystemExit(main())
