"""The terminal `vitals`: reads options, runs the story plainly, prints. Never imports Prefect.

Only what every command needs is imported here; the rest waits in `deployments.commands` until it is called.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deployments.ending import ended, log_to_stderr


def _date(text: str | date) -> date:
    if isinstance(text, date):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        message = f"there is no day {text!r}; write it like 2013-08-22"
        raise typer.BadParameter(message) from None
    if not 1900 <= day.year <= 2199:
        message = f"must lie between 1900-01-01 and 2199-12-31, got {text!r}"
        raise typer.BadParameter(message)
    return day


def _number(low: int, high: int) -> Callable[[str | int], int]:
    def number(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            message = f"must be a whole number from {low} to {high}, got {text!r}"
            raise typer.BadParameter(message)
        return value

    return number


app = typer.Typer(
    name="vitals",
    help="Watches machine-learning models in production: symptoms first, then what they answer, then their inputs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
decide_app = typer.Typer(help="Say what you think of an incident, a subject or a day.", no_args_is_help=True)
app.add_typer(decide_app, name="decide")

Format = Literal["table", "json", "csv"]
DAY = {"parser": _date, "metavar": "YYYY-MM-DD"}
DayOption = Annotated[date | None, typer.Option(**DAY)]
Names = Annotated[list[str] | None, typer.Argument(metavar="[MODEL]...", help="Which models; none means all.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the decision.")]
Until = Annotated[date, typer.Option(**DAY, help="Last day it holds.")]
MuteUntil = Annotated[date | None, typer.Option(**DAY, help="Last day it holds.")]
FromDay = Annotated[date | None, typer.Option(**DAY, help="First day judged with it; default: the next to be judged.")]
Who = Annotated[str | None, typer.Option(help="Who says it; default: your login name.")]
Workers = typer.Option(parser=_number(1, 64), metavar="N", help="Processes that observe.")


@dataclass(frozen=True)
class Places:
    """Where files are, as said on the command line."""

    models: Path | None
    suites: Path | None


@app.callback()
def options(
    context: typer.Context,
    models: Annotated[Path | None, typer.Option(help="Folder of model files [VITALS_MODELS_DIR]")] = None,
    suites: Annotated[Path | None, typer.Option(help="Folder of suites [VITALS_SUITES_DIR]")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Say on stderr what the log says, with tracebacks.")] = False,
) -> None:
    """Take the options that every command shares."""
    log_to_stderr(debug=debug)
    context.obj = Places(models, suites)


def _settings(context: typer.Context) -> Any:
    from vitals.io.settings import Settings

    places: Places = context.obj
    return Settings.from_env(models_dir=places.models, suites_dir=places.suites)


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for the store and the page.")] = Path("out/demo"),
    day: Annotated[date, typer.Option(**DAY, help="Whose digest to print.")] = date(2013, 8, 22),
    workers: Annotated[int, Workers] = os.cpu_count() or 1,
) -> None:
    """Monitor five months of real predictions, print the digest of one telling day and write it as a page."""
    from deployments.commands import demo as command

    del context
    command.demo(out, day, workers)


@app.command()
def run(
    context: typer.Context,
    names: Names = None,
    day: DayOption = None,
    fail_on: Annotated[
        Literal["critical", "warning", "never"], typer.Option(help="Exit with 1 at findings this severe.")
    ] = "never",
    format: Annotated[Literal["text", "json"], typer.Option(help="How to print the digest.")] = "text",  # noqa: A002
) -> int:
    """Observe, judge and tell what is due (or one day, as known at its end)."""
    from deployments.commands import run as command

    return command.run(_settings(context), names or [], day, fail_on, format)


@app.command()
def backfill(
    context: typer.Context,
    names: Names = None,
    all_models: Annotated[bool, typer.Option("--all", help="All models.")] = False,
    first_day: DayOption = None,
    last_day: DayOption = None,
    last: Annotated[
        str | None, typer.Option(metavar="70d", help="The last so many days, instead of two dates.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Observe days again that were observed.")] = False,
    workers: Annotated[int, Workers] = 1,
    slack: Annotated[bool, typer.Option("--slack/--no-slack", help="Whether channels get the summary, once.")] = True,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to print the summary.")] = "text",  # noqa: A002
) -> int:
    """Observe and judge a range of days; writes history and one summary, never a digest a day."""
    from deployments.commands import backfill as command

    return command.backfill(
        _settings(context), names or [], all_models, first_day, last_day, last, force, workers, format, slack
    )


@app.command()
def digest(
    context: typer.Context,
    day: DayOption = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compose and print; send and store nothing.")] = False,
    as_sent: Annotated[bool, typer.Option("--as-sent", help="Print what was sent, not what is known now.")] = False,
    weekly: Annotated[bool, typer.Option("--weekly", help="The summary of the week that ends with the day.")] = False,
    format: Annotated[Literal["text", "html", "blocks", "json"], typer.Option(help="How to print it.")] = "text",  # noqa: A002
) -> int:
    """Compose the digest of a day and deliver it (to Slack with a token, else printed and written as a page)."""
    from deployments.commands import digest as command

    return command.digest(_settings(context), day, channel, command.Wanted(dry_run, as_sent, weekly), format)


@app.command()
def show(
    context: typer.Context,
    what: Annotated[
        Literal["measurements", "drift", "findings", "incidents", "validations", "triage"],
        typer.Argument(help="Which rows."),
    ],
    model: Annotated[str | None, typer.Argument(help="Of which model; none means all.")] = None,
    first_day: DayOption = None,
    last_day: DayOption = None,
    format: Annotated[Format, typer.Option(help="How to print them.")] = "table",  # noqa: A002
) -> None:
    """Print stored rows."""
    from deployments.commands import show as command

    command.show(_settings(context), what, model, first_day, last_day, format)


@app.command()
def check(
    context: typer.Context,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to print problems.")] = "text",  # noqa: A002
) -> int:
    """Check model files, suites, rules, sources and the store; every problem at once."""
    from deployments.commands import check as command

    return command.check(_settings(context), format)


@app.command()
def deploy(
    context: typer.Context,
    pool: Annotated[str, typer.Option(help="Work pool that runs the flows; created when missing.")] = "vitals",
    working_dir: Annotated[
        Path | None, typer.Option(help="Where workers find this folder; default: where it is here.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; change nothing.")] = False,
) -> int:
    """Register flows, schedules and forms with the Prefect server of PREFECT_API_URL; again, it changes what differs."""
    from deployments.commands import deploy as command

    return command.deploy(_settings(context), pool, working_dir, dry_run)


@app.command()
def suggest(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="For which model.")],
    first_day: DayOption = None,
    last_day: DayOption = None,
    suite: Annotated[
        str | None, typer.Option(help="Name of the suite; default: the model's, else MODEL_inputs.")
    ] = None,
) -> int:
    """Write a first suite of expectations from good days that are stored, with its evidence; never overwrites."""
    from deployments.commands import suggest as command

    return command.suggest(_settings(context), model, first_day, last_day, suite)


@app.command()
def replay(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="Which model.")],
    alerts: Annotated[
        Path, typer.Option(metavar="FILE", help="YAML with other alerts, limits, reference or calendar.")
    ],
    first_day: DayOption = None,
    last_day: DayOption = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to print it.")] = "text",  # noqa: A002
) -> None:
    """Show what a changed policy would have said over the last 90 stored days; stores nothing."""
    from deployments.commands import replay as command

    command.replays(_settings(context), model, alerts, first_day, last_day, format)


@app.command()
def schema() -> None:
    """Print the JSON Schema of model files, for editors."""
    from deployments.commands import check as command

    command.schema()


@app.command()
def upgrade(context: typer.Context) -> None:
    """Bring the store's tables to this version's schema."""
    from deployments.commands import upkeep as command

    command.upgrade(_settings(context))


@app.command()
def prune(
    context: typer.Context,
    keep_days: Annotated[int, typer.Option(parser=_number(200, 100_000), metavar="N", help="Days to keep.")] = 400,
) -> None:
    """Delete stored rows older than so many days."""
    from deployments.commands import upkeep as command

    command.prune(_settings(context), keep_days)


def _said(why: str, who: str | None, day: date | None) -> Any:
    from deployments.commands.decide import Said

    return Said(why, who, day)


def _decide_incident(context: typer.Context, kind: str, incident: str, until: Any, said: Any) -> None:
    from deployments.commands import decide as command

    command.incident(_settings(context), kind, incident, until, said)


@decide_app.command()
def accept(context: typer.Context, incident: str, why: Why, who: Who = None, day: FromDay = None) -> None:
    """Accept an incident as the new normal."""
    _decide_incident(context, "accept", incident, None, _said(why, who, day))


@decide_app.command()
def acknowledge(context: typer.Context, incident: str, why: Why, who: Who = None, day: FromDay = None) -> None:
    """Say that somebody looks at it."""
    _decide_incident(context, "acknowledge", incident, None, _said(why, who, day))


@decide_app.command()
def snooze(context: typer.Context, incident: str, until: Until, why: Why, who: Who = None, day: FromDay = None) -> None:
    """Keep an incident out of digests until a day."""
    _decide_incident(context, "snooze", incident, until, _said(why, who, day))


@decide_app.command("false-alarm")
def false_alarm(context: typer.Context, incident: str, why: Why, who: Who = None, day: FromDay = None) -> None:
    """Say that it was none: resolves it, its days become usual ones."""
    _decide_incident(context, "false_alarm", incident, None, _said(why, who, day))


@decide_app.command()
def mute(
    context: typer.Context,
    model: str,
    symptom: str,
    subject: str,
    why: Why,
    until: MuteUntil = None,
    who: Who = None,
    day: FromDay = None,
) -> None:
    """Report nothing of a symptom on a subject any more (until a day)."""
    from deployments.commands import decide as command

    command.mute(_settings(context), model, symptom, subject, until, _said(why, who, day))


@decide_app.command("bad-day")
def bad_day(
    context: typer.Context,
    model: str,
    bad: Annotated[date, typer.Argument(parser=_date, metavar="DAY")],
    why: Why,
    who: Who = None,
    day: FromDay = None,
) -> None:
    """Say that a day is no reference for later days."""
    from deployments.commands import decide as command

    command.bad_day(_settings(context), model, bad, _said(why, who, day))


@decide_app.command()
def withdraw(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(metavar="INCIDENT | MODEL DAY | MODEL SYMPTOM SUBJECT")],
    why: Why,
    who: Who = None,
    day: FromDay = None,
) -> None:
    """Take back what was said of an incident, of a (bad) day, or of a (muted) symptom on a subject."""
    from deployments.commands import decide as command

    command.withdraw(_settings(context), what, _said(why, who, day))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the terminal; gives the exit code. Whatever goes wrong is one message on stderr."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ended(lambda: app(arguments, prog_name="vitals", standalone_mode=False))


if __name__ == "__main__":
    raise SystemExit(main())
