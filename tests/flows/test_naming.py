"""A run's state tells who was not told: an undelivered priority 1 comes first, and never fails the monitoring."""

from datetime import date

import pytest

from flows.naming import summary
from flows.story import Outcome
from tests.digest import samples
from vitals.errors import NotifyError, UndeliveredError
from vitals.io.telling import Delivered

pytestmark = pytest.mark.prefect


def test_an_undelivered_priority_1_names_the_run() -> None:
    """Monitoring completed; the first words of the state are what a person has to know."""
    lost: dict[str, NotifyError] = {
        "C1": UndeliveredError("Slack refused", urgent=True),
        "C2": UndeliveredError("Slack refused"),
        "C3": NotifyError("another process"),
    }
    state = summary(Outcome(undelivered=lost))
    assert state.is_completed()
    assert state.name == "PRIORITY 1 NOT DELIVERED to 1 channel, digest not delivered to 2 channels, nothing to do"
    assert "C1: Slack refused" in str(state.message)


def test_a_digest_that_perhaps_arrived_is_named() -> None:
    """Nobody knows: the state says so."""
    state = summary(Outcome(delivered=[Delivered(samples.quiet(), "", "perhaps", arrived=False)]))
    assert state.name == "digest perhaps not delivered to 1 channel, 1 fine"


def test_a_model_that_was_not_monitored_does_not_hide_it() -> None:
    """A failed run says both."""
    lost: dict[str, NotifyError] = {"C1": UndeliveredError("Slack refused", urgent=True)}
    state = summary(Outcome(problems={"churn": "no table"}, undelivered=lost))
    assert state.is_failed()
    assert state.message == "not monitored: churn: no table; PRIORITY 1 NOT DELIVERED to 1 channel"


def test_a_backfill_says_how_much_it_skipped_and_why() -> None:
    """In its state's name the number, in the message the reason; with nothing skipped neither."""
    some = summary(Outcome(observed={"churn": [date(2024, 3, 4)]}), 26)
    all_of_it = summary(Outcome(observed={"churn": []}), 1_200)
    none = summary(Outcome(observed={"churn": [date(2024, 3, 4)]}))

    assert some.name == "1 model-day observed, 26 skipped"
    assert some.message == "1 model-day observed, 26 skipped: observed before with the same model file and suite"
    assert all_of_it.name == "nothing to do, 1,200 skipped"
    assert none.name == none.message == "1 model-day observed"
