"""What a run leaves to be read in Prefect: findings and episodes as tables, progress that moves. Values are escaped."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact

from tasks.world import world
from vitals import words
from vitals.records import Day, Severity
from vitals.render.markdown import escaped, link
from vitals.spec import Model

MOST_ROWS = 200


def show_findings(models: Sequence[Model], days: Mapping[str, Sequence[Day]]) -> int:
    """Leave the findings of the days that a run observed as a table; gives how many there are."""
    found = [row for model in models for row in _findings(model, days.get(model.name, ()))]
    found.sort(key=lambda row: (row["priority"], -Severity(row["severity"]).rank, row["model"], row["day"]))
    runbooks = {model.name: model.runbook for model in models}
    table = [_finding(row, runbooks.get(row["model"])) for row in found[:MOST_ROWS]]
    if table:
        create_table_artifact(table=table, key="findings", description=_said(len(found), "finding"))
    return len(found)


def show_episodes(models: Sequence[Model], first: Day, last: Day) -> int:
    """Leave the incidents of a range as a table, oldest first; gives how many there are."""
    rows = [row for model in models for row in world().store.rows("incidents", model.name, first, last)]
    found = [row for row in rows if row["severity"] != Severity.INFO]
    found.sort(key=lambda row: (row["opened_on"], row["model"], row["priority"]))
    runbooks = {model.name: model.runbook for model in models}
    table = [_episode(row, runbooks.get(row["model"])) for row in found[:MOST_ROWS]]
    if table:
        create_table_artifact(table=table, key="episodes", description=_said(len(found), "incident"))
    return len(found)


class Progress:
    """A card on the run's page that says how far a backfill is."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._card: UUID | None = None
        if total:
            made = create_progress_artifact(progress=0.0, key="backfill", description=f"0 of {self._whole}")
            self._card = made if isinstance(made, UUID) else None

    def advance(self, days: int, what: str) -> None:
        """Count days that are done."""
        self._done += days
        if self._card:
            text = f"{self._done:,} of {self._whole}: {what}"
            update_progress_artifact(self._card, progress=round(100 * self._done / self._total, 1), description=text)

    @property
    def _whole(self) -> str:
        return f"{words.count(self._total, 'model-day')} observed"


def _findings(model: Model, days: Sequence[Day]) -> list[dict[str, Any]]:
    if not days:
        return []
    rows = world().store.rows("findings", model.name, min(days), max(days))
    return [row for row in rows if row["day"] in set(days)]


def _finding(row: Mapping[str, Any], runbook: str | None) -> dict[str, str]:
    place = " · ".join(str(part) for part in (row["subject"], row["segment"]) if part)
    return {
        "day": str(row["day"]),
        "model": _named(row["model"], runbook),
        "P": str(row["priority"]),
        "severity": str(row["severity"]),
        "what": escaped(f"{row['symptom'].replace('_', ' ')}: {place}"),
        "finding": escaped(row["statement"]),
        "what to do": escaped(row["what_to_do"]),
    }


def _episode(row: Mapping[str, Any], runbook: str | None) -> dict[str, str]:
    place = " · ".join(str(part) for part in (row["subject"], row["segment"]) if part)
    return {
        "opened": str(row["opened_on"]),
        "until": str(row["last_seen_on"]),
        "days": str(row["days"]),
        "now": "resolved" if row["resolved_on"] else "open",  # before what is long: a page cuts a wide table
        "model": _named(row["model"], runbook),
        "P": str(row["priority"]),
        "severity": str(row["severity"]),
        "what": escaped(f"{row['symptom'].replace('_', ' ')}: {place}"),
    }


def _named(model: str, runbook: str | None) -> str:
    return link(model, runbook) if runbook else escaped(model)


def _said(amount: int, noun: str) -> str:
    shown = f", the first {MOST_ROWS} shown" if amount > MOST_ROWS else ""
    return f"{words.count(amount, noun)}{shown}"
