"""Whether decisions still go with the scores that they went with: the cut between them, learned from past days.

A model decides by its score, mostly: from a cut on one thing, below it another. The weather may move both, never one without
the other. Knows one cut for all rows; where decisions follow other rules too, past days say how far both may lie apart.
"""

from collections.abc import Collection, Mapping, Sequence

from vitals import words
from vitals.judging.columns import Verdict
from vitals.judging.columnset import Columns, Key
from vitals.judging.day import Place, Ruling, Today, calm, finding
from vitals.judging.drift import CRITICAL_POINTS
from vitals.profiles import CategoricalSummary, NumericSummary, Summary
from vitals.records import WHOLE, Finding, Severity, Symptom
from vitals.spec.parts import Positive, Task
from vitals.stats.cutoff import Apart, Decided, apart

DAYS = 28


def judge(
    today: Today,
    columns: Columns,
    verdicts: Mapping[Key, Verdict],
    told: Sequence[Finding],
    open_places: Collection[Place],
) -> Ruling:
    """Compare the share of positive decisions with the share of scores beyond the usual cut.

    Parameters
    ----------
    verdicts : on the columns, of today. told : findings of today so far: a moved answer is spoken of once.
    open_places : of open incidents: one that lasts goes on under its name.

    Returns
    -------
    Nothing for other tasks than binary, without a score or a decision, and while learning.
    """
    names = (today.model.predictions.score or "", today.model.predictions.decision or "")
    known = [one for name in names if (one := verdicts.get((name, WHOLE))) is not None and one.judged]
    if today.model.task is not Task.BINARY or len(known) < len(names):
        return Ruling()
    scores, decisions = (columns.summaries[(name, WHOLE)] for name in names)
    positive = (today.model.positive or Positive()).decision
    both = sorted(set(known[0].reference) & set(known[1].reference))[-DAYS:]
    now = _decided(scores.get(today.day), decisions.get(today.day), positive)
    past = [_decided(scores.get(day), decisions.get(day), positive) for day in both]
    found = apart(now, [one for one in past if one is not None]) if now is not None else None
    renamed = any(one.symptom is Symptom.UNIT_CHANGE and one.subject in names for one in told)
    if found is None or renamed:  # a score in percent goes with no cut
        return Ruling()
    spoken = [one.subject for one in told if not one.segment and one.subject in names]
    lasting = [
        subject for symptom, subject, segment in open_places if symptom is Symptom.RESPONSE_DRIFT and not segment
    ]
    subject = next((name for name in [*spoken, *lasting] if name in names), None) or _farther(names, known)
    return Ruling([_finding(today, subject, (names[0], f"{names[1]} {words.visible(str(positive), 40)}"), found)])


def _farther(names: Sequence[str], verdicts: Sequence[Verdict]) -> str:
    """Name the answer that is further from its usual."""
    return max(zip(names, verdicts, strict=True), key=lambda pair: abs(pair[1].score))[0]


def _decided(scores: Summary | None, decisions: Summary | None, positive: object) -> Decided | None:
    if not isinstance(scores, NumericSummary) or decisions is None or decisions.n <= decisions.nulls:
        return None
    if isinstance(decisions, CategoricalSummary):
        wanted = str(positive).lower() if isinstance(positive, bool) else str(positive)
        hits = [int(n) for text, n in zip(decisions.values, decisions.counts, strict=True) if text == wanted]
    elif isinstance(positive, str):
        return None
    else:
        hits = decisions.counts[decisions.values == float(positive)].tolist()  # type: ignore[arg-type]
    return Decided(scores, sum(hits) / (decisions.n - decisions.nulls))


def _finding(today: Today, subject: str, names: tuple[str, str], found: Apart) -> Finding:
    score, positive = names
    points = abs(found.share - found.expected)
    severity = Severity.CRITICAL if points >= CRITICAL_POINTS else Severity.WARNING
    beyond = f"{score} {'of at least' if found.side == 'from' else 'below'} {words.number(found.cut)}"
    return finding(
        today,
        Symptom.RESPONSE_DRIFT,
        subject,
        calm(severity, today),
        f"{positive} on {words.share(found.share)} of rows, but {beyond} on {words.share(found.expected)}, "
        "which has meant the same: scores and decisions no longer go together",
        value=found.share,
        usual=(found.expected, found.expected),
    )
