"""What should stand on a Prefect server: deployments, their schedules and forms, computed from model files alone.

Pure but for importing the flows: asks no server (that is `deployments.standing`), reads no environment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from vitals import words
from vitals.io.settings import Settings, source_variable
from vitals.spec import Model

POOL = "vitals"
ROOT = Path(__file__).resolve().parents[1]
AFTER_DUE = timedelta(minutes=5)
TAG = "vitals"
STORY_NAMES = 20
"""How many models a description lists by name."""

ENVIRONMENT = {
    "PREFECT_LOGGING_EXTRA_LOGGERS": "vitals",  # what the core logs is on the run's page
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # a thread of ours is in no run
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # the automation below counts on it
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
SECRETS = {
    "VITALS_STORE_URL": "vitals-store",
    "VITALS_SLACK_TOKEN": "vitals-slack-token",
    "VITALS_HEARTBEAT_URL": "vitals-heartbeat",
}
"""Variables that hold secrets, and the Prefect secret block that may hand them out; sources have one each."""

ZOMBIES: dict[str, Any] = {
    "name": "Vitals: end runs whose heartbeat stopped",
    "description": "A killed process cannot say so: after five minutes of silence its run is marked as crashed, so that "
    "the next one may start. Made by `vitals deploy`.",
    "enabled": True,
    "trigger": {
        "type": "event",
        "posture": "Proactive",
        "after": ["prefect.flow-run.heartbeat"],
        "expect": ["prefect.flow-run.*"],  # another heartbeat or an end, which is named after its state: "2 fine"
        "match": {"prefect.resource.id": "prefect.flow-run.*"},
        "match_related": {"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"},
        "for_each": ["prefect.resource.id"],
        "threshold": 1,
        "within": 300,
    },
    "actions": [{"type": "change-flow-run-state", "state": "CRASHED", "message": "No heartbeat for five minutes"}],
}


@dataclass(frozen=True)
class Tick:
    """A daily schedule: when, in which zone, and for which models.

    Attributes
    ----------
    at : local time, five minutes after the models' `due`.
    """

    at: time
    zone: str
    models: tuple[str, ...]

    @property
    def slug(self) -> str:
        """Its name in the UI, and how the next deploy knows it again."""
        return f"{self.at:%H:%M} {self.zone}"

    @property
    def cron(self) -> str:
        """Its time as a cron line."""
        return f"{self.at.minute} {self.at.hour} * * *"


@dataclass(frozen=True)
class Wanted:
    """A deployment as it should be; what users may change in the UI (pauses, schedules) is no part of it."""

    name: str
    entrypoint: str
    description: str
    form: Mapping[str, Any]
    alone: bool
    pool: str
    job_variables: Mapping[str, Any]
    ticks: tuple[Tick, ...] = ()
    tags: tuple[str, ...] = field(default=(TAG,))


def ticks(models: Sequence[Model]) -> tuple[Tick, ...]:
    """One schedule per distinct (`due`, zone), five minutes after it; ordered by time, then zone."""
    together: dict[tuple[time, str], list[str]] = {}
    for model in models:
        at = (datetime.combine(date(2000, 1, 1), model.due) + AFTER_DUE).time().replace(second=0, microsecond=0)
        together.setdefault((at, model.timezone), []).append(model.name)
    return tuple(Tick(at, zone, tuple(sorted(names))) for (at, zone), names in sorted(together.items()))


def wanted(
    settings: Settings, models: Sequence[Model], blocks: Collection[str], pool: str = POOL, folder: Path = ROOT
) -> list[Wanted]:
    """Say what should stand on the server.

    Parameters
    ----------
    blocks : names of the secret blocks that the server has.
    folder : where workers find this checkout.
    """
    from flows import backfill, daily, digest, observe

    names = sorted(model.name for model in models)
    variables = job_variables(settings, models, blocks, folder)

    def deployment(flow: Any, story: str, alone: bool, ticks: tuple[Tick, ...] = ()) -> Wanted:
        entrypoint = f"{flow.fn.__module__}.{flow.fn.__name__}"
        return Wanted(flow.name, entrypoint, story, form(flow, names), alone, pool, variables, ticks)

    return [
        deployment(daily.daily, f"{daily.STORY}\n{_watched(models)}", alone=True, ticks=ticks(models)),
        deployment(backfill.backfill, backfill.STORY, alone=True),
        deployment(digest.digest, digest.STORY, alone=True),
        deployment(observe.observe, observe.STORY, alone=False),
    ]


def form(flow: Any, models: Sequence[str]) -> dict[str, Any]:
    """Give the form of a flow's parameters as JSON Schema, with models to pick from a list."""
    from prefect.utilities.callables import parameter_schema

    schema: dict[str, Any] = parameter_schema(flow).model_dump(mode="json", exclude_unset=True)
    properties = schema["properties"]
    if "models" in properties:
        properties["models"]["items"]["enum"] = list(models)
    if "model" in properties:
        properties["model"]["enum"] = list(models)
    return schema


def job_variables(settings: Settings, models: Sequence[Model], blocks: Collection[str], folder: Path) -> dict[str, Any]:
    """Where runs start and what their environment gets: references to secret blocks, never a secret."""
    env = dict(ENVIRONMENT)
    for variable, path in (("VITALS_MODELS_DIR", settings.models_dir), ("VITALS_SUITES_DIR", settings.suites_dir)):
        inside = path.resolve().relative_to(folder) if path.resolve().is_relative_to(folder) else path.resolve()
        env[variable] = str(inside)
    for variable, block in secrets(models).items():
        if block in blocks:
            env[variable] = f"{{{{ prefect.blocks.secret.{block} }}}}"
    return {"working_dir": str(folder), "env": env}


def secrets(models: Sequence[Model]) -> dict[str, str]:
    """Variables that runs need as secrets, with the block that may hold each: sources by name, then the others."""
    named = sorted(
        {model.predictions.source for model in models} | {model.feedback.source for model in models if model.feedback}
    )
    found = {source_variable(name): f"vitals-source-{name.lower().replace('_', '-')}" for name in named}
    return found | SECRETS


def _watched(models: Sequence[Model]) -> str:
    """The models as a list for the description, with their runbooks."""
    shown = sorted(models, key=lambda model: model.name)[:STORY_NAMES]
    lines = [_line(model) for model in shown]
    rest = len(models) - len(shown)
    lines += [f"- and {rest} more"] if rest else []
    return f"{words.count(len(models), 'model')}:\n\n" + "\n".join(lines) + "\n"


def _line(model: Model) -> str:
    title = words.visible(model.title) if model.title else ""
    runbook = f" ([runbook]({model.runbook}))" if model.runbook else ""
    when = f"due {model.due:%H:%M} {model.timezone}"
    return f"- `{model.name}`: {f'{title}, ' if title else ''}{when}{runbook}"
