"""A failure of one model is a line of the digest, of one day nobody else's; Ctrl-C is nobody's failure."""

import pickle
from datetime import date

import pytest

from flows.story import Outcome, Steps, each_day, failures_become_problems, monitor
from tests.flows.replays import flight_late
from vitals.errors import BrokenDaysError, InputError, SourceError
from vitals.records import Transition
from vitals.spec import Model


class InterruptException(Exception):  # noqa: N818  named as DuckDB names it
    """What DuckDB raises when Ctrl-C arrives in the middle of a query."""


def interrupted_query(what: Exception) -> None:
    """Fail as a source does whose query was interrupted: the driver's error is wrapped in ours."""
    try:
        raise what  # noqa: TRY301  it stands for the driver
    except Exception:  # noqa: BLE001  as a source takes whatever its driver raises
        message = "the query ended early"
        raise SourceError(message) from None


@pytest.mark.parametrize("what", [InterruptException(), RuntimeError("Query interrupted")])
def test_ctrl_c_inside_a_query_is_an_interruption(what: Exception) -> None:
    """The signal wins over the error that a library makes of it."""
    outcome = Outcome()

    with pytest.raises(KeyboardInterrupt), failures_become_problems(flight_late(), outcome):
        interrupted_query(what)

    assert outcome.problems == {}


def test_a_source_in_trouble_is_a_problem_of_its_model() -> None:
    """Anything else is remembered and stops nobody."""
    outcome = Outcome()

    with failures_become_problems(flight_late(), outcome):
        message = "unreachable"
        raise SourceError(message)

    assert outcome.problems == {"flight_late": "unreachable"}


class Broken:
    """Steps that observe nothing but days, of which some cannot be read."""

    def __init__(self, *broken: int) -> None:
        """Fail on these days of November."""
        self.broken, self.read, self.judged = set(broken), [], 0

    def observe_day(self, day: date) -> None:
        """Take a day, or fail as a source does whose column holds a word."""
        if day.day in self.broken:
            message = "column 'score' holds 'n/a'"
            raise InputError(message)
        self.read.append(day.day)

    def judge(self, model: Model) -> list[Transition]:
        """Count how often it was asked."""
        del model
        self.judged += 1
        return []


def monitored(days: Broken, *wanted: int) -> Outcome:
    """Monitor days of November with them."""
    model = flight_late()
    steps = Steps(*[days.judge] * 8)  # type: ignore[arg-type]  nothing but judging is asked of them
    each = [date(2026, 11, day) for day in wanted]
    return monitor([model], {model.name: each}, steps, lambda _m, all_days, _s: each_day(all_days, days.observe_day))


def test_a_day_that_cannot_be_read_stops_no_other_day() -> None:
    """The days after it are observed and judged; what is said names it and its reason, once."""
    days = Broken(13, 14)

    outcome = monitored(days, 12, 13, 14, 15)

    assert (days.read, days.judged) == ([12, 15], 1)
    assert outcome.observed["flight_late"] == [date(2026, 11, 12), date(2026, 11, 15)]
    said = "2026-11-13, 2026-11-14 could not be read: column 'score' holds 'n/a'"
    assert outcome.problems == {"flight_late": said}
    assert outcome.errors["flight_late"].exit_code == 2


def test_where_no_day_can_be_read_nothing_is_judged() -> None:
    """A store that nothing was added to is left as it is."""
    days = Broken(13)

    outcome = monitored(days, 13)

    assert (days.judged, outcome.problems) == (0, {"flight_late": "column 'score' holds 'n/a'"})


def test_broken_days_cross_processes() -> None:
    """An error of a worker arrives whole."""
    error = BrokenDaysError({f"2026-11-1{day}": "no column" for day in range(5)})

    assert str(pickle.loads(pickle.dumps(error))) == (  # noqa: S301  our own bytes
        "2026-11-10, 2026-11-11, 2026-11-12 and 2 more days could not be read: no column"
    )
