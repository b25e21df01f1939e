"""Composing: what is news, what is one line, what explains what."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest import samples
from tests.digest.samples import CHANNEL, DAY, finding, incident, missing, model
from vitals.digest import Digest, ModelNews, Told, compose, escalates, notes, part_of, told_of
from vitals.digest.content import NoteKind
from vitals.digest.grouping import Case, group
from vitals.errors import InputError
from vitals.judging.causes import explained
from vitals.records import Evidence, Finding, Severity, Symptom, Transition, TransitionKind
from vitals.render import phrases

YESTERDAY = DAY - timedelta(days=1)


def told(*news: ModelNews, revision: int = 1) -> Digest:
    """Compose for a channel that knows of nothing open."""
    return compose(CHANNEL, DAY, news, samples.yesterday(), revision)


def with_findings(*found: Finding, **changes: object) -> ModelNews:
    """Give the news of a model with findings whose incidents opened today."""
    news = ModelNews(model(), DAY, "monitored", samples.facts(), findings=found, incidents=tuple(map(incident, found)))
    return replace(news, **changes)


@pytest.mark.parametrize("sample", [samples.quiet, samples.busy, samples.broken, samples.warming_up, samples.hostile])
def test_a_digest_survives_its_json(sample) -> None:
    """A digest comes back from its JSON unchanged, and the text is stable."""
    digest = sample()
    assert Digest.from_json(digest.to_json()) == digest
    assert Digest.from_json(digest.to_json(indent=1)).to_json() == digest.to_json()


def test_text_that_is_no_digest_is_refused_by_name() -> None:
    """A broken snapshot says which field is wrong and what to do."""
    with pytest.raises(InputError, match=r"day: .*compose it again"):
        Digest.from_json(samples.quiet().to_json().replace('"day": "2013-08-22"', '"day": "soon"'))


def test_columns_that_went_missing_together_are_one_line() -> None:
    """Same part, shares within 2 points: one item that names every column."""
    (item,) = told(with_findings(*(missing(name, share) for name, share in samples.WEATHER.items()))).items
    assert item.statement == "precip, temp, visib, wind_speed: 13.1-14.8 % missing (usually 0-0.3 %)"
    assert item.subjects == ("precip", "temp", "visib", "wind_speed")


def test_shares_far_apart_parts_and_segments_stay_apart() -> None:
    """More than 2 points, another part or another segment is another line."""
    near, far, other = missing("a", 0.10), missing("b", 0.1201), missing("c", 0.10, segment="origin=LGA")
    zero = replace(missing("d", 0.10), evidence=(Evidence("part", "=0", 0.10),))
    assert len(told(with_findings(near, far, other, zero)).items) == 4


def test_columns_that_fail_the_same_rule_are_one_line() -> None:
    """Expectations and limits too: the same rows missing, shares within 2 points."""
    shares = {"temp": 0.051, "visib": 0.064, "wind": 0.2}
    failing = [
        finding(
            Symptom.INPUT_QUALITY,
            name,
            f"{name}: {share} fail",
            value=share,
            evidence=(Evidence("part", "null", share),),
        )
        for name, share in shares.items()
    ]
    together, alone = told(with_findings(*failing)).items
    assert together.subjects == ("temp", "visib")
    assert (
        together.statement == "temp and visib: 5.1-6.4 % of rows missing, more than their limits or expectations allow"
    )
    assert alone.subjects == ("wind",)


def test_the_same_columns_of_several_models_are_one_line() -> None:
    """One feed that two models read is one problem."""
    pair = (missing("temp", 0.13), missing("visib", 0.14))
    second = tuple(replace(one, model="rebook") for one in pair)
    news = with_findings(*second, model=model("rebook"), incidents=tuple(map(incident, second)))
    (item,) = told(with_findings(*pair), news).items
    assert item.models == ("flight_late", "rebook")
    assert item.subjects == ("temp", "visib")


def test_one_outage_is_one_problem_for_every_model() -> None:
    """Models that one cause keeps from being monitored are one card, and none of them is OK."""
    lost = [
        ModelNews(model(f"m{number}"), DAY, "not_monitored", problem="warehouse: unreachable") for number in range(30)
    ]
    digest = told(*lost)
    (item,) = digest.items
    assert (len(item.models), item.priority) == (30, 1)
    assert "1 P1; 0/30 models OK, 30 not monitored" in digest.headline


def test_a_model_that_stays_unmonitored_is_new_only_once() -> None:
    """The second digest counts the days from the first."""
    lost = ModelNews(model(), YESTERDAY, "not_monitored", problem="no table")
    first = compose(CHANNEL, YESTERDAY, [lost], None)
    (item,) = compose(CHANNEL, DAY, [replace(lost, day=DAY)], told_of(first)).items
    assert (item.state, item.day_number, item.shown) == ("unchanged", 2, "line")


@pytest.mark.parametrize(
    ("known", "state", "remark"),
    [(None, "new", ""), (Severity.WARNING, "worse", "was warning"), (Severity.CRITICAL, "unchanged", "")],
)
def test_new_is_new_against_what_the_channel_was_told(known: Severity | None, state: str, remark: str) -> None:
    """An incident is new, worse or unchanged against the channel's last digest, not against yesterday."""
    found = finding(Symptom.ERRORS, "status", "6 % errors", severity=Severity.CRITICAL)
    opened = incident(found, YESTERDAY)
    before = with_findings(incidents=(replace(opened, severity=known),)) if known else with_findings()
    last = told_of(compose(CHANNEL, YESTERDAY, [before], None))
    (item,) = compose(CHANNEL, DAY, [with_findings(found, incidents=(opened,))], last).items
    assert (item.state, item.remark) == (state, remark)


