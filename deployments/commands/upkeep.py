"""`vitals upgrade` and `vitals prune`: the store's schema and its size."""

from deployments.commands.common import say
from tasks.world import now
from vitals import words
from vitals.io.settings import Settings
from vitals.io.store import Store


def upgrade(settings: Settings) -> None:
    """Bring the tables to the schema of this version."""
    store = Store(settings.store_url.get_secret_value(), now, "upgrade")
    store.upgrade()
    say(f"{store.place} has the schema of this version")


def prune(settings: Settings, keep_days: int) -> None:
    """Delete rows older than `keep_days`."""
    store = Store(settings.store_url.get_secret_value(), now, "prune")
    deleted = sum(store.prune(now().date(), keep_days).values())
    say(f"{words.count(deleted, 'row')} older than {words.count(keep_days, 'day')} deleted")
