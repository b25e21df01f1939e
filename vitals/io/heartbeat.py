"""A dead-man's switch: ask for an address after delivered digests, so that its owner notices the silence.

Daily runs of Prefect and of the terminal ask; a digest that did not arrive is silence, too.

The address may hold a secret in its path and is never said. Trouble here is a warning: monitoring went well.
"""

import logging
import time
import urllib.request
from collections.abc import Callable, Collection
from http.client import HTTPException

from pydantic import SecretStr

from vitals.io.telling import Delivered

log = logging.getLogger("vitals.heartbeat")
TRIES, TIMEOUT_S, PAUSE_S = 3, 10.0, 2.0


def deserved(delivered: Collection[Delivered], undelivered: Collection[str]) -> bool:
    """Whether all is well: something was told, and nobody was, or perhaps was, left without their digest."""
    return bool(delivered) and not undelivered and all(told.arrived for told in delivered)


def beat(url: SecretStr, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Ask for the address, three times if need be; True when it answered without an error."""
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(url.get_secret_value(), timeout=TIMEOUT_S) as answer:  # noqa: S310 (http checked)
                answer.read(1)
        except (OSError, HTTPException) as error:
            said = getattr(error, "code", None) or type(getattr(error, "reason", error)).__name__
            log.warning("VITALS_HEARTBEAT_URL did not answer (%s), %d tries left", said, left)
            if left:
                sleep(PAUSE_S)
        else:
            return True
    return False
