"""The shape of what judging and digests read of the past; the store's rows have it."""

from collections.abc import Sequence
from typing import Protocol

from vitals.records import Day, Drift, DriftScore, Finding, Incident, Measurement, PartitionFacts, Transition


class ScoredPast(Protocol):
    """What was known of a model at the end of the day before `before`.

    Attributes
    ----------
    facts, drifts : of the days from `since` on; of drifts judging needs no more than their scores.
    measurements : that became known since then.
    findings, transitions : since then, and older ones of the places in `incidents`.
    incidents : open at that time, or resolved shortly before it, in the state of that time.
    """

    @property
    def before(self) -> Day: ...
    @property
    def since(self) -> Day: ...
    @property
    def facts(self) -> Sequence[PartitionFacts]: ...
    @property
    def measurements(self) -> Sequence[Measurement]: ...
    @property
    def drifts(self) -> Sequence[Drift | DriftScore]: ...
    @property
    def findings(self) -> Sequence[Finding]: ...
    @property
    def transitions(self) -> Sequence[Transition]: ...
    @property
    def incidents(self) -> Sequence[Incident]: ...


class Past(ScoredPast, Protocol):
    """The same with whole drift rows, for showing."""

    @property
    def drifts(self) -> Sequence[Drift]: ...
