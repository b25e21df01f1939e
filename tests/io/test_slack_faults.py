"""500 seeded schedules of faults and kills: no priority 1 untold, nothing twice, and the same end as without faults."""

import hashlib
import json
import logging
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.io.slack_schedules import REFUSING, Schedule
from tests.io.slack_story import CHANNEL, DAYS, FALLBACK, REVISED, Desk, Step, rendered
from tests.slack import ANY, EVERY_SCOPE, Channel, Fault, SlackServer
from vitals.digest import Digest, told_of
from vitals.io.store import DeliveryState, Store

START = 1_000
SCHEDULES, PARTS = 500, 10
REPLACES = "This replaces the"
TRIES = 3  # of one step, as Prefect makes them; then the next day comes
UNREADABLE = EVERY_SCOPE.replace("channels:history,", "").replace("groups:history,", "")


@dataclass
class Played:
    """What came of a story."""

    messages: list[dict[str, Any]]
    told: dict[str, Any]
    states: list[tuple[Any, ...]]
    last: Digest
    refused_reading: bool
    given_up: list[int] = field(default_factory=list)
    killed: int = 0


def play(schedule: Schedule, folder: Path, empty: Path) -> Played:
    """Run every step until it is told or given up, the last one until it is told."""
    path = shutil.copy(empty, folder / f"{schedule.seed}.db")
    channels = (Channel(CHANNEL), Channel(FALLBACK, "fallback"))
    with SlackServer(channels, scopes=EVERY_SCOPE if schedule.readable else UNREADABLE) as slack:
        desk = Desk(f"sqlite:///{path}", slack.url, schedule.fallback)
        for place, fault in schedule.faults.items():
            slack.faults.at(ANY, place, fault)
        child = Child(desk)
        for place, before in schedule.kills.items():
            kill = Fault(hook=child.kill, when="before" if before else "after", lost="before" if before else "after")
            slack.faults.at(ANY, place, kill)
        run = child.tell if schedule.kills else lambda step: desk.tell(step) is not None
        given_up = [number for number, step in enumerate(schedule.steps) if not attempted(run, step)]
        slack.faults.clear()
        assert run(schedule.steps[-1]), "without faults it must be told"
        given_up = [number for number in given_up if number < len(schedule.steps) - 1]
        store = desk.store
        played = Played(
            slack.messages() + slack.messages(FALLBACK),
            slack.told(),
            states(store, schedule.steps),
            Digest.from_json(store.digest(CHANNEL, schedule.steps[-1].day).content),
            any(refuses_reading(slack, fault, place) for place, fault in schedule.faults.items()),
            given_up,
            child.killed,
        )
        store.close()
    Path(path).unlink()
    return played


def attempted(run: Callable[[Step], bool], step: Step) -> bool:
    """Try a step as often as Prefect does."""
    return any(run(step) for _ in range(TRIES))


def refuses_reading(slack: SlackServer, fault: Fault, place: int) -> bool:
    """Whether a look into the channel was refused, so that nobody could know."""
    happened = place <= len(slack.calls)
    reads = happened and slack.calls[place - 1].method in {"conversations.history", "conversations.replies"}
    return bool(reads and fault.error and fault in REFUSING)


class Child:
    """Runs a step in a process of its own, which can be killed at a call."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.killed = 0
        self._pid = 0

    def tell(self, step: Step) -> bool:
        """Fork, run, wait; False when it was killed or not delivered."""
        self._pid = os.fork()
        if self._pid == 0:
            code = 2
            try:
                code = 0 if self.desk.tell(step) is not None else 1
            finally:
                os._exit(code)
        self.desk.runs += 1
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        if os.WIFSIGNALED(status):
            self.killed += 1
        assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) < 2, "the run failed by itself"
        return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0

    def kill(self) -> None:
        """Kill the process that runs."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)


def states(store: Store, steps: Sequence[Step]) -> list[tuple[Any, ...]]:
    """Give the last revision of every day and the states of its messages, files left out."""
    found = []
    for day in sorted({step.day for step in steps}):
        stored = store.digest(CHANNEL, day)
        if stored:
            rows = [(one.step, one.state) for one in stored.deliveries if ":" not in one.step]
            found.append((day, stored.key.revision, stored.payload_hash, tuple(rows)))
    return found


def readable(value: Any) -> Any:
    """Give what people read in a workspace, whatever way a picture took and however an earlier message was linked."""
    if isinstance(value, dict):
        return {name: readable(one) for name, one in value.items() if name not in {"files", "metadata", "attachments"}}
    if isinstance(value, list):
        return [readable(one) for one in value if not is_picture(one) and not is_link(one)]
    if isinstance(value, str):
        return "\n".join(line for line in value.split("\n") if REPLACES not in line)
    return value


def is_picture(one: Any) -> bool:
    """Whether a block is a picture, or a message nothing but a file."""
    return isinstance(one, dict) and (one.get("type") == "image" or bool(one.get("files")))


