"""Metrics of a cohort at one age, coverage and delay of its labels."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from vitals.records import Measurement
from vitals.signals import performance
from vitals.stats.intervals import wilson
from vitals.stats.metrics import DEFAULTS


def of(found: list[Measurement], signal: str = "performance", segment: str = "") -> dict[str, Measurement]:
    """Measurements of one signal and segment by subject."""
    return {m.subject: m for m in found if m.signal == signal and m.segment == segment}


def labelled(table: dict[str, list[Any]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, scores and decisions of the rows that have a label."""
    seen = np.array([y is not None for y in table["late"]])
    y = np.array([y or 0 for y in table["late"]])
    return y[seen], np.array(table["score"])[seen], (np.array(table["decision"]) == "warn")[seen]


def test_metrics_are_those_of_the_labelled_rows(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Every metric but the rate of decisions leaves out the rows without a label."""
    found = of(performance.measure(model(), cohort(plain_cohort)))

    y, score, decision = labelled(plain_cohort)
    everyone = np.array(plain_cohort["decision"]) == "warn"
    assert {name: m.value for name, m in found.items()} == pytest.approx(
        {
            "roc_auc": sk.roc_auc_score(y, score),
            "precision": sk.precision_score(y, decision),
            "recall": sk.recall_score(y, decision),
            "log_loss": sk.log_loss(y, score),
            "prevalence": y.mean(),
            "predicted_positive_rate": everyone.mean(),
        },
        abs=1e-12,
    )
    assert (found["roc_auc"].n, found["predicted_positive_rate"].n) == (len(y), 400)
    assert (found["precision"].n, found["recall"].n) == (decision.sum(), y.sum())


@pytest.mark.parametrize(
    ("changed", "positive"),
    [
        (lambda y: None if y is None else float(y), 1),
        (lambda y: None if y is None else bool(y), 1),
        (lambda y: None if y is None else y, True),
        (lambda y: None if y is None else str(y), 1),
        (lambda y: None if y is None else ("no", "yes")[y], "yes"),
        (lambda y: None if y is None else 1 - y, 0),
    ],
)
def test_labels_of_any_type_are_the_same_labels(
    changed: Callable[[Any], Any],
    positive: Any,
    model: Callable[..., Any],
    cohort: Callable[..., Any],
    plain_cohort: Any,
) -> None:
    """1, 1.0, true, "1" and a word give one and the same measurement."""
    other = plain_cohort | {"late": [changed(y) for y in plain_cohort["late"]]}
    late = model(positive={"decision": "warn", "target": positive})

    assert performance.measure(late, cohort(other)) == performance.measure(model(), cohort(plain_cohort))


def test_a_cohort_without_labels_says_so(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Coverage is 0, what needs labels has a reason, what needs none is a number."""
    nothing = [None] * 400
    found = performance.measure(model(), cohort(plain_cohort | {"late": nothing, "__label_time": nothing}, age=7))

    reasons = {m.reason for m in found if m.signal in {"performance", "label_delay"} and m.value is None}
    assert reasons == {"no labels yet"}
    assert [s for s, m in of(found).items() if m.value is not None] == ["predicted_positive_rate"]
    coverage = of(found, "label_coverage")[""]
    assert (coverage.value, coverage.lower, coverage.n) == (0.0, 0.0, 400)


def test_a_cohort_without_predictions_measures_nothing(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """No predictions, or no feedback in the model file, is no row."""
    assert performance.measure(model(), cohort({name: [] for name in plain_cohort})) == []
    assert performance.measure(model(feedback=None), cohort()) == []


def test_coverage_is_a_share_and_says_what_was_left_out(model: Callable[..., Any], cohort: Callable[..., Any]) -> None:
    """Coverage has Wilson's interval; the rows that do not count are named with their reason."""
    seen = cohort(excluded={"status not ok": 12, "no score": 3, "repeated id": 0})
    coverage = of(performance.measure(model(), seen), "label_coverage")[""]
    k = seen.table["late"].length() - seen.table["late"].null_count

    assert (coverage.value, coverage.lower, coverage.upper) == (k / 400, *wilson(k, 400))
    assert coverage.method == "labelled / counted predictions, Wilson; left out: 3 no score, 12 status not ok"


def test_label_delay_is_in_days_among_labels(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Half of the labels came within p50 days; a label before its prediction counts below 0."""
    at = plain_cohort["at"]
    days = np.where(np.arange(400) < 100, -0.5, np.arange(400) / 100)
    plain_cohort["late"] = [1 if i % 2 else 0 for i in range(400)]
    plain_cohort["__label_time"] = [t + timedelta(days=float(d)) for t, d in zip(at, days, strict=True)]

    found = performance.measure(model(), cohort(plain_cohort, early=100, relabelled=2, orphans=5))

    delay = of(found, "label_delay")
    assert [delay[q].value for q in ("p50", "p90")] == pytest.approx(np.quantile(days, [0.5, 0.9]), abs=1e-9)
    assert delay["p50"].n == 400
    assert delay["p50"].method == (
        "days from prediction to label; labels 100 before their prediction, 2 given again with another value,"
        " 5 without a prediction"
    )


def test_only_the_last_age_has_segments(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """At the last age the primary metric is measured per segment value and version of at least 100 predictions."""
    young = performance.measure(model(), cohort(plain_cohort, age=1))
    old = performance.measure(model(), cohort(plain_cohort, age=7))

    assert {m.segment for m in young} == {""}
    assert {(m.segment, m.subject) for m in old if m.segment} == {
        ("origin=LGA", "roc_auc"),
        ("origin=JFK", "roc_auc"),
        ("origin=EWR", "roc_auc"),
        ("origin=∅", "roc_auc"),
        ("carrier=…", "roc_auc"),
        ("version=v1", "roc_auc"),
        ("version=v2", "roc_auc"),
    }
    y, score, _ = labelled(plain_cohort)
    lga = np.array(
        [o == "LGA" for o, y in zip(plain_cohort["origin"], plain_cohort["late"], strict=True) if y is not None]
    )
    assert of(old, segment="origin=LGA")["roc_auc"].value == pytest.approx(sk.roc_auc_score(y[lga], score[lga]))


def test_small_segments_say_that_their_labels_are_few(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """A group that is large enough to be named may still have too few positives for a metric."""
    lga = [i % 4 == 0 for i in range(400)]
    plain_cohort["late"] = [int(i < 12) if at_lga else i % 2 for i, at_lga in enumerate(lga)]

    found = performance.measure(model(), cohort(plain_cohort, age=7))

    assert of(found, segment="origin=LGA")["roc_auc"].reason == "too few labels: 3 positives < 10"


def test_the_known_day_is_the_cohorts_own(model: Callable[..., Any], cohort: Callable[..., Any]) -> None:
    """A cohort that is evaluated again later is known on that later day."""
    found = performance.measure(model(), cohort(known_on=date(2013, 9, 1)))

    assert {(m.day, m.age, m.known_on) for m in found} == {(date(2013, 8, 14), 1, date(2013, 9, 1))}


def test_missing_decisions_count_for_no_decision_metric(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """A row without a decision was not decided either way; its score still counts."""
    plain_cohort["decision"][:40] = [None] * 40
    found = of(performance.measure(model(), cohort(plain_cohort)))

    assert found["predicted_positive_rate"].n == 360
    assert found["roc_auc"].n == sum(y is not None for y in plain_cohort["late"])


def test_a_metric_without_its_column_says_which(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """No score in the model file, none in the table, or a score in words is a reason, and stops no other metric."""
    nowhere = model(predictions={"score": None}, defaults={})
    gone = {name: values for name, values in plain_cohort.items() if name != "score"}
    words = plain_cohort | {"score": ["high"] * 400}

    reasons = [
        of(performance.measure(late, cohort(table)))["roc_auc"].reason
        for late, table in ((nowhere, plain_cohort), (model(), gone), (model(), words))
    ]

    assert reasons == [
        "roc_auc needs a score: the model file names no column for it",
        "roc_auc needs a score: the source has no column score",
        "roc_auc needs a score: score holds texts, not numbers",
    ]
    assert of(performance.measure(nowhere, cohort(plain_cohort)))["precision"].value is not None


def test_margins_rank_but_are_no_probabilities(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Scores outside 0..1 keep their ranking and lose their log loss."""
    plain_cohort["score"] = [10 * s - 5 for s in plain_cohort["score"]]
    found = of(performance.measure(model(), cohort(plain_cohort)))

    assert found["roc_auc"].value is not None
    assert "outside 0..1, no probabilities" in (found["log_loss"].reason or "")


def test_regression_compares_the_decision_with_the_label(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """The predicted value is the decision, else the score; nulls on either side do not count."""
    rng = np.random.default_rng(5)
    minutes = rng.normal(10, 5, 400)
    plain_cohort["late"] = [None if i % 10 == 0 else float(m) for i, m in enumerate(minutes)]
    plain_cohort["decision"] = [None if i % 10 == 1 else float(m) + 1 + (i % 2) for i, m in enumerate(minutes)]
    table = cohort(plain_cohort)
    options = {"task": "regression", "positive": None, "defaults": {}}
    names = ("mae", "bias", "within_tolerance", "rmse", "r2")
    late = model(**options, metrics=names, metric_options={"within_tolerance": 1.5})

    found = of(performance.measure(late, table))

    y = np.array([m for i, m in enumerate(minutes) if i % 10 > 1])
    p = np.array([m + 1 + (i % 2) for i, m in enumerate(minutes) if i % 10 > 1])
    assert {name: m.value for name, m in found.items()} == pytest.approx(
        {
            "mae": 1.5,
            "bias": 1.5,
            "within_tolerance": 0.5,
            "rmse": sk.root_mean_squared_error(y, p),
            "r2": sk.r2_score(y, p),
        }
    )
    by_score = model(**options, metrics=("mae",), predictions={"decision": None})
    assert of(performance.measure(by_score, table))["mae"].n == 360


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_model_file_without_metrics_gets_those_of_its_task(
    task: str, model: Callable[..., Any], cohort: Callable[..., Any]
) -> None:
    """The default metrics are measured, the first of them per segment."""
    late = model(task=task, metrics=(), positive=None, defaults={})

    found = performance.measure(late, cohort(age=7))

    assert tuple(of(found)) == DEFAULTS[task]
    assert {m.subject for m in found if m.segment} == {DEFAULTS[task][0]}


def test_the_order_of_a_cohorts_rows_changes_nothing(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """A join may give rows in any order: the measurements are the same to the last bit."""
    order = np.random.default_rng(0).permutation(400)
    shuffled = {name: [values[i] for i in order] for name, values in plain_cohort.items()}

    assert performance.measure(model(), cohort(shuffled, age=7)) == performance.measure(
        model(), cohort(plain_cohort, age=7)
    )


def test_label_times_must_be_times(model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any) -> None:
    """Without usable times the delay has a reason; the metrics stay."""
    seen = cohort(plain_cohort)
    untimed = cohort({name: values for name, values in plain_cohort.items() if name != "at"})
    nothing = seen.table.set_column(seen.table.column_names.index("__label_time"), "__label_time", [[None] * 400])

    for broken, reason in [
        (untimed, "the source has no column at"),
        (type(seen)("late", seen.day, 1, seen.known_on, nothing), "__label_time holds values of type null, not times"),
    ]:
        found = performance.measure(model(), broken)
        assert {m.reason for m in found if m.signal == "label_delay"} == {reason}
        assert of(found)["roc_auc"].value is not None


def test_events_without_a_row_are_negative(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """At the end of the window metrics are those of all rows, whatever has no label being negative."""
    late = event_model(model)
    found = of(performance.measure(late, cohort(plain_cohort, age=7)))

    y = np.array([label or 0 for label in plain_cohort["late"]])
    assert found["prevalence"].value == y.mean()
    assert found["roc_auc"].value == pytest.approx(sk.roc_auc_score(y, plain_cohort["score"]), abs=1e-12)
    assert (found["roc_auc"].n, found["recall"].n) == (400, y.sum())
    assert all(not str(m.method).startswith("so far") for m in found.values())


def test_events_before_the_end_of_the_window_are_so_far(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """A younger point says that it is no final number, but for what needs no label."""
    late = event_model(model)
    found = of(performance.measure(late, cohort(plain_cohort, age=1)))

    assert [performance.so_far(late, age) for age in (1, 6, 7, 8)] == [True, True, False, False]
    assert not performance.so_far(model(), 1)
    assert {name for name, m in found.items() if not str(m.method).startswith("so far: ")} == {
        "predicted_positive_rate"
    }


def test_events_have_no_coverage_and_the_delay_of_positives(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """A row that says "no" adds nothing: coverage is no share, and only the positives have a delay."""
    at, label = plain_cohort["at"], [(1, 0, None, None)[i % 4] for i in range(400)]
    days = [{1: 2.0, 0: 5.0, None: None}[y] for y in label]
    plain_cohort["late"] = label
    plain_cohort["__label_time"] = [None if d is None else t + timedelta(days=d) for t, d in zip(at, days, strict=True)]

    found = performance.measure(event_model(model), cohort(plain_cohort, age=7))

    coverage, delay = of(found, "label_coverage")[""], of(found, "label_delay")
    assert (coverage.value, coverage.n, coverage.reason) == (None, 200, "event labels: absence means negative")
    assert [(delay[q].value, delay[q].n) for q in ("p50", "p90")] == [(2.0, 100), (2.0, 100)]


def test_the_holdout_stands_beside_the_whole(
    model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Every metric of the rows that the model did not influence, at every age, as the segment `holdout`."""
    rows = np.arange(400) % 5 == 0
    for age in (1, 7):
        found = performance.measure(model(), cohort(plain_cohort, age=age), rows)

        seen = rows & np.array([y is not None for y in plain_cohort["late"]])
        y = np.array([y or 0 for y in plain_cohort["late"]])[seen]
        held, whole = of(found, segment="holdout"), of(found)
        assert held.keys() == whole.keys()
        assert held["roc_auc"].value == pytest.approx(sk.roc_auc_score(y, np.array(plain_cohort["score"])[seen]))
        assert (held["prevalence"].n, whole["prevalence"].n) == (len(y), 400 - plain_cohort["late"].count(None))


@pytest.mark.parametrize("size", [0, 29])
def test_a_small_holdout_says_so(
    size: int, model: Callable[..., Any], cohort: Callable[..., Any], plain_cohort: Any
) -> None:
    """Below 30 rows there is no number, and it is said."""
    found = performance.measure(model(), cohort(plain_cohort), np.arange(400) < size)

    assert {m.reason for m in of(found, segment="holdout").values()} == {f"n={size} < 30"}


def event_model(model: Callable[..., Any]) -> Any:
    """The model, with labels for positives only, complete after a week."""
    feedback = {"source": "log", "table": "feedback", "id": "id", "time": "seen_at", "target": "late", "ages": [1, 7]}
    return model(feedback=feedback | {"labels": "event", "window": 7})
