"""From stored rows to the news of one model, and what is told when a day was judged again."""

from dataclasses import replace
from datetime import timedelta

from tests.digest.samples import CHANNEL, DAY, facts, finding, incident, missing, model
from tests.judging.building import Past, said
from vitals.digest import ModelNews, Told, compose, told_of
from vitals.digest.standing import standing
from vitals.records import (
    Day,
    Drift,
    Incident,
    Measurement,
    Severity,
    Symptom,
    Transition,
    TransitionKind,
    Triage,
    TriageKind,
)

YESTERDAY = DAY - timedelta(days=1)
TEMP = missing("temp", 0.131)
CUT = finding(Symptom.PARTITION_INCOMPLETE, "day", "last row at 14:05", severity=Severity.CRITICAL)


def news(past: Past, told: Told | None = None, triage: tuple[Triage, ...] = (), **rest: object) -> ModelNews:
    given = {"calendar": None, "problem": None} | rest
    return standing(model(), DAY, past, triage, told, **given)


def known(**parts: object) -> Past:
    return Past(DAY + timedelta(days=1), **({"facts": (facts(),)} | parts))


def drift(subject: str, reference_days: int, reason: str | None = None, day: Day = DAY) -> Drift:
    row = Drift(
        "flight_late",
        day,
        subject,
        "",
        0.0,
        0.0,
        None,
        None,
        None,
        None,
        None,
        False,
        True,
        0,
        *[None] * 6,
        900,
        reference_days,
        reason,
    )
    assert row.reason == reason
    return row


def told_with(*incidents: Incident, day: Day = YESTERDAY) -> Told:
    """What a channel knows after a digest with these incidents open."""
    given = ModelNews(model(), day, "monitored", facts(), incidents=incidents)
    return told_of(compose(CHANNEL, day, [given], None))


def test_only_todays_findings_and_changes_since_the_last_digest_are_news() -> None:
    """Older findings were told on their day."""
    old = replace(TEMP, day=YESTERDAY)
    changes = tuple(
        Transition(
            "flight_late", DAY - timedelta(days=back), TransitionKind.OPENED, TEMP.fingerprint, DAY, "first finding"
        )
        for back in (4, 3, 1, 0)
    )

    found = news(known(findings=(old, TEMP), transitions=changes), Told(DAY - timedelta(days=3)))

    assert found.findings == (TEMP,)
    assert [one.day for one in found.transitions] == [YESTERDAY, DAY]
    assert found.status == "monitored"


def test_a_day_that_was_not_observed_waits_and_a_problem_is_said() -> None:
    """Neither has a warm-up nor columns that were not judged."""
    assert news(known(facts=(), drifts=(drift("temp", 0, "day 1 of 14"),))).warm_up is None
    assert news(known(facts=())).status == "waiting"
    assert news(known(), problem="no such table").status == "not_monitored"


def test_warm_up_counts_as_the_columns_do() -> None:
    """Five eligible days before: today is day 6 of 14."""
    assert news(known(drifts=(drift("temp", 5, "day 6 of 14"), drift("wind", 3, "day 4 of 14")))).warm_up == (6, 14)
    assert news(known(drifts=(drift("temp", 14), drift("wind", 3, "day 4 of 14")))).warm_up is None


def test_a_day_that_is_not_judged_is_no_warm_up() -> None:
    """A truncated day of a model with a year of history says why, not "day 1 of 14"."""
    rows = tuple(drift(name, 0, "partition incomplete") for name in ("temp", "wind"))

    found = news(known(drifts=(*rows, drift("visib", 0, "n=12 < 30"))))

    assert found.warm_up is None
    assert found.not_judged == ("visib: n=12 < 30", "temp and wind: partition incomplete")


def test_a_snooze_holds_to_its_last_day_and_the_last_word_counts() -> None:
    """A snoozed incident is set aside with its finding; someone may cut a snooze short."""
    opened = incident(TEMP, YESTERDAY)
    target = f"{TEMP.fingerprint}/{YESTERDAY}"
    long = said(TriageKind.SNOOZE, YESTERDAY, target, DAY + timedelta(days=9))
    short = said(TriageKind.SNOOZE, DAY, target, DAY - timedelta(days=1))
    past = known(findings=(TEMP,), incidents=(opened,))

    held = news(past, triage=(long,))
    assert (held.findings, held.incidents, held.snoozed) == ((), (), (opened,))
    for triage in ((long, short), (short, long), (), (replace(long, day=DAY + timedelta(days=1)),)):
        assert news(past, triage=triage).incidents == (opened,)


