"""Metrics that need no labels, on the day of their decisions."""

from collections.abc import Callable
from typing import Any

from vitals.signals import decided
from vitals.stats.intervals import wilson


def test_only_what_needs_no_labels_is_measured_of_rows_that_count(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """A failed request and a row without a score decided nothing."""
    plain_rows["decision"] = ["warn"] * 100 + ["ok"] * 300
    plain_rows["status"] = ["error"] * 40 + ["ok"] * 360
    plain_rows["score"][40:50] = [None] * 10

    (found,) = decided.measure(model(), partition(plain_rows))

    assert (found.signal, found.subject, found.age) == ("performance", "predicted_positive_rate", 0)
    assert (found.known_on, found.n, found.value) == (found.day, 350, 50 / 350)
    assert (found.lower, found.upper) == wilson(50, 350)


def test_nothing_is_measured_where_it_was_not_asked_for(
    model: Callable[..., Any], partition: Callable[..., Any], plain_rows: Any
) -> None:
    """Without the metric in the model file, or without rows."""
    empty = partition({name: [] for name in plain_rows})

    assert decided.measure(model(metrics=["roc_auc"]), partition(plain_rows)) == []
    assert decided.measure(model(), empty) == []
