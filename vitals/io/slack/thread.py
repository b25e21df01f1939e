"""What a root could not hold, in its thread: what a revision changed, replies in order, files. Each once.

A thread that takes no replies is said in one line at the channel's top level. The digest counts as sent without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vitals.io.slack.client import Posted
from vitals.io.slack.files import share_files
from vitals.io.slack.log import FULL, NO_PICTURES, TEXT
from vitals.io.slack.parcel import Parcel, Part, plain
from vitals.io.slack.refusals import EDIT, PAYLOAD, THREAD, RefusedError, UnreadableError
from vitals.io.store.digests import DeliveryState
from vitals.render import notices
from vitals.render.messages import SlackMessage

_PACE_S = 1.0  # Slack takes about one message a second in a channel


def deliver_thread(parcel: Parcel, root: Posted, level: str) -> tuple[str, bool]:
    """Put the rest of a digest under its root.

    Returns
    -------
    A sentence about what is missing ('' for nothing), and whether another attempt may add it.

    Raises
    ------
    NotifyError : Slack is out of reach, or refuses for another reason than thread or payload; rows say how far it came.
    """
    return _Thread(parcel, root, level).run()


@dataclass(frozen=True, slots=True)
class _Reply:
    """One reply: its row, how it is found again, and the message of an earlier revision that it takes the place of."""

    step: str
    part: Part
    said: SlackMessage
    instead_of: Posted | None = None


@dataclass(frozen=True, slots=True)
class _Thread:
    parcel: Parcel
    root: Posted
    level: str
    doubts: list[UnreadableError] = field(default_factory=list)

    def run(self) -> tuple[str, bool]:
        try:
            self._replies()
        except RefusedError as error:
            if error.code not in THREAD:
                raise
            self._aside()
            return f"its details are not in the thread: {error}", False
        missing, again = share_files(self.parcel, self.root, pictures=self.level in {NO_PICTURES, TEXT})
        doubt = f"its details are perhaps not all in the thread: {self.doubts[0]}" if self.doubts else ""
        return "; ".join(filter(None, (doubt, missing))), again or bool(doubt)

    def _replies(self) -> None:
        """Put every reply there; as text from where Slack refuses the blocks of one."""
        earlier = self._earlier()
        if earlier is not None:
            self._put(_Reply("note", "note", notices.change_note(self.parcel.digest)))
        if self.level == TEXT:
            self._as_text(first=1)
            return
        try:
            for reply in self._parts(earlier or {}):
                self._put(reply)
        except RefusedError as error:
            if error.code not in PAYLOAD:
                raise
            self._as_text(first=0)

    def _parts(self, earlier: Mapping[str, Posted]) -> Iterator[_Reply]:
        """Give the replies of this revision, then those of the one before it that have no successor."""
        ours = [(f"thread-{number:03}", number, said) for number, said in enumerate(self.parcel.message.thread, 1)]
        for step, number, said in ours:
            yield _Reply(step, number, said, earlier.get(step))
        gone = [step for step in earlier if step.startswith("thread-") and step not in {one[0] for one in ours}]
        for step in gone:
            yield _Reply(step, step, notices.withdrawn(self.parcel.digest), earlier[step])

    def _as_text(self, first: int) -> None:
        for piece in range(first, len(self.parcel.message.plain)):
            name = f"text-{piece + 1:03}"
            self._put(_Reply(name, name, plain(self.parcel.message, piece)))

    def _earlier(self) -> Mapping[str, Posted] | None:
        """Give the replies under this root that an earlier revision made, by step; None when no root was edited."""
        told = self.parcel.log.told_before(*self.parcel.key) if self.parcel.digest.revision > 1 else None
        if told is None or told.root is None or told.root.ts != self.root.ts:
            return None
        return {
            one.step: Posted(one.channel_id, one.ts)
            for one in told.deliveries
            if one.state is DeliveryState.SENT and one.step.startswith("thread-") and one.ts and one.channel_id
        }

    def _put(self, reply: _Reply) -> None:
        """Put one reply into the thread unless it is there."""
        known = self.parcel.intend(reply.step)
        if known and known.state is DeliveryState.SENT:
            return
        try:
            with self.parcel.row(reply.step):
                place = self._look(reply) if known else None
                if place is None:
                    self.parcel.slack.sleep(_PACE_S)
                    place = self._edit(reply) or self._post(reply)
        except UnreadableError as error:  # perhaps there: neither repeated nor a reason to keep the others back
            self.doubts.append(error)
            return
        self.parcel.log.confirm(*self.parcel.key, place.ts, place.channel_id, level=self.level, step=reply.step)

    def _look(self, reply: _Reply) -> Posted | None:
        try:
            return self.parcel.find(self.root.channel_id, reply.part, self.root.ts)
        except RefusedError as error:
            raise UnreadableError(str(error)) from None

    def _edit(self, reply: _Reply) -> Posted | None:
        """Let the reply of an earlier revision say this instead; None when there is none, or it cannot be edited."""
        if reply.instead_of is None:
            return None
        try:
            return self.parcel.update(reply.instead_of, reply.said, reply.part)
        except RefusedError as error:
            if error.code not in EDIT:
                raise
        return None

    def _post(self, reply: _Reply) -> Posted:
        return self.parcel.post(self.root.channel_id, reply.said, reply.part, FULL, self.root.ts)

    def _aside(self) -> None:
        """Say at the top level where the details are, once."""
        known = self.parcel.intend("aside")
        if known and known.state is DeliveryState.SENT:
            return
        with self.parcel.row("aside"):
            place = self.parcel.find(self.root.channel_id, "aside") if known else None
            if place is None:
                said = notices.without_thread(self.parcel.digest)
                place = self.parcel.post(self.root.channel_id, said, "aside")
        self.parcel.log.confirm(*self.parcel.key, place.ts, place.channel_id, step="aside")
