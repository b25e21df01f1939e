"""A made-up credit service as a world: known distributions, ordinary weekdays and day-to-day noise, any size."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from tests.worlds.world import World

ZONE = "America/New_York"
COUNTRIES = ("DE", "FR", "PL", "ES", "AT", "CH")
COUNTRY_SHARES = (0.40, 0.25, 0.15, 0.10, 0.06, 0.04)
PRODUCTS = tuple(f"p{number:02d}" for number in range(12))
MODEL = """\
model: credit
title: Will this loan be repaid late?
task: binary
timezone: America/New_York
predictions:
  source: warehouse
  table: predictions
  id: prediction_id
  time: predicted_at
  score: score
  decision: decision
  version: model_version
  segments: [country]
  inputs: [country, product, age, amount, balance, tenure]
  latency_ms: latency_ms
  status: {column: status, ok: [ok]}
feedback:
  source: warehouse
  table: feedback
  id: prediction_id
  time: observed_at
  target: late
  window: 14d
  ages: [1, 7, 14]
positive: {decision: refer, target: 1}
metrics: [roc_auc, precision, recall, calibration_ratio]
avoid:
  - name: Loans approved whom we scored above 60 %
    where: decision = 'approve' AND score > 0.6
    at_most: 0
"""


def synthetic(first: date, days: int, rows: int, seed: int = 0) -> World:
    """Make `days` local days from `first` on, about `rows` predictions each.

    Every day has its weekday (fewer rows at weekends), an autocorrelated shock of its own shared by the inputs, nulls in
    `balance` (2 %), an atom at zero in `amount` (15 %), 1 % errors and latencies around 40 ms. The score is calibrated:
    the label of a row is 1 with the probability that the score says. 95 % of the labels come, after 0.5 to 10 days.
    """
    generator = np.random.default_rng(seed)
    predictions = pd.concat(by_day(first, days, rows, generator), ignore_index=True)
    return log(predictions, _labels(predictions, generator))


def by_day(first: date, days: int, rows: int, generator: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Make the predictions of one day after the other; for who cannot hold them all."""
    shock, known = 0.0, 0
    for number in range(days):
        shock = 0.3 * shock + generator.normal(0, 0.03)
        frame = _day(first + timedelta(days=number), rows, shock, generator)
        frame.insert(0, "prediction_id", [f"c{row:08d}" for row in range(known, known + len(frame))])
        known += len(frame)
        yield frame


def log(predictions: pd.DataFrame, feedback: pd.DataFrame) -> World:
    """Give these rows as a world with the made-up service's model."""
    return World("credit", predictions, feedback, MODEL, ZONE)


def _day(day: date, rows: int, shock: float, generator: np.random.Generator) -> pd.DataFrame:
    """Make the predictions of one local day."""
    weekend = day.weekday() >= 5
    n = generator.poisson(rows * (0.7 if weekend else 1.0))
    country = generator.choice(COUNTRIES, n, p=COUNTRY_SHARES)
    weights = 1 / np.arange(1, len(PRODUCTS) + 1) ** 1.1
    product = generator.choice(PRODUCTS, n, p=weights / weights.sum())
    age = np.round(generator.normal(44 + 3 * shock, 12, n).clip(18, 90)).astype("int64")
    amount = np.where(generator.random(n) < 0.15, 0.0, np.round(generator.lognormal(8 + shock, 0.8, n), 2))
    balance = np.round(generator.normal(1500 * (1 + shock), 900, n), 2)
    tenure = generator.poisson(30, n).astype("int64")
    logit = -1.6 + shock + 0.5 * generator.normal(size=n) + 0.25 * np.log1p(amount) / 4 - 0.02 * (age - 44)
    score = np.round(1 / (1 + np.exp(-logit)), 5)
    seconds = np.sort(generator.beta(2.5, 2.0, n) * 86399)
    local = pd.Timestamp(day) + pd.to_timedelta(seconds, unit="s").as_unit("us")
    at = pd.DatetimeIndex(local).tz_localize(ZONE, nonexistent="shift_forward", ambiguous=np.ones(n, dtype=bool))
    return pd.DataFrame(
        {
            "predicted_at": at.tz_convert("UTC"),
            "model_version": "v1",
            "score": score,
            "decision": np.where(score > 0.35, "refer", "approve"),
            "country": country,
            "product": product,
            "age": age,
            "amount": amount,
            "balance": np.where(generator.random(n) < 0.02, np.nan, balance),
            "tenure": tenure,
            "latency_ms": np.round(generator.lognormal(np.log(40), 0.25, n), 2),
            "status": np.where(generator.random(n) < 0.01, "error", "ok"),
        }
    )


def _labels(predictions: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Make the labels, each with the time it became known."""
    late = generator.random(len(predictions)) < predictions["score"].to_numpy()
    delay = pd.to_timedelta(generator.gamma(2.0, 1.0, len(predictions)).clip(0, 9.5) + 0.5, unit="D").as_unit("us")
    labels = pd.DataFrame(
        {
            "prediction_id": predictions["prediction_id"],
            "observed_at": predictions["predicted_at"] + delay.floor("s"),
            "late": late.astype("int8"),
        }
    )
    return labels[generator.random(len(labels)) < 0.95].reset_index(drop=True)
