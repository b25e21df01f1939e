"""Every key of a model file changes an outcome: what is observed, what is found, what is told, or what is refused.

The keys are those of the schema: a new one without a case here fails the test. Each case gives two values of its key
(and what else the file must say for the key to matter); the outcome is looked at where it is cheapest to see.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from expectations.labels import validate_labels
from expectations.loading import model_suite_columns
from expectations.running import validate
from flows import plain
from flows.due import due_days
from tests.judging.building import OFFICE, day, facts, folded, measured, numbers
from vitals.digest import ModelNews, compose
from vitals.errors import ConfigError, InputError
from vitals.io import telling
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.judging.day import finding
from vitals.profiles import encode
from vitals.records import Observed, Severity, Symptom
from vitals.spec import Model, load_model, schema
from vitals.spec.parts import LATER_WORDS
from vitals.windows import window

DAY = date(2024, 3, 4)
FILE: dict[str, Any] = {
    "model": "m",
    "task": "binary",
    "timezone": "UTC",
    "predictions": {
        "source": "one",
        "table": "predictions",
        "id": "id",
        "time": "at",
        "score": "score",
        "decision": "decision",
        "inputs": ["distance"],
    },
    "feedback": {"source": "one", "table": "labels", "id": "id", "time": "seen", "target": "late", "ages": [1, 3]},
    "positive": {"decision": "warn", "target": 1},
    "metrics": ["roc_auc", "precision"],
}
SUITE = """\
suite: windy
expectations:
  - expect_column_values_to_not_be_null: {column: wind}
    severity: warning
    description: every answer has a wind
"""
CALM = """\
suite: calm
expectations:
  - expect_column_values_to_be_between: {column: distance, max_value: 900}
    severity: warning
