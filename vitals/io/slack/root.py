"""The root of a digest: found, edited or posted, in its channel or in the fallback, in the fullest form Slack takes."""

from dataclasses import dataclass, replace

from vitals.digest import Digest, escalates
from vitals.errors import NotifyError
from vitals.io.slack.client import Posted
from vitals.io.slack.files import upload_pictures
from vitals.io.slack.log import FULL, NO_PICTURES, TEXT, Receipt
from vitals.io.slack.parcel import LOG, Parcel, Rung, as_text, step_down, with_pictures
from vitals.io.slack.refusals import EDIT, NOT_IN_CHANNEL, RefusedError, TakenOverError, UnreadableError
from vitals.io.store.digests import Delivery, DeliveryState, StoredDigest
from vitals.render import notices
from vitals.render.messages import SlackMessage

TO_COME = "its thread is still to come"


def deliver_root(parcel: Parcel, known: Delivery | None, *, may_post: bool) -> Receipt:
    """Find the root if it was perhaps posted, else edit the revision before it, else post it.

    Parameters
    ----------
    known : what its row says; None when it may be posted without a look. may_post : else it is only looked for.
    """
    return _Root(parcel).run(known, may_post=may_post)


@dataclass(frozen=True, slots=True)
class _Root:
    parcel: Parcel

    def run(self, known: Delivery | None, *, may_post: bool) -> Receipt:
        try:
            found = self.parcel.find_root() if known else None
        except RefusedError as error:
            return self._unknown(str(error), may_post=may_post)
        if found:
            level = str(found.payload.get("level") or FULL)
            return self._confirmed(found, level, f"found in {found.channel_id}, sent before")
        if not may_post:
            why = f"it is not in {self.parcel.digest.channel}"
            self.parcel.log.fail(*self.parcel.key, why)
            return Receipt(DeliveryState.FAILED, why)
        try:
            return self._revised() or self._posted(self.parcel.message)
        except UnreadableError as error:
            return self._unknown(str(error), may_post=may_post)

    def _posted(self, message: SlackMessage) -> Receipt:
        """Post in the digest's channel, else in the fallback."""
        channel, fallback = self.parcel.digest.channel, self.parcel.fallback
        refused = None
        for _ in range(2):
            try:
                return self._posted_in(channel, message)
            except RefusedError as error:
                if not error.is_of_place:
                    raise
                refused = error
            if refused.code != NOT_IN_CHANNEL or not self.parcel.slack.join(channel):
                break
        if refused is None or fallback is None or fallback == channel:
            raise refused or AssertionError
        LOG.warning("the digest of %s goes to %s: %s", channel, fallback, refused)
        elsewhere = notices.meant_for(message, channel, refused.code)
        return self._posted_in(fallback, elsewhere, f" in place of {channel}, which did not take it ({refused})")

    def _posted_in(self, channel: str, message: SlackMessage, why: str = "") -> Receipt:
        place, level, less = step_down(
            self._rungs(message), lambda said, level: self.parcel.post(channel, said, 0, level)
        )
        return self._confirmed(place, level, f"sent to {place.channel_id}{_how(level, less)}{why}")

    def _revised(self) -> Receipt | None:
        """Edit the message of the revision before; None when there is none.

        An edit calls nobody, so a revision with a new or worse symptom is a message of its own, which links the old one.
        """
        digest = self.parcel.digest
        earlier = self._earlier() if digest.revision > 1 else None
        place = _place(earlier)
        if earlier is None or place is None:
            return None
        if not escalates(digest, Digest.from_json(earlier.content)):
            try:
                return self._edited(place, notices.revised(self.parcel.message, digest))
            except RefusedError as error:
                if error.code not in EDIT:
                    raise
            if found := self._edited_before():
                return found
        address = self.parcel.slack.permalink(place)
        return self._posted(notices.revised(notices.linked(self.parcel.message, place.ts, address), digest))

    def _edited(self, place: Posted, message: SlackMessage) -> Receipt:
        if place.channel_id != self.parcel.digest.channel:
            message = notices.meant_for(message, self.parcel.digest.channel)
        edited, level, less = step_down(
            self._rungs(message), lambda said, level: self.parcel.update(place, said, 0, level)
        )
        return self._confirmed(edited, level, f"edited in {edited.channel_id}{_how(level, less)}")

    def _edited_before(self) -> Receipt | None:
        """Find the edit of which Slack said first nothing and then that it is too late for it."""
        try:
            found = self.parcel.find_root()
        except RefusedError:
            return None
        level = str(found.payload.get("level") or FULL) if found else FULL
        return self._confirmed(found, level, f"edited in {found.channel_id}") if found else None

    def _earlier(self) -> StoredDigest | None:
        """Give the earlier revision that is in the channel; one that was perhaps posted is looked for and confirmed."""
        told = self.parcel.log.told_before(*self.parcel.key)
        if told:
            return told
        try:
            found = self.parcel.find_root(any_revision=True)
        except RefusedError:
            return None
        if found is None:
            return None
        revision = int(found.payload["rev"])
        level = str(found.payload.get("level") or FULL)
        self.parcel.log.confirm(*self.parcel.key[:2], revision, found.ts, found.channel_id, level=level)
        return self.parcel.log.told_before(*self.parcel.key)

    def _unknown(self, why: str, *, may_post: bool) -> Receipt:
        """Decide what to do with a root of which nobody can know whether it was posted."""
        digest = self.parcel.digest
        if digest.count(1) == 0 or not may_post:
            self.parcel.log.unclear(*self.parcel.key, why)
            words = f"perhaps sent to {digest.channel}, which cannot be looked up: {why}"
            return Receipt(DeliveryState.UNCLEAR, words)
        try:
            receipt = self._posted(notices.repeated(self.parcel.message))
        except TakenOverError:
            raise
        except NotifyError as error:  # of the first copy nothing is known, whatever became of the second
            message = f"{why}; sending it again: {error}"
            raise UnreadableError(message) from error
        return replace(receipt, words=f"{receipt.words}; a possible repeat")

    def _rungs(self, message: SlackMessage) -> list[Rung]:
        """Give the forms to try, fullest first."""
        if not any(file.in_root for file in message.files):
            return [(FULL, message), as_text(message)]
        ids = upload_pictures(self.parcel)
        full: list[Rung] = [(FULL, with_pictures(message, ids))] if ids else []
        return [*full, (NO_PICTURES, with_pictures(message, {})), as_text(message)]

    def _confirmed(self, place: Posted, level: str, words: str) -> Receipt:
        message = self.parcel.message
        rest = message.plain[1:] if level == TEXT else message.thread
        more = bool(rest or message.files or self.parcel.digest.revision > 1)
        to_come = TO_COME if more else None
        self.parcel.log.confirm(*self.parcel.key, place.ts, place.channel_id, level=level, to_come=to_come)
        return Receipt(DeliveryState.SENT, words, place, level, to_come=more)


def known_receipt(known: Delivery) -> Receipt:
    """Say what became of a root that is in the channel or was printed."""
    if known.state is DeliveryState.PRINTED:
        return Receipt(known.state, "was printed before; not sent")
    place = Posted(known.channel_id, known.ts) if known.channel_id and known.ts else None
    return Receipt(known.state, "was sent before", place, known.level or FULL, to_come=known.error is not None)


def _place(stored: StoredDigest | None) -> Posted | None:
    root = stored.root if stored else None
    return Posted(root.channel_id, root.ts) if root and root.channel_id and root.ts else None


def _how(level: str, less: str) -> str:
    if level == FULL:
        return ""
    return f" as {level}, {less}" if less else f" with {level}" if level == NO_PICTURES else f" as {level}"
