"""`vitals backfill`: observe a range of days, in parallel if asked, judge once, and say what was found as episodes."""

import sys
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from deployments.commands.common import print_rows, say, span, warn
from deployments.commands.progress import observing
from deployments.commands.run import complain_of, exit_code
from deployments.ending import complain
from flows import plain, story
from flows.choosing import chosen, todo
from tasks.world import open_world
from vitals import windows, words
from vitals.errors import InputError
from vitals.io.settings import Settings
from vitals.io.summing import Summed, tell_backfill
from vitals.io.telling import channel_of
from vitals.io.world import World
from vitals.records import Day, Severity
from vitals.spec import Model


def backfill(
    settings: Settings,
    names: Sequence[str],
    all_models: bool,
    first: date | None,
    last: date | None,
    back: str | None,
    force: bool,
    workers: int,
    as_format: str,
    slack: bool = True,
) -> int:
    """Observe and judge the range; returns the exit code."""
    if not names and not all_models:
        message = "which models? name them or say --all"
        raise InputError(message)
    if names and all_models:
        message = f"--all and {' '.join(names)} exclude each other; give one of them"
        raise InputError(message)
    models, unread = chosen(settings, names)
    with open_world(settings) as world:
        outcome, days = fill(world, models, first, last, back, force, workers)
        rows = episodes(world, models, days)
        if as_format == "json":
            print_rows(rows)
        else:
            print_episodes(rows)
        story.leave_out(outcome, unread)
        complain_of(outcome)
        if slack and world.settings.slack_token is not None:
            _tell(world, models, days, outcome, as_format)
    return exit_code(outcome)


def _tell(world: World, models: Sequence[Model], days: tuple[Day, Day], outcome: story.Outcome, as_format: str) -> None:
    """Tell every channel what was found in its models, once; where it went goes beside the output."""

    def found(channel: str, day: Day, members: Sequence[Model]) -> Summed:
        return tell_backfill(world, channel, members, (days[0], day), outcome.problems)

    channels = {channel_of(world, model): [days[1]] for model in models}
    story.sum_up(models, lambda model: channel_of(world, model), channels, found, outcome)
    for channel, error in outcome.undelivered.items():
        complain(f"the summary did not reach {channel}: {error}")
    for summed in outcome.summed:
        (warn if as_format == "json" else say)(f"summary {summed.where}")


def fill(
    world: World,
    models: Sequence[Model],
    first: date | None,
    last: date | None,
    back: str | None,
    force: bool,
    workers: int,
) -> tuple[story.Outcome, tuple[Day, Day]]:
    """Observe what is missing in the range and judge; days observed with the same spec are skipped and said so."""
    now = world.clock()
    newest = max(windows.day_of(now, model.zone) for model in models)
    days = span(first, last, back, newest)
    wanted = {model.name: todo(world, model, *days, force=force) for model in models}
    total = sum(len(each) for each in wanted.values())
    skipped = sum(len(list(windows.days(*days, model.zone))) for model in models) - total
    if skipped:
        warn(
            f"{words.count(skipped, 'model-day')} observed before with the same spec, skipped (--force observes again)"
        )
    started = time.monotonic()
    with observing(world.settings, total, workers) as observe_days:
        outcome = story.monitor(models, wanted, plain.steps(world), observe_days)
    done = sum(len(observed) for observed in outcome.observed.values())
    warn(f"{words.count(done, 'model-day')} observed and judged in {time.monotonic() - started:.0f} s")
    return outcome, days


def episodes(world: World, models: Sequence[Model], days: tuple[Day, Day]) -> list[dict[str, Any]]:
    """Incidents of the range, oldest first, as rows."""
    rows = [row for model in models for row in world.store.rows("incidents", model.name, *days)]
    return sorted(rows, key=lambda row: (row["opened_on"], row["model"], row["priority"], row["subject"]))


def print_episodes(rows: Sequence[dict[str, Any]]) -> None:
    """Print episodes as a table for people, or say that there were none."""
    from rich.console import Console
    from rich.table import Table

    shown = [row for row in rows if row["severity"] != Severity.INFO]
    if not shown:
        say("no incidents in this range")
        return
    models = {row["model"] for row in shown}
    table = Table(box=None, pad_edge=False)
    for head in ("opened", "until", "days", "P", "severity", *(["model"] if len(models) > 1 else []), "what", "now"):
        wraps = head in {"what", "model"}
        table.add_column(head, justify="right" if head in {"days", "P"} else "left", no_wrap=not wraps, overflow="fold")
    for together in _together(shown):
        one = together[0]
        table.add_row(
            str(one["opened_on"]),
            str(one["last_seen_on"]),
            str(one["days"]),
            str(one["priority"]),
            str(one["severity"]),
            *([str(one["model"])] if len(models) > 1 else []),
            _what(together),
            "resolved" if one["resolved_on"] else "open",
        )
    say(f"{words.count(len(shown), 'incident')}:")
    Console(width=None if sys.stdout.isatty() else 110).print(table)


def _together(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Incidents of one kind with the same days are one line."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        same = (
            "opened_on",
            "last_seen_on",
            "resolved_on",
            "days",
            "priority",
            "severity",
            "model",
            "symptom",
            "segment",
        )
        found.setdefault(tuple(row[key] for key in same), []).append(row)
    return list(found.values())


def _what(rows: Sequence[dict[str, Any]]) -> str:
    subjects = [words.visible(str(row["subject"]), 60) for row in rows]
    segment = words.visible(str(rows[0]["segment"]), 40) if rows[0]["segment"] else ""
    said = f"{rows[0]['symptom'].replace('_', ' ')}: {words.listed(subjects)}"
    return f"{said} in {segment}" if segment else said
