"""What can happen to labels, planted: wrong ones, late ones, lost ones, a feed that stands still; and what should be said.

Each fault begins with the predictions of a day and lasts a week. Settings are the same log with labels as files give them:
with the time they became known, with the time they were loaded as well, or as events without which nothing happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from tests.worlds import faults
from tests.worlds.world import ONE_DAY, World
from vitals.records import Symptom

DAYS = 7  # of each fault
Spoil = Callable[[World, date, date], World]
SAYS_SCORES = frozenset({Symptom.RESPONSE_DRIFT, Symptom.UNIT_CHANGE})
SAYS_METRICS = frozenset({Symptom.PERFORMANCE})
SAYS_LATE = frozenset({Symptom.LABEL_DELAY})
SAYS_FEW = frozenset({Symptom.LABEL_COVERAGE})
SILENCE: frozenset[Symptom] = frozenset()


@dataclass(frozen=True)
class LabelFault:
    """A fault, the setting it is planted in, and the kinds of findings of which one should come; none for silence."""

    name: str
    setting: str
    spoil: Spoil
    right: frozenset[Symptom]


def loaded(world: World) -> World:
    """Say of each label when it was loaded: the moment it became known."""
    feedback = world.feedback.assign(loaded_at=world.feedback["observed_at"])
    return replace(world, feedback=feedback, model=_with_keys(world.model, "loaded_at: loaded_at"))


def events(world: World) -> World:
    """Keep the labels of what happened; what did not happen has none."""
    happened = world.feedback[world.feedback["late"] == 1].reset_index(drop=True)
    return replace(world, feedback=happened, model=_with_keys(world.model, "labels: event"))


def _with_keys(model: str, line: str) -> str:
    """Put a line into the feedback block of a model file."""
    return model.replace("feedback:\n", f"feedback:\n  {line}\n")


def flipped(world: World, first: date, last: date) -> World:
    """Turn 15 % of the labels round."""
    return faults.labels_flipped(world, first, last, target="late", share=0.15)[0]


def shuffled(world: World, first: date, last: date) -> World:
    """Give every row of a day the score of another."""
    return faults.scores_shuffled(world, first, last)[0]


def halved(world: World, first: date, last: date) -> World:
    """Halve every score."""
    return faults.score_halved(world, first, last)[0]


def late(world: World, first: date, last: date) -> World:
    """Let the labels of these days' predictions become known 5 days later."""
    return faults.labels_delayed(world, first, last, 5)[0]


def loaded_late(world: World, first: date, last: date) -> World:
    """Load what became known on these days 5 days later; the time that the rows name stays."""
    rows = _known_within(world, first, last)
    return world.with_feedback(rows, loaded_at=(world.feedback.loc[rows, "loaded_at"] + timedelta(days=5)).array)


def half_lost(world: World, first: date, last: date) -> World:
    """Lose half of the labels of these days' predictions."""
    lost = world.labelled(first, last) & (np.random.default_rng(0).random(len(world.feedback)) < 0.5)
    return replace(world, feedback=world.feedback[~lost].reset_index(drop=True))


def stopped(world: World, first: date, last: date) -> World:
    """Let no label become known on these days; all that were due come on the morning after."""
    rows = _known_within(world, first, last)
    again = pd.Timestamp(last + ONE_DAY, tz=world.zone).tz_convert("UTC") + timedelta(hours=6)
    return world.with_feedback(rows, observed_at=again)


def relabelled(world: World, first: date, last: date) -> World:
    """Correct a third of the labels of these days' predictions: loaded again with the other value after 10 days."""
    rows = world.labelled(first, last) & (np.random.default_rng(0).random(len(world.feedback)) < 1 / 3)
    further = world.feedback[rows].merge(world.predictions[["prediction_id", "predicted_at"]], on="prediction_id")
    corrected = pd.DataFrame(
        {
            "prediction_id": further["prediction_id"],
            "observed_at": further["observed_at"] + timedelta(seconds=1),
            "late": 1 - further["late"],
            "loaded_at": further["predicted_at"] + timedelta(days=10),
        }
    )
    return replace(world, feedback=pd.concat([world.feedback, corrected], ignore_index=True))


def _known_within(world: World, first: date, last: date) -> np.ndarray:
    """Mark the labels that became known on the local days first..last."""
    local = world.feedback["observed_at"].dt.tz_convert(world.zone).dt.tz_localize(None).dt.normalize()
    return ((local >= pd.Timestamp(first)) & (local <= pd.Timestamp(last))).to_numpy()


FAULTS = (
    LabelFault("15 % of the labels flipped", "labels", flipped, SAYS_METRICS),
    LabelFault("scores shuffled over the rows of a day", "labels", shuffled, SAYS_METRICS),
    LabelFault("scores halved", "labels", halved, SAYS_SCORES | SAYS_METRICS),
    LabelFault("labels 5 days late", "labels", late, SAYS_LATE),
    LabelFault("labels loaded 5 days late, their own time unchanged", "loaded", loaded_late, SAYS_LATE),
    LabelFault("half of the labels lost", "labels", half_lost, SAYS_FEW),
    LabelFault("no labels for a week, then all of them at once", "labels", stopped, SAYS_LATE),
    LabelFault("a third of the labels corrected after 10 days", "loaded", relabelled, SAYS_METRICS),
    LabelFault("events: none for a week, then all of them at once", "events", stopped, SAYS_LATE),
    LabelFault("events: nothing wrong, young ages", "events", lambda world, *_: world, SILENCE),
)
