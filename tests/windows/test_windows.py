"""Local days over many zones: they tile the time line, and the odd ones are as history had them."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.errors import InputError
from vitals.windows import day_of, days, default_day, exists, is_due, local_hour_lengths, window

ONE_DAY = timedelta(days=1)
ODD = {  # zones whose clocks did something unusual since 1970
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "America/St_Johns",
    "Africa/Monrovia",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Amman",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "America/Caracas",
    "Europe/Dublin",
    "Europe/London",
    "America/New_York",
    "America/Asuncion",
    "Pacific/Chatham",
    "UTC",
}
zones = st.one_of(st.sampled_from(sorted(ODD)), st.sampled_from(sorted(available_timezones()))).map(ZoneInfo)
dates = st.dates(date(1970, 1, 2), date(2037, 12, 30))
instants = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@cache
def transitions(name: str) -> tuple[datetime, ...]:
    """Instants 1970-2037 at which a zone's offset changes, found by looking every five days and bisecting."""
    zone = ZoneInfo(name)

    def offset(instant):
        return instant.astimezone(zone).utcoffset()

    found = []
    instant, end = datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
    while instant < end:
        low, high = instant, instant + timedelta(days=5)
        instant = high
        if offset(low) != offset(high):
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            found.append(high)
    return tuple(found)


def first_by_looking(day: date, zone: ZoneInfo) -> datetime:
    """Apply the definition word by word: find the first minute whose local date is `day` or later."""
    instant = datetime.combine(day, time.min, tzinfo=UTC) - timedelta(hours=30)
    while instant.astimezone(zone).date() < day:
        instant += timedelta(minutes=1)
    return instant


def hours(span) -> float:
    return (span.end - span.start) / timedelta(hours=1)


@given(dates, zones)
def test_consecutive_days_tile(day, zone):
    """The end of a day is the start of the next one: no gap, no overlap."""
    assert window(day, zone).end == window(day + ONE_DAY, zone).start
    assert window(day, zone).start <= window(day, zone).end


@given(instants, zones)
def test_every_instant_belongs_to_its_day_only(instant, zone):
    """The day of an instant has a window that holds it; the days around it do not."""
    day = day_of(instant, zone)

    holding = [d for d in (day - ONE_DAY, day, day + ONE_DAY) if window(d, zone).start <= instant < window(d, zone).end]
    assert holding == [day]


@settings(max_examples=60)
@given(st.sampled_from(sorted(ODD - {"UTC", "Africa/Monrovia"})), st.data())
def test_windows_around_transitions_are_as_defined(name, data):
    """Near every kind of clock change, the day starts at the first minute that shows its date or a later one."""
    zone = ZoneInfo(name)
    instant = data.draw(st.sampled_from(transitions(name)))
    day = instant.astimezone(zone).date() + data.draw(st.sampled_from([-1, 0, 1])) * ONE_DAY

    assert window(day, zone).start == first_by_looking(day, zone)


@given(dates, zones)
def test_hour_lengths_add_up(day, zone):
    """The 24 local hours are as long together as the day."""
    lengths = local_hour_lengths(day, zone)

    assert len(lengths) == 24
    assert sum(lengths) == pytest.approx(hours(window(day, zone)), abs=1e-9)
    assert min(lengths) >= 0


@given(dates, zones, st.integers(0, 30 * 3600))
def test_due_stays_due(day, zone, seconds):
    """Once a day is due it stays so, and it is never due before it ended."""
    end = window(day, zone).end
    now = end + timedelta(seconds=seconds)

    assert not is_due(day, time(0, 0), zone, end - timedelta(seconds=1))
    assert is_due(day, time(0, 0), zone, now)
    assert not is_due(day, time(6, 0), zone, now) or is_due(day, time(6, 0), zone, now + timedelta(hours=1))


@given(instants, zones)
def test_default_day_is_over(instant, zone):
    """The default day exists, has ended, and no existing day lies between it and the instant's own."""
    day = default_day(instant, zone)

    assert exists(day, zone)
    assert window(day, zone).end == window(day_of(instant, zone), zone).start


@pytest.mark.slow
def test_all_transitions_of_all_zones_tile():
    """For every clock change 1970-2037 of every zone: five days tile, hold their own instants and measure up."""
    usual = {23.0, 23.5, 24.0, 24.5, 25.0}
    odd = set()
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for instant in transitions(name):
            middle = instant.astimezone(zone).date()
            around = [middle + i * ONE_DAY for i in range(-2, 3)]
            for day in around:
                span = window(day, zone)
                assert span.end == window(day + ONE_DAY, zone).start
                assert sum(local_hour_lengths(day, zone)) == pytest.approx(hours(span), abs=1e-9)
                if exists(day, zone):
                    assert day_of(span.start, zone) == day == day_of(span.end - timedelta(seconds=1), zone)
                if hours(span) not in usual:
                    odd.add((name, day))
            assert sum(window(d, zone).start <= instant < window(d, zone).end for d in around) == 1

    assert len(odd) < 200, sorted(odd)[:20]  # reforms of a zone's standard time


