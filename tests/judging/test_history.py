"""What is remembered of measured days: as known last, or as known when they were no older than today's."""

from datetime import date, timedelta

from vitals.judging.history import History
from vitals.records import Measurement

COHORT = date(2013, 6, 3)


def coverage(value: float, late: int, day: date = COHORT) -> Measurement:
    """Coverage of a cohort at age 7, known so many days late."""
    known_on = day + timedelta(days=7 + late)
    return Measurement("m", day, 7, known_on, "label_coverage", "", "", value, n=100)


def test_a_cohort_said_again_counts_as_known_last() -> None:
    """Without a limit the newest knowledge of a day counts, in whatever order it was added."""
    history = History([coverage(0.95, 4), coverage(0.60, 0)])

    assert history.series("label_coverage", "", "", 7)[COHORT].value == 0.95


def test_a_cohort_on_time_is_compared_with_others_on_time() -> None:
    """What labels completed days later is left out: else every cohort on time would look incomplete."""
    history = History([coverage(0.60, 0), coverage(0.95, 4)])

    on_time = history.series("label_coverage", "", "", 7, late_days=0)
    later = history.series("label_coverage", "", "", 7, late_days=5)

    assert (on_time[COHORT].value, later[COHORT].value) == (0.60, 0.95)


def test_what_became_known_too_long_ago_is_forgotten_row_by_row() -> None:
    """A revision outlives the row it revised."""
    history = History([coverage(0.60, 0), coverage(0.95, 30)])

    history.forget(COHORT + timedelta(days=7 + 181))

    assert [one.value for one in history.series("label_coverage", "", "", 7).values()] == [0.95]