def test_the_usual_range_comes_from_cohorts_of_the_same_age_each_known_once() -> None:
    """Fourteen of them are needed; a cohort evaluated again counts with its last value."""
    cohorts = [
        Measurement(
            "flight_late",
            DAY - timedelta(days=back),
            14,
            DAY - timedelta(days=back - 14),
            "performance",
            "roc_auc",
            "",
            value,
            0.69,
            0.71,
            900,
        )
        for back in range(14, 29)
        for value in [0.70 + 0.001 * (back % 5)]
    ]
    wrong = replace(cohorts[3], value=0.1, known_on=cohorts[3].known_on - timedelta(days=1))

    found = news(known(measurements=[wrong, *cohorts]))

    low, high = found.usual["roc_auc", 14]
    assert 0.68 < low < 0.70 < high < 0.72
    assert [one.day for one in found.metrics] == [DAY - timedelta(days=14)]
    assert not news(known(measurements=cohorts[:14])).usual


def test_incidents_of_four_weeks_are_counted_and_the_noisiest_named() -> None:
    """Those for information only are none."""
    wind = [
        incident(missing("wind", 0.1), DAY - timedelta(days=back), resolved_on=DAY - timedelta(days=back - 1))
        for back in (3, 9, 27, 28)
    ]
    quiet = incident(replace(TEMP, severity=Severity.INFO), YESTERDAY)

    found = news(known(incidents=(*wind, incident(TEMP, DAY), quiet)))

    assert (found.incidents_28d, found.noisiest) == (4, "wind")
    assert found.noisy_input == (Symptom.INPUT_DRIFT, "wind")
    errors = tuple(incident(replace(CUT, day=DAY - timedelta(days=back))) for back in (1, 2, 3))
    assert news(known(incidents=errors)).noisy_input is None


def test_what_was_told_as_open_and_ended_before_the_last_digest_is_told_as_resolved() -> None:
    """A replay may find out later that an incident had ended earlier."""
    opened = incident(TEMP, DAY - timedelta(days=5))
    ended = replace(opened, resolved_on=DAY - timedelta(days=2), reason="2 good days")
    told = told_with(opened)

    digest = compose(CHANNEL, DAY, [news(known(incidents=(ended,)), told)], told)

    assert [(one.reason, one.resolved_on) for one in digest.resolved] == [("2 good days", DAY - timedelta(days=2))]
    again = told_of(digest)
    assert not compose(CHANNEL, DAY, [news(known(incidents=(ended,)), again)], again).resolved


def test_an_incident_that_a_second_reading_took_back_is_told_as_resolved_once() -> None:
    """The rows of Wednesday arrived late: its finding is gone, and nobody is left waiting."""
    told = told_with(incident(replace(CUT, day=YESTERDAY), YESTERDAY), incident(TEMP, YESTERDAY))

    digest = compose(CHANNEL, DAY, [news(known(), told)], told)

    assert {(one.symptom, one.reason, one.opened_on, one.resolved_on) for one in digest.resolved} == {
        (Symptom.PARTITION_INCOMPLETE, "Wed 21 Aug was read again: rows arrived late", YESTERDAY, DAY),
        (Symptom.INPUT_DRIFT, "Wed 21 Aug was judged again without it", YESTERDAY, DAY),
    }
    assert digest.resolved[1].subjects == ("temp",)
    assert not digest.quiet
    assert not compose(CHANNEL, DAY, [news(known(), told_of(digest))], told_of(digest)).resolved


def test_what_is_still_open_snoozed_or_of_another_model_is_not_taken_back() -> None:
    """Nor is anything while the model is not monitored: then nothing new is known."""
    opened = incident(TEMP, YESTERDAY)
    told = told_with(opened)
    snooze = said(TriageKind.SNOOZE, DAY, f"{TEMP.fingerprint}/{YESTERDAY}", DAY)
    held = known(findings=(TEMP,), incidents=(opened,))

    assert not compose(CHANNEL, DAY, [news(held, told)], told).resolved
    assert not compose(CHANNEL, DAY, [news(held, told, (snooze,))], told).resolved
    assert not compose(CHANNEL, DAY, [news(known(), told, problem="no such table")], told).resolved
    other = replace(news(known()), model=model("churn"))
    assert not compose(CHANNEL, DAY, [other], told).resolved


def test_a_model_that_is_watched_again_is_told() -> None:
    """That it was not monitored is known to the channel only."""
    lost = news(known(facts=()), problem="no such table")
    told = told_of(compose(CHANNEL, YESTERDAY, [replace(lost, day=YESTERDAY)], None))

    digest = compose(CHANNEL, DAY, [news(known(), told)], told)

    assert [(one.symptom, one.reason) for one in digest.resolved] == [(Symptom.NOT_MONITORED, "monitored again")]


def test_new_versions_are_notes() -> None:
    """With their share of the rows."""
    rows = [
        Measurement(
            "flight_late", DAY - timedelta(days=back), 0, DAY - timedelta(days=back), "traffic", "day", segment, value
        )
        for back, version, value in ((0, "gbm-2", 900.0), (1, "gbm-1", 950.0))
        for segment in ("", f"version={version}")
    ]

    assert news(known(measurements=rows)).notes == ("new version gbm-2: 100 % of rows, none in the 7 days before",)
