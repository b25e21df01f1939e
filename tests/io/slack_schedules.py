"""What may go wrong while a channel is told, drawn from a seed: single faults, outages, kills, what cannot be read."""

import random
from dataclasses import dataclass

from tests.io.slack_story import DAYS, FALLBACK, REVISED, Step
from tests.slack import Fault

CALLS = 45  # about as many as a story makes

PASSING = (
    Fault(lost="before"),
    Fault(lost="after"),
    Fault(lost="after", delay_s=0.01),
    Fault(delay_s=0.02),
    Fault(status=500),
    Fault(status=500, processed=True),
    Fault(status=503, html=True, processed=True),
    Fault(html=True),
    Fault(error="internal_error", processed=True),
    Fault(error="fatal_error"),
    Fault(status=429, retry_after="1.5"),
    Fault(status=429, retry_after="600"),
    Fault(status=429, retry_after="soon"),
    Fault(error="ratelimited", retry_after="2"),
)
REFUSING = (
    Fault(error="invalid_auth"),
    Fault(error="missing_scope", needed="files:write"),
    Fault(error="invalid_blocks", messages=("invalid slack file [json-pointer:/blocks/0/slack_file]",)),
    Fault(error="msg_blocks_too_long"),
    Fault(error="not_in_channel"),
    Fault(error="channel_not_found"),
    Fault(error="is_archived"),
    Fault(error="restricted_action"),
    Fault(error="edit_window_closed"),
    Fault(error="message_not_found"),
    Fault(error="restricted_action_thread_locked"),
    Fault(error="file_not_found"),
    Fault(error="something_new"),
)


@dataclass(frozen=True)
class Schedule:
    """What goes wrong in one story: faults by the number of the call, kills, and what never can be read."""

    seed: int
    steps: tuple[Step, ...]
    faults: dict[int, Fault]
    kills: dict[int, bool]
    refused: bool
    readable: bool
    fallback: str | None

    @classmethod
    def of(cls, seed: int) -> "Schedule":
        """Draw a schedule: single faults, in a third of them an outage, in a fifth kills, in a quarter refusals."""
        draw = random.Random(seed)
        refused, killed = draw.random() < 0.25, draw.random() < 0.2
        kinds = PASSING + (REFUSING if refused else ())
        places = draw.sample(range(1, CALLS), draw.randint(1, 6))
        faults = {place: draw.choice(kinds) for place in places}
        if draw.random() < 0.33:
            start, why = draw.randint(1, CALLS), draw.choice(kinds)
            faults |= dict.fromkeys(range(start, start + draw.randint(3, 12)), why)
        kills = {draw.randint(1, CALLS): draw.random() < 0.5 for _ in range(draw.randint(1, 3))} if killed else {}
        steps = draw.choice((REVISED, DAYS))
        fallback = draw.choice((None, FALLBACK)) if refused else None
        return cls(seed, steps, faults, kills, refused, draw.random() > 0.12, fallback)

    @property
    def words(self) -> str:
        """Say what goes wrong."""
        story = "revised" if self.steps is REVISED else "days"
        faults = ", ".join(f"{place} {_words(fault)}" for place, fault in sorted(self.faults.items()))
        return f"{story}; {faults}; kills {self.kills}; readable {self.readable}; fallback {self.fallback}"


def _words(fault: Fault) -> str:
    return " ".join(
        f"{name}={value}"
        for name, value in vars(fault).items()
        if value and (name, value) not in {("status", 200), ("when", "after")}
    )
