"""`vitals suggest`: a first suite from good days that are stored, or how it would differ from the one there is."""

from datetime import date
from typing import TYPE_CHECKING

from deployments.commands.common import in_order, say
from flows.choosing import chosen
from tasks.world import open_world
from vitals import words
from vitals.calendars import calendar_name
from vitals.errors import InputError
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.records import WHOLE, Day, Severity, Symptom, TriageKind, standing
from vitals.spec import Model

if TYPE_CHECKING:
    from expectations.proposing import StoredDay

_WHOLE_DAY = {Symptom.TRAFFIC, Symptom.PARTITION_INCOMPLETE, Symptom.NOT_MONITORED}
_COLUMN = {Symptom.INPUT_DRIFT, Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE}


def suggest(settings: Settings, name: str, first: date | None, last: date | None, suite: str | None) -> int:
    """Write the suite of a model where there is none, else print how the suggestion differs.

    Raises
    ------
    InputError : too few good days are stored in the range, or the file exists under another model's name.
    """
    from expectations.loading import load_suite
    from expectations.proposing import propose
    from expectations.suggesting import as_diff, as_yaml, compare, write

    in_order(first, last)
    (model,), _ = chosen(settings, [name])
    with open_world(settings) as world:
        days = _stored(world, model, first, last)
    good = [one.day for one in days if one.good]
    _enough(model, good)
    proposals = propose(days, model.watched, model.predictions.id)
    title = suite or (model.expectations[0] if model.expectations else f"{model.name}_inputs")
    path = settings.suites_dir / f"{title}.yaml"
    if path.exists() and suite is None:
        existing = load_suite(path)
        say(as_diff(compare(proposals, existing), existing).rstrip())
        say(f"# {path} is left as it is; `--suite NAME` writes the suggestion to a file of its own")
        return 0
    write(path, as_yaml(title, model.name, proposals, good))
    say(f"{path}: {words.count(len(proposals), 'expectation')} from {words.count(len(good), 'good day')}")
    if title not in model.expectations:
        say(f"read it, then add `expectations: {title}` to {model.name}.yaml")
    return 0


def _enough(model: Model, good: list[Day]) -> None:
    from expectations.proposing import LEAST_DAYS

    if len(good) < LEAST_DAYS:
        message = (
            f"{words.count(len(good), 'good day')} of {model.name} stored in this range, {LEAST_DAYS} are needed;"
            f" read more with `vitals backfill {model.name} --last 70d`"
        )
        raise InputError(message)


def _stored(world: World, model: Model, first: date | None, last: date | None) -> list["StoredDay"]:
    """Read every stored day; those of the range are evidence where nothing was wrong with them."""
    from expectations.proposing import StoredDay

    begin = world.store.first_observed(model.name)
    if begin is None:
        return []
    bad, troubled = _bad_days(world, model), _troubled(world, model)
    days = []
    for one in world.store.observed_days_from(model.name, begin):
        day = one.day
        within = (first is None or first <= day) and (last is None or day <= last)
        fit = within and one.facts.rows > 0 and day not in bad and calendar_name(day, model.calendar) is None
        marks = {subject for opened, seen, subject in troubled if opened <= day <= seen}
        whole = {profile.subject: profile.summary for profile in one.profiles if profile.segment == WHOLE}
        days.append(
            StoredDay(day, one.facts.rows, one.facts.duplicates, fit and WHOLE not in marks, whole, frozenset(marks))
        )
    return days


def _bad_days(world: World, model: Model) -> set[Day]:
    said = world.store.triage(model.name)
    return {date.fromisoformat(one.target) for one in standing(said, TriageKind.BAD_DAY)}


def _troubled(world: World, model: Model) -> list[tuple[Day, Day, str]]:
    """Give the days of incidents with the column they are about, '' for the whole day."""
    found = []
    for row in world.store.rows("incidents", model.name, None, None):
        if row["severity"] == Severity.INFO or row["symptom"] not in _WHOLE_DAY | _COLUMN:
            continue
        subject = WHOLE if row["symptom"] in _WHOLE_DAY else row["subject"]
        found.append((row["opened_on"], row["last_seen_on"], subject))
    return found
