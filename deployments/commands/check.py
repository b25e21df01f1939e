"""`vitals check` and `vitals schema`: every problem of files, rules, sources and the store at once."""

from collections.abc import Iterator, Sequence

from deployments.commands.common import print_json, say
from flows.choosing import nothing_to_watch
from tasks.world import open_world
from vitals import words
from vitals.errors import ConfigError, InputError, VitalsError
from vitals.io import checking
from vitals.io.settings import Settings, hide_passwords
from vitals.io.sources.base import hint
from vitals.io.telling import DEFAULT_CHANNEL, channel_of
from vitals.io.world import World
from vitals.spec import Model, load_models
from vitals.spec import schema as model_schema


def check(settings: Settings, as_format: str) -> int:
    """Print every problem found; 0 when there is none, 3 when all are outside trouble, else 2."""
    loaded = load_models(settings.models_dir)
    problems: list[VitalsError] = [ConfigError(line) for line in loaded.problems]
    with open_world(settings) as world:
        for model in loaded.models:
            suite = list(_suite_problems(settings, model))
            problems += map(ConfigError, suite)
            rest = model.model_copy(update={"expectations": ()}) if suite else model
            problems += checking.problems(world, rest)
            problems += [] if suite else _label_columns(world, model)
        problems += _store_problems(world)
        of_slack, slack_notes = _slack(world, loaded.models)
        problems += of_slack
    if settings.prefect_api_url and loaded.models and not loaded.problems:
        problems += _prefect_problems(settings, loaded.models)
    if not loaded.models and not problems:
        problems.append(ConfigError(nothing_to_watch(settings)))
    if as_format == "json":
        print_json([hide_passwords(str(problem)) for problem in problems])
    else:
        for note in dict.fromkeys(note for model in loaded.models for note in _suite_notes(settings, model)):
            say(f"note: {note}")
        for note in slack_notes:
            say(f"note: {note}")
        for problem in problems:
            say(hide_passwords(str(problem)))
        found = words.count(len(problems), "problem") if problems else "no problems"
        say(f"{words.count(len(loaded.models), 'model')} checked: {found}")
    return min((problem.exit_code for problem in problems), default=0)


def schema() -> None:
    """Print the JSON Schema of a model file."""
    print_json(model_schema())


def _suite_problems(settings: Settings, model: Model) -> Iterator[str]:
    from expectations.checking import check_suite
    from expectations.labels import label_problems
    from expectations.loading import examine, label_suite_paths, suite_paths

    for path in suite_paths(settings.suites_dir, model):
        yield from check_suite(path)
    for path in label_suite_paths(settings.suites_dir, model):
        yield from check_suite(path)
        yield from label_problems(examine(path)[0])


def _label_columns(world: World, model: Model) -> Iterator[VitalsError]:
    """Columns that a suite of the labels names and the feedback table does not have."""
    from expectations.loading import label_suite_paths, load_suite, suite_columns

    feedback = model.feedback
    paths = label_suite_paths(world.settings.suites_dir, model)
    if feedback is None or not paths:
        return
    try:
        there = world.source(feedback.source).columns(feedback.table)
    except VitalsError:
        return  # said already
    for suite in map(load_suite, paths):
        for name in suite_columns(suite):
            if name not in there:
                told = f"there is no column {name!r} in table {feedback.table!r}; {hint(name, there)}"
                yield InputError(f"{model.name} feedback: suite {suite.name}: {told}")


def _suite_notes(settings: Settings, model: Model) -> list[str]:
    """What a suite may say and is often misunderstood; a suite that cannot be read has problems instead."""
    from expectations.loading import label_suite_paths, load_suite, suite_paths, suite_warnings

    paths = (*suite_paths(settings.suites_dir, model), *label_suite_paths(settings.suites_dir, model))
    try:
        suites = [load_suite(path) for path in paths]
    except ConfigError:
        return []
    return [note for suite in suites for note in suite_warnings(suite)]


def _store_problems(world: World) -> Iterator[VitalsError]:
    try:
        world.store.models()
    except VitalsError as error:
        yield error


def _prefect_problems(settings: Settings, models: Sequence[Model]) -> Sequence[VitalsError]:
    """Whether the server answers, knows the models as the files say, and has a worker."""
    from deployments.commands import deploy

    return deploy.problems(settings, models)


def _slack(world: World, models: Sequence[Model]) -> tuple[Sequence[VitalsError], Sequence[str]]:
    """Look at token, scopes and channels; gives problems and notes. Without a token digests are printed."""
    token, settings = world.settings.slack_token, world.settings
    if token is None:
        return [], []
    from vitals.io.slack import Slack
    from vitals.io.slack.checking import look

    channels: dict[str, list[str]] = {}
    for model in models:
        channels.setdefault(channel_of(world, model), []).append(model.name)
    homeless = channels.pop(DEFAULT_CHANNEL, [])
    slack = Slack(token.get_secret_value(), settings.slack_base_url)
    found = look(slack, channels, settings.slack_fallback_channel)
    nowhere = f"{words.listed(homeless, most=5)}: no channel; the digest is printed (set VITALS_SLACK_CHANNEL)"
    return found.problems, [*found.notes, *([nowhere] if homeless else [])]
