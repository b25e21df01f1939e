"""A world: two tables, a model, and which columns its file lacks on which days."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from vitals.records import Symptom

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Missing:
    """A column that the predictions' file does not have while first..last are observed."""

    column: str
    first: date
    last: date


@dataclass(frozen=True, eq=False)
class World:
    """A prediction log, its labels and the model that watches it.

    Attributes
    ----------
    predictions : one row per prediction: `prediction_id`, `predicted_at` (aware UTC), score, decision, inputs ...
    feedback : one row per label: `prediction_id`, `observed_at` (aware UTC), the target.
    model : the text of the model's file; its source is called `flights` or `warehouse`.
    zone : the model's local day.
    """

    name: str
    predictions: pd.DataFrame
    feedback: pd.DataFrame
    model: str
    zone: str
    missing: tuple[Missing, ...] = ()

    @cached_property
    def days(self) -> pd.Series:
        """Local midnight (naive) of every prediction."""
        local: pd.Series = self.predictions["predicted_at"].dt.tz_convert(self.zone).dt.tz_localize(None)
        return local.dt.normalize()

    def hours(self) -> pd.Series:
        """Local hour of every prediction."""
        return self.predictions["predicted_at"].dt.tz_convert(self.zone).dt.hour

    def between(self, first: date, last: date) -> np.ndarray:
        """Mark the predictions of the local days first..last."""
        days = self.days
        return ((days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))).to_numpy()

    def labelled(self, first: date, last: date) -> np.ndarray:
        """Mark the labels of the predictions of the local days first..last."""
        ids = self.predictions.loc[self.between(first, last), "prediction_id"]
        return self.feedback["prediction_id"].isin(ids).to_numpy()

    def with_predictions(self, rows: np.ndarray, **columns: object) -> "World":
        """Set columns of some predictions to a value each, or to an array of `rows.sum()` values."""
        changed = self.predictions.copy(deep=False)
        for name, values in columns.items():
            changed[name] = _filled(changed[name], rows, values)
        return replace(self, predictions=changed)

    def with_feedback(self, rows: np.ndarray, **columns: object) -> "World":
        """Set columns of some labels; as `with_predictions`."""
        changed = self.feedback.copy(deep=False)
        for name, values in columns.items():
            changed[name] = _filled(changed[name], rows, values)
        return replace(self, feedback=changed)


def _filled(column: pd.Series, rows: np.ndarray, values: object) -> pd.Series:
    """Copy a column with some values replaced; whole numbers stay whole where the new ones are."""
    fresh = column.copy()
    array = np.asarray(values)
    if pd.api.types.is_integer_dtype(column.dtype) and not np.issubdtype(array.dtype, np.integer):
        fresh = fresh.astype("float64")
    fresh[rows] = values
    return fresh


@dataclass(frozen=True)
class Sign:
    """A finding that would name a fault rightly; `subject` and `segment` are matched as whole regular expressions."""

    symptom: Symptom
    subject: str = ".*"
    segment: str = ".*"

    def fits(self, finding: Mapping[str, object]) -> bool:
        """Whether a stored finding (or incident) is this sign."""
        return (
            finding["symptom"] == self.symptom
            and re.fullmatch(self.subject, str(finding["subject"])) is not None
            and re.fullmatch(self.segment, str(finding["segment"] or "")) is not None
        )


@dataclass(frozen=True)
class Truth:
    """What was planted and what may be expected of whoever looks.

    Attributes
    ----------
    signs : each of them names the fault rightly; one is enough.
    within : the fault is found on one of this many days from `first` on (1: on its first day); None where the power is
        lacking, and then `why` says what was measured.
    echo : days after `last` on which the fault may still show (labels are looked at again at later ages).
    changed : rows changed per local day.
    """

    fault: str
    signs: tuple[Sign, ...]
    first: date
    last: date
    within: int | None
    why: str = ""
    echo: int = 0
    changed: Mapping[date, int] = field(default_factory=dict)

    def fits(self, finding: Mapping[str, object]) -> bool:
        """Whether a finding names this fault."""
        return any(sign.fits(finding) for sign in self.signs)


def write(world: World, folder: Path, day: date | None = None) -> Path:
    """Write a world as files: predictions.parquet, feedback.parquet and models/<name>.yaml.

    Parameters
    ----------
    day : write the files as they are while this day is observed; columns missing then are left out.

    Returns
    -------
    The folder of the model file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gone = [m.column for m in world.missing if day is not None and m.first <= day <= m.last]
    world.predictions.drop(columns=gone).to_parquet(folder / "predictions.parquet", index=False)
    world.feedback.to_parquet(folder / "feedback.parquet", index=False)
    models = folder / "models"
    models.mkdir(exist_ok=True)
    (models / f"{world.name}.yaml").write_text(world.model, encoding="utf-8")
    return models


def stages(world: World, first: date, last: date) -> Iterator[tuple[date, date]]:
    """Split first..last where the columns of the file change; one stage for a world without missing columns."""
    starts = {first}
    for missing in world.missing:
        starts |= {day for day in (missing.first, missing.last + ONE_DAY) if first < day <= last}
    ordered = [*sorted(starts), last + ONE_DAY]
    for start, following in itertools.pairwise(ordered):
        yield start, following - ONE_DAY
