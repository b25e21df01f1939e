"""`vitals decide`: write down what people say of incidents, subjects and days; the next run judges with it."""

import getpass
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
from vitals.records import Symptom, Triage, TriageKind
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


def _decide(world: World, model: Model, kind: TriageKind, target: str, until: date | None, said: Said) -> None:
    if not said.why.strip():
        message = "--why is empty; say the reason, it is kept with the decision"
        raise InputError(message)
    day = said.day or first_judged(world, model)
    _not_ahead(world, model, day, "--day")
    if until is not None and until < day:
        message = f"--until {until} is before {day}, the day from which the decision holds; give a later day"
        raise InputError(message)
    who = said.who or getpass.getuser()
    world.store.decide(Triage(model.name, day, kind, target, who, said.why.strip(), until))


def _not_ahead(world: World, model: Model, day: date, what: str) -> None:
    today = windows.day_of(world.clock(), model.zone)
    if day > today:
        message = f"{what} {day} is in the future; take one up to today, {today}"
        raise InputError(message)
