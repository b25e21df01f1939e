"""A model that answers spoilt inputs as the real one would: fitted on a world's own log, it moves scores by what the inputs moved.

The real model is not in the log; a small gradient-boosted stand-in learns its score from its inputs, and a row's
score changes by the difference of the stand-in's logits between spoilt and true inputs. Unspoilt rows keep theirs.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from tests.worlds.world import World


class StandIn:
    """Learns logit(score) from inputs; texts by the order of their mean score, unknown ones as missing.

    Parameters
    ----------
    threshold : score from which on the decision is `positive`, as in the log.
    """

    def __init__(self, world: World, inputs: Sequence[str], positive: str, other: str) -> None:
        rows = world.predictions.iloc[:: max(1, len(world.predictions) // 40_000)]
        self._inputs, self._answers = tuple(inputs), (positive, other)
        self._order = {
            name: rows.groupby(name)["score"].mean() for name in inputs if rows[name].dtype.kind not in "fiub"
        }
        self.threshold = float(rows.loc[rows["decision"] == positive, "score"].min())
        self._model = HistGradientBoostingRegressor(max_iter=80, random_state=0)
        self._model.fit(self._matrix(rows), _logit(rows["score"].to_numpy()))

    def answer(self, true: World, spoilt: World) -> World:
        """Score and decide the rows whose inputs differ anew."""
        before, after = true.predictions, spoilt.predictions
        touched = np.zeros(len(after), dtype=bool)
        for name in self._inputs:
            same = (before[name] == after[name]) | (before[name].isna() & after[name].isna())
            touched |= ~same.to_numpy()
        if not touched.any():
            return spoilt
        moved = self._model.predict(self._matrix(after[touched])) - self._model.predict(self._matrix(before[touched]))
        score = 1 / (1 + np.exp(-(_logit(before.loc[touched, "score"].to_numpy()) + moved)))
        decision = np.where(score >= self.threshold, *self._answers)
        return spoilt.with_predictions(touched, score=score.round(5), decision=decision)

    def _matrix(self, rows: pd.DataFrame) -> np.ndarray:
        columns = [
            rows[name].map(self._order[name]) if name in self._order else pd.to_numeric(rows[name])
            for name in self._inputs
        ]
        return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _logit(score: np.ndarray) -> np.ndarray:
    clipped = np.clip(score, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))


@cache
def stand_in(world: World, inputs: tuple[str, ...], positive: str, other: str) -> StandIn:
    """The same one for the same world."""
    return StandIn(world, inputs, positive, other)
