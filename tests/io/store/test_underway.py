"""Who works on a model is seen by others while it works, and not when it was killed."""

import pytest
from sqlalchemy import func, select

from vitals.io.store.tables import model_state

MODEL = "flight_late"


def rows_of_state(store):
    with store._database.reading() as connection:
        return connection.execute(select(func.count()).select_from(model_state)).scalar_one()


def test_work_is_seen_while_it_lasts(store, open_store, url):
    """Also from another process's store, also after work that failed, and nothing of it is left behind."""
    other = open_store(url)
    with store.announce(MODEL, "backfill on host-7, process 4711"):
        assert other.at_work(MODEL) == "backfill on host-7, process 4711"

    with pytest.raises(ZeroDivisionError), store.announce(MODEL, "daily"):
        raise ZeroDivisionError
    assert other.at_work(MODEL) is None
    assert rows_of_state(store) == 0


def test_work_keeps_nobody_out(store):
    """Several may work on a model at once, and judge it; the last to end is the last to be seen."""
    with store.announce(MODEL, "first"):
        with store.announce(MODEL, "second"), store.lease(MODEL, "judge") as lease:
            lease.check()
        assert store.at_work(MODEL) == "first"
    assert store.at_work(MODEL) is None


@pytest.mark.parametrize("other", ["flight", "flight_late2", "flight_lat_", "flight%"])
def test_work_is_on_one_model_only(store, other):
    """Names that begin alike, or look like a pattern, are other models."""
    with store.announce(MODEL, "daily"):
        assert store.at_work(other) is None
    with store.announce(other, "daily"):
        assert store.at_work(MODEL) is None


def test_killed_work_is_over_when_its_time_is(store, clock):
    """Nobody says that it ended: it counts for a minute, and whoever works next clears it up."""
    with store._database.writing() as connection:
        connection.execute(
            model_state.insert().values(
                model=f"work on {MODEL} #12345678",
                lease_owner="killed #87654321",
                lease_until=clock.now.replace(minute=clock.now.minute + 1),
            )
        )
    assert store.at_work(MODEL) == "killed"
    clock.forward(61)
    assert store.at_work(MODEL) is None
    with store.announce("churn", "next"):
        pass
    assert rows_of_state(store) == 0
