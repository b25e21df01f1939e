"""What a channel is told by `vitals run`: all of its models, whichever the run is about, and the day that is theirs."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.terminal.desk import NEW, Desk
from vitals import windows
from vitals.io.settings import Settings
from vitals.io.store import Store
from vitals.spec import load_model

pytestmark = pytest.mark.slow
RUN = ("run", "--day", str(NEW))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def beside(desk: Desk, name: str, old: str = "", new: str = "") -> None:
    """Add a second model, like the first but for one text."""
    text = desk.model.read_text().replace("model: credit", f"model: {name}")
    assert old in text
    (desk.folder / "models" / f"{name}.yaml").write_text(text.replace(old, new, 1))


def shift(desk: Desk) -> date:
    """Move the log so that its last day is the newest that is due; nothing was observed. Gives that day."""
    desk.change("timezone: America/New_York", "timezone: UTC\ndue: '00:00'")
    newest = windows.default_day(datetime.now(UTC), UTC)
    later = newest - NEW
    for name, column in (("predictions", "at"), ("labels", "known_at")):
        table = pq.read_table(desk.table(name))
        moved = pc.add(table[column], later)
        pq.write_table(table.set_column(table.column_names.index(column), column, moved), desk.table(name))
    for leftover in desk.store.parent.glob("vitals.db*"):
        leftover.unlink()
    return newest


def test_a_run_of_one_model_takes_nothing_back_of_the_others(desk: Desk) -> None:
    """The channel's digest is about all of its models: running one again changes nothing."""
    beside(desk, "debit")
    both = desk.run(*RUN)

    one = desk.run("run", "credit", "--day", str(NEW))

    assert "2 P1" in both.out
    assert one.out == both.out
    assert one.code == both.code == 0


def test_a_model_stays_not_monitored_until_it_is(desk: Desk) -> None:
    """A run of another model does not make it forgotten; its own run does."""
    beside(desk, "debit", "table: predictions", "table: gone")
    broken = desk.run(*RUN)

    other = desk.run("run", "credit", "--day", str(NEW))
    told = desk.run("digest", "--day", str(NEW))
    beside(desk, "debit")
    mended = desk.run("run", "debit", "--day", str(NEW))

    assert "1 not monitored" in broken.out
    assert other.out == broken.out
    assert told.out == broken.out
    assert "(revision 2)" in mended.out
    assert "not monitored" not in mended.out.splitlines()[0]


def test_every_channel_is_told_its_own_models_day(desk: Desk) -> None:
    """East and west of the date line no day is the same; a channel of both waits for the west, and that is said."""
    shift(desk)
    desk.change("timezone: UTC", "timezone: Pacific/Kiritimati\nchannel: C0EAST")
    beside(
        desk, "debit", "timezone: Pacific/Kiritimati\nchannel: C0EAST", "timezone: Pacific/Pago_Pago\nchannel: C0WEST"
    )
    east, west = newest(desk, "credit"), newest(desk, "debit")

    apart = desk.run("run", "--format", "json")
    (desk.folder / "models" / "debit.yaml").write_text(
        (desk.folder / "models" / "debit.yaml").read_text().replace("C0WEST", "C0EAST")
    )
    together = desk.run("run", "--format", "json")

    assert (east, west) == (newest(desk, "credit"), newest(desk, "debit")), "midnight came in between"
    assert east > west
    assert {one["channel"]: one["day"] for one in json.loads(apart.out)} == {"C0EAST": str(east), "C0WEST": str(west)}
    assert [(one["channel"], one["day"]) for one in json.loads(together.out)] == [("C0EAST", str(west))]


def newest(desk: Desk, name: str) -> date:
    """The newest day that is due for a model: at midnight the day before is."""
    model = load_model(desk.folder / "models" / f"{name}.yaml")
    assert model.due == time(0)
    return windows.default_day(datetime.now(UTC), model.zone)


@pytest.mark.parametrize(("catch_up", "told"), [("each", 3), ("summary", 1)])
def test_an_outage_is_made_up_for_and_its_week_summed_up_once(desk: Desk, catch_up: str, told: int) -> None:
    """Three days are missing, a week ended with the first of them: digests oldest first, the week once."""
    last = shift(desk)
    before = [last - timedelta(days=back) for back in (8, 4, 3)]
    weekly = WEEKDAYS[(last - timedelta(days=1)).weekday()]  # the run after the first missed day was to sum up
    desk.environ(VITALS_CATCH_UP=catch_up, VITALS_WEEKLY_DAY=weekly)
    assert desk.run("backfill", "--all", "--first-day", str(before[0]), "--last-day", str(before[1])).code == 0
    assert desk.run("run", "--day", str(before[2])).code == 0

    back, again = desk.run("run"), desk.run("run")

    days = [last - timedelta(days=late) for late in (2, 1, 0)]
    with_store = Store(Settings.from_env().store_url.get_secret_value(), lambda: datetime.now(UTC), "test")
    assert list(with_store.observed("credit", days[0], days[-1])) == days
    assert [bool(with_store.digest("default", day)) for day in days] == [day in days[-told:] for day in days]
    with_store.close()
    assert back.out.count("Vitals week") == 1, back.out
    assert again.out.count("Vitals week") == 0, again.out


def test_a_week_is_made_up_for_only_where_its_days_were_told(desk: Desk) -> None:
    """A channel that begins in the middle of a week gets no summary of the week before."""
    last = shift(desk)
    desk.environ(VITALS_WEEKLY_DAY=WEEKDAYS[(last - timedelta(days=1)).weekday()])

    first = desk.run("run")

    assert first.code == 0, first.err
    assert "Vitals week" not in first.out
