"""The worlds themselves: a fault touches its days, its rows and its columns, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.worlds import faults
from tests.worlds.cases import CREDIT, FLIGHTS, FOUND, NOT_PROMISED, Case, Setting
from tests.worlds.flights import flights
from tests.worlds.synthetic import synthetic
from tests.worlds.world import Sign, World, stages, write
from vitals.records import Symptom

DAY = date(2013, 7, 22)
ALL = FOUND + NOT_PROMISED


def _name(case: Case) -> str:
    return f"{case.setting.name}-{case.name}".replace(" ", "-")


@cache
def _around(setting: Setting) -> World:
    """The days of a setting from shortly before its faults on: enough to see what a fault touches."""
    world = setting.world()
    predictions = world.predictions[world.between(setting.first - timedelta(days=3), setting.end)]
    feedback = world.feedback[world.feedback["prediction_id"].isin(predictions["prediction_id"])]
    return replace(world, predictions=predictions.reset_index(drop=True), feedback=feedback.reset_index(drop=True))


def _spoilt(case: Case) -> faults.Spoilt:
    return case.fault(_around(case.setting), case.setting.first, case.last)


@pytest.mark.parametrize("case", ALL, ids=_name)
def test_a_fault_touches_its_own_days_only_and_every_time_the_same(case: Case) -> None:
    """Rows and labels of the days before and after are as they were; the truth counts the changed rows of each day."""
    plain, (spoilt, truth) = _around(case.setting), _spoilt(case)
    keep = ~plain.labelled(truth.first, truth.last)
    days = [truth.first + timedelta(days=number) for number in range((truth.last - truth.first).days + 1)]

    def others(world: World) -> pd.DataFrame:
        return world.predictions[~world.between(truth.first, truth.last)].reset_index(drop=True)

    pd.testing.assert_frame_equal(others(plain), others(spoilt), check_dtype=False)
    pd.testing.assert_frame_equal(plain.feedback[keep], spoilt.feedback[keep])
    assert sorted(truth.changed) == days
    assert min(truth.changed.values()) > 0
    assert spoilt.missing or not (
        spoilt.predictions.equals(plain.predictions) and spoilt.feedback.equals(plain.feedback)
    )
    assert _spoilt(case)[1] == truth
    pd.testing.assert_frame_equal(_spoilt(case)[0].predictions, spoilt.predictions)


@pytest.mark.parametrize("case", ALL, ids=_name)
def test_a_truth_names_signs_and_why_it_promises_less(case: Case) -> None:
    """Where a fault is not promised on its first day, the measured reason stands beside it."""
    _, truth = _spoilt(case)

    assert truth.signs
    assert truth.within == 1 or truth.why
    assert case.setting.start + timedelta(days=70) < truth.first <= truth.last < case.setting.end


def test_kilometres_touch_one_carrier_and_stay_whole_numbers() -> None:
    """1.609 times the miles, for UA only."""
    plain = flights()
    spoilt, _ = faults.miles_to_kilometres(plain, DAY, DAY, "distance", ("carrier", "UA"))
    rows = plain.between(DAY, DAY)
    ratio = spoilt.predictions["distance"][rows] / plain.predictions["distance"][rows]
    carrier = plain.predictions["carrier"][rows]

    assert spoilt.predictions["distance"].dtype == plain.predictions["distance"].dtype
    assert ratio[carrier == "UA"].between(1.60, 1.62).all()
    assert (ratio[carrier != "UA"] == 1).all()


def test_nothing_after_an_hour_is_meant_in_local_time() -> None:
    """15:00 in New York is 19:00 UTC in July."""
    spoilt, _ = faults.nothing_after(flights(), DAY, DAY, 15)

    last = spoilt.predictions.loc[spoilt.between(DAY, DAY), "predicted_at"].max()

    assert pd.Timestamp("2013-07-22 18:30", tz="UTC") < last < pd.Timestamp("2013-07-22 19:00", tz="UTC")


def test_duplicates_share_their_id_and_stand_beside_the_first() -> None:
    """A row logged twice is the same row."""
    spoilt, truth = faults.duplicated(flights(), DAY, DAY, 0.08)
    day = spoilt.predictions[spoilt.between(DAY, DAY)]

    assert int(day.duplicated().sum()) == truth.changed[DAY] == int(day["prediction_id"].duplicated().sum())
    assert 0.05 < truth.changed[DAY] / len(day) < 0.12


def test_shuffled_scores_keep_each_days_distribution() -> None:
    """The marginal of a day does not move; only which row has which score does."""
    plain = flights()
    spoilt, _ = faults.scores_shuffled(plain, DAY, DAY + timedelta(days=1))
    rows = plain.between(DAY, DAY)

    assert sorted(plain.predictions["score"][rows]) == sorted(spoilt.predictions["score"][rows])
    assert not plain.predictions["score"][rows].equals(spoilt.predictions["score"][rows])


def test_labels_can_be_late_and_wrong() -> None:
    """Delays move when a label became known; flips turn its value."""
    plain = flights()
    late, _ = faults.labels_delayed(plain, DAY, DAY, 10)
    wrong, truth = faults.labels_flipped(plain, DAY, DAY, target="late", share=0.1)
    rows = plain.labelled(DAY, DAY)

    assert (late.feedback["observed_at"] - plain.feedback["observed_at"])[rows].eq(pd.Timedelta(days=10)).all()
    assert int((plain.feedback["late"] != wrong.feedback["late"]).sum()) == truth.changed[DAY]


def test_a_column_is_missing_from_the_file_only_while_its_days_are_observed(tmp_path: Path) -> None:
    """The range falls into stages, and each stage has its own file."""
    spoilt, _ = faults.column_missing(flights(), DAY, DAY + timedelta(days=1), "visib")
    small = replace(spoilt, predictions=spoilt.predictions.head(10), feedback=spoilt.feedback.head(10))

    found = [
        (start, end, "visib" in pd.read_parquet(write(small, tmp_path, start).parent / "predictions.parquet"))
        for start, end in stages(spoilt, DAY - timedelta(days=2), DAY + timedelta(days=5))
    ]

    assert found == [
        (DAY - timedelta(days=2), DAY - timedelta(days=1), True),
        (DAY, DAY + timedelta(days=1), False),
        (DAY + timedelta(days=2), DAY + timedelta(days=5), True),
    ]


def test_a_written_world_reads_back_as_it_was(tmp_path: Path) -> None:
    """Files keep times aware, whole numbers whole and nulls null."""
    world = synthetic(date(2025, 3, 8), 3, 100)

    models = write(world, tmp_path)

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "predictions.parquet"), world.predictions)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "feedback.parquet"), world.feedback)
    assert (models / "credit.yaml").read_text() == world.model


def test_a_synthetic_world_is_what_it_says() -> None:
    """Local days over the change to summer time, error share, nulls, atom, calibration; another seed is another world."""
    world = synthetic(date(2025, 3, 1), 20, 1000)
    rows = world.predictions
    merged = rows.merge(world.feedback, on="prediction_id")

    assert world.days.min() == pd.Timestamp(2025, 3, 1)
    assert world.days.max() == pd.Timestamp(2025, 3, 20)
    assert rows["predicted_at"].is_monotonic_increasing
    assert rows["prediction_id"].is_unique
    assert rows["status"].eq("error").mean() == pytest.approx(0.01, abs=0.003)
    assert rows["balance"].isna().mean() == pytest.approx(0.02, abs=0.004)
    assert rows["amount"].eq(0).mean() == pytest.approx(0.15, abs=0.01)
    assert merged["late"].mean() == pytest.approx(merged["score"].mean(), abs=0.01)
    assert (merged["observed_at"] > merged["predicted_at"]).all()
    assert not rows.equals(synthetic(date(2025, 3, 1), 20, 1000, seed=1).predictions)
    pd.testing.assert_frame_equal(rows, synthetic(date(2025, 3, 1), 20, 1000).predictions)


def test_a_sign_matches_symptom_subject_and_segment_as_a_whole() -> None:
    """`temp` is not `temperature`, and an empty pattern of a segment means the whole column."""
    sign = Sign(Symptom.INPUT_DRIFT, "temp|visib", "")

    assert sign.fits({"symptom": "input_drift", "subject": "visib", "segment": ""})
    assert not sign.fits({"symptom": "input_drift", "subject": "temperature", "segment": ""})
    assert not sign.fits({"symptom": "input_drift", "subject": "temp", "segment": "origin=LGA"})
    assert not sign.fits({"symptom": "unit_change", "subject": "temp", "segment": ""})


@pytest.mark.parametrize("setting", [FLIGHTS, CREDIT], ids=lambda setting: setting.name)
def test_a_setting_has_rows_on_every_day_that_it_watches(setting: Setting) -> None:
    """History, fault and aftermath lie inside the world."""
    days = set(setting.world().days.dt.date)

    wanted = {setting.start + timedelta(days=number) for number in range((setting.end - setting.start).days + 1)}

    assert wanted <= days
