"""Delivering a digest: every message has an intent row before it is posted, and none is posted twice.

A row that is `intended` or `unclear` means: perhaps posted, so the channel is asked first. What the channel cannot
tell is sent again, marked as a possible repeat, when it holds priority 1; else it is left `unclear` and said so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vitals.digest import Digest, escalates
from vitals.errors import NotifyError
from vitals.io.slack.client import Posted, Slack
from vitals.io.slack.log import FULL, TEXT, DeliveryLog, Receipt
from vitals.io.slack.refusals import EDIT, PAYLOAD, THREAD, RefusedError, UnclearError
from vitals.io.store.digests import ROOT, Delivery, DeliveryState, StoredDigest
from vitals.records import Day
from vitals.render.slack import SlackMessage, repeated

_ATTEMPTS = 3
_PAUSE_S = 2.0
_PACE_S = 1.0  # Slack takes about one message a second in a channel


def deliver(log: DeliveryLog, slack: Slack, digest: Digest, message: SlackMessage) -> Receipt:
    """Post a digest, or edit the one of the same day, and put its details into the thread.

    Returns
    -------
    A receipt; a digest that was sent before is not posted again, and missing details of it are.

    Raises
    ------
    NotifyError : Slack refused, or could not be reached, or its reply stays unknown; the message names the remedy.
        The rows say how far it came, and delivering again goes on from there.
    """
    return _Delivering(log, slack, digest, message).run()


@dataclass(frozen=True, slots=True)
class _Part:
    """One message to post: the step names its row, `number` is 0 for the root."""

    step: str
    number: int
    message: SlackMessage
    thread_ts: str | None = None


class _UnreadableError(Exception):
    """A reply was lost, and the channel cannot be read to find out."""

    def __init__(self, why: RefusedError) -> None:
        self.why = why
        super().__init__(str(why))


@dataclass(frozen=True, slots=True)
class _Delivering:
    log: DeliveryLog
    slack: Slack
    digest: Digest
    message: SlackMessage

    def run(self) -> Receipt:
        earlier = self.log.digest(self.digest.channel, self.digest.day)
        known = self._intend(ROOT)
        if known and known.state is DeliveryState.PRINTED:
            return Receipt(known.state, "was printed before; not sent")
        if known and known.state is DeliveryState.SENT:
            root = Receipt(known.state, "was sent before", _place(known), known.level or FULL)
        else:
            with _Row(self, ROOT):
                root = self._root(known, earlier)
        trouble = self._thread(root) if root.place else ""
        return replace(root, words=f"{root.words}; {trouble}") if trouble else root

    def _root(self, known: Delivery | None, earlier: StoredDigest | None) -> Receipt:
        """Find the root if it was perhaps posted, else edit the revision before it, else post it."""
        part = _Part(ROOT, 0, self.message)
        try:
            found = self._find(part) if known else None
        except RefusedError as error:
            return self._unknown(part, error)
        if found:
            return self._confirmed(found, FULL, f"found in {found.channel_id}, sent before")
        edited = self._revise(earlier) if self.digest.revision > 1 else None
        if edited:
            return edited
        try:
            return self._sent(part)
        except _UnreadableError as error:
            return self._unknown(part, error.why)

    def _sent(self, part: _Part) -> Receipt:
        """Post the root in full, or as text when Slack refuses its blocks."""
        try:
            place = self._post(part)
        except RefusedError as error:
            if error.code not in PAYLOAD:
                raise
            plain = replace(part, message=SlackMessage(self.message.plain[0], (), self.message.metadata))
            place = self._post(plain)
            words = f"sent to {place.channel_id} as {TEXT}, since Slack refused the blocks ({error.code})"
            return self._confirmed(place, TEXT, words)
        return self._confirmed(place, FULL, f"sent to {place.channel_id}")

    def _post(self, part: _Part) -> Posted:
        """Post once; after a lost reply look into the channel before trying again."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                said = part.message
                return self.slack.post(self.digest.channel, said.text, said.blocks, said.metadata, part.thread_ts)
            except UnclearError:
                self.slack.sleep(_PAUSE_S * attempt)  # what Slack did take shows up in the channel a moment later
                try:
                    found = self._find(part)
                except RefusedError as error:
                    raise _UnreadableError(error) from None
                if found:
                    return found
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError  # the loop returns or raises

    def _unknown(self, part: _Part, why: RefusedError) -> Receipt:
        """Decide what to do with a root of which nobody can know whether it was posted."""
        if self.digest.count(1) == 0:
            self.log.unclear(*self.key, str(why), step=part.step)
            words = f"perhaps sent to {self.digest.channel}, which cannot be looked up: {why}"
            return Receipt(DeliveryState.UNCLEAR, words)
        again = repeated(part.message)
        place = self.slack.post(self.digest.channel, again.text, again.blocks, again.metadata)
        return self._confirmed(place, FULL, f"sent to {place.channel_id} as a possible repeat")

    def _revise(self, earlier: StoredDigest | None) -> Receipt | None:
        """Edit the message of the revision before; None when this one has to be a message of its own.

        An edit calls nobody, so a revision with a new or worse symptom is a new message.
        """
        sent = earlier if earlier and earlier.key.revision < self.digest.revision else None
        if escalates(self.digest, Digest.from_json(sent.content)) if sent else self.digest.mentions:
            return None
        place = _place(sent.root) if sent and sent.root else None
        said = self.message
        try:
            place = place or self.slack.find(self.digest.channel, {"key": self.digest.key, "part": 0})
            if place is None:
                return None
            place = self.slack.update(place, said.text, said.blocks, said.metadata)
        except RefusedError as error:
            if place is None or error.code in EDIT:
                return None
            if error.code not in PAYLOAD:
                raise
            place = self.slack.update(place, said.plain[0], (), said.metadata)
            return self._confirmed(place, TEXT, f"edited in {place.channel_id} as {TEXT}")
        return self._confirmed(place, FULL, f"edited in {place.channel_id}")

    def _thread(self, root: Receipt) -> str:
        """Post what the root could not hold; gives a sentence when the thread cannot take it."""
        for part in _parts(self.message, root):
            known = self._intend(part.step)
            if known and known.state is DeliveryState.SENT:
                continue
            try:
                with _Row(self, part.step):
                    place = self._find(part) if known else None
                    if place is None:
                        self.slack.sleep(_PACE_S)
                        place = self._post(part)
            except RefusedError as error:
                if error.code not in THREAD | PAYLOAD:
                    raise
                return f"its details are not in the thread: {error}"
            except _UnreadableError as error:
                self.log.unclear(*self.key, str(error), step=part.step)
                return f"its details are perhaps not all in the thread: {error}"
            self.log.confirm(*self.key, place.ts, place.channel_id, level=root.level, step=part.step)
        return ""

    def _find(self, part: _Part) -> Posted | None:
        payload = {"key": self.digest.key, "rev": self.digest.revision, "part": part.number}
        return self.slack.find(self.digest.channel, payload, part.thread_ts)

    def _intend(self, step: str) -> Delivery | None:
        return self.log.intend(*self.key, self.digest.to_json(), self.digest.content_hash, step=step)

    def _confirmed(self, place: Posted, level: str, words: str) -> Receipt:
        self.log.confirm(*self.key, place.ts, place.channel_id, level=level)
        return Receipt(DeliveryState.SENT, words, place, level)

    @property
    def key(self) -> tuple[str, Day, int]:
        """What the store calls the digest."""
        return self.digest.channel, self.digest.day, self.digest.revision


