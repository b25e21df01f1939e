"""`vitals deploy`: register flows, schedules and forms with a Prefect server; run again, it changes what differs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deployments import schedules, standing
from deployments.commands.common import say
from deployments.register import ROOT, secrets, wanted
from flows.choosing import chosen
from vitals.errors import ConfigError, VitalsError
from vitals.io.settings import Settings
from vitals.spec import Model


def deploy(settings: Settings, pool: str, folder: Path | None, dry_run: bool) -> int:
    """Make the server as the model files say, or (dry run) print what would change."""
    models, unread = chosen(settings, [])
    if unread:
        message = "\n".join([*unread.values(), "nothing was deployed; mend these files first"])
        raise ConfigError(message)
    with standing.server() as client:
        blocks = standing.secret_blocks(client)
        desired = wanted(settings, models, blocks, pool, folder or ROOT)
        changes = standing.plan(client, desired)
        kept = _kept(client, desired)
        if changes and dry_run:
            say("this would make the server as the model files say:")
        for change in changes:
            if not dry_run:
                change.make()
            say(change.text)
        for line in (*kept, *_where_secrets_are(models, blocks)):
            say(line)
    _end(len(changes), pool, dry_run=dry_run)
    return 0


def problems(settings: Settings, models: Sequence[Model]) -> list[VitalsError]:
    """What is wrong with what stands on the server: nothing deployed, older than the files, no worker."""
    found: list[VitalsError] = []
    try:
        with standing.server() as client:
            daily = standing.read(client, "daily")
            if daily is None or daily.work_pool_name is None:
                return [ConfigError("Prefect: nothing is deployed there; run `vitals deploy`")]
            folder = Path((daily.job_variables or {}).get("working_dir") or ROOT)
            desired = wanted(settings, models, standing.secret_blocks(client), daily.work_pool_name, folder)
            differing = [change.text.strip() for change in standing.plan(client, desired)]
            if differing:
                told = f"Prefect: older than the model files ({'; '.join(differing)}); run `vitals deploy`"
                found.append(ConfigError(told))
            found += standing.idle(client, daily.work_pool_name)
    except VitalsError as error:
        found.append(error)
    return found


def _kept(client: Any, desired: Sequence[Any]) -> Iterator[str]:
    for one in desired:
        there = standing.read(client, one.name)
        if there is not None:
            yield from (f"{one.name}: {line}" for line in schedules.kept(there, one))


def _where_secrets_are(models: Sequence[Model], blocks: set[str]) -> Iterator[str]:
    """Say for every secret where runs get it from; no value is read."""
    for variable, block in secrets(models).items():
        if block in blocks:
            yield f"{variable}: from the secret block {block}"
        elif variable.startswith("VITALS_SOURCE_"):
            yield f"{variable}: from the worker's environment (or make a secret block {block!r} and deploy again)"


def _end(changes: int, pool: str, *, dry_run: bool) -> None:
    if not changes:
        say("nothing to change")
    elif dry_run:
        say("nothing was changed (--dry-run)")
    else:
        say(f"done; runs need a worker: prefect worker start --pool {pool}")
