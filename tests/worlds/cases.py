"""The planted faults that must be found, and what else may then be said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from tests.worlds import faults
from tests.worlds.faults import Spoilt
from tests.worlds.flights import WEATHER, flights
from tests.worlds.synthetic import synthetic
from tests.worlds.world import World

Fault = Callable[[World, date, date], Spoilt]


@dataclass(frozen=True)
class Setting:
    """A faultless world and when its faults happen: history from `start`, faults from `first` on, watched to `end`."""

    name: str
    world: Callable[[], World]
    start: date
    first: date
    end: date


@dataclass(frozen=True)
class Case:
    """One fault in one setting, on `days` days."""

    name: str
    setting: Setting
    fault: Fault
    days: int = 3

    @property
    def last(self) -> date:
        """The last day of the fault."""
        return self.setting.first + timedelta(days=self.days - 1)


# 112 days of history; Monday to Wednesday, rainy enough that many flights are warned (18, 33 and 6 %).
FLIGHTS = Setting("flights", flights, date(2013, 4, 1), date(2013, 7, 22), date(2013, 7, 31))
# 72 days of history over the change to summer time; the fault starts on a Monday.
CREDIT = Setting(
    "credit",
    cache(partial(synthetic, date(2025, 2, 1), 90, 2000, 7)),
    date(2025, 2, 1),
    date(2025, 4, 14),
    date(2025, 4, 23),
)

FOUND = (
    Case("kilometres", FLIGHTS, partial(faults.miles_to_kilometres, column="distance", where=("carrier", "UA"))),
    Case("weather defaulted", FLIGHTS, partial(faults.defaulted, columns=WEATHER, share=0.1)),
    Case("always ok", FLIGHTS, partial(faults.always, decision="ok", where=("origin", "LGA"))),
    Case("traffic halved", FLIGHTS, faults.traffic_halved),
    Case("nothing after 15", FLIGHTS, partial(faults.nothing_after, hour=15)),
    Case("no rows", FLIGHTS, faults.no_rows),
    Case("errors", FLIGHTS, partial(faults.errors, share=0.06)),
    Case("latency in seconds", FLIGHTS, faults.latency_in_seconds),
    Case("duplicates", FLIGHTS, partial(faults.duplicated, share=0.08)),
    Case("nulls", FLIGHTS, partial(faults.nulls, column="distance", share=0.1)),
    Case("carrier lost", FLIGHTS, partial(faults.category_dropped, column="carrier", value="UA")),
    Case("carrier renamed", FLIGHTS, partial(faults.category_renamed, column="carrier")),
    Case("temperature frozen", FLIGHTS, partial(faults.frozen, column="temp", value=77.0)),
    Case("column missing", FLIGHTS, partial(faults.column_missing, column="visib")),
    Case("labels late", FLIGHTS, partial(faults.labels_delayed, days=10)),
    Case("score halved", FLIGHTS, faults.score_halved, days=7),
    Case("balance defaulted", CREDIT, partial(faults.defaulted, columns=("balance",), share=0.1)),
    Case("always approve", CREDIT, partial(faults.always, decision="approve", where=("country", "FR"))),
    Case("traffic halved", CREDIT, faults.traffic_halved),
    Case("nothing after 15", CREDIT, partial(faults.nothing_after, hour=15)),
    Case("errors", CREDIT, partial(faults.errors, share=0.06)),
    Case("latency in seconds", CREDIT, faults.latency_in_seconds),
    Case("duplicates", CREDIT, partial(faults.duplicated, share=0.08)),
    Case("country in small letters", CREDIT, partial(faults.category_renamed, column="country")),
    Case("age frozen", CREDIT, partial(faults.frozen, column="age", value=44)),
    Case("score halved", CREDIT, faults.score_halved, days=7),
)

# The power is lacking at this many rows: finding them would be luck, so only quiet afterwards is asked of them.
NOT_PROMISED = (
    Case("scores shuffled", FLIGHTS, faults.scores_shuffled, days=7),
    Case("labels flipped", FLIGHTS, partial(faults.labels_flipped, target="late", share=0.1)),
)