class _Row:
    """Writes what a failure means for a message's row, on its way out; a killed process writes nothing."""

    def __init__(self, delivering: _Delivering, step: str) -> None:
        self._log, self._key, self._step = delivering.log, delivering.key, step

    def __enter__(self) -> None:
        """Begin a message that was intended."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Write `unclear` for a lost reply, `failed` for any other refusal."""
        if isinstance(error, UnclearError):
            self._log.unclear(*self._key, str(error), step=self._step)
        elif isinstance(error, NotifyError):
            self._log.fail(*self._key, str(error), step=self._step)


def _parts(message: SlackMessage, root: Receipt) -> Iterator[_Part]:
    """Give the replies that belong under a root: its thread, or the rest of the text where blocks were refused."""
    ts = root.place.ts if root.place else None
    replies = list(message.thread)
    if root.level == TEXT:
        said, plain = message.metadata, enumerate(message.plain[1:], 1)
        payloads = [(text, {**said["event_payload"], "part": number}) for number, text in plain]
        replies = [SlackMessage(text, (), {**said, "event_payload": payload}) for text, payload in payloads]
    for number, reply in enumerate(replies, 1):
        yield _Part(f"thread-{number:03}", number, reply, ts)


def _place(known: Delivery) -> Posted | None:
    return Posted(known.channel_id, known.ts) if known.channel_id and known.ts else None
