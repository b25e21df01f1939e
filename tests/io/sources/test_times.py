"""Bounds are written the way the column writes time, and every row belongs to exactly one day."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.errors import InputError
from vitals.io.sources import open_source
from vitals.io.sources.times import Shape, TimeForm, text_form
from vitals.spec.model import Model

DAY = date(2013, 5, 1)
START = datetime(2013, 5, 1, 4, tzinfo=UTC)
OFFSETS = (timedelta(seconds=-1), timedelta(0), timedelta(hours=12, microseconds=500_000), timedelta(hours=24))
NEW_YORK = ZoneInfo("America/New_York")


def clock() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def sqlite_rows(path: Path, times: list[object], declared: str = "TEXT") -> str:
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE predictions (id TEXT, at {declared}, score REAL)")
        rows = [(f"r{i}", value, 0.5) for i, value in enumerate(times)]
        connection.executemany("INSERT INTO predictions VALUES (?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize("declared", ["TEXT", "DATETIME"])
@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.strftime("%Y-%m-%d %H:%M:%S"),
        lambda t: t.strftime("%Y-%m-%dT%H:%M:%S"),
        lambda t: t.replace(tzinfo=None).isoformat(sep=" "),  # the fraction only where there is one
        lambda t: t.strftime("%Y-%m-%d %H:%M:%S.%f"),
        lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000",
        lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda t: t.isoformat(),
        lambda t: t.astimezone(NEW_YORK).isoformat(),
        lambda t: t.astimezone(ZoneInfo("Pacific/Kiritimati")).isoformat(sep=" "),
        lambda t: t.astimezone(ZoneInfo("Etc/GMT+12")).strftime("%Y-%m-%d %H:%M:%S%z"),
    ],
)
def test_sqlite_text(
    write: Callable[[datetime], str], declared: str, tmp_path: Path, make_model: Callable[..., Model]
) -> None:
    """ISO text with a blank or a T, fractions, Z or offsets bounds the same half-open day."""
    url = sqlite_rows(tmp_path / "w.db", [*(write(START + offset) for offset in OFFSETS), None], declared)

    partition = open_source("w", url, clock).read_day(make_model(), DAY, ["id", "at"], None)

    assert partition.table["id"].to_pylist() == ["r1", "r2"]
    assert partition.table["at"].to_pylist()[0] == START


def test_sqlite_minutes(tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """Text without seconds still starts at midnight."""
    url = sqlite_rows(tmp_path / "w.db", ["2013-05-01 03:59", "2013-05-01 04:00", "2013-05-02 04:00"])

    partition = open_source("w", url, clock).read_day(make_model(), DAY, ["id"], None)

    assert partition.table["id"].to_pylist() == ["r1"]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2013-05-01 10:00:00", "2013-05-01T10:00:00"], "more than one way"),
        (["2013-05-01 10:00:00", "2013-05-01 10:00:00Z"], "more than one way"),
        (["2013-05-01 10:00:00"] * 300 + ["2013-05-01T10:00:00"], "'2013-05-01T10:00:00'"),
        (["2013-05-01 10:00:00Z"] * 300 + ["2013-05-01 10:00:00+02:00"], r"10:00:00\+02:00"),
        (["2013-05-01 10:00:00", 1367400000], "beside numbers"),
        (["yesterday"], "'yesterday'"),
        (["01.05.2013 10:00"], "no ISO time"),
        ([1367400000], "time_unit"),
    ],
)
def test_sqlite_refuses_what_cannot_be_bounded(
    times: list[object], message: str, tmp_path: Path, make_model: Callable[..., Model]
) -> None:
    """Mixed formats, text that is no time and numbers without a unit are one message with the value."""
    url = sqlite_rows(tmp_path / "w.db", times, "BLOB" if any(isinstance(t, int) for t in times) else "TEXT")

    with pytest.raises(InputError, match=message) as caught:
        open_source("w", url, clock).read_day(make_model(), DAY, ["id"], None)

    assert "source 'w', table 'predictions', column 'at': " in str(caught.value)


def test_clocks_that_go_back(tmp_path: Path, make_model: Callable[..., Model]) -> None:
    """A naive hour that comes twice counts once, in its day; the day's hour is two hours long."""
    times = ["2013-11-02 23:59:59", "2013-11-03 00:00:00", "2013-11-03 01:30:00", "2013-11-03 23:59:59", "2013-11-04"]
    url = sqlite_rows(tmp_path / "w.db", [*times[:4], "2013-11-04 00:00:00"])
    model = make_model(time_zone="America/New_York")

    facts = open_source("w", url, clock).read_day(model, date(2013, 11, 3), ["id"], None).facts

    assert (facts.rows, facts.hours[1], facts.hour_lengths[1]) == (3, 1, 2.0)


ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut"]


@given(
    instant=st.datetimes(datetime(2013, 1, 1), datetime(2019, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    seconds=st.integers(-200_000, 200_000),
    zone=st.sampled_from(ZONES),
    shape=st.sampled_from([Shape.NAIVE, Shape.TEXT, Shape.DATE, Shape.TEXT_DATE]),
)
def test_bounds_never_lose_a_row(instant: datetime, seconds: int, zone: str, shape: Shape) -> None:
    """Whatever the zone's clocks do, a row at or after a bound's instant lies at or after the bound as written."""
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    bound = instant + timedelta(seconds=seconds)
    form = TimeForm(shape, ZoneInfo(zone))
    as_date = shape in (Shape.DATE, Shape.TEXT_DATE)
    value: object = local.date() if as_date else local
    if shape in (Shape.TEXT, Shape.TEXT_DATE):
        value = str(value)
    read = form.instants(pa.chunked_array([[value]]))[0].as_py()

    if read >= bound:
        assert value >= form.lower(bound)
    else:
        assert value < form.upper(bound)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_numbers_are_bounded_outward(unit: str, instant: datetime) -> None:
    """A bound in a coarse unit lies outside the instant, never inside."""
    form = TimeForm(Shape.NUMBER, unit=unit)
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    exact = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * per_second

    assert form.lower(instant) * 10**6 <= exact <= form.upper(instant) * 10**6


def test_text_forms() -> None:
    """The writing is recognised from values; nothing to look at means plain text."""
    assert text_form([], NEW_YORK).shape is Shape.TEXT
    assert text_form(["2013-05-01"], NEW_YORK).shape is Shape.TEXT_DATE
    assert text_form(["2013-05-01T10:00"], NEW_YORK).separator == "T"
    assert text_form(["2013-05-01 10:00:00-04:00", "2013-01-01 10:00:00-05:00"], NEW_YORK).shape is Shape.TEXT_OFFSET
    assert text_form(["2013-05-01 10:00:00Z", "2013-01-01 10:00:00-05:00"], NEW_YORK).shape is Shape.TEXT_OFFSET
