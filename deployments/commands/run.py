"""`vitals run`: observe, judge and tell what is due, or one day."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial

from deployments.commands.common import print_json, say, warn
from deployments.ending import MISTAKE, TROUBLE, complain
from flows import due, plain, story
from flows.choosing import audience, chosen, due_now
from tasks.world import open_world
from vitals import windows
from vitals.errors import InputError, StoreError
from vitals.io import heartbeat
from vitals.io.listening import listen
from vitals.io.settings import Settings
from vitals.io.summing import Summed, send_week, week_due
from vitals.io.telling import channel_of
from vitals.io.world import World
from vitals.records import Severity
from vitals.spec import Model


def run(settings: Settings, names: Sequence[str], day: date | None, fail_on: str, as_format: str) -> int:
    """Run the story once; returns the exit code."""
    models, unread = chosen(settings, names)
    with open_world(settings) as world:
        days = {model.name: _days(world, model, day) for model in models}
        heard = story.hear(models, lambda model: channel_of(world, model), partial(listen, world))
        if as_format == "text":
            for sentence in heard:
                say(sentence)
        steps = plain.steps(world)
        outcome = story.Outcome()
        story.leave_out(outcome, unread)
        complain_of(outcome)
        everyone, others_unread = audience(settings, models, partial(channel_of, world))
        turns = due.turns(days, each=day is None and settings.catch_up == "each")
        for turn in turns:
            monitored = story.monitor(models, turn, steps)
            complain_of(monitored)  # before telling, which may fail, too
            outcome.join(monitored)
            day_of = partial(_told_day, day, turn, world.clock(), last=turn is turns[-1])
            try:
                story.tell(everyone, partial(channel_of, world), day_of, steps, outcome, others_unread)
            except StoreError as error:
                if str(error) not in outcome.problems.values():  # else it was said already
                    raise
        say_week = partial(_week, world, missed=day is None)
        story.sum_up(everyone, partial(channel_of, world), story.told_days(outcome), say_week, outcome)
        _print(outcome, as_format)
        for sentence in _waiting(world, everyone, outcome):
            warn(sentence)
        _beat(settings, outcome)
    return exit_code(outcome, fail_on)


def _told_day(day: date | None, turn: due.Turn, now: datetime, members: Sequence[Model], *, last: bool) -> date | None:
    """The day that a channel is told of: the one asked for, else the newest that is due for all of its models."""
    return day or due.told_day(members, turn, now, last=last, told=lambda _: False)


def _days(world: World, model: Model, day: date | None) -> list[date]:
    now = world.clock()
    if day is None:
        return due_now(world, model, now)
    newest = windows.default_day(now, model.zone)
    if day > newest:
        message = f"--day {day} is not over yet for {model.name} ({model.timezone}); the newest whole day is {newest}"
        raise InputError(message)
    if not windows.exists(day, model.zone):
        message = f"--day {day} does not exist in {model.timezone}; take a day beside it"
        raise InputError(message)
    return [day]


def _week(world: World, channel: str, day: date, models: Sequence[Model], *, missed: bool) -> Summed | None:
    last = week_due(world, channel, day, missed=missed)
    return send_week(world, channel, models, last) if last else None


def _waiting(world: World, models: Sequence[Model], outcome: story.Outcome) -> Iterator[str]:
    """Say which observed days are told later, with those of models that are not due yet."""
    told = {one.digest.channel: one.digest.day for one in outcome.delivered}
    for model in models:
        channel = channel_of(world, model)
        later = [str(day) for day in outcome.observed.get(model.name, ()) if channel in told and day > told[channel]]
        if later:
            yield f"{model.name} {', '.join(later)}: observed; {channel} is told when all of its models are due"


def _beat(settings: Settings, outcome: story.Outcome) -> None:
    url = settings.heartbeat_url
    if url and heartbeat.deserved(outcome.delivered, outcome.undelivered) and not heartbeat.beat(url):
        warn("VITALS_HEARTBEAT_URL did not answer; the digest was delivered all the same")


def _print(outcome: story.Outcome, as_format: str) -> None:
    for channel, error in outcome.undelivered.items():
        complain(f"the digest did not reach {channel}: {error}")
    if as_format == "json":
        print_json([json.loads(told.digest.to_json()) for told in outcome.delivered])
        return
    for told in outcome.delivered:
        say(told.text)
        say(told.where)
    for summed in outcome.summed:
        say(f"\n{summed.text}")
        say(summed.where)


def complain_of(outcome: story.Outcome) -> None:
    """Say which models could not be monitored, and why."""
    for name, problem in outcome.problems.items():
        complain("\n".join(f"{name}: {line}" for line in problem.splitlines()))


def exit_code(outcome: story.Outcome, fail_on: str = "never") -> int:
    """0 fine, 1 findings this severe, 2 a mistake of the user's, 3 outside trouble only."""
    codes = {error.exit_code for error in (*outcome.errors.values(), *outcome.undelivered.values())}
    if codes:
        return MISTAKE if MISTAKE in codes else TROUBLE
    if fail_on == "never":
        return 0
    least = Severity(fail_on).rank
    severe = any(item.severity.rank >= least for told in outcome.delivered for item in told.digest.items)
    return 1 if severe else 0
