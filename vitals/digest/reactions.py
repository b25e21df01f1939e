"""What emoji under our messages say of incidents, as dated decisions. Pure; knows no Slack and no store.

A reaction on a reply of the thread concerns the problem that the reply is about. One on the digest itself concerns every
problem shown as a card (where there is none: every one still open), except what cannot be unsaid lightly: "the new
normal" and "false alarm" change what is learnt, so they need a message about one problem. The first person of several
counts; of "new normal" and "false alarm" the one that was seen last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from vitals.digest.content import Digest
from vitals.records import Day, Triage, TriageKind

MEANINGS: Mapping[str, TriageKind] = {
    "eyes": TriageKind.ACKNOWLEDGE,
    "zzz": TriageKind.SNOOZE,
    "white_check_mark": TriageKind.ACCEPT,
    "-1": TriageKind.FALSE_ALARM,
}
SHOWN: Mapping[str, str] = {"eyes": "👀", "zzz": "💤", "white_check_mark": "✅", "-1": "👎"}
SNOOZE_DAYS = 7
ITEMS = "items"
"""Entry of a reply's metadata: the incidents that it is about, blanks between those of one problem, `;` between problems."""
_SAME = {"thumbsdown": "-1"}
_ENDS = frozenset({TriageKind.ACCEPT, TriageKind.FALSE_ALARM})
_MOST_NAMED = 2_000

Targets = tuple[tuple[str, ...], ...]
"""Per problem its incidents, `<fingerprint>/<opened_on>`."""


@dataclass(frozen=True, slots=True)
class Said:
    """One person's reaction on one message.

    Attributes
    ----------
    who : as people know them, with the id. user_id : Slack's. on : the message, in words.
    about : the incidents that it concerns; none where it is not clear which.
    """

    kind: TriageKind
    who: str
    user_id: str
    on: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of listening to one incident: rows to write, and rows of days not judged yet to take out again."""

    rows: list[Triage] = field(default_factory=list)
    undone: list[Triage] = field(default_factory=list)


def emoji_of(name: str) -> str | None:
    """Give the emoji that means something, whatever its skin tone and spelling; None for all others.

    >>> emoji_of("-1::skin-tone-3"), emoji_of("thumbsdown"), emoji_of("tada")
    ('-1', '-1', None)
    """
    bare = name.partition("::")[0]
    found = _SAME.get(bare, bare)
    return found if found in MEANINGS else None


def told_in_root(digest: Digest) -> Targets:
    """Give the problems that a reaction on a digest's first message concerns."""
    shown = [item for item in digest.items if not item.info and item.incidents]
    cards = [item.incidents for item in shown if item.shown == "card"]
    return tuple(cards or [item.incidents for item in shown if item.shown == "line"])


def named(targets: Targets) -> Mapping[str, str]:
    """Write problems into a reply's metadata; nothing where they are too many to react to."""
    text = ";".join(" ".join(incidents) for incidents in targets)
    return {ITEMS: text} if text and len(text) <= _MOST_NAMED else {}


def told_in_reply(payload: Mapping[str, Any]) -> Targets:
    """Read the problems that a reply is about from its metadata."""
    problems = str(payload.get(ITEMS) or "").split(";")
    return tuple(tuple(one.split()) for one in problems if one.split())


def concerned(kind: TriageKind, targets: Targets) -> tuple[str, ...]:
    """Give the incidents that a reaction concerns; none when it is about several problems and changes what is learnt."""
    if kind in _ENDS and len(targets) > 1:
        return ()
    return tuple(dict.fromkeys(incident for incidents in targets for incident in incidents))


