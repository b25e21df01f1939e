"""Model files: reading one, or a directory of them, with every problem told at once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from vitals.errors import ConfigError
from vitals.spec.document import Document, Problem, read_document
from vitals.spec.draft import Draft
from vitals.spec.model import Model
from vitals.spec.rules import cross_problems
from vitals.spec.wording import problems_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a directory of model files holds.

    Attributes
    ----------
    models : those that are right, by name.
    problems : one line per problem, by file and line.
    broken : per file that is wrong, by its name without .yaml, its own problems.
    """

    models: tuple[Model, ...]
    problems: tuple[str, ...]
    broken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_models(directory: Path) -> Loaded:
    """Read every `*.yaml` of a directory; a broken file never keeps the others from being read.

    Raises
    ------
    ConfigError
        When the directory does not exist or cannot be listed.
    """
    if not directory.is_dir():
        what = "is no directory" if directory.exists() else "does not exist"
        msg = f"{directory} {what}; name the folder of model files with --models or VITALS_MODELS_DIR"
        raise ConfigError(msg)
    try:
        paths = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    except OSError as error:
        msg = f"{directory} cannot be listed: {error.strerror}; check its permissions"
        raise ConfigError(msg) from None
    models: list[Model] = []
    broken: dict[str, tuple[str, ...]] = {}
    for path in paths:
        if path.suffix.lower() in {".yml", ".yaml"} and path.suffix != ".yaml":
            broken[path.stem] = (f"{path} is not read: model files end in .yaml; rename it",)
        elif path.suffix == ".yaml":
            try:
                models.append(load_model(path))
            except ConfigError as error:
                broken[path.stem] = tuple(str(error).splitlines())
    return Loaded(tuple(models), tuple(line for lines in broken.values() for line in lines), broken)


POLICY = ("alerts", "limits", "reference", "calendar")
"""Keys that say how stored days are judged: another value reads no source again."""


def load_model(path: Path) -> Model:
    """Read one model file.

    Parameters
    ----------
    path : a file named like the model, `<model>.yaml`.

    Returns
    -------
    Model
        The model; keys the file leaves out, or leaves empty, have their defaults.

    Raises
    ------
    ConfigError
        With all problems of the file, one per line, sorted by line: `path:line key.path: what, got X; remedy`.
    """
    document = read_document(path)
    model, wrong = _understood(document.values)
    problems = [*document.problems, *_name_differs(Draft(document.values), path), *wrong]
    if model is None or problems:
        raise ConfigError("\n".join(_lines(problems, document, path)))
    return model


def load_policy(model_path: Path, path: Path) -> Model:
    """Read a model file with the keys of a policy file, one or more of `POLICY`, in place of its own.

    Raises
    ------
    ConfigError
        With all problems of the policy file, as `load_model` tells them; the model file must be right.
    """
    load_model(model_path)
    document = read_document(path)
    strange = [
        Problem((key,), f"is no key of a policy; use {', '.join(POLICY[:-1])} or {POLICY[-1]}")
        for key in document.values
        if key not in POLICY
    ]
    if not document.values:
        strange.append(Problem((), f"is empty; give one or more of {', '.join(POLICY)}"))
    own = {key: value for key, value in document.values.items() if key in POLICY}
    model, wrong = _understood({**read_document(model_path).values, **own})
    problems = [*document.problems, *strange, *wrong]
    if model is None or problems:
        raise ConfigError("\n".join(_lines(problems, document, path)))
    return model


def _understood(values: Mapping[str, object]) -> tuple[Model | None, list[Problem]]:
    """Make a model of a file's values, as far as they are right."""
    wrong = list(cross_problems(Draft(values)))
    try:
        # as JSON, because only there strict types let a list be a tuple and a text a date, and 1 no boolean
        return Model.model_validate_json(json.dumps(values), strict=True), wrong
    except ValidationError as error:
        return None, [*wrong, *problems_of(error, values)]


def _name_differs(draft: Draft, path: Path) -> Iterator[Problem]:
    name = draft.text("model")
    if name is not None and name != path.stem:
        yield Problem(("model",), f"must be the file's name, got '{name}' in {path.name}; rename one of both")


def _lines(problems: list[Problem], document: Document, path: Path) -> list[str]:
    """Write one line per problem, the first one told of a place only, sorted by line."""
    first: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        first.setdefault((problem.place, problem.line), problem)
    ordered = sorted(first.values(), key=lambda p: (p.line or document.line(p.place), [str(step) for step in p.place]))
    return [_line(problem, document, path) for problem in ordered]


def _line(problem: Problem, document: Document, path: Path) -> str:
    line = problem.line or document.line(problem.place)
    where = ".".join(str(step) for step in problem.place)
    return f"{path}:{line} {where + ': ' if where else ''}{' '.join(problem.text.split())}"
