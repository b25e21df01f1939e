"""Which digest of a day a channel is due: against what it was told, numbered after what stands there, with what did not arrive.

The same content is the same digest, however often it is composed. Refuses to know where news comes from and how it is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from vitals.digest import Digest, ModelNews, Told, compose, told_of
from vitals.digest.content import Note
from vitals.io.charting import charted
from vitals.io.store import Store
from vitals.io.store.digests import DeliveryState, StoredDigest
from vitals.io.unheard import unheard
from vitals.records import Day

_BACK = timedelta(days=70)


def composed_from(
    store: Store, channel: str, day: Day, news_of: Callable[[Told | None], Sequence[ModelNews]]
) -> Digest:
    """Compose the digest of a channel for a day.

    Parameters
    ----------
    news_of : gives the models' news against what the channel was told.

    Returns
    -------
    The digest that stands in the channel when there is nothing else to say; else one with a revision of its own.
    """
    same, revision = _standing(store, channel, day)
    before = _told_before(store, channel, day, same)
    told = told_of(Digest.from_json(before.content)) if before else None
    notes = _delivery_notes(same) if same else unheard(store, channel, before.key.day if before else day - _BACK, day)
    news = news_of(told)
    now = compose(channel, day, news, told, revision, same)
    now = replace(now, notes=(*notes, *now.notes))
    return same if same and same.content_hash == now.content_hash else charted(store, now, news)


def _standing(store: Store, channel: str, day: Day) -> tuple[Digest | None, int]:
    """Give what stands in the channel about a day, perhaps at least, and the number of the revision after it."""
    last = store.digest(channel, day)
    if last is None:
        return None, 1
    failed = last.root is not None and last.root.state is DeliveryState.FAILED  # it never reached anybody
    there = store.told_before(channel, day, last.key.revision) if failed else last
    return Digest.from_json(there.content) if there else None, last.key.revision + (not failed)


def _told_before(store: Store, channel: str, day: Day, same: Digest | None) -> StoredDigest | None:
    """Read what the channel was told before; of a digest that is composed again, what it was composed against."""
    if same is None:
        return store.last_told(channel, day)
    return store.last_told(channel, same.told_on + timedelta(days=1)) if same.told_on else None


def _delivery_notes(digest: Digest) -> tuple[Note, ...]:
    """Give what a digest said of earlier ones: it was so when it was told, whatever was found out since."""
    return tuple(note for note in digest.notes if note.kind == "delivery")
