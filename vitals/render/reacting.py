"""What a Slack message says of reactions, and a reply per problem to put them under.

A digest of one problem is reacted to itself. Of several, what changes what is learnt needs a message about one problem:
so each card gets a reply of one line, which names its incidents in its metadata.
"""

from dataclasses import replace

from vitals import words
from vitals.digest import reactions
from vitals.digest.content import Digest, Item
from vitals.digest.reactions import SHOWN, named, told_in_root
from vitals.render.blocks import MOST_BLOCKS, MOST_BYTES, context, escaped, fitting, metadata, rich, size
from vitals.render.cards import one_line
from vitals.render.messages import SlackMessage

MOST_REPLIES = 10
_LOOK = f"{SHOWN['eyes']} I look at it · {SHOWN['zzz']} not for {reactions.SNOOZE_DAYS} days"
_LEARN = f"{SHOWN['white_check_mark']} the new normal · {SHOWN['-1']} a false alarm"


def with_reactions(message: SlackMessage, digest: Digest) -> SlackMessage:
    """Add what a reaction means, and where there are several problems a reply for each, at most ten.

    A digest without problems stays as it is; the small print is left out where it does not fit.
    """
    problems = told_in_root(digest)
    if not problems:
        return message
    several = len(problems) > 1
    cards = [item for item in digest.items if item.incidents in problems] if several else []
    replies = tuple(_reply(digest, item) for item in cards[:MOST_REPLIES])
    where = f"React here for all of these: {_LOOK}. To one alone, in the thread: {_LEARN}, too."
    print_ = context([where if several else f"React: {_LOOK} · {_LEARN}"])
    fits = len(message.blocks) < MOST_BLOCKS and size(message.blocks) + size(print_) + 2 <= MOST_BYTES
    blocks = (*message.blocks, print_) if fits else message.blocks
    return replace(message, blocks=blocks, thread=(*replies, *message.thread))


def _reply(digest: Digest, item: Item) -> SlackMessage:
    """Give one problem in a line, to react to."""
    about = named((item.incidents,))
    name = dict(metadata(digest.key, digest.revision, 0))
    name["event_payload"] = {**name["event_payload"], **about}
    said = escaped(words.visible(f"P{item.priority} {item.place} · {item.title}: {item.statement}", 700))
    small = context([f"React to this alone: {_LOOK} · {_LEARN}"])
    return SlackMessage(fitting([said]), (rich(one_line(item, advice=False)), small), name)
