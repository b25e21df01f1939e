"""What is said after the numbers of a moved column: the one segment it lives in, and what it looks like."""

from collections.abc import Mapping, Sequence

from vitals.judging import naming, where
from vitals.judging.columnset import Columns
from vitals.judging.verdict import Rule, Verdict
from vitals.profiles import CategoricalSummary, Summary
from vitals.records import WHOLE, Day

OTHER_WORDS = frozenset({Rule.REPEATED, Rule.UNIT_FILTER})


def looks(columns: Columns, subject: str, verdict: Verdict, exchanged: Mapping[str, str]) -> str:
    """Say where a moved column's fault lives and what it looks like; '' when neither can be told.

    Parameters
    ----------
    exchanged : columns that look like another one, by name.
    """
    days, past = columns.summaries[(subject, WHOLE)], reference_of(columns, subject, verdict)
    place = only(columns, subject, verdict)
    said = f", {where.said(place)}" if place else ""
    if subject in exchanged:
        return f"{said}: exchanged with {exchanged[subject]}?"
    if verdict.rule in OTHER_WORDS:
        return said
    return said + naming.named(verdict, days[verdict.day], past)


def reference_of(columns: Columns, subject: str, verdict: Verdict) -> list[Summary]:
    """The summaries of a whole column's reference days."""
    days = columns.summaries[(subject, WHOLE)]
    return [days[day] for day in verdict.reference if day in days]


def exchanged(columns: Columns, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """Pairs of moved inputs that look like each other.

    Parameters
    ----------
    verdicts : of whole columns that moved.
    """
    loud = sorted(verdicts)
    today = {name: columns.summaries[(name, WHOLE)][verdicts[name].day] for name in loud}
    return naming.exchanged(loud, today, {name: reference_of(columns, name, verdicts[name]) for name in loud})


def only(columns: Columns, subject: str, verdict: Verdict) -> str | None:
    """The one segment or version in which a whole column moved."""
    part, day = verdict.part or "", verdict.day
    texts = isinstance(columns.summaries[(subject, WHOLE)][day], CategoricalSummary)
    if verdict.rule in OTHER_WORDS or (texts and columns.minis[subject].get(day) and part != where.NULL):
        return None  # of texts too little is kept per segment
    minis = columns.minis[subject]
    if minis.get(day):
        past = [minis[d] for d in verdict.reference if d in minis]
        groups = where.of_minis(minis[day], part)
        if groups is None:
            return where.moved_alone(minis[day], past)
        known = [found for few in past if (found := where.of_minis(few, part)) is not None]
        return where.only(groups, known, _usual(columns, subject, verdict, part), verdict.share)
    today = _groups(columns, subject, day, part)
    if not today:
        return None
    past_groups = [_groups(columns, subject, d, part) for d in verdict.reference]
    return where.only(today, past_groups, _usual(columns, subject, verdict, part))


def _groups(columns: Columns, subject: str, day: Day, part: str) -> where.Groups:
    keys = columns.segments_of(subject)
    return where.of_summaries({key: days[day] for key, days in keys.items() if day in days}, part)


def _usual(columns: Columns, subject: str, verdict: Verdict, part: str) -> float:
    """What the whole column's number usually is."""
    known = _numbers(reference_of(columns, subject, verdict), part)
    if part.startswith("=") and columns.minis[subject].get(verdict.day) and verdict.told is not None:
        return 0.0 if part == verdict.atom_name else verdict.told.usual
    return sum(known) / len(known) if known else 0.0


def _numbers(past: Sequence[Summary], part: str) -> list[float]:
    return [value for one in past if one.n and (value := where.number_of(one, part)) is not None]
