"""What users' own expressions ask of a model's tables, and which of them is to be named when it is wrong.

Knows names and columns only; `vitals.io.rules` knows what an expression may say.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from vitals.errors import InputError
from vitals.io import rules
from vitals.io.sources import Source, needed_columns
from vitals.io.sources.base import hint
from vitals.spec import Model

HOLDOUT = "feedback.holdout"

Wish = tuple[str, Collection[str]]
"""who asks, in words, and the columns asked for"""


def of_predictions(model: Model) -> list[Wish]:
    """Give what rules over predictions and heuristics ask for.

    Raises
    ------
    InputError : an expression cannot be understood; the message names its rule.
    """
    asked = [(rule_words(rule.name), rule.where) for rule in model.avoid if rule.over == "predictions"]
    return _wishes([*asked, *((heuristic_words(one.name), one.value) for one in model.heuristics)])


def of_outcomes(model: Model) -> list[Wish]:
    """Give what rules over outcomes ask of the prediction log (the label is there anyway); raises as `of_predictions`."""
    target = {model.feedback.target} if model.feedback else set()
    asked = [(rule_words(rule.name), rule.where) for rule in model.avoid if rule.over == "outcomes"]
    return [(who, set(columns) - target) for who, columns in _wishes(asked)]


def of_holdout(model: Model) -> list[Wish]:
    """Give what the predicate of the holdout asks of the prediction log, if there is one; raises as `of_predictions`."""
    holdout = model.feedback.holdout if model.feedback else None
    return _wishes([(HOLDOUT, holdout)]) if holdout else []


def columns(wishes: Sequence[Wish]) -> tuple[str, ...]:
    """Name all columns asked for, sorted."""
    return tuple(sorted(set().union(*(asked for _, asked in wishes))))


def can_run(expression: str, missing: Collection[str]) -> bool:
    """Tell whether an expression keeps clear of inputs that the table lacks: their absence is a finding of its own."""
    return not rules.columns_of(expression) & set(missing)


def rule_words(name: str) -> str:
    """Name an avoid rule in a message."""
    return f"avoid rule {name!r}"


def heuristic_words(name: str) -> str:
    """Name a heuristic in a message."""
    return f"heuristic {name!r}"


@contextmanager
def named(who: str) -> Iterator[None]:
    """Say whose expression is wrong."""
    try:
        yield
    except InputError as error:
        message = f"{who}: {error}"
        raise InputError(message) from None


@contextmanager
def blamed(source: Source, model: Model, wishes: Sequence[Wish]) -> Iterator[None]:
    """Say who alone asked for a column that the prediction log does not have, when reading it went wrong."""
    try:
        yield
    except InputError as error:
        table, own = model.predictions.table, needed_columns(model, (), ())
        there = source.columns(table)
        for who, asked in wishes:
            for name in sorted(set(asked) - there.keys() - set(own)):
                message = f"{who}: there is no column {name!r} in table {table!r}; {hint(name, there)}"
                raise InputError(message) from error
        raise


def _wishes(asked: Sequence[tuple[str, str]]) -> list[Wish]:
    wishes: list[Wish] = []
    for who, expression in asked:
        with named(who):
            wishes.append((who, rules.columns_of(expression)))
    return wishes
