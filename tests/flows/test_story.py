"""A failure of one model is a line of the digest; Ctrl-C is nobody's failure."""

import pytest

from flows.story import Outcome, failures_become_problems
from tests.flows.replays import flight_late
from vitals.errors import SourceError


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
