"""Faults: each spoils the local days first..last of a world and says what may rightly be found.

`within` follows what was measured for a log of about 940 rows a day with a 56-day reference: whole-column unit changes,
lost categories, 2 % nulls and defaults that stand outside the usual values are found on the first day; a score that is
halved on 52 % of first days and always within seven; shuffled scores and flipped labels mostly not at all within seven.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from tests.worlds.world import Missing, Sign, Truth, World
from vitals.records import Symptom

Spoilt = tuple[World, Truth]
KILOMETRES_PER_MILE = 1.609344
INPUT = (Symptom.INPUT_DRIFT, Symptom.INPUT_QUALITY)
SERVICE_GAP = (Sign(Symptom.TRAFFIC), Sign(Symptom.PARTITION_INCOMPLETE))


def miles_to_kilometres(world: World, first: date, last: date, column: str, where: tuple[str, str]) -> Spoilt:
    """Give a distance of one segment (column, value) in kilometres."""
    rows = world.between(first, last) & (world.predictions[where[0]] == where[1]).to_numpy()
    values = world.predictions.loc[rows, column] * KILOMETRES_PER_MILE
    signs = tuple(Sign(symptom, column) for symptom in (Symptom.UNIT_CHANGE, Symptom.INPUT_DRIFT))
    truth = _truth(world, f"{column} in kilometres for {where[1]}", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: values.round().astype("int64").to_numpy()}), truth


def defaulted(world: World, first: date, last: date, *, columns: Sequence[str], share: float, seed: int = 0) -> Spoilt:
    """Fill 0 into columns of a share of the rows, as a client does that got no answer."""
    rows = _some(world.between(first, last), share, seed)
    signs = tuple(Sign(symptom, "|".join(columns)) for symptom in INPUT)
    truth = _truth(world, f"0 filled into {', '.join(columns)} of {share:.0%} of the rows", signs, (first, last), rows)
    return world.with_predictions(rows, **dict.fromkeys(columns, 0)), truth


def always(world: World, first: date, last: date, decision: str, where: tuple[str, str]) -> Spoilt:
    """Give one decision to every row of a segment, as a broken filter behind the model does."""
    rows = world.between(first, last) & (world.predictions[where[0]] == where[1]).to_numpy()
    other = rows & (world.predictions["decision"] != decision).to_numpy()
    signs = (Sign(Symptom.AVOID), Sign(Symptom.RESPONSE_DRIFT, "decision"), Sign(Symptom.HEURISTIC))
    truth = _truth(world, f"decision always {decision!r} for {where[1]}", signs, (first, last), other)
    return world.with_predictions(rows, decision=decision), truth


def traffic_halved(world: World, first: date, last: date, seed: int = 0) -> Spoilt:
    """Lose half of the rows, evenly over the day."""
    rows = _some(world.between(first, last), 0.5, seed)
    return _without(world, rows), _truth(world, "half of the rows lost", SERVICE_GAP, (first, last), rows)


def nothing_after(world: World, first: date, last: date, hour: int) -> Spoilt:
    """Lose the rows from a local hour on, as a load that stopped early does."""
    rows = world.between(first, last) & (world.hours() >= hour).to_numpy()
    return _without(world, rows), _truth(world, f"no rows after {hour}:00", SERVICE_GAP, (first, last), rows)


def no_rows(world: World, first: date, last: date) -> Spoilt:
    """Lose every row."""
    rows = world.between(first, last)
    return _without(world, rows), _truth(world, "no rows at all", SERVICE_GAP, (first, last), rows)


def errors(world: World, first: date, last: date, share: float, seed: int = 0) -> Spoilt:
    """Let a share of the calls fail."""
    rows = _some(world.between(first, last), share, seed)
    truth = _truth(world, f"{share:.0%} errors", (Sign(Symptom.ERRORS, "status"),), (first, last), rows)
    return world.with_predictions(rows, status="error"), truth


def latency_in_seconds(world: World, first: date, last: date) -> Spoilt:
    """Log latencies in seconds instead of milliseconds."""
    rows = world.between(first, last)
    signs = (Sign(Symptom.LATENCY), Sign(Symptom.UNIT_CHANGE, "latency_ms"))
    values = world.predictions.loc[rows, "latency_ms"].to_numpy() / 1000
    return world.with_predictions(rows, latency_ms=values), _truth(
        world, "latency in seconds", signs, (first, last), rows
    )


def duplicated(world: World, first: date, last: date, share: float, seed: int = 0) -> Spoilt:
    """Log a share of the rows twice."""
    rows = _some(world.between(first, last), share, seed)
    twice = pd.concat([world.predictions, world.predictions[rows]]).sort_index(kind="stable")
    truth = _truth(world, f"{share:.0%} of the rows twice", (Sign(Symptom.DUPLICATES, "id"),), (first, last), rows)
    return replace(world, predictions=twice.reset_index(drop=True)), truth


def nulls(world: World, first: date, last: date, *, column: str, share: float, seed: int = 0) -> Spoilt:
    """Lose the value of a column in a share of the rows."""
    rows = _some(world.between(first, last), share, seed)
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{share:.0%} of {column} missing", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: None}), truth


def category_dropped(world: World, first: date, last: date, column: str, value: str) -> Spoilt:
    """Lose every row of one category."""
    rows = world.between(first, last) & (world.predictions[column] == value).to_numpy()
    signs = (*(Sign(symptom, column) for symptom in INPUT), *SERVICE_GAP)
    return _without(world, rows), _truth(world, f"{column} {value} lost", signs, (first, last), rows)


def category_renamed(world: World, first: date, last: date, column: str) -> Spoilt:
    """Write every value of a text column in small letters."""
    rows = world.between(first, last)
    values = world.predictions.loc[rows, column].str.lower().to_numpy()
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{column} in small letters", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: values}), truth


def frozen(world: World, first: date, last: date, column: str, value: float) -> Spoilt:
    """Repeat one ordinary value, as a feed that hangs does."""
    rows = world.between(first, last)
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{column} frozen at {value}", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: value}), truth


def column_missing(world: World, first: date, last: date, column: str) -> Spoilt:
    """Take a column out of the file while these days are observed."""
    spoilt = replace(world, missing=(*world.missing, Missing(column, first, last)))
    signs = (Sign(Symptom.INPUT_QUALITY, column),)
    rows = world.between(first, last)
    return spoilt, _truth(world, f"column {column} missing from the file", signs, (first, last), rows)


def score_halved(world: World, first: date, last: date) -> Spoilt:
    """Halve every score; decisions stay."""
    rows = world.between(first, last)
    values = (world.predictions.loc[rows, "score"] / 2).round(5).to_numpy()
    signs = (Sign(Symptom.RESPONSE_DRIFT, "score"), Sign(Symptom.UNIT_CHANGE, "score"))
    truth = _truth(world, "scores halved", signs, (first, last), rows)
    why = "52 % of first days, all within 7 days"
    return world.with_predictions(rows, score=values), replace(truth, within=7, why=why)


def scores_shuffled(world: World, first: date, last: date, seed: int = 0) -> Spoilt:
    """Give every row of a day the score of another row of that day."""
    generator = np.random.default_rng(seed)
    rows = world.between(first, last)
    chosen = world.predictions.loc[rows, "score"].to_numpy().copy()
    days = world.days[rows].to_numpy()
    for day in np.unique(days):
        chosen[days == day] = generator.permutation(chosen[days == day])
    signs = (Sign(Symptom.PERFORMANCE), Sign(Symptom.AVOID))
    why = "weekly z on any metric 55 % within 7 days; weather decides this model's daily metric"
    truth = _truth(world, "scores shuffled", signs, (first, last), rows)
    return world.with_predictions(rows, score=chosen), replace(truth, within=None, why=why, echo=14)


def labels_flipped(world: World, first: date, last: date, *, target: str, share: float, seed: int = 0) -> Spoilt:
    """Turn a share of the labels of these days' predictions round."""
    rows = _some(world.labelled(first, last), share, seed)
    values = (1 - world.feedback.loc[rows, target]).to_numpy()
    truth = Truth(
        fault=f"{share:.0%} of the labels flipped",
        signs=(Sign(Symptom.PERFORMANCE),),
        first=first,
        last=last,
        within=None,
        why="12 % within 7 days, which is what happens without a fault",
        echo=14,
        changed=_label_counts(world, rows),
    )
    return world.with_feedback(rows, **{target: values}), truth


