"""How much of a moved answer an input's new mix explains; else whether the audience changed or the model's behaviour.

Knows nothing of which inputs were found to move: it is asked about them.
"""

import math
from collections.abc import Mapping, Sequence

from vitals import words
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns, Key
from vitals.judging.drift import PART
from vitals.profiles import Answers
from vitals.records import WHOLE, Day, Evidence, Finding
from vitals.spec import Model
from vitals.stats.mix import Mix, mix_effect

CLEAR = 2.0  # a change of the mean below this many of its usual sd is no change to explain
MOST_OF_IT = 0.7
NOTHING = 0.3


class Explaining:
    """Answers for the findings of one day.

    Parameters
    ----------
    verdicts : of that day.
    """

    def __init__(self, model: Model, columns: Columns, verdicts: Mapping[Key, Verdict]) -> None:
        self._model = model
        self._columns = columns
        self._verdicts = verdicts
        self._known: dict[tuple[str, str], Mix | None] = {}

    def __call__(self, finding: Finding, inputs: Sequence[str]) -> Evidence | None:
        """Say what some inputs explain of a moved answer; without any, whether audience or behaviour changed.

        Returns
        -------
        None for other findings, and where the mean answer is what it usually is.
        """
        answer = self._answer(finding)
        if answer is None:
            return None
        sign = self._sign(finding, answer)
        mixes = {name: mix for name in inputs or self._inputs() if (mix := self._mix(name, answer)) is not None}
        mixes = {name: mix for name, mix in mixes.items() if abs(mix.total) >= CLEAR * mix.spread and mix.total}
        if not mixes:
            return None
        name = max(mixes, key=lambda each: (mixes[each].share, each))
        best = mixes[name]
        said = amounts(sign * best.effect, sign * best.total)
        if inputs:
            return Evidence(f"explains {said}", name, best.share)
        if best.share >= MOST_OF_IT:
            text = f"likely cause: the audience changed: the mix of {words.visible(name, 40)} explains {said}"
            return Evidence(text, name, best.share)
        if best.share <= NOTHING:
            text = f"behaviour or model changed: no input's mix explains more than {said}"
            return Evidence(text, finding.subject, 1 - best.share)
        return None

    def _inputs(self) -> list[str]:
        return [name for name in self._model.predictions.inputs if name in self._columns.answers]

    def _answer(self, finding: Finding) -> str | None:
        """Name the answer that a finding on a whole response is about, as profiles do."""
        if finding.subject not in self._model.responses or finding.segment != WHOLE:
            return None
        days = [by_day[finding.day] for by_day in self._columns.answers.values() if finding.day in by_day]
        names = {name for day in days for name in day.names}
        own = [name for name in names if name == finding.subject or name.startswith(f"{finding.subject}=")]
        return min(own, default=None)

    def _sign(self, finding: Finding, answer: str) -> int:
        """The share of another answer than the positive one moves the other way."""
        part = next((line.subject for line in finding.evidence if line.text == PART), "")
        value = answer.removeprefix(finding.subject)
        return -1 if value.startswith("=") and part.startswith("=") and part != value else 1

    def _mix(self, name: str, answer: str) -> Mix | None:
        key = (name, answer)
        if key not in self._known:
            verdict = self._verdicts.get((name, WHOLE))
            days: Mapping[Day, Answers] = self._columns.answers.get(name, {})
            reference = [days[day] for day in verdict.reference if day in days] if verdict else []
            there = verdict is not None and verdict.day in days and bool(reference)
            self._known[key] = mix_effect(days[verdict.day], reference, answer) if verdict and there else None
        return self._known[key]


def amounts(part: float, whole: float) -> str:
    """Say a part of a change and the change, both signed, with two digits of the change.

    >>> amounts(0.0131, 0.0152), amounts(0.12, 0.15), amounts(3.0, -12.4), amounts(-0.001, -0.17)
    ('+0.013 of +0.015', '+0.12 of +0.15', '+3 of -12', '0 of -0.17')
    """
    decimals = max(0, 1 - math.floor(math.log10(abs(whole)))) if whole else 0
    said = f"{part:+.{decimals}f}"
    return f"{'0' if said.startswith('-') and not float(said) else said} of {whole:+.{decimals}f}"
