"""`vitals check` and `vitals schema`: every problem of files, rules, sources and the store at once."""

from collections.abc import Iterator

from deployments.commands.common import print_json, say
from tasks.world import open_world
from vitals import words
from vitals.errors import VitalsError
from vitals.io import checking
from vitals.io.settings import Settings
from vitals.io.world import World
from vitals.spec import Model, load_models
from vitals.spec import schema as model_schema


def check(settings: Settings, as_format: str) -> int:
    """Print every problem found; 0 when there is none, 2 otherwise."""
    loaded = load_models(settings.models_dir)
    problems = list(loaded.problems)
    with open_world(settings) as world:
        for model in loaded.models:
            problems += _suite_problems(settings, model)
            problems += checking.problems(world, model)
        problems += _store_problems(world)
    if as_format == "json":
        print_json(problems)
    else:
        for problem in problems:
            say(problem)
        found = words.count(len(problems), "problem") if problems else "no problems"
        say(f"{words.count(len(loaded.models), 'model')} checked: {found}")
    return 2 if problems else 0


def schema() -> None:
    """Print the JSON Schema of a model file."""
    print_json(model_schema())


def _suite_problems(settings: Settings, model: Model) -> Iterator[str]:
    from expectations.checking import check_suite

    if model.expectations is None:
        return
    path = settings.suites_dir / f"{model.expectations}.yaml"
    if not path.exists():
        yield f"{model.name} expectations: no suite {path}; write it, or take the key out"
        return
    yield from check_suite(path)


def _store_problems(world: World) -> Iterator[str]:
    try:
        world.store.models()
    except VitalsError as error:
        yield f"store: {error}"
