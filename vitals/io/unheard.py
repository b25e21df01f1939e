"""Earlier digests of a channel that did not arrive, or perhaps did not, as notes of the next one.

The next digest is composed against what surely arrived, so what the others said is told in it. Refuses to know Slack.
"""

from collections.abc import Iterator

from vitals import words
from vitals.digest.content import Note
from vitals.io.store import Store
from vitals.io.store.digests import DeliveryState, StoredDigest
from vitals.records import Day

_NAMED = 3
_REASON = 160


def unheard(store: Store, channel: str, since: Day, before: Day) -> tuple[Note, ...]:
    """Say which digests of since..before (exclusive) did not surely arrive: the newest three, and how many more."""
    found = store.undelivered(channel, since, before)
    more = len(found) - _NAMED
    notes = [Note("delivery", (), text) for text in map(_said, found[-_NAMED:])]
    if more > 0:
        notes.insert(0, Note("delivery", (), f"{words.count(more, 'earlier digest')} did not arrive either"))
    return tuple(notes)


def _said(stored: StoredDigest) -> str:
    return "".join(_parts(stored))


def _parts(stored: StoredDigest) -> Iterator[str]:
    root = stored.root
    perhaps = "" if root is not None and root.state is DeliveryState.FAILED else "perhaps "
    reason = root.error.split(";")[0] if root and root.error else "the run was killed while it was sent"
    yield f"revision {stored.key.revision} of " if stored.key.revision > 1 else ""
    yield f"the digest of {words.short_day(stored.key.day)} {perhaps}did not arrive: {words.visible(reason, _REASON)}; "
    yield "what it said is told here"
