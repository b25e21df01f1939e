"""`vitals upgrade` and `vitals prune`: the store's schema and its size."""

from deployments.commands.common import say
from tasks.world import now
from vitals import words
from vitals.io.settings import Settings
from vitals.io.store import Store


def upgrade(settings: Settings) -> None:
    """Bring the tables to the schema of this version."""
    reached = Store.upgrade(settings.store_url.get_secret_value())
    say(f"the store is at schema {reached}")


def prune(settings: Settings, keep_days: int) -> None:
    """Delete rows older than `keep_days`."""
    with Store(settings.store_url.get_secret_value(), now, "prune") as store:
        deleted = store.prune(keep_days, now().date())
    say(f"{words.count(deleted, 'row')} older than {words.count(keep_days, 'day')} deleted")
