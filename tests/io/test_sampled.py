"""Days of which only a sample is read: what is measured, which cohorts are evaluated again, what a digest says."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.digest.samples import DAY, facts
from tests.digest.samples import model as told_model
from tests.io.labelled import FIRST, ROWS, Log, days, model, week_of_predictions
from tests.judging.building import Past
from vitals.digest import compose
from vitals.digest.standing import standing
from vitals.io import observing
from vitals.records import Measurement

MOST = 25  # of sixty rows a day: one in three
AVOID = {"name": "tried", "where": "tried = 1", "at_most": 3}


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A week of predictions."""
    return week_of_predictions(tmp_path)


@pytest.mark.slow
def test_what_a_sample_measures(log: Log) -> None:
    """Traffic is exact and says how much was read; counts of a rule are scaled up, and say so."""
    sampled = model(max_rows=MOST, avoid=[AVOID])

    with log.world(None) as world:
        partition = observing.read(world, sampled, FIRST)
        found = {(one.signal, one.subject): one for one in observing.measure(world, sampled, partition)}

    read = partition.table.num_rows
    traffic, tried = found["traffic", "day"], found["avoid", "tried"]
    assert (traffic.value, traffic.n, traffic.method) == (ROWS, read, "rows of the day; one in 3 was read")
    matching = sum(partition.table["tried"].to_pylist())
    assert (tried.value, tried.n) == (3 * matching, read)
    assert tried.method == "about so many matching rows, by one in 3"
    assert found["duplicates", "id"].n == ROWS


@pytest.mark.slow
def test_a_sampled_cohort_is_evaluated_again_only_when_its_labels_changed(log: Log) -> None:
    """The labels of the sample are counted, so that a cohort with one in three of them is not taken for one that grew."""
    sampled = model(max_rows=MOST)
    for day in days(0, 2):
        log.label(day, range(40), after_days=0.4)
    for day in days(0, 5):
        log.observe(day, model=sampled)
    assert log.again() == []

    log.label(FIRST, range(40, 60), after_days=0.4)
    log.observe(*days(6, 6), model=sampled)

    assert {(cohort, age) for cohort, age, _, _ in log.again()} == {(FIRST, 1), (FIRST, 3)}
    assert {value for *_, value in log.again()} == {1.0}


def test_a_digest_says_how_much_was_read() -> None:
    """Whoever reads a number knows that it is about a sample."""
    traffic = Measurement("flight_late", DAY, 0, DAY, "traffic", "day", "", 5_000_000.0, n=1_667_000)
    past = Past(DAY + timedelta(days=1), facts=(facts(),), measurements=(traffic,))

    digest = compose(
        "C0123456789", DAY, [standing(told_model(), DAY, past, (), None, calendar=None, problem=None)], None
    )

    (note,) = [one for one in digest.notes if one.kind == "sampled"]
    assert note.text.startswith("1 in 3: 1,667,000 of 5,000,000 rows were read (max_rows)")
