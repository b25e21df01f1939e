"""A day is told when nobody works on its models any more; what lasts long only keeps back revisions that call nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.digest import samples
from vitals.digest import Digest
from vitals.io import settling
from vitals.io.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store(f"sqlite:///{tmp_path / 'vitals.db'}", lambda: datetime(2013, 8, 23, 12, tzinfo=UTC), "run")
    yield opened
    opened.close()


def tell(store: Store, digest: Digest) -> None:
    """Write that a digest was told."""
    store.intend(digest.channel, digest.day, digest.revision, digest.to_json(), digest.content_hash)
    store.printed(digest.channel, digest.day, digest.revision)


def test_work_on_any_model_is_waited_for(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Who it is is said once; when it ends, telling goes on."""
    models, begun, end = [one.model for one in (samples.quiet_news(),)], Event(), Event()

    def work() -> None:
        with store.announce(models[0].name, "backfill on host-7, process 4711"):
            begun.set()
            end.wait(20)

    worker = Thread(target=work)
    worker.start()
    assert begun.wait(20)
    still = settling.settled(store, models, wait_s=0.6)
    end.set()

    assert still == f"{models[0].name} is being worked on by backfill on host-7, process 4711"
    assert settling.settled(store, models, wait_s=20) is None
    worker.join()
    said = [one.getMessage() for one in caplog.records if one.name == "vitals.waiting"]
    assert said[0] == f"{still}; its digest waits up to 0.6 s for that"
    assert len(said) <= 2  # the second wait may have seen it, too


def test_a_revision_that_calls_nobody_is_kept_back(store: Store) -> None:
    """What stands in the channel is given instead; a first digest is never kept back."""
    first = samples.busy()
    second = replace(first, revision=2, quiet=not first.quiet)

    assert settling.kept_back(store, first, "a backfill works") == first
    tell(store, first)
    assert settling.kept_back(store, second, "a backfill works") == first


def test_a_revision_with_a_new_priority_1_is_not_kept_back(store: Store) -> None:
    """Somebody must look at once, whoever works."""
    quiet, busy = samples.quiet(), samples.busy()
    second = replace(busy, revision=2, channel=quiet.channel, day=quiet.day)
    tell(store, quiet)

    assert settling.kept_back(store, second, "a backfill works") == second
