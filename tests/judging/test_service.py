"""The service's own signals: latency against its past, shares that rose, saturation."""

import math

import numpy as np
import pytest

from tests.judging.building import day, facts, folded, measured, model, numbers, observed, one, today
from vitals.judging import service
from vitals.judging.day import Ruling, Today
from vitals.judging.memory import Release
from vitals.judging.shares import ShareVerdict
from vitals.judging.shifts import share_ruling
from vitals.records import Finding, Measurement, Observed, Severity, Symptom

P95 = (Symptom.LATENCY, "p95", "")


def latencies(count: int, until: int = 60, seed: int = 0) -> list[Measurement]:
    """p95 around 55 ms, 3 % from day to day."""
    draw = np.random.default_rng(seed)
    return [
        measured(day(i), "latency", "p95", 55 * math.exp(draw.normal(0, 0.03))) for i in range(until - count, until)
    ]


def slow(p95: float, history: int = 60, **rest: object) -> Ruling:
    now = observed(day(60), None, measured(day(60), "latency", "p95", p95))
    return service.latency(today(now, (), latencies(history), **rest), [])


def test_p95_doubled_is_found_with_both_numbers() -> None:
    """How slow, than what, and what is usual."""
    found = one(slow(110.0))

    assert (found.symptom, found.subject, found.priority) == (Symptom.LATENCY, "p95", 1)
    assert found.statement == "p95 of latency 110 ms, 2 times its usual 55.1 ms (usually 52.1-58.3 ms): slower"
    assert (found.value, found.severity) == (110.0, Severity.WARNING)


def test_latency_in_seconds_is_found_as_far_too_fast() -> None:
    """0.055 instead of 55: something else is measured, nobody waits."""
    found = one(slow(0.055))

    assert found.statement.startswith("p95 of latency 0.055 ms, 0.000998 of its usual 55.1 ms")
    assert found.statement.endswith(": faster")
    assert found.evidence == ()


def test_many_slow_requests_are_critical() -> None:
    """Five points of the requests beyond the usual p95 are felt."""
    now = observed(day(60), None, measured(day(60), "latency", "p95", 110.0))
    profile = numbers(day(60), "latency", np.random.default_rng(1).normal(60, 20, 1000).clip(1))

    found = one(service.latency(today(now, (), latencies(60)), [profile]))

    assert found.severity is Severity.CRITICAL
    assert found.evidence[0].text == "58.1 % of requests above the usual p95 (usually 5 %)"


@pytest.mark.parametrize("signal", ["errors:status", "missing_answers:score", "default_answers:score", "duplicates:id"])
def test_no_holiday_excuses_what_the_service_did_wrong(signal: str) -> None:
    """On Good Friday, a day that teaches nothing, ten points more are as critical as on any day."""
    friday = day(88)
    verdict = ShareVerdict(friday, 120, 1000, 0, judged=True, calendar=True, share=0.12, usual=0.02, unusual=True)
    now = today(observed(friday), watched=model(calendar="DE"))

    found = one(share_ruling(now, {signal: verdict}))

    assert now.calendar == "Good Friday"
    assert (found.priority, found.severity) == (1, Severity.CRITICAL)


@pytest.mark.parametrize(("history", "judged"), [(0, False), (1, False), (13, False), (14, True), (28, True)])
def test_latency_is_judged_from_fourteen_days_on(history: int, judged: bool) -> None:
    """Before, the place is neither good nor bad."""
    ruling = slow(200.0, history)

    assert (P95 in ruling.judged) == judged
    assert bool(ruling.findings) == judged


def test_a_change_that_nobody_feels_is_silent() -> None:
    """Ten standard deviations of a very steady service, but only 6 %."""
    steady = [measured(day(i), "latency", "p95", 55 * math.exp(0.003 * (i % 3))) for i in range(60)]
    now = observed(day(60), None, measured(day(60), "latency", "p95", 58.3))

    ruling = service.latency(today(now, (), steady), [])

    assert not ruling.findings
    assert P95 in ruling.judged


def test_two_hundred_ordinary_days_of_latency_are_silent() -> None:
    """Noise of 3 and of 25 % from day to day."""
    draw = np.random.default_rng(3)
    for noise in (0.03, 0.25):
        series = [measured(day(i), "latency", "p95", 55 * math.exp(draw.normal(0, noise))) for i in range(214)]
        for i in range(14, 214):
            now = observed(day(i), None, series[i])
            assert not service.latency(today(now, (), series[max(0, i - 180) : i]), []).findings, (noise, i)


def test_days_with_a_finding_are_no_reference_until_they_are_given_back() -> None:
    """A slow week does not become usual by itself; a false alarm gives it back, accepting makes it the new level."""
    series = [*latencies(40, 40), *(measured(day(i), "latency", "p95", 110.0 + i % 3) for i in range(40, 60))]
    told: list[Finding] = []
    for i in range(40, 60):
        told.append(one(service.latency(_at(series, i, found=told), [])))

    def usual(**rest: object) -> tuple[float, float] | None:
        ruling = service.latency(_at(series, 60, found=told, **rest), [])
        return (one(ruling).expected_low, one(ruling).expected_high) if ruling.findings else None

    series.append(measured(day(60), "latency", "p95", 111.0))
    assert usual() == pytest.approx((51, 58), abs=1.5)
    assert usual(accepted={P95: Release(day(40), day(60), new_level=False)}) is None  # 40 old days and 20 slow ones
    assert usual(accepted={P95: Release(day(40), day(60))}) is None
    series[-1] = measured(day(60), "latency", "p95", 55.0)  # back to what it was before it was accepted
    assert usual(accepted={P95: Release(day(40), day(60))}) == pytest.approx((109, 113), abs=1.5)


