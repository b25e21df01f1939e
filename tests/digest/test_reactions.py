"""What emoji under a message say of an incident: who counts, what is taken back, and what is left alone."""

from datetime import date, timedelta

import pytest

from tests.digest import samples
from vitals.digest import reactions
from vitals.digest.reactions import Heard, Said
from vitals.records import Triage, TriageKind

TARGET = "0123456789abcdef/2013-08-19"
DAY = date(2013, 8, 23)
ACCEPT, ACKNOWLEDGE, SNOOZE = TriageKind.ACCEPT, TriageKind.ACKNOWLEDGE, TriageKind.SNOOZE
FALSE_ALARM, WITHDRAW = TriageKind.FALSE_ALARM, TriageKind.WITHDRAW


def said(kind: TriageKind, user: str = "U1") -> Said:
    return Said(kind, f"Name ({user})", user, "the digest of Thu 22 Aug", (TARGET,))


def row(kind: TriageKind, day: date = DAY, user: str = "U1", until: date | None = None, why: str = "") -> Triage:
    emoji = {ACKNOWLEDGE: "👀", SNOOZE: "💤", ACCEPT: "✅", FALSE_ALARM: "👎"}.get(kind, "")
    return Triage("m", day, kind, TARGET, f"Name ({user})", why or f"{emoji} on the digest of Thu 22 Aug", until)


def decide(
    known: list[Triage], gone: list[Said] | None = None, still: list[Said] | None = None, new: list[Said] | None = None
) -> Heard:
    return reactions.decide("m", TARGET, DAY, known, gone=gone or [], still=still or [], new=new or [])


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.mark.parametrize("kind", [ACKNOWLEDGE, ACCEPT, FALSE_ALARM])
def test_a_reaction_is_a_decision_from_the_next_judged_day_on(kind: TriageKind) -> None:
    """It carries who, and what was reacted to."""
    assert decide([], new=[said(kind)]) == Heard([row(kind)])


def test_a_snooze_takes_seven_days() -> None:
    """Its own day is the first of them."""
    assert decide([], new=[said(SNOOZE)]).rows == [row(SNOOZE, until=date(2013, 8, 29))]


def test_of_several_people_the_first_counts() -> None:
    """Whoever agrees later changes nothing."""
    known = [row(ACKNOWLEDGE, ago(1))]

    assert decide(known, still=[said(ACKNOWLEDGE)], new=[said(ACKNOWLEDGE, "U2")]) == Heard()
    assert decide([], new=[said(ACCEPT, "U2"), said(ACCEPT)]).rows == [row(ACCEPT, user="U2")]


def test_a_later_snooze_goes_on_from_its_own_day() -> None:
    """Snoozed again on a newer digest: seven days from then."""
    known = [row(SNOOZE, ago(5), until=ago(-1))]

    assert decide(known, still=[said(SNOOZE)], new=[said(SNOOZE, "U2")]).rows == [
        row(SNOOZE, user="U2", until=date(2013, 8, 29))
    ]


def test_of_contradicting_words_the_last_seen_wins_with_a_note() -> None:
    """The acceptance is taken back, and the false alarm says what it came after."""
    heard = decide([row(ACCEPT, ago(2))], still=[said(ACCEPT)], new=[said(FALSE_ALARM, "U2")])

    note = "👎 on the digest of Thu 22 Aug, after ✅ by Name (U1)"
    assert heard.rows == [row(WITHDRAW, user="U2", why="👎 instead"), row(FALSE_ALARM, user="U2", why=note)]


def test_contradicting_words_seen_at_once_are_one_decision() -> None:
    """No day was judged with the first, so it is as if never said."""
    heard = decide([], new=[said(ACCEPT), said(FALSE_ALARM, "U2")])

    assert [one.kind for one in heard.rows] == [FALSE_ALARM]
    assert "after ✅ by Name (U1)" in heard.rows[0].why


def test_a_reaction_that_is_gone_is_taken_back_and_the_rest_said_again() -> None:
    """A withdrawal takes back all, so another person's snooze is repeated with its own end."""
    known = [row(ACKNOWLEDGE, ago(3)), row(SNOOZE, ago(2), "U2", until=ago(-4))]

    heard = decide(known, gone=[said(ACKNOWLEDGE)], still=[said(SNOOZE, "U2")])

    assert heard.rows == [row(WITHDRAW, why="👀 is not there any more"), row(SNOOZE, DAY, "U2", until=ago(-4))]


