"""Draw the README's pictures from the store that `vitals demo` left: `python -m tests.slack.pictures out/demo`.

Every message is composed, rendered and sent as on any day, to a stand-in Slack; the demo's own store stays as it is.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.slack.page import environment
from tests.slack.picture import browser_path, picture
from tests.slack.server import SlackServer
from tests.slack.workspace import Channel
from vitals.digest import Digest
from vitals.errors import VitalsError
from vitals.io.settings import Settings
from vitals.io.summing import tell_backfill
from vitals.io.telling import channel_of, composed, tell
from vitals.io.world import World
from vitals.render import chart, html
from vitals.spec import Model

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "deployments" / "demo" / "pictures"
MODEL = "flight_late"
CHANNEL = Channel("C0PICTURES1", "ml-monitoring")  # was never told anything
TOLD = date(2013, 8, 26)
RANGE = date(2013, 8, 1)  # its problem has a usual range to draw
BACKFILL = date(2013, 4, 1), date(2013, 8, 31)
WIDE, PAGE = 720, 1000  # CSS pixels
MOST_BYTES = 150_000


def draw(home: Path, out: Path) -> list[Path]:
    """Draw a digest in Slack, its page, its chart, and the summary of the whole backfill.

    Parameters
    ----------
    home : folder that `vitals demo --out` filled.

    Raises
    ------
    FileNotFoundError : no store there, or no chromium. ValueError : the day has no chart, or a picture became too large.
    """
    out.mkdir(parents=True, exist_ok=True)
    with _opened(home) as (world, models, slack):
        channel = channel_of(world, models[0])
        tell(world, channel, TOLD - timedelta(days=1), models, {})
        told = tell(world, channel, TOLD, models, {}).digest
        last = slack.roots()[-1]["ts"]
        picture(slack.app.url, out / "slack.png", WIDE, only=last, scale=1, thread=False)
        (out / "chart.png").write_bytes(_chart(composed(world, channel, RANGE, models, {})))
        _page(html.render(told), out / "page.png")
        tell_backfill(world, channel, models, BACKFILL, {})
        picture(slack.app.url, out / "backfill.png", WIDE, only=slack.roots()[-1]["ts"], scale=1)
    return list(_small(sorted(out.glob("*.png"))))


@contextmanager
def _opened(home: Path) -> Iterator[tuple[World, Sequence[Model], SlackServer]]:
    """Open a copy of the demo's store whose clock stands on the morning after, with a stand-in Slack to tell."""
    from flows.choosing import chosen
    from tasks.world import open_world

    morning = datetime.combine(TOLD + timedelta(days=1), time(8), UTC)
    if not (home / "vitals.db").exists():
        message = f"{home} has no vitals.db; fill it with `vitals demo --out {home}`"
        raise FileNotFoundError(message)
    with TemporaryDirectory() as folder, SlackServer([CHANNEL], clock=morning.timestamp) as slack:
        for part in home.glob("vitals.db*"):
            shutil.copy(part, folder)
        settings = Settings.from_env(
            environment(slack, slack.channel),
            home=Path(folder),
            store_url=f"sqlite:///{folder}/vitals.db",
            models_dir=ROOT / "deployments" / "models",
            suites_dir=ROOT / "expectations" / "suites",
            sources={"flights": f"file://{ROOT / 'deployments' / 'demo' / 'data'}"},
        )
        models, _ = chosen(settings, [MODEL])
        with open_world(settings, lambda: morning) as world:
            yield world, models, slack


def _chart(digest: Digest) -> bytes:
    """Draw the first chart of a digest."""
    shown = next((item.chart for item in digest.items if item.chart), None)
    if shown is None:
        message = f"the digest of {digest.day} has no chart; run `vitals demo` again"
        raise ValueError(message)
    return chart.png(shown)


def _page(page: str, out: Path) -> None:
    """Draw the first screens of a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        screen = browser.new_page(viewport={"width": PAGE, "height": 900})
        screen.set_content(page)
        screen.screenshot(path=out)
        browser.close()


def _small(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.stat().st_size > MOST_BYTES:
            message = f"{path} has {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} belong into a README"
            raise ValueError(message)
        yield path


def main(arguments: list[str] | None = None) -> int:
    """Draw all pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.slack.pictures", description=__doc__)
    parser.add_argument("home", type=Path, help="the folder that `vitals demo --out` filled")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    try:
        drawn = draw(asked.home, asked.out)
    except (OSError, ValueError, VitalsError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    print("\n".join(f"{path}: {path.stat().st_size:,} bytes" for path in drawn))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
