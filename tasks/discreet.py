"""What a run says to Prefect holds no secret: neither its log, nor the message of a state, nor a traceback.

Prefect stores whatever a task or a flow raises, with its causes, where everybody who may open the UI can read it; drivers
put URLs with passwords into what they raise. Knows which texts are secret from the settings alone.
"""

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from traceback import format_exception
from typing import ParamSpec, TypeVar

from vitals.io.settings import without_secrets

P = ParamSpec("P")
T = TypeVar("T")


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function that Prefect runs log and raise nothing secret; what it raises keeps its type where it can."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        hush_handlers()
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  it is raised again, outside: here it would become the other's context
            told = cleaned(error)
        raise told

    return guarded


def cleaned(error: BaseException) -> BaseException:
    """Take secrets out of an exception and of all that caused it; one that cannot be mended is told by another.

    The traceback stays. An exception whose text is not made of its arguments becomes a RuntimeError that names its type.
    """
    if not _tells("".join(format_exception(error))):
        return error
    return _cleaned(error, {})


def hush_handlers() -> None:
    """Put the filter on every handler of Prefect's that this process has; once is enough."""
    for handler in _handlers():
        if not any(isinstance(one, Hush) for one in handler.filters):
            handler.addFilter(Hush())


class Hush(logging.Filter):
    """Lets every record through, without secrets in its text or its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mend the record where it would show a secret."""
        said = record.getMessage()
        if _tells(said):
            record.msg, record.args = without_secrets(said), None
        if record.exc_info and record.exc_info[1] is not None:
            trace = record.exc_text or "".join(format_exception(record.exc_info[1])).rstrip("\n")
            if _tells(trace):
                record.exc_info = None
                record.exc_text = without_secrets(trace)
        return True


def _cleaned(error: BaseException, known: dict[int, BaseException]) -> BaseException:
    if id(error) in known:
        return known[id(error)]
    error.args = tuple(_said(argument) for argument in error.args)
    if hasattr(error, "__notes__"):
        error.__notes__ = [without_secrets(note) for note in error.__notes__]
    told = error
    if _tells(str(error)) or _tells(repr(error)):
        told = RuntimeError(f"{type(error).__name__}: {without_secrets(str(error))}").with_traceback(
            error.__traceback__
        )
    known[id(error)] = told
    hidden = error.__suppress_context__
    cause, context = error.__cause__, error.__context__
    told.__cause__ = _cleaned(cause, known) if cause is not None else None
    told.__context__ = _cleaned(context, known) if context is not None else None
    told.__suppress_context__ = hidden
    return told


def _said(argument: object) -> object:
    """An argument as it may be told: what would show a secret becomes its own text without."""
    if isinstance(argument, str):
        return without_secrets(argument)
    return without_secrets(repr(argument)) if _tells(repr(argument)) else argument


def _tells(text: str) -> bool:
    return without_secrets(text) != text


def _handlers() -> Iterator[logging.Handler]:
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    for logger in loggers:
        if isinstance(logger, logging.Logger):
            yield from (one for one in logger.handlers if type(one).__module__.startswith("prefect."))
