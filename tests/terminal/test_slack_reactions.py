"""From an emoji in a channel to a decision: heard by the next run, judged with, undone when it goes."""

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.slack import BOT_USER, EVERY_SCOPE, TOKEN, Fault, Person, SlackServer
from tests.terminal.desk import FIRST, LAST, NEW, Desk

pytestmark = pytest.mark.slow

ANNA, BEN = Person("U0ANNA0001", "Anna"), Person("U0BEN00002", "Ben")
APP = Person(BOT_USER, "vitals", bot=True)


@pytest.fixture
def server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    """A stand-in workspace with two people, which takes any pace."""
    monkeypatch.setattr("vitals.io.slack.thread._PACE_S", 0.0)
    with SlackServer(people=(ANNA, BEN, APP), clock=time.time) as there:
        desk.environ(
            VITALS_SLACK_TOKEN=TOKEN,
            VITALS_SLACK_BASE_URL=there.url,
            VITALS_SLACK_CHANNEL=there.channel,
            NO_PROXY="127.0.0.1,localhost",
        )
        yield there


@pytest.fixture
def slack(desk: Desk, server: SlackServer) -> SlackServer:
    """The digest of the last day was told: it shows one problem."""
    told = desk.run("digest", "--day", str(LAST))
    assert told.code == 0, told.err
    return server


@pytest.fixture
def busy(desk: Desk, server: SlackServer) -> SlackServer:
    """The digest of the last day was told: it shows one problem of each of two models."""
    other = desk.model.with_name("loan.yaml")
    other.write_text(desk.model.read_text().replace("model: credit", "model: loan"))
    token = os.environ["VITALS_SLACK_TOKEN"]
    desk.environ(VITALS_SLACK_TOKEN="")
    desk.run("backfill", "loan", "--first-day", str(FIRST), "--last-day", str(LAST))
    desk.environ(VITALS_SLACK_TOKEN=token)
    told = desk.run("digest", "--day", str(LAST))
    assert told.code == 0, told.err
    return server


def root(slack: SlackServer) -> str:
    return str(slack.roots()[0]["ts"])


def reply_about(slack: SlackServer, words: str) -> str:
    return str(next(one["ts"] for one in slack.replies() if words in one["text"] and "items" in str(one["metadata"])))


def incident_of(desk: Desk, model: str) -> str:
    """The name of a model's first incident of priority 1."""
    rows = json.loads(desk.run("show", "incidents", model, "--format", "json").out)
    found = next(row for row in rows if row["symptom"] == "avoid")
    return f"{found['fingerprint']}/{found['opened_on']}"


def triage(desk: Desk) -> list[tuple[str, ...]]:
    """Day, kind, target and who of every decision."""
    return [tuple(str(value) for value in row[1:5]) for row in desk.dump()["triage"]]


def test_eyes_acknowledge_from_the_next_day_on(desk: Desk, slack: SlackServer) -> None:
    """The run says so, the incident has a name, the next digest too."""
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)

    ran = desk.run("run", "--day", str(NEW))

    assert ran.code == 0, ran.err
    assert triage(desk) == [(str(NEW), "acknowledge", desk.incident("avoid"), "Anna (U0ANNA0001)")]
    assert (
        "credit avoid Approved above 0.9: acknowledged by Anna (U0ANNA0001) (👀 on the digest of Mon 11 Mar" in ran.out
    )
    assert "acknowledged by Anna (U0ANNA0001)" in str(slack.roots()[-1])
    assert "Anna (U0ANNA0001)" in " ".join(desk.run("show", "incidents").out.split())


def test_eyes_on_a_reply_are_about_that_problem_alone(desk: Desk, busy: SlackServer) -> None:
    """A digest of several problems has a reply for each."""
    busy.react(busy.channel, reply_about(busy, "loan"), "eyes", ANNA.id)

    ran = desk.run("run", "--day", str(NEW))

    assert [row[2] for row in triage(desk)] == [incident_of(desk, "loan")]
    assert "loan avoid Approved above 0.9: acknowledged by Anna (U0ANNA0001) (👀 on a detail of the digest" in ran.out


def test_eyes_on_a_digest_of_several_problems_are_about_all(desk: Desk, busy: SlackServer) -> None:
    """Whoever looks, looks at all of it."""
    busy.react(busy.channel, root(busy), "eyes", ANNA.id)

    desk.run("run", "--day", str(NEW))

    assert {row[2] for row in triage(desk)} >= {incident_of(desk, "credit"), incident_of(desk, "loan")}


def test_a_reaction_is_heard_once(desk: Desk, slack: SlackServer) -> None:
    """Running and telling again change nothing."""
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)
    desk.run("run", "--day", str(NEW))
    before = desk.dump()

    again = desk.run("run", "--day", str(NEW))
    desk.run("digest", "--day", str(NEW))

    assert "acknowledged by" not in again.out.partition("Vitals ·")[0]
    assert desk.dump() == before
    assert len(slack.roots()) == 2


