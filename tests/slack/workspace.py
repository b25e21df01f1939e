"""What a workspace holds: channels with their messages, people, files; no HTTP, no rules about calls."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
BOT_USER, BOT, APP, TEAM = "U0VITALS00", "B0VITALS00", "A0VITALS00", "T0STANDIN0"
FIRST_SECOND = 1_377_259_200  # 2013-08-23 12:00 UTC, the morning after the sample day


class RefusedCallError(Exception):
    """A call is answered with `ok: false`."""

    def __init__(self, code: str, **more: Any) -> None:
        self.answer = {"ok": False, "error": code, **more}
        super().__init__(code)


@dataclass
class Channel:
    """A conversation and its messages, oldest first, replies among them."""

    id: str
    name: str = "ml-monitoring"
    private: bool = False
    archived: bool = False
    member: bool = True
    messages: list[Message] = field(default_factory=list)

    @property
    def roots(self) -> list[Message]:
        """Messages that are no replies."""
        return [one for one in self.messages if not one.get("thread_ts")]

    def replies(self, ts: str) -> list[Message]:
        """Messages in the thread of a root."""
        return [one for one in self.messages if one.get("thread_ts") == ts]

    def message(self, ts: str) -> Message | None:
        """Give the message of a ts."""
        return next((one for one in self.messages if one["ts"] == ts), None)


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace; bots are people too."""

    id: str
    name: str
    email: str = ""
    bot: bool = False


@dataclass
class File:
    """A file and how far its upload is; `mimetype` is empty to the outside until it is processed."""

    id: str
    name: str
    length: int
    alt_txt: str = ""
    title: str = ""
    content: bytes | None = None
    complete: bool = False
    polls_left: int = 0
    ready_at: float = 0.0
    channels: list[str] = field(default_factory=list)

    @property
    def mimetype(self) -> str:
        """What the file is by its name."""
        kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "csv": "text/csv"}
        return kinds.get(self.suffix, "text/plain")

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case."""
        return self.name.rpartition(".")[2].lower()


PEOPLE = (
    Person(BOT_USER, "vitals", bot=True),
    Person("U1", "Ada", "ada@example.com"),
    Person("U2", "Grace", "grace@example.com"),
    Person("U3", "Linus", "linus@example.com"),
)


class Workspace:
    """Channels, people and files, with ids and timestamps that a repeated test sees again.

    Parameters
    ----------
    clock : seconds since 1970. Without one it is always 2013-08-23 12:00 UTC, and messages count microseconds up.
    """

    def __init__(
        self,
        channels: Iterable[Channel] = (),
        people: Iterable[Person] = PEOPLE,
        clock: Callable[[], float] = lambda: FIRST_SECOND,
    ) -> None:
        self.channels = {one.id: one for one in channels}
        self.people = {one.id: one for one in people}
        self.files: dict[str, File] = {}
        self.clock = clock
        self._second, self._count, self._files = 0, 0, 0

    def next_ts(self) -> str:
        """Give a ts that is later than every other one."""
        self._second = max(self._second, int(self.clock()))
        self._count += 1
        return f"{self._second}.{self._count:06}"

    def next_file(self, name: str, length: int, alt_txt: str, polls: int, ready_at: float) -> File:
        """Give room for a file."""
        self._files += 1
        made = File(f"F{self._files:010}", name, length, alt_txt, polls_left=polls, ready_at=ready_at)
        self.files[made.id] = made
        return made

    def channel(self, asked: object, *, by_name: bool = False) -> Channel:
        """Find a channel.

        Raises
        ------
        RefusedCallError : `channel_not_found`.
        """
        found = self.channels.get(str(asked))
        if not found and by_name:
            found = next((one for one in self.channels.values() if one.name == str(asked).removeprefix("#")), None)
        if not found or (found.private and not found.member):
            raise RefusedCallError("channel_not_found")
        return found

    def processed(self, file: File) -> bool:
        """Whether a file can be used in a message."""
        return file.complete and file.polls_left <= 0 and self.clock() >= file.ready_at

    def snapshot(self) -> dict[str, Any]:
        """Give everything as plain JSON values."""
        return {
            "channels": [vars(one) for one in self.channels.values()],
            "people": [vars(one) for one in self.people.values()],
            "files": [
                vars(one) | {"content": None if one.content is None else base64.b64encode(one.content).decode()}
                for one in self.files.values()
            ],
            "counted": [self._second, self._count, self._files],
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Become what a snapshot tells; the snapshot stays as it is."""
        snapshot = deepcopy(snapshot)
        self.channels = {one["id"]: Channel(**one) for one in snapshot["channels"]}
        self.people = {one["id"]: Person(**one) for one in snapshot["people"]}
        self.files = {
            one["id"]: File(**one | {"content": None if one["content"] is None else base64.b64decode(one["content"])})
            for one in snapshot["files"]
        }
        self._second, self._count, self._files = snapshot["counted"]

    def told(self) -> dict[str, Any]:
        """Give what people can read, without times and ids: equal after a smooth and a rough delivery."""
        return {one.id: [self._told(one, root) for root in one.roots] for one in self.channels.values()}

    def _told(self, channel: Channel, message: Message) -> dict[str, Any]:
        kept = {name: message.get(name) for name in ("text", "blocks", "attachments", "metadata", "user")}
        kept["files"] = [self._print(one) for one in message.get("files", ())]
        kept["reactions"] = sorted((one["name"], tuple(one["users"])) for one in message.get("reactions", ()))
        kept["replies"] = [self._told(channel, one) for one in channel.replies(message["ts"])]
        told: dict[str, Any] = _without_ids(kept, {one.id: self._print(one.id) for one in self.files.values()})
        return told

    def _print(self, file_id: str) -> str:
        file = self.files[file_id]
        return f"{file.name}:{hashlib.sha256(file.content or b'').hexdigest()[:16]}"


def _without_ids(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_ids(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
