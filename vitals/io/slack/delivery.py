"""Delivering a digest: every message has an intent row before it is posted, and none is posted twice.

What the channel cannot tell is sent again, marked as a possible repeat, when it holds priority 1; else it is left
`unclear` and said so in the next digest.
"""

from collections.abc import Callable
from dataclasses import replace

from vitals.digest import Digest
from vitals.io.slack.client import Slack
from vitals.io.slack.log import DeliveryLog, Receipt
from vitals.io.slack.parcel import Parcel
from vitals.io.slack.root import deliver_root, known_receipt
from vitals.io.slack.thread import deliver_thread
from vitals.io.store.digests import ROOT, DeliveryState
from vitals.render.messages import SlackMessage


def deliver(
    log: DeliveryLog,
    slack: Slack,
    digest: Digest,
    message: SlackMessage,
    *,
    fallback: str | None = None,
    guard: Callable[[], None] = lambda: None,
    may_post: bool = True,
) -> Receipt:
    """Post a digest, or edit the one of the same day, and put its details into the thread.

    Parameters
    ----------
    fallback : id of the channel for what its own does not take.
    guard : called before every post; raises when another process delivers by now.
    may_post : False only looks for a root that was perhaps posted; its thread is completed when it is there.

    Returns
    -------
    A receipt; a digest that was sent before is not posted again, and missing details of it are.

    Raises
    ------
    NotifyError : Slack refused, or could not be reached, or its reply stays unknown; the message names the remedy.
        The rows say how far it came, and delivering again goes on from there.
    """
    parcel = Parcel(log, slack, digest, message, fallback, guard)
    known = parcel.intend()
    if known and known.state in {DeliveryState.PRINTED, DeliveryState.SENT}:
        root = known_receipt(known)
    else:
        with parcel.row(ROOT):
            root = deliver_root(parcel, known, may_post=may_post)
    if not root.place or not root.to_come:
        return root
    trouble, again = deliver_thread(parcel, root.place, root.level)
    if not again:
        log.confirm(*parcel.key, root.place.ts, root.place.channel_id, level=root.level)
    return replace(root, words=f"{root.words}; {trouble}" if trouble else root.words, to_come=again)