def test_judging_everything_again_gives_the_same_rows(desk: Desk, slack: SlackServer) -> None:
    """Decisions that came from reactions are dated rows like any other."""
    slack.react(slack.channel, root(slack), "white_check_mark", ANNA.id)
    desk.run("run", "--day", str(NEW))
    slack.unreact(slack.channel, root(slack), "white_check_mark", ANNA.id)
    desk.run("run", "--day", str(NEW + timedelta(days=1)))
    before = desk.dump()
    assert len(before["triage"]) == 2

    with sqlite3.connect(desk.store) as connection:
        connection.execute("UPDATE model_state SET dirty_from = ?", (str(FIRST),))
    connection.close()
    desk.run("run", "--day", str(NEW + timedelta(days=1)))

    assert {name: _without_run(rows) for name, rows in desk.dump().items()} == {
        name: _without_run(rows) for name, rows in before.items()
    }


def _without_run(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows without the id of the run that wrote them, which is twelve hex digits."""
    return sorted((tuple(v for v in row if not _is_run(v)) for row in rows), key=repr)


def _is_run(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{12}", value))


def test_a_reaction_that_goes_is_undone(desk: Desk, slack: SlackServer) -> None:
    """It held while days were judged with it; from the next day on it does not."""
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)
    desk.run("run", "--day", str(NEW))
    slack.unreact(slack.channel, root(slack), "eyes", ANNA.id)

    ran = desk.run("digest", "--day", str(NEW))

    assert "taken back by Anna (U0ANNA0001) (👀 is not there any more)" in ran.out
    kinds = [(day, kind) for day, kind, _, _ in triage(desk)]
    assert {kind for day, kind in kinds if day == str(NEW)} == {"acknowledge"}
    assert {kind for day, kind in kinds if day > str(NEW)} == {"withdraw"}


def test_a_reaction_that_goes_before_the_next_day_is_judged_leaves_nothing(desk: Desk, slack: SlackServer) -> None:
    """It was heard by a digest that judged nothing, and is gone at the next run."""
    slack.react(slack.channel, root(slack), "zzz", ANNA.id)
    desk.run("digest", "--day", str(LAST))
    heard = triage(desk)
    slack.unreact(slack.channel, root(slack), "zzz", ANNA.id)

    desk.run("run", "--day", str(NEW))

    assert {kind for _, kind, _, _ in heard} == {"snooze"}
    assert triage(desk) == []


def test_a_check_mark_on_a_digest_of_several_problems_accepts_none(desk: Desk, busy: SlackServer) -> None:
    """Whoever ticks a message off as read accepts nothing as the new normal; the run says where to put it."""
    busy.react(busy.channel, root(busy), "white_check_mark", ANNA.id)

    ran = desk.run("run", "--day", str(NEW))

    assert triage(desk) == []
    assert "✅ by Anna (U0ANNA0001) on the digest of" in ran.out
    assert "is about several problems and holds for none; react in its thread" in ran.out


def test_a_thumb_down_on_a_reply_is_a_false_alarm(desk: Desk, busy: SlackServer) -> None:
    """With any skin tone; the other problems stay."""
    busy.react(busy.channel, reply_about(busy, "loan"), "-1::skin-tone-3", BEN.id)

    desk.run("run", "--day", str(NEW))

    (row,) = triage(desk)
    assert row[1:] == ("false_alarm", incident_of(desk, "loan"), "Ben (U0BEN00002)")
    shown = desk.run("show", "incidents").out
    assert "false alarm, says Ben (U0BEN00002): 👎 on a detail" in " ".join(shown.split())


def test_the_apps_own_emoji_and_others_mean_nothing(desk: Desk, slack: SlackServer) -> None:
    """A party is no decision."""
    slack.react(slack.channel, root(slack), "eyes", slack.app.user)
    slack.react(slack.channel, root(slack), "tada", ANNA.id)

    desk.run("run", "--day", str(NEW))

    assert triage(desk) == []


def test_without_the_scope_nothing_is_heard_and_nothing_said(desk: Desk, slack: SlackServer) -> None:
    """Listening is off: no decision, no word about it, no promise in the digest."""
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)
    slack.scopes = EVERY_SCOPE.replace("reactions:read,", "")

    ran = desk.run("run", "--day", str(NEW))

    assert (ran.code, ran.err, triage(desk)) == (0, "", [])
    assert "👀" in str(slack.roots()[0])
    assert "👀" not in str(slack.roots()[1])


def test_without_names_the_id_says_who(desk: Desk, slack: SlackServer) -> None:
    """`users:read` is a comfort."""
    slack.scopes = EVERY_SCOPE.replace("users:read,", "").replace(",users:read.email", "")
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)

    desk.run("run", "--day", str(NEW))

    assert {who for _, _, _, who in triage(desk)} == {"U0ANNA0001"}


def test_without_history_the_digest_itself_is_still_heard(desk: Desk, slack: SlackServer) -> None:
    """Replies cannot be read then; the first message can."""
    slack.scopes = EVERY_SCOPE.replace("channels:history,", "").replace("groups:history,", "")
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)

    desk.run("run", "--day", str(NEW))

    assert {kind for _, kind, _, _ in triage(desk)} == {"acknowledge"}


def test_slack_out_of_reach_costs_no_monitoring(desk: Desk, slack: SlackServer) -> None:
    """What was said is heard by the next run, from its day on."""
    slack.react(slack.channel, root(slack), "eyes", ANNA.id)
    slack.faults["conversations.replies"] = [Fault(status=429, retry_after="600")]

    ran = desk.run("run", "--day", str(NEW))
    later = desk.run("digest", "--day", str(NEW))

    assert ran.code == 0, ran.err
    assert "acknowledged by Anna" in later.out
    assert [day > str(NEW) for day, _, _, _ in triage(desk)] == [True]