def _at(series: list[Measurement], index: int, **rest: object) -> Today:
    now = observed(day(index), None, *(one for one in series if one.day == day(index)))
    return today(now, (), [one for one in series if one.day < day(index)], **rest)


def test_a_slow_holiday_is_information() -> None:
    """1 January is in the calendar; its latency teaches nothing."""
    watched = model(calendar="DE")
    series = [measured(day(i), "latency", "p95", 55 + i % 5) for i in range(300, 366)]  # 1 January 2025 is day 366
    now = observed(day(366), None, measured(day(366), "latency", "p95", 110.0))

    assert one(service.latency(today(now, (), series, watched=watched), [])).severity is Severity.INFO


def shares(count: int, signal: str, subject: str, share: float, last: float, n: int = 1000) -> list[Observed]:
    draw = np.random.default_rng(7)
    rows = [*(draw.binomial(n, share, count).tolist()), round(last * n)]
    return [Observed(facts(day(i)), (), [measured(day(i), signal, subject, k / n, n)], ()) for i, k in enumerate(rows)]


@pytest.mark.parametrize(
    ("signal", "subject", "statement"),
    [
        ("errors", "status", "errors on 6 % of requests (60 rows), usually 0.4-1.8 %"),
        ("missing_answers", "score", "no score in 6 % of answers (60 rows), usually 0.4-1.8 %"),
        ("default_answers", "score", "score is a default in 6 % of answers (60 rows), usually 0.4-1.8 %"),
        ("duplicates", "id", "6 % of rows repeat an id (60 rows), usually 0.4-1.8 %"),
    ],
)
def test_a_share_that_rises_from_one_to_six_percent_is_found(signal: str, subject: str, statement: str) -> None:
    """How much of what, in rows too, and than what."""
    days = shares(40, signal, subject, 0.01, 0.06)

    (found,) = folded(days)[-1].findings

    assert (found.symptom, found.subject, found.priority) == (signal, subject, 1)
    assert found.statement == statement
    assert found.severity is Severity.WARNING
    assert not any(day.findings for day in folded(days)[:-1])


def test_five_points_more_errors_are_critical_and_fewer_are_no_news() -> None:
    """Only a rise is a symptom."""
    assert folded(shares(40, "errors", "status", 0.01, 0.08))[-1].findings[0].severity is Severity.CRITICAL
    assert not folded(shares(40, "errors", "status", 0.08, 0.0))[-1].findings


def test_errors_of_a_truncated_day_are_told_all_the_same() -> None:
    """What callers feel is felt on the rows that came; why the others did not come may be the same fault."""
    days = shares(40, "errors", "status", 0.01, 0.0)[:-1]
    hours = np.asarray(days[-1].facts.hours).copy()
    hours[13:] = 0
    days.append(Observed(facts(day(40), hours), (), [measured(day(40), "errors", "status", 0.2, int(hours.sum()))], ()))

    judged = folded(days)[-1]
    found = judged.findings

    assert [one.eligible for one in judged.drifts] == [False]
    assert [(f.symptom, f.severity) for f in found] == [
        (Symptom.ERRORS, Severity.CRITICAL),
        (Symptom.PARTITION_INCOMPLETE, Severity.WARNING),
    ]


@pytest.mark.parametrize(("used", "severity"), [(0.89, None), (0.93, Severity.WARNING), (1.0, Severity.CRITICAL)])
def test_saturation_has_fixed_limits(used: float, severity: Severity | None) -> None:
    """90 % warns, all of it is critical; no history is needed, and what is not measured is not judged."""
    ruling = service.saturation(today(observed(day(0), None, measured(day(0), "saturation", "queue", used))))

    assert [f.severity for f in ruling.findings] == ([severity] if severity else [])
    assert ruling.judged == {(Symptom.SATURATION, "queue", "")}
    unknown = observed(day(0), None, measured(day(0), "saturation", "queue", None, reason="no row"))
    assert service.saturation(today(unknown)).judged == set()
    if severity is Severity.WARNING:
        assert one(ruling).statement == "queue at 93 % of capacity (95th percentile), limit 90 %"


def test_a_truncated_day_of_ordinary_errors_is_good_but_teaches_nothing() -> None:
    """Its hours may not be those of a whole day."""
    days = shares(40, "errors", "status", 0.01, 0.0)[:-1]
    hours = np.asarray(days[-1].facts.hours).copy()
    hours[13:] = 0
    days.append(
        Observed(facts(day(40), hours), (), [measured(day(40), "errors", "status", 0.01, int(hours.sum()))], ())
    )

    judged = folded(days)[-1]

    assert [f.symptom for f in judged.findings] == [Symptom.PARTITION_INCOMPLETE]
    assert [(one.reason, one.eligible) for one in judged.drifts] == [(None, False)]