def labels_delayed(world: World, first: date, last: date, days: int) -> Spoilt:
    """Let the labels of these days' predictions come some days later."""
    rows = world.labelled(first, last)
    values = (world.feedback.loc[rows, "observed_at"] + timedelta(days=days)).array
    truth = Truth(
        fault=f"labels {days} days late",
        signs=(Sign(Symptom.LABEL_COVERAGE), Sign(Symptom.LABEL_DELAY)),
        first=first,
        last=last,
        within=2,
        why="a day's labels are first looked at one day later",
        echo=14,
        changed=_label_counts(world, rows),
    )
    return world.with_feedback(rows, observed_at=values), truth


def _some(rows: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Choose a share of the marked rows, the same ones for the same seed."""
    return rows & (np.random.default_rng(seed).random(rows.size) < share)


def _without(world: World, rows: np.ndarray) -> World:
    return replace(world, predictions=world.predictions[~rows].reset_index(drop=True))


def _truth(world: World, fault: str, signs: tuple[Sign, ...], span: tuple[date, date], rows: np.ndarray) -> Truth:
    """Say that the fault is to be found on its first day."""
    counts = world.days[rows].value_counts().sort_index()
    changed = dict(zip((day.date() for day in counts.index), map(int, counts), strict=True))
    return Truth(fault=fault, signs=signs, first=span[0], last=span[1], within=1, changed=changed)


def _label_counts(world: World, rows: np.ndarray) -> dict[date, int]:
    """Count changed labels per local day of their predictions."""
    touched = world.predictions["prediction_id"].isin(world.feedback.loc[rows, "prediction_id"])
    counts = world.days[touched].value_counts().sort_index()
    return dict(zip((day.date() for day in counts.index), map(int, counts), strict=True))


def scaled(world: World, first: date, last: date, *, column: str, factor: float, share: float = 1.0, where: tuple[str, str] | None = None, offset: float = 0.0, seed: int = 0) -> Spoilt:  # fmt: skip
    """Give a column of a share of the rows, of all or of one segment (column, value), in another unit."""
    rows = _some(world.between(first, last), share, seed)
    if where is not None:
        rows &= (world.predictions[where[0]] == where[1]).to_numpy()
    values = world.predictions.loc[rows, column].to_numpy() * factor + offset
    signs = tuple(Sign(symptom, column) for symptom in (Symptom.UNIT_CHANGE, *INPUT))
    text = f"{column} x {factor:g} on {share:.0%}" + (f" of {where[1]}" if where else "")
    return world.with_predictions(rows, **{column: values}), _truth(world, text, signs, (first, last), rows)


def filled(world: World, first: date, last: date, *, column: str, value: float | str, share: float = 1.0, where: tuple[str, str] | None = None, seed: int = 0) -> Spoilt:  # fmt: skip
    """Fill one value into a column, as a default or a sentinel."""
    rows = _some(world.between(first, last), share, seed)
    if where is not None:
        rows &= (world.predictions[where[0]] == where[1]).to_numpy()
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{column} {value} on {share:.0%}", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: value}), truth


def nulls_of(world: World, first: date, last: date, *, column: str, where: tuple[str, str]) -> Spoilt:
    """Lose a column's values in one segment."""
    rows = world.between(first, last) & (world.predictions[where[0]] == where[1]).to_numpy()
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{column} missing for {where[1]}", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: None}), truth


def texts_changed(world: World, first: date, last: date, *, column: str, change: dict[str, str] | str, share: float = 1.0, seed: int = 0) -> Spoilt:  # fmt: skip
    """Write texts another way: a mapping of values, or a format such as ` {}`."""
    rows = _some(world.between(first, last), share, seed)
    old = world.predictions.loc[rows, column]
    new = old.map(change.format) if isinstance(change, str) else old.map(lambda t: change.get(t, t))
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{column} written {change}", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: new.to_numpy()}), truth


def columns_exchanged(world: World, first: date, last: date, *, one: str, other: str) -> Spoilt:
    """Swap two columns."""
    rows = world.between(first, last)
    values = {one: world.predictions.loc[rows, other].to_numpy(), other: world.predictions.loc[rows, one].to_numpy()}
    signs = tuple(Sign(symptom, f"{one}|{other}") for symptom in INPUT)
    truth = _truth(world, f"{one} and {other} exchanged", signs, (first, last), rows)
    return world.with_predictions(rows, **values), truth


def hours_moved(world: World, first: date, last: date, *, column: str, hours: int) -> Spoilt:
    """Give an hour of the day in another time zone."""
    rows = world.between(first, last)
    values = (world.predictions.loc[rows, column].to_numpy() + hours) % 24
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, f"{column} {hours:+d} hours", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: values}), truth


