"""Which columns are read."""

from collections.abc import Callable

from vitals.io.sources import needed_columns
from vitals.spec.model import Model


def test_each_once_in_a_stable_order(make_model: Callable[..., Model]) -> None:
    """Every part of the model file asks for its columns, rules and suite come last, sorted."""
    model = make_model(
        decision="decision",
        version="version",
        segments=["origin", "carrier"],
        inputs=["carrier", "distance"],
        latency_ms="latency",
        status={"column": "status", "ok": ["ok"]},
        saturation={"column": "queue"},
        loaded_at="loaded",
        top={"defaults": {"temp": [0]}},
    )

    needed = needed_columns(model, {"z", "score", "b"}, ["distance", "a"])

    expected = "id at score decision latency carrier distance version origin status queue temp a b z"
    assert needed == tuple(expected.split())


def test_loaded_at_when_asked_for(make_model: Callable[..., Model]) -> None:
    """The loading time is bookkeeping, unless a rule looks at it."""
    model = make_model(loaded_at="loaded")

    assert "loaded" not in needed_columns(model, [], [])
    assert "loaded" in needed_columns(model, ["loaded"], [])


def test_defaults_may_name_roles(make_model: Callable[..., Model]) -> None:
    """`score` under defaults is the column with the score, whatever it is called."""
    model = make_model(score="probability", decision="answer", top={"defaults": {"score": [0.5], "decision": ["?"]}})

    assert needed_columns(model, [], []) == ("id", "at", "probability", "answer")
