"""The outside world of one run: settings, the store, the sources, the clock. Opened once, passed along.

Nothing here decides anything; it only holds what the steps touch.
"""

import hashlib
import os
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from vitals.errors import ConfigError
from vitals.io.settings import Settings
from vitals.io.sources import Source, open_source
from vitals.io.store import Store
from vitals.records import Partition, Validation
from vitals.spec import Model

Clock = Callable[[], datetime]
SuiteColumns = Callable[[Model], tuple[str, ...]]
Validate = Callable[[Model, Partition, Mapping[str, float]], Sequence[Validation]]


@dataclass
class World:
    """What a run may touch.

    Attributes
    ----------
    clock : gives the present instant, aware UTC.
    suite_columns : the columns that a model's expectations need.
    suite_text : the text of a model's suite ('' without one): a changed suite is another observation.
    run_id : names the run in stored rows.
    """

    settings: Settings
    clock: Clock
    suite_columns: SuiteColumns
    suite_text: Callable[[Model], str]
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    _open: ExitStack = field(default_factory=ExitStack)
    _sources: dict[str, Source] = field(default_factory=dict)

    @cached_property
    def store(self) -> Store:
        """The results store, opened at first use."""
        return Store(self.settings.store_url.get_secret_value(), self.clock, self.run_id)

    def source(self, name: str) -> Source:
        """A named source, opened at first use."""
        if name not in self._sources:
            url = self.settings.source_url(name).get_secret_value()
            self._refuse_own_store(name, url)
            self._sources[name] = open_source(name, url, self.clock)
        return self._sources[name]

    def _refuse_own_store(self, name: str, url: str) -> None:
        """Two copies of the SQLite library in one process do not see each other's locks on one file."""
        store = self.settings.store_url.get_secret_value()
        same = [each.partition("sqlite:///")[2] for each in (url, store)]
        if all(same) and Path(same[0]).resolve() == Path(same[1]).resolve():
            message = (
                f"source {name!r} is the results store itself; keep results in a file of their own (VITALS_STORE_URL)"
            )
            raise ConfigError(message)

    def observation_hash(self, model: Model) -> str:
        """16 hex digits over everything that changes what an observation holds: the spec and its suite."""
        return hashlib.sha256(f"{model.spec_hash}\n{self.suite_text(model)}".encode()).hexdigest()[:16]

    @staticmethod
    def asker(run: str) -> str:
        """Say who asks for a lease, in words for whoever has to wait: `daily 2013-08-14 on host-7, process 4711`."""
        return f"{run} on {socket.gethostname()}, process {os.getpid()}"

    def close(self) -> None:
        """Close what was opened."""
        self._sources.clear()
        if "store" in self.__dict__:
            self.store.close()
            del self.__dict__["store"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