def clock_moved(world: World, first: date, last: date, *, hours: int) -> Spoilt:
    """Log predictions of these days in another time zone, so that some fall on the day after."""
    rows = world.between(first, last)
    at = world.predictions["predicted_at"].copy()
    at[rows] = at[rows] + timedelta(hours=hours)
    truth = _truth(world, f"clock {hours:+d} hours", (Sign(Symptom.TRAFFIC, "hours"),), (first, last), rows)
    return replace(world, predictions=world.predictions.assign(predicted_at=at)), replace(truth, echo=1)


def day_loaded_again(world: World, first: date, last: date, *, column: str) -> Spoilt:
    """Give the rows of the first day the values that the day before had, row by row; the same number of rows remains."""
    rows, before = world.between(first, first), world.between(first - timedelta(days=1), first - timedelta(days=1))
    copied = world.predictions[before].copy()
    copied["predicted_at"] += timedelta(days=1)
    copied["prediction_id"] = copied["prediction_id"] + "-again"
    kept = world.predictions[~rows]
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    truth = _truth(world, "the day before once more", signs, (first, last), rows)
    return replace(world, predictions=pd.concat([kept, copied]).sort_values("predicted_at", ignore_index=True)), truth


def changed(world: World, first: date, last: date, *, column: str, how: Callable[[np.ndarray], np.ndarray], share: float = 1.0, seed: int = 0) -> Spoilt:  # fmt: skip
    """Change a column's numbers in a share of the rows in any way: round, cut, without their sign ..."""
    rows = _some(world.between(first, last), share, seed)
    values = how(world.predictions.loc[rows, column].to_numpy())
    signs = tuple(Sign(symptom, column) for symptom in (Symptom.UNIT_CHANGE, *INPUT))
    truth = _truth(world, f"{column} changed on {share:.0%}", signs, (first, last), rows)
    return world.with_predictions(rows, **{column: values}), truth


def of_other_rows(world: World, first: date, last: date, *, column: str, seed: int = 0) -> Spoilt:
    """Give every row of a day the value of another row of that day, as a join by the wrong key does."""
    generator, spoilt = np.random.default_rng(seed), world
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        rows = world.between(day, day)
        spoilt = spoilt.with_predictions(rows, **{column: generator.permutation(world.predictions.loc[rows, column])})
    signs = tuple(Sign(symptom, column) for symptom in INPUT)
    return spoilt, _truth(world, f"{column} of other rows", signs, (first, last), world.between(first, last))
