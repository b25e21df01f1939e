"""The step that listens: reactions under the digests of two weeks become decisions, before a day is judged with them.

What an emoji means is decided in `vitals.digest.reactions`. Without a token, or where the token may not read reactions,
nothing is heard and nothing is said about it (`vitals check` does).
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING

from vitals import windows, words
from vitals.digest import Digest, Opened, reactions
from vitals.digest.reactions import Said
from vitals.io.store import Reaction, Sent
from vitals.io.world import World
from vitals.records import Day, Triage, TriageKind
from vitals.spec import Model

if TYPE_CHECKING:
    from vitals.io.slack import Slack

LISTEN_DAYS = 14
_WAIT_S = 20.0
_VERBS = {
    TriageKind.ACKNOWLEDGE: "acknowledged by",
    TriageKind.SNOOZE: "snoozed by",
    TriageKind.ACCEPT: "accepted by",
    TriageKind.FALSE_ALARM: "called a false alarm by",
    TriageKind.WITHDRAW: "taken back by",
}
log = logging.getLogger("vitals.listening")


def listen(world: World, channel: str, models: Sequence[Model]) -> list[str]:
    """Take in the reactions under a channel's digests; gives a sentence for each decision.

    Raises
    ------
    NotifyError : Slack cannot be read now; nothing is lost, the next run hears it.
    StoreError : somebody else listens to this channel for too long.
    """
    token = world.settings.slack_token
    if token is None:
        return []
    sent = world.store.sent_since(channel, world.clock() - timedelta(days=LISTEN_DAYS))
    talked_about = [_Told(one, Digest.from_json(one.content)) for one in sent]
    talked_about = [one for one in talked_about if one.targets]
    if not talked_about:
        return []
    from vitals.io.slack import Slack

    slack = Slack(token.get_secret_value(), world.settings.slack_base_url)
    with world.store.lease(f"reactions {channel}", world.asker("vitals"), wait_s=_WAIT_S):
        return _Listening(world, models, slack).run(talked_about)


def first_judged(world: World, model: Model) -> Day:
    """Give the first day that is still to be judged: a decision never rewrites what was said before it."""
    today = windows.day_of(world.clock(), model.zone)
    observed = world.store.last_observed(model.name)
    return today if observed is None else min(today, observed + timedelta(days=1))


@dataclass(frozen=True)
class _Told:
    """A digest in the channel, and the problems that a reaction to it may be about."""

    sent: Sent
    digest: Digest

    @cached_property
    def targets(self) -> reactions.Targets:
        return reactions.told_in_root(self.digest)

    @property
    def words(self) -> str:
        return f"the digest of {words.short_day(self.digest.day)}"


@dataclass(frozen=True)
class _Message:
    """A message of ours as it is read now: where and which it is, and who reacted."""

    place: tuple[str, str]
    on: str
    now: Sequence[Reaction]


class _Listening:
    """One reading of a channel; the lease is held."""

    def __init__(self, world: World, models: Sequence[Model], slack: "Slack") -> None:
        self.world = world
        self.models = {model.name: model for model in models}
        self.slack = slack
        self.name = cache(self._name)

    def run(self, told: Sequence[_Told]) -> list[str]:
        """Compare what stands under the messages with what was seen last, and write what follows."""
        from vitals.io.slack import reading

        self.token = reading.token_of(self.slack)
        if not self.token.may(reading.REACTIONS):
            return []
        messages = [message for one in told for message in self._read(one)]
        changed = self._changed(messages)
        about = {f"{one.fingerprint}/{one.opened_on}": one for digest in told for one in digest.digest.open}
        rows: list[Triage] = []
        undone: list[Triage] = []
        for target in dict.fromkeys(target for said in (*changed.gone, *changed.new) for target in said.about):
            model = self.models.get(about[target].model) if target in about else None
            if model is not None:
                heard = self._decide(model, target, changed)
                rows, undone = rows + heard.rows, undone + heard.undone
        if changed.seen or changed.lost:
            self.world.store.hear(changed.seen, changed.lost, rows, undone)
        unclear = [_unclear(one) for one in changed.new if not one.about]
        return [*_sentences(rows, about), *unclear]

    def _read(self, told: _Told) -> Iterator[_Message]:
        """Read a digest's message and its replies; what cannot be read now is heard another time."""
        from vitals.io.slack import reading
        from vitals.io.slack.refusals import RefusedError

        try:
            found = reading.reacted(self.slack, told.sent.channel_id, told.sent.ts)
        except RefusedError as error:
            if error.code != "missing_scope":
                log.warning("reactions to %s are not heard: %s", told.words, error)
            return
        for message in found:
            is_root = message.ts == told.sent.ts
            if not is_root and message.ts not in told.sent.replies:
                continue  # somebody's answer
            place = (told.sent.channel_id, message.ts)
            targets = told.targets if is_root else reactions.told_in_reply(message.payload)
            given = [(reactions.emoji_of(name), user) for name, user in message.reactions]
            ours = [
                Reaction(*place, emoji, user, reactions.concerned(reactions.MEANINGS[emoji], targets))
                for emoji, user in given
                if emoji and user != self.token.user_id
            ]
            on = told.words if is_root else f"a detail of {told.words}"
            yield _Message(place, on, list(dict.fromkeys(ours)))  # two skin tones are one opinion

    def _changed(self, messages: Sequence[_Message]) -> "_Changed":
        """Tell what came, stayed and went since it was seen last."""
        of = {message.place: message for message in messages}
        now = [one for message in messages for one in message.now]
        channels = dict.fromkeys(place[0] for place in of)
        stored = [self.world.store.seen_reactions(c, [ts for place, ts in of if place == c]) for c in channels]
        before = [one for each in stored for one in each]
        seen = [one for one in now if one not in set(before)]
        lost = [one for one in before if one not in set(now)]
        still = [one for one in before if one not in set(lost)]

        def said(found: Sequence[Reaction]) -> list[Said]:
            return [self._said(one, of[one.channel_id, one.ts].on) for one in found]

        return _Changed(seen, lost, said(seen), said(lost), said(still))

    def _said(self, one: Reaction, on: str) -> Said:
        return Said(reactions.MEANINGS[one.emoji], self.name(one.user_id), one.user_id, on, one.about)

    def _decide(self, model: Model, target: str, changed: "_Changed") -> reactions.Heard:
        def of_target(said: Sequence[Said]) -> list[Said]:
            return [one for one in said if target in one.about]

        return reactions.decide(
            model.name,
            target,
            first_judged(self.world, model),
            self.world.store.triage(model.name),
            gone=of_target(changed.gone),
            still=of_target(changed.still),
            new=of_target(changed.new),
        )

    def _name(self, user_id: str) -> str:
        from vitals.io.slack import reading

        return reading.name_of(self.slack, user_id) if self.token.may(reading.PEOPLE) else user_id


@dataclass(frozen=True)
class _Changed:
    """Reactions that are new and lost, for the store; and what is said, said no more, and still said by them."""

    seen: Sequence[Reaction]
    lost: Sequence[Reaction]
    new: Sequence[Said]
    gone: Sequence[Said]
    still: Sequence[Said]


def _sentences(rows: Sequence[Triage], about: Mapping[str, Opened]) -> Iterator[str]:
    """Say each decision once, with all subjects that it is about."""
    together: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        one = about[row.target]
        until = f" until {row.until}" if row.until else ""
        said = f"{_VERBS[row.kind]} {row.who}{until} ({row.why})"
        what = " ".join(part for part in ((one.symptom or "").replace("_", " "), one.segment) if part)
        together.setdefault((f"{row.model} {what}", said), []).append(one.subject)
    for (what, said), subjects in together.items():
        yield f"{what} {words.listed([one for one in subjects if one], most=6)}".rstrip() + f": {said}"


def _unclear(said: Said) -> str:
    emoji = reactions.shown(said.kind)
    return f"{emoji} by {said.who} on {said.on} is about several problems and holds for none; react in its thread"
