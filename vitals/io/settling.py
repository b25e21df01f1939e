"""Waiting until nobody works on the models that a channel is about to be told of, and what to do when that takes long.

A backfill that collides with daily runs changes what is known from moment to moment; each state of it would be a
revision of the same digest. Refuses to know how digests are delivered.
"""

import logging
import time
from collections.abc import Sequence

from vitals.digest import Digest, escalates
from vitals.io.store import Store
from vitals.io.store.lease import WAIT_S
from vitals.spec import Model

_LOG = logging.getLogger(__name__)
_WAITING = logging.getLogger("vitals.waiting")
_POLL_S = 0.25


def settled(store: Store, models: Sequence[Model], wait_s: float = WAIT_S) -> str | None:
    """Wait until nobody works on any of the models; gives who still does when that lasts longer."""
    until, said = time.monotonic() + wait_s, ""
    while worker := _worker(store, models):
        now = time.monotonic()
        if now >= until:
            return worker
        if worker != said:
            _WAITING.warning("%s; its digest waits up to %g s for that", worker, wait_s)
            said = worker
        time.sleep(_POLL_S)
    return None


def kept_back(store: Store, digest: Digest, worker: str) -> Digest:
    """Give the digest that stands instead of a revision that calls nobody: a later run tells the last state at once."""
    stored = store.told_before(digest.channel, digest.day, digest.revision)
    if stored is None:
        return digest
    standing = Digest.from_json(stored.content)
    if escalates(digest, standing):
        return digest
    _LOG.warning("%s: revision %d of %s is left to a later run", worker, digest.revision, digest.key)
    return standing


def _worker(store: Store, models: Sequence[Model]) -> str | None:
    for model in models:
        if owner := store.at_work(model.name):
            return f"{model.name} is being worked on by {owner}"
    return None
