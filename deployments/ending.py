"""How the terminal ends: an exit code, and for whatever went wrong one message on stderr that says what to do.

Knows no commands. Tracebacks are for `--debug` only.
"""

import logging
import re
import sys
from collections.abc import Callable

from typer.exceptions import Abort, TyperException

from vitals.errors import VitalsError

MISTAKE, TROUBLE, INTERRUPTED = 2, 3, 130
log = logging.getLogger("vitals.terminal")


def ended(command: Callable[[], int | None]) -> int:
    """Run a command; gives the exit code, having said why when it is none of the command's own."""
    try:
        code = command() or 0
    except TyperException as error:
        return _usage(error)
    except VitalsError as error:
        log.debug("the command ended early", exc_info=True)
        complain(error)
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        code = INTERRUPTED
    except Exception as error:
        log.debug("a bug", exc_info=True)
        complain(f"unexpected {type(error).__name__}: {error}; this is a bug, `vitals --debug ...` shows where")
        return TROUBLE
    if code == INTERRUPTED:
        sys.stderr.write("interrupted; whole days are kept, the same command goes on from here\n")
    return code


def complain(problem: object) -> None:
    """Write a message on stderr, without secrets; a text of several lines holds as many problems."""
    from vitals.io.settings import without_secrets

    for line in without_secrets(str(problem)).splitlines():
        sys.stderr.write(f"error: {line}\n")


def log_to_stderr(*, debug: bool) -> None:
    """Say what only the log knows when asked to; otherwise commands themselves say what a person should read."""
    said = logging.StreamHandler(sys.stderr)
    said.setFormatter(_Lazy())
    log_of_ours = logging.getLogger("vitals")
    log_of_ours.handlers = [said if debug else logging.NullHandler()]
    log_of_ours.setLevel(logging.DEBUG if debug else logging.WARNING)
    if logging.lastResort is not None:  # what says the warnings of libraries, which know no secret of ours
        logging.lastResort.setFormatter(_Lazy())
    waiting = logging.getLogger("vitals.waiting")  # a person who waits wants to know for whom
    waiting.handlers = [] if debug else [said]


class _Lazy(logging.Formatter):
    """Formats without secrets; what finds them is imported when there is something to say."""

    def format(self, record: logging.LogRecord) -> str:
        from vitals.io.settings import without_secrets

        return without_secrets(super().format(record))


def _usage(error: TyperException) -> int:
    """Say in one line which option or argument is wrong; a command without arguments shows its help."""
    context, text = getattr(error, "ctx", None), error.format_message()
    if context is not None and text == context.get_help():
        sys.stderr.write(f"{text}\n")
        return MISTAKE
    text = " ".join(text.split()).rstrip(".")
    named = re.sub(r"^Invalid value for '?(.+?)'?: (Value error, )?", r"\1: ", text)
    said = named if named != text else text[:1].lower() + text[1:]
    command = context.command_path if context is not None else "vitals"
    complain(f"{said}; see `{command} --help`")
    return MISTAKE
