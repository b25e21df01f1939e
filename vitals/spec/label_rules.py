"""Rules of a model file about labels: feedback, metrics, their options, and what counts as positive."""

from collections.abc import Iterator
from itertools import pairwise

from vitals.spec.document import Problem
from vitals.spec.draft import Draft
from vitals.spec.parts import LONGEST_DAYS
from vitals.spec.places import did_you_mean

METRICS: dict[str, tuple[str, ...]] = {
    "binary": (
        "roc_auc",
        "average_precision",
        "precision",
        "recall",
        "f1",
        "log_loss",
        "brier",
        "calibration_ratio",
        "prevalence",
        "predicted_positive_rate",
    ),
    "regression": ("mae", "wape", "bias", "within_tolerance", "p90_abs_error", "rmse", "r2"),
}
SHOWN_ONLY = frozenset({"rmse", "r2"})  # one large error moves them: they are shown and never alert
OF_DECISIONS = frozenset({"precision", "recall", "f1", "predicted_positive_rate"})
OF_SCORES = frozenset({"roc_auc", "average_precision", "log_loss", "brier", "calibration_ratio"})


def labels_have_what_they_need(draft: Draft) -> Iterator[Problem]:
    """Demand an id to join by, and a label's column that differs from the predictions' columns."""
    if not draft.has("feedback"):
        if draft.list("metrics"):
            yield Problem(("metrics",), "need labels; add feedback with source, table, id, time and target")
        return
    if isinstance(draft.get("predictions"), dict) and not draft.has("predictions", "id"):
        yield Problem(("predictions", "id"), "is missing; with feedback, name the column that identifies a prediction")
    if draft.text("feedback", "labels") == "event" and draft.text("task") == "regression":
        text = "'event' is for task binary, got task regression: no row is no number; use explicit"
        yield Problem(("feedback", "labels"), text)
    target = draft.text("feedback", "target")
    if target and target in {*draft.watched, draft.text("predictions", "id"), *_segments(draft)}:
        text = f"'{target}' is a column of predictions as well; give the label another name, in a view if need be"
        yield Problem(("feedback", "target"), text)


def ages_ascend(draft: Draft) -> Iterator[Problem]:
    """Demand distinct, ascending ages; event labels are only final at the end of their window."""
    ages = [(i, age) for i, age in enumerate(draft.list("feedback", "ages")) if type(age) is int]
    for (_, before), (i, age) in pairwise(ages):
        if age <= before:
            what = "is listed twice" if age == before else f"comes after {before}"
            yield Problem(("feedback", "ages", i), f"{age} {what}; list ages in ascending order, each once")
    window = _window(draft)
    if draft.text("feedback", "labels") != "event" or window is None or not ages:
        return
    latest = max(age for _, age in ages)
    if latest < window:
        text = f"must reach the window of {window} days with labels: event, got {latest}; add the age {window}"
        yield Problem(("feedback", "ages"), text)


def metrics_fit_the_task(draft: Draft) -> Iterator[Problem]:
    """Demand metrics of the task, each once, whose columns are given."""
    task = draft.text("task") or ""
    answered = draft.has("predictions", "score") or draft.has("predictions", "decision")
    known, seen = METRICS.get(task, ()), set()
    for i, metric in draft.texts("metrics"):
        place = ("metrics", i)
        if metric in seen:
            yield Problem(place, f"'{metric}' is listed twice; keep one")
        elif known and metric not in known and metric != "estimate":
            yield Problem(place, f"'{metric}' is no metric of task {task}; {did_you_mean(metric, known)}")
        elif not answered:
            continue
        elif metric in OF_SCORES and not draft.has("predictions", "score"):
            yield Problem(place, f"'{metric}' needs predictions.score; name the column or remove the metric")
        elif metric in OF_DECISIONS and not draft.has("predictions", "decision"):
            yield Problem(place, f"'{metric}' needs predictions.decision; name the column or remove the metric")
        seen.add(metric)


def metric_options_have_an_effect(draft: Draft) -> Iterator[Problem]:
    """Demand that options belong to metrics that are listed."""
    listed = [metric for _, metric in draft.texts("metrics")]
    for metric in draft.keys("metric_options", "material"):
        place = ("metric_options", "material", metric)
        if metric in SHOWN_ONLY:
            yield Problem(place, f"{metric} is shown and never alerts, so a material change has no effect; remove it")
        elif metric not in listed:
            known = metric in METRICS.get(draft.text("task") or "", ())
            remedy = did_you_mean(metric, listed) if listed and not known else "add it to metrics"
            yield Problem(place, f"'{metric}' is not among the metrics; {remedy}")
    yield from _baseline_has_an_effect(draft, listed)
    task, option = draft.text("task"), ("metric_options", "within_tolerance")
    if draft.has(*option) and task == "binary":
        yield Problem(option, "is for task regression, got task binary; remove it")
    elif draft.has(*option) and "within_tolerance" not in listed:
        yield Problem(option, "has no effect without the metric within_tolerance; add it to metrics")
    elif "within_tolerance" in listed and task == "regression" and not draft.has(*option):
        text = "'within_tolerance' needs metric_options.within_tolerance: the largest error that counts as right"
        yield Problem(("metrics", listed.index("within_tolerance")), text)


def _baseline_has_an_effect(draft: Draft, listed: list[str]) -> Iterator[Problem]:
    """Demand the hour or a segment column, and the metric that is compared with it."""
    place = ("metric_options", "baseline")
    baseline = draft.text(*place)
    if baseline is None:
        return
    if draft.text("task") == "regression":
        yield Problem(place, "is for task binary, got task regression; remove it")
        return
    known = ["hour", *_segments(draft)]
    if baseline not in known:
        yield Problem(
            place, f"'{baseline}' is neither hour nor one of predictions.segments; {did_you_mean(baseline, known)}"
        )
    if listed and "roc_auc" not in listed:
        yield Problem(place, "has no effect without the metric roc_auc; add it to metrics")


def positive_is_named(draft: Draft) -> Iterator[Problem]:
    """Demand the positive answer for metrics of decisions, and task binary for both."""
    task = draft.text("task")
    if draft.has("positive") and task == "regression":
        yield Problem(("positive",), "is for task binary, got task regression; remove it")
        return
    if draft.has("positive", "decision") and not draft.has("predictions", "decision"):
        text = "has no effect without predictions.decision; name that column or remove this"
        yield Problem(("positive", "decision"), text)
    wanted = [(i, metric) for i, metric in draft.texts("metrics") if metric in OF_DECISIONS]
    if task == "binary" and wanted and draft.has("predictions", "decision") and not draft.has("positive", "decision"):
        i, metric = wanted[0]
        text = f"'{metric}' needs positive.decision: the answer that counts as positive, like positive: {{decision: 1}}"
        yield Problem(("metrics", i), text)


def _window(draft: Draft) -> int | None:
    value = draft.get("feedback", "window")
    digits = value.removesuffix("d") if isinstance(value, str) else value
    try:
        days = int(digits) if isinstance(digits, (str, int)) else 14
    except ValueError:
        return None
    return days if 1 <= days <= LONGEST_DAYS else None


def _segments(draft: Draft) -> list[str]:
    return [column for _, column in draft.texts("predictions", "segments")]
