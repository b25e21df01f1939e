"""Traffic, errors, latency, saturation and duplicates of a day."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.records import Measurement
from vitals.signals import service
from vitals.stats.intervals import wilson


def of(found: list[Measurement], signal: str) -> dict[str, Measurement]:
    """Measurements of one signal by subject, of all rows."""
    return {m.subject: m for m in found if m.signal == signal and not m.segment}


def test_traffic_counts_rows_by_day_and_hour(model: Callable[..., Any], partition: Callable[..., Any]) -> None:
    """400 rows every three minutes are 20 an hour for twenty hours."""
    traffic = of(service.measure(model(), partition()), "traffic")

    assert (traffic["day"].value, traffic["day"].n) == (400.0, 400)
    assert [traffic[f"hour={h:02d}"].value for h in range(24)] == [20.0] * 20 + [0.0] * 4


def test_traffic_is_counted_by_version(model: Callable[..., Any], partition: Callable[..., Any]) -> None:
    """Rows of every model version are measured, so that a release can be seen."""
    found = service.measure(model(), partition())

    assert {m.segment: m.value for m in found if m.segment} == {"version=v1": 300.0, "version=v2": 100.0}


def test_hours_of_another_length_are_scaled_and_missing_ones_left_out(
    model: Callable[..., Any], partition: Callable[..., Any]
) -> None:
    """An hour that runs twice counts half, half an hour double, and one that the day skips has no row."""
    hours = (10, 40, 0, 15, *(5,) * 20)
    lengths = (1.0, 2.0, 0.0, 0.5, *(1.0,) * 20)

    traffic = of(service.measure(model(), partition(hours=hours, hour_lengths=lengths)), "traffic")

    assert [(traffic[f"hour={h:02d}"].value, traffic[f"hour={h:02d}"].n) for h in (0, 1, 3)] == [
        (10.0, 10),
        (20.0, 40),
        (30.0, 15),
    ]
    assert "hour=02" not in traffic
    assert len(traffic) == 24


def test_a_sampled_day_keeps_its_exact_traffic(model: Callable[..., Any], partition: Callable[..., Any]) -> None:
    """Traffic and duplicates are what the source counted, not what was read."""
    found = service.measure(model(), partition(rows=5_000_000, duplicates=1_000_000))

    assert of(found, "traffic")["day"].value == 5_000_000
    assert of(found, "duplicates")["id"].value == pytest.approx(1 / 6)
    assert of(found, "duplicates")["id"].n == 6_000_000


def test_errors_are_all_but_the_good_ones(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """Several values may mean well; a missing status is an error."""
    plain_rows["status"] = ["ok"] * 370 + ["cached"] * 10 + ["error"] * 12 + [None] * 8

    errors = of(service.measure(model(), partition(plain_rows)), "errors")["status"]

    assert (errors.value, errors.n) == (20 / 400, 400)
    assert (errors.lower, errors.upper) == wilson(20, 400)


def test_status_codes_may_be_numbers(model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any) -> None:
    """The text "200" of a model file means the number 200 of a log."""
    plain_rows["status"] = [200] * 390 + [500] * 10
    late = model(predictions={"status": {"column": "status", "ok": ["200"]}})

    assert of(service.measure(late, partition(plain_rows)), "errors")["status"].value == 10 / 400


@given(data=st.data())
def test_latency_quantiles_are_exact(
    data: st.DataObject, model: Callable[..., Any], partition: Callable[..., Any]
) -> None:
    """Quantiles are numpy's over what is finite; nothing to measure is a reason."""
    number = st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(math.inf))
    values = data.draw(st.lists(number, min_size=1, max_size=60))
    day = partition({"at": [datetime(2013, 8, 14, 4, tzinfo=UTC)] * len(values), "latency_ms": values})
    finite = [v for v in values if v is not None and math.isfinite(v)]

    latency = of(service.measure(model(), day), "latency")

    assert [latency[q].n for q in ("p50", "p95", "p99")] == [len(finite)] * 3
    if finite:
        assert [latency[q].value for q in ("p50", "p95", "p99")] == np.quantile(finite, [0.5, 0.95, 0.99]).tolist()
    else:
        assert latency["p50"].reason == "no row has a value of latency_ms"


def test_saturation_is_a_share_of_the_capacity(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """The 95th percentile of a queue of 0..100 with room for four is 95/4."""
    plain_rows["queue"] = [float(i % 101) for i in range(404)][:400]
    saturation = of(service.measure(model(), partition(plain_rows)), "saturation")["queue"]

    assert saturation.value == pytest.approx(np.quantile(plain_rows["queue"], 0.95) / 4)


def test_an_empty_day_has_no_traffic_and_says_nothing_else(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """Zero rows are 0 traffic and a reason for every share and quantile."""
    found = service.measure(model(), partition({name: [] for name in plain_rows}))

    assert {m.value for m in found if m.signal == "traffic"} == {0.0}
    assert {m.reason for m in found if m.signal in {"errors", "duplicates"}} == {"no rows"}
    assert of(found, "latency")["p99"].reason == "no row has a value of latency_ms"


def test_columns_that_the_source_lacks_are_named(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """A missing status, latency or queue is a reason on its own signal only."""
    day = partition({name: plain_rows[name] for name in ("id", "at", "score")})

    found = service.measure(model(), day)

    assert of(found, "errors")["status"].reason == "the source has no column status"
    assert of(found, "latency")["p95"].reason == "the source has no column latency_ms"
    assert of(found, "saturation")["queue"].reason == "the source has no column queue"
    assert of(found, "traffic")["day"].value == 400


@pytest.mark.parametrize(
    ("key", "signal"),
    [("status", "errors"), ("latency_ms", "latency"), ("saturation", "saturation"), ("id", "duplicates")],
)
def test_a_key_left_out_switches_its_signal_off(
    key: str, signal: str, model: Callable[..., Any], partition: Callable[..., Any]
) -> None:
    """Without the key there is no measurement, not one without a value."""
    without = model(predictions={key: None}, feedback=None)

    assert of(service.measure(model(), partition()), signal)
    assert not of(service.measure(without, partition()), signal)
