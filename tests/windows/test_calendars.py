"""Holidays by name: the day itself, the days beside it, the same text on every machine."""

import os
import subprocess
import sys
from datetime import date

import pytest

from vitals.calendars import calendar_name
from vitals.errors import ConfigError


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2013, 5, 25), None),
        (date(2013, 5, 26), "day before Memorial Day"),
        (date(2013, 5, 27), "Memorial Day"),
        (date(2013, 5, 28), "day after Memorial Day"),
        (date(2013, 7, 3), "day before Independence Day"),
        (date(2013, 7, 4), "Independence Day"),
        (date(2013, 7, 5), "day after Independence Day"),
        (date(2013, 8, 14), None),
        (date(2013, 12, 31), "day before New Year's Day"),
        (date(2014, 1, 1), "New Year's Day"),
        (date(2014, 1, 2), "day after New Year's Day"),
    ],
)
def test_holidays_of_the_united_states(day, expected):
    """A holiday has its name, its neighbours name it, also over the turn of the year."""
    assert calendar_name(day, "US") == expected


def test_all_holidays_of_the_demo():
    """From April to August 2013 two holidays and their neighbours are named, 6 days of 153."""
    days = [date.fromordinal(date(2013, 4, 1).toordinal() + i) for i in range(153)]

    named = [day for day in days if calendar_name(day, "US")]

    assert named == [date(2013, 5, d) for d in (26, 27, 28)] + [date(2013, 7, d) for d in (3, 4, 5)]


def test_day_off_in_place_of_a_weekend_is_a_holiday():
    """When 4 July is a Sunday, people stay at home on the Monday too, and the holiday itself wins over its neighbour."""
    assert calendar_name(date(2021, 7, 4), "US") == "Independence Day"
    assert calendar_name(date(2021, 7, 5), "US") == "Independence Day (observed)"


def test_two_holidays_of_one_day_are_joined():
    """New York names 15 February 2016 twice."""
    assert calendar_name(date(2016, 2, 15), "US-NY") == "Susan B. Anthony Day and Washington's Birthday"


def test_day_between_two_holidays_names_both():
    """Saturday between Good Friday and Easter Sunday in Brandenburg, where both are holidays."""
    assert calendar_name(date(2013, 3, 30), "DE-BB") == "day after Good Friday and day before Easter Sunday"


def test_regions_have_their_own_holidays():
    """Assumption Day is one in the Saarland, not in all of Germany."""
    assert calendar_name(date(2024, 8, 15), "DE-SL") == "Assumption Day"
    assert calendar_name(date(2024, 8, 15), "DE") is None


def test_no_calendar_names_nothing():
    """Without a country every day is an ordinary one."""
    assert calendar_name(date(2013, 7, 4), None) is None


def test_unknown_countries_are_refused():
    """A country that does not exist is no country without holidays."""
    with pytest.raises(ConfigError, match="got 'Germny'"):
        calendar_name(date(2013, 7, 4), "Germny")


def test_names_do_not_depend_on_the_locale():
    """A machine that speaks German stores the same text."""
    code = "from datetime import date; from vitals.calendars import calendar_name; print(calendar_name(date(2024, 5, 1), 'DE'))"
    environment = {**os.environ, "LANGUAGE": "de", "LANG": "de_DE.UTF-8"}

    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "Labor Day"
