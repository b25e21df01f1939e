"""Public holidays by name, and the days beside them, when traffic is not as usual.

Names are always English, so that every machine stores the same text. Days off in place of a holiday that falls on a
weekend are holidays too ("Independence Day (observed)"): people stay at home on both. Knows no model and no traffic.
"""

from datetime import timedelta
from functools import lru_cache

from vitals.errors import ConfigError
from vitals.records import Day
from vitals.spec.places import calendar_problem, split_calendar

_ONE_DAY = timedelta(days=1)


def calendar_name(day: Day, country: str | None) -> str | None:
    """Name the holiday of a day, or the holiday beside it.

    Parameters
    ----------
    day : a local date.
    country : a country of the package `holidays`, or country and subdivision like `US-NY`; None switches it off.

    Returns
    -------
    str or None
        "Memorial Day"; else "day before Memorial Day", "day after Memorial Day" or both joined by " and "; None for
        an ordinary day. Several holidays of one day are joined by " and " as well. Only public holidays count.

    Raises
    ------
    ConfigError
        When the country is not known.
    """
    if country is None:
        return None
    own = _names(day, country)
    if own:
        return own
    after, before = _names(day - _ONE_DAY, country), _names(day + _ONE_DAY, country)
    beside = [f"day after {after}"] if after else []
    beside += [f"day before {before}"] if before else []
    return " and ".join(beside) or None


def _names(day: Day, country: str) -> str:
    return " and ".join(_holidays(country, day.year).get(day, ()))


@lru_cache(maxsize=512)
def _holidays(country: str, year: int) -> dict[Day, tuple[str, ...]]:
    """List a year's public holidays; the names of one day in alphabetical order."""
    problem = calendar_problem(country)
    if problem:
        msg = f"calendar {problem}"
        raise ConfigError(msg)
    import holidays

    code, subdivision = split_calendar(country)
    # without a language the machine's locale decides; without expand=False a look-up adds years on its own
    listed = holidays.country_holidays(code, subdiv=subdivision, years=year, expand=False, language="en_US")
    return {day: tuple(sorted(set(listed.get_list(day)))) for day in listed}