def test_ordinary_day():
    """New York's 14 August 2013 runs from 04:00 to 04:00 UTC."""
    span = window(date(2013, 8, 14), ZoneInfo("America/New_York"))

    assert span.start == datetime(2013, 8, 14, 4, tzinfo=UTC)
    assert span.end == datetime(2013, 8, 15, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "day", "length", "odd_hours"),
    [
        ("America/New_York", date(2013, 3, 10), 23.0, {2: 0.0}),
        ("America/New_York", date(2013, 11, 3), 25.0, {1: 2.0}),
        ("Australia/Lord_Howe", date(2013, 4, 7), 24.5, {1: 1.5}),
        ("Australia/Lord_Howe", date(2013, 10, 6), 23.5, {2: 0.5}),
        ("America/Sao_Paulo", date(2013, 10, 20), 23.0, {0: 0.0}),
        ("America/Havana", date(2013, 3, 10), 23.0, {0: 0.0}),
        ("America/Havana", date(2013, 11, 3), 25.0, {0: 2.0}),
        ("America/Sao_Paulo", date(2013, 2, 16), 25.0, {23: 2.0}),
        ("Asia/Kathmandu", date(1986, 1, 1), 23.75, {0: 0.75}),
        ("Antarctica/Troll", date(2013, 3, 31), 22.0, {1: 0.0, 2: 0.0}),
        ("UTC", date(2012, 2, 29), 24.0, {}),
    ],
)
def test_odd_days_have_their_length(name, day, length, odd_hours):
    """Clock changes make days of 22 to 25 hours, and the changed hour is the one that is shorter or longer."""
    zone = ZoneInfo(name)
    expected = tuple(odd_hours.get(hour, 1.0) for hour in range(24))

    assert hours(window(day, zone)) == length
    assert local_hour_lengths(day, zone) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("America/Sao_Paulo", date(2013, 10, 20)),
        ("America/Havana", date(2013, 3, 10)),
        ("Asia/Beirut", date(2013, 3, 31)),
    ],
)
def test_missing_midnight_starts_at_one(name, day):
    """Where midnight is jumped over the day starts at 01:00, and the day before is complete."""
    zone = ZoneInfo(name)
    start = window(day, zone).start

    assert start.astimezone(zone).time() == time(1, 0)
    assert hours(window(day - ONE_DAY, zone)) == 24.0
    assert day_of(start - timedelta(seconds=1), zone) == day - ONE_DAY


def test_midnight_twice_starts_at_the_first():
    """Havana's 3 November 2013 had 00:00 twice: the day starts at the first."""
    zone = ZoneInfo("America/Havana")
    start = window(date(2013, 11, 3), zone).start

    assert start == datetime(2013, 11, 3, 4, tzinfo=UTC)
    assert (start + timedelta(hours=1)).astimezone(zone).time() == time(0, 0)


def test_clock_that_goes_back_over_midnight_keeps_the_later_day():
    """St John's went from 00:01 back to 23:01: from the first midnight on, all belongs to the later day."""
    zone = ZoneInfo("America/St_Johns")
    again = datetime(2006, 10, 29, 3, 0, tzinfo=UTC)

    assert again.astimezone(zone).date() == date(2006, 10, 28)
    assert day_of(again, zone) == date(2006, 10, 29)
    assert hours(window(date(2006, 10, 29), zone)) == 25.0


def test_samoa_skipped_a_day():
    """30 December 2011 does not exist in Apia: empty window, no default day, not listed, and no hour in it."""
    zone, missing = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)

    assert not exists(missing, zone)
    assert window(missing, zone).start == window(missing, zone).end == window(date(2011, 12, 31), zone).start
    assert local_hour_lengths(missing, zone) == (0.0,) * 24
    assert default_day(datetime(2011, 12, 30, 20, tzinfo=UTC), zone) == date(2011, 12, 29)
    assert list(days(date(2011, 12, 29), date(2011, 12, 31), zone)) == [date(2011, 12, 29), date(2011, 12, 31)]
    assert not is_due(date(2011, 12, 29), time(6), zone, datetime(2011, 12, 30, 15, tzinfo=UTC))
    assert is_due(date(2011, 12, 29), time(6), zone, datetime(2011, 12, 30, 16, tzinfo=UTC))


def test_due_is_a_local_clock_time():
    """With due 06:00 in New York, 9 March 2013 is due at 10:00 UTC on the day the clocks jumped."""
    zone, day = ZoneInfo("America/New_York"), date(2013, 3, 9)

    assert not is_due(day, time(6), zone, datetime(2013, 3, 10, 9, 59, 59, tzinfo=UTC))
    assert is_due(day, time(6), zone, datetime(2013, 3, 10, 10, tzinfo=UTC))


def test_due_in_a_jump_counts_from_the_jump():
    """A due of 02:30 that the clock skips is reached when the clock shows 03:00."""
    zone, day = ZoneInfo("America/New_York"), date(2013, 3, 9)

    assert not is_due(day, time(2, 30), zone, datetime(2013, 3, 10, 6, 59, 59, tzinfo=UTC))
    assert is_due(day, time(2, 30), zone, datetime(2013, 3, 10, 7, tzinfo=UTC))


def test_leap_day_is_listed():
    """29 February 2012 lies between its neighbours."""
    zone = ZoneInfo("Europe/Berlin")

    assert [d.day for d in days(date(2012, 2, 28), date(2012, 3, 1), zone)] == [28, 29, 1]


def test_days_in_the_wrong_order_are_refused_at_once():
    """A first day after the last names both days, at the call."""
    with pytest.raises(InputError, match="2013-08-02 to 2013-08-01"):
        days(date(2013, 8, 2), date(2013, 8, 1), ZoneInfo("UTC"))


def test_absurd_days_are_refused():
    """Year 9999 is a typing error, not an overflow."""
    with pytest.raises(InputError, match="between 1900-01-01 and 2199-12-31, got 9999-12-31"):
        window(date(9999, 12, 31), ZoneInfo("UTC"))


@pytest.mark.parametrize("ask", [day_of, default_day])
def test_naive_instants_are_refused(ask):
    """An instant without a zone could mean anything."""
    with pytest.raises(InputError, match="naive"):
        ask(datetime(2013, 8, 1), ZoneInfo("UTC"))  # noqa: DTZ001
