"""What a digest says of cohorts: the newest at each age with its usual range, and older ones that were revised.

Pure selection of stored rows; a cohort's number at an age is only ever put beside others of the same age.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from vitals import words
from vitals.judging import paired
from vitals.judging.history import History
from vitals.judging.performance import metric_of, usual
from vitals.records import ESTIMATE, HOLDOUT, PAIRED, WHOLE, Day, Finding, Measurement, Symptom
from vitals.signals.performance import so_far
from vitals.spec import Model
from vitals.stats.metrics import DEFAULTS

NEEDED_DAYS = 14
REFERENCE_DAYS = 56
REVISED_SHOWN = 3
CURVE_DAYS = (1, 2, 3, 5, 7, 14, 21, 30, 60, 90)
_OF_LABELS = frozenset({Symptom.LABEL_COVERAGE, Symptom.LABEL_DELAY})
_SIGNALS = frozenset({"performance", "label_coverage", ESTIMATE})
_SHOWN = frozenset({WHOLE, HOLDOUT})

Ranges = Mapping[tuple[str, int], tuple[float, float]]
"""usual range by metric and age"""


def newest(measurements: Iterable[Measurement], day: Day) -> tuple[Measurement, ...]:
    """Give the newest cohort per metric, age and segment (the whole, the holdout) that became known by `day`.

    What is estimated of the day itself is among them, where it is said.
    """
    found: dict[tuple[str, str, int, str], Measurement] = {}
    for one in measurements:
        if one.signal not in _SIGNALS or one.segment not in _SHOWN or one.known_on > day:
            continue
        if one.signal == "performance" and not one.age:
            continue  # needs no labels: its cohorts say it again
        if one.signal == ESTIMATE and (one.day != day or one.value is None):
            continue
        key = (one.signal, one.subject, one.age, one.segment)
        held = found.get(key)
        if held is None or (one.day, one.known_on) > (held.day, held.known_on):
            found[key] = one
    return tuple(found[key] for key in sorted(found))


def usual_ranges(
    model: Model, measurements: Sequence[Measurement], shown: Iterable[Measurement], segment: str = WHOLE
) -> Ranges:
    """Give the usual range of what is shown, from earlier cohorts as they were known that long after their age.

    Notes
    -----
    A cohort that was revised weeks later has labels that today's does not have yet: it is compared as it was known when
    as old as the one shown. What is only "so far" has no usual range.
    """
    histories: dict[int, History] = {}
    ranges = {}
    for one in shown:
        metric = metric_of(one.subject)
        if metric is None or one.signal == ESTIMATE or one.segment != segment or so_far(model, one.age):
            continue
        late = one.late_days
        if late not in histories:
            histories[late] = History(m for m in measurements if m.late_days <= late)
        series = histories[late].series(one.signal, one.subject, one.segment, one.age)
        before = [series[day] for day in sorted(series) if day < one.day and series[day].value is not None]
        if one.subject == PAIRED and one.value is not None:
            area = paired.areas([*before, one], histories[late].series(one.signal, "roc_auc", one.segment, one.age))
            before = paired.levelled(before[-REFERENCE_DAYS:], area, area[one.day]) if one.day in area else []
        known = usual(metric, before[-REFERENCE_DAYS:], one) if len(before) >= NEEDED_DAYS else None
        if known is not None:
            ranges[(one.subject, one.age)] = (known.low, known.high)
    return ranges


def revisions(model: Model, measurements: Iterable[Measurement], since: Day, day: Day) -> Iterator[str]:
    """Say which numbers that were told before are others now; the primary metric speaks for its cohort.

    Parameters
    ----------
    since : revisions up to this day were told.
    """
    primary = (model.metrics or DEFAULTS.get(model.task.value, ("",)))[0]
    segment = HOLDOUT if model.feedback and model.feedback.holdout else WHOLE
    history: dict[tuple[Day, int], list[Measurement]] = {}
    for one in measurements:
        if (one.signal, one.subject, one.segment) == ("performance", primary, segment) and one.known_on <= day:
            history.setdefault((one.day, one.age), []).append(one)
    found = []
    for (cohort_day, age), known in sorted(history.items()):
        known.sort(key=lambda one: one.known_on)
        earlier = [one for one in known if one.known_on <= since]
        if not earlier or known[-1].known_on <= since:
            continue
        then, now = _said(earlier[-1]), _said(known[-1])
        if then != now and not _is_small(earlier[-1], known[-1]):
            about = f"{primary} of {words.short_day(cohort_day)} after {words.count(age, 'day')}"
            found.append(f"{about} {now}, revised from {then}")
    if found:
        more = len(found) - REVISED_SHOWN
        yield "; ".join(found[-REVISED_SHOWN:]) + (f"; and {words.count(more, 'older one')}" if more > 0 else "")


def delay_curve(measurements: Sequence[Measurement], findings: Iterable[Finding], day: Day) -> Iterator[str]:
    """Say which share of the predictions had labels after how many days, lately and usually; only on a day with a finding on labels.

    Notes
    -----
    The newest cohort speaks for each number of days: the youngest that was looked at late enough. Usual is the mean of
    the cohorts before it that had no finding of their own.
    """
    about = {(one.cohort_day or one.day) for one in findings if one.symptom in _OF_LABELS}
    if not any(one.day == day for one in findings if one.symptom in _OF_LABELS):
        return
    on_time = [one for one in measurements if one.late_days == 0 and one.known_on <= day and not one.segment]
    known: dict[tuple[int, int], dict[Day, float]] = {}
    for one in on_time:
        if one.signal == "label_coverage" and one.value is not None:
            known.setdefault((one.age, one.age), {})[one.day] = one.value
    for one in on_time:
        covered = known.get((one.age, one.age), {}).get(one.day)
        if one.signal == "label_delay" and one.subject.startswith("day=") and covered is not None:
            point = int(one.subject.removeprefix("day="))
            known.setdefault((point, one.age), {})[one.day] = covered * (one.value or 0.0)
    found: dict[int, tuple[float, float]] = {}
    for (point, age), series in sorted(known.items()):
        cohort = day - timedelta(days=age)
        past = [value for one, value in sorted(series.items()) if one < cohort and one not in about][-REFERENCE_DAYS:]
        if point and point not in found and cohort in series and len(past) >= NEEDED_DAYS:
            found[point] = series[cohort], sum(past) / len(past)
    shown = [point for point in CURVE_DAYS if point in found]
    if shown:
        lately, usually = ("/".join(words.number(round(100 * found[k][i])) for k in shown) for i in (0, 1))
        yield f"known {'/'.join(map(str, shown))} days after the prediction: {lately} % lately, usually {usually} %"


def _is_small(then: Measurement, now: Measurement) -> bool:
    """Whether a number moved by less than a tenth of its interval: that is no news."""
    if then.value is None or now.value is None or then.lower is None or then.upper is None:
        return False
    return abs(now.value - then.value) < (then.upper - then.lower) / 10


def _said(one: Measurement) -> str:
    return "not known" if one.value is None else words.number(one.value)