def test_a_reaction_taken_back_before_any_day_was_judged_with_it_leaves_nothing() -> None:
    """Its row goes; nothing is withdrawn that never held."""
    assert decide([row(ACCEPT)], gone=[said(ACCEPT)]) == Heard([], [row(ACCEPT)])


def test_another_persons_reaction_keeps_a_decision_up() -> None:
    """An acknowledgement passes to whoever still looks; an acceptance simply stays."""
    looks = decide([row(ACKNOWLEDGE, ago(3))], gone=[said(ACKNOWLEDGE)], still=[said(ACKNOWLEDGE, "U2")])

    assert looks.rows == [row(ACKNOWLEDGE, user="U2")]
    assert decide([row(ACCEPT, ago(3))], gone=[said(ACCEPT)], still=[said(ACCEPT, "U2")]) == Heard()


def test_the_other_word_holds_again_when_the_last_is_taken_back() -> None:
    """Called a false alarm after it was accepted, and not any more: accepted."""
    known = [row(ACCEPT, ago(5)), row(WITHDRAW, ago(3), "U2"), row(FALSE_ALARM, ago(3), "U2")]

    heard = decide(known, gone=[said(FALSE_ALARM, "U2")], still=[said(ACCEPT)])

    assert [(one.kind, one.who) for one in heard.rows] == [(WITHDRAW, "Name (U2)"), (ACCEPT, "Name (U1)")]


def test_what_the_terminal_said_is_not_taken_back_by_an_emoji() -> None:
    """Someone decided otherwise since: whose emoji goes is not whose decision holds."""
    known = [row(ACKNOWLEDGE, ago(3)), Triage("m", ago(1), ACKNOWLEDGE, TARGET, "lina", "mine")]

    assert decide(known, gone=[said(ACKNOWLEDGE)]) == Heard()


def test_nothing_more_is_said_of_what_is_over() -> None:
    """An accepted incident needs nobody to look at it, and losing that emoji does not open it again."""
    known = [row(ACKNOWLEDGE, ago(4)), row(ACCEPT, ago(2))]

    assert decide(known, new=[said(SNOOZE, "U2")]) == Heard()
    assert decide(known, gone=[said(ACKNOWLEDGE)]) == Heard()


def test_a_reaction_on_a_digest_of_one_problem_is_about_it() -> None:
    """All incidents of the problem, whatever the emoji."""
    targets = (("a/2013-08-19", "b/2013-08-19"),)

    assert reactions.concerned(ACCEPT, targets) == ("a/2013-08-19", "b/2013-08-19")


def test_a_digest_of_several_problems_can_be_looked_at_but_not_accepted_at_once() -> None:
    """What changes what is learnt has to be said of one problem."""
    targets = (("a/2013-08-19",), ("b/2013-08-19",))

    assert reactions.concerned(ACKNOWLEDGE, targets) == reactions.concerned(SNOOZE, targets)
    assert reactions.concerned(SNOOZE, targets) == ("a/2013-08-19", "b/2013-08-19")
    assert reactions.concerned(ACCEPT, targets) == reactions.concerned(FALSE_ALARM, targets) == ()


def test_the_root_tells_of_its_cards() -> None:
    """What is for information, what explains another and what is merely still open is not meant."""
    digest = samples.busy()

    cards = [item for item in digest.items if item.shown == "card" and not item.info]
    assert reactions.told_in_root(digest) == tuple(item.incidents for item in cards if item.incidents)
    assert reactions.told_in_root(samples.quiet()) == ()


def test_a_reply_names_its_problems_in_metadata() -> None:
    """They come back as they were written; too many are not named at all."""
    targets = (("a/2013-08-19", "b/2013-08-19"), ("c/2013-08-20",))

    assert reactions.told_in_reply(reactions.named(targets)) == targets
    assert reactions.named(tuple((f"{i:016x}/2013-08-19",) for i in range(200))) == {}
    assert reactions.told_in_reply({}) == ()
