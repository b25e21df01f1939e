"""Old days go; what a later replay or digest needs stays."""

from datetime import date, timedelta

from vitals.records import TransitionKind, Triage, TriageKind

MODEL = "flight_late"
TODAY = date(2014, 9, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def judge(store, from_day, judged, incidents):
    with store.lease(MODEL, "judge") as lease:
        store.replace_judgement(MODEL, from_day, judged, incidents, lease)


def test_days_older_than_asked_for_go(store, make):
    """The day exactly at the limit stays, the one before goes, with all its rows."""
    for days in (402, 401, 400, 1):
        store.replace(make.observation(ago(days)), "spec-1")

    dropped = store.prune(TODAY, keep_days=400)

    assert (dropped["partition"], dropped["profile"], dropped["measurement"], dropped["validation"]) == (2, 6, 48, 2)
    assert list(store.observed(MODEL, ago(999), TODAY)) == [ago(400), ago(1)]
    assert store.prune(TODAY, keep_days=400) == dict.fromkeys(dropped, 0)


def test_open_incidents_keep_all_their_rows(store, make):
    """An incident open for more than 400 days is still rebuilt from its first day; a long resolved one is gone."""
    old, done = ago(500), ago(490)
    parts = [
        make.judged(
            old,
            make.finding(old),
            make.transition(old, TransitionKind.OPENED, old),
            make.finding(old, "wind_speed"),
            make.transition(old, TransitionKind.OPENED, old, "wind_speed"),
            make.drift(old),
        ),
        make.judged(done, make.transition(done, TransitionKind.RESOLVED, old, "wind_speed")),
    ]
    lasting = make.incident(old)
    judge(store, old, parts, [lasting, make.incident(old, "wind_speed", resolved_on=done, reason="quiet")])

    dropped = store.prune(TODAY, keep_days=400)

    assert {name: dropped[name] for name in ("drift", "finding", "incident", "transition")} == {
        "drift": 1,
        "finding": 1,
        "incident": 1,
        "transition": 2,
    }
    assert list(store.past(MODEL, TODAY, ago(10)).incidents) == [lasting]


def test_decisions_and_the_last_digest_stay(store):
    """What people decided is never dropped, nor what a channel was told last."""
    store.decide(Triage(MODEL, ago(900), TriageKind.BAD_DAY, "2012-01-01", "Lina", "strike"))
    for days in (700, 600):
        store.intend("C1", ago(days), 0, "{}", "hash")
        store.confirm("C1", ago(days), 0, ts="1", channel_id="C1")

    dropped = store.prune(TODAY)

    assert (dropped["digest"], dropped["delivery"]) == (1, 1)
    assert store.last_told("C1", TODAY).key.day == ago(600)
    assert len(store.triage(MODEL)) == 1
