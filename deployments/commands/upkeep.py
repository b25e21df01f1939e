"""`vitals upgrade` and `vitals prune`: the store's schema and its size."""

from contextlib import closing

from deployments.commands.common import say
from tasks.world import now
from vitals import words
from vitals.io.settings import Settings
from vitals.io.store import Store


def upgrade(settings: Settings) -> None:
    """Bring the tables to the schema of this version."""
    with closing(Store(settings.store_url.get_secret_value(), now, "upgrade")) as store:
        store.upgrade()
        say(f"{store.place} has the schema of this version")


def prune(settings: Settings, keep_days: int) -> None:
    """Delete rows older than `keep_days`."""
    with closing(Store(settings.store_url.get_secret_value(), now, "prune")) as store:
        deleted = sum(store.prune(now().date(), keep_days).values())
    say(f"{words.count(deleted, 'row')} older than {words.count(keep_days, 'day')} deleted")