def test_what_did_not_change_is_a_line_and_a_reminder_now_and_then() -> None:
    """An open incident is a card on the days 1, 3, 7, 14, 21 ... and one line in between."""
    cards = []
    for number in range(1, 23):
        found = missing("temp", 0.13)
        opened = incident(found, DAY - timedelta(days=number - 1))
        known = (
            told_of(compose(CHANNEL, YESTERDAY, [with_findings(incidents=(opened,))], None))
            if number > 1
            else Told(YESTERDAY)
        )
        (item,) = compose(CHANNEL, DAY, [with_findings(found, incidents=(opened,))], known).items
        cards += [number] if item.shown == "card" else []
        assert ("new normal" in item.what_to_do) == (number >= 14)
    assert cards == [1, 3, 7, 14, 21]


def test_a_reminder_that_fell_between_two_digests_is_given_with_the_next() -> None:
    """Nobody worked on day 3: day 4 reminds."""
    found = missing("temp", 0.13)
    opened = incident(found, DAY - timedelta(days=3))
    friday = compose(CHANNEL, DAY - timedelta(days=2), [with_findings(incidents=(opened,))], None)
    (item,) = compose(CHANNEL, DAY, [with_findings(found, incidents=(opened,))], told_of(friday)).items
    assert (item.day_number, item.shown) == (4, "card")


@pytest.mark.parametrize(
    ("incidents", "noisy", "command"),
    [
        (4, (Symptom.INPUT_DRIFT, "temp"), "vitals decide mute flight_late input_drift temp --why ..."),
        (4, (Symptom.INPUT_DRIFT, "temp c"), "vitals decide mute flight_late input_drift 'temp c' --why ..."),
        (4, (Symptom.INPUT_DRIFT, "`rm`"), ""),
        (4, (Symptom.INPUT_DRIFT, "--until"), ""),
        (4, None, ""),
        (3, (Symptom.INPUT_DRIFT, "temp"), ""),
    ],
)
def test_a_model_over_its_budget_is_offered_to_mute_its_noisiest_input(
    incidents: int, noisy: tuple[Symptom, str] | None, command: str
) -> None:
    """Beyond three incidents in four weeks, with the command; never for a name that a shell would obey."""
    digest = told(with_findings(missing("a", 0.1), incidents_28d=incidents, noisiest="x", noisy_input=noisy))
    assert [note.command for note in digest.notes if note.kind == "budget"] == [command]


def test_an_item_keeps_the_numbers_of_each_of_its_findings() -> None:
    """Four columns in one line are four members."""
    (item,) = told(with_findings(*(missing(name, share) for name, share in samples.WEATHER.items()))).items
    assert [(one.subject, one.value) for one in item.members] == sorted(samples.WEATHER.items())
    assert tuple(one.incident for one in item.members) == item.incidents


def test_what_explains_a_symptom_is_its_cause_line() -> None:
    """A finding on a column that the evidence of symptom and response names moves under both, said once in each."""
    named = (Evidence("likely cause: temp missing", "temp"), Evidence("coincides with gbm-2", "version"))
    errors = finding(Symptom.ERRORS, "status", "6 % errors", evidence=named)
    shifted = finding(Symptom.RESPONSE_DRIFT, "score", "score moved", evidence=named)
    first, second, below = told(with_findings(errors, shifted, missing("temp", 0.13))).items
    assert first.causes == second.causes == ("temp: 13.0 % missing (usually 0-0.3 %)",)
    assert first.beside == ("version: coincides with gbm-2",)
    assert below.shown == "under"