def decide(
    model: str,
    target: str,
    day: Day,
    known: Iterable[Triage],
    *,
    gone: Sequence[Said],
    still: Sequence[Said],
    new: Sequence[Said],
) -> Heard:
    """Turn what changed under the messages about one incident into decisions.

    Parameters
    ----------
    day : the first day that is judged with them. known : what was ever decided about the model.
    gone, still, new : reactions that concern the incident: taken back, seen before, seen now; in the order they were seen.
    """
    talk = _Talk(model, target, day, [one for one in known if one.target == target])
    for one in gone:
        talk.take_back(one, [*still, *new])
    if gone:
        for one in still:
            if one.kind in _ENDS:
                talk.say(one)
    for one in new:
        talk.say(one)
    return talk.heard


@dataclass
class _Talk:
    """What stands of one incident while it is talked about."""

    model: str
    target: str
    day: Day
    known: list[Triage]
    heard: Heard = field(default_factory=Heard)

    @property
    def standing(self) -> dict[TriageKind, Triage]:
        """What holds now, by kind: what was said since all was taken back."""
        held: dict[TriageKind, Triage] = {}
        order = sorted(self.known, key=lambda one: (one.day, one.kind is not TriageKind.WITHDRAW))
        for one in order:
            if one.kind is TriageKind.WITHDRAW:
                held = {}
            else:
                held[one.kind] = one
        return held

    def say(self, said: Said) -> None:
        """Take in a reaction."""
        held = self.standing
        ended = next((held[kind] for kind in _ENDS if kind in held), None)
        why = f"{shown(said.kind)} on {said.on}"
        if said.kind in _ENDS and ended is not None and ended.kind is not said.kind:
            why = f"{why}, after {shown(ended.kind)} by {ended.who}"
            self._drop(ended, said)
        elif ended is not None:
            return
        until = self.day + timedelta(days=SNOOZE_DAYS - 1) if said.kind is TriageKind.SNOOZE else None
        before = held.get(said.kind)
        if before is not None and (until is None or (before.until or until) >= until):
            return
        self._write(Triage(self.model, self.day, said.kind, self.target, said.who, why, until))

    def take_back(self, said: Said, others: Sequence[Said]) -> None:
        """Take in that a reaction is there no more; another person's of the kind keeps it up."""
        held = self.standing
        row = held.get(said.kind)
        if row is None or not _is_by(row, said):
            return
        same = [one for one in others if one.kind is said.kind]
        if same:
            if said.kind is TriageKind.ACKNOWLEDGE:
                self._write(replace(row, day=self.day, who=same[0].who, why=f"{shown(said.kind)} on {same[0].on}"))
            return
        if said.kind in _ENDS or not _ENDS & held.keys():
            self._drop(row, said)

    def _drop(self, row: Triage, said: Said) -> None:
        """Undo a decision: as if never said where no day was judged with it, else from now on; the rest is said again."""
        if row.day >= self.day:
            self.known.remove(row)
            if row in self.heard.rows:
                self.heard.rows.remove(row)
            self.heard.undone.append(row)
            return
        rest = [one for one in self.standing.values() if one != row and (one.until is None or one.until >= self.day)]
        why = f"{shown(row.kind)} is not there any more" if said.kind is row.kind else f"{shown(said.kind)} instead"
        self._write(Triage(self.model, self.day, TriageKind.WITHDRAW, self.target, said.who, why))
        for one in rest:
            self._write(replace(one, day=self.day))

    def _write(self, row: Triage) -> None:
        same = [one for one in self.known if (one.day, one.kind) == (row.day, row.kind)]
        for one in same:
            self.known.remove(one)
            if one in self.heard.rows:
                self.heard.rows.remove(one)
        if row in self.heard.undone:
            self.heard.undone.remove(row)
        self.known.append(row)
        self.heard.rows.append(row)


def _is_by(row: Triage, said: Said) -> bool:
    return row.who == said.user_id or row.who.endswith(f"({said.user_id})")


def shown(kind: TriageKind) -> str:
    """Give the emoji that means a decision."""
    return next(SHOWN[name] for name, meaning in MEANINGS.items() if meaning is kind)
