"""`vitals demo`: five months of a real model's predictions, monitored on the embedded default, and one telling digest."""

from datetime import date, timedelta
from pathlib import Path

from deployments.commands.backfill import episodes, fill, print_episodes
from deployments.commands.common import say, warn
from deployments.commands.progress import telling
from flows.choosing import chosen
from tasks.world import open_world
from vitals.errors import InputError
from vitals.io.settings import Settings
from vitals.io.telling import channel_of, tell

HERE = Path(__file__).resolve().parents[1]
FIRST, LAST = date(2013, 4, 1), date(2013, 8, 31)
TOLD_DAYS = 7


def demo(out: Path, day: date, workers: int) -> None:
    """Backfill the flights, tell the digests of a week up to `day`, print the last and say what to try next."""
    if not FIRST <= day <= LAST:
        message = f"--day {day} is outside the demo's data; take one of {FIRST} to {LAST}"
        raise InputError(message)
    settings = Settings.from_env(
        home=out,
        store_url=f"sqlite:///{(out / 'vitals.db').resolve()}",
        models_dir=HERE / "models",
        suites_dir=HERE.parent / "expectations" / "suites",
        sources={"flights": f"file://{(HERE / 'demo' / 'data').resolve()}"},
    )
    models, _ = chosen(settings, ["flight_late"])
    say("flight_late: will this flight be more than 15 minutes late? 144,121 real predictions, April to August 2013")
    with open_world(settings) as world:
        outcome, days = fill(world, models, FIRST, LAST, None, False, workers)
        for name, problem in outcome.problems.items():
            warn(f"{name}: {problem}")
        print_episodes(episodes(world, models, days))
        channel = channel_of(world, models[0])
        delivered = None
        for told in telling(
            [day - timedelta(days=back) for back in reversed(range(TOLD_DAYS)) if day - timedelta(days=back) >= FIRST]
        ):
            delivered = tell(world, channel, told, models, {})
    if delivered is not None:
        say("")
        say(delivered.text)
        say(delivered.where)
    say(_next(out))


def _next(out: Path) -> str:
    env = f"VITALS_HOME={out} VITALS_SOURCE_FLIGHTS_URL=file:{HERE.name}/demo/data"
    return f"""
Try next:
  export {env}
  .venv/bin/vitals show findings flight_late --first-day 2013-08-19 --last-day 2013-08-23
  .venv/bin/vitals digest --day 2013-07-02 --dry-run
  .venv/bin/vitals show drift flight_late --first-day 2013-08-22 --last-day 2013-08-22
  .venv/bin/vitals check"""
