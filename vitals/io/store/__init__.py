"""The results store: few verbs, each one transaction, the same on SQLite and PostgreSQL.

`Store` is the one door; the modules behind it are by who uses them: observing, judging, triage, digests, reading,
retention. Holds no raw rows of any source.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vitals.io.store import digests, judging, observing, reactions, reading, retention, underway
from vitals.io.store import triage as decisions
from vitals.io.store.digests import ROOT, Delivery, DeliveryState, DigestKey, StoredDigest
from vitals.io.store.engine import Database
from vitals.io.store.lease import Lease
from vitals.io.store.observing import Codec
from vitals.io.store.reactions import Reaction, Sent
from vitals.io.store.reading import StoredCohort, StoredPast
from vitals.io.store.tables import CLOCK_COLUMNS, RUN_COLUMNS
from vitals.records import Day, Drift, DriftScore, Incident, Judged, Measurement, Observation, Observed, Triage

if TYPE_CHECKING:
    from vitals.profiles import Profile

__all__ = [
    "CLOCK_COLUMNS",
    "RUN_COLUMNS",
    "Codec",
    "Delivery",
    "DeliveryState",
    "DigestKey",
    "Lease",
    "Reaction",
    "Sent",
    "Store",
    "StoredCohort",
    "StoredDigest",
    "StoredPast",
]


class Store:
    """What was observed, judged and told, in one database.

    Connects on first use: SQLite is created and migrated then, another schema on PostgreSQL is refused. A forked
    child connects anew by itself. Every method raises `StoreError` with a remedy when the store cannot be used.

    Parameters
    ----------
    url : `sqlite:////folder/vitals.db` or `postgresql://user:password@host/database`.
    clock : gives "now" as aware UTC; for leases and for when something was told.
    run_id : who writes, kept beside the rows.
    codec : how profiles become bytes; the codec of `vitals.profiles` unless given.
    """

    def __init__(self, url: str, clock: Callable[[], datetime], run_id: str, codec: Codec | None = None) -> None:
        self._database = Database(url)
        self._clock = clock
        self._run_id = run_id
        self._given_codec = codec

    @property
    def place(self) -> str:
        """The store as people know it, without user and password."""
        return self._database.place

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded store, which one machine uses."""
        return self._database.is_sqlite

    def open(self) -> None:
        """Connect and check the schema now instead of at the first use."""
        self._database.open()

    def upgrade(self) -> None:
        """Bring the schema to this version's; does nothing when it is there already."""
        self._database.upgrade()

    def close(self) -> None:
        """Close the connections of this process; the next use opens new ones."""
        self._database.close()

    def replace(self, observation: Observation, spec_hash: str) -> bool:
        """Write one observed day in place of what was there, and mark the model for judging from that day.

        All rows of (model, day) of partition, profile and validation go, and all measurements that became known on
        that day. `previous_*` of the facts is taken from what was stored, whatever the observation says.

        Returns
        -------
        False when the very same was stored already: then nothing is written and nothing is judged again.

        Raises
        ------
        StoreError
            Also for a measurement known on another day, for NaN, and for two rows with one key; nothing is written.
        """
        return observing.replace(self._database, observation, spec_hash, self._run_id, self._codec)

    def observed(self, model: str, first: Day, last: Day) -> dict[Day, str]:
        """List the observed days in first..last (inclusive), each with the hash of the model file it was observed with."""
        with self._database.reading() as connection:
            return observing.observed(connection, model, first, last)

    def first_observed(self, model: str) -> Day | None:
        """Give the oldest observed day, None before the first observation."""
        with self._database.reading() as connection:
            span = observing.span(connection, model)
        return span[0] if span else None

    def last_observed(self, model: str) -> Day | None:
        """Give the newest observed day, None before the first observation."""
        with self._database.reading() as connection:
            span = observing.span(connection, model)
        return span[1] if span else None

    def lease(self, model: str, owner: str, seconds: float = 60, wait_s: float = 0) -> Lease:
        """Ask for the right to judge a model (or to tell `channel C0123`), taken on entering a `with` block.

        Parameters
        ----------
        owner : who asks, in words for a person who has to wait.
        seconds : how long it holds without a heartbeat, which comes every third of it.
        wait_s : how long to wait while somebody else holds it; 0 fails at once.
        """
        return Lease(self._database, self._clock, model, owner, seconds, wait_s)

    def announce(self, model: str, owner: str) -> AbstractContextManager[None]:
        """Let others see within a `with` block who observes and judges a model; keeps nobody out."""
        return underway.announced(self._database, self._clock, model, owner)

    def at_work(self, model: str) -> str | None:
        """Say who observes or judges a model now; None when nobody does."""
        return underway.at_work(self._database, self._clock, model)

    def pending(self, model: str) -> Day | None:
        """Give the first day that awaits judging, None when all that was observed is judged."""
        with self._database.reading() as connection:
            return judging.pending(connection, model)

    def begin_judging(self, model: str, lease: Lease) -> Day | None:
        """Take over what awaits judging, also from a judge that was killed; None when nothing does.

        What is observed from now on marks the model again, and is left to the next replay.
        """
        return judging.begin(self._database, model, lease)

    def past(self, model: str, before: Day, since: Day) -> StoredPast[Drift]:
        """Read what was known at the end of the day before `before`, with history from `since` on (without profiles)."""
        return reading.past(self._database, model, before, since, Drift)

    def scored_past(self, model: str, before: Day, since: Day) -> StoredPast[DriftScore]:
        """Read the same with no more of each drift row than judging later days takes."""
        return reading.past(self._database, model, before, since, DriftScore)

    def profiles(
        self, model: str, first: Day, last: Day, wanted: Callable[[Day, str, str], bool] | None = None
    ) -> "Iterator[Profile]":
        """Profiles of first..last (inclusive) by day, subject and segment, decoded a day at a time.

        Parameters
        ----------
        wanted : whether to decode the profile of a day, subject and segment; None takes all.
        """
        return reading.profiles(self._database, self._codec, model, first, last, wanted)

    def cohorts(
        self, model: str, first: Day, last: Day, before: Day, spec_hash: str
    ) -> dict[tuple[Day, int], StoredCohort]:
        """Cohorts of first..last (inclusive) and their ages, each as it was known last before a day.

        Parameters
        ----------
        spec_hash : only what was observed with this model file.
        """
        return reading.cohorts(self._database, model, first, last, before, spec_hash)

    def cohort(self, model: str, day: Day, age: int, known_on: Day) -> list[Measurement]:
        """Everything that became known of a cohort at an age on one day; empty when nothing did."""
        return reading.cohort(self._database, model, day, age, known_on)

    def observed_days_from(self, model: str, day: Day, last: Day | None = None) -> Iterator[Observed]:
        """Read the observed days from `day` on, oldest first, a day at a time; `measurements` are those known on it."""
        return reading.observed_days_from(self._database, self._codec, model, day, last)

    def replace_judgement(
        self, model: str, from_day: Day, judged: Iterable[Judged], incidents: Sequence[Incident], lease: Lease
    ) -> None:
        """Write what was judged from a day on, in place of what was there, and clear what `begin_judging` took over.

        Parameters
        ----------
        judged : the replayed days, all of them >= `from_day`.
        incidents : every incident that changed, in its last state; an older one that loses rows and is not among
            them becomes what it was before `from_day`.

        Raises
        ------
        StoreError
            Also when the lease was lost; nothing is written.
        """
        judging.replace_judgement(self._database, model, from_day, judged, incidents, lease, self._run_id)

    def decide(self, triage: Triage) -> None:
        """Write a person's decision; days already judged from its date on are judged again."""
        decisions.decide(self._database, triage)

    def triage(self, model: str) -> list[Triage]:
        """Everything that was decided about a model, by day."""
        return decisions.said(self._database, model)

    def sent_since(self, channel: str, since: datetime) -> list[Sent]:
        """Read the digests that came into a channel since an instant, by day."""
        return reactions.sent_since(self._database, channel, since)

    def seen_reactions(self, channel_id: str, messages: Collection[str]) -> list[Reaction]:
        """Read the reactions that were seen under messages, oldest first."""
        return reactions.seen(self._database, channel_id, messages)

    def hear(
        self,
        new: Sequence[Reaction],
        gone: Collection[Reaction],
        said: Sequence[Triage],
        undone: Collection[Triage] = (),
    ) -> None:
        """Write reactions that came or went with the decisions that follow, in one transaction.

        Parameters
        ----------
        undone : decisions that no day was judged with, to be taken out again.
        """
        reactions.write(self._database, self._clock, new, gone, said, undone)

    def digest(self, channel: str, day: Day) -> StoredDigest | None:
        """Read the last revision of a channel's digest of a day, whether it was sent or not."""
        return digests.latest(self._database, channel, day)

    def last_told(self, channel: str, before_day: Day) -> StoredDigest | None:
        """Read the last digest of an earlier day that reached the channel or was printed: what is not in it is new."""
        return digests.last_told(self._database, channel, before_day)

    def told_before(self, channel: str, day: Day, revision: int) -> StoredDigest | None:
        """Read the last earlier revision of a day's digest that is in the channel."""
        return digests.told_before(self._database, channel, day, revision)

    def undelivered(self, channel: str, first: Day, before: Day) -> list[StoredDigest]:
        """Read the digests of first..before (exclusive) that did not surely reach the channel, by day."""
        return digests.undelivered(self._database, channel, first, before)

    def unfinished(self, channel: str, first: Day, before: Day) -> list[StoredDigest]:
        """Read the digests of first..before (exclusive) whose root is in the channel and the rest is not, by day."""
        return digests.unfinished(self._database, channel, first, before)

    def intend(
        self, channel: str, day: Day, revision: int, content: str, payload_hash: str, step: str = ROOT
    ) -> Delivery | None:
        """Write digest and message before posting.

        Returns
        -------
        None when it may be posted now (first time, or surely failed before). Else what is known: `sent` and `printed`
        need nothing, `intended` and `unclear` have to be looked up in the channel.

        Raises
        ------
        StoreError
            When this revision was told already with other content.
        """
        key = DigestKey(channel, day, revision)
        return digests.intend(self._database, key, content, payload_hash, step, self._run_id, self._clock)

    def confirm(
        self,
        channel: str,
        day: Day,
        revision: int,
        ts: str,
        channel_id: str,
        level: str = "full",
        step: str = ROOT,
        to_come: str | None = None,
    ) -> None:
        """Write that the message is in the channel, at `ts`; of a root also what of its digest is still to come."""
        known = {"ts": ts, "channel_id": channel_id, "level": level, "error": to_come}
        self._settle(channel, day, revision, step, DeliveryState.SENT, **known)

    def uploaded(self, channel: str, day: Day, revision: int, file_id: str, step: str) -> None:
        """Write under which id a file is about to be shared: after a crash it is looked for by that."""
        self._settle(channel, day, revision, step, DeliveryState.INTENDED, ts=file_id)

    def fail(self, channel: str, day: Day, revision: int, error: str, step: str = ROOT) -> None:
        """Write that the message is surely not in the channel; it may be intended again."""
        self._settle(channel, day, revision, step, DeliveryState.FAILED, error=error)

    def unclear(self, channel: str, day: Day, revision: int, error: str, step: str = ROOT) -> None:
        """Write that nobody knows whether the message is in the channel; it may still be confirmed."""
        self._settle(channel, day, revision, step, DeliveryState.UNCLEAR, error=error)

    def printed(self, channel: str, day: Day, revision: int, step: str = ROOT) -> None:
        """Write that the digest was shown here, because there is no Slack."""
        self._settle(channel, day, revision, step, DeliveryState.PRINTED)

    def rows(
        self, what: str, model: str | None = None, first: Day | None = None, last: Day | None = None
    ) -> list[dict[str, Any]]:
        """Read records as dictionaries with exactly their field names, by model and day.

        Parameters
        ----------
        what : measurements | drift | findings | incidents | validations | triage.
        first, last : inclusive, by `day`; incidents: all that were open in the range, resolved included. None is open.
        """
        return reading.rows(self._database, what, model, first, last)

    def models(self) -> list[str]:
        """Names of the models that were ever observed, sorted."""
        return retention.models(self._database)

    def prune(self, today: Day, keep_days: int = 400) -> dict[str, int]:
        """Drop what is older; gives the number of dropped rows by table."""
        return retention.prune(self._database, today, keep_days)

    def dump(self, model: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """Every row that a replay must give again byte for byte, by table and sorted by key, without run ids."""
        return reading.dump(self._database, model)

    @property
    def _codec(self) -> Codec:
        if self._given_codec is None:
            import vitals.profiles

            return vitals.profiles
        return self._given_codec

    def _settle(
        self, channel: str, day: Day, revision: int, step: str, state: DeliveryState, **known: str | None
    ) -> None:
        outcome = Delivery(DigestKey(channel, day, revision), step, state, **known)
        digests.settle(self._database, outcome, self._clock)
