"""Model files as text: the smallest one, one that uses every key, and a way to read them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vitals.errors import ConfigError
from vitals.spec import Model, load_model

SMALL = """\
model: churn
task: binary
timezone: Europe/Berlin
predictions:
  source: warehouse
  table: predictions
  time: predicted_at
  score: score
"""

FULL = """\
model: churn
title: Will this customer leave within a month?
task: binary
timezone: America/New_York
due: "06:00"
owner: U02AB3CD4
channel: C0123456789
runbook: https://wiki.example.com/churn
predictions:
  source: warehouse
  table: predictions
  where: null
  id: prediction_id
  time: predicted_at
  loaded_at: null
  score: score
  decision: decision
  version: model_version
  segments: [origin, carrier]
  inputs: [carrier, origin, dest, distance, wind_speed]
  latency_ms: latency_ms
  status: {column: status, ok: [ok]}
  saturation: null
feedback:
  source: warehouse
  table: feedback
  id: prediction_id
  time: observed_at
  loaded_at: null
  target: late
  labels: explicit
  window: 14d
  ages: [1, 7, 14]
positive: {decision: warn, target: 1}
metrics: [roc_auc, average_precision, precision, recall, log_loss, brier, calibration_ratio]
metric_options: {material: {roc_auc: 0.02}}
defaults: {score: [0.5]}
reference: {days: 56}
calendar: US
expectations: churn_inputs
avoid:
  - name: Told "ok" whom we scored above 50 %
    where: decision = 'ok' AND score > 0.5
    at_most: 0
    what_to_do: Stop the service.
  - name: Late ones we did not warn about
    over: outcomes
    where: decision = 'ok' AND late = 1
    share: 0.40
heuristics:
  - name: Share of evening flights warned
    value: avg((decision = 'warn')::int) FILTER (WHERE sched_hour >= 18)
limits:
  - {column: distance, min: 0, max: 6000, null_share: 0.02}
alerts:
  - {symptom: input_drift, subject: wind_speed, mute: true, since: 2013-04-01, until: null, why: not actionable}
  - {symptom: input_drift, subject: distance, method: psi, above: 0.2, severity: info}
"""


@pytest.fixture
def small() -> str:
    """The smallest model file."""
    return SMALL


@pytest.fixture
def full() -> str:
    """A model file that uses every key."""
    return FULL


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Model]:
    """Write a text as churn.yaml and read it as a model."""

    def write_and_load(text: str) -> Model:
        path = tmp_path / "churn.yaml"
        path.write_text(text, encoding="utf-8")
        return load_model(path)

    return write_and_load


@pytest.fixture
def problems(load: Callable[[str], Model]) -> Callable[[str], list[str]]:
    """Read a text that is wrong; gives its problems as `line key: text`."""

    def read(text: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(text)
        return [line.split("churn.yaml:", 1)[1] for line in str(caught.value).splitlines()]

    return read
