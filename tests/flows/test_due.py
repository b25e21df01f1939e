"""Which days are due, in which turns they are told, and when a channel over many time zones gets its digest."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from flows import due
from vitals.spec import Model

D1, D2, D3 = date(2024, 3, 11), date(2024, 3, 12), date(2024, 3, 13)


def model(name: str, zone: str, at: time = time(6)) -> Model:
    """A model that is due at a local time."""
    text = {"model": name, "task": "binary", "timezone": zone, "due": at.isoformat("minutes")}
    return Model.model_validate({**text, "predictions": {"source": "s", "table": "t", "time": "at", "score": "p"}})


BERLIN, NEW_YORK = model("berlin", "Europe/Berlin"), model("new_york", "America/New_York")
AUCKLAND = model("auckland", "Pacific/Auckland")


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(4, D1), (5, D1), (9, D1), (11, D2)],  # Berlin is due at 05:00 UTC, New York at 10:00
)
def test_a_channel_is_told_when_its_last_model_is_due(hour: int, expected: date) -> None:
    """On the morning of the 13th a channel of both keeps to the 11th until New York's 12th is due as well."""
    assert due.channel_day([BERLIN, NEW_YORK], datetime(2024, 3, 13, hour, 10, tzinfo=UTC)) == expected


def test_every_zone_has_its_own_newest_day() -> None:
    """At one instant Auckland is a day ahead."""
    now = datetime(2024, 3, 12, 18, 0, tzinfo=UTC)

    found = {one.name: due.newest_due(one, now) for one in (AUCKLAND, BERLIN, NEW_YORK)}

    assert found == {"auckland": D2, "berlin": D1, "new_york": D1}


def test_an_outage_of_three_days_is_made_up_oldest_first() -> None:
    """What is due and not done comes in order, whatever the scheduled start was."""
    now = datetime(2024, 3, 14, 10, 5, tzinfo=UTC)
    done = {D1 - timedelta(days=back) for back in range(1, 8)}

    assert due.due_days(NEW_YORK, now, done, set()) == [D1, D2, D3]


def test_missed_days_are_one_turn_or_one_each() -> None:
    """A summary observes all at once; otherwise a day is told before the next is observed."""
    days = {"berlin": [D1, D2, D3], "new_york": [D2]}

    assert due.turns(days, each=False) == [days]
    assert due.turns(days, each=True) == [{"berlin": [D1]}, {"berlin": [D2], "new_york": [D2]}, {"berlin": [D3]}]
    assert due.turns({"berlin": []}, each=True) == [{}]


def told_days(turns: list[due.Turn], already: set[date], now: datetime) -> list[date | None]:
    """The days that a channel of both models is told, turn by turn."""
    both = [BERLIN, NEW_YORK]
    return [due.told_day(both, one, now, last=one is turns[-1], told=already.__contains__) for one in turns]


def test_each_missed_day_gets_a_digest_and_a_summary_only_the_newest() -> None:
    """After an outage: three digests, oldest first, or one."""
    now = datetime(2024, 3, 14, 10, 5, tzinfo=UTC)
    days = {one.name: [D1, D2, D3] for one in (BERLIN, NEW_YORK)}

    assert told_days(due.turns(days, each=True), set(), now) == [D1, D2, D3]
    assert told_days(due.turns(days, each=False), set(), now) == [D3]


def test_a_channel_waits_for_its_last_model_and_is_not_told_twice() -> None:
    """Berlin's morning run observes Berlin and tells nothing; New York's run tells both."""
    early, late = datetime(2024, 3, 13, 5, 5, tzinfo=UTC), datetime(2024, 3, 13, 10, 5, tzinfo=UTC)

    assert told_days([{"berlin": [D2]}], {D1}, early) == [None]
    assert told_days([{"new_york": [D2]}], {D1}, late) == [D2]


def test_a_digest_that_did_not_arrive_is_told_again() -> None:
    """Nothing was observed, but the channel lacks the newest digest."""
    now = datetime(2024, 3, 13, 12, 0, tzinfo=UTC)

    assert told_days([{}], {D1}, now) == [D2]
    assert told_days([{}], {D1, D2}, now) == [None]


def test_an_earlier_day_that_was_read_again_is_revised_with_the_newest() -> None:
    """A late partition of the 11th, seen on the 13th, is news of the digest of the 12th."""
    now = datetime(2024, 3, 13, 12, 0, tzinfo=UTC)

    assert told_days([{"berlin": [D1]}], {D1, D2}, now) == [D2]
