"""What goes wrong with a call, and with which one: written down before the test, taken one per call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

When = Literal["before", "after"]
Queues = dict[str, list["Fault | None"]]
ANY = "*"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call. Several fields may be given together.

    Parameters
    ----------
    error : code of an `ok: false` answer (status 200 unless `status` says otherwise).
    status : HTTP status; 429, 5xx. retry_after : value of the Retry-After header, "" for none ("1", "1.5", "soon").
    html : the body is a web page instead of JSON.
    lost : the connection is dropped "before" the call is processed or "after" it, without a reply.
    processed : for `error`, `status` and `html`: the call was carried out nevertheless.
    needed : the scope that a `missing_scope` asks for. messages : `response_metadata.messages`.
    delay_s : seconds between carrying out and answering.
    hook : called in the server's thread "before" or "after" (`when`) the call is carried out, for instance to kill
        the client at that instant; the answer follows as if nothing were.
    """

    error: str = ""
    status: int = 200
    retry_after: str = ""
    html: bool = False
    lost: When | Literal[""] = ""
    processed: bool = False
    needed: str = ""
    messages: tuple[str, ...] = ()
    delay_s: float = 0.0
    hook: Callable[[], object] | None = None
    when: When = "after"

    @property
    def answers(self) -> bool:
        """Whether the fault has an answer of its own."""
        return bool(self.error or self.html or self.status != 200)

    @property
    def carried_out(self) -> bool:
        """Whether the call does what it should."""
        return self.lost == "after" or self.processed or not (self.lost or self.answers)


LOST_BEFORE = Fault(lost="before")
LOST_AFTER = Fault(lost="after")


class Faults(Queues):
    """Faults by method: `faults["chat.postMessage"] = [None, LOST_AFTER]` breaks the second call from now.

    The method `"*"` counts calls of every method, the raw upload (`"upload"`) included. A fault of the method itself
    goes before one of `"*"`; both queues move on by one.
    """

    def at(self, method: str, nth: int, fault: Fault) -> None:
        """Break the `nth` call from now, counted from 1."""
        queue = self.setdefault(method, [])
        queue += [None] * (nth - len(queue))
        queue[nth - 1] = fault

    def take(self, method: str) -> Fault | None:
        """Give what befalls this call."""
        own, general = (queue.pop(0) if (queue := self.get(name)) else None for name in (method, ANY))
        return own or general

    @property
    def left(self) -> int:
        """How many faults have not happened yet."""
        return sum(fault is not None for queue in self.values() for fault in queue)
