"""Which time zones and holiday calendars exist, and the nearest one to a misspelt name."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Find the known word that someone who wrote `word` most likely meant; case does not count."""
    folded = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), list(folded), n=1, cutoff=likeness)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Say which known word is near, or list them all when none is (at most 40).

    >>> did_you_mean("treshold", ["threshold", "name"])
    "did you mean 'threshold'?"
    >>> did_you_mean("x", ["threshold", "name"])
    'use one of name, threshold'
    """
    near = nearest(word, known)
    if near:
        return f"did you mean '{near}'?"
    shown = sorted(known)[:40]
    return f"use one of {', '.join(shown)}{', …' if len(known) > len(shown) else ''}"


def zone_problem(name: str) -> str | None:
    """Say what is wrong with a time zone's name, and which one is near; None when it exists."""
    zones = _zones()
    if name in zones:
        return None
    cities = {zone.rsplit("/", 1)[-1]: zone for zone in zones}
    wanted = name.strip().replace(" ", "_")
    city = nearest(wanted.rsplit("/", 1)[-1], cities, likeness=0.8)
    near = nearest(wanted, zones, likeness=0.8) or (cities[city] if city else None)
    remedy = f"did you mean '{near}'?" if near else "use a name like Europe/Berlin or UTC"
    return f"must be a time zone, got '{name}'; {remedy}"


def split_calendar(code: str) -> tuple[str, str | None]:
    """Split `US-NY` into country and subdivision.

    >>> split_calendar("US-NY"), split_calendar("DE")
    (('US', 'NY'), ('DE', None))
    """
    country, dash, subdivision = code.partition("-")
    return country, subdivision if dash else None


def calendar_problem(code: str) -> str | None:
    """Say what is wrong with a calendar's code, and which one is near; None when it exists."""
    country, subdivision = split_calendar(code)
    countries = _countries()
    if country not in countries:
        near = nearest(country, countries, likeness=0.8)
        remedy = f"did you mean '{near}'?" if near else "use a country code like US, DE or US-NY"
        return f"must be a country of the package holidays, got '{code}'; {remedy}"
    known = countries[country]
    if subdivision is None or subdivision in known:
        return None
    if not known:
        return f"has no regional holidays for {country}, got '{code}'; use '{country}'"
    return f"must name a region of {country}, got '{code}'; use '{country}' or {country}- and one of {', '.join(known)}"


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


@cache
def _countries() -> dict[str, list[str]]:
    import holidays

    return dict(holidays.list_supported_countries(include_aliases=True))
