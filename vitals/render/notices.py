"""Lines that a message gets on its way: that it is revised, perhaps a repeat, worse than another, or meant for elsewhere.

They stand right under the headline, in the blocks, in the text alone and in what a notification shows. Whether one is
due is known only while delivering; this module knows how to say it.
"""

from dataclasses import replace
from datetime import UTC, datetime

from vitals import words
from vitals.digest.content import Digest
from vitals.render import phrases
from vitals.render.blocks import Block, bullets, context, escaped, fitting, link, metadata, rich, section, text
from vitals.render.messages import SlackMessage

_MOST_TEXT = 3_950  # bytes; an edit of more than 4,000 is refused
REPEAT = "Possible repeat: Slack did not say whether this was posted before."


def repeated(message: SlackMessage) -> SlackMessage:
    """Mark a message that perhaps stands in the channel already."""
    return _headed(message, "Possible repeat", REPEAT)


def revised(message: SlackMessage, digest: Digest) -> SlackMessage:
    """Mark a message whose day was judged again: Slack shows no sign of an edit."""
    changes = list(digest.changed)
    told = "; ".join(changes) if len(changes) == 1 else words.count(len(changes), "change") if changes else ""
    note = f"Revised: {words.short_day(digest.day)} was judged again" + (f"; {told}" if told else "")
    return _headed(message, "Revised", note)


def meant_for(message: SlackMessage, channel: str, why: str = "") -> SlackMessage:
    """Say for which channel a message in the fallback channel was meant."""
    note = f"Meant for {channel}, which did not take it" + (f" ({why})." if why else ".")
    return _headed(message, f"For {channel}", note)


def linked(message: SlackMessage, earlier_ts: str, address: str) -> SlackMessage:
    """Point to the message of the same day that stands in the channel and says less.

    Parameters
    ----------
    address : of that message; '' where it is not known, then its hour is named.
    """
    note = f"This replaces the message of {hour(earlier_ts)}."
    safe = phrases.web_link(address) if address else ""
    if not safe:
        return _headed(message, "", note)
    block = rich(section([text("This replaces the "), link(safe, f"message of {hour(earlier_ts)}"), text(".")]))
    return _headed(message, "", note, block)


def change_note(digest: Digest) -> SlackMessage:
    """Say in the thread what a revision changed."""
    head = f"Revision {digest.revision} changed:"
    lines = [words.visible(one, 400) for one in digest.changed] or ["numbers alone, no problem"]
    block = rich(section([text(head)]), bullets([section([text(one)]) for one in lines]))
    said = fitting([head, *(escaped(f"• {one}") for one in lines)], _MOST_TEXT)
    return SlackMessage(said, (block,), metadata(digest.key, digest.revision, 0))


def withdrawn(digest: Digest) -> SlackMessage:
    """Take the place of a reply that the revision does not need any more."""
    note = f"Revision {digest.revision} has no such part any more."
    return SlackMessage(note, (context([note]),), metadata(digest.key, digest.revision, 0))


def without_thread(digest: Digest) -> SlackMessage:
    """Say at the channel's top level where the details are that no thread took."""
    day = digest.day.isoformat()
    note = f"The thread of the digest of {day} takes no replies; its details: vitals digest --day {day} --as-sent"
    return SlackMessage(note, (context([note]),), metadata(digest.key, digest.revision, 0))


def hour(ts: str) -> str:
    """Give the hour of a message by its timestamp.

    >>> hour("1377259200.000001")
    '12:00 UTC'
    """
    return f"{datetime.fromtimestamp(float(ts), UTC):%H:%M} UTC"


def _headed(message: SlackMessage, mark: str, note: str, block: Block | None = None) -> SlackMessage:
    """Put a notice under the headline, and its mark before what a notification shows."""
    shown = words.visible(note, 300)
    head, rest = message.blocks[:1], message.blocks[1:]
    blocks = (*head, block or context([shown]), *rest) if message.blocks else ()
    first, *others = message.text.split("\n")
    lead = f"{mark} · {first}" if mark else first
    plain = _plain(message.plain, escaped(shown))
    return replace(message, text=fitting([lead, escaped(shown), *others], _MOST_TEXT), blocks=blocks, plain=plain)


def _plain(pieces: tuple[str, ...], note: str) -> tuple[str, ...]:
    return (f"{note}\n{pieces[0]}", *pieces[1:]) if pieces else ()