def is_link(one: Any) -> bool:
    """Whether a block is the notice that links the message before."""
    return isinstance(one, dict) and one.get("type") in {"rich_text", "context"} and REPLACES in json.dumps(one)


def files_of(told: dict[str, Any]) -> Counter[str]:
    """Count how often people see each file, in a root or in a thread."""
    found: Counter[str] = Counter()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.update(one for one in value.get("files") or () if isinstance(one, str))
            if value.get("type") == "image":
                found[value["slack_file"]["id"]] += 1
            for name, one in value.items():
                if name != "files":
                    look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    look(told)
    return found


def stamps(digest: Digest) -> set[str]:
    """Give the files of a digest as the stand-in prints them."""
    return {f"{one.name}:{hashlib.sha256(one.content).hexdigest()[:16]}" for one in rendered(digest).files}


def roots_by_name(messages: Sequence[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Sort root messages by digest and revision."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for one in messages:
        said = (one.get("metadata") or {}).get("event_payload") or {}
        if said.get("part") == 0:
            found.setdefault((said["key"], said["rev"]), []).append(one)
    return found


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly, and the library does not log every fault with the page it got."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setattr(logging.getLogger("slack_sdk.web.base_client"), "disabled", True)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store's file: making one takes longer than a story."""
    path = tmp_path_factory.mktemp("empty") / "vitals.db"
    made = Store(f"sqlite:///{path}", lambda: datetime(2013, 8, 23, tzinfo=UTC), "run")
    made.open()
    made.close()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a killed process loses nothing that only a power cut would."""
    memory = Path("/dev/shm")  # noqa: S108  not a fixed file
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def smooth(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Iterator[dict[tuple[Step, ...], Played]]:
    """Both stories without any fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        folder = tmp_path_factory.mktemp("smooth")
        plain = {
            steps: Schedule(-1, steps, {}, {}, refused=False, readable=True, fallback=None) for steps in (REVISED, DAYS)
        }
        yield {steps: play(schedule, folder, empty) for steps, schedule in plain.items()}


def check(schedule: Schedule, played: Played, expected: Played) -> str:
    """Hold a story against the one without faults; gives its class."""
    said = json.dumps(played.messages, ensure_ascii=False)
    final = {step.day: step for step in schedule.steps}.values()
    untold = [
        one.statement for step in final for one in step.findings if one.priority == 1 and one.statement not in said
    ]
    assert untold == []
    assert told_of(played.last) == told_of(expected.last)
    can_know = schedule.readable and not played.refused_reading
    for name, roots in roots_by_name(played.messages).items():
        if can_know:
            assert len(roots) == 1, f"{name} stands there {len(roots)} times"
        assert all(one["text"].startswith("Possible repeat") for one in roots[1:]), name
    if not can_know:
        return "unreadable"
    assert all(state is DeliveryState.SENT for *_, rows in played.states[-1:] for name, state in rows if name == "root")
    seen = files_of(played.told)
    assert max(seen.values(), default=0) <= 1, "a file stands there twice"
    if schedule.refused:
        return "refused"
    if played.given_up and schedule.steps is REVISED:
        return "given up"  # what was known in between was never said, and need not be
    assert played.states == expected.states
    wanted = files_of(expected.told) if schedule.steps is DAYS else stamps(played.last)
    assert set(wanted) <= set(seen)  # a revised message shows another picture, so an earlier one may be in its thread
    assert readable(played.told) == readable(expected.told)
    return "equal"


def test_both_stories_without_faults(smooth: dict[tuple[Step, ...], Played]) -> None:
    """Three days are three messages; a day judged three times is one edited message and one that links it."""
    roots = {steps: sorted(name[1] for name in roots_by_name(played.messages)) for steps, played in smooth.items()}
    assert roots == {REVISED: [1, 2, 3], DAYS: [1, 1, 1]}
    assert set(files_of(smooth[DAYS].told).values()) == {1}
    assert REPLACES in json.dumps(smooth[REVISED].messages)


@pytest.mark.slow
@pytest.mark.kill
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_fails_every_priority_1_is_told_and_nothing_twice(
    part: int, folder: Path, empty: Path, smooth: dict[tuple[Step, ...], Played]
) -> None:
    """Each call of each step may fail, be slow, lose its reply, or be the process's last: the end is the same."""
    classes: Counter[str] = Counter()
    killed, repeated = 0, 0
    for seed in range(START + part, START + SCHEDULES, PARTS):
        schedule = Schedule.of(seed)
        try:
            played = play(schedule, folder, empty)
            classes[check(schedule, played, smooth[schedule.steps])] += 1
        except Exception as error:
            error.add_note(f"seed {seed}: {schedule.words}")
            raise
        killed += played.killed
        repeated += any(len(roots) > 1 for roots in roots_by_name(played.messages).values())
    print(f"part {part}: {dict(classes)}, {killed} killed, {repeated} with a possible repeat")  # noqa: T201
    assert classes["equal"] > SCHEDULES / PARTS / 3
    assert killed >= 6