"""
AVOID = {"name": "Bad answers", "where": "score > 0.5", "at_most": 0}
HEURISTIC = {"name": "Mean distance", "value": "avg(distance)"}
ALERT = {"symptom": "input_drift", "subject": "distance"}
MUTE = {**ALERT, "mute": True, "why": "known"}
TEST = {**ALERT, "method": "psi", "above": 1e-6}
APPROVED = {"first_day": "2024-01-01", "last_day": "2024-01-14"}
Outcome = Callable[["Place", Model], object]


@dataclass(frozen=True)
class Place:
    """Where the little world lies."""

    world: World
    folder: Path


@dataclass(frozen=True)
class Case:
    """Two values of a key that must not come to the same."""

    sees: Outcome
    one: object
    other: object
    given: Mapping[str, object] = field(default_factory=dict)


def rows(first: date, days: int, seed: int) -> pd.DataFrame:
    """120 predictions a day, some of them said twice, with everything that a model file may name."""
    draw, n = np.random.default_rng(seed), 120 * days
    at = pd.date_range(pd.Timestamp(first, tz="UTC"), periods=n, freq="12min").as_unit("us")
    score = draw.random(n).round(3)
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i - (i % 20 == 19)}" for i in range(n)],
            "other_id": [f"{seed}-{i}" for i in range(n)],
            "at": at,
            "naive": at.tz_localize(None),
            "seconds": at.astype("int64") // 1_000_000,
            "other_time": at - pd.Timedelta(hours=5),
            "loaded_at": at + pd.to_timedelta(draw.choice([1, 900], n), unit="h"),
            "score": score,
            "other_score": 1 - score,
            "decision": np.where(score > 0.6, "warn", "ok"),
            "other_decision": np.where(score > 0.3, "warn", "stop"),
            "version": draw.choice(["a", "b"], n),
            "client": draw.choice(["x", "y"], n),
            "distance": draw.normal(1000, 150, n),
            "wind": draw.gamma(4, 3, n),
            "took": draw.lognormal(4, 0.3, n),
            "status": draw.choice(["ok", "late", "error"], n),
            "state": draw.choice(["ok", "error"], n),
            "queue": draw.random(n),
            "disk": draw.random(n) / 2,
        }
    )


def labels(predictions: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A label for most predictions, one to fifty hours later."""
    draw, n = np.random.default_rng(seed), len(predictions)
    late = draw.random(n) < predictions["score"].to_numpy()
    seen = predictions["at"] + pd.to_timedelta(draw.integers(1, 50, n), unit="h").as_unit("us")
    table = pd.DataFrame(
        {
            "id": predictions["id"],
            "other_id": predictions["other_id"],
            "seen": seen,
            "naive_seen": seen.dt.tz_localize(None),
            "seconds": seen.astype("int64") // 1_000_000,
            "other_seen": seen + pd.Timedelta(hours=30),
            "loaded_at": seen + pd.to_timedelta(draw.choice([1, 900], n), unit="h"),
            "late": late.astype("int8"),
            "other_late": (~late).astype("int8"),
        }
    )
    return table[draw.random(n) < 0.9]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two folders of files as two sources."""
    folder = tmp_path_factory.mktemp("keys")
    for number, name in enumerate(("one", "two")):
        (folder / name).mkdir()
        for table, seed in (("predictions", number), ("more", number + 10)):
            made = rows(DAY - timedelta(days=4), 6, seed)
            made.to_parquet(folder / name / f"{table}.parquet", index=False)
            said = {"predictions": "labels", "more": "more_labels"}[table]
            labels(rows(DAY - timedelta(days=4), 6, number), seed + 20).to_parquet(
                folder / name / f"{said}.parquet", index=False
            )
    (folder / "windy.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "calm.yaml").write_text(CALM, encoding="utf-8")
    (folder / "known.yaml").write_text(CALM.replace("calm", "known"), encoding="utf-8")
    settings = Settings.from_env(
        {},
        home=folder,
        suites_dir=folder,
        sources={name: f"file://{folder / name}" for name in ("one", "two")},
    )
    clock = datetime(2024, 4, 1, tzinfo=UTC)
    with World(
        settings, lambda: clock, lambda model: model_suite_columns(settings.suites_dir, model), lambda _: ""
    ) as world:
        yield Place(world, folder)


def observed(place: Place, model: Model) -> object:
    """All that observing one day writes down; an error in words where it cannot be read."""
    try:
        steps = plain.steps(place.world)
        partition = steps.read(model, DAY)
        profiles = steps.profile(model, partition)
        numbers = [*steps.measure(model, partition), *steps.evaluate(model, DAY).measurements]
    except InputError as error:
        return f"InputError: {error}"
    return partition.facts, [(one.subject, one.segment, one.minis, encode(one)) for one in profiles], numbers


def labels_validated(place: Place, model: Model) -> object:
    """What the suites say of the labels of the day."""
    return validate_labels(place.world, model, DAY, place.folder)


def validated(place: Place, model: Model) -> object:
    """What the suites say of the day."""
    return validate(model, plain.steps(place.world).read(model, DAY), place.folder)


def at_ages(place: Place, model: Model) -> object:
    """What evaluating cohorts writes down."""
    return plain.steps(place.world).evaluate(model, DAY).measurements


@cache
def past() -> tuple[Observed, ...]:
    """Forty days of which the last has every fault; Good Friday 2024 is day 88, so they begin on day 50."""
    draw, made = np.random.default_rng(0), []
    for index in range(50, 90):
        bad = index in {88, 89}
        values = draw.normal(1000, 150, 900) * (1.5 if bad else 1.0)
        of = day(index)
        wind = [None if bad and i < 50 else float(v) for i, v in enumerate(draw.gamma(4, 3, 900))]
        rest = [
            measured(of, "avoid", "Bad answers", 5.0 if bad else 0.0, 900),
            measured(of, "avoid", "Other answers", 5.0 if bad else 0.0, 900),
            measured(of, "heuristic", "Mean distance", 3.0 if bad else 1.0 + draw.normal(0, 0.1)),
            measured(day(index - 1), "performance", "roc_auc", 0.8 + draw.normal(0, 0.0005) - 0.01 * bad, 900, age=1),
        ]
        made.append(
            Observed(
                facts(of, draw.poisson(OFFICE), "UTC"),
                [numbers(of, "distance", values), numbers(of, "wind", wind)],
                rest,
                [],
            )
        )
    return tuple(made)


def found(_: Place, model: Model) -> object:
    """What judging finds in forty days."""
    return [one.findings for one in folded(past(), watched=model)]


@cache
def slow() -> tuple[Observed, ...]:
    """Five weeks in which distances grow by a little every day."""
    draw = np.random.default_rng(1)
    return tuple(
        Observed(
            facts(day(index), draw.poisson(OFFICE), "UTC"),
            [numbers(day(index), "distance", draw.normal(1000 + 6 * index, 150, 900))],
            [],
            [],
        )
        for index in range(35)
    )


def drifted(_: Place, model: Model) -> object:
    """What judging finds in five weeks of slow drift."""
    return [one.findings for one in folded(slow(), watched=model)]


def told(place: Place, model: Model) -> object:
    """A digest that tells of a broken rule, and the channel it goes to."""
    from tests.judging.building import observed as seen
    from tests.judging.building import today

    now = today(seen(DAY), watched=model)
    broken = finding(now, Symptom.AVOID, "rule", Severity.CRITICAL, "5 rows, at most 0")
    digest = compose("C1", DAY, [ModelNews(model, DAY, "monitored", now.facts, (broken,))], None)
    return digest.models, digest.items, digest.mentions, digest.notes, telling.channel_of(place.world, model)


def due(_: Place, model: Model) -> object:
    """The days that a run at seven in the morning has to do."""
    return due_days(model, datetime(2024, 3, 5, 7, tzinfo=UTC), (), ())


def hours(_: Place, model: Model) -> object:
    """The instants between which a day lies."""
    return window(DAY, model.zone)


def loads(_: Place, model: Model) -> object:
    """That the file is right; the other value is refused."""
    return model.name


CASES: dict[str, Case] = {
    "model": Case(observed, "m", "n"),
    "title": Case(told, "Late?", "Early?"),
    "task": Case(observed, "binary", "regression", {"metrics": [], "positive": None}),
    "timezone": Case(hours, "UTC", "Asia/Tokyo"),
    "due": Case(due, "06:00", "08:00"),
    "owner": Case(told, "U02AB3CD4", "U02AB3CD5"),
    "channel": Case(told, "C0123456789", "C0123456780"),
    "runbook": Case(told, "https://one.example", "https://other.example"),
    "predictions": Case(observed, FILE["predictions"], {**FILE["predictions"], "score": "other_score"}),
    "predictions.source": Case(observed, "one", "two"),
    "predictions.table": Case(observed, "predictions", "more"),
    "predictions.where": Case(observed, None, "client = 'x'"),
    "predictions.id": Case(observed, "id", "other_id"),
    "predictions.time": Case(observed, "at", "other_time"),
    "predictions.time_zone": Case(observed, "UTC", "Asia/Tokyo", {"predictions.time": "naive"}),
    "predictions.time_unit": Case(observed, "s", "ms", {"predictions.time": "seconds"}),
    "predictions.loaded_at": Case(observed, None, "loaded_at"),
    "predictions.score": Case(observed, "score", "other_score"),
    "predictions.decision": Case(observed, "decision", "other_decision"),
    "predictions.version": Case(observed, None, "version"),
    "predictions.segments": Case(observed, [], ["client"]),
    "predictions.inputs": Case(observed, ["distance"], ["wind"]),
    "predictions.latency_ms": Case(observed, None, "took"),
    "predictions.status": Case(observed, None, {"column": "status", "ok": ["ok"]}),
    "predictions.status.column": Case(observed, "status", "state", {"predictions.status": {"ok": ["ok"]}}),
    "predictions.status.ok": Case(observed, ["ok"], ["ok", "late"], {"predictions.status": {"column": "status"}}),
    "predictions.saturation": Case(observed, None, {"column": "queue"}),
    "predictions.saturation.column": Case(observed, "queue", "disk", {"predictions.saturation": {}}),
    "predictions.saturation.capacity": Case(observed, 1.0, 2.0, {"predictions.saturation": {"column": "queue"}}),
    "feedback": Case(at_ages, FILE["feedback"], None, {"metrics": [], "positive": None}),
    "feedback.source": Case(at_ages, "one", "two"),
    "feedback.table": Case(at_ages, "labels", "more_labels"),
    "feedback.id": Case(at_ages, "id", "other_id"),
    "feedback.time": Case(at_ages, "seen", "other_seen"),
    "feedback.time_zone": Case(at_ages, "UTC", "America/New_York", {"feedback.time": "naive_seen"}),
    "feedback.time_unit": Case(observed, "s", "ns", {"feedback.time": "seconds"}),
    "feedback.loaded_at": Case(at_ages, None, "loaded_at"),
    "feedback.target": Case(at_ages, "late", "other_late"),
    "feedback.labels": Case(at_ages, "explicit", "event", {"feedback.window": "3d"}),
    "feedback.window": Case(loads, "3d", "30d", {"feedback.labels": "event"}),
    "feedback.ages": Case(at_ages, [1, 3], [2, 3]),
    "feedback.expectations": Case(labels_validated, [], ["known"]),
    "feedback.holdout": Case(at_ages, None, "distance > 1000"),
    "positive": Case(at_ages, {"decision": "warn", "target": 1}, {"decision": "ok", "target": 0}),
    "positive.decision": Case(at_ages, "warn", "ok"),
    "positive.target": Case(at_ages, 1, 0),
    "metrics": Case(at_ages, ["roc_auc", "precision"], ["precision", "recall"]),
    "metric_options": Case(found, {}, {"material": {"roc_auc": 0.001}}),
    "metric_options.material": Case(found, {"roc_auc": 0.02}, {"roc_auc": 0.001}),
    "metric_options.within_tolerance": Case(
        at_ages,
        0.1,
        0.3,
        {
            "task": "regression",
            "positive": None,
            "metrics": ["within_tolerance"],
            "predictions.decision": "other_score",
        },
    ),
    "defaults": Case(observed, {"decision": ["ok"]}, {"decision": ["warn"]}),
    "reference": Case(found, {"days": 14}, {"days": 30}),
    "reference.days": Case(found, 14, 30),
    "reference.baseline": Case(drifted, None, APPROVED),
    "reference.baseline.first_day": Case(drifted, "2024-01-01", "2024-01-05", {"reference": {"baseline": APPROVED}}),
    "reference.baseline.last_day": Case(drifted, "2024-01-12", "2024-01-19", {"reference": {"baseline": APPROVED}}),
    "reference.baseline.since": Case(drifted, None, "2024-03-30", {"reference": {"baseline": APPROVED}}),
    "calendar": Case(found, None, "DE"),
    "avoid": Case(observed, [], [AVOID]),
    "avoid[].name": Case(found, "Bad answers", "Other answers", {"avoid": [AVOID]}),
    "avoid[].over": Case(observed, "predictions", "outcomes", {"avoid": [AVOID]}),
    "avoid[].where": Case(observed, "score > 0.5", "score > 0.6", {"avoid": [AVOID]}),
    "avoid[].at_most": Case(found, 4, 5, {"avoid": [AVOID]}),
    "avoid[].share": Case(found, 0.9, 1.0, {"avoid": [{"name": "Bad answers", "where": "score > 0.5"}]}),
    "avoid[].what_to_do": Case(found, None, "Stop it.", {"avoid": [AVOID]}),
    "heuristics": Case(observed, [], [HEURISTIC]),
    "heuristics[].name": Case(found, "Mean distance", "Another", {"heuristics": [HEURISTIC]}),
    "heuristics[].value": Case(
        observed, "avg(distance)", "avg(wind)", {"heuristics": [HEURISTIC], "predictions.inputs": ["distance", "wind"]}
    ),
    "heuristics[].what_to_do": Case(found, None, "Look outside.", {"heuristics": [HEURISTIC]}),
    "limits": Case(found, [], [{"column": "distance", "max": 1600}]),
    "limits[].column": Case(
        found, "distance", "wind", {"limits": [{"max": 30}], "predictions.inputs": ["distance", "wind"]}
    ),
    "limits[].min": Case(found, 100, 900, {"limits": [{"column": "distance"}]}),
    "limits[].max": Case(found, 9000, 1600, {"limits": [{"column": "distance"}]}),
    "limits[].null_share": Case(
        found, 0.9, 0.01, {"limits": [{"column": "wind"}], "predictions.inputs": ["distance", "wind"]}
    ),
    "limits[].since": Case(found, None, "2024-03-30", {"limits": [{"column": "distance", "max": 1600}]}),
    "limits[].until": Case(found, None, "2024-01-05", {"limits": [{"column": "distance", "max": 1600}]}),
    "alerts": Case(found, [], [MUTE]),
    "alerts[].symptom": Case(found, "input_drift", "input_quality", {"alerts": [MUTE]}),
    "alerts[].subject": Case(found, "distance", "wind", {"alerts": [MUTE], "predictions.inputs": ["distance", "wind"]}),
    "alerts[].mute": Case(loads, True, False, {"alerts": [MUTE]}),
    "alerts[].since": Case(found, "2024-01-01", "2024-03-30", {"alerts": [MUTE]}),
    "alerts[].until": Case(found, "2024-12-31", "2024-01-31", {"alerts": [MUTE]}),
    "alerts[].why": Case(loads, "known", None, {"alerts": [MUTE]}),
    "alerts[].method": Case(found, "psi", "ks", {"alerts": [TEST]}),
    "alerts[].above": Case(found, 1e-6, 100.0, {"alerts": [TEST]}),
    "alerts[].severity": Case(found, "warning", "info", {"alerts": [TEST]}),
    "metric_options.baseline": Case(observed, None, "hour"),
    "expectations": Case(observed, None, "windy"),
    "max_rows": Case(observed, 2_000_000, 40),
    "keep_examples": Case(validated, [], ["distance"], {"expectations": "calm"}),
}
LATER = {"task": "multiclass"}


def keys(node: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key of the schema, `[]` for the entries of a list."""
    if "$ref" in node:
        yield from keys(schema()["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]], path)
    for alternative in node.get("anyOf", ()):
        yield from keys(alternative, path)
    if node.get("type") == "array" and isinstance(node.get("items"), dict):
        yield from keys(node["items"], path + "[]")
    for name, part in node.get("properties", {}).items():
        yield f"{path}.{name}" if path else name
        yield from keys(part, f"{path}.{name}" if path else name)


def with_value(file: dict[str, Any], path: str, value: object) -> None:
    """Set a key, in the first entry where it is one of a list; None removes it."""
    *parents, last = path.split(".")
    node: Any = file
    for name in parents:
        node = node.setdefault(name.removesuffix("[]"), {})
        node = node[0] if name.endswith("[]") else node
    if value is None:
        node.pop(last, None)
    else:
        node[last] = value


def model_of(folder: Path, key: str, case: Case, value: object) -> Model:
    """Read the file that gives the key a value."""
    file = deepcopy(FILE)
    for path, given in (*case.given.items(), (key, value)):
        with_value(file, path, deepcopy(given))
    path = folder / f"{file['model']}.yaml"
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(file, stream)
    return load_model(path)


def outcome(place: Place, key: str, case: Case, value: object) -> object:
    try:
        return case.sees(place, model_of(place.folder, key, case, value))
    except ConfigError as error:
        if case.sees is not loads:
            raise
        return f"refused: {error}"


def test_every_key_of_the_schema_has_a_case() -> None:
    """Whoever adds a key says here what it changes."""
    assert set(keys(schema())) == set(CASES)


@pytest.mark.slow
@pytest.mark.parametrize("key", CASES)
def test_changing_a_key_changes_an_outcome(place: Place, key: str) -> None:
    """No key is there for nothing; two values that come to the same are a key that is not read."""
    case = CASES[key]

    one, other = (outcome(place, key, case, value) for value in (case.one, case.other))

    assert repr(one) != repr(other)
    assert not str(one).startswith(("refused", "ConfigError", "InputError")), one


@pytest.mark.parametrize("key", LATER)
def test_what_comes_later_is_refused_in_words(place: Place, key: str) -> None:
    """A key that is not supported yet is never ignored."""
    assert set(LATER_WORDS) >= {"multiclass", "ranking"}
    with pytest.raises(ConfigError, match="not supported yet"):
        model_of(place.folder, key, Case(loads, None, None), LATER[key])
