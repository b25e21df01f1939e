"""A store on each database, a clock that moves when told, and records to put in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pyarrow as pa
import pytest

from vitals.io.store import Store
from vitals.profiles import Profile, summarise
from vitals.records import (
    Drift,
    Evidence,
    Finding,
    Incident,
    Judged,
    Measurement,
    Observation,
    PartitionFacts,
    Severity,
    Symptom,
    Transition,
    TransitionKind,
    Validation,
)

MODEL = "flight_late"


@dataclass
class Clock:
    """Now, until told otherwise."""

    now: datetime = field(default=datetime(2013, 8, 15, 10, 5, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Give the time that was set."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Make:
    """Records with sensible values; `variant` changes all of them at once."""

    day = date(2013, 8, 14)

    def facts(self, day: date, rows: int = 923, **changes: object) -> PartitionFacts:
        """Make the facts of a day."""
        start = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        values = {
            "window_start": start,
            "window_end": start + timedelta(days=1),
            "duplicates": 2,
            "first_time": start + timedelta(microseconds=1),
            "last_time": start + timedelta(hours=23, microseconds=999_999),
            "hours": tuple(range(24)),
            "hour_lengths": (1.0, 0.5) + (1.0,) * 22,
            "columns": ("score", "größe"),
            "missing_columns": ("gone",),
        }
        return PartitionFacts(model=MODEL, day=day, rows=rows, **(values | changes))

    def measurement(
        self, day: date, subject: str = "day", value: float | None = 923.0, **changes: object
    ) -> Measurement:
        """Make one number about a day."""
        known_on = changes.pop("known_on", day)
        values = {"age": 0, "signal": "traffic", "segment": "", "n": 923, "method": "count"} | changes
        return Measurement(model=MODEL, day=day, known_on=known_on, subject=subject, value=value, **values)

    def validation(self, day: date, key: str = "not_null_score", **changes: object) -> Validation:
        """Make the result of one expectation."""
        values = {
            "suite": "flight_inputs",
            "column": "score",
            "severity": Severity.WARNING,
            "status": "fail",
            "observed": "0.041",
            "n": 923,
            "unexpected": 38,
            "share": 38 / 923,
            "description": "every flight has a score",
        }
        return Validation(model=MODEL, day=day, key=key, **(values | changes))

    def profile(self, day: date, subject: str = "score", segment: str = "", variant: int = 0) -> Profile:
        """Make a small numeric profile."""
        return Profile(MODEL, day, subject, segment, summarise(pa.array([0.1, 0.25, None, 0.5 + variant])))

    def observation(self, day: date, variant: int = 0, columns: int = 3) -> Observation:
        """Make a day with three columns and 24 hours."""
        return Observation(
            facts=self.facts(day, rows=900 + variant),
            validations=[self.validation(day, unexpected=variant)],
            profiles=[self.profile(day, f"column{i}", variant=variant) for i in range(columns)],
            measurements=[self.measurement(day, f"hour={hour:02}", value=variant + hour / 3) for hour in range(24)],
        )

    def drift(self, day: date, subject: str = "score", score: float = 1.5, **changes: object) -> Drift:
        """Make the drift of one column."""
        values = {
            "score_week": -0.25,
            "part": "null",
            "share": 0.041,
            "expected_low": 0.008,
            "expected_high": 0.013,
            "rows_moved": 28,
            "fired": True,
            "eligible": False,
            "level": 1,
            **dict.fromkeys(("ks", "tv", "psi", "cramers_v", "wasserstein"), 0.1),
            "jensen_shannon": None,
            "n": 923,
            "reference_days": 56,
        }
        return Drift(model=MODEL, day=day, subject=subject, segment="", score=score, **(values | changes))

    def finding(
        self, day: date, subject: str = "temp", severity: Severity = Severity.WARNING, **changes: object
    ) -> Finding:
        """Make a finding about missing weather."""
        values = {
            "cohort_day": None,
            "priority": 3,
            "symptom": Symptom.INPUT_DRIFT,
            "segment": "",
            "statement": "null share 4.4 %, usually 0.8-1.3 %",
            "what_to_do": "Ask the owner of the weather feed.",
            "value": 0.044,
            "evidence": (Evidence("wind_speed is missing in the same rows", "wind_speed", 0.97),),
        }
        return Finding(model=MODEL, day=day, subject=subject, severity=severity, **(values | changes))

    def transition(
        self, day: date, kind: TransitionKind, opened_on: date, subject: str = "temp", reason: str = ""
    ) -> Transition:
        """Make a change of the incident of a subject."""
        place = self.finding(day, subject).fingerprint
        return Transition(MODEL, day, kind, place, opened_on, reason or f"{kind} on {day}")

    def incident(self, opened_on: date, subject: str = "temp", **changes: object) -> Incident:
        """Make the incident of a subject."""
        finding = self.finding(opened_on, subject)
        values = {
            "priority": 3,
            "severity": Severity.WARNING,
            "symptom": Symptom.INPUT_DRIFT,
            "segment": "",
            "last_seen_on": opened_on,
            "resolved_on": None,
            "reason": None,
            "days": 1,
        }
        return Incident(finding.fingerprint, opened_on, MODEL, subject=subject, **(values | changes))

    def judged(self, day: date, *parts: object) -> Judged:
        """Sort what was said about a day by kind."""
        return Judged(
            day=day,
            drifts=[one for one in parts if isinstance(one, Drift)],
            findings=[one for one in parts if isinstance(one, Finding)],
            transitions=[one for one in parts if isinstance(one, Transition)],
        )


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'home' / 'vitals.db'}"


@pytest.fixture
def open_store(clock: Clock) -> Iterator[Callable[..., Store]]:
    """Open stores that are closed after the test."""
    stores: list[Store] = []

    def open_one(url: str, run_id: str = "run-1") -> Store:
        store = Store(url, clock, run_id)
        if not store.is_sqlite:
            store.upgrade()
        stores.append(store)
        return store

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.sql)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store, once on each database."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store, migrated once and copied by tests that are not about migrating."""
    path = tmp_path_factory.mktemp("migrated") / "vitals.db"
    store = Store(f"sqlite:///{path}", Clock(), "run-0")
    store.open()
    store.close()
    return path


@pytest.fixture
def store(url: str, open_store: Callable[..., Store], migrated_file: Path) -> Store:
    """An empty store, once on each database."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True)
        copyfile(migrated_file, path)
    return open_store(url)
