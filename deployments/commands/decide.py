"""`vitals decide`: write down what people say of incidents, subjects and days; the next run judges with it."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deployments.commands.common import say
from flows.choosing import chosen
from tasks.world import open_world
from vitals import windows, words
from vitals.errors import InputError
from vitals.io.listening import first_judged
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import Symptom, Triage, TriageKind, opened_on, standing
from vitals.spec import Model
from vitals.spec.alert_rules import alerts_name_what_exists
from vitals.spec.draft import Draft


@dataclass(frozen=True)
class Said:
    """What every decision carries: the reason, who says it, and the first day that is judged with it."""

    why: str
    who: str | None
    day: date | None


def incident(settings: Settings, kind: str, target: str, until: date | None, said: Said) -> None:
    """Decide about an incident, named `<fingerprint>/<opened_on>` (or the fingerprint alone while it is the only one)."""
    with open_world(settings) as world:
        found = _find(world, target)
        model = chosen(settings, [found["model"]])[0][0]
        place = f"{found['fingerprint']}/{found['opened_on']}"
        _decide(world, model, TriageKind(kind), place, until, said)
        what = f"{found['symptom']} {found['subject']} {found['segment']}".replace("_", " ").strip()
    said_of = f"{found['model']} {what}, open since {found['opened_on']}"
    say(f"{kind.replace('_', ' ')}: {said_of}; the next run judges with it")


def _find(world: World, target: str) -> dict[str, Any]:
    """Look an incident up by fingerprint (its first letters will do), with or without the day it opened."""
    fingerprint, _, opened = target.partition("/")
    found = [
        row
        for row in world.store.rows("incidents")
        if row["fingerprint"].startswith(fingerprint) and (not opened or row["opened_on"].isoformat() == opened)
    ]
    still = [row for row in found if row["resolved_on"] is None] if len(found) > 1 and not opened else found
    if len(still) == 1 and len(fingerprint) >= 4:
        return still[0]
    if not found:
        message = f"no incident {target!r}; `vitals show incidents` lists them, as <fingerprint>/<day opened>"
    else:
        places = ", ".join(f"{row['fingerprint']}/{row['opened_on']}" for row in found[:5])
        message = f"{target!r} may mean {words.count(len(found), 'incident')}: {places}; name one of them in full"
    raise InputError(message)


def mute(settings: Settings, name: str, symptom: str, subject: str, until: date | None, said: Said) -> None:
    """Mute a symptom on a subject."""
    if symptom not in set(Symptom):
        message = f"no symptom {symptom!r}; there are: {', '.join(Symptom)}"
        raise InputError(message)
    model = chosen(settings, [name])[0][0]
    alert = {"symptom": symptom, "subject": subject, "mute": True}
    unknown = next(alerts_name_what_exists(Draft({**model.model_dump(mode="json"), "alerts": [alert]})), None)
    if unknown is not None:
        raise InputError(unknown.text)
    with open_world(settings) as world:
        _decide(world, model, TriageKind.MUTE, f"{symptom}/{subject}", until, said)
    say(f"muted: {name} {symptom} {subject}" + (f" until {until}" if until else ""))


def bad_day(settings: Settings, name: str, day: date, said: Said) -> None:
    """Keep a day out of every reference."""
    model = chosen(settings, [name])[0][0]
    with open_world(settings) as world:
        _not_ahead(world, model, day, "the bad day")
        _decide(world, model, TriageKind.BAD_DAY, day.isoformat(), None, said)
    say(f"bad day: {name} {day}; it teaches nothing from now on")


def withdraw(settings: Settings, what: Sequence[str], said: Said) -> None:
    """Take back what was said of an incident, of a symptom on a subject, or of a day: named as it was when it was said."""
    with open_world(settings) as world:
        model, target, shown = _target(settings, world, what)
        _checked(world, model, said)
        day = said.day or first_judged(world, model)
        known = [one for one in world.store.triage(model.name) if one.target == target]
        held = [one for kind in TriageKind if kind is not TriageKind.WITHDRAW for one in standing(known, kind)]
        _can_be_taken_back(world, model, held, day, shown)
        taken = Triage(model.name, day, TriageKind.WITHDRAW, target, said.who or getpass.getuser(), said.why.strip())
        earlier = any(one.day < day for one in held)
        world.store.hear((), (), [taken] if earlier else [], [one for one in held if one.day == day])
    kinds = words.listed(sorted({one.kind.replace("_", " ") for one in held}))
    say(f"taken back: {kinds} of {shown}; the next run judges without it")


def _target(settings: Settings, world: World, what: Sequence[str]) -> tuple[Model, str, str]:
    """Find what is meant, by the number of words: an incident, a model's day, or a model's symptom and subject."""
    if len(what) == 1:
        found = _find(world, what[0])
        place = f"{found['fingerprint']}/{found['opened_on']}"
        return chosen(settings, [found["model"]])[0][0], place, f"{found['model']} {place}"
    if len(what) not in (2, 3):
        message = "what is taken back? give INCIDENT, or MODEL DAY, or MODEL SYMPTOM SUBJECT"
        raise InputError(message)
    model = chosen(settings, [what[0]])[0][0]
    if len(what) == 3:
        return model, f"{what[1]}/{what[2]}", " ".join(what)
    try:
        return model, date.fromisoformat(what[1]).isoformat(), " ".join(what)
    except ValueError:
        message = f"{what[1]!r} is no day; give MODEL YYYY-MM-DD, or MODEL SYMPTOM SUBJECT"
        raise InputError(message) from None


def _can_be_taken_back(world: World, model: Model, held: Sequence[Triage], day: date, shown: str) -> None:
    """Refuse what would have no effect."""
    if not held:
        message = f"nothing stands of {shown}; `vitals show triage {model.name}` lists what people said"
        raise InputError(message)
    last = max(one.day for one in held)
    if last > day:
        message = f"{last} is when that was said of {shown}, after --day {day}; give --day {last} or a later one"
        raise InputError(message)
    fingerprint, _, opened = held[0].target.partition("/")
    later = [
        row["opened_on"]
        for row in world.store.rows("incidents", model.name, None, None)
        if row["fingerprint"] == fingerprint and row["opened_on"].isoformat() > opened
    ]
    if later and opened_on(held[0].target):
        message = f"{shown} has another incident since, opened on {max(later)}; say what you think of that one"
        raise InputError(message)


def _decide(world: World, model: Model, kind: TriageKind, target: str, until: date | None, said: Said) -> None:
    _checked(world, model, said)
    day = said.day or first_judged(world, model)
    if until is not None and until < day:
        message = f"--until {until} is before {day}, the day from which the decision holds; give a later day"
        raise InputError(message)
    who = said.who or getpass.getuser()
    world.store.decide(Triage(model.name, day, kind, target, who, said.why.strip(), until))


def _checked(world: World, model: Model, said: Said) -> None:
    if not said.why.strip():
        message = "--why is empty; say the reason, it is kept with the decision"
        raise InputError(message)
    if said.day is not None:
        _not_ahead(world, model, said.day, "--day")


def _not_ahead(world: World, model: Model, day: date, what: str) -> None:
    today = windows.day_of(world.clock(), model.zone)
    if day > today:
        message = f"{what} {day} is in the future; take one up to today, {today}"
        raise InputError(message)