def test_a_cause_line_keeps_how_much_it_explains() -> None:
    """The column's own line moves under the answer with the amount that judging told, once, and without it where it told none."""
    said = "distance is 1.61 times its usual for carrier UA: miles to km?"
    unit = finding(Symptom.UNIT_CHANGE, "distance", said)
    temp = finding(Symptom.INPUT_DRIFT, "temp", "temp missing; explains nothing by itself")
    warned = finding(Symptom.RESPONSE_DRIFT, "decision", "decision warn 31 %")
    amounts = {"distance": Evidence("explains +0.12 of +0.15", "distance", 0.8)}
    judged = explained([warned, unit, temp], {"distance": 12.0}, explain=lambda _, inputs: amounts.get("".join(inputs)))

    items = told(with_findings(*judged)).items

    card = next(item for item in items if item.symptom is Symptom.RESPONSE_DRIFT)
    assert set(card.causes) == {f"{said} Explains +0.12 of +0.15", "temp missing; explains nothing by itself"}
    assert card.beside == ()
    assert all(item.shown == "under" for item in items if item is not card)


def test_a_cause_without_a_finding_of_its_own_is_still_said() -> None:
    """Evidence that judging calls a likely cause is one, even when its column has no line."""
    (item,) = told(
        with_findings(finding(Symptom.ERRORS, "status", "6 %", evidence=(Evidence("likely cause: x", "x"),)))
    ).items
    assert (item.causes, item.beside) == (("x",), ())


def test_a_week_and_a_day_are_not_one_line() -> None:
    """A share over seven days does not stand beside a share of the day."""
    week = missing("visib", 0.13, statement="visib missing on 13 % of rows over the last 7 days, usually 0-0.3 %")
    assert len(told(with_findings(missing("temp", 0.13), week)).items) == 2
    (both,) = told(with_findings(week, replace(week, subject="temp"))).items
    assert both.statement == "temp, visib: 13 % missing over the last 7 days (usually 0-0.3 %)"


def test_the_part_is_for_grouping_and_not_for_people() -> None:
    """Evidence that names the part of a distribution is read by the digest and never shown."""
    found = missing("temp", 0.13)
    (item,) = told(with_findings(found)).items
    assert part_of(found) == Evidence("part", "null", 0.13)
    assert (item.causes, item.beside) == ((), ())


def test_information_is_no_problem() -> None:
    """A finding for information leaves the model OK and calls nobody, also with priority 1."""
    digest = told(with_findings(finding(Symptom.TRAFFIC, "day", "few rows", severity=Severity.INFO)))
    assert digest.headline.endswith("no problems; 1/1 model OK")
    assert digest.mentions == ()


def test_owners_are_called_for_a_new_or_worse_symptom_only() -> None:
    """Priority 1 that opens calls the owner; the same incident unchanged, and other priorities, do not."""
    found = finding(Symptom.ERRORS, "status", "6 % errors")
    first = told(with_findings(found))
    again = compose(CHANNEL, DAY, [with_findings(found)], told_of(first))
    assert (first.mentions, again.mentions) == (("U02AB3CD4",), ())
    assert told(with_findings(missing("temp", 0.5))).mentions == ()


def test_resolved_is_told_once_and_only_to_whom_it_was_open() -> None:
    """An incident that ended is news for a channel that knew it as open, and for nobody else."""
    gone = incident(missing("temp", 0.13), DAY - timedelta(days=3), resolved_on=DAY, reason="2 good days")
    news = with_findings(incidents=(gone,))
    known = told_of(compose(CHANNEL, YESTERDAY, [with_findings(incidents=(replace(gone, resolved_on=None),))], None))
    digest = compose(CHANNEL, DAY, [news], known)
    assert [(one.subjects, one.reason) for one in digest.resolved] == [(("temp",), "2 good days")]
    assert compose(CHANNEL, DAY, [news], told_of(digest)).resolved == ()


def test_reopened_quiet_and_acknowledged_are_said() -> None:
    """Back again, one good day, and who took it: each is in the item's standing."""
    found = missing("temp", 0.13)
    again = incident(found, DAY - timedelta(days=4), acknowledged_by="anna")
    change = Transition("flight_late", DAY, TransitionKind.REOPENED, again.fingerprint, again.opened_on, "")
    (item,) = told(with_findings(found, incidents=(again,), transitions=(change,))).items
    assert item.standing == "back again, acknowledged by anna; day 5 since Sun 18 Aug"
    quiet = replace(change, kind=TransitionKind.QUIET)
    known = told_of(told(with_findings(incidents=(again,))))
    (item,) = compose(CHANNEL, DAY, [with_findings(incidents=(again,), transitions=(quiet,))], known).items
    assert "one good day, a second resolves it" in item.standing


