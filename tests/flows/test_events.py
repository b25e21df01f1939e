"""Events and the heartbeat: what automations and a dead-man's switch get to know, and what they never do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from pydantic import SecretStr

from tests.digest import samples
from tests.switch import Switch, switched_on
from vitals.io import heartbeat
from vitals.io.telling import Delivered


@pytest.fixture
def switch() -> Iterator[Switch]:
    """A dead-man's switch that is in trouble twice."""
    with switched_on(500, 503) as there:
        yield there


def test_the_heartbeat_is_tried_three_times(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two errors are overcome by the third try."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert heartbeat.beat(SecretStr(switch.url), sleep=lambda _: None)
    assert switch.asked == ["/ping/s3cret-path"] * 3


def test_a_dead_switch_is_a_warning_that_does_not_say_its_address(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens: False, and no secret in the log."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert not heartbeat.beat(SecretStr("http://127.0.0.1:9/s3cret-path"), sleep=lambda _: None)
    assert "did not answer" in caplog.text
    assert "s3cret" not in caplog.text


def test_the_switch_is_asked_only_when_everybody_was_told() -> None:
    """One channel that was not reached, one that perhaps was not, or nothing to tell: silence, so that its owner looks."""
    told = Delivered(samples.quiet(), "", "sent to C1")
    perhaps = replace(told, arrived=False)

    assert heartbeat.deserved([told, told], [])
    assert not heartbeat.deserved([told], ["C2"])
    assert not heartbeat.deserved([told, perhaps], [])
    assert not heartbeat.deserved([], [])


@pytest.mark.prefect
def test_an_incident_is_one_event_with_an_id_made_from_what_it_says() -> None:
    """The same digest gives the same ids; another day other ones; what is for information gives none."""
    from tasks import events

    digest = samples.busy()

    first, again = list(events.opened(digest)), list(events.opened(digest))

    assert first
    assert [one.id for one in first] == [one.id for one in again]
    assert {one.name for one in first} <= {"vitals.incident.opened", "vitals.incident.worsened"}
    assert all(one.resource["prefect.resource.id"].startswith("vitals.incident.") for one in first)
    assert all(isinstance(value, str) for one in first for value in one.resource.values())
    other = events.opened(replace(digest, day=date(2031, 1, 1)))
    assert {one.id for one in other}.isdisjoint(one.id for one in first)


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_event_that_the_server_has_is_not_sent_again(prefect_server: str) -> None:
    """A run that is repeated pages nobody twice."""
    import time

    from prefect import flow

    from tasks import events

    assert prefect_server
    announced = flow(events.announce, name="announced", log_prints=False)
    digest = replace(samples.busy(), day=date(2032, 2, 2))
    first = announced(digest)
    for _ in range(100):
        if events._known([one.id for one in events.opened(digest)]):
            break
        time.sleep(0.2)

    assert first > 0
    assert announced(digest) == 0
