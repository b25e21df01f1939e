"""Late labels: no new ones at all, a cohort without any, or half of them days later than usual; one finding says it.

What is missing and late is told as late, with the coverage beneath; what is missing although the labels come in time is left to
`labels`. It knows nothing of metrics: it only says which cohorts' metrics must wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from vitals import words
from vitals.judging import delay_cohorts, delay_feed, labels
from vitals.judging.day import Ruling, Today, finding
from vitals.judging.labels import HeldBack
from vitals.records import Day, Evidence, Finding, Severity, Symptom


def judge(today: Today) -> tuple[Ruling, HeldBack]:
    """Judge whether labels are as many and as early as usual; also gives the cohorts whose metrics must wait.

    Returns
    -------
    At most one finding that is no information: of labels that stand still, else one per cohort. What is late or missing of
    cohorts that were told about before is evidence under a new one, information where there is none.
    """
    few, held_back = labels.coverage(today)
    slow = delay_cohorts.judge(today)
    ruling = Ruling(judged=few.judged | slow.judged)
    still = delay_feed.judge(today, few.findings)
    last = max(today.model.feedback.ages) if today.model.feedback else 0
    young = {(day, age) for day, age in _cohorts(today) if age < last}
    late = {one.cohort_day for one in slow.findings if one.cohort_day}
    held_back |= {(day, age) for day, age in young if day in late}
    if still is not None and still.findings:
        ruling.judged.add(labels.LATE)
        ruling.findings = [_with(still.findings[0], [*few.findings, *slow.findings])]
        return _settled(ruling, few), held_back if few.findings else frozenset(_cohorts(today))
    if still is not None and not (few.findings or slow.findings):
        ruling.judged.add(labels.LATE)
    ruling.findings = _together([*_late(today, few.findings, slow.findings)])
    return _settled(ruling, few), held_back


def _settled(ruling: Ruling, few: Ruling) -> Ruling:
    """What is told as late elsewhere is no good day of the coverage."""
    if few.findings and not any(one.symptom is Symptom.LABEL_COVERAGE for one in ruling.findings):
        ruling.judged.discard(labels.FEW)
    return ruling


def _cohorts(today: Today) -> list[tuple[Day, int]]:
    return [(one.day, one.age) for one in today.measured("label_coverage") if not one.segment]


def _with(main: Finding, beneath: Iterable[Finding]) -> Finding:
    lines = tuple(Evidence(one.statement, one.subject) for one in beneath)
    return replace(main, evidence=(*main.evidence, *lines))


def _late(today: Today, few: Sequence[Finding], slow: Sequence[Finding]) -> Iterable[Finding]:
    """Give what is said of each cohort: late with its coverage beneath, else its coverage."""
    last = max(today.model.feedback.ages) if today.model.feedback else 0
    delayed: Mapping[Day, Finding] = {one.cohort_day: one for one in slow if one.cohort_day}
    for one in few:
        about = one.cohort_day
        if about in delayed:
            continue
        none_yet = one.value == 0 and about is not None and (one.day - about).days < last
        yield _none_yet(today, one, about) if none_yet and about else one
    for about, one in delayed.items():
        beneath = [other for other in few if other.cohort_day == about]
        worst = max((one, *beneath), key=lambda f: f.severity.rank).severity
        yield _with(replace(one, severity=worst), beneath)


def _none_yet(today: Today, few: Finding, about: Day) -> Finding:
    """A cohort without a label at a young age: late is all that can be said yet."""
    low, high = few.expected_low, few.expected_high
    return finding(
        today,
        Symptom.LABEL_DELAY,
        labels.SUBJECT,
        few.severity,
        f"labels are late: none for the predictions of {words.day_words(about)} after"
        f" {words.count((few.day - about).days, 'day')}, usually for {words.share_range(low, high)} of them",
        cohort_day=about,
        value=few.value,
        usual=(low, high),
    )


def _together(found: Sequence[Finding]) -> list[Finding]:
    """Put what was told before, and is for information, under what is new of the labels; the latest cohort speaks."""
    new = sorted((f for f in found if f.severity is not Severity.INFO), key=lambda f: f.cohort_day or f.day)
    old = [one for one in found if one.severity is Severity.INFO]
    if not new:
        return list(found)
    delays = [one for one in new if one.symptom is Symptom.LABEL_DELAY]
    main = (delays or new)[-1]
    others = [one for one in new if one is not main]
    return [_with(main, old), *others]
