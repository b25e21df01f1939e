"""A finding says since which hour its fault is there: in its words before what it looks like, and on its first day only."""

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.judging.building import day, facts, model, observed, today
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns
from vitals.judging.day import Place, finding
from vitals.judging.onsets import Onsets, hour_of
from vitals.profiles import Profile, profile_partition
from vitals.records import WHOLE, Day, Finding, Partition, Severity, Symptom

NOW = day(28)
ROWS = 900


def frame(of: Day, rng: np.random.Generator) -> pd.DataFrame:
    """A day of requests between 5:00 and 22:00; the wind rises at noon on every day."""
    start = facts(of).window_start
    seconds = np.sort(rng.integers(5 * 3600, 22 * 3600, ROWS))
    noon = seconds >= 12 * 3600
    return pd.DataFrame(
        {
            "at": [start + pd.Timedelta(seconds=int(s)) for s in seconds],
            "hour": seconds // 3600,
            "score": rng.random(ROWS),
            "decision": "ok",
            "distance": np.round(rng.lognormal(6, 0.6, ROWS)),
            "wind": np.round(rng.normal(10 + 10 * noon, 2), 2),
            "carrier": rng.choice(["UA", "AA", "DL"], ROWS),
            "latency": rng.lognormal(4, 0.3, ROWS),
        }
    )


def profiles(of: Day, rows: pd.DataFrame) -> list[Profile]:
    table = pa.Table.from_pandas(rows.drop(columns="hour"), preserve_index=False)
    about = facts(of, columns=tuple(table.column_names))
    return [one for one in profile_partition(model(), Partition(about, table)) if not one.segment]


@cache
def reference() -> list[Profile]:
    """28 ordinary days."""
    rng = np.random.default_rng(1)
    return [one for index in range(28) for one in profiles(day(index), frame(day(index), rng))]


def onsets(spoilt: pd.DataFrame, places: tuple[Place, ...] = ()) -> Onsets:
    columns = Columns(model(), [], [], lambda _: False)
    columns.remember(reference(), [])
    columns.remember(profiles(NOW, spoilt), [])
    verdict = Verdict(NOW, ROWS, 0, judged=True, reference=tuple(day(i) for i in range(28)))
    return Onsets(columns, {(name, WHOLE): verdict for name in columns.hours}, places)


def about(symptom: Symptom, subject: str, statement: str) -> Finding:
    return finding(today(observed(NOW)), symptom, subject, Severity.WARNING, statement)


def spoilt(column: str, hour: int, value: object) -> pd.DataFrame:
    rows = frame(NOW, np.random.default_rng(9))
    late = rows["hour"] >= hour
    rows.loc[late, column] = value(rows.loc[late, column]) if callable(value) else value
    return rows


@pytest.mark.parametrize("hour", [8, 14, 19])
def test_a_unit_that_changed_within_the_day_says_the_hour_before_its_medians(hour: int) -> None:
    """Kilometres from an hour on; all day long there is no hour."""
    said = about(
        Symptom.UNIT_CHANGE, "distance", "distance is 1.61 times its usual (median 650, usually 400): miles to km?"
    )

    told = onsets(spoilt("distance", hour, lambda miles: miles * 1.609344))(said)

    expected = f"distance is 1.61 times its usual since {hour:02d}:00 (median 650, usually 400): miles to km?"
    assert (hour_of(told), told.statement) == (f"{hour:02d}:00", expected)
    assert onsets(spoilt("distance", 0, lambda miles: miles * 1.609344))(said) == said


@pytest.mark.parametrize("hour", [8, 14])
def test_a_column_that_is_in_another_unit_from_an_hour_on_is_named(hour: int) -> None:
    """The quantiles of a mixture name no unit, the hour tells how many rows changed."""
    said = about(Symptom.INPUT_DRIFT, "distance", "distance moved")

    told = onsets(spoilt("distance", hour, lambda miles: miles * 1.609344))(said)
    frozen = onsets(spoilt("distance", hour, 1000.0))(said)

    expected = f"distance moved, since {hour:02d}:00, from then on 1.61 times its usual: miles to km?"
    assert told.statement == expected
    assert frozen.statement == f"distance moved, since {hour:02d}:00"


def test_missing_answers_and_slow_ones_say_the_hour_at_the_end() -> None:
    """A third of the scores missing since 14:00; answers three times as slow since 8:00."""
    rows = spoilt("score", 14, lambda scores: scores.where(np.arange(len(scores)) % 3 > 0))
    missing = onsets(rows)(about(Symptom.MISSING_ANSWERS, "score", "no score in 16 % of answers"))
    slow = onsets(spoilt("latency", 8, lambda ms: ms * 3))(
        about(Symptom.LATENCY, "p95", "p95 of latency 270 ms: slower")
    )

    assert missing.statement == "no score in 16 % of answers, since 14:00"
    assert slow.statement == "p95 of latency 270 ms: slower, since 08:00"


def test_new_names_say_their_hour() -> None:
    """Carriers in small letters since 14:00."""
    told = onsets(spoilt("carrier", 14, lambda names: names.str.lower()))(
        about(Symptom.INPUT_DRIFT, "carrier", "moved")
    )

    assert hour_of(told) == "14:00"


def test_a_column_that_always_rises_at_noon_says_no_hour() -> None:
    """Wind as on every day, and wind stronger all day."""
    said = about(Symptom.INPUT_DRIFT, "wind", "wind moved")

    assert onsets(frame(NOW, np.random.default_rng(9)))(said) == said
    assert onsets(spoilt("wind", 0, lambda wind: wind + 4))(said) == said


def test_the_later_days_of_a_fault_say_no_hour() -> None:
    """An incident on the column was open before today."""
    said = about(Symptom.INPUT_DRIFT, "distance", "distance moved")
    place = (Symptom.INPUT_DRIFT, "distance", WHOLE)

    assert onsets(spoilt("distance", 14, 0.0), (place,))(said) == said
    assert hour_of(onsets(spoilt("distance", 14, 0.0))(said)) == "14:00"