def test_snoozed_is_counted_and_not_shown() -> None:
    """A snoozed incident leaves the digest quiet but for a count."""
    found = missing("temp", 0.13)
    digest = told(with_findings(found, snoozed=(incident(found),)))
    assert (digest.items, [note.text for note in digest.notes]) == ((), ["1 snoozed: input drift temp"])


@pytest.mark.parametrize(
    "changes",
    [{"not_judged": ("x: n=12 < 30",)}, {"status": "waiting"}, {"facts": samples.facts(previous=900)}],
)
def test_a_day_that_was_not_fully_seen_is_not_quiet(changes: dict[str, object]) -> None:
    """What could not be judged, waits or was restated takes more than two lines."""
    assert samples.quiet().quiet
    assert not told(replace(samples.quiet_news(), **changes)).quiet


def test_a_revision_is_content_and_not_a_number() -> None:
    """Composed again with nothing new, the content is the same under any revision."""
    one, two = told(samples.quiet_news()), told(samples.quiet_news(), revision=2)
    assert "(revision 2)" in two.headline
    assert one.content_hash == two.content_hash != samples.busy().content_hash


def test_a_revision_escalates_only_with_a_new_or_worse_symptom() -> None:
    """A new priority-1 incident needs a message of its own; drift and what is known do not."""
    errors, drift = finding(Symptom.ERRORS, "status", "6 % errors"), missing("temp", 0.13)
    sent, calm, loud = told(with_findings()), told(with_findings(drift)), told(with_findings(errors))
    worse = told(with_findings(errors, incidents=(incident(errors, severity=Severity.CRITICAL),)))
    assert [escalates(calm, sent), escalates(loud, sent), escalates(loud, loud), escalates(worse, loud)] == [
        False,
        True,
        False,
        True,
    ]


def test_models_in_any_order_give_the_same_digest() -> None:
    """The order in which models arrive does not show."""
    news, known = samples.busy_news()
    assert compose(CHANNEL, DAY, news, known) == compose(CHANNEL, DAY, news[::-1], known)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_groups_hold_every_case_once_within_two_points(shares: list[float]) -> None:
    """Grouping loses and doubles nothing, and no group spans more than 2 points."""
    cases = [Case(model(), missing(f"c{place}", share), None, "new", "") for place, share in enumerate(shares)]
    groups = group(cases)
    assert sorted(case.subject for members in groups for case in members) == sorted(case.subject for case in cases)
    for members in groups:
        values = [case.finding.value for case in members if case.finding]
        assert max(values) - min(values) <= 0.02 + 1e-9


@pytest.mark.slow
def test_two_hundred_models_with_ten_thousand_findings_compose_in_seconds() -> None:
    """The worst day is composed fast enough to be told, counted by model, and each finding is in one problem."""
    digest = samples.crowd(10_000, 200)
    assert digest.headline.endswith("; 140/200 models OK")
    told = [member for item in digest.items for member in item.members]
    assert len(told) == len({(one.model, one.subject) for one in told}) == 10_000


def test_every_kind_of_note_has_its_place_and_its_word() -> None:
    """No note is without an order in the digest and a word in front of it."""
    kinds = set(get_args(NoteKind))
    assert set(notes.ORDER) == kinds == set(phrases.NOTES)


@pytest.mark.parametrize(
    ("name", "usual", "said"),
    [
        ("recall", (-0.2, 0.9), (0.0, 0.9)),
        ("recall", (0.1, 1.3), (0.1, 1.0)),
        ("recall", (-0.2, 1.3), None),
        ("log_loss", (-0.2, 1.3), (0.0, 1.3)),
        ("bias", (-0.2, 1.3), (-0.2, 1.3)),
    ],
)
def test_a_usual_range_stays_within_what_a_metric_can_be(
    name: str, usual: tuple[float, float], said: tuple[float, float] | None
) -> None:
    """A recall below 0 or above 1 is not shown as usual, and a range that holds every recall is not shown at all."""
    row = replace(samples.metrics()[-1], subject=name)
    (metric,) = told(replace(samples.quiet_news(), metrics=(row,), usual={(name, row.age): usual})).metrics
    assert metric.usual == said
